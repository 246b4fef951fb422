"""Which days, accounts, people and capabilities a person wants to see the usage of, as an address has it."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from jobs.board_filter import EARLIEST, LATEST, DayField
from jobs.capabilities import all_capabilities
from jobs.models import Usage

LENGTHS = (7, 30, 90)
USUAL = 30
# A year and a leap day: bars of a day each are still told apart.
LONGEST = 366


@dataclass(frozen=True, kw_only=True)
class Span:
    """Days in a row, `first` and `last` included."""

    first: date
    last: date

    @classmethod
    def of_month(cls, day: date) -> Span:
        """The whole month of a day."""
        first = day.replace(day=1)
        return cls(first=first, last=first.replace(day=calendar.monthrange(day.year, day.month)[1]))

    @classmethod
    def lately(cls, days: int, last: date) -> Span:
        """So many days until `last`."""
        return cls(first=last - timedelta(days=days - 1), last=last)

    @property
    def days(self) -> list[date]:
        length = (self.last - self.first).days + 1
        return [self.first + timedelta(days=number) for number in range(length)]

    @property
    def is_month(self) -> bool:
        return self == Span.of_month(self.first)

    @property
    def before(self) -> Span:
        """The month, or as many days, before it."""
        end = self.first - timedelta(days=1)
        return Span.of_month(end) if self.is_month else Span.lately(len(self.days), end)

    @property
    def after(self) -> Span:
        """The month, or as many days, after it."""
        begin = self.last + timedelta(days=1)
        if self.is_month:
            return Span.of_month(begin)
        return Span(first=begin, last=begin + (self.last - self.first))


class UsageForm(forms.Form):
    """What is left empty filters nothing; the days are those from `since` to `until`, else the month, else
    the last `days`."""

    account = forms.ChoiceField(label=_("Account"), required=False)
    person = forms.ChoiceField(label=_("Person"), required=False)
    capability = forms.ChoiceField(label=_("Capability"), required=False)
    since = DayField(label=_("First day"))
    until = DayField(label=_("Last day"))
    month = forms.DateField(
        required=False,
        input_formats=["%Y-%m"],
        widget=forms.HiddenInput,
        validators=[MinValueValidator(EARLIEST), MaxValueValidator(LATEST)],
    )
    days = forms.TypedChoiceField(
        required=False,
        coerce=int,
        choices=[(each, each) for each in LENGTHS],
        widget=forms.HiddenInput,
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        accounts = Account.objects.for_user(user).order_by("name", "pk")
        self._choose("account", _("Every account"), ((str(each.pk), each.name) for each in accounts))
        people = _senders(user).order_by("username")
        self._choose("person", _("Everybody"), ((str(each.pk), each.get_username()) for each in people))
        titles = ((key, each.title) for key, each in all_capabilities().items())
        self._choose("capability", _("Every capability"), titles)

    def _choose(self, name: str, everything: Any, known: Iterable[tuple[str, Any]]) -> None:
        """One thing to choose among is nothing to choose."""
        choices = [("", everything), *known]
        cast(forms.ChoiceField, self.fields[name]).choices = choices
        if len(choices) < 3:
            self.fields[name].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        """Days in their order, and not more than can be drawn."""
        told: dict[str, Any] = super().clean() or {}
        first, last = told.get("since"), told.get("until")
        if first and last and first > last:
            raise ValidationError(_("The first day must not be after the last one."))
        if not self.errors and len(self._span(told).days) > LONGEST:
            raise ValidationError(_("At most %(days)s days can be shown at once.") % {"days": LONGEST})
        return told

    @property
    def span(self) -> Span:
        """The days that are wanted; the usual ones while the form makes no sense."""
        return self._span(self.cleaned_data) if self.is_valid() else Span.lately(USUAL, timezone.localdate())

    def _span(self, told: dict[str, Any]) -> Span:
        today = timezone.localdate()
        first, last = told.get("since"), told.get("until")
        if first:
            return Span(first=first, last=last or max(first, today))
        if last:
            return Span.lately(USUAL, last)
        if told.get("month"):
            return Span.of_month(told["month"])
        return Span.lately(told.get("days") or USUAL, today)

    def usage(self) -> QuerySet[Usage]:
        """What was sent in these days, as far as the person may see it; nothing while the form makes no
        sense."""
        mine = Usage.objects.for_user(self.user)
        if not self.is_valid():
            return mine.none()
        span = self.span
        fields = {"account": "account_id", "person": "user_id", "capability": "capability"}
        wanted = {
            column: self.cleaned_data[name] for name, column in fields.items() if self.cleaned_data[name]
        }
        return mine.filter(day__gte=span.first, day__lte=span.last, **wanted)


def _senders(user: Any) -> QuerySet[User]:
    """People of whom `user` may see that they sent something."""
    sent = Usage.objects.for_user(user).filter(user=OuterRef("pk"))
    return User.objects.filter(Exists(sent)).only("pk", "username")
