"""Hears TMP knock. A knock is only a hint to ask soon: nothing of its body is read, let alone believed."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from jobs import services

MOST_BYTES = 64 * 1024


@csrf_exempt
@login_not_required
@never_cache
@require_POST
def callback(request: HttpRequest, token: str) -> HttpResponse:
    """204 for a token of ours, whatever the body says; 404 for every other, 413 for a body too large."""
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if length > MOST_BYTES:
        return HttpResponse(status=413)
    if not services.hint(token):
        raise Http404
    return HttpResponse(status=204)
