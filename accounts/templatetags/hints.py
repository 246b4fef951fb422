"""Where hints stand on pages."""

from __future__ import annotations

from typing import Any

from django import template

from accounts.hints import next_hint
from accounts.models import DismissedHint

register = template.Library()


@register.inclusion_tag("components/_hint.html", takes_context=True)
def hint(context: dict[str, Any], place: str) -> dict[str, Any]:
    """The next hint of `place` that the person has not dismissed, if any: {% hint "library" %}."""
    request = context["request"]
    dismissed = set(DismissedHint.objects.for_user(request.user).values_list("key", flat=True))
    return {
        "hint": next_hint(place, dismissed),
        "here": request.get_full_path(),
        "csrf_token": context["csrf_token"],
    }
