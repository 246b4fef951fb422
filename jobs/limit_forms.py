"""What an owner types about an account's limits and about what TMP costs."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from jobs.capabilities import all_capabilities
from jobs.engine.pacing import caps_of
from jobs.limits import CAPS
from jobs.models import Limits, Price
from jobs.storable import storable

_DEFAULT_IS = _("Empty: the portal's default, {default}. 0: no limit.")
_NO_DEFAULT = _("Empty: the portal's default, no limit. 0: no limit.")
SLOWEST_PER_SECOND = 0.01
MOST = 1_000_000


class LimitsForm(forms.ModelForm):  # type: ignore[type-arg]
    """The three caps of an account; an empty field follows the portal's default, which is said."""

    class Meta:
        model = Limits
        fields = CAPS

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        caps = caps_of(account, None)
        defaults = (caps.per_second, caps.in_flight, caps.per_day)
        steps = ("any", "1", "1")
        for name, default, step in zip(CAPS, defaults, steps, strict=True):
            field = self.fields[name]
            field.help_text = format_lazy(_DEFAULT_IS, default=f"{default:g}") if default else _NO_DEFAULT
            field.widget.attrs |= {"min": 0, "step": step, "max": MOST, "inputmode": "decimal"}

    def clean(self) -> dict[str, Any]:
        """Nothing so slow that it is a stop, nothing that no column holds."""
        values = super().clean() or {}
        for name in CAPS:
            if (values.get(name) or 0) > MOST:
                self.add_error(name, _("That is more than anybody sends. 0 means no limit."))
        if 0 < (values.get("calls_per_second") or 0) < SLOWEST_PER_SECOND:
            self.add_error("calls_per_second", _("That is as good as never: stop the account instead."))
        return values


class PriceForm(forms.ModelForm):  # type: ignore[type-arg]
    """What one capability costs, who says so, and since when."""

    capability = forms.ChoiceField(label=_("Capability"))
    currency = forms.CharField(
        label=_("Currency"),
        min_length=3,
        max_length=3,
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "spellcheck": "false", "size": 3}),
    )
    source = forms.CharField(
        label=_("Source"),
        max_length=200,
        help_text=_("Where this price stands: a contract, a bill, a web address."),
    )
    dated = forms.DateField(
        label=_("As of"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    class Meta:
        model = Price
        fields = ("capability", "amount", "currency", "per", "source", "dated")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        first = {"currency": "CNY", "dated": timezone.localdate(), "per": Price.Per.MINUTE}
        super().__init__(*args, **{**kwargs, "initial": {**first, **(kwargs.get("initial") or {})}})
        choices = cast(forms.ChoiceField, self.fields["capability"])
        choices.choices = [(key, each.title) for key, each in all_capabilities().items()]
        self.fields["amount"].widget.attrs |= {"min": 0, "step": "0.0001", "inputmode": "decimal"}

    def clean_currency(self) -> str:
        """Three capital letters."""
        currency: str = self.cleaned_data["currency"].upper()
        if not (currency.isascii() and currency.isalpha()):
            raise forms.ValidationError(_("Three letters, such as CNY."))
        return currency

    def clean_source(self) -> str:
        """Words that every database can keep."""
        source: str = storable(self.cleaned_data["source"])
        return source
