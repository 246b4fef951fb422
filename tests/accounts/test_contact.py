"""First contact: each question once, lessons kept, no secret in the report; on a page and in a terminal."""

from __future__ import annotations

import html
import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import tasks
from accounts.managing import contact
from accounts.managing.asking import PICK_UP_SECONDS
from accounts.managing.contact_sentences import finding_row, lesson_sentences, title_of
from accounts.models import Account, AuditEntry, Membership
from tencent.first_contact import QUESTIONS
from tests.accounts.contacting import HARMLESS, registered_account, secrets_of
from tests.factories import make_account, make_membership
from tests.jobs.scene import signed_in
from tests.tencent.wire_server import answer

pytestmark = pytest.mark.django_db
EVERY = [question.key for question in QUESTIONS]
NAMES = ["contact", "contact_progress", "contact_report"]


@pytest.fixture
def sent(monkeypatch):
    """Tasks handed to workers, instead of handing them over."""
    handed = []
    monkeypatch.setattr(tasks.make_contact, "delay", lambda *arguments: handed.append(arguments))
    return handed


def make_contact(account, keys=HARMLESS, user=None):
    """What the button and then a worker do."""
    account.refresh_from_db()
    asked_at = contact.ask(account)
    assert contact.run(str(account.pk), asked_at, questions=keys, user_id=user.pk if user else None)
    account.refresh_from_db()
    return account


def address(name, account):
    return reverse(f"accounts:account_{name}", args=[account.pk])


def test_every_harmless_question_is_asked_once_and_teaches(at_sandbox, alice):
    account = make_contact(registered_account(alice, at_sandbox), user=alice)
    assert [finding["key"] for finding in account.contact_report["findings"]] == HARMLESS
    assert account.contact_report["trouble"] == ""
    assert account.lessons["business_http_state"] == 200
    assert account.lessons["signature_enforced"] is True
    assert account.lessons["wrong_key_words"]
    assert account.contacted_at >= account.contact_asked_at


def test_the_audit_log_names_the_person_and_the_questions(at_sandbox, alice):
    make_contact(registered_account(alice, at_sandbox), ["unknown_job"], user=alice)
    entry = AuditEntry.objects.get(deed=AuditEntry.Deed.CONTACTED)
    assert (entry.user, entry.detail) == (alice, {"questions": ["unknown_job"]})


def test_the_page_tells_answers_lessons_and_the_whole_report(at_sandbox, alice):
    account = make_contact(registered_account(alice, at_sandbox))
    text = signed_in(alice).get(address("contact", account)).text
    for key in HARMLESS:
        assert f'data-finding="{key}"' in text
    assert "The portal will pause the account when it sees them." in text
    assert "Signatures are checked" in text
    report = signed_in(alice).get(address("contact_report", account))
    assert report.headers["Content-Disposition"] == 'attachment; filename="first-contact.json"'
    assert json.loads(report.text) == account.contact_report["report"]
    shown = text.split('aria-label="Report">')[1].split("</pre>")[0]
    assert html.unescape(shown) == report.text


def test_no_secret_and_no_name_is_in_anything_that_is_kept_or_shown(at_sandbox, alice, caplog):
    account = make_contact(registered_account(alice, at_sandbox), EVERY)
    kept = json.dumps([account.contact_report, account.lessons])
    page = signed_in(alice).get(address("contact", account)).text
    report = signed_in(alice).get(address("contact_report", account)).text
    for secret in secrets_of(account):
        assert secret not in kept + page + report + caplog.text
    for name in (account.caller, account.operate_uin, account.bucket, account.content_id):
        assert name not in report


def test_a_service_that_repeats_all_it_was_told_gives_nothing_away(wire, alice, caplog):
    account = make_account(alice, endpoint="sandbox")
    told = "tmpSECRETkey0000000004 tmpSECRETid00000000003 gatewaySECRETkey000006 gatewaySECRETid0000005"
    wire.script = answer(200, {"errorResponse": {"message": f"{told} {account.caller}"}})
    make_contact(account, EVERY)
    text = signed_in(alice).get(address("contact", account)).text
    assert "SECRET" not in json.dumps([account.contact_report, account.lessons]) + text + caplog.text
    assert len(wire.requests) == len(EVERY)


