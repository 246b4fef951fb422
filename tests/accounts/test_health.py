"""The health page: what a look finds, whose it is, and that nobody waits for a worker that does not come."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts import tasks
from accounts.managing import health
from accounts.managing.asking import PICK_UP_SECONDS, STEP_SECONDS, Phase
from accounts.managing.health_sentences import shown
from accounts.models import Account, Membership
from tests.accounts.contacting import registered_account
from tests.factories import make_account, make_membership
from tests.jobs.scene import signed_in
from tests.tencent.wire_server import answer

pytestmark = pytest.mark.django_db
BUCKET_KEYS = ["list", "clock", "put", "get", "region", "delete", "cors", "acl", "multipart"]


@pytest.fixture
def looks(monkeypatch):
    """Tasks handed to workers, instead of handing them over."""
    sent = []
    monkeypatch.setattr(tasks.look_at_health, "delay", lambda *arguments: sent.append(arguments))
    return sent


def look(account):
    """What the button and then a worker do; the rows by their keys."""
    account.refresh_from_db()
    assert health.look(str(account.pk), health.ask(account))
    account.refresh_from_db()
    return {row["key"]: row for row in account.health}


def address(name, account):
    return reverse(f"accounts:account_{name}", args=[account.pk])


def page(account, user):
    return signed_in(user).get(address("health", account)).text


def test_a_sound_account_is_well_in_every_row(at_sandbox, alice):
    account = registered_account(alice, at_sandbox)
    rows = look(account)
    assert list(rows) == ["worker", "endpoint", "signature", "gateway_clock", *BUCKET_KEYS]
    assert {key for key, row in rows.items() if row["state"] != "ok"} <= {"cors"}
    assert health.health_summary(account)[0] == "ok"
    text = page(account, alice)
    assert "TMP took the signature" in text
    assert "All is well" in text
    assert 'data-tone="bad"' not in text


def test_every_row_knows_its_age(at_sandbox, alice):
    account = registered_account(alice, at_sandbox)
    rows = look(account)
    assert all(timezone.now() - health.row_moment(row) < timedelta(minutes=1) for row in rows.values())


@pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(0), timedelta(hours=-1)])
def test_clocks_that_disagree_neither_repeat_nor_hide_a_look(alice, ahead):
    account = make_account(alice)
    with time_machine.travel(timezone.now() + ahead, tick=False):
        asked_at = health.LOOKING.ask(account)
    fence = health.LOOKING.take(account.pk, asked_at)
    assert fence > asked_at
    assert health.LOOKING.take(account.pk, asked_at) is None
    assert health.LOOKING.finish(account.pk, fence)
    account.refresh_from_db()
    assert health.phase(account) is Phase.IDLE


def test_keys_that_the_gateway_does_not_know_are_named_with_its_words(at_sandbox, alice):
    account = make_account(alice, at_sandbox)
    row = look(account)["signature"]
    assert (row["state"], row["code"]) == ("failed", "signature")
    assert "HMAC signature cannot be verified" in page(account, alice)
    assert health.health_summary(account).state == "failed"


@pytest.mark.parametrize("http_state", [401, 403])
def test_both_ways_to_decline_a_signature_are_understood(wire, alice, http_state):
    wire.script = answer(http_state, {"message": "HMAC signature does not match"})
    row = look(make_account(alice, endpoint="sandbox"))["signature"]
    assert (row["state"], row["detail"]["message"]) == ("failed", "HMAC signature does not match")


def test_a_wrong_tmp_key_is_seen_once_its_words_were_learned(wire, alice):
    wire.script = answer(200, {"errorResponse": {"message": "secret mismatch"}})
    account = make_account(alice, endpoint="sandbox")
    assert look(account)["signature"]["state"] == "ok"
    Account.objects.update(lessons={"wrong_key_words": "secret mismatch", "unknown_job_words": "no such job"})
    assert look(account)["signature"]["code"] == "wrong_tmp_key"


def test_words_that_stand_for_everything_prove_nothing(wire, alice):
    wire.script = answer(200, {"errorResponse": {"message": "failed"}})
    account = make_account(alice, endpoint="sandbox", lessons={})
    Account.objects.update(lessons={"wrong_key_words": "failed", "unknown_job_words": "failed"})
    assert look(account)["signature"]["state"] == "ok"


def test_something_else_at_the_address_is_not_called_tmp(wire, alice):
    wire.script = answer(200, "<html>Please sign in to this network</html>")
    rows = look(make_account(alice, endpoint="sandbox"))
    assert (rows["endpoint"]["state"], rows["endpoint"]["code"]) == ("warn", "strange")
    assert rows["signature"]["state"] == "warn"


def test_a_gateway_that_fails_is_worth_a_look(wire, alice):
    wire.script = answer(502, {"message": "Bad Gateway"})
    account = make_account(alice, endpoint="sandbox")
    assert look(account)["signature"]["code"] == "Unanswered"
    assert "Bad Gateway" in page(account, alice)


def test_a_clock_that_is_off_is_told_in_seconds(wire, alice):
    wire.script = answer(401, {"message": "HMAC x"}, {"Date": "Sun, 01 Nov 2020 10:00:00 GMT"})
    row = look(make_account(alice, endpoint="sandbox"))["gateway_clock"]
    assert (row["state"], row["code"]) == ("warn", "clock")
    assert row["detail"]["skew_s"] < -1_000_000
    assert "are -" not in shown(row)["sentence"]


def test_nothing_at_the_address_asks_nothing_further(at_sandbox, settings, alice):
    settings.SANDBOX = {**settings.SANDBOX, "gateway": "http://127.0.0.1:9"}
    rows = look(make_account(alice, at_sandbox))
    assert (rows["endpoint"]["state"], rows["endpoint"]["code"]) == ("failed", "refused")
    assert rows["signature"]["state"] == "skipped"
    assert rows["list"]["state"] == "ok"


def test_a_sandbox_that_is_not_running_is_a_sentence(alice):
    account = make_account(alice, endpoint="sandbox")
    rows = look(account)
    assert rows["endpoint"]["code"] == rows["list"]["code"] == "SandboxNotRunning"
    assert "The sandbox is not running." in page(account, alice)


def test_keys_that_do_not_open_are_a_sentence(at_sandbox, alice):
    account, other = make_account(alice, at_sandbox), make_account(alice)
    lost = other.__dict__["tmp_secret_key"]
    Account.objects.filter(pk=account.pk).update(tmp_secret_key=lost, bucket_secret_key=lost)
    rows = look(account)
    assert rows["signature"]["code"] == rows["list"]["code"] == "CannotOpen"
    assert "cannot be opened with the portal&#x27;s field key" in page(account, alice)


def test_a_public_bucket_and_missing_rights_show(at_sandbox, alice):
    key = at_sandbox.key("none", bucket="health-1250000000")
    fields = {"bucket": key.bucket, "bucket_secret_id": key.secret_id, "bucket_secret_key": key.secret_key}
    account = make_account(alice, at_sandbox, **fields)
    assert look(account)["list"]["state"] == "failed"
    full = at_sandbox.key("full", bucket="open-1250000000")
    at_sandbox.share("open-1250000000", "public-read")
    fields = {"bucket": full.bucket, "bucket_secret_id": full.secret_id, "bucket_secret_key": full.secret_key}
    assert look(make_account(alice, at_sandbox, **fields))["acl"]["code"] == "public_read"


def test_a_bucket_elsewhere_is_named_with_its_region_and_the_way_to_the_console():
    row = shown(
        {"key": "region", "state": "failed", "code": "other_region", "detail": {"region": "ap-beijing"}}
    )
    assert row["words"] == "ap-beijing"
    assert "register anew" in str(row["fix"])
    denied = shown({"key": "put", "state": "failed", "code": "AccessDenied", "detail": {}})
    assert denied["links"]


def test_cross_origin_rules_never_look_like_trouble():
    row = {"key": "cors", "state": "warn", "code": "no_rules", "detail": {}}
    assert shown(row)["state"] == "skipped"


def test_the_plain_http_address_is_warned_about(alice, monkeypatch, wire):
    wire.script = answer(401, {"message": "HMAC x"})
    monkeypatch.setattr(Account, "is_sandbox", False)
    assert [row["code"] for row in health._gateway_rows(make_account(alice, endpoint="sandbox"))][
        0
    ] == "plain_http"


def test_paused_disabled_and_replaced_show_without_a_look(alice):
    now = timezone.now()
    account = make_account(alice, paused_because="HMAC <b>", disabled_at=now, replaced_at=now)
    text = page(account, alice)
    for shown_ in ("Paused", "HMAC &lt;b&gt;", "Disabled", "Replaced", "Never looked at"):
        assert shown_ in text
    assert "New jobs may be made in its name." in page(make_account(alice), alice)


def test_every_member_sees_the_page_and_a_stranger_does_not(alice, bob, charlie):
    account = make_account(alice)
    make_membership(account, bob, Membership.Role.VIEWER)
    for name in ("health", "health_progress"):
        assert signed_in(alice).get(address(name, account)).status_code == 200
        assert signed_in(bob).get(address(name, account)).status_code == 200
        assert signed_in(charlie).get(address(name, account)).status_code == 404


def test_a_viewer_cannot_have_it_looked_at(alice, bob, charlie, looks):
    account = make_account(alice)
    make_membership(account, bob, Membership.Role.VIEWER)
    assert signed_in(bob).post(address("health_look", account)).status_code == 403
    assert signed_in(charlie).post(address("health_look", account)).status_code == 404
    assert signed_in(alice).get(address("health_look", account)).status_code == 405
    assert "Look now" not in page(account, bob)
    assert looks == []
    assert Account.objects.get().health_asked_at is None


def test_a_submitter_looks_and_a_second_click_changes_nothing(
    alice, bob, looks, django_capture_on_commit_callbacks
):
    account = make_account(alice)
    make_membership(account, bob, Membership.Role.SUBMITTER)
    with django_capture_on_commit_callbacks(execute=True):
        assert signed_in(bob).post(address("health_look", account)).url == address("health", account)
        asked_at = Account.objects.get().health_asked_at
        signed_in(alice).post(address("health_look", account))
    assert looks == [(str(account.pk), asked_at.isoformat())]
    assert Account.objects.get().health_asked_at == asked_at


def test_the_page_watches_while_a_worker_is_awaited_and_at_work(alice):
    account = make_account(alice)
    assert "hx-trigger" not in signed_in(alice).get(address("health_progress", account)).text
    asked_at = health.ask(account)
    assert "Waiting for a worker" in signed_in(alice).get(address("health_progress", account)).text
    fence = health.LOOKING.take(account.pk, asked_at)
    health.LOOKING.keep(account.pk, fence, health=[health._worker_row(asked_at, fence)])
    text = signed_in(alice).get(address("health_progress", account)).text
    assert "A worker is looking" in text
    assert "hx-trigger" in text
    health.LOOKING.finish(account.pk, fence)
    assert "hx-trigger" not in signed_in(alice).get(address("health_progress", account)).text


def test_a_worker_that_does_not_come_is_a_finding_and_may_be_asked_again(alice, looks):
    account = make_account(alice, health=[{"key": "worker", "state": "ok", "code": "", "detail": {}}])
    long_ago = timezone.now() - timedelta(seconds=PICK_UP_SECONDS + 1)
    Account.objects.update(health_asked_at=long_ago)
    account.refresh_from_db()
    assert health.phase(account) is Phase.UNANSWERED
    assert health.health_summary(account).state == "failed"
    text = page(account, alice)
    assert "No worker of the portal answers" in text
    assert "A worker took the question up" not in text
    assert 'hx-trigger="every' not in text
    assert "Look now" in text
    assert health.ask(account) > long_ago


def test_a_worker_that_fell_silent_is_told_of(alice):
    account = make_account(alice)
    before = timezone.now() - timedelta(seconds=STEP_SECONDS + 5)
    fence = before + timedelta(seconds=1)
    Account.objects.update(health_asked_at=fence, health=[health._worker_row(before, fence)])
    account.refresh_from_db()
    assert health.phase(account) is Phase.STALLED
    assert "stopped in the middle" in page(account, alice)


def test_a_task_delivered_twice_asks_nothing_twice(wire, alice):
    wire.script = answer(401, {"message": "HMAC x"})
    account = make_account(alice, endpoint="sandbox")
    asked_at = health.ask(account).isoformat()
    tasks.look_at_health(str(account.pk), asked_at)
    asked = len(wire.requests)
    assert asked == 2
    tasks.look_at_health(str(account.pk), asked_at)
    assert len(wire.requests) == asked


def test_whoever_was_overtaken_writes_nothing(alice):
    account = make_account(alice)
    old = health.LOOKING.take(account.pk, health.ask(account))
    Account.objects.update(health_asked_at=timezone.now())
    assert not health.LOOKING.finish(account.pk, old, health=[{"key": "late"}])
    assert Account.objects.get().health == []


def test_an_account_deleted_meanwhile_ends_the_look_quietly(wire, alice, monkeypatch):
    wire.script = answer(401, {"message": "HMAC x"})
    account = make_account(alice, endpoint="sandbox")
    asked_at, rows, seen = health.ask(account), health._gateway_rows, []

    def deleting(of):
        for row in rows(of):
            Account.objects.filter(pk=account.pk).delete()
            seen.append(row["key"])
            yield row

    monkeypatch.setattr(health, "_gateway_rows", deleting)
    assert not health.look(str(account.pk), asked_at)
    assert seen == ["endpoint"]
    tasks.look_at_health(str(account.pk), asked_at.isoformat())


def test_a_fault_of_the_portal_is_a_row_and_no_endless_wait(alice, monkeypatch):
    account = make_account(alice)

    def broken(_account):
        raise RuntimeError("planted")
        yield

    monkeypatch.setattr(health, "_gateway_rows", broken)
    with pytest.raises(RuntimeError):
        health.look(str(account.pk), health.ask(account))
    account.refresh_from_db()
    assert health.phase(account) is Phase.IDLE
    assert "through a fault of the portal" in page(account, alice)


def test_old_rows_stay_to_be_read_until_new_ones_come(alice):
    old = {"key": "put", "state": "ok", "code": "", "detail": {}}
    worker = {"key": "worker", "state": "ok", "code": "", "detail": {}}
    assert health._merged([worker, old], [worker]) == [worker, old]


def test_no_row_page_or_log_holds_a_secret(wire, alice, caplog):
    account = make_account(alice, endpoint="sandbox")
    echo = "you sent tmpSECRETkey0000000004 and gatewaySECRETkey000006 and gatewaySECRETid0000005"
    for script in (answer(200, {"errorResponse": {"message": echo}}), answer(401, {"message": echo})):
        wire.script = script
        look(account)
        assert "SECRET" not in json.dumps(account.health)
        assert "SECRET" not in page(account, alice)
    assert b"tmpSECRETkey" in b"".join(wire.requests)
    assert "SECRET" not in caplog.text
