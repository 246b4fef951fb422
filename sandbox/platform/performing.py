"""Performs one job's outputs, by ear or by custom id, and lays the files into the caller's bucket."""

import mimetypes
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from sandbox.assumptions import ENGINE_ERROR
from sandbox.platform import quick, songs, stage
from sandbox.platform.accounts import Account
from sandbox.platform.backend import Backend
from sandbox.platform.jobs import Job
from sandbox.platform.messages import Output, Song
from sandbox.platform.shaping import Content, numbered, shaped
from sandbox.platform.stage import JobFailedError
from sandbox.store.errors import StoreError
from sandbox.store.files import Pieces
from sandbox.store.late_files import put_late

NO_JSON = b"This is no JSON.\n"


@dataclass(frozen=True, kw_only=True)
class Work:
    """One song of one output of a job; `number` counts all of the job's from 1 on."""

    job: Job
    output: Output
    song: Song
    account: Account
    number: int

    @property
    def name(self) -> str:
        """What its files are named after."""
        return numbered(self.job.id, self.number)


class Performing:
    """Knows where songs are and where files go; `folder` is for files on the way."""

    def __init__(self, backend: Backend, *, store_port: int, folder: Path) -> None:
        self._backend, self._store_port, self._folder = backend, store_port, folder

    def perform(self, job: Job, *, wanted: Callable[[], bool]) -> list[object]:
        """What is found per output; gives up as soon as `wanted` says False. Raises JobFailedError."""
        if job.outcome == "fail":
            raise JobFailedError(job.outcome_message or ENGINE_ERROR)
        if job.outcome == "no_output":
            return []
        account = self._backend.accounts.by_content_id(job.content_id)
        if account is None:
            raise JobFailedError(f"contentId {job.content_id} does not exist")
        numbers, found = count(1), []
        for output in job.parsed(self._backend.dialect).outputs:
            works = [
                Work(job=job, output=output, song=song, account=account, number=next(numbers))
                for song in output.songs
            ]
            results = [self._result(work, wanted) for work in works]
            found.append(results if len(results) > 1 else results[0])
        return found

    def _result(self, work: Work, wanted: Callable[[], bool]) -> object:
        if self._backend.quick:
            name = quick.file_name(work.output, work.name)
            files: dict[str, Content] = {name: quick.beats_file(work.job.custom_id)}
            return self._told(work, {"beatFileName": name}, files)
        with self._listened(work, wanted) as played:
            if played.files and not work.output.content_id:
                raise JobFailedError(f"{ENGINE_ERROR}: there are files, but no contentId to write them to")
            return self._told(work, played.result, {file.name: file for file in played.files})

    def _told(self, work: Work, result: object, files: dict[str, Content]) -> object:
        """The result in the dialect's words, its files in the bucket."""
        told = shaped(
            work.output.capability,
            result,
            files,
            destination=work.output.destination,
            number=work.number,
            dialect=self._backend.dialect,
        )
        for name, content in told.files.items():
            pieces: Iterable[bytes] = [content] if isinstance(content, bytes) else Pieces(content)
            try:
                self._upload(work, name, pieces)
            finally:
                if isinstance(pieces, Pieces):
                    pieces.close()
        return {work.output.capability: told.result}

    @contextmanager
    def _listened(self, work: Work, wanted: Callable[[], bool]) -> Iterator[stage.Played]:
        """What a performer of its own process makes of the song; its files lie there until the end."""
        output, account = work.output, work.account
        if work.song.path:
            self._ask(account, "GetObject", work.song.path.lstrip("/"))
        with tempfile.TemporaryDirectory(dir=self._folder) as name:
            folder = Path(name).resolve()
            song = songs.fetch(
                work.song,
                store=self._backend.store,
                store_port=self._store_port,
                bucket=account.bucket,
                folder=folder / "song",
            )
            yield stage.perform(
                capability=output.capability,
                params=output.params,
                song=song,
                folder=folder,
                prefix=output.prefix,
                name=work.name,
                wanted=wanted,
            )

    def _ask(self, account: Account, action: str, key: str) -> None:
        """TMP has no key but the registered one, so what that may not do ends the job."""
        store, credential = self._backend.store, account.credential
        refusal = store.refuses(credential, region=account.region, action=action, key=key)
        if refusal:
            verb = "read" if action == "GetObject" else "write"
            raise JobFailedError(f"cannot {verb} {key} in cos bucket {account.bucket}: {refusal}")

    def _upload(self, work: Work, name: str, chunks: Iterable[bytes]) -> None:
        job, account = work.job, work.account
        key = "/".join(filter(None, (work.output.destination.strip("/"), name)))
        self._ask(account, "PutObject", key)
        headers = {"content-type": mimetypes.guess_type(name)[0] or "application/octet-stream"}
        if job.outcome == "other_content" and name.endswith(".json"):
            chunks = [NO_JSON]
        files = self._backend.store.files
        try:
            if job.outcome == "late_output":
                due = time.time() + job.outcome_seconds
                put_late(files, account.bucket, key, chunks, headers=headers, due=due)
            else:
                files.put(account.bucket, key, chunks, headers=headers)
        except StoreError as error:
            raise JobFailedError(f"cannot write {key}: {error.code}") from error