def test_what_may_cost_is_not_ticked(alice):
    text = signed_in(alice).get(address("contact", make_account(alice))).text
    for question in QUESTIONS:
        box = text.split(f'value="{question.key}"')[1].split(">")[0]
        assert ("checked" in box) != question.may_cost
    assert text.count("May cost money") == 1


def test_every_question_has_words_of_its_own():
    titles = [str(title_of(key)) for key in EVERY]
    assert len(set(titles)) == len(EVERY)
    assert not set(titles) & set(EVERY)


def test_an_account_that_makes_no_more_jobs_is_not_offered_one(alice):
    account = make_account(alice, disabled_at=timezone.now())
    assert [question.key for question in contact.offered(account)] == HARMLESS
    assert [question.key for question in contact.chosen(account, EVERY)] == HARMLESS


def test_the_button_hands_ids_and_machine_words_to_a_worker(alice, sent, django_capture_on_commit_callbacks):
    account = make_account(alice)
    with django_capture_on_commit_callbacks(execute=True):
        chosen = {"question": ["no_signature", "unknown_job", "<script>"]}
        assert signed_in(alice).post(address("contact_ask", account), chosen).status_code == 302
        signed_in(alice).post(address("contact_ask", account), chosen)
    asked_at = Account.objects.get().contact_asked_at.isoformat()
    assert sent == [(str(account.pk), asked_at, ["unknown_job", "no_signature"], alice.pk)]


def test_nothing_ticked_asks_nothing(alice, sent):
    account = make_account(alice)
    page = signed_in(alice).post(address("contact_ask", account), follow=True)
    assert "Tick at least one question." in page.text
    assert Account.objects.get().contact_asked_at is None


@pytest.mark.parametrize("role", [Membership.Role.VIEWER, Membership.Role.SUBMITTER])
def test_only_an_owner_may_make_contact(alice, bob, charlie, sent, role):
    account = make_account(alice, contact_report={"findings": [{}], "report": {}})
    make_membership(account, bob, role)
    for name in NAMES:
        assert signed_in(bob).get(address(name, account)).status_code == 403
        assert signed_in(charlie).get(address(name, account)).status_code == 404
    ask = address("contact_ask", account)
    assert signed_in(bob).post(ask, {"question": EVERY}).status_code == 403
    assert signed_in(charlie).post(ask, {"question": EVERY}).status_code == 404
    assert signed_in(alice).get(ask).status_code == 405
    assert sent == []


def test_there_is_no_report_before_the_first_answer(alice):
    assert signed_in(alice).get(address("contact_report", make_account(alice))).status_code == 404


def test_a_task_delivered_twice_asks_nothing_twice(wire, alice):
    account = make_account(alice, endpoint="sandbox")
    arguments = (str(account.pk), contact.ask(account).isoformat(), ["unknown_job"], alice.pk)
    tasks.make_contact(*arguments)
    tasks.make_contact(*arguments)
    assert len(wire.requests) == 1
    assert AuditEntry.objects.count() == 1


def test_answers_appear_as_they_come(wire, alice):
    wire.script = answer(200, {"errorResponse": {"message": "no such job"}})
    account = make_account(alice, endpoint="sandbox")
    fence = contact.CONTACT.take(account.pk, contact.ask(account))
    account.refresh_from_db()
    book = contact._Book(account, fence, ["unknown_job", "wrong_tmp_key"])
    book.keep()
    before = signed_in(alice).get(address("contact_progress", account)).text
    assert "hx-trigger" in before
    assert "What about a job that does not exist?" in before
    contact._ask_all(account, contact.chosen(account, ["unknown_job"]), book)
    after = signed_in(alice).get(address("contact_progress", account)).text
    assert 'data-finding="unknown_job"' in after
    assert "And with a wrong TMP key?" in after
    assert "no such job" in after


def test_a_second_first_contact_keeps_what_the_first_one_taught(at_sandbox, alice):
    account = make_contact(registered_account(alice, at_sandbox))
    before = account.lessons
    make_contact(account, ["no_signature"])
    assert account.lessons == before
    assert [finding["key"] for finding in account.contact_report["findings"]] == ["no_signature"]


def test_nothing_is_asked_of_who_cannot_be_reached(at_sandbox, settings, alice):
    settings.SANDBOX = {**settings.SANDBOX, "gateway": "http://127.0.0.1:9"}
    account = make_contact(make_account(alice, at_sandbox))
    assert account.contact_report["trouble"] == "Unreachable"
    assert len(account.contact_report["findings"]) == 1
    assert account.lessons == {}
    assert "TMP could not be reached" in signed_in(alice).get(address("contact", account)).text


