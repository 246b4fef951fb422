"""Hints are dismissed, one or all, and shown again."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.hints import HINTS
from accounts.models import DismissedHint
from accounts.views.access import person

ALL = "all"


@never_cache
@require_POST
def hints(request: HttpRequest) -> HttpResponse:
    """`dismiss` names a hint, or all; without it the person sees every hint again."""
    known = {hint.key for hint in HINTS}
    wanted = request.POST.get("dismiss")
    if wanted is None:
        DismissedHint.objects.for_user(request.user).delete()
        messages.info(request, _("Hints are shown again."))
    elif wanted == ALL or wanted in known:
        DismissedHint.objects.dismiss(person(request), known if wanted == ALL else [wanted])
    else:
        raise Http404
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "components/_hint_gone.html")
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    there = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(there, {request.get_host()}, require_https=request.is_secure())
    # What begins otherwise is no address: Django would look for a view of that name.
    return there if is_ours and there.startswith("/") else "/"
