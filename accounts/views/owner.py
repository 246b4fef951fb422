"""The page behind the owner's one-time link."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts import owner
from accounts.sign_in_forms import OwnerForm


@login_not_required
@sensitive_post_parameters()
@never_cache
def owner_setup(request: HttpRequest, token: str) -> HttpResponse:
    """The first person makes their login; the link works once and only while nobody has one."""
    if not owner.opens(token):
        raise Http404
    form = OwnerForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "accounts/owner_setup.html", {"form": form}, status=status)
    values = form.cleaned_data
    user = owner.claim(token, username=values["username"], password=values["password1"])
    if user is None:
        raise Http404
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    messages.success(request, _("Welcome. The portal is yours; connect a TMP account to begin."))
    return redirect("accounts:register")
