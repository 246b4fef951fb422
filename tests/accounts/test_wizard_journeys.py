"""Whole ways through the wizard, against the sandbox: with the guide's key, a tight one, or keys one has."""

from __future__ import annotations

import re

import pytest

from accounts.clients import gateway_for
from accounts.models import Account, Membership, Registration
from accounts.registering import drafts
from accounts.registering.answers import registered_in
from accounts.views import register as register_view
from accounts.views import registration as registration_view
from tencent.cam_policy import tight_policy
from tencent.errors import GatewayError
from tests.accounts.registering import run
from tests.accounts.wizard import URL, address, judge, look, paste, plain, send, signed_in, work
from tests.factories import make_account, make_membership, make_registration

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_network_tasks")]


@pytest.fixture
def page(alice):
    return signed_in(alice)


def at(sandbox, key=None, **more):
    """What a person types to register at the sandbox."""
    return {
        "endpoint": "sandbox",
        "bucket": sandbox.bucket,
        "region": sandbox.region,
        "bucket_secret_id": key.secret_id if key else "",
        "bucket_secret_key": key.secret_key if key else "",
        **more,
    }


def keys_of_both_kinds(sandbox):
    policy = tight_policy(bucket=sandbox.bucket, region=sandbox.region, operate_uin="100012345678")
    return {"guide": sandbox.key(rights="data"), "tight": sandbox.key(policy=policy)}


@pytest.mark.parametrize("kind", ["guide", "tight"])
def test_both_kinds_of_key_pass_the_check_and_the_registration(page, at_sandbox, kind):
    key = keys_of_both_kinds(at_sandbox)[kind]
    answer = send(page, **at(at_sandbox, key, user_name=f"with{kind}"))
    registration = work(Registration.objects.get())
    assert registration.state == "DONE"
    states = {row["key"]: row["state"] for row in registration.checks}
    assert {states[name] for name in ("list", "clock", "put", "get")} == {"ok"}
    assert "failed" not in states.values()
    text = plain(page.get(answer.url).text)
    if kind == "guide":
        assert states["cors"] == states["acl"] == "forbidden"
        assert "This cannot be seen with this key, and it is not needed." in text
        assert "Let browsers in" not in text
    assert "The account is registered." in text
    with pytest.raises(GatewayError) as caught:
        gateway_for(registration.account).get_job("there-is-no-such-job")
    assert "HMAC" not in caught.value.words


def test_only_the_bucket_is_checked_and_then_registered_by_one_click(page, at_sandbox):
    answer = send(page, **at(at_sandbox), intent="check", operate_uin="", user_name="")
    registration = work(Registration.objects.get())
    assert (registration.state, registration.only_check) == ("DRAFT", True)
    text = page.get(answer.url).text
    assert "The bucket is ready." in text
    after = page.post(address("registration_start", registration))
    assert after.url == f"{URL}?draft={registration.pk}"
    send(page, **at(at_sandbox), registration=str(registration.pk), intent="check")
    work(registration)
    page.post(address("registration_start", registration))
    assert work(registration).state == "DONE"


def test_what_the_bucket_needs_is_asked_for_even_if_only_it_is_checked(page, at_sandbox):
    answer = send(page, **at(at_sandbox, bucket=""), intent="check")
    assert answer.status_code == 422
    assert Registration.objects.get().state == "DRAFT"


def test_a_saved_draft_sends_nothing(page, no_network_tasks):
    assert send(page, intent="save").status_code == 302
    assert no_network_tasks == []
    assert Registration.objects.get().state == "DRAFT"


def test_the_sandboxs_values_go_into_the_draft_that_is_for_it_already(page, alice, at_sandbox):
    assert re.search(r'value="sandbox"[^>]* checked', page.get(f"{URL}?sandbox=1").text)
    draft = make_registration(alice, at_sandbox, user_name="begun", region="")
    make_registration(alice)
    text = page.get(f"{URL}?sandbox=1").text
    assert str(draft.pk) in text
    assert 'value="begun"' in text
    assert f'value="{at_sandbox.region}"' in text


def test_the_first_field_typed_over_the_sandboxs_values_keeps_all_of_them(page, at_sandbox):
    judge(page, "00000000-0000-4000-8000-0000000000aa", user_name="mine", sandbox="1")
    draft = Registration.objects.get()
    assert (draft.endpoint, draft.bucket, draft.user_name) == ("sandbox", at_sandbox.bucket, "mine")


def test_a_lost_answer_is_found_in_the_bucket_and_used(page, at_sandbox, no_looks):
    answer = send(page, **at(at_sandbox, operate_uin="100000000777", user_name="lost"))
    at_sandbox.fault("lost_reply", caller="100000000777_lost")
    registration = work(Registration.objects.get())
    assert registration.state == "UNSURE"
    text = plain(page.get(answer.url).text)
    assert "Nobody knows whether TMP registered the account." in text
    assert look(registration).look_result == "found"
    text = plain(page.get(answer.url).text)
    assert "TMP's demo script lies in the bucket" in text
    found = registered_in(registration.found_reply)
    secrets = [found.tmp_keys.secret_id, found.tmp_keys.secret_key]
    secrets += [found.gateway_keys.secret_id, found.gateway_keys.secret_key]
    assert not [secret for secret in secrets if secret in text]
    assert [secret for secret in secrets if secret[-4:] in text] == secrets
    for _ in range(2):
        assert page.post(address("registration_use_found", registration)).url == answer.url
    registration.refresh_from_db()
    assert (registration.state, registration.keys_from) == ("DONE", "bucket")
    assert Account.objects.count() == 1
    assert registration.account.tmp_secret_key in secrets


