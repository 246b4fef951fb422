"""Looks into a stored answer for a person who points at its times; changes nothing."""

from __future__ import annotations

import logging

from jobs.capabilities.reading.pointing import Listed, Spot
from jobs.engine.collecting import PERSON_SECONDS, destination_of, found_in
from jobs.engine.reading import NoReader, ReaderLost, Stumbled, readers
from jobs.engine.result_files import JobFiles, connector
from jobs.models import Job
from jobs.results import Result

log = logging.getLogger(__name__)


def members(job: Job) -> list[Listed] | None:
    """The members of the answer and its files that hold numbers; None when no reader came to an end."""
    try:
        return readers().members(
            job.capability,
            found_in(job.raw_answer, job.capability),
            _files(job).open,
            most_seconds=PERSON_SECONDS,
        )
    except (NoReader, ReaderLost, Stumbled) as error:
        log.warning("The members of job %s could not be listed: %s", job.pk, error)
        return None


def result_at(job: Job, spot: Spot) -> Result | None:
    """The result with the times of the spot; None when it holds none."""
    try:
        result = readers().read(
            job.capability,
            found_in(job.raw_answer, job.capability),
            _files(job).open,
            seconds=job.source_seconds,
            spot=spot,
            most_seconds=PERSON_SECONDS,
        )
    except (NoReader, ReaderLost, Stumbled) as error:
        log.warning("Job %s could not be read at a spot: %s", job.pk, error)
        return None
    return result if result.is_pointed else None


def _files(job: Job) -> JobFiles:
    return JobFiles(job, destination=destination_of(job), connect=connector(job), seconds=PERSON_SECONDS)
