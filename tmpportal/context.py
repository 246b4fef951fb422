"""What every page needs to know about the portal itself."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts import second_step


def portal(request: HttpRequest) -> dict[str, Any]:
    """Version for the footer, whether a sandbox is at hand (its banner leads to a real account), who may make
    a login, by which issuer people may sign in, and whether this person is to set up a second step first."""
    return {
        "portal_version": settings.VERSION,
        "sandbox_banner": bool(settings.SANDBOX["gateway"]),
        "sign_up": settings.SIGN_UP,
        "lacks_second_step": SimpleLazyObject(lambda: second_step.lacks(request)),
        "oidc_name": settings.OIDC["name"] if settings.OIDC["issuer"] else "",
    }