def test_an_account_registered_elsewhere_is_found_in_the_bucket_and_imported(
    page, at_sandbox, no_looks, alice
):

    elsewhere = run(make_registration(alice, at_sandbox, operate_uin="100000000778", user_name="elsewhere"))
    Account.objects.all().delete()
    typed = at(at_sandbox, operate_uin="100000000778", user_name="elsewhere")
    pk = "00000000-0000-4000-8000-0000000000bb"
    text = send(page, **typed, registration=pk, intent="look").text
    assert "hx-trigger" in text.split('id="look"')[1].split(">")[0]
    draft = look(Registration.objects.get(pk=pk))
    assert draft.look_result == "found"
    seen = page.get(address("registration_look", draft)).text
    assert "Use these keys" in seen
    assert draft.found_reply not in seen
    text = send(page, **typed, registration=pk, intent="use_found").text
    assert "Check and import" in text
    send(page, **typed, registration=pk)
    assert work(draft).state == "DONE"
    assert draft.account.content_id == registered_in(draft.raw_reply).content_id
    assert elsewhere.pk != draft.pk


def test_a_look_needs_a_bucket_and_an_account_id_but_no_name(page, no_looks):
    assert send(page, intent="look", operate_uin="", user_name="").status_code == 422
    assert send(page, intent="look", user_name="").status_code == 200


def test_keys_found_in_one_bucket_are_forgotten_with_another_one(page, alice):
    draft = make_registration(alice, look_result="found", found_reply='{"secret": 1}')
    send(page, registration=str(draft.pk), bucket="other-1250000000", intent="save")
    draft.refresh_from_db()
    assert (draft.look_result, draft.found_reply) == ("", "")


def test_a_renewal_begins_as_the_same_tenant_and_stays_it(page, alice, at_sandbox):
    account = make_account(alice, at_sandbox, user_name="studio", operate_uin="100012345678")
    text = plain(page.get(f"{URL}?renew={account.pk}").text)
    assert "The old keys stay in use until a verification job has passed on the new ones." in text
    assert re.search(r'name="user_name"[^>]*disabled', text)
    pk = "00000000-0000-4000-8000-0000000000cc"
    send(
        page,
        **at(at_sandbox, at_sandbox.key(rights="data"), operate_uin="999", user_name="other"),
        renew=str(account.pk),
        registration=pk,
    )
    registration = work(Registration.objects.get(pk=pk))
    assert (registration.caller, registration.renews) == (account.caller, account)
    assert registration.state == "DONE"
    assert (registration.account.replaces, registration.account.name) == (account, account.name)
    account.refresh_from_db()
    assert account.replaced_at is None


def test_who_renews_what_is_renewed_already_renews_the_newest_of_its_line(page, alice, at_sandbox):
    account = make_account(alice, at_sandbox, user_name="studio")
    successor = make_account(alice, at_sandbox, user_name="studio", replaces=account)
    assert f'name="renew" value="{successor.pk}"' in page.get(f"{URL}?renew={account.pk}").text
    send(page, **at(at_sandbox), renew=str(account.pk))
    assert work(Registration.objects.get()).account.replaces == successor


def test_nothing_pasted_makes_a_renewal_somebody_else(page, alice):
    account = make_account(alice, user_name="studio")
    text = paste(page, "operateUin=777\nuserName=other\nregion=ap-nanjing", renew=str(account.pk)).text
    draft = Registration.objects.get()
    assert (draft.caller, draft.region) == (account.caller, "ap-nanjing")
    assert "differ from the account that is renewed" in text


@pytest.mark.parametrize("role", [None, Membership.Role.VIEWER, Membership.Role.SUBMITTER])
def test_only_the_owner_renews(alice, bob, role):
    account = make_account(alice)
    if role:
        make_membership(account, bob, role)
    page, refused = signed_in(bob), 403 if role else 404
    assert page.get(f"{URL}?renew={account.pk}").status_code == refused
    assert send(page, renew=str(account.pk)).status_code == refused
    assert not Registration.objects.exists()
    assert page.get(f"{URL}?renew=nonsense").status_code == 404


def test_an_import_has_its_own_address(page):
    text = page.get(f"{URL}?import=1").text
    assert "Bring the account you have" in text
    assert "autofocus" in text


def another_page_sends_it_first(monkeypatch):
    """Between the moment a request reads its row and the moment it writes, its twin does all of it."""
    read = register_view.posted_draft

    def late(request):
        row = read(request)
        assert drafts.start(Registration.objects.get(pk=row.pk))
        return row

    monkeypatch.setattr(register_view, "posted_draft", late)


def test_a_click_that_comes_twice_at_once_leads_to_the_same_page_twice(page, alice, at_sandbox, monkeypatch):
    draft = make_registration(alice, at_sandbox)
    another_page_sends_it_first(monkeypatch)
    again = send(page, **at(at_sandbox), registration=str(draft.pk))
    assert again.status_code == 302
    assert again.url == address("registration_detail", draft)
    assert "Something is missing" not in plain(page.get(again.url).text)
    assert Registration.objects.get().state == "CHECKING"


def test_a_second_click_on_going_on_anyway_is_no_error(page, alice, at_sandbox, monkeypatch):
    checks = [{"key": "put", "state": "failed", "code": "AccessDenied", "detail": {}}]
    draft = make_registration(alice, at_sandbox, checks=checks)
    read = registration_view.own_registration

    def late(request, registration_id):
        row = read(request, registration_id)
        drafts.start(Registration.objects.get(pk=row.pk), anyway=True)
        return row

    monkeypatch.setattr(registration_view, "own_registration", late)
    again = page.post(address("register_anyway", draft))
    assert again.url == address("registration_detail", draft)
    assert "Something is missing" not in plain(page.get(again.url).text)
