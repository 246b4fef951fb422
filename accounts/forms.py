"""The form of a registration: the guide's prepared parameters, each judged as it will be sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.endpoints import MEDIAX, SANDBOX, Text, all_endpoints, open_endpoints
from accounts.masking import masked
from accounts.models import Registration
from accounts.pasting.address import find_place
from accounts.pasting.findings import PADDING
from accounts.registering.doubts import Doubt, doubts_about, needs_words, says_plain_http
from accounts.registering.drafts import FORMATS, OF_THE_BUCKET
from accounts.registering.importing import LOCKED
from accounts.registering.remarks import Remark, remarks_on
from accounts.sentences import explain_format

SECRETS = ("bucket_secret_id", "bucket_secret_key")


def _judged_by(check: Callable[[str], str | None]) -> Callable[[str], None]:
    def judge(value: str) -> None:
        if code := check(value):
            raise forms.ValidationError(explain_format(code), code=code)

    return judge


class RemarkedField(forms.BoundField):
    """A field beside which something may be said that is no error."""

    form: RegistrationForm

    @property
    def remarks(self) -> list[Remark]:
        return self.form.remarks.get(self.name, [])

    @property
    def is_needed(self) -> bool:
        """Whether it is marked as one to fill in: a secret need not be typed where one is kept already."""
        kept = self.form.kept.get(self.name)
        if kept is None:
            return bool(self.field.required)
        return not (kept.is_kept and kept.opens) and self.form["endpoint"].value() != SANDBOX

    @property
    def aria_describedby(self) -> str | None:
        """The place for errors and remarks is always there, so that what comes into it later is read out."""
        return f"{self.auto_id}_helptext says-{self.name}" if self.help_text else f"says-{self.name}"


class Remarked(forms.Field):
    """A field with a place beside it for what is said while a person types."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.template_name = "accounts/_register_field.html"

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> RemarkedField:
        return RemarkedField(form, self, field_name)


class ServiceField(Remarked, forms.ChoiceField):
    """One of the gateways."""


class PastedField(Remarked, forms.CharField):
    """One word that people paste: what surrounds it invisibly is cut off, what it is made of is judged."""

    def __init__(self, name: str, *, secret: bool = False, words: str = "", **kwargs: Any) -> None:
        attrs = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}
        if words:
            attrs["list"] = words
        widget = forms.PasswordInput(attrs | {"autocomplete": "new-password"}) if secret else None
        super().__init__(
            widget=widget or forms.TextInput(attrs),
            validators=[_judged_by(FORMATS[name])],
            error_messages={"required": explain_format("empty")},
            **kwargs,
        )

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return text.strip(PADDING) if isinstance(text, str) else text


def _endpoint_choices() -> list[tuple[str, SafeString]]:
    return [
        (found.key, format_html("<span>{}<br><small>{}</small></span>", found.title, found.note))
        for found in open_endpoints().values()
    ]


