"""The portal's main journey in one dialect, and whatever went otherwise than a person may expect."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import reverse

from accounts.models import Account, Registration
from jobs.advice import PLAIN_NAME
from jobs.engine.pausing import resume_account
from jobs.models import Job
from jobs.results import Result
from sandbox.dialects import Dialect
from sandbox.gateway.faults import Fault
from sandbox.platform import telling
from sandbox.platform.callbacks import call_of
from tests.accounts.test_contact import make_contact
from tests.dialects.checks import Trouble, check_beats, check_files, expect
from tests.dialects.person import Person
from tests.dialects.stage import standing
from tests.jobs.working import work_on

State = Job.State
ENGINE_ERROR = "10004 Engine Error"
REFUSAL = "the output type is none of ours"
CHINESE = "uploads/我的歌 1.wav"


def troubles(dialect: Dialect) -> list[str]:
    """What went wrong on the whole journey; nothing when the portal stood it."""
    found: list[str] = []
    with standing(dialect) as stand:
        person = Person(stand)
        try:
            account = registered(person)
        except Trouble as trouble:
            return [str(trouble)]
        for step in STEPS:
            try:
                step(person, account)
            except Trouble as trouble:
                found.append(f"{step.__name__}: {trouble}")
            except Exception as error:
                found.append(f"{step.__name__}: {type(error).__name__}: {error}"[:600])
            account = Account.objects.get(pk=account.pk)
        twice = {name: count for name, count in stand.accepted().items() if count > 1 and name != "musicBeat"}
        if twice:
            found.append(f"sent twice: {twice}")
    return found


def registered(person: Person) -> Account:
    """The first registration: the bucket is sound, and every key arrives."""
    registration = person.register()
    failed = [row["key"] for row in registration.checks if row["state"] == "failed"]
    expect(not failed, "bucket check", failed)
    state, words = registration.state, registration.error_words
    expect(state == Registration.State.DONE, "registration", state, registration.error_kind, words)
    account = Account.objects.get(pk=registration.account_id)
    known = person.stand.sandbox.backend.accounts.by_content_id(account.content_id)
    expect(known and known.gate_key == account.gateway_secret_key, "the keys are not TMP's")
    person.put(account, "uploads/song.wav")
    return account


def a_song_is_heard(person: Person, account: Account) -> None:
    """A job, from the form's values to its beats, its page and its files."""
    job = person.send(person.create(account))
    expect(job.state in (State.SUBMITTED, State.PROCESSING), "after sending", job.state, job.error_words)
    job = person.follow(job)
    expect(job.state == State.COMPLETED, "at the end", job.state, job.error_words)
    result = Result.from_json(job.result)
    check_beats(person, job, result)
    check_files(account, result)
    person.page(job)
    raw = person.browser.get(reverse("jobs:job_raw", args=[job.pk])).getvalue().decode()
    expect("smartContentResult" in raw, "the raw answer is lost", raw)


def a_failure_is_told(person: Person, account: Account) -> None:
    """A job that fails at TMP says so in TMP's words."""
    person.stand.outcome("fail", ENGINE_ERROR)
    job = person.follow(person.send(person.create(account)))
    expect(job.state == State.ERROR, "a failed job", job.state)
    if person.stand.dialect["failed-job"] != "none":
        expect("Engine Error" in job.error_words, "words of a failed job", job.error_words)
        expect("Engine Error" in person.page(job), "the page of a failed job")


def a_cancellation_is_told(person: Person, account: Account) -> None:
    """State 5."""
    person.stand.outcome("cancel")
    job = person.follow(person.send(person.create(account)))
    expect(job.state == State.CANCELED, "a canceled job", job.state)


def a_refusal_is_told(person: Person, account: Account) -> None:
    """A CreateJob that TMP declines ends in its words; where nobody can be sure that it did, a person
    decides, and sees them too."""
    faults = person.stand.sandbox.trouble.faults
    faults.order(Fault(kind="refuse", action="CreateJob", message=REFUSAL))
    job = person.send(person.create(account))
    dialect = person.stand.dialect
    unclear = dialect["error-status"] == "500" or (
        dialect["error-status"] == "200" and dialect["error-form"] in ("top-message", "error-object")
    )
    expect(job.state == (State.UNSURE if unclear else State.ERROR), "a refused job", job.state)
    expect(REFUSAL in job.error_words, "words of a refusal", job.error_words)
    expect(REFUSAL in person.page(job), "the page of a refused job")


