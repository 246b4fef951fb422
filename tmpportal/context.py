"""What every page needs to know about the portal itself."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, Any]:
    """Version for the footer, and whether a sandbox is at hand (its banner leads to a real account)."""
    return {
        "portal_version": settings.VERSION,
        "sandbox_banner": bool(settings.SANDBOX["gateway"]),
        "sign_up_open": settings.SIGN_UP_OPEN,
    }
