"""What the pages about signing in say of browsers."""

from __future__ import annotations

from typing import Any

from django import template
from django.http.request import split_domain_port

register = template.Library()


@register.simple_tag(takes_context=True)
def passkeys_fit(context: dict[str, Any]) -> bool:
    """Passkeys belong to a name, never to a number such as 127.0.0.1, and to https but for localhost."""
    request = context["request"]
    name = split_domain_port(request.get_host())[0]
    is_number = name.replace(".", "").isdigit() or ":" in name
    return name == "localhost" or (request.is_secure() and not is_number)


# Some browsers claim to be others as well: the first that is found counts.
_BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@register.filter
def browser(user_agent: str) -> str:
    """A browser and its device by name, "Firefox, Windows"; the whole text if it names neither."""
    lists = (_BROWSERS, _SYSTEMS)
    found = (next((name for mark, name in marks if mark in user_agent), "") for marks in lists)
    return ", ".join(filter(None, found)) or user_agent
