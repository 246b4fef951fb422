"""A person's saved filters: the page that lists them, and how one is added, renamed and deleted."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.views.access import person
from jobs.filter_forms import SavedFilterForm
from jobs.models import SavedFilter


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def filters(request: HttpRequest) -> HttpResponse:
    """The list; POST adds the filter that the dashboard shows, and leads back to it."""
    if request.method != "POST":
        return _page(request)
    form = SavedFilterForm(request.POST, user=person(request))
    if not form.is_valid():
        return _page(request, adding=form)
    saved = form.keep()
    messages.success(request, _("The filter “%(name)s” is saved.") % {"name": saved.name})
    return redirect(f"{reverse('jobs:board')}?{saved.query}")


@never_cache
@require_POST
def saved_filter(request: HttpRequest, filter_id: int) -> HttpResponse:
    """Renames or deletes one of the person's own; 404 for everybody else's."""
    saved = get_object_or_404(SavedFilter.objects.for_user(request.user), pk=filter_id)
    if "delete" in request.POST:
        saved.delete()
        messages.info(request, _("The filter “%(name)s” is deleted.") % {"name": saved.name})
        return redirect("jobs:filters")
    form = SavedFilterForm(request.POST, instance=saved, user=person(request), auto_id=f"id_{saved.pk}_%s")
    if not form.is_valid():
        return _page(request, renaming=form)
    form.keep()
    messages.success(request, _("The filter is called “%(name)s” now.") % {"name": saved.name})
    return redirect("jobs:filters")


def _page(
    request: HttpRequest, *, adding: SavedFilterForm | None = None, renaming: SavedFilterForm | None = None
) -> HttpResponse:
    user = person(request)
    forms = [
        renaming
        if renaming and renaming.instance.pk == saved.pk
        else SavedFilterForm(instance=saved, user=user, auto_id=f"id_{saved.pk}_%s")
        for saved in SavedFilter.objects.for_user(user)
    ]
    context = {"forms": forms, "adding": adding}
    return render(request, "jobs/filters.html", context, status=422 if adding or renaming else 200)
