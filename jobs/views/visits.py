"""Notes that a person is at the dashboard, or has seen what ended."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.views.access import person
from jobs.models import Visit


@never_cache
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """The page says that it is open and in sight. A GET would not do: browsers fetch pages nobody sees."""
    Visit.objects.begin(person(request))
    return HttpResponse(status=204)


@never_cache
@require_POST
def see(request: HttpRequest) -> HttpResponse:
    """What ended until the moment that the form names is news no more."""
    try:
        until = parse_datetime(request.POST.get("until", ""))
    except ValueError:
        until = None
    if until and until.tzinfo:
        Visit.objects.see(person(request), until)
    return redirect("jobs:board")
