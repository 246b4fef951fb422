"""What the wizard says while a person is typing: one field at a time, kept at once, repaired by a click."""

from __future__ import annotations

import uuid

import pytest
from django.urls import reverse

from accounts.forms import SECRETS
from accounts.models import Registration
from tests.accounts.wizard import (
    KEY,
    KEY_ID,
    SOUND,
    URL,
    judge,
    plain,
    said_of,
    send,
    signed_in,
)
from tests.factories import make_account, make_registration

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_network_tasks")]


@pytest.fixture
def page(alice):
    return signed_in(alice)


@pytest.fixture
def pk():
    return str(uuid.uuid4())


def test_a_field_is_judged_alone_and_kept_at_once(page, pk):
    text = judge(page, pk, bucket="songs")
    assert "ends with a dash and the APPID" in said_of(text, "bucket")
    assert "This is needed." not in text
    judge(page, pk, bucket=SOUND["bucket"])
    assert Registration.objects.get().bucket == SOUND["bucket"]
    assert f'value="{SOUND["bucket"]}"' in page.get(URL).text


def test_what_is_half_right_is_kept_too_and_so_is_what_was_emptied(page, pk):
    judge(page, pk, region="guangzhou")
    assert 'value="guangzhou"' in page.get(URL).text
    judge(page, pk, region="")
    assert Registration.objects.get().region == ""


@pytest.mark.parametrize(
    ("typed", "meant"), [("guangzhou", "ap-guangzhou"), ("广州", "ap-guangzhou"), ("gz", "ap-guangzhou")]
)
def test_a_citys_name_is_repaired_by_one_click(page, pk, typed, meant):
    said = said_of(judge(page, pk, region=typed), "region")
    assert f"Use {meant}" in said
    text = send(page, registration=pk, region=typed, accept="region").text
    assert Registration.objects.get().region == meant
    assert f'value="{meant}"' in text


def test_a_swapped_pair_is_noticed_when_the_second_half_is_typed_and_swapped_by_one_click(page, pk):
    judge(page, pk, bucket_secret_id=KEY)
    text = judge(page, pk, bucket_secret_key=KEY_ID)
    assert "Swap them" in said_of(text, "bucket_secret_key")
    assert "SECRET" not in text
    send(page, registration=pk, bucket_secret_id="", bucket_secret_key="", accept="bucket_secret_key")
    draft = Registration.objects.get()
    assert (draft.bucket_secret_id, draft.bucket_secret_key) == (KEY_ID, KEY)
    assert draft.state == "DRAFT"


def test_a_click_on_a_repair_that_nobody_offers_changes_nothing(page, pk):
    for name in ("bucket_secret_key", "user_name", "nonsense", "state"):
        send(page, registration=pk, accept=name)
    draft = Registration.objects.get()
    assert (draft.bucket_secret_id, draft.user_name, draft.state) == (KEY_ID, "studio1", "DRAFT")


def test_the_appid_is_told_from_the_account_id_whichever_is_typed_first(page, pk):
    judge(page, pk, operate_uin="1250000000")
    text = judge(page, pk, bucket="songs-1250000000")
    assert "not the account ID" in said_of(text, "operate_uin")
    assert "not the account ID" not in judge(page, pk, operate_uin="100012345678")


def test_an_address_is_split_and_the_region_comes_along(page, pk):
    text = judge(page, pk, bucket="https://songs-1250000000.cos.ap-beijing.myqcloud.com/a.mp3")
    draft = Registration.objects.get()
    assert (draft.bucket, draft.region) == ("songs-1250000000", "ap-beijing")
    assert 'value="ap-beijing"' in text
    assert 'value="songs-1250000000"' in text


def test_the_source_header_is_shown_as_it_will_be(page, pk):
    judge(page, pk, operate_uin="100012345678")
    assert "100012345678_studio7" in judge(page, pk, user_name="studio7")


def test_ticks_are_kept_and_nobody_needs_them(page, pk, alice):
    judge(page, pk, ticks=["", "purchase", "nonsense", "account"])
    assert Registration.objects.get().ticks == ["account", "purchase"]
    assert page.get(URL).text.count(" checked") >= 2
    judge(page, pk, ticks="")
    assert Registration.objects.get().ticks == []


def test_a_tick_does_not_make_findings_go_away(page, alice):
    found = [{"key": "list", "state": "failed", "code": "NoSuchBucket", "detail": {}}]
    draft = make_registration(alice, checks=found)
    judge(page, draft.pk, ticks=["", "key"])
    draft.refresh_from_db()
    assert (draft.checks, draft.ticks) == (found, ["key"])


def test_the_guide_folds_up_once_everything_is_ticked(page, alice):
    make_registration(alice, ticks=["account", "purchase", "key"])
    assert 'wizard__guide" open' in page.get(URL).text
    Registration.objects.update(ticks=["account", "purchase", "key", "bucket"])
    text = page.get(URL).text
    assert 'wizard__guide" open' not in text
    assert "all there" in text


