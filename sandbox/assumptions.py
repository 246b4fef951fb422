"""Everything the sandbox takes for granted about TMP, in one table, so that a wrong guess has one place.

Open questions that have more than one plausible answer are switches, in `sandbox.dialects`.

Marks: `seed` the five-minute guide, `doc` an official page, `client` public code that talks to the service,
`assumed` our own guess.
"""

from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Assumption:
    """One row: what is taken for granted, its value here, and what speaks for it."""

    name: str
    value: object
    mark: str
    reason: str


TABLE: list[Assumption] = []


def _take(name: str, value: T, mark: str, reason: str) -> T:
    TABLE.append(Assumption(name=name, value=value, mark=mark, reason=reason))
    return value


SUBMITTED = _take("state: submitted", 1, "client", "three clients agree")
PROCESSING = _take("state: processing", 2, "client", "three clients agree")
COMPLETED = _take("state: completed", 3, "client", "three clients agree")
ERROR = _take("state: error", 4, "client", "three clients agree; also set on time-out (doc)")
CANCELED = _take("state: canceled", 5, "client", "two clients; the sandbox never sets it, no call is known")

USER_NAME = _take(
    "userName", r"[A-Za-z0-9]{1,19}", "seed", "letters and digits, at most 19 (at least 1: assumed)"
)
OPERATE_UIN = _take("operateUin", r"[0-9]{1,20}", "assumed", "an account id, as string or number")
DEMO_PATH = _take("demoCosPath", "{uin}_demo/run_musicBeat.py", "seed", "UIN is read as the operateUin")

LONGEST_PREFIX = _take("outputPrefix", 19, "doc", "fewer than 20 characters")
LONGEST_CUSTOM_ID = _take("customId", 63, "doc", "fewer than 64 characters")
LONGEST_SOURCE_DATA = _take("sourceData", 512, "doc", "for cloning and textBgmGeneration only")
DESTINATION = _take("destination", "/", "doc", "default: the root of the bucket")
NO_FILES = _take(
    "capabilities without files",
    frozenset(
        (
            "musicHighlight",
            "musicStructureAnalysis",
            "musicASR",
            "musicTagV2",
            "musicRecognition",
            "skipMusicIntro",
        )
    ),
    "doc",
    "their pages list no contentId for an output; all others need one",
)
BEAT_FILE = _take(
    "beat file",
    ("bpm", "duration", "beats", "tempo", "onsets"),
    "assumed",
    "no form is public; `beats` holds time, strength, downbeat, `tempo` time, bpm; in seconds",
)
GROUPS = _take("splitNum", "stretches of nearly as many beats", "assumed", "one file each, in order")
DRUMS = _take(
    "drumType", ("low drum", "snare", "closed cymbal", "wood block"), "assumed", "only the numbers are known"
)
BOOST = _take("enlargeLevel", 3.0, "assumed", "dB of each step, beside the song; that it has six is doc")
ENGINE_ERROR = _take("engine error", "10004 Engine Error", "client", "quoted by one integrator")
CALLBACK_TRIES = _take("callback tries", 3, "assumed", "2xx counts as taken")

RATE_LIMIT = _take(
    "too many calls",
    "API rate limit exceeded",
    "doc",
    "429",
)

DATA_READ = _take(
    "data read on the bucket's page",
    frozenset(("HeadBucket", "GetBucket", "HeadObject", "GetObject")),
    "assumed",
    "the guide grants this and data write there, no CAM policy; doc 436/12470: lists and reads objects",
)
DATA_WRITE = _take(
    "data write on the bucket's page",
    frozenset(
        (
            "PutObject",
            "PostObject",
            "AppendObject",
            "DeleteObject",
            "InitiateMultipartUpload",
            "UploadPart",
            "ListParts",
            "CompleteMultipartUpload",
            "AbortMultipartUpload",
            "ListMultipartUploads",
        )
    ),
    "assumed",
    "doc 436/12470: creates, overwrites, deletes objects; that CORS, ACL, location stay closed is a guess",
)
PUBLIC_BUCKET = _take(
    "public bucket", "AllUsers get data read, or read and write", "doc", "436/12470; which calls: assumed"
)
BUCKET_RESOURCE = _take(
    "resource of a bucket's actions", "<bucket>/", "doc", "436/30580; no prefix narrows a listing: assumed"
)
REFUSED_DELETES = _take(
    "delete of many keys", "Error per refused key", "assumed", "each key needs DeleteObject (doc 436/30580)"
)
FULL_STORE = _take(
    "a full store", "QuotaExceeded", "assumed", "403, which nobody tries again; COS itself is never full"
)
TOKENS = _take(
    "temporary keys",
    ("InvalidAccessKeyId: token missing, or not that key's", "ExpiredToken: too late"),
    "assumed",
    "403 and 400; both names are doc, when they come is not",
)
OWN_KEYS = _take(
    "TMP's way into the bucket",
    "the registered key: PutObject for demo and results, GetObject for songs",
    "seed",
    "the guide asks for a key that reads and writes; which calls TMP makes with it is assumed",
)

REGISTER_SECONDS = _take("Register takes", 120.0, "seed", "about two minutes")
QUEUE_SECONDS = _take("a job waits", 5.0, "assumed", "state 1 under the clock pace")
WORK_SECONDS = _take("a job runs", 30.0, "assumed", "state 2 under the clock pace, at least")