def a_lost_answer_costs_nothing_twice(person: Person, account: Account) -> None:
    """The answer to CreateJob is lost, then TMP calls: TMP's own word brings the job back, where it gives
    one."""
    stand = person.stand
    before = len(stand.sandbox.backend.jobs.latest(1000))
    stand.sandbox.trouble.faults.order(Fault(kind="lost_reply", action="CreateJob"))
    job = person.send(person.create(account))
    expect(job.state == State.UNSURE, "after a lost answer", job.state)
    made = stand.sandbox.backend.jobs.latest(1000)
    expect(len(made) == before + 1, "jobs at TMP", len(made) - before)
    if not _called(person, made[0].id):
        return
    job = person.follow(_confirmed(job))
    silent = stand.dialect["echo"] == "nothing" or stand.dialect["callback"] == "empty"
    wanted = State.UNSURE if silent else State.COMPLETED
    expect(job.state == wanted, "after a callback", job.state)
    expect(len(stand.sandbox.backend.jobs.latest(1000)) == before + 1, "a job was made twice")


def _called(person: Person, tmp_id: str) -> bool:
    """TMP calls the portal about its newest job; False where it never does."""
    stand, dialect = person.stand, person.stand.dialect
    if dialect["callback-method"] == "never":
        return False
    known = stand.sandbox.backend.jobs
    job = known.find(tmp_id)
    assert job is not None
    person.let_tmp_work(Job(tmp_id=tmp_id))
    ended = known.find(tmp_id)
    assert ended is not None
    known.called_back(tmp_id)
    call = call_of(job.callback, telling.told(ended, ended.state, dialect), dialect)
    address = call.url.path + (f"?{call.url.query}" if call.url.query else "")
    answer = person.browser.generic(call.method, address, call.body, content_type=call.content_type)
    expect(answer.status_code == 204, "a callback", answer.status_code)
    return True


def _confirmed(job: Job) -> Job:
    """What sweeps do about an unsure job that TMP called about; one may have no time for it."""
    for _ in range(3):
        job = work_on(job)
        if job.state != State.UNSURE:
            break
    return job


def an_unknown_job_ends(person: Person, account: Account) -> None:
    """TMP took a job and forgot it: TMP's words are shown, nothing is sent again, and other jobs go on."""
    person.stand.outcome("unknown")
    job = person.follow(person.send(person.create(account)))
    dialect = person.stand.dialect
    unclear = dialect["unknown-job"] == "no-job" or (
        dialect["unknown-job"] == "error"
        and (
            dialect["error-status"] == "500"
            or (dialect["error-status"] == "200" and dialect["error-form"] in ("top-message", "error-object"))
        )
    )
    expect(job.state in (State.SUBMITTED, State.ERROR), "a forgotten job", job.state)
    if job.state == State.SUBMITTED and not job.account.paused_because:
        expect(unclear, "a forgotten job is asked about for ever")
    if job.state == State.ERROR:
        expect("does not exist" in job.error_words, "words about a forgotten job", job.error_words)
    if job.account.paused_because:
        expect("does not exist" in job.account.paused_because, "why it pauses", job.account.paused_because)
        job.move(State.SUBMITTED, State.GAVE_UP, note="by_person")
        resume_account(job.account)


def a_declined_signature_pauses(person: Person, account: Account) -> None:
    """401 or 403: nothing is sent any more until a person resumes, and then the job goes on."""
    right = account.gateway_secret_key
    _set(account, gateway_secret_key="x" * 39)
    job = person.send(person.create(account))
    account.refresh_from_db()
    if person.stand.dialect["signature"] == "enforced":
        expect(job.state == State.QUEUED and account.paused_because, "a wrong key", job.state)
        expect("HMAC" in account.paused_because, "why it pauses", account.paused_because)
        expect(account.paused_because in person.page(job), "the page of a paused account")
        _set(account, gateway_secret_key=right)
        resume_account(account)
        job = person.send(job)
    else:
        _set(account, gateway_secret_key=right)
    job = person.follow(job)
    expect(job.state == State.COMPLETED, "after the pause", job.state, job.error_words)


