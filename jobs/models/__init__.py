"""Rows of jobs: the job and its history, what went over the wire, and signs of life of the workers."""

from jobs.models.attempt import Attempt, GatewayExchange
from jobs.models.job import Job, JobEvent, JobQuerySet, in_seconds
from jobs.models.pulse import Pulse

__all__ = ["Attempt", "GatewayExchange", "Job", "JobEvent", "JobQuerySet", "Pulse", "in_seconds"]
