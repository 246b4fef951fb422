"""The registration form: every wrong value gets a sentence, and what was typed is kept."""

from __future__ import annotations

import uuid

import pytest
from django.urls import reverse

from accounts.models import Registration
from tests.accounts.wizard import SOUND, URL
from tests.factories import make_registration

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_network_tasks")]


@pytest.fixture
def page(client, alice):
    client.force_login(alice)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def send(page, **changes):
    typed = {**SOUND, "registration": str(uuid.uuid4()), **changes}
    return page.post(URL, {name: value for name, value in typed.items() if value is not None})


def test_a_sound_form_starts_a_registration(
    page, alice, no_network_tasks, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        answer = send(page)
    registration = Registration.objects.get()
    assert answer.url == reverse("accounts:registration_detail", args=[registration.pk])
    assert (registration.state, registration.user) == ("CHECKING", alice)
    assert registration.bucket_secret_key == SOUND["bucket_secret_key"]
    assert no_network_tasks == [str(registration.pk)]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("endpoint", "nowhere", "Select a valid choice"),
        ("endpoint", "sandbox", "Select a valid choice"),
        ("operate_uin", "", "This is needed."),
        ("operate_uin", "12345x", "digits only"),
        ("operate_uin", "１２３４５", "digits only"),
        ("operate_uin", "1" * 21, "too long"),
        ("user_name", "tom & jerry", "a space or a line break"),
        ("user_name", "tom_jerry", "letters A–Z and digits only"),
        ("user_name", "小明", "letters A–Z and digits only"),
        ("user_name", "🎵", "letters A–Z and digits only"),
        ("user_name", "a" * 20, "too long"),
        ("bucket", "songs", "ends with a dash and the APPID"),
        ("bucket", "Songs-1250000000", "cannot stand here"),
        ("bucket", "../songs-1250000000", "looks like an address"),
        ("bucket", "https://example.com/songs", "looks like an address"),
        ("bucket", '"songs-1250000000"', "cannot stand here"),
        ("region", "guangzhou", "ap-guangzhou"),
        ("region", "ap-guangzhou.myqcloud.com", "ap-guangzhou"),
        ("bucket_secret_id", "two words", "a space or a line break"),
        ("bucket_secret_id", "", "This is needed."),
        ("bucket_secret_key", "钥匙", "cannot stand here"),
        ("bucket_secret_key", "k" * 300, "too long"),
        ("bucket_secret_key", "", "This is needed."),
        ("domain", "127.0.0.1", "not a public host name"),
        ("domain", "http://songs.example.com/", "looks like an address"),
        ("domain", "metadata.internal", "not a public host name"),
        ("user_name", "nul\0nul", "Null characters are not allowed"),
    ],
)
def test_a_wrong_value_gets_a_sentence_and_the_rest_is_kept(page, field, value, sentence):
    answer = send(page, **{field: value})
    assert answer.status_code == 422
    assert sentence in "".join(answer.context["form"].errors[field])
    assert set(answer.context["form"].errors) == {field}
    assert "SECRET" not in answer.text
    registration = Registration.objects.get()
    assert registration.state == "DRAFT"
    for name in set(SOUND) - {field, "endpoint"}:
        assert getattr(registration, name) == SOUND[name]


def test_everything_missing_is_no_failure(page):
    answer = page.post(URL, {})
    assert answer.status_code == 422
    assert len(answer.context["form"].errors) == 7


def test_wrong_plain_values_come_back_as_typed_and_secrets_do_not(page):
    answer = send(page, bucket="Wrong Bucket'\"><script>", bucket_secret_key="bad key SECRET")
    assert 'value="Wrong Bucket&#x27;&quot;&gt;&lt;script&gt;"' in answer.text
    assert "SECRET" not in answer.text


def test_what_was_typed_of_a_secret_is_kept_and_need_not_be_typed_again(page):
    pk = str(uuid.uuid4())
    answer = send(page, registration=pk, region="nowhere")
    assert "****0002" in answer.text
    answer = send(page, registration=pk, bucket_secret_id="", bucket_secret_key="")
    assert answer.status_code == 302
    registration = Registration.objects.get()
    assert registration.state == "CHECKING"
    assert registration.bucket_secret_key == SOUND["bucket_secret_key"]


def test_invisible_neighbours_of_pasted_values_are_cut_off(page):
    send(
        page,
        operate_uin=" 100012345678\n",
        bucket="\ufeffsongs-1250000000\u200b",
        region="\u3000ap-guangzhou ",
    )
    registration = Registration.objects.get()
    assert registration.operate_uin == "100012345678"
    assert (registration.bucket, registration.region) == ("songs-1250000000", "ap-guangzhou")


