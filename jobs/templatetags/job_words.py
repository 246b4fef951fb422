"""Words and numbers of jobs as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from django import template
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext

from accounts.contents import Contents
from accounts.models import Account
from jobs import clocks, sentences
from jobs.capabilities import all_capabilities
from jobs.models import Job, Preparation

register = template.Library()

LONGEST_CLOCK = 48 * 3600.0


@register.filter
def capability_title(key: str) -> str | Promise:
    """The capability's title; its key when the portal no longer knows it."""
    known = all_capabilities().get(key)
    return known.title if known else key


@register.filter
def failure(job: Job) -> str | Promise:
    """Why the job does not go on."""
    return sentences.explain_failure(job)


@register.filter
def clock_trouble(account: Account) -> str:
    """That this computer's clock is why TMP declines, "" where it is not."""
    return clocks.trouble_of(account)


@register.filter
def clock(seconds: float | None) -> str:
    """Seconds as m:ss, hours in front where there are any; "" where unknown."""
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@register.filter
def share(preparation: Preparation) -> int | None:
    """How much of the present step is done, in per mille; None where nobody knows."""
    return min(1000, 1000 * preparation.done // preparation.total) if preparation.total else None


@register.filter
def progress(preparation: Preparation) -> str:
    """The same in words: bytes or minutes, of how many."""
    as_words = clock_of_milliseconds if preparation.step == Preparation.Step.CONVERTING else filesizeformat
    if not preparation.done:
        return ""
    if not preparation.total:
        return as_words(preparation.done)
    return gettext("%(done)s of %(total)s") % {
        "done": as_words(preparation.done),
        "total": as_words(preparation.total),
    }


def clock_of_milliseconds(number: int) -> str:
    """As clock."""
    return clock(number / 1000)


@register.filter
def found_words(preparation: Preparation) -> str | Promise:
    """What the file turned out to be."""
    return Contents(**preparation.found).words if preparation.found else ""


@register.filter
def without_query(url: str) -> str:
    """An address without what may let others in."""
    plain, mark, _query = url.partition("?")
    return f"{plain}{mark}…" if mark else plain


@register.filter
def span(seconds: float | None) -> str:
    """How long something lasted: seconds below a minute, then as a clock, days from two on; "" where
    unknown."""
    if seconds is None:
        return ""
    if seconds < 59.5:
        digits = 2 if seconds < 0.995 else 1 if seconds < 9.95 else 0
        return gettext("%(number)s s") % {"number": formats.number_format(round(seconds, digits), digits)}
    if seconds < LONGEST_CLOCK:
        return clock(seconds)
    days, rest = divmod(round(seconds / 3600), 24)
    return gettext("%(days)s d %(hours)s h") % {"days": days, "hours": rest}


@register.filter
def minutes(seconds: float | None) -> str:
    """Seconds as minutes with one decimal; "0" for none."""
    return formats.number_format(round((seconds or 0.0) / 60, 1) or 0)


@register.filter
def plain(amount: Decimal) -> str:
    """Money without zeros that say nothing."""
    return f"{amount.normalize():f}"


@register.filter
def is_link(text: str) -> bool:
    """Whether a text is a web address and nothing else."""
    return text.startswith(("https://", "http://")) and not any(sign.isspace() for sign in text)


@register.filter
def took(job: Job) -> str:
    """How long an ended job took from its creation, as m:ss."""
    if job.ended_at is None:
        return ""
    return clock(max(job.ended_at - job.created_at, timedelta()).total_seconds())


@register.filter
def ago(moment: datetime | None) -> str:
    """How long ago a moment was, as components/_time.html shows it; for where only text can be handed on."""
    return render_to_string("components/_time.html", {"when": moment, "style": "ago"})


@register.filter
def base_name(path: str) -> str:
    """The last part of an object's path."""
    return path.rpartition("/")[2]


@register.filter
def moment(seconds: float) -> str:
    """A place in a song as m:ss.mmm."""
    minutes, rest = divmod(round(seconds * 1000), 60_000)
    return f"{minutes}:{rest // 1000:02}.{rest % 1000:03}"


@register.filter
def item(mapping: Mapping[str, str], name: str) -> str:
    """What `mapping` holds under a name that is made up in the template; "" for nothing."""
    return mapping.get(name, "")


@register.filter
def key(beginning: str, number: int) -> str:
    """The name of one row's field."""
    return f"{beginning}{number}"


@register.filter
def starts(mapping: Mapping[str, str], beginning: str) -> bool:
    """Whether anything is held under a name that begins so."""
    return any(name.startswith(beginning) for name in mapping)


@register.filter
def step(job: Job) -> int:
    """How many of the five steps of its way a live job has behind it; making its song ready is none."""
    return max(Job.LIVE.index(Job.State(job.state)) - 1, 0)


@register.filter
def so_far(job: Job) -> str:
    """How long a live job has been under way, as m:ss."""
    return clock(max(timezone.now() - job.created_at, timedelta()).total_seconds())


@register.filter
def cause(job: Job) -> str | Promise:
    """What lies behind a failure, in TMP's own words where there are any."""
    return sentences.cause_of(job) if job.error_kind else ""