def test_the_guide_links_both_sites_and_says_what_it_cannot_see(page):
    text = page.get(URL).text
    for link in ("https://buy.cloud.tencent.com/imusic", "https://console.tencentcloud.com/cam"):
        assert link in text
    assert text.count("The portal cannot see this: tick it yourself.") == 2
    assert "2026-11-22" in text


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"operate_uin": "1250000000"}, "operate_uin", "not the account ID"),
        ({"region": "ap-nowhere"}, "region", "does not know this region"),
        ({"bucket_secret_key": "short-key-1"}, "bucket_secret_key", "not as long as"),
        ({"bucket_secret_key": KEY_ID, "bucket_secret_id": KEY}, "bucket_secret_key", "swapped"),
        ({"bucket_secret_key": KEY_ID}, "bucket_secret_key", "the same text"),
    ],
)
def test_a_doubt_stops_the_first_try_and_not_the_second(page, pk, changes, field, sentence):
    first = send(page, registration=pk, **changes)
    assert first.status_code == 422
    assert sentence in plain(said_of(first.text, field))
    assert "It is right: go on" in first.text
    assert Registration.objects.get().state == "DRAFT"
    seen = [doubt.name for doubt in first.context["form"].doubts]
    assert send(page, registration=pk, seen=seen, **changes).status_code == 302
    assert Registration.objects.get().state == "CHECKING"


def test_a_new_doubt_is_shown_although_another_was_seen(page, pk):
    answer = send(page, registration=pk, region="ap-nowhere", seen=["operate_uin:is_appid"])
    assert answer.status_code == 422


def test_what_was_only_said_while_typing_does_not_count_as_seen(page, pk):
    assert 'name="seen"' not in judge(page, pk, region="ap-nowhere")


def test_an_account_that_one_has_already_is_a_doubt_with_a_link(page, pk, alice, bob):
    account = make_account(alice, user_name="studio1")
    text = send(page, registration=pk).text
    assert reverse("accounts:account_detail", args=[account.pk]) in said_of(text, "user_name")
    other = signed_in(bob)
    assert send(other).status_code == 302


def test_the_proposed_name_is_the_login_name_and_free(page, alice):
    assert 'value="alice"' in page.get(URL).text
    make_account(alice, user_name="alice")
    assert 'value="alice2"' in page.get(URL).text


def test_a_stranger_cannot_have_somebody_elses_field_judged(alice, bob):
    draft = make_registration(alice)
    typed = {"registration": str(draft.pk), "region": "ap-beijing"}
    assert signed_in(bob).post(reverse("accounts:register_judge"), typed).status_code == 404
    draft.refresh_from_db()
    assert draft.region == "ap-guangzhou"


def test_a_registration_on_its_way_is_not_judged_any_more(page, alice):
    row = make_registration(alice, state="REGISTERING")
    assert judge(page, row.pk, region="ap-beijing") == ""
    row.refresh_from_db()
    assert row.region == "ap-guangzhou"


@pytest.mark.parametrize("value", ["\0", "\u00ed\u00a0\u0080", "x" * 100_000, "<b>'\"", "🎵", "\u202e"])
@pytest.mark.parametrize("name", ["endpoint", "operate_uin", "bucket", "region", "domain", *SECRETS])
def test_no_value_makes_a_judgement_fail(page, pk, name, value):
    text = judge(page, pk, **{name: value})
    assert f"says-{name}" in text
    assert "<b>'" not in said_of(page.get(URL).text, name)


def test_the_policy_names_the_very_bucket_and_says_that_it_was_never_tried(page, pk):
    assert "Fill in account ID, bucket and region first" in page.get(URL).text
    judge(page, pk, operate_uin="100012345678")
    judge(page, pk, region="ap-guangzhou")
    text = judge(page, pk, bucket="songs-1250000000")
    assert "qcs::cos:ap-guangzhou:uid/1250000000:songs-1250000000/100012345678_demo/*" in text
    assert "never tried against TMP" in text


def test_one_button_asks_which_service_answers(page, at_sandbox, monkeypatch):
    from accounts.registering import probing

    known = probing.open_endpoints()
    silent = known["mediax"].__class__(key="mediax", url="http://127.0.0.1:9", title="Nobody", note="")
    monkeypatch.setattr(probing, "open_endpoints", lambda: {"mediax": silent, "sandbox": known["sandbox"]})
    for text in (
        page.post(reverse("accounts:register_probe")).text,
        send(page, intent="probe", endpoint="sandbox").text,
    ):
        rows = text.split('id="probe"')[1]
        assert "Nobody answers." in rows
        assert "asks for a signature, as TMP does" in rows
    assert page.get(reverse("accounts:register_probe")).status_code == 405