def test_the_region_comes_from_a_pasted_bucket_address(page):
    send(page, bucket="https://songs-1250000000.cos.ap-beijing.myqcloud.com/", region="")
    registration = Registration.objects.get()
    assert (registration.bucket, registration.region) == ("songs-1250000000", "ap-beijing")


def test_an_address_without_a_region_leaves_the_typed_one(page):
    send(page, bucket="songs-1250000000.cos.accelerate.myqcloud.com", region="ap-beijing")
    registration = Registration.objects.get()
    assert (registration.bucket, registration.region) == ("songs-1250000000", "ap-beijing")


def test_swapped_keys_are_noticed(page):
    answer = send(
        page,
        bucket_secret_id=SOUND["bucket_secret_key"],
        bucket_secret_key=SOUND["bucket_secret_id"],
    )
    assert "swapped" in answer.text


@pytest.mark.parametrize(
    ("typed", "sent"),
    [("", False), ("on", False), ("plain", False), ("plain http", True), (" Plain  HTTP ", True)],
)
def test_the_old_address_without_https_must_be_accepted_in_words(page, typed, sent):
    answer = send(page, endpoint="legacy", plain_http_confirmed=typed)
    if sent:
        assert answer.status_code == 302
    else:
        assert answer.status_code == 422
        assert set(answer.context["form"].errors) == {"plain_http_confirmed"}


def test_the_form_names_the_old_address_as_announced_for_shutdown(page):
    text = page.get(URL).text
    assert "api.mediax.tencent.com" in text
    assert "announced the shutdown" in text


def test_a_draft_can_be_saved_unfinished(page):
    answer = send(page, bucket="", intent="save")
    assert answer.url == reverse("accounts:account_list")
    assert Registration.objects.get().state == "DRAFT"
    assert 'value="studio1"' in page.get(URL).text


def test_the_same_form_sent_twice_makes_one_registration(page):
    pk = str(uuid.uuid4())
    first, second = send(page, registration=pk), send(page, registration=pk)
    assert first.url == second.url
    assert Registration.objects.count() == 1


@pytest.mark.parametrize("pk", ["", "no-uuid", "'; drop table", None])
def test_a_form_without_a_usable_number_makes_a_new_draft(page, pk):
    assert send(page, registration=pk).status_code == 302
    assert Registration.objects.count() == 1


def test_the_form_of_somebody_else_cannot_be_sent(page, bob):
    theirs = make_registration(bob)
    assert send(page, registration=str(theirs.pk), user_name="taken").status_code == 404
    theirs.refresh_from_db()
    assert theirs.user_name != "taken"


def test_a_registration_under_way_is_not_edited(page, alice):
    registration = make_registration(alice, state="REGISTERING")
    answer = send(page, registration=str(registration.pk), user_name="other")
    assert answer.url == reverse("accounts:registration_detail", args=[registration.pk])
    registration.refresh_from_db()
    assert registration.user_name != "other"


def test_editing_a_draft_forgets_what_the_last_try_found(page, alice):
    registration = make_registration(
        alice, checks=[{"key": "list", "state": "failed"}], error_kind="Throttled"
    )
    send(page, registration=str(registration.pk), region="nowhere")
    registration.refresh_from_db()
    assert (registration.checks, registration.error_kind) == ([], "")


def test_the_sandbox_values_fill_the_form_without_showing_its_keys(page, at_sandbox):
    text = page.get(f"{URL}?sandbox=1").text
    assert f'value="{at_sandbox.bucket}"' in text
    assert 'value="100012345678"' in text
    assert 'value="alice"' in text
    assert at_sandbox.secret_key not in text
    assert at_sandbox.secret_id not in text


def test_keys_left_empty_at_the_sandbox_are_its_own(page, at_sandbox):
    answer = send(
        page,
        endpoint="sandbox",
        bucket=at_sandbox.bucket,
        region=at_sandbox.region,
        bucket_secret_id="",
        bucket_secret_key="",
    )
    assert answer.status_code == 302
    assert Registration.objects.get().bucket_secret_key == at_sandbox.secret_key


def test_without_a_sandbox_nothing_is_said_of_it(page):
    assert "sandbox=1" not in page.get(URL).text
    assert page.get(f"{URL}?sandbox=1").status_code == 200
