"""Leads whoever is not signed in to the sign-in and back, and says that a form was not kept."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django_htmx.http import HttpResponseClientRedirect

SAFE_METHODS = ("GET", "HEAD")
LOST = _("You were signed out meanwhile: what you sent last was not kept. Sign in, then send it again.")


class SignInFirst(LoginRequiredMiddleware):
    """As Django's; a form that came too late leads back to its page, since its own address may have none."""

    def process_view(
        self, request: HttpRequest, view_func: Any, view_args: tuple[Any, ...], view_kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Django looks first who it is: whether the web process lives must not depend on the database."""
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    # htmx follows a redirect of its own kind, which the stubs of Django do not foresee.
    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Any
    ) -> HttpResponseBase:
        if request.method in SAFE_METHODS:
            return super().handle_no_permission(request, view_func)
        messages.warning(request, LOST)
        return whole_page(request, redirect_to_login(_page_of(request), self.get_login_url(view_func)))


def whole_page(request: HttpRequest, answer: HttpResponseRedirect) -> HttpResponse:
    """The same redirect for the page as a whole: htmx would put where it leads into a corner of it."""
    is_htmx = request.headers.get("HX-Request") == "true"
    return HttpResponseClientRedirect(answer.url) if is_htmx else answer


def _page_of(request: HttpRequest) -> str:
    """The page that sent the form, without its query: there the wizard goes on with the newest draft."""
    page = request.headers.get("HX-Current-URL") or request.headers.get("Referer") or ""
    is_ours = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return urlsplit(page).path if is_ours else "/"
