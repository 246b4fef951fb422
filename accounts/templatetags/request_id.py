"""The id of the request at hand, for pages that say that something went wrong."""

from __future__ import annotations

from django import template

from accounts import log_context

register = template.Library()


@register.simple_tag
def request_id() -> str:
    """What a person can quote; "" outside a request. Needs no context, which some error pages lack."""
    return str(log_context.known().get("request_id", ""))
