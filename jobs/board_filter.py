"""Which jobs the dashboard lists: what a person chooses, and how that stands in an address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jobs.capabilities import all_capabilities
from jobs.models import Job
from jobs.paging import Wish
from jobs.reasons import REASONS

# Not a state of a job: whatever moves by itself.
LIVE = "LIVE"
# Far from where a calendar ends.
EARLIEST, LATEST = date(2000, 1, 1), date(2999, 12, 31)


class DayField(forms.DateField):
    """A day of the calendar, as browsers send it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            input_formats=["%Y-%m-%d"],
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            validators=[MinValueValidator(EARLIEST), MaxValueValidator(LATEST)],
            **kwargs,
        )


class BoardFilter(forms.Form):
    """Everything that can be chosen; what is left empty filters nothing."""

    text = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=120,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "placeholder": _("Song, label, batch or TMP id"),
                "aria-keyshortcuts": "/",
            }
        ),
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("Every state")), (LIVE, _("Running")), *Job.State.choices],
    )
    account = forms.ChoiceField(label=_("Account"), required=False)
    capability = forms.ChoiceField(label=_("Capability"), required=False)
    reason = forms.ChoiceField(
        label=_("Reason of failure"), required=False, choices=[("", _("Every reason")), *REASONS.items()]
    )
    since = DayField(label=_("Created from"))
    until = DayField(label=_("Created until"))
    news = forms.BooleanField(label=_("Only what finished since you last looked"), required=False)

    def __init__(self, *args: Any, accounts: Iterable[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(str(account.pk), account.name) for account in accounts]
        self._choose("account", [("", _("Every account")), *known])
        titles = [(key, each.title) for key, each in all_capabilities().items()]
        self._choose("capability", [("", _("Every capability")), *titles])

    def _choose(self, name: str, choices: Any) -> None:
        """One thing to choose among is nothing to choose."""
        cast(forms.ChoiceField, self.fields[name]).choices = choices
        if len(choices) < 3:
            self.fields[name].widget = forms.HiddenInput()

    @classmethod
    def wish(cls, query: Mapping[str, Any], accounts: Iterable[Any]) -> dict[str, Any]:
        """The filter in `query`, by field; what makes no sense filters nothing."""
        form = cls(query, accounts=accounts)
        form.is_valid()
        return {name: form.cleaned_data.get(name) or "" for name in form.fields}

    @property
    def is_open(self) -> bool:
        """Whether something is chosen in the part that is folded away at first."""
        return any(self.initial.get(name) for name in ("account", "capability", "reason", "since", "until"))


def query_of(wish: Mapping[str, Any], **changes: Any) -> str:
    """The filter as the dashboard's address has it, without "?"; the same filter always reads the same."""
    chosen = {name: {**wish, **changes}.get(name) for name in BoardFilter.base_fields}
    return urlencode({name: _as_text(value) for name, value in chosen.items() if value})


def jobs_wanted(wish: Mapping[str, Any], accounts: Iterable[Any], news_since: datetime | None) -> Wish:
    """The same for the database; `news_since` is when the person last looked, None for never."""
    chosen = [each.pk for each in accounts if wish["account"] in ("", str(each.pk))]
    states = Job.LIVE if wish["state"] == LIVE else (wish["state"],) if wish["state"] else ()
    return Wish(
        accounts=chosen,
        states=states,
        text=wish["text"],
        capability=wish["capability"],
        error_kind=wish["reason"],
        created_from=_midnight(wish["since"]),
        created_before=_midnight(wish["until"] and wish["until"] + timedelta(days=1)),
        ended_after=(news_since or timezone.now()) if wish["news"] else None,
    )


def _midnight(day: date | str) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time.min)) if isinstance(day, date) else None


def _as_text(value: Any) -> str:
    return "1" if value is True else str(value)
