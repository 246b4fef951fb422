"""Brings a file by each way and judges what came of it: a song, or a sentence and nothing left (T21)."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings
from django.urls import reverse

from accounts.clients import bucket_for
from accounts.models import Account, Song, Upload
from jobs.engine import preparing
from jobs.models import Job, Preparation
from jobs.preparing_sentences import explain_cause
from tests.accounts.bringing import Browser
from tests.factories import make_job

OWN_KEY = re.compile(r"uploads/\d{4}/\d\d/[0-9a-f-]{36}\.[a-z0-9]{2,5}")
_BOUNDARY = "nasty-boundary"
_SENTENCE = re.compile(r"\w.*[.。]", re.DOTALL)


class Bringer:
    """A person with an account whose bucket is the person's alone."""

    def __init__(self, account: Account, browser: Browser) -> None:
        self._account, self._browser = account, browser
        self._bucket = bucket_for(account)

    def by_form(self, content: bytes, name: str) -> str:
        """What is wrong with how the form without scripts took it; "" when nothing is."""
        answer = self._browser.client.generic(
            "POST",
            reverse("library:upload", args=[self._account.pk]),
            _multipart(content, name),
            f"multipart/form-data; boundary={_BOUNDARY}",
        )
        if answer.status_code == 302:
            return self._of_songs(1)
        if answer.status_code == 400 and not name.strip("."):
            # No file system has such a name and no browser sends it: Django leaves the file out, and reads a
            # large one for the head of the next part.
            return self._of_songs(0)
        if answer.status_code != 422:
            return f"the form answered {answer.status_code}"
        if not re.search(r'class="[^"]*error', answer.content.decode()):
            return "the form came back without a sentence"
        return self._of_songs(0)

    def by_links(self, content: bytes, name: str) -> str:
        """The same of the way straight into the bucket."""
        answer = self._browser.begin(content, name)
        if answer.status_code == 200:
            plan = answer.json()
            if content and self._browser.put(plan, content, *range(1, plan["count"] + 1))[0] not in (
                200,
                204,
            ):
                return "the bucket did not take it"
            answer = self._browser.finish(plan)
            if answer.status_code == 200:
                return self._of_songs(1)
        if answer.status_code != 422:
            return f"the links answered {answer.status_code}"
        if not _SENTENCE.fullmatch(answer.json()["sentence"]):
            return f"no sentence: {answer.json()}"
        return self._of_songs(0)

    def by_preparing(self, content: bytes) -> str:
        """The same of a song that lies in the bucket and is made ready for a job by a worker."""
        self._bucket.put("films/song", content)
        job = make_job(self._account, state=Job.State.PREPARING, source_path="films/song", source_name="song")
        Preparation.objects.create(job=job, as_audio=True, original_path="films/song")
        preparing.prepare(job.pk)
        job.refresh_from_db()
        wrong = ""
        if job.state not in (Job.State.QUEUED, Job.State.ERROR):
            wrong = f"the job stays in {job.state}"
        elif job.state == Job.State.ERROR and not _SENTENCE.fullmatch(str(explain_cause(job.error_words))):
            wrong = f"no sentence for {job.error_words}"
        elif self._bucket.list_uploads(""):
            wrong = "parts of a file stay in the bucket"
        self._clear()
        return wrong

    def _of_songs(self, count: int) -> str:
        """Whether the bucket holds the songs that the portal knows, under keys it made, and nothing else is
        left: no upload, no part, no file on this machine."""
        songs = list(Song.objects.filter(account=self._account))
        keys = [entry.key for entry in self._bucket.list(delimiter="").entries]
        wrong = ""
        if len(songs) != count or sorted(keys) != sorted(song.path for song in songs):
            wrong = f"{len(songs)} songs and {len(keys)} objects instead of {count}"
        elif not all(OWN_KEY.fullmatch(key) for key in keys):
            wrong = f"a key that the portal did not make: {keys}"
        elif self._bucket.list_uploads("") or Upload.objects.filter(state=Upload.State.RUNNING).exists():
            wrong = "an upload that nobody ended"
        elif left := [path.name for path in Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir()]:
            wrong = f"files stay behind: {left}"
        self._clear()
        return wrong

    def _clear(self) -> None:
        for entry in self._bucket.list(delimiter="").entries:
            self._bucket.delete(entry.key)
        Song.objects.filter(account=self._account).delete()
        Upload.objects.filter(account=self._account).delete()
        Job.objects.filter(account=self._account).delete()


def _multipart(content: bytes, name: str) -> bytes:
    """A form with one file under exactly that name; only what browsers escape in names is escaped."""
    escaped = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="songs"; filename="{escaped}"\r\n'
    kind = "Content-Type: audio/mpeg\r\n\r\n"
    return f"{head}{kind}".encode() + content + f"\r\n--{_BOUNDARY}--\r\n".encode()
