"""Every place where an address can be written, filled with forms, and used as the portal would use it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import suppress

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.urls import reverse

from accounts.clients import bucket_for, gateway_for, gateway_without_keys
from accounts.forms import RegistrationForm
from accounts.models import Account, Registration
from accounts.registering.importing import take
from jobs.addresses import own_store
from jobs.engine.preparing import prepare
from jobs.engine.result_files import key_of
from jobs.models import Job
from jobs.song_form import SongForm
from tencent.errors import BucketError, BucketRefused, GatewayError, Unreachable
from tencent.keys import BucketKeys
from tencent.messages import RegisterRequest
from tencent.outgoing import Door
from tencent.targets import OutgoingError, joined
from tests.accounts.wizard import SOUND, signed_in
from tests.factories import make_registration, tenant
from tests.security.addresses import Form

# Of all forms; the others are told in a field that costs a page or a row each.
EVERY = 20
HOSTS = ("endpoint", "domain", "bucket", "region")


def open_door(door: Door, url: str) -> None:
    with suppress(OutgoingError), door.open(url, most_bytes=1000, seconds=lambda _length: 5.0) as incoming:
        list(incoming.chunks)


def into_the_song_form(account: Account, every: list[Form]) -> None:
    """The song's address, copied first or not: what the form lets through is fetched as a worker would."""
    for form in every:
        given = {"source": "url", "url": form.url, "copy": "on", "judged": form.url}
        typed = SongForm(given, account=account, songs=[])
        if typed.is_valid():
            for url in typed.cleaned_data["copied"]:
                open_door(Door(trusted_origin=own_store(account)), url)


def into_the_door(account: Account, every: list[Form]) -> None:
    """Past all forms, and as the place to which a public address redirects."""
    for form in every:
        open_door(Door(), form.url)
        with suppress(OutgoingError):
            open_door(Door(), joined("https://songs.example.com/song.mp3", form.url))


def into_the_list(account: Account, every: list[Form]) -> None:
    """A pasted list of songs: whatever it would copy is fetched, even beside lines that are refused."""
    lines = "\n".join(re.sub(r"[\r\n]", "", form.url) for form in every)
    typed = SongForm({"source": "list", "lines": lines, "copy_listed": "on"}, account=account, songs=[])
    assert not typed.is_valid()
    for place in {*typed.cleaned_data["copied"], *typed.cleaned_data["places"]}:
        open_door(Door(trusted_origin=own_store(account)), place)


def into_the_registration(account: Account, every: list[Form]) -> None:
    """Service, domain, bucket and region, each given the whole address and the host alone: the field by
    itself, and every so often the whole form."""
    fields = RegistrationForm(registration=Registration()).fields
    for text in dict.fromkeys(text for form in every for text in (form.url, form.host)):
        let_in: dict[str, str] = {}
        for name in HOSTS:
            with suppress(ValidationError):
                let_in[name] = fields[name].clean(text)
        assert not {"endpoint", "domain"} & set(let_in), text
        if let_in:
            use(Registration(**{**tenant(), **let_in}))
    for form in every[::EVERY]:
        typed = RegistrationForm(_sound_but(dict.fromkeys(HOSTS, form.host)), registration=Registration())
        kept = {name: text for name, text in typed.values().items() if name in HOSTS}
        use(Registration(**{**tenant(), **kept}))


def _sound_but(named: dict[str, str]) -> QueryDict:
    data = QueryDict(mutable=True)
    data.update({**SOUND, **named})
    return data


def into_a_row(account: Account, every: list[Form]) -> None:
    """As if an older version, or somebody at the database, had let it in."""
    for form in every:
        for name in ("domain", "bucket", "region"):
            with pytest.raises(BucketRefused):
                bucket_for(Account(**{**tenant(), name: form.host}))
        with suppress(Unreachable):
            gateway_for(Account(**{**tenant(), "endpoint": form.host}))
            pytest.fail(f"An account lives at {form.host}")


def into_an_answer(account: Account, every: list[Form]) -> None:
    """TMP names its files: each becomes a key of the account's own bucket, whatever it looks like."""
    bucket = bucket_for(account)
    for form in every:
        key = key_of("/output", form.url)
        assert key == "output" or key.startswith("output/")
        with suppress(BucketError):
            assert bucket.signed_url(key).startswith(
                "https://songs-1250000000.cos.ap-guangzhou.myqcloud.com/"
            )


def use(registration: Registration) -> None:
    """All that a worker does with a draft that was sent."""
    with suppress(BucketError):
        bucket_for(registration).list(seconds=5.0)
    with suppress(GatewayError):
        keys = BucketKeys(secret_id="i" * 20, secret_key="k" * 20)
        fields = {
            name: getattr(registration, name) for name in ("operate_uin", "user_name", "bucket", "region")
        }
        gateway_without_keys(registration).register(RegisterRequest(**fields, keys=keys, request_id="1"), 5.0)


def into_the_paste(account: Account, every: list[Form]) -> None:
    """A curl command, a program or a saved request that names the address wherever one can stand."""
    draft = make_registration(account.memberships.get().user)
    for form in every[::EVERY]:
        for text in (_curl(form), f'URL = "{form.url}/job"\nBUCKET = "{form.host}"\nREGION = "{form.host}"'):
            taken = take(draft, text)
            assert "endpoint" not in taken.fields
            draft.refresh_from_db()
            use(draft)


def _curl(form: Form) -> str:
    config = {"bucket": form.host, "region": form.host, "domain": form.host}
    body = json.dumps({"action": "Register", "registerRequest": {"cosConfig": config, "operateUin": "1"}})
    return f"curl -X POST '{form.url}/register' -d '{body}'"


def into_the_pages(account: Account, every: list[Form]) -> None:
    """Over the views: the address as it is judged, sent as a song, and brought in a file of settings."""
    page = signed_in(account.memberships.get().user)
    create = reverse("jobs:job_create", args=["musicBeat"])
    for form in every[:: 5 * EVERY]:
        told = {"account": str(account.pk), "source": "url", "url": form.url, "copy": "on"}
        output = {"destination": form.url, "smartContentDescriptor": {"musicBeat": {"url": form.url}}}
        brought = json.dumps({"outputs": [output], "inputs": [{"url": form.url}]})
        answers = [
            page.post(reverse("jobs:address"), told),
            page.post(create, told),
            page.post(f"{create}settings/", {**told, "intent": "import", "settings_text": brought}),
        ]
        assert {answer.status_code for answer in answers} <= {200, 302, 400, 422}
    for job in Job.objects.filter(state=Job.State.PREPARING):
        prepare(job.pk)


# What fills them, and which fields those are.
FIELDS: dict[Callable[[Account, list[Form]], None], tuple[str, ...]] = {
    into_the_song_form: ("song's address",),
    into_the_door: ("the door itself", "a redirect's Location"),
    into_the_list: ("list of songs",),
    into_the_registration: HOSTS,
    into_a_row: tuple(f"stored {name}" for name in HOSTS),
    into_an_answer: ("TMP's file names",),
    into_the_paste: ("pasted curl", "pasted program"),
    into_the_pages: ("address while typed", "song's address over HTTP", "imported settings"),
}
