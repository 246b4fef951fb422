"""What is said before something is done to several jobs, and after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, ngettext_lazy

from jobs.actions import Action
from jobs.selecting import Outcome

Text = str | Promise


@dataclass(frozen=True, kw_only=True)
class Words:
    """`question` and `done` take a `count`; `what` says what it means; `button` does it."""

    question: Any
    what: Text
    button: Text
    done: Any


WORDS: dict[Action, Words] = {
    Action.RETRY: Words(
        question=ngettext_lazy("Retry %(count)d job?", "Retry %(count)d jobs?", "count"),
        what=_("Each is sent once more, as a new job that follows the old one. The old ones stay."),
        button=_("Retry"),
        done=ngettext_lazy(
            "%(count)d job is done once more, by a new one that follows it.",
            "%(count)d jobs are done once more, by new ones that follow them.",
            "count",
        ),
    ),
    Action.DUPLICATE: Words(
        question=ngettext_lazy("Duplicate %(count)d job?", "Duplicate %(count)d jobs?", "count"),
        what=_("Each becomes a new job with the same song and the same values, and is sent."),
        button=_("Duplicate"),
        done=ngettext_lazy("%(count)d job was duplicated.", "%(count)d jobs were duplicated.", "count"),
    ),
    Action.CANCEL: Words(
        question=ngettext_lazy("Cancel %(count)d job?", "Cancel %(count)d jobs?", "count"),
        what=_("They end here. TMP offers no way to cancel: what it has begun it may finish and bill."),
        button=_("Cancel jobs"),
        done=ngettext_lazy("%(count)d job was canceled here.", "%(count)d jobs were canceled here.", "count"),
    ),
    Action.GIVE_UP: Words(
        question=ngettext_lazy(
            "Stop asking TMP about %(count)d job?", "Stop asking TMP about %(count)d jobs?", "count"
        ),
        what=_("TMP may finish and bill them all the same. You can ask again later."),
        button=_("Stop asking TMP"),
        done=ngettext_lazy(
            "TMP is no longer asked about %(count)d job.",
            "TMP is no longer asked about %(count)d jobs.",
            "count",
        ),
    ),
    Action.ASK_AGAIN: Words(
        question=ngettext_lazy(
            "Ask TMP again about %(count)d job?", "Ask TMP again about %(count)d jobs?", "count"
        ),
        what=_("Nothing new is created, and nothing is billed for asking."),
        button=_("Ask TMP again"),
        done=ngettext_lazy(
            "TMP is asked again about %(count)d job.", "TMP is asked again about %(count)d jobs.", "count"
        ),
    ),
    Action.DELETE: Words(
        question=ngettext_lazy("Delete %(count)d job?", "Delete %(count)d jobs?", "count"),
        what=_("They go with their results and history, for everybody. The files in the bucket stay."),
        button=_("Delete for good"),
        done=ngettext_lazy("%(count)d job was deleted.", "%(count)d jobs were deleted.", "count"),
    ),
}


def explain(action: Action, outcome: Outcome, *, unsure: int) -> Iterator[tuple[int, str]]:
    """What became of a selection, as levels and sentences; `unsure` jobs were kept from being deleted."""
    if outcome.done:
        yield messages.SUCCESS, WORDS[action].done % {"count": outcome.done}
    if outcome.moved_on:
        yield (
            messages.WARNING,
            ngettext(
                "%(count)d job had moved on meanwhile and was left alone.",
                "%(count)d jobs had moved on meanwhile and were left alone.",
                outcome.moved_on,
            )
            % {"count": outcome.moved_on},
        )
    if unsure:
        yield (
            messages.WARNING,
            ngettext("%(count)d unsure job was kept.", "%(count)d unsure jobs were kept.", unsure)
            % {"count": unsure},
        )
    for sentence, number in outcome.refused.items():
        yield messages.ERROR, sentence if number == 1 else f"{sentence} (× {number})"
    if outcome.failed:
        yield (
            messages.ERROR,
            ngettext(
                "%(count)d job could not be changed just now. Try again in a moment.",
                "%(count)d jobs could not be changed just now. Try again in a moment.",
                outcome.failed,
            )
            % {"count": outcome.failed},
        )
