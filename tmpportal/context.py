"""What every page needs to know about the portal itself."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, Any]:
    """Version for the footer, whether a sandbox is at hand (its banner leads to a real account), who may make
    a login, and by which issuer people may sign in."""
    return {
        "portal_version": settings.VERSION,
        "sandbox_banner": bool(settings.SANDBOX["gateway"]),
        "sign_up": settings.SIGN_UP,
        "oidc_name": settings.OIDC["name"] if settings.OIDC["issuer"] else "",
    }
