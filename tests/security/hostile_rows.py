"""A portal in which every text that a person or TMP can write is a payload, whatever forms would let
through."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator
from contextlib import suppress
from itertools import cycle
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Field, Model
from django.utils import timezone

from accounts.clients import bucket_for
from accounts.models import Account, AuditEntry, Invitation, Membership, Registration, Song
from jobs import sharing
from jobs.models import (
    Attempt,
    Batch,
    Correction,
    GatewayExchange,
    Job,
    JobEvent,
    Preset,
    Price,
    SavedFilter,
    Share,
    Signpost,
)
from tencent.errors import BucketError
from tests.accounts.contacting import registered_account
from tests.factories import make_account, make_job, make_registration, make_user
from tests.sandbox_process import SandboxProcess
from tests.security.payloads import NUMBER, fitting, packed, payload, together

# Of how many objects with pages of their own these are visited; `make xss` visits more.
PAGES = int(os.environ.get("XSS_PAGES", "1"))
FOLDER = "xss/"
DAYS = datetime.timedelta(days=3)


class Hostile:
    """Fills the database and the sandbox's bucket; `rows` are ids for the parameters of addresses, `more`
    further addresses, `codes` what was planted: which payloads, by code."""

    def __init__(self, sandbox: SandboxProcess) -> None:
        self.codes: dict[str, list[str]] = {}
        self.more: list[str] = []
        self.user: User = make_user(username=self._each("xa", User, "username")[0])
        User.objects.filter(pk=self.user.pk).update(is_staff=True, is_superuser=True)
        self.account = registered_account(self.user, sandbox, name=self._each("xb", Account, "name")[0])
        for plant in (
            self._accounts,
            self._people,
            self._deeds,
            self._registrations,
            self._jobs,
            self._results,
        ):
            plant()
        for plant in (self._exchange, self._versions, self._links, self._kept_by_a_person, self._prices):
            plant()
        self._bucket()
        self.rows = {
            "account_id": self.account.pk,
            "job_id": self.whole.pk,
            "batch_id": self.batch.pk,
            "registration_id": self.registrations[0].pk,
            "capability": "musicBeat",
            "token": self.token,
        }

    def _each(self, code: str, model: type[Model], name: str) -> list[str]:
        """All payloads that fit a column, one after the other."""
        return self._kept(code, fitting(code, _longest(model, name)))

    def _packed(self, code: str, model: type[Model], name: str) -> Iterator[str]:
        """The same for a column that is shown once a page: several in a text, PAGES of them are planted."""
        return cycle(self._kept(code, packed(code, _longest(model, name))[:PAGES]))

    def _all(self, code: str) -> str:
        return self._kept(code, [together(code)])[0]

    def _kept(self, code: str, texts: list[str]) -> list[str]:
        self.codes[code] = texts
        return texts

    def _every(self, *codes: str) -> Iterator[list[str]]:
        """All payloads whatever their length, for each number one for each code."""
        for code in codes:
            self._kept(code, [payload(number, code) for number in range(NUMBER)])
        for number in range(NUMBER):
            yield [payload(number, code) for code in codes]

    def _columns(self, model: type[Model], **codes: str) -> Iterator[dict[str, str]]:
        """Values of columns that are shown once a page."""
        texts = {name: self._packed(code, model, name) for name, code in codes.items()}
        while True:
            yield {name: next(text) for name, text in texts.items()}

    def _accounts(self) -> None:
        typed = {"operate_uin": "ab", "user_name": "ac", "bucket": "ad", "region": "ae", "domain": "af"}
        told = {"content_id": "ag", "demo_path": "ah", "request_id": "am"}
        dates = {"registered_at_text": "ak", "updated_at_text": "au"}
        columns = self._columns(Account, **typed, **told, **dates)
        health = [
            {"key": "list", "state": "failed", "code": "Odd", "detail": {"message": self._all("an")}},
            {"key": "endpoint", "state": "warn", "code": "strange", "detail": {"message": self._all("ao")}},
        ]
        words = {
            "usage_description": self._all("ai"),
            "message": self._all("aj"),
            "paused_because": self._all("al"),
        }
        for number, name in enumerate(self._each("aa", Account, "name")):
            each = make_account(self.user, name=name, **next(columns))
            if number < PAGES:
                Account.objects.filter(pk=each.pk).update(health=health, health_at=timezone.now(), **words)
                # Every page has a notice for each account that is paused.
                words.pop("paused_because", None)
                page = f"/accounts/{each.pk}/"
                self.more += [page, f"{page}health/", f"{page}delete/"]

    def _people(self) -> None:
        for name in self._kept("ap", self._each("ap", User, "username")[:60]):
            member = User.objects.create(username=name)
            Membership.objects.create(account=self.account, user=member, role=Membership.Role.VIEWER)
        until = timezone.now() + DAYS
        for number, whom in enumerate(self._each("ia", Invitation, "for_whom")):
            Invitation.objects.create(
                by=self.user, token_hash=f"{number:064}", for_whom=whom, expires_at=until
            )

    def _deeds(self) -> None:
        for before, after, name in self._every("as", "at", "aq"):
            AuditEntry.objects.create(
                deed=AuditEntry.Deed.RENAMED,
                account=self.account,
                user_name=name[:150],
                account_name=self.account.name,
                detail={"before": before, "after": after},
            )
        self.more += [
            f"/accounts/{self.account.pk}/history/?page={page}" for page in range(1, min(PAGES, 4) + 1)
        ]

    def _registrations(self) -> None:
        typed = {"operate_uin": "ra", "user_name": "rb", "bucket": "rc", "region": "rd", "domain": "re"}
        columns = self._columns(Registration, **typed)
        detail = {"message": together("rf"), "region": payload(16, "rg")}
        told = {
            "error_kind": "Refused",
            "error_words": self._all("rh"),
            "exchange": {"request": {"a": self._all("ri")}, "answer": self._all("rj"), "url": "x"},
            "checks": [
                {"key": "list", "state": "failed", "code": "AccessDenied", "detail": detail},
                {"key": "region", "state": "failed", "code": "other_region", "detail": detail},
            ],
            "sent_at": timezone.now(),
        }
        self.registrations = [
            make_registration(self.user, state=state, **told, **next(columns))
            for state in ("REFUSED", "UNSURE", *["DRAFT"] * PAGES)
        ]
        for each in self.registrations:
            self.more += [f"/accounts/registrations/{each.pk}/", f"/accounts/register/?draft={each.pk}"]

    def _jobs(self) -> None:
        label = next(self._packed("ba", Batch, "label"))
        self._kept("ba", [label])
        mine = {"account": self.account, "owner": self.user, "capability": "musicBeat"}
        self.batch = Batch.objects.create(label=label, **mine)
        labels = cycle(self._each("jb", Job, "label"))
        columns = self._columns(Job, tmp_id="jd", source_url="je", destination="jf", output_prefix="jh")
        common = {
            "batch": self.batch,
            "state": "ERROR",
            "source_kind": "url",
            "source_path": "",
            "params": {"outputType": 3, "a": self._all("jg")},
            "error_kind": "Refused",
            "failed_in": "submit",
            "ended_at": timezone.now(),
        }
        words = self._all("jc")
        for number, name in enumerate(self._each("ja", Job, "source_name")):
            said = words if number < PAGES else payload(number, "jc")
            own = {"position": number, "source_name": name, "label": next(labels), "error_words": said}
            job = make_job(self.account, **common, **own, **next(columns))
            if number < PAGES:
                self.more += [f"/jobs/{job.pk}/", f"/jobs/{job.pk}/exchanges/"]
        self.more += [f"/?page={page}" for page in range(2, 2 * PAGES + 1)]
        self.more += [f"/batches/{self.batch.pk}/?page={page}" for page in range(2, 2 * PAGES + 1)]

    def _results(self) -> None:
        every = list(self._every("fa", "fb", "fc", "fd", "fe", "ff", "fg", "fh"))
        found = {
            "version": 1,
            "facts": [{"key": f"k{n}", "label": each[0], "value": each[1]} for n, each in enumerate(every)],
            "markers": [{"time": n / 10, "label": each[2]} for n, each in enumerate(every)],
            "regions": [
                {"start": n / 10, "end": n / 10 + 1, "label": each[3]} for n, each in enumerate(every)
            ],
            "files": [{"name": each[4], "path": each[5], "kind": "audio"} for each in every],
            "values": {each[6]: each[7] for each in every},
        }
        told = {"state": "COMPLETED", "result": found, "ended_at": timezone.now()}
        answer = {"outputs": [together("fi")]}
        self.whole = make_job(self.account, raw_answer=answer, source_name=payload(16, "ja"), **told)
        # As TMP told it, without the versions that a person made.
        self.shared = make_job(self.account, source_name=payload(17, "ja"), **told)
        self.more += [f"/jobs/compare/?job={self.whole.pk}&job={self.shared.pk}", f"/jobs/{self.shared.pk}/"]

    def _exchange(self) -> None:
        folder = self._kept("fj", packed("fj", 990)[:1])[0]
        attempt = Attempt.objects.create(job=self.whole, number=1, destination=folder, outcome="accepted")
        exchange = {
            "url": f"https://api.mediax.tencent.com/{payload(16, 'ek')}",
            "request": {"text": self._all("ea")},
            "answer": self._all("eb"),
            "error": self._all("ec"),
            "request_id": self._all("ed"),
            "http_state": 400,
            "action": "CreateJob",
        }
        rows = {"job": self.whole, "attempt": attempt, "action": "CreateJob"}
        GatewayExchange.objects.create(exchange=exchange, **rows)
        JobEvent.objects.create(job=self.whole, to_state="COMPLETED", detail={"a": payload(16, "ee")})

    def _versions(self) -> None:
        whole = self._every("cb", "cc")
        for number, note in enumerate(self._each("ca", Correction, "note"), 1):
            author, label = next(whole)
            Correction.objects.create(
                job=self.whole,
                number=number,
                base=number - 1,
                author_name=author[:150],
                note=note,
                markers=[{"time": 1.0, "label": label}],
                original="x",
            )
        # The newest stands, and it alone is shown.
        self._kept("cc", [label])

    def _links(self) -> None:
        until = timezone.now() + DAYS
        for number, whom in enumerate(self._each("sa", Share, "for_whom")):
            told = {"token_hash": f"{number:064}", "for_whom": whom, "expires_at": until}
            Share.objects.create(job=self.whole, by=self.user, **told)
        self.token = sharing.make(self.shared, by=self.user, lasts=DAYS)[1]

    def _kept_by_a_person(self) -> None:
        wish = {"params": {"outputType": 3}, "label": payload(16, "pb"), "destination": payload(17, "pc")}
        for name in self._each("pa", Preset, "name"):
            Preset.objects.create(user=self.user, capability="musicBeat", name=name, settings=wish)
        for name in self._each("qa", SavedFilter, "name"):
            SavedFilter.objects.create(user=self.user, name=name, query="state=ERROR")
        for name in self._each("ua", Song, "name"):
            place = {"path": f"{FOLDER}{name}", "uploader": self.user}
            Song.objects.create(account=self.account, name=name, size=1, **place)

    def _prices(self) -> None:
        mine = {"account": self.account, "capability": "musicBeat"}
        source = self._kept("la", packed("la", 200)[:1])[0]
        what = {"amount": 1, "currency": "CNY", "per": "call", "dated": timezone.now().date()}
        Price.objects.create(source=source, typed_by=self.user, **what, **mine)
        spot = {"source": packed("ga", 200)[0], "path": [payload(16, "gb")]}
        Signpost.objects.create(pointed_by=self.user, **spot, **mine)

    def _bucket(self) -> None:
        bucket, kept = bucket_for(self.account), []
        for number in range(NUMBER):
            with suppress(BucketError):
                bucket.put(f"{FOLDER}{payload(number, 'va')}.wav", b"")
                kept.append(payload(number, "va"))
        self._kept("va", [text for text in kept if "/" not in text])
        self.more += [f"/library/{self.account.pk}/?prefix={FOLDER}"]


def _longest(model: type[Model], name: str) -> int:
    field: Field[Any, Any] = model._meta.get_field(name)  # type: ignore[assignment]
    return field.max_length or 10_000
