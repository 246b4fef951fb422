"""What the page of a registration makes of the bucket check: sentences, links, and one click for each fix."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.clients import bucket_for
from accounts.models import Registration
from accounts.registering import browsers, drafts, running
from tests.accounts.registering import run
from tests.accounts.wizard import address, plain, signed_in, work
from tests.factories import make_registration

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_network_tasks", "no_looks")]


def test_a_failed_check_offers_to_go_on_anyway(at_sandbox, alice, no_network_tasks):
    registration = make_registration(alice, at_sandbox, bucket_secret_key="wrong-key")
    drafts.start(registration)
    running.run_registration(str(registration.pk))
    browser = signed_in(alice)
    text = browser.get(address("registration_detail", registration)).text
    assert "SignatureDoesNotMatch" in text
    assert "The SecretKey does not belong to this SecretId." in text
    browser.post(address("register_anyway", registration))
    assert Registration.objects.get().state == "CHECKING"
    assert Registration.objects.get().checks


def test_going_on_anyway_to_a_gateway_that_is_away_tells_of_the_gateway(at_sandbox, alice, settings):
    registration = make_registration(alice, at_sandbox, bucket_secret_key="wrong-key")
    for anyway in (False, True):
        drafts.start(registration, anyway=anyway)
        running.run_registration(str(registration.pk))
        registration.refresh_from_db()
        settings.SANDBOX = {**settings.SANDBOX, "gateway": "http://127.0.0.1:9"}
    text = signed_in(alice).get(address("registration_detail", registration)).text
    assert "TMP could not be reached, so surely nothing was sent." in text
    assert "The SecretKey does not belong to this SecretId." in text
    assert "The bucket is not ready." not in text


def test_rules_that_the_portal_does_not_need_do_not_look_like_trouble(alice):
    checks = [{"key": "cors", "state": "warn", "code": "no_rules", "detail": {"rules": 0}}]
    registration = make_registration(alice, state="REGISTERING", checks=checks)
    text = signed_in(alice).get(address("registration_progress", registration)).text
    assert "No rule lets browsers in. The portal goes on without" in text
    assert "no_rules" not in text


def test_other_checks_are_told_apart_from_trouble(alice):
    checks = [
        {"key": "list", "state": "ok", "code": "", "detail": {}},
        {"key": "cors", "state": "forbidden", "code": "AccessDenied", "detail": {}},
        {"key": "acl", "state": "warn", "code": "public_read", "detail": {}},
    ]
    registration = make_registration(alice, checks=checks)
    text = plain(signed_in(alice).get(address("registration_detail", registration)).text)
    assert "This cannot be seen with this key, and it is not needed." in text
    assert "Everybody on the internet can read the files of this bucket." in text
    assert "The bucket works, but look at what is marked below first." in text
    assert "AccessDenied" not in text


def test_rows_come_while_the_bucket_is_checked(alice):
    checks = [{"key": "list", "state": "ok", "code": "", "detail": {}}]
    registration = make_registration(alice, state="CHECKING", checks=checks)
    text = signed_in(alice).get(address("registration_progress", registration)).text
    assert 'data-check="ok"' in text
    assert 'data-check="running"' in text


def test_the_bucket_tells_its_region_and_one_click_takes_it(at_sandbox, alice):
    registration = run(make_registration(alice, at_sandbox, region="ap-beijing"))
    assert registration.state == "DRAFT"
    browser = signed_in(alice)
    text = browser.get(address("registration_detail", registration)).text
    assert f"Use {at_sandbox.region} and check again" in text
    for _ in range(2):
        browser.post(address("registration_use_region", registration))
    assert work(registration).state == "DONE"
    assert registration.region == at_sandbox.region


def test_the_one_click_that_puts_it_right_is_the_first_and_only_one(alice):
    checks = [
        {"key": "region", "state": "failed", "code": "other_region", "detail": {"region": "ap-beijing"}}
    ]
    registration = make_registration(alice, checks=checks)
    text = plain(signed_in(alice).get(address("registration_detail", registration)).text)
    assert text.count(address("registration_use_region", registration)) == 1
    assert text.index("Use ap-beijing and check again") < text.index("Edit and try again")
    assert text.count("button--primary") == 2, "the page's own and the top bar's"


def test_a_key_that_may_not_delete_is_told_what_stays(alice):
    checks = [{"key": "delete", "state": "forbidden", "code": "AccessDenied", "detail": {}}]
    registration = make_registration(alice, checks=checks)
    text = plain(signed_in(alice).get(address("registration_detail", registration)).text)
    assert "The test file stays in the folder .portal-probe." in text
    assert "The bucket is ready." in text


def test_no_region_is_taken_that_the_bucket_did_not_tell(alice):
    registration = make_registration(alice)
    signed_in(alice).post(address("registration_use_region", registration), {"region": "ap-beijing"})
    registration.refresh_from_db()
    assert (registration.state, registration.region) == ("DRAFT", "ap-guangzhou")


def test_browsers_are_let_in_by_one_click(at_sandbox, alice, settings):
    key = at_sandbox.key(rights="full", bucket="rules-1250000000")
    registration = make_registration(
        alice,
        at_sandbox,
        bucket=key.bucket,
        bucket_secret_id=key.secret_id,
        bucket_secret_key=key.secret_key,
    )
    assert drafts.start(registration, only_check=True)
    work(registration)
    browser = signed_in(alice)
    assert "Let browsers in" in browser.get(address("registration_detail", registration)).text
    browser.post(address("registration_allow_browsers", registration))
    registration.refresh_from_db()
    assert [row["state"] for row in registration.checks if row["key"] == "cors"] == ["ok"]
    assert bucket_for(registration).cors()[0]["AllowedOrigin"] == ["http://testserver"]
    assert "Let browsers in" not in browser.get(address("registration_detail", registration)).text


def test_a_key_that_may_not_set_rules_is_no_trouble(at_sandbox, alice):
    key = at_sandbox.key(rights="data")
    registration = make_registration(
        alice,
        at_sandbox,
        bucket_secret_id=key.secret_id,
        bucket_secret_key=key.secret_key,
        checks=[{"key": "cors", "state": "warn", "code": "no_rules", "detail": {}}],
    )
    browser = signed_in(alice)
    browser.post(address("registration_allow_browsers", registration))
    text = browser.get(address("registration_detail", registration)).text
    assert "This cannot be seen with this key, and it is not needed." in text


def test_rules_are_not_touched_while_a_worker_writes_rows(at_sandbox, alice):
    checks = [{"key": "cors", "state": "warn", "code": "no_rules", "detail": {}}]
    registration = make_registration(alice, at_sandbox, state="CHECKING", checks=checks)
    signed_in(alice).post(address("registration_allow_browsers", registration))
    assert Registration.objects.get().checks == checks


def test_rules_of_one_bucket_say_nothing_of_a_draft_that_turned_to_another(at_sandbox, alice):
    checks = [{"key": "cors", "state": "warn", "code": "no_rules", "detail": {}}]
    registration = make_registration(alice, at_sandbox, checks=checks)
    drafts.save_draft(Registration.objects.get(), {"bucket": "other-1250000000"})
    browsers.allow_browsers(registration, origin="http://testserver")
    assert Registration.objects.get().checks == []


def test_a_failed_row_links_to_the_console_where_it_is_put_right(alice):
    checks = [{"key": "put", "state": "failed", "code": "AccessDenied", "detail": {}}]
    registration = make_registration(alice, checks=checks)
    text = signed_in(alice).get(address("registration_detail", registration)).text
    assert "https://console.cloud.tencent.com/cos/bucket" in text
    assert "qcs::cos:ap-guangzhou:uid/1250000000:songs-1250000000/" in text


def test_the_old_address_needs_its_words_on_this_page_too(alice):
    checks = [{"key": "put", "state": "failed", "code": "AccessDenied", "detail": {}}]
    registration = make_registration(alice, endpoint="legacy", checks=checks)
    browser = signed_in(alice)
    assert 'name="plain_http_confirmed"' in browser.get(address("registration_detail", registration)).text
    for name in ("register_anyway", "registration_start"):
        browser.post(address(name, registration))
        assert Registration.objects.get().state == "DRAFT"
    browser.post(address("register_anyway", registration), {"plain_http_confirmed": "plain http"})
    assert Registration.objects.get().state == "CHECKING"


def test_a_doubt_leads_back_to_the_form_after_a_mere_check(alice):
    registration = make_registration(alice, operate_uin="1250000000")
    after = signed_in(alice).post(address("registration_start", registration))
    assert after.url == f"{reverse('accounts:register')}?draft={registration.pk}"
    assert Registration.objects.get().state == "DRAFT"