def test_a_service_that_asks_for_a_pause_gets_one(wire, alice):
    wire.script = answer(429, {"message": "API rate limit exceeded"})
    account = make_contact(make_account(alice, endpoint="sandbox"))
    assert account.contact_report["trouble"] == "Throttled"
    assert len(wire.requests) == 1


def test_keys_that_do_not_open_ask_nothing(wire, alice):
    account, other = make_account(alice, endpoint="sandbox"), make_account(alice)
    Account.objects.filter(pk=account.pk).update(tmp_secret_key=other.__dict__["tmp_secret_key"])
    make_contact(account)
    assert account.contact_report["trouble"] == "CannotOpen"
    assert wire.requests == []
    assert "field key" in signed_in(alice).get(address("contact", account)).text


def test_a_worker_that_does_not_come_is_told_of(alice):
    account = make_account(alice)
    Account.objects.update(contact_asked_at=timezone.now() - timedelta(seconds=PICK_UP_SECONDS + 1))
    text = signed_in(alice).get(address("contact", account)).text
    assert "No worker of the portal answers" in text
    assert 'hx-trigger="every' not in text


def test_an_account_deleted_meanwhile_ends_the_contact_quietly(wire, alice):
    account = make_account(alice, endpoint="sandbox")
    asked_at = contact.ask(account)
    Account.objects.all().delete()
    tasks.make_contact(str(account.pk), asked_at.isoformat(), HARMLESS, alice.pk)
    assert wire.requests == []


def test_an_account_deleted_between_two_questions_is_asked_about_no_more(wire, alice, monkeypatch):
    account = make_account(alice, endpoint="sandbox")
    asked_at, once = contact.ask(account), contact.first_contact.ask

    def deleting(question, **own):
        Account.objects.filter(pk=account.pk).delete()
        return once(question, **own)

    monkeypatch.setattr(contact.first_contact, "ask", deleting)
    assert not contact.run(str(account.pk), asked_at, questions=HARMLESS)
    assert len(wire.requests) == 1


def test_a_fault_of_the_portal_keeps_what_came(wire, alice, monkeypatch):
    wire.script = answer(200, {"errorResponse": {"message": "no such job"}})
    account, once = make_account(alice, endpoint="sandbox"), contact.first_contact.ask

    def breaking(question, **own):
        if question.key != "unknown_job":
            raise RuntimeError("planted")
        return once(question, **own)

    monkeypatch.setattr(contact.first_contact, "ask", breaking)
    with pytest.raises(RuntimeError):
        make_contact(account)
    account.refresh_from_db()
    assert account.contact_report["trouble"] == "Abandoned"
    assert account.lessons["unknown_job_words"] == "no such job"
    assert not contact.phase(account).is_live


def test_a_job_made_of_nothing_is_named(wire, alice):
    wire.script = answer(200, {"createJobResponse": {"job": {"id": "job-77", "state": 1}}})
    account = make_contact(make_account(alice, endpoint="sandbox"), ["invalid_descriptor"])
    row = finding_row(account.contact_report["findings"][0])
    assert row["state"] == "warn"
    assert "job-77" in row["sentence"]
    assert "job-77" not in lesson_sentences(account.lessons)


def test_an_answer_nested_without_end_is_shown_as_it_came():
    row = finding_row({"key": "unknown_job", "exchange": {"answer": "[" * 50_000}})
    assert row["answer"] == "[" * 50_000


def test_a_lesson_that_nobody_foresaw_is_named_as_it_is():
    assert lesson_sentences({"new": 7, "source_checked": False}) == [
        "new: 7",
        "The Source header may be anything.",
    ]


def test_words_that_stand_for_two_faults_promise_no_pause():
    told = "job %s does not exist"
    unknown, other = (told % f"71a7d85a-b5bd-4bd8-a318-31eece68c79{digit}" for digit in "bc")
    (sentence, _) = lesson_sentences({"wrong_key_words": other, "unknown_job_words": unknown})
    assert "cannot tell one from the other" in sentence
    assert "pause" in lesson_sentences({"wrong_key_words": "wrong key", "unknown_job_words": unknown})[0]
