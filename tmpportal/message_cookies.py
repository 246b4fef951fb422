"""Django's messages in a cookie whose name binds it to this host and https, where there is https."""

from __future__ import annotations

from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class HostCookie(CookieStorage):
    """Browsers keep a cookie of this name only from https, and for exactly this host."""

    cookie_name = "__Host-messages"


class HostStorage(FallbackStorage):
    """What does not fit into the cookie goes into the session."""

    storage_classes = (HostCookie, SessionStorage)
