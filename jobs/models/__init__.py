"""Rows of jobs: the job and its history, what went over the wire, limits, signs of life, what people see and
correct."""

from jobs.models.attempt import Attempt, GatewayExchange
from jobs.models.batch import Batch, BatchQuerySet
from jobs.models.correction import Correction, CorrectionQuerySet
from jobs.models.day_count import Counted, DayCount
from jobs.models.job import Job, JobEvent, JobQuerySet
from jobs.models.limits import Limits, Price, Usage
from jobs.models.moments import in_seconds
from jobs.models.moving import Move, enter, enter_alike, move_many, remove
from jobs.models.plan import Plan
from jobs.models.preparation import Preparation
from jobs.models.preset import Preset
from jobs.models.pulse import Pulse
from jobs.models.refresh import Refresh
from jobs.models.saved_filter import SavedFilter
from jobs.models.share import Share
from jobs.models.signpost import Signpost, spot_of
from jobs.models.tally import Tally
from jobs.models.visit import Visit

__all__ = [
    "Attempt",
    "Batch",
    "BatchQuerySet",
    "Correction",
    "CorrectionQuerySet",
    "Counted",
    "DayCount",
    "GatewayExchange",
    "Job",
    "JobEvent",
    "JobQuerySet",
    "Limits",
    "Move",
    "Plan",
    "Preparation",
    "Preset",
    "Price",
    "Pulse",
    "Refresh",
    "SavedFilter",
    "Share",
    "Signpost",
    "Tally",
    "Usage",
    "Visit",
    "enter",
    "enter_alike",
    "in_seconds",
    "move_many",
    "remove",
    "spot_of",
]
