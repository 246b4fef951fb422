"""Jobs for the operator: to look at, never to change, since only the engine may move a state."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from jobs.models import Attempt, GatewayExchange, Job, JobEvent


class ReadOnly:
    """Nothing can be added, changed or deleted."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AttemptInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    """Every sending of the job."""

    model = Attempt
    fields = ("number", "sent_at", "outcome", "tmp_id", "called_at", "destination")


class JobEventInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    """Every change of state."""

    model = JobEvent
    fields = ("at", "from_state", "to_state", "note")


class GatewayExchangeInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    """What was said to TMP, without the texts."""

    model = GatewayExchange
    fields = ("action", "at", "number")


@admin.register(Job)
class JobAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """One job with its history."""

    list_display = ("source_name", "capability", "state", "account", "owner", "created_at")
    list_filter = ("state", "capability", "is_verification")
    list_select_related = ("account", "owner")
    search_fields = ("source_name", "label", "tmp_id")
    exclude = ("result", "raw_answer")
    inlines = (AttemptInline, JobEventInline, GatewayExchangeInline)
