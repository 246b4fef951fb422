"""Ends sessions by themselves: some time after they began, and sooner when nobody does anything in them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _

BEGAN, SEEN = "began", "seen"
# Said by a page that looks for news by itself (static/js/watch.js): then nobody is doing anything.
WATCHING = "X-Watching"
ENDED = _("You were signed out after a while, so that nobody else goes on in your name. Sign in again.")


@receiver(user_logged_in, dispatch_uid="session_ages.begin")
def begin(request: HttpRequest, **kwargs: Any) -> None:
    """Both clocks start with the sign-in."""
    request.session[BEGAN] = request.session[SEEN] = int(time.time())


class SessionAges:
    """Middleware, before the one that asks who it is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any) -> None:
        """Sign out whose time is over, but on pages for everybody: /healthz must ask no database."""
        if not getattr(view_func, "login_required", True) or not request.user.is_authenticated:
            return
        now, session = int(time.time()), request.session
        # nosemgrep: redirect-followed  (the session of a person, nothing of HTTP)
        began, seen = session.get(BEGAN), session.get(SEEN)
        if began is None or seen is None:
            # Of a version that knew no ages.
            session[BEGAN] = session[SEEN] = now
        elif now - began >= settings.SESSION_COOKIE_AGE or now - seen >= settings.SESSION_IDLE_SECONDS:
            logout(request)
            if request.method == "GET" and "HX-Request" not in request.headers:
                messages.info(request, ENDED)
        elif WATCHING not in request.headers and now - seen >= settings.SESSION_IDLE_SECONDS / 24:
            session[SEEN] = now
