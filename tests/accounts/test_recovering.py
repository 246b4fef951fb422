"""Registrations whose process died or came late: no second call, no lost key, no row that hangs."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts import tasks
from accounts.encryption import CannotOpen
from accounts.models import Account, Registration
from accounts.registering import answers, drafts, rescuing, running
from tencent.gateway import Gateway
from tests.accounts.registering import INFO, run
from tests.factories import make_registration
from tests.tencent.wire_server import answer

pytestmark = pytest.mark.django_db
State = Registration.State


def test_a_task_delivered_twice_registers_once(wire, at_sandbox, alice):
    wire.script = answer(200, {"registerInfo": INFO})
    registration = run(make_registration(alice, at_sandbox))
    running.run_registration(str(registration.pk))
    assert wire.connections == 1
    assert Account.objects.count() == 1


def test_a_row_that_somebody_holds_is_left_alone(wire, at_sandbox, alice):
    registration = make_registration(alice, at_sandbox, state=State.CHECKING)
    Registration.objects.update(lease_until=timezone.now() + timedelta(minutes=1))
    running.run_registration(str(registration.pk))
    registration.refresh_from_db()
    assert (registration.state, registration.fence, wire.connections) == (State.CHECKING, 0, 0)


def lapsed(alice, **fields):
    registration = make_registration(alice, **fields)
    Registration.objects.filter(pk=registration.pk).update(
        lease_until=Now() - timedelta(seconds=1), changed_at=Now() - timedelta(minutes=9)
    )
    registration.refresh_from_db()
    return registration


def test_when_the_process_died_during_the_call_a_person_decides(alice):
    registration = lapsed(alice, state=State.REGISTERING)
    assert running.sweep() == []
    registration.refresh_from_db()
    assert (registration.state, registration.error_kind) == (State.UNSURE, "Abandoned")


def test_when_the_process_died_after_the_reply_the_sweep_makes_the_account(alice):
    reply = json.dumps({"requestId": "echo", "registerInfo": INFO})
    registration = lapsed(alice, state=State.REGISTERING, raw_reply=reply)
    running.sweep()
    running.sweep()
    registration.refresh_from_db()
    assert registration.state == State.DONE
    assert registration.account.tmp_secret_key == INFO["tmpSecretKey"]
    assert Account.objects.for_user(alice).count() == 1


def test_one_reply_whose_bucket_keys_do_not_open_stops_no_other(alice):
    reply = json.dumps({"registerInfo": INFO})
    broken = lapsed(alice, state=State.REGISTERING, raw_reply=reply)
    sound = lapsed(alice, state=State.REGISTERING, raw_reply=reply)
    foreign = Registration.objects.get(pk=sound.pk).__dict__["bucket_secret_key"]
    Registration.objects.filter(pk=broken.pk).update(bucket_secret_key=foreign)
    running.sweep()
    states = dict(Registration.objects.values_list("pk", "state"))
    assert states == {broken.pk: State.UNSURE, sound.pk: State.DONE}


def meanwhile(monkeypatch, happens):
    """`happens` in the moment after TMP answered and before anything is written down."""
    register = Gateway.register

    def answered(self, *args, **kwargs):
        registered = register(self, *args, **kwargs)
        happens()
        return registered

    monkeypatch.setattr(Gateway, "register", answered)


def test_keys_that_come_after_the_sweep_gave_up_still_make_the_account(wire, at_sandbox, alice, monkeypatch):
    def swept():
        Registration.objects.update(lease_until=Now() - timedelta(seconds=1))
        running.sweep()
        assert Registration.objects.get().state == State.UNSURE

    wire.script = answer(200, {"registerInfo": INFO})
    meanwhile(monkeypatch, swept)
    registration = run(make_registration(alice, at_sandbox))
    assert (registration.state, registration.error_kind) == (State.DONE, "")
    assert registration.account.tmp_secret_key == INFO["tmpSecretKey"]


def test_a_refusal_that_comes_after_the_sweep_gave_up_is_still_a_refusal(
    wire, at_sandbox, alice, monkeypatch
):
    register = Gateway.register

    def swept(self, *args, **kwargs):
        try:
            return register(self, *args, **kwargs)
        finally:
            Registration.objects.update(lease_until=Now() - timedelta(seconds=1))
            running.sweep()

    wire.script = answer(200, {"errorResponse": {"message": "服务未开通"}})
    monkeypatch.setattr(Gateway, "register", swept)
    registration = run(make_registration(alice, at_sandbox))
    assert (registration.state, registration.error_words) == (State.REFUSED, "服务未开通")


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_when_tmp_answers_is_waited_for(wire, at_sandbox, alice, monkeypatch):
    update, failures = QuerySet.update, iter([OperationalError("away"), OperationalError("away")])

    def away(self, **fields):
        if "raw_reply" in fields and (failure := next(failures, None)):
            raise failure
        return update(self, **fields)

    monkeypatch.setattr(answers, "PAUSES", (0, 0, 0))
    monkeypatch.setattr(QuerySet, "update", away)
    wire.script = answer(200, {"registerInfo": INFO})
    assert run(make_registration(alice, at_sandbox)).state == State.DONE
    assert wire.connections == 1


def test_a_call_within_its_deadline_is_nobody_s_to_repair(wire, at_sandbox, alice, settings, monkeypatch):
    def looked_at():
        deadline = Now() + timedelta(seconds=settings.REGISTER_DEADLINE_SECONDS)
        assert running.sweep() == []
        assert Registration.objects.filter(state=State.REGISTERING, lease_until__gt=deadline).exists()

    wire.script = answer(200, {"registerInfo": INFO})
    meanwhile(monkeypatch, looked_at)
    assert run(make_registration(alice, at_sandbox)).state == State.DONE


def test_a_live_call_is_not_swept(alice):
    registration = make_registration(alice, state=State.REGISTERING)
    Registration.objects.update(lease_until=Now() + timedelta(seconds=30))
    running.sweep()
    registration.refresh_from_db()
    assert registration.state == State.REGISTERING


def test_a_check_whose_worker_died_or_never_came_is_handed_out_again(alice):
    died = lapsed(alice, state=State.CHECKING)
    forgotten = make_registration(alice, state=State.CHECKING)
    Registration.objects.filter(pk=forgotten.pk).update(changed_at=Now() - timedelta(minutes=1))
    make_registration(alice, state=State.CHECKING)
    assert set(running.sweep()) == {str(died.pk), str(forgotten.pk)}


def test_the_swept_task_hands_rows_to_workers(alice, no_network_tasks):
    registration = lapsed(alice, state=State.CHECKING)
    tasks.sweep()
    assert no_network_tasks == [str(registration.pk)]


def test_a_late_writer_with_an_old_fence_changes_nothing(alice):
    registration = make_registration(alice, state=State.REGISTERING, fence=1)
    Registration.objects.update(fence=2)
    assert not registration.move(State.REGISTERING, State.REFUSED, fence=1)
    registration.refresh_from_db()
    assert registration.state == State.REGISTERING


def test_keys_that_do_not_open_lead_back_to_the_form(alice, at_sandbox):
    registration, other = make_registration(alice, at_sandbox), make_registration(alice, at_sandbox)
    assert drafts.start(registration)
    Registration.objects.filter(pk=registration.pk).update(
        bucket_secret_key=other.__dict__["bucket_secret_key"]
    )
    running.run_registration(str(registration.pk))
    registration.refresh_from_db()
    assert (registration.state, registration.error_kind) == (State.DRAFT, "CannotOpen")


def test_a_failure_of_ours_during_the_check_costs_nothing(alice, at_sandbox, monkeypatch):
    registration = make_registration(alice, at_sandbox)
    assert drafts.start(registration)
    monkeypatch.setattr(running, "is_unfit", None)
    with pytest.raises(TypeError):
        running.run_registration(str(registration.pk))
    registration.refresh_from_db()
    assert (registration.state, registration.error_kind) == (State.DRAFT, "Abandoned")


def taken_by_another_worker(registration):
    Registration.objects.update(lease_until=Now() - timedelta(seconds=1))
    assert running._take(str(registration.pk))


@pytest.mark.parametrize("keys_from", ["", "reply"])
@pytest.mark.parametrize("ends", ["ok", "failed", "raises"])
def test_a_worker_that_was_overtaken_during_its_check_sends_and_writes_nothing(
    wire, at_sandbox, alice, monkeypatch, ends, keys_from
):
    def check(registration):
        taken_by_another_worker(registration)
        if ends == "raises":
            raise CannotOpen
        yield {"key": "list", "state": ends, "code": "", "detail": {}}

    monkeypatch.setattr(running, "check_bucket", check)
    reply = json.dumps({"registerInfo": INFO}) if keys_from else ""
    registration = run(make_registration(alice, at_sandbox, raw_reply=reply, keys_from=keys_from))
    assert (registration.state, registration.fence) == (State.CHECKING, 2)
    assert (registration.checks, registration.error_kind) == ([], "")
    assert registration.lease_until > timezone.now()
    assert (wire.connections, Account.objects.count()) == (0, 0)


def test_a_message_that_comes_while_tmp_is_asked_touches_nothing(wire, alice, at_sandbox):
    registration = lapsed(alice, sandbox=at_sandbox, state=State.REGISTERING, fence=1)
    running.run_registration(str(registration.pk))
    after = Registration.objects.get()
    assert (after.state, after.fence, after.lease_until) == (State.REGISTERING, 1, registration.lease_until)
    assert wire.connections == 0


def test_an_answer_that_comes_after_a_person_used_the_found_keys_makes_no_second_account(
    wire, at_sandbox, alice, monkeypatch
):
    def swept_and_used():
        Registration.objects.update(lease_until=Now() - timedelta(seconds=1))
        running.sweep()
        registration = Registration.objects.get()
        found = drafts.column(registration, "found_reply", json.dumps({"registerInfo": INFO}))
        Registration.objects.update(found_reply=found)
        assert rescuing.use_found(registration)

    wire.script = answer(200, {"registerInfo": INFO})
    meanwhile(monkeypatch, swept_and_used)
    assert run(make_registration(alice, at_sandbox)).state == State.DONE
    assert Account.objects.count() == 1


def failing(monkeypatch, name):
    def fail(*_args, **_kwargs):
        raise OperationalError("database is locked")

    monkeypatch.setattr(running, name, fail)


def test_a_failure_of_ours_once_tmp_was_asked_leaves_it_to_a_person(wire, at_sandbox, alice, monkeypatch):
    wire.script = answer(200, {"registerInfo": INFO})
    registration = make_registration(alice, at_sandbox)
    failing(monkeypatch, "keep_answer")
    with pytest.raises(OperationalError):
        run(registration)
    registration.refresh_from_db()
    assert (registration.state, registration.error_kind) == (State.UNSURE, "Abandoned")


def test_an_account_that_could_not_be_made_is_made_by_the_next_sweep(wire, at_sandbox, alice, monkeypatch):
    wire.script = answer(200, {"registerInfo": INFO})
    registration = make_registration(alice, at_sandbox)
    with monkeypatch.context() as patch:
        failing(patch, "finish")
        with pytest.raises(OperationalError):
            run(registration)
    running.sweep()
    registration.refresh_from_db()
    assert (registration.state, wire.connections) == (State.DONE, 1)
    assert registration.account.tmp_secret_key == INFO["tmpSecretKey"]


def test_one_row_that_cannot_be_finished_stops_no_other(alice, monkeypatch, caplog):
    reply = json.dumps({"registerInfo": INFO})
    broken, sound = (lapsed(alice, state=State.REGISTERING, raw_reply=reply) for _ in range(2))

    def finish(registration):
        if registration.pk == broken.pk:
            raise OperationalError("database is locked")
        return answers.finish(registration)

    monkeypatch.setattr(running, "finish", finish)
    running.sweep()
    states = dict(Registration.objects.values_list("pk", "state"))
    assert states == {broken.pk: State.UNSURE, sound.pk: State.DONE}
    assert str(broken.pk) in caplog.text
    assert "SECRET" not in caplog.text


def test_an_answer_nested_without_end_is_no_registration():
    assert answers.registered_in("[" * 200_000) is None
