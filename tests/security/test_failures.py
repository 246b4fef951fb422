"""T2: a defect that shows while keys are in hand says where it is and nothing else: page, log and letter."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils.log import AdminEmailHandler
from django.views.debug import SafeExceptionReporterFilter

from accounts import opened, tasks
from accounts.managing import contact, health
from accounts.models import Registration
from tests.accounts.contacting import HARMLESS, secrets_of
from tests.factories import make_registration, tenant
from tests.sandbox_process import SandboxProcess
from tests.secrets_search import Finding, SecretsSearch
from tests.security.walking import content_of, dump
from tests.security.world import World, make_world
from tmpportal import logs, typed_secrets
from tmpportal.error_reports import NoValues

pytestmark = pytest.mark.django_db
WORDS = "It broke here."
# What TMP and its demo script call their keys, wherever a text with them is in hand.
_KEYS_IN_TEXT = re.compile(r"""Secret_?(?:Id|Key)["']?\s*[:=]\s*["']([\w-]{12,})""", re.IGNORECASE)


class Defect(Exception):
    """What somebody forgot to think of."""


class Breaks:
    """Stands in a place and fails there; remembers the keys in what it was given, and quotes `known` and them
    if it is to."""

    def __init__(self, known: Sequence[str] = ()) -> None:
        self.in_hand: list[str] = []
        self._known = known

    def __call__(self, *arguments: Any, **more: Any) -> Any:
        self.in_hand += _KEYS_IN_TEXT.findall(f"{arguments} {more}")
        quoted = [f"{key!r} is no number" for key in (*self._known, *self.in_hand)] if self._known else []
        raise Defect("; ".join((WORDS, *quoted)))


@dataclass(frozen=True, kw_only=True)
class Station:
    """Where keys are in hand: what breaks there, and what a person or a worker does to come by."""

    breaks: str
    deed: Callable[[World, Client], Any]


def _register(world: World, client: Client) -> Any:
    return client.post("/accounts/register/", _tenant(world))


def _tenant(world: World) -> dict[str, Any]:
    return {name: getattr(world.account, name) for name in tenant()} | {"user_name": "another"}


def _paste(world: World, client: Client) -> Any:
    names = ("tmp_secret_id", "tmp_secret_key", "gateway_secret_id", "gateway_secret_key")
    text = "\n".join(f'"{name}": "{getattr(world.account, name)}"' for name in names)
    return client.post("/accounts/register/", {"intent": "paste", "pasted": text})


def _done(task: Any, *arguments: Any) -> None:
    """As a worker does it, which says in its log what it was given and what came of it."""
    task.apply(args=arguments)


def _run(world: World, state: str) -> None:
    row = make_registration(world.people["owner"], state=state, goes_anyway=True, **_tenant(world))
    task = tasks.look_for_demo if state == Registration.State.UNSURE else tasks.register_account
    _done(task, str(row.pk))


def _contact(world: World) -> None:
    asked_at = contact.ask(world.account)
    assert asked_at
    _done(tasks.make_contact, str(world.account.pk), asked_at.isoformat(), HARMLESS, world.people["owner"].pk)


def _health(world: World) -> None:
    asked_at = health.ask(world.account)
    assert asked_at
    _done(tasks.look_at_health, str(world.account.pk), asked_at.isoformat())


def _keys(what: str) -> Callable[[World, Client], Any]:
    return lambda world, client: client.post(f"/accounts/{world.account.pk}/keys/{what}")


STATIONS = {
    "keys are opened": Station(breaks="accounts.managing.keys.note", deed=_keys("")),
    "keys are shown": Station(breaks="accounts.views.keys.render", deed=_keys("")),
    "keys are given out": Station(breaks="accounts.views.keys.HttpResponse", deed=_keys("env")),
    "a form is kept": Station(breaks="accounts.views.drafts.drafts.save_draft", deed=_register),
    "an answer is pasted": Station(breaks="accounts.views.register.importing.take", deed=_paste),
    "a worker registers": Station(
        breaks="accounts.registering.running.keep_answer",
        deed=lambda world, _client: _run(world, Registration.State.CHECKING),
    ),
    "a worker looks for keys": Station(
        breaks="accounts.registering.rescuing.recognise",
        deed=lambda world, _client: _run(world, Registration.State.UNSURE),
    ),
    "a worker asks TMP": Station(
        breaks="tencent.first_contact.ask", deed=lambda world, _client: _contact(world)
    ),
    "a worker looks at an account": Station(
        breaks="accounts.managing.health._rows", deed=lambda world, _client: _health(world)
    ),
}


# Two keep keys in types that never say them (accounts.managing.keys.Shown), and of a task's defect Celery
# hands on places without values: there the filter is a second line.
SAFE_ANYWAY = {
    "keys are opened",
    "keys are shown",
    *(name for name in STATIONS if name.startswith("a worker")),
}


@dataclass(frozen=True, kw_only=True)
class Broken:
    """What was `told` of a defect, by where: page, log, letters; and what must not be in it."""

    told: dict[str, str]
    search: SecretsSearch

    def findings(self) -> list[Finding]:
        """What is in it after all."""
        return [each for where, text in self.told.items() for each in self.search.in_text(text, where)]


@pytest.fixture
def world(at_sandbox: SandboxProcess, settings: Any) -> World:
    settings.ADMINS = [("Olga", "olga@example.com")]
    return make_world(at_sandbox)


@pytest.fixture
def heard() -> Iterator[io.StringIO]:
    """All that is logged, at every level, past every filter; errors become letters, too."""
    said, root = io.StringIO(), logging.getLogger()
    handlers: list[logging.Handler] = [
        logging.StreamHandler(said),
        logging.StreamHandler(said),
        AdminEmailHandler(include_html=True),
    ]
    for handler, form in zip(handlers, (logs.Line(), logs.Json()), strict=False):
        handler.setFormatter(form)
    handlers[-1].setLevel(logging.ERROR)
    level = root.level
    root.setLevel(logging.DEBUG)
    for handler in handlers:
        root.addHandler(handler)
    yield said
    for handler in handlers:
        root.removeHandler(handler)
    root.setLevel(level)


@pytest.mark.parametrize("is_debug", [False, True])
def test_a_defect_tells_no_key(
    world: World, heard: io.StringIO, settings: Any, monkeypatch: pytest.MonkeyPatch, is_debug: bool
) -> None:
    """T2: on the page for developers neither; what is told is the place, and the words of the defect."""
    settings.DEBUG = is_debug
    for name, station in STATIONS.items():
        broken = _broken(station, world, heard, monkeypatch)
        assert WORDS in broken.told["log"], name
        assert WORDS in broken.told["letters"], name
        assert broken.findings() == [], name


def test_the_keys_were_in_hand_wherever_it_broke(
    world: World, heard: io.StringIO, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T2: without the portal's own reports the other places tell them."""
    settings.DEBUG = True
    monkeypatch.setattr(NoValues, "get_traceback_frame_variables", _all_values)
    _let_keys_be_told(monkeypatch)
    found = {
        name: len({finding.secret for finding in _broken(station, world, heard, monkeypatch).findings()})
        for name, station in STATIONS.items()
    }
    assert {name for name, number in found.items() if not number} == SAFE_ANYWAY
    assert found["keys are given out"] == 6


@pytest.mark.parametrize("is_debug", [False, True])
def test_a_defect_that_quotes_keys_in_its_own_words_tells_none(
    world: World, heard: io.StringIO, settings: Any, monkeypatch: pytest.MonkeyPatch, is_debug: bool
) -> None:
    """T2: such as int() does; also keys that were typed a moment ago and are in no database yet."""
    settings.DEBUG = is_debug
    for name, station in STATIONS.items():
        broken = _broken(station, world, heard, monkeypatch, quotes=True)
        assert "*** is no number" in broken.told["log"].replace("'", ""), name
        assert [each for each in broken.findings() if each.where != "letters"] == [], name


def test_the_words_of_a_defect_quoted_keys(
    world: World, heard: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T2: without what takes them out again they are told."""
    _let_keys_be_told(monkeypatch)
    for name, station in STATIONS.items():
        assert _broken(station, world, heard, monkeypatch, quotes=True).findings(), name


def _let_keys_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for place in (opened, typed_secrets):
        monkeypatch.setattr(place, "without", lambda text, *_: text)


def _all_values(_filter: SafeExceptionReporterFilter, _request: Any, frame: Any) -> Any:
    return frame.f_locals.items()


def _broken(
    station: Station,
    world: World,
    heard: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
    *,
    quotes: bool = False,
) -> Broken:
    heard.seek(0)
    heard.truncate()
    mail.outbox.clear()
    breaks = Breaks(secrets_of(world.account) if quotes else ())
    client = world.client("owner")
    with monkeypatch.context() as patch:
        patch.setattr(station.breaks, breaks)
        answer = station.deed(world, client)
    letters = "\n".join(f"{each.subject}\n{each.body}\n{each.alternatives}" for each in mail.outbox)
    assert answer is None or answer.status_code == 500
    page = content_of(answer).decode() if answer is not None else ""
    secrets = [*secrets_of(world.account), *breaks.in_hand]
    return Broken(
        told={"page": page, "log": heard.getvalue(), "letters": letters, "rows": str(dump())},
        search=SecretsSearch({f"key {number}": key for number, key in enumerate(secrets)}),
    )
