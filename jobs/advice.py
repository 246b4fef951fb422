"""What to do next about a job that does not go on: one thing first, and what else is possible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jobs.actions import Action
from jobs.models import Job

State = Job.State
Text = str | Promise

_NOTHING_ARRIVED: Text = _("Nothing reached TMP, so sending it again pays for nothing twice.")
PLAIN_NAME: Text = _(
    "The path of this song has characters beyond plain letters and digits; how TMP wants them written is "
    "not documented. If TMP did not find the song, rename it in the library and send it as a new job."
)
_EDIT = (Action.DUPLICATE, Action.RETRY)
_AGAIN = (Action.RETRY, Action.DUPLICATE)
# What is best after a failure, by its kind: a sentence, and actions in order of preference.
_BY_KIND: dict[str, tuple[Text, tuple[Action, ...]]] = {
    "Refused": (_("Change what TMP names and send it as a new job."), _EDIT),
    "Unfit": (_("Change the values and send it as a new job."), _EDIT),
    "Failed": (
        _("Try it once more. If TMP fails again, send the song in another form: WAV and MP3 are safest."),
        _AGAIN,
    ),
    "Unreachable": (_NOTHING_ARRIVED, _AGAIN),
    "Throttled": (_NOTHING_ARRIVED, _AGAIN),
    "HeldUp": (_NOTHING_ARRIVED, _AGAIN),
    "CannotOpen": (_NOTHING_ARRIVED, _AGAIN),
}
_OTHERWISE: tuple[Text, tuple[Action, ...]] = (
    _("A retry is a new job. If TMP did get this one, both may be billed: look at Tencent's console first."),
    _AGAIN,
)
_GAVE_UP: tuple[Text, tuple[Action, ...]] = (
    _("To ask again is free and changes nothing at TMP. A retry is a second job, and both may be billed."),
    (Action.ASK_AGAIN, Action.RETRY),
)


@dataclass(frozen=True, kw_only=True)
class Advice:
    """A sentence, the action that is best, and the others; without any for who may only look."""

    sentence: Text
    best: Action | None
    others: Sequence[Action]

    @property
    def actions(self) -> Sequence[Action]:
        """All that it offers, the best first."""
        return [action for action in (self.best, *self.others) if action]


def advise(job: Job, possible: Sequence[Action]) -> Advice | None:
    """What to do about a failed job, or one that is no longer asked about; None while there is nothing to
    decide, and for an unsure one, whose choice depends on what Tencent's console shows."""
    if job.state == State.GAVE_UP:
        sentence, wanted = _GAVE_UP
    elif job.state == State.ERROR:
        sentence, wanted = _BY_KIND.get(job.error_kind, _OTHERWISE)
        if job.error_kind in ("Failed", "Refused") and not job.source_path.isascii():
            sentence, wanted = PLAIN_NAME, _EDIT
    else:
        return None
    offered = [action for action in wanted if action in possible]
    return Advice(sentence=sentence, best=offered[0] if offered else None, others=offered[1:])
