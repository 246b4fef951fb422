"""Everything that a batch found as one zip file, made while it is sent: neither memory nor disk holds it."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from accounts.zipping import Pipe
from jobs import batches, corrections, sentences
from jobs.export_form import ANSWER, BatchExportForm
from jobs.exports import export
from jobs.exports.base import Song
from jobs.exports.names import stem_of
from jobs.exports.tables import Table
from jobs.models import Batch, Job
from jobs.results import Result

# Results that are in memory at once.
AT_ONCE = 10
INDEX = "index.csv"
HEADER = ("position", "song", "source", "state", "tempo", "seconds", "why", "job", "tmp_id", "files")
_SONG = ("position", "source_name", "source_path", "source_url", "source_seconds")
_FATE = ("state", "ended_at", "tmp_id", "failed_in", "error_kind", "error_words", "result", "raw_answer")


def stream(batch: Batch, wish: BatchExportForm) -> Iterator[bytes]:
    """The zip file: every song that has a result in the formats of `wish`, a valid form, and index.csv last.

    Rows are read a few at a time by short queries, so that a slow download holds no reader open.
    """
    pipe, index = Pipe(), Table([HEADER])
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for job, result in _found(batch):
            names = []
            for name, content in _files(job, result, wish):
                names.append(name)
                archive.writestr(_info(name, job.ended_at), content)
                yield pipe.taken()
            index.add(_line(job, result, names))
        archive.writestr(_info(INDEX, None), index.content())
        yield pipe.taken()
    yield pipe.taken()


def _found(batch: Batch) -> Iterator[tuple[Job, Result]]:
    """Songs with what stands for them; an empty result where there is none."""
    rows = batches.current(batch).only(*_SONG, *_FATE)
    last, more = 0, True
    while more:
        found = list(rows.filter(position__gt=last).order_by("position")[:AT_ONCE])
        results = corrections.currents(found)
        yield from ((job, results.pop(job.pk)) for job in found)
        more = len(found) == AT_ONCE
        last = found[-1].position or 0 if found else 0


def _files(job: Job, result: Result, wish: BatchExportForm) -> Iterator[tuple[str, bytes]]:
    """Names and contents; the position in front makes every name unique."""
    stem = f"{job.position:05} {stem_of(job.source_name)}"
    keys = wish.cleaned_data["format"]
    if job.result is not None:
        song = Song(name=job.source_name, seconds=job.source_seconds)
        for each in (export(key) for key in keys if key != ANSWER):
            content = each.write(result, song=song, timing=wish.timing(each.start))
            yield f"{stem}.{each.ending}", content
    if job.raw_answer is not None and ANSWER in keys:
        yield f"{stem}.answer.json", _json(job.raw_answer)


def _line(job: Job, result: Result, names: list[str]) -> list[Any]:
    facts = {fact.key: fact.value for fact in result.facts}
    words = (
        job.source_name,
        job.source_path or job.source_url,
        job.state,
        facts.get("tempo", ""),
        "" if job.source_seconds is None else f"{job.source_seconds:.3f}",
        str(sentences.cause_of(job) or sentences.explain_failure(job)),
        job.pk,
        job.tmp_id,
        " | ".join(names),
    )
    return [job.position, *words]


def _info(name: str, when: datetime | None) -> zipfile.ZipInfo:
    # A zip file knows no year before 1980; the moment of making it would make no download like another.
    moment = when.timetuple()[:6] if when else (1980, 1, 1, 0, 0, 0)
    info = zipfile.ZipInfo(name, date_time=moment)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode()
