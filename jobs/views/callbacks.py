"""Hears TMP knock. A knock is only a hint to ask soon; what it says is a question at most."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from jobs import hearing

MOST_BYTES = 64 * 1024


# nosemgrep: csrf-exempt  (TMP knocks here; the token in the address is what counts)
@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "POST", "PUT"])
def callback(request: HttpRequest, token: str) -> HttpResponse:
    """204 for the address of an attempt that waits for word, whatever is said there and however; 404 for any
    other, 413 for a body that announces too much."""
    if _announced(request) > MOST_BYTES:
        return HttpResponse(status=413)
    heard = hearing.hear(token)
    if heard is None:
        return HttpResponse(status=404)
    if heard.wants_word:
        query = request.META.get("QUERY_STRING", "")[:MOST_BYTES].encode("utf-8", "replace")
        hearing.note_word(heard.attempt, _beginning(request) or query)
    return HttpResponse(status=204)


def _announced(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _beginning(request: HttpRequest) -> bytes:
    """At most MOST_BYTES of the body, also of one that comes in chunks; b"" for one that breaks off."""
    stream: Any = request
    if not _announced(request) and request.META.get("wsgi.input_terminated"):
        # Django reads as far as Content-Length, and a body in chunks has none.
        stream = request.META["wsgi.input"]
    try:
        content: bytes = stream.read(MOST_BYTES)
    except OSError:
        return b""
    return content
