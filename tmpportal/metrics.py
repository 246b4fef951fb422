"""What a Prometheus may know of the portal, in its text format, and who may ask.

No process counts by itself: the numbers come out of the database, so any web process answers for all of them
and a restart loses nothing. No label names an account, a person or a song.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from tmpportal import readiness
from tmpportal.metric_numbers import Numbers, numbers

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# Only counters may be added up over time; Prometheus itself knows them by the ending _total.
COUNTERS = {
    "tmpportal_jobs_ended": ("Jobs that ended, by state and branch of the error.", ("state", "branch")),
    "tmpportal_calls": ("CreateJobs that TMP may have accepted.", ("capability",)),
    "tmpportal_songs": ("Jobs that TMP accepted.", ("capability",)),
    "tmpportal_minutes": ("Known length of the songs that TMP accepted.", ("capability",)),
}
GAUGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "tmpportal_part_up": ("1 where a part of the portal is at work, as /readyz judges.", ("part",)),
    "tmpportal_sweep_age_seconds": ("Since the scheduler's last sweep.", ()),
    "tmpportal_engine_age_seconds": ("Since any worker's engine was last seen at work.", ()),
    "tmpportal_engines": ("Workers whose engine is at work.", ()),
    "tmpportal_jobs": ("Jobs in each state.", ("state",)),
    "tmpportal_queue_age_seconds": ("Since the oldest job was made that may be sent now.", ()),
    "tmpportal_unsure_age_seconds": ("Since the longest unsure job became so.", ()),
    "tmpportal_questions": ("Jobs that TMP is asked about.", ()),
    "tmpportal_questions_asked": ("Questions put so far about these jobs.", ()),
    "tmpportal_questions_failing": (
        "Jobs whose last question went unanswered or was refused, or is held since TMP refused the keys.",
        ("how",),
    ),
    "tmpportal_questions_overdue_seconds": ("By how much the latest due question is late.", ()),
    "tmpportal_questions_stale_seconds": ("Since the question was put that lies furthest back.", ()),
    "tmpportal_endpoints_silent": ("Endpoints that answered no job's last question.", ()),
    "tmpportal_accounts": (
        "Accounts in use; paused because TMP refused their keys; stopped by a person; disabled.",
        ("is",),
    ),
    "tmpportal_registrations": ("Registrations in each state.", ("state",)),
    "tmpportal_uploads": ("Uploads in each state, until they are forgotten.", ("state",)),
}


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The metrics, to whoever has the token or, where there is none, to this machine; 404 to all others."""
    if not settings.METRICS_TOKEN:
        if not _is_from_here(request):
            raise Http404
    elif not _has_token(request):
        return HttpResponse(
            "The token is missing or wrong.\n",
            status=401,
            content_type="text/plain",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return HttpResponse(text(), content_type=CONTENT_TYPE)


def text() -> bytes:
    """All metrics; while the database is away those of the parts alone."""
    registry = CollectorRegistry()
    registry.register(_Collector())
    return generate_latest(registry)


class _Collector:
    def collect(self) -> Iterator[Metric]:
        parts = readiness.report()
        found = _of_parts(parts)
        if parts["migrations"]["state"] == readiness.OK:
            try:
                found |= numbers()
            except DatabaseError:
                # It went away meanwhile: the next question tells.
                found["tmpportal_part_up"]["database",] = 0.0
        for name, values in found.items():
            yield _metric(name, values)


def _metric(name: str, values: dict[tuple[str, ...], float]) -> Metric:
    make = CounterMetricFamily if name in COUNTERS else GaugeMetricFamily
    means, labels = (COUNTERS | GAUGES)[name]
    metric = make(name, means, labels=labels)
    for chosen, value in sorted(values.items()):
        metric.add_metric(chosen, value)
    return metric


def _of_parts(parts: dict[str, readiness.Part]) -> Numbers:
    ages: Numbers = {
        f"tmpportal_{part}_age_seconds": {(): parts[part]["age"]}
        for part in ("sweep", "engine")
        if "age" in parts[part]
    }
    up: dict[tuple[str, ...], float] = {
        (name,): float(part["state"] == readiness.OK) for name, part in parts.items()
    }
    return {
        "tmpportal_part_up": up,
        **ages,
        "tmpportal_engines": {(): parts["engine"].get("count", 0)},
    }


def _has_token(request: HttpRequest) -> bool:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    known = settings.METRICS_TOKEN.encode()
    return kind.lower() == "bearer" and hmac.compare_digest(token.strip().encode(), known)


def _is_from_here(request: HttpRequest) -> bool:
    """A program of this machine that asked for it by a name of this machine, with no proxy between, whose
    neighbours would all seem to be here; a page of the internet that was led to 127.0.0.1 asks by its own."""
    meta: dict[str, Any] = request.META
    is_passed_on = settings.ALLAUTH_TRUSTED_PROXY_COUNT or any(
        name == "HTTP_FORWARDED" or name.startswith("HTTP_X_FORWARDED") for name in meta
    )
    name = split_domain_port(request.get_host())[0]
    here = ("127.0.0.1", "::1")
    return not is_passed_on and meta.get("REMOTE_ADDR") in here and name in ("localhost", "[::1]", *here)
