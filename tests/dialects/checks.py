"""What a person looks at on the way: the beats, their files, and whatever else they may expect."""

from __future__ import annotations

import json

from accounts.clients import bucket_for
from accounts.models import Account
from jobs.capabilities.reading.pointing import Spot
from jobs.engine import looking
from jobs.models import Job
from jobs.results import Result
from sandbox.platform.beat_forms import SAMPLE_RATE
from tests.dialects.performer import TIMES
from tests.dialects.person import Person

# Forms of beats that no reader can tell from other numbers, or at all.
UNREADABLE = ("song-only", "samples", "opaque")


class Trouble(AssertionError):
    """Something that a person may not expect."""


def expect(is_so: object, what: str, *seen: object) -> None:
    """Raises Trouble."""
    if not is_so:
        raise Trouble(": ".join([what, *map(repr, seen)])[:600])


def check_beats(person: Person, job: Job, result: Result) -> None:
    """The beats are the performer's, however they came; where nobody can read them, nothing of it is lost."""
    form = person.stand.dialect["beats"]
    if form in UNREADABLE:
        expect(not result.markers and result.note == "no_times", "beats of nowhere", result.note)
    if form == "opaque":
        told = json.dumps(result.values)
        expect("beatData" in told, "the raw value is not shown", told)
    if form == "samples":
        _check_pointing(job)
    if form not in UNREADABLE:
        _check_times(result)


def _check_times(result: Result) -> None:
    times = [marker.time for marker in result.markers]
    near = len(times) == len(TIMES) and all(abs(a - b) < 0.002 for a, b in zip(times, TIMES, strict=True))
    expect(near, "beats", times[:4], result.note)


def _check_pointing(job: Job) -> None:
    """A person points at the member, and the beats are there."""
    listed = looking.members(job) or []
    member = next((each for each in listed if ".marks" in each.path), None)
    expect(member, "nothing to point at", [each.path for each in listed])
    assert member is not None
    found = looking.result_at(job, Spot(source=member.source, path=member.path, per_second=SAMPLE_RATE))
    expect(found, "pointing found nothing", member.path)
    assert found is not None
    _check_times(found)


def check_files(account: Account, result: Result) -> None:
    """The marked song can be fetched."""
    merged = [file for file in result.files if file.name == "mergeFileName"]
    expect(len(merged) == 1, "files", [file.path for file in result.files])
    content = bucket_for(account).read(merged[0].path, 1 << 24)
    expect(content[:4] == b"RIFF", "the marked song cannot be fetched", merged[0].path)
