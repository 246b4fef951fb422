"""T2: a defect in the engine that quotes, in its own words, the keys at hand: no line and no row has them."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from accounts import opened
from accounts.models import Account
from jobs.models import Job
from tests.accounts.contacting import secrets_of
from tests.factories import make_job
from tests.jobs.engines import eventually, running
from tests.jobs.raw_gateway import RawGateway
from tests.secrets_search import Finding, SecretsSearch
from tests.security.walking import dump
from tmpportal import logs

State = Job.State
WORDS = "is no number"
_KEY = re.compile(r"""secret_?(?:id|key)["']?\s*[:=]\s*["']?([\w/+-]{12,})""", re.IGNORECASE)


class Defect(Exception):
    """What somebody forgot to think of."""


# Where keys are in hand on the way of a job: opening, signing a CreateJob or a question, sending.
PLACES = {
    "opening": ("accounts.clients.GatewayKeys", State.QUEUED),
    "signing": ("tencent.gateway.signed_headers", State.QUEUED),
    "asking": ("tencent.gateway.signed_headers", State.SUBMITTED),
    "sending": ("aiohttp.ClientSession.post", State.QUEUED),
}


@pytest.fixture
def account(many_connections: None, account: Account) -> Account:
    """An account in a database that the engine's threads may use, too."""
    return account


@pytest.fixture
def heard() -> Iterator[io.StringIO]:
    """All that is logged, at every level, in both ways of writing."""
    said, root = io.StringIO(), logging.getLogger()
    handlers = [logging.StreamHandler(said), logging.StreamHandler(said)]
    for handler, form in zip(handlers, (logs.Line(), logs.Json()), strict=True):
        handler.setFormatter(form)
        root.addHandler(handler)
    yield said
    for handler in handlers:
        root.removeHandler(handler)


def breaking(kind: type[Exception], quoted: list[str]) -> Callable[..., Any]:
    """Fails and says which keys it was given."""

    def fails(*arguments: Any, **more: Any) -> Any:
        parts = [getattr(each, "__dict__", each) for each in (*arguments, *more.values(), more)]
        found = _KEY.findall(
            " ".join(part.decode() if isinstance(part, bytes) else str(part) for part in parts)
        )
        quoted.extend(found)
        raise kind("; ".join(f"{key!r} {WORDS}" for key in found))

    return fails


def broken(
    account: Account, heard: io.StringIO, monkeypatch: pytest.MonkeyPatch, place: str, kind: type[Exception]
) -> list[Finding]:
    """Findings in log, rows and the job's page after the engine met the defect."""
    where, state = PLACES[place]
    sent = {"tmp_id": "tmp-1", "tmp_state": 1} if state == State.SUBMITTED else {}
    job = make_job(account, state=state, **sent)
    quoted: list[str] = []
    monkeypatch.setattr(where, breaking(kind, quoted))
    with running():
        assert eventually(
            lambda: quoted and (WORDS in heard.getvalue() or Job.objects.exclude(state=state).exists())
        )
    assert set(quoted) & set(secrets_of(account))
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(job.owner)
    pages = [client.get(f"/jobs/{job.pk}/{more}") for more in ("", "exchanges/")]
    assert [page.status_code for page in pages] == [200, 200]
    search = SecretsSearch({f"key {number}": key for number, key in enumerate(quoted)})
    told = {"log": heard.getvalue(), "rows": str(dump()), "pages": "".join(page.text for page in pages)}
    return [each for name, text in told.items() for each in search.in_text(text, name)]


@pytest.mark.parametrize("kind", [Defect, ValueError])
@pytest.mark.parametrize("place", PLACES)
def test_keys_that_a_defect_quotes_are_in_no_line_row_or_page(
    account: Account,
    gateway: RawGateway,
    heard: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
    kind: type[Exception],
) -> None:
    """T2: and where it is told, its words are, without them."""
    assert broken(account, heard, monkeypatch, place, kind) == []
    if kind is Defect:
        assert f"'***' {WORDS}" in heard.getvalue()


def test_the_engine_would_tell_them_otherwise(
    account: Account, gateway: RawGateway, heard: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T2"""
    monkeypatch.setattr(opened, "without", lambda text: text)
    assert {each.where for each in broken(account, heard, monkeypatch, "signing", Defect)} == {"log"}