def _set(account: Account, **columns: str) -> None:
    for name, value in columns.items():
        setattr(account, name, value)
    account.save(update_fields=list(columns))


def a_wrong_tmp_key_is_told(person: Person, account: Account) -> None:
    """TMP's own no to a key: its words are shown, and no job is made."""
    right, before = account.tmp_secret_key, len(person.stand.sandbox.backend.jobs.latest(1000))
    _set(account, tmp_secret_key="x" * 32)
    job = person.send(person.create(account))
    account.refresh_from_db()
    words = account.paused_because or job.error_words
    expect(job.state in (State.QUEUED, State.ERROR, State.UNSURE), "a wrong TMP key", job.state)
    expect("secretKey is wrong" in words, "words about a wrong TMP key", words)
    expect(words in person.page(job), "the page about a wrong TMP key")
    expect(len(person.stand.sandbox.backend.jobs.latest(1000)) == before, "a job was made")
    _set(account, tmp_secret_key=right)
    resume_account(account)
    if job.state == State.QUEUED:
        job = person.follow(person.send(job))
        expect(job.state == State.COMPLETED, "after a wrong TMP key", job.state, job.error_words)


def a_chinese_path_is_sent(person: Person, account: Account) -> None:
    """A song whose name is not ASCII is heard; or TMP says that it is not there, and the page what to do.

    Songs that people bring get plain names, so this is one that lay in the bucket before.
    """
    person.put(account, CHINESE)
    job = person.follow(person.send(person.create(account, CHINESE)))
    if person.stand.dialect["path"] == "raw":
        expect(job.state == State.COMPLETED, "a song with a Chinese name", job.state, job.error_words)
    else:
        expect(job.state == State.ERROR, "a song that TMP does not find", job.state)
        expect(str(PLAIN_NAME) in person.page(job), "what to do about a Chinese name")


_X_DATE_AGE = {"either": "unchecked", "x-date-only": "checked"}


def first_contact_is_right(person: Person, account: Account) -> None:
    """What the portal learns of the service is how the service is."""
    dialect, learned = person.stand.dialect, make_contact(Account.objects.get(pk=account.pk)).lessons
    enforced = dialect["signature"] == "enforced"
    wanted = {
        "signature_enforced": enforced,
        "source_checked": dialect["source"] == "must-match",
        "date_checked": enforced and "checked" in (dialect["date-age"], _X_DATE_AGE[dialect["dates"]]),
    }
    wrong = {name: learned.get(name) for name, value in wanted.items() if learned.get(name, value) != value}
    expect(not wrong, "first contact", wrong, wanted)


def a_second_registration_takes_over(person: Person, account: Account) -> None:
    """Register again: new keys or the same, and the account goes on; refused, and nothing is lost."""
    registration = person.register(renews=account)
    dialect = person.stand.dialect
    if dialect["register-again"] == "refused":
        expect(registration.state != Registration.State.DONE, "a refused registration", registration.state)
        words = registration.error_words
        expect("registered already" in words, "words of a refused registration", words)
        return
    state = registration.state
    expect(state == Registration.State.DONE, "a second registration", state, registration.error_words)
    renewed = Account.objects.get(pk=registration.account_id)
    for number in (1, 2):
        job = person.follow(person.send(person.verify(renewed)))
        if number == 2 and dialect["custom-id-again"] == "refused":
            expect(job.state in (State.ERROR, State.UNSURE), "a second verification", job.state)
            expect("used before" in job.error_words, "words of it", job.error_words)
        else:
            expect(job.state == State.COMPLETED, "a verification", number, job.state, job.error_words)


STEPS: tuple[Callable[[Person, Account], None], ...] = (
    a_song_is_heard,
    a_failure_is_told,
    a_cancellation_is_told,
    a_refusal_is_told,
    a_lost_answer_costs_nothing_twice,
    an_unknown_job_ends,
    a_declined_signature_pauses,
    a_wrong_tmp_key_is_told,
    a_chinese_path_is_sent,
    first_contact_is_right,
    a_second_registration_takes_over,
)
