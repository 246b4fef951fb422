"""What a person would send to each address: a form that does something, were its sender allowed to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.factories import SONG_PATH
from tests.security.world import SPARE_PATH, World
from tests.songs import clicks

Words = dict[str, Any]

LATER = "2099-01-01T00:00:00+00:00"
_JOB = {"source": "bucket", "path": SONG_PATH, "outputType": 3, "drumType": 2, "enlargeLevel": 3}
_ACCOUNT = "accounts/<uuid:account_id>/"
_LIBRARY = "library/<uuid:account_id>/"
_LIMITS = "jobs/accounts/<uuid:account_id>/limits/"
_ONE_JOB = "jobs/<uuid:job_id>/"

# What stands behind the question mark where an address alone shows nothing.
QUERIES: dict[str, Callable[[World], Words]] = {
    "jobs/compare/": lambda world: {"a": world.ids["job_id"], "b": world.jobs["again"].pk},
    **{
        f"{_LIBRARY}{name}": lambda world: {"path": SONG_PATH}
        for name in ("file", "move/", "stream", "download", "keys")
    },
    "jobs/accounts/<uuid:account_id>/uses/": lambda world: {"path": SONG_PATH},
    "jobs/find/": lambda world: {"q": "song"},
    **dict.fromkeys(
        (f"{_ONE_JOB}cuts/", f"{_ONE_JOB}cuts/<slug:format_key>"), lambda world: {"by": "count", "n": "2"}
    ),
}

WORDS: dict[str, Callable[[World], Words]] = {
    "jobs/new/": lambda world: _form(world),
    "jobs/new/<slug:capability>/": lambda world: _form(world),
    "jobs/new/<slug:capability>/settings/": lambda world: {
        **_form(world),
        "intent": "save",
        "preset_name": "new",
    },
    "jobs/new/<slug:capability>/settings.json": lambda world: _form(world),
    "jobs/new/<slug:capability>/request/": lambda world: _form(world),
    "jobs/address/": lambda world: {"account": world.account.pk, "url": "https://example.com/a.mp3"},
    "jobs/adopt/": lambda world: {
        "account": world.account.pk,
        "told": "tmp-adopted-1",
        "capability": "musicBeat",
    },
    "jobs/selection/": lambda world: {
        "action": "delete",
        "job": world.ids["job_id"],
        "back": "job",
        "confirmed": "1",
    },
    "jobs/compare/": lambda world: {"job": [world.ids["job_id"], world.jobs["again"].pk]},
    "jobs/filters/": lambda world: {"name": "added", "query": "state=COMPLETED"},
    "jobs/filters/<int:filter_id>/": lambda world: {"name": "renamed"},
    "jobs/visit/seen/": lambda world: {"until": LATER},
    "batches/<uuid:batch_id>/retry/": lambda world: {"until": LATER},
    f"{_ONE_JOB}times/": lambda world: {"member": '["", "beats"]', "unit": "s"},
    f"{_ONE_JOB}beats/": lambda world: {"base": 1, "beats": "0.5\n1.0\n1.75"},
    f"{_ONE_JOB}beats/choose/": lambda world: {"number": 0, "base": 1},
    f"{_ONE_JOB}shares/": lambda world: {"for_whom": "the band", "lasts": "1d", "with_audio": "on"},
    "jobs/accounts/<uuid:account_id>/verify/": lambda world: {"idempotency_key": uuid4()},
    "jobs/accounts/<uuid:account_id>/uses/": lambda world: {"path": SONG_PATH},
    "jobs/accounts/<uuid:account_id>/uses/counts/": lambda world: {"path": SONG_PATH},
    _LIMITS: lambda world: {"calls_per_second": 1, "jobs_in_flight": 2, "jobs_per_day": 3},
    f"{_LIMITS}price/": lambda world: {
        "capability": "musicHighlight",
        "amount": "2",
        "currency": "CNY",
        "per": "song",
        "source": "a list",
        "dated": "2026-01-01",
    },
    "accounts/hints/": lambda world: {"dismiss": "all"},
    f"{_ACCOUNT}demo/file": lambda world: {"path": world.account.demo_path},
    f"{_ACCOUNT}demo/delete/": lambda world: {"sure": "1"},
    f"{_ACCOUNT}people/": lambda world: {"user_name": "the-other", "role": "owner"},
    f"{_ACCOUNT}people/<int:member_id>/role/": lambda world: {"role": "owner"},
    f"{_ACCOUNT}settings/": lambda world: {"name": "Renamed"},
    f"{_ACCOUNT}settings/default/": lambda world: {"wanted": "1"},
    f"{_ACCOUNT}delete/": lambda world: {"name": world.account.name},
    f"{_ACCOUNT}contact/ask/": lambda world: {"question": ["clock", "wrong_signature"]},
    f"{_ACCOUNT}uploads/": lambda world: {"name": "a.wav", "size": 10, "modified": 1, "folder": ""},
    f"{_ACCOUNT}uploads/<uuid:upload_id>/links/": lambda world: {"number": 1},
    "accounts/register/": lambda world: {
        "intent": "save",
        "registration": world.ids["registration_id"],
        "user_name": "typed",
    },
    "accounts/register/judge/": lambda world: {
        "registration": world.ids["registration_id"],
        "user_name": "typed",
    },
    f"{_LIBRARY}look/": lambda world: {"look": f"0:{SONG_PATH}"},
    f"{_LIBRARY}upload/": lambda world: {"songs": SimpleUploadedFile("late.wav", clicks(1.0, 120.0))},
    f"{_LIBRARY}folder/": lambda world: {"folder": "made"},
    f"{_LIBRARY}folder/delete/": lambda world: {"prefix": "made/"},
    f"{_LIBRARY}move/": lambda world: {
        "own_name": "moved.wav",
        "folder": "uploads",
        "file": f"{uuid4().hex}.wav",
    },
    f"{_LIBRARY}delete/": lambda world: {"path": SPARE_PATH, "confirmed": "1"},
    f"{_LIBRARY}files.zip": lambda world: {"path": SONG_PATH},
    "language/": lambda world: {"language": "en", "next": "/"},
}


def _form(world: World) -> Words:
    return {**_JOB, "account": world.account.pk, "destination": "/output/x", "idempotency_key": uuid4()}
