"""A job as a person asks for it: who may, what is refused at once, and one job for one form."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import Account, Membership
from jobs import services
from jobs.models import Job
from tests.factories import SONG_PATH, make_account, make_membership


@pytest.fixture
def studio(alice: User) -> Account:
    return make_account(alice, endpoint="sandbox")


def ask_for(user: User, account: Account, **changes: Any) -> Job:
    """What the form of a new job asks for, with `changes`."""
    asked = {
        "capability": "musicBeat",
        "params": {"outputType": 3, "drumType": 2, "enlargeLevel": 3},
        "source": services.Source(kind="bucket", path=SONG_PATH, name="song.wav"),
        "idempotency_key": uuid.uuid4(),
    }
    return services.create(user=user, account=account, **{**asked, **changes})


@pytest.mark.parametrize("role", [None, Membership.Role.VIEWER])
def test_who_may_only_look_may_not_submit(studio: Account, bob: User, role: str | None) -> None:
    if role:
        make_membership(studio, bob, role)
    with pytest.raises(PermissionDenied):
        ask_for(bob, studio)
    assert not Job.objects.exists()


def test_a_submitter_may_submit(studio: Account, bob: User) -> None:
    make_membership(studio, bob, Membership.Role.SUBMITTER)
    assert ask_for(bob, studio).owner == bob


def test_two_people_may_use_the_same_key(alice: User, bob: User, studio: Account) -> None:
    make_membership(studio, bob)
    key = uuid.uuid4()
    assert ask_for(alice, studio, idempotency_key=key) != ask_for(bob, studio, idempotency_key=key)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("capability", {"capability": "musicMagic"}),
        ("enlargeLevel", {"params": {"enlargeLevel": 9}}),
        ("destination", {"destination": "/a/../b"}),
        ("output_prefix", {"output_prefix": "x" * 20}),
        ("source", {"source": services.Source(kind="bucket", name="x")}),
        ("source", {"source": services.Source(kind="bucket", path="../x", name="x")}),
        ("source", {"source": services.Source(kind="url", path="a", url="https://b", name="x")}),
    ],
)
def test_what_tmp_would_refuse_is_refused_before(
    alice: User, studio: Account, field: str, changes: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError) as caught:
        ask_for(alice, studio, **changes)
    assert field in caught.value.message_dict


def test_a_job_remembers_only_parameters_that_were_set(alice: User, studio: Account) -> None:
    job = ask_for(alice, studio, params={"outputType": "4", "splitNum": "", "unknown": "x"})
    assert job.params == {"outputType": 4}
    assert job.destination == "/output/musicBeat"
    assert [(event.to_state, event.note) for event in job.events.all()] == [("QUEUED", "created")]


def test_the_same_form_twice_makes_one_job(alice: User, studio: Account) -> None:
    key = uuid.uuid4()
    first = ask_for(alice, studio, idempotency_key=key)
    assert ask_for(alice, studio, idempotency_key=key) == first
    assert Job.objects.get() == first
