"""The stations of the demo: sign in, register at the sandbox, upload, submit, wait, read the beats."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tmpportal.visitor import VisitFailed, Visitor

REGISTER_SECONDS = 60.0
JOB_SECONDS = 300.0
MATCH_SECONDS = 0.07


@dataclass(frozen=True, kw_only=True)
class Beats:
    """Beat times in seconds, and the tempo in BPM."""

    bpm: float
    times: Sequence[float]


@dataclass(frozen=True, kw_only=True)
class Station:
    """Something a person may want to know while the tour goes on."""

    kind: str
    text: str = ""
    beats: Beats | None = None


def take_tour(visitor: Visitor, *, song: Path, user: str, password: str) -> Iterator[Station]:
    """Do the main job as a person would; raises VisitFailed with one sentence where it ends early."""
    visitor.submit("/sign-in/login/", having="login", fields={"login": user, "password": password})
    yield Station(kind="progress", text="Registering a TMP account ...")
    account = _register(visitor)
    yield Station(kind="registered")
    yield Station(kind="progress", text=f"Uploading {song.name} and submitting a musicBeat job ...")
    job = visitor.submit(
        f"/jobs/new/musicBeat/?account={account}",
        having="outputType",
        fields={},
        file=("file", song, song.name),
    )
    yield Station(kind="progress", text="Waiting for the beats ...")
    state = visitor.wait_for_state(
        job.url, ended={"COMPLETED", "ERROR", "UNSURE", "GAVE_UP"}, seconds=JOB_SECONDS
    )
    if state != "COMPLETED":
        raise VisitFailed(f"The job ended as {state}; see {job.url}.")
    yield Station(kind="progress", text=f"job={job.url} state={state}")
    yield Station(kind="beats", beats=_read_beats(visitor, job.url))


def _register(visitor: Visitor) -> str:
    """Register with the sandbox's own values; returns the id of the account."""
    page = visitor.submit(
        "/accounts/register/?sandbox=1", having="operate_uin", fields={"endpoint": "sandbox"}
    )
    state = visitor.wait_for_state(
        page.url, ended={"DONE", "REFUSED", "UNSURE", "DRAFT"}, seconds=REGISTER_SECONDS
    )
    found = re.search(r'data-account="([0-9a-f-]{36})"', visitor.open(page.url).text)
    if state != "DONE" or found is None:
        raise VisitFailed(f"The registration ended as {state}; see {page.url}.")
    # Songs then go straight into the bucket, as they do where a person has set it up.
    visitor.press(page.url, ending="/allow-browsers/")
    return found[1]


def _read_beats(visitor: Visitor, job_url: str) -> Beats:
    table = visitor.open(f"{job_url}export/csv").content.decode("utf-8-sig")
    times = [float(row["time_s"]) for row in csv.DictReader(io.StringIO(table))]
    found = re.search(r'data-bpm="([0-9.]+)"', visitor.open(job_url).text)
    return Beats(bpm=float(found[1]) if found else 0.0, times=times)


def f_measure(truth: Sequence[float], heard: Sequence[float], within: float = MATCH_SECONDS) -> float:
    """Harmonic mean of precision and recall; a beat counts once, if a known one is that close (seconds)."""
    if not truth or not heard:
        return 0.0
    known, found = sorted(truth), sorted(heard)
    matched = here = there = 0
    while here < len(known) and there < len(found):
        if abs(known[here] - found[there]) <= within:
            matched, here, there = matched + 1, here + 1, there + 1
        elif known[here] < found[there]:
            here += 1
        else:
            there += 1
    return 2 * matched / (len(known) + len(found))
