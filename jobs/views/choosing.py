"""The choice between the things that TMP can do, each with the presets that a person has for it."""

from __future__ import annotations

from collections import defaultdict

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import Account
from jobs.capabilities.base import Capability
from jobs.models import Preset

MOST_PRESETS = 6


def choose(request: HttpRequest, account: Account, known: dict[str, Capability]) -> HttpResponse:
    """One card for each of them; what the address says of songs and account goes with the choice."""
    presets = defaultdict[str, list[Preset]](list)
    mine = Preset.objects.for_user(request.user).exclude(name="").order_by("-is_default", "name")
    for preset in mine.only("pk", "capability", "name", "is_default"):
        presets[preset.capability].append(preset)
    cards = [
        {
            "capability": each,
            "parameters": [field.label for field in each.Form.base_fields.values()],
            "presets": presets[each.key][:MOST_PRESETS],
        }
        for each in known.values()
    ]
    return render(request, "jobs/choose_capability.html", {"cards": cards, "account": account})