class RegistrationForm(forms.Form):
    """Everything TMP wants to know, in the order in which a person meets it in the console.

    Secrets are never rendered back: what was typed is kept sealed on the draft and shown by its end. At the
    sandbox, keys left empty mean the sandbox's own. A renewal keeps what makes it the same tenant.
    """

    operate_uin = PastedField(
        "operate_uin",
        label=_("Which account bought the music service?"),
        help_text=_(
            "Its account ID (operateUin): the main account's if the main account bought it, the "
            "sub-account's if a sub-account did. It is on the console's account page."
        ),
    )
    user_name = PastedField(
        "user_name",
        label=_("User name"),
        help_text=_("A name of your choice, 1 to 19 letters and digits."),
    )
    bucket = PastedField(
        "bucket",
        label=_("Bucket"),
        help_text=_("With its APPID: my-songs-1250000000. Its whole address will do, and brings the region."),
    )
    region = PastedField(
        "region", words="regions", label=_("Region"), help_text=_("Where the bucket is: ap-guangzhou.")
    )
    bucket_secret_id = PastedField(
        "bucket_secret_id",
        secret=True,
        required=False,
        label=_("SecretId"),
        help_text=_("Of the CAM user who may read and write this bucket."),
    )
    bucket_secret_key = PastedField(
        "bucket_secret_key",
        secret=True,
        required=False,
        label=_("SecretKey"),
        help_text=_("Goes to TMP, too. Here it is kept encrypted."),
    )
    domain = PastedField(
        "domain",
        required=False,
        label=_("Bucket domain"),
        help_text=_("Only if the bucket has a domain of its own; otherwise leave it empty."),
    )
    endpoint = ServiceField(
        label=_("Service"),
        choices=_endpoint_choices,
        widget=forms.RadioSelect,
        initial=MEDIAX,
    )
    plain_http_confirmed = forms.CharField(
        label=_("This address sends your keys unencrypted. Type “plain http” to accept that."),
        help_text=_("Anybody on the way can read them. The recommended service above uses https."),
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}),
        required=False,
        max_length=40,
    )

    def __init__(self, data: QueryDict | None = None, *, registration: Registration) -> None:
        self.registration = registration
        super().__init__(_with_split_bucket(data), initial=initial_of(registration))
        for name in LOCKED if registration.renews_id else ():
            self.fields[name].disabled = True
        for name in ("endpoint", *FORMATS):
            self.fields[name].widget.attrs |= _judged_as_typed(name)
        self.name_kept_secrets()

    def clean_bucket_secret_id(self) -> str:
        return self._secret("bucket_secret_id", "secret_id")

    def clean_bucket_secret_key(self) -> str:
        return self._secret("bucket_secret_key", "secret_key")

    def clean(self) -> dict[str, Any]:
        key = self.cleaned_data.get("endpoint", "")
        typed = self.cleaned_data.get("plain_http_confirmed", "")
        if needs_words(self.registration, key) and not says_plain_http(typed):
            message = _("Type “plain http” here, or choose a service with https.")
            self.add_error("plain_http_confirmed", message)
        return self.cleaned_data

    def values(self) -> dict[str, str]:
        """What is worth keeping by model field: all that is valid, and other plain text as far as it fits.

        Secrets that were left empty are not among it.
        """
        self.is_valid()
        kept = {name: self._raw(name) for name in self.errors if self._may_be_kept(name)}
        for name in ("endpoint", *FORMATS):
            if name in self.cleaned_data and not (name in SECRETS and not self.cleaned_data[name]):
                kept[name] = self.cleaned_data[name]
        return kept

    def is_fit_to_check(self) -> bool:
        """Whether the bucket can be tried; if so, what else is wrong does not matter yet."""
        return not set(self.errors) & {"endpoint", *OF_THE_BUCKET}

    def keep_errors_of(self, names: Iterable[str]) -> None:
        """Judge these fields alone: what is wrong with the others is not said yet."""
        wanted = set(names)
        for name in [name for name in self.errors if name not in wanted]:
            del self.errors[name]

    def name_kept_secrets(self) -> None:
        """Say beside each secret what the row keeps of it; again after the row was saved."""
        self.kept = {name: masked(self.registration, name) for name in SECRETS}
        for name in SECRETS:
            self[name].help_text = self._hint(name) or self.fields[name].help_text
            kept = self.kept[name]
            self.fields[name].widget.attrs["placeholder"] = (
                f"****{kept.tail}" if kept.is_kept and kept.opens else ""
            )

    @cached_property
    def doubts(self) -> list[Doubt]:
        """What a person should look at once more before it is sent."""
        self.is_valid()
        return doubts_about(self.registration, self.cleaned_data if self.is_bound else {})

    @cached_property
    def remarks(self) -> dict[str, list[Remark]]:
        """What is said beside the fields, by field name."""
        shown = {name: self._shown(name) for name in FORMATS if name not in SECRETS}
        return remarks_on(shown, self.doubts, has_errors=self.is_bound)

    @property
    def caller(self) -> str:
        """The Source header as it will be, with the members' names where nothing is typed yet."""
        return f"{self._shown('operate_uin') or '<operateUin>'}_{self._shown('user_name') or '<userName>'}"

    @property
    def has_domain(self) -> bool:
        return bool(self._shown("domain"))

    def _shown(self, name: str) -> str:
        return str(self[name].value() or "").strip(PADDING)

    def _raw(self, name: str) -> str:
        return str(self.data.get(name, "")).strip(PADDING)

    def _may_be_kept(self, name: str) -> bool:
        if name not in FORMATS or name in SECRETS or self.fields[name].disabled or name not in self.data:
            return False
        longest: int = getattr(Registration._meta.get_field(name), "max_length", 0)
        return self._raw(name).isprintable() and len(self._raw(name)) <= longest

    def _hint(self, name: str) -> Text:
        kept = self.kept[name]
        if not kept.opens:
            return _("The key that was kept does not open any more: enter it again.")
        if kept.is_kept:
            return _("Kept: ****%(tail)s. Leave this empty to keep it.") % {"tail": kept.tail}
        if self["endpoint"].value() == SANDBOX:
            return _("Leave this empty: the sandbox brings its own.")
        return ""

    def _secret(self, name: str, sandbox_name: str) -> str:
        """What was typed, "" to keep what is there; at the sandbox, its own."""
        typed: str = self.cleaned_data[name]
        if typed or (self.kept[name].is_kept and self.kept[name].opens):
            return typed
        if self["endpoint"].value() == SANDBOX and SANDBOX in all_endpoints():
            return str(settings.SANDBOX[sandbox_name])
        raise forms.ValidationError(explain_format("empty"), code="empty")


def initial_of(registration: Registration) -> dict[str, str]:
    """What a draft already knows, secrets left out."""
    names = ("endpoint", *(name for name in FORMATS if name not in SECRETS))
    return {name: getattr(registration, name) for name in names}


def _judged_as_typed(name: str) -> dict[str, str]:
    return {
        "hx-post": reverse("accounts:register_judge"),
        "hx-trigger": "change",
        "hx-swap": "none",
        # One after the other: a doubt about two fields must not be judged before the first one is kept.
        "hx-sync": "closest form:queue all",
        "hx-params": f"{name},registration,renew,sandbox",
    }


def _with_split_bucket(data: QueryDict | None) -> QueryDict | None:
    if data is None or (place := find_place(data.get("bucket") or "")) is None:
        return data
    data = data.copy()
    data["bucket"], data["region"] = place.bucket, place.region or data.get("region", "")
    return data
