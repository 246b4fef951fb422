"""A small fixed sample of `make fuzz` (T16, T17, T24, T31), and proof that each part of it sees a defect."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse

from jobs import hearing
from jobs.models import Job
from tencent import messages
from tests.fuzz.answers import BUNDLE, Answers
from tests.fuzz.callbacks import Callbacks
from tests.fuzz.routes import all_routes, vocabulary
from tests.fuzz.stage import Stage, only_loopback, set_stage
from tests.fuzz.views import Views
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db
# Of all views, one in so many; `make fuzz` has them all.
SHARE = 7
SIGN_IN_FORMS = (
    "password/change",
    "reauthenticate",
    "sessions",
    "factors/totp/activate",
    "invitations",
    "leave",
)


@pytest.fixture
def stage(at_sandbox: SandboxProcess) -> Iterator[Stage]:
    logging.disable(logging.CRITICAL)
    with only_loopback():
        yield set_stage(at_sandbox)
    logging.disable(logging.NOTSET)


def test_the_fuzz_knows_every_route_and_what_forms_ask_for() -> None:
    names = {route.name for route in all_routes()}
    assert len(names) > 150
    assert {"jobs:board", "accounts:register", "library:upload", "account_login", "admin:index"} <= names
    assert {"account", "bucket_secret_key", "pasted", "markers", "prefix"} & set(vocabulary())
    assert len(vocabulary()) > 80


def test_a_sample_of_views_answers_anything_that_is_sent(stage: Stage) -> None:
    """T12: and all forms by which people look after their sign-in."""
    views = Views(stage)
    assert {"/accounts/register/", "/jobs/new/<slug:capability>/", "/jobs/selection/"} <= set(views.forms)
    assert {f"/sign-in/{form}/" for form in SIGN_IN_FORMS} <= set(views.forms)
    signing_in = [
        each for each in views.names if each[1].pattern.startswith("/sign-in/") and each[2] == "POST"
    ]
    assert len(signing_in) > 30
    for number, (name, route, method) in enumerate([*views.names[::SHARE], *signing_in]):
        views.fuzz(name, route, method, count=2, number=number)
    assert views.found.broken == {}
    assert sum(views.found.states.values()) >= len(views.names[::SHARE])
    assert {200, 302, 404, 405} <= set(views.found.states)


def test_three_bundles_of_answers_are_read_saved_and_shown(stage: Stage) -> None:
    answers = Answers(stage, seed=5)
    for number in range(3):
        answers.fuzz(number * BUNDLE)
    assert answers.read.broken == {}
    assert (answers.read.answers, answers.read.crashes) == (3 * BUNDLE, 0)
    states = answers.read.states
    assert min(states[Job.State.SUBMITTED], states[Job.State.COLLECTING], states["created SUBMITTED"]) > 3
    assert min(states["created UNSURE"], states["registered DONE"], states["registered UNSURE"]) > 1


@pytest.mark.parametrize("number", [3_000, 5_300, 7_100])
def test_answers_that_once_broke_a_page_do_so_no_more(stage: Stage, number: int) -> None:
    """Halves of characters, spelled as JSON may, in answers that were kept as they came."""
    answers = Answers(stage, seed=1)
    answers.fuzz(number)
    assert answers.read.broken == {}


def test_a_hundred_callbacks_are_answered_and_none_is_believed(stage: Stage) -> None:
    callbacks = Callbacks(stage, seed=5)
    for number in range(100):
        callbacks.fuzz(number)
    assert (callbacks.heard.broken, callbacks.heard.calls) == ({}, 100)
    assert {204, 404, 405, 413} <= set(callbacks.heard.states)


def test_the_fuzz_sees_a_view_that_breaks(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:
        raise ValueError("a defect")

    views = Views(stage, looks_around=False)
    name, route, method = next(each for each in views.names if each[0] == "GET jobs:job_detail")
    monkeypatch.setattr("jobs.views.detail.render", breaks)
    views.fuzz(name, route, method, count=20, number=1)
    assert views.found.errors > 0
    assert any("ValueError" in what and name in what for what in views.found.broken)


def test_the_fuzz_sees_answers_whose_types_are_taken_for_granted(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "text_of", lambda value: value)
    answers = Answers(stage, seed=5)
    answers.fuzz(0)
    assert answers.read.crashes > 0
    assert any("tencent/messages.py" in what for what in answers.read.broken)


def test_the_fuzz_sees_a_callback_that_is_believed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def believe(attempt: Any, said: bytes) -> None:
        Job.objects.filter(pk=attempt.job_id).update(tmp_id="believed")

    monkeypatch.setattr(hearing, "note_word", believe)
    callbacks = Callbacks(stage, seed=5)
    for number in range(60):
        callbacks.fuzz(number)
    assert "a job or an attempt was changed" in callbacks.heard.broken
