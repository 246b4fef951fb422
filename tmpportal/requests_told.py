"""Gives every request an id that its answer, its error page and the lines about it share, and logs it."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.core.signals import request_finished
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts import log_context

log = logging.getLogger("tmpportal.requests")

HEADER = "X-Request-Id"
_FIT = re.compile(r"[A-Za-z0-9._-]{8,64}")
# Views whose ids are worth a line's place, by the name that their address gives them.
IDS = ("job_id", "account_id")
# Somebody watches: these would bury the rest.
_QUIET = ("/healthz", "/readyz", "/metrics", "/static/")


class RequestIds:
    """The first of all middleware, so that whatever the others say and answer has the id."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.monotonic()
        number = request_id_of(request)
        log_context.begin(request_id=number, user_id=partial(_user_id, request))
        answer = self.get_response(request)
        answer[HEADER] = number
        _tell(request, answer, time.monotonic() - started)
        return answer

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], names: dict[str, Any]
    ) -> None:
        """Lines are about the job or account in the address."""
        log_context.add(**{name: names[name] for name in IDS if name in names})


def request_id_of(request: HttpRequest) -> str:
    """The id that a proxy of ours gave the request, else a new one: strangers choose none."""
    named = request.headers.get(HEADER, "") if settings.ALLAUTH_TRUSTED_PROXY_COUNT else ""
    return named if _FIT.fullmatch(named) else uuid.uuid4().hex


def _user_id(request: HttpRequest) -> Any:
    """Only where somebody has asked for the person already: a line of the log asks no database."""
    return getattr(getattr(request, "_cached_user", None), "pk", None)


def _tell(request: HttpRequest, answer: HttpResponseBase, seconds: float) -> None:
    """The route instead of the path, in which names of files and secrets may stand."""
    match = request.resolver_match
    route = f"/{match.route}" if match else ""
    is_watching = answer.status_code < 400 and request.method == "GET" and "HX-Request" in request.headers
    level = logging.DEBUG if is_watching or request.path_info.startswith(_QUIET) else logging.INFO
    extra = {
        "method": request.method,
        "route": route,
        "status_code": answer.status_code,
        "seconds": round(seconds, 3),
    }
    log.log(level, "%s %s", request.method, route or "(no such page)", extra=extra)


request_finished.connect(lambda **kwargs: log_context.end(), weak=False, dispatch_uid="log_context")
