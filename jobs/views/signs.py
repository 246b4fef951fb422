"""The dashboard's notice that nobody is at work: it asks for itself, since jobs then stand still."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from jobs import signs


@never_cache
@require_safe
def notice(request: HttpRequest) -> HttpResponse:
    """What a person must know of workers and scheduler; nothing while all is well."""
    return render(request, "jobs/_signs.html", {"signs": signs.signs()})
