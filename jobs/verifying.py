"""Run verification: the guide's own job on a song of ours, so that what comes back proves the account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from accounts.clients import bucket_for
from accounts.encryption import CannotOpen
from accounts.models import Account, Song
from accounts.sentences import explain_bucket, explain_gateway
from jobs import guide, sample, services
from jobs.engine import wire
from jobs.models import Job
from jobs.results import Result
from jobs.sources import SourceRefused
from tencent.errors import BucketError

Hearing = Literal["same", "octave", "other", "nothing"]
# Trackers round, and an MP3 is no ruler.
TOLERANCE = 0.03


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What TMP found in the sample beside what is in it: BPM and numbers of beats, None where not told.

    `hearing` compares the tempos; half and double are an octave off, which is usual.
    """

    bpm: float | None
    beats: int | None
    hearing: Hearing
    true_bpm: float = sample.BPM
    true_beats: int = sample.BEATS


def verify(*, user: Any, account: Account, idempotency_key: UUID) -> Job:
    """The QUEUED verification, its song uploaded; the same key of the same person gives the first job back.

    The caller enqueues it. Raises as services.create, and SourceRefused when the song cannot be uploaded.
    """
    services.insist_on(user=user, account=account)
    first = Job.objects.filter(owner=user, idempotency_key=idempotency_key).first()
    if first:
        return first
    _put_sample(account, user)
    return services.create(
        user=user,
        account=account,
        capability=guide.CAPABILITY,
        params=dict(guide.PARAMS),
        source=services.Source(
            kind=Job.SourceKind.BUCKET, path=guide.SAMPLE_PATH, name=sample.NAME, seconds=sample.SECONDS
        ),
        destination=guide.DESTINATION,
        is_verification=True,
        idempotency_key=idempotency_key,
    )


def request_of(account: Account) -> dict[str, Any]:
    """The CreateJob that `verify` leads to, with its keys masked."""
    job = Job(
        account=account,
        capability=guide.CAPABILITY,
        params=dict(guide.PARAMS),
        source_path=guide.SAMPLE_PATH,
        is_verification=True,
    )
    return wire.request_for(job, destination=guide.DESTINATION, custom_id=guide.CUSTOM_ID).as_sent()


def latest(account: Account) -> Job | None:
    """The verification that was asked for last."""
    return Job.objects.filter(account=account, is_verification=True).for_board().first()


def heard_in(result: Result) -> Heard:
    """What a result says of the sample."""
    facts = {fact.key: fact.value for fact in result.facts}
    bpm, beats = facts.get("tempo"), facts.get("beats")
    return Heard(
        bpm=bpm if isinstance(bpm, int | float) else None,
        beats=beats if isinstance(beats, int) else None,
        hearing=_hearing(bpm),
    )


def _hearing(bpm: Any) -> Hearing:
    if not isinstance(bpm, int | float) or bpm <= 0:
        return "nothing"
    if _near(bpm, sample.BPM):
        return "same"
    return "octave" if _near(bpm * 2, sample.BPM) or _near(bpm / 2, sample.BPM) else "other"


def _near(bpm: float, wanted: float) -> bool:
    return abs(bpm / wanted - 1) <= TOLERANCE


def _put_sample(account: Account, user: Any) -> None:
    content = sample.content()
    try:
        bucket_for(account).put(guide.SAMPLE_PATH, content, content_type="audio/mpeg", length=len(content))
    except BucketError as error:
        raise SourceRefused(explain_bucket(error)) from error
    except CannotOpen as error:
        raise SourceRefused(explain_gateway("CannotOpen")) from error
    Song.objects.update_or_create(
        account=account,
        path=guide.SAMPLE_PATH,
        defaults={
            "name": sample.NAME,
            "size": len(content),
            "seconds": sample.SECONDS,
            "uploader": user,
        },
    )
