"""The form of a registration: the guide's prepared parameters, each judged as it will be sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import UserCreationForm
from django.contrib.auth.models import User
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.endpoints import MEDIAX, SANDBOX, Text, all_endpoints
from accounts.masking import masked
from accounts.models import Registration
from accounts.registering.drafts import FORMATS
from accounts.sentences import explain_format

SECRETS = ("bucket_secret_id", "bucket_secret_key")
SANDBOX_UIN = "100012345678"
_KEY_ID_PREFIX = "AKID"
_PASTED_PADDING = " \t\r\n\u00a0\u200b\ufeff\u3000"
_BUCKET_HOST = re.compile(
    r"(?:https?://)?(?P<bucket>[a-z0-9][a-z0-9-]*-\d+)\.(?:cos|cos-website|cos-internal)\."
    r"(?P<region>[a-z0-9-]+)\.(?:myqcloud\.com|tencentcos\.cn)(?:[:/].*)?"
)


def split_bucket_address(text: str) -> tuple[str, str] | None:
    """Bucket and region out of a store's address as the console shows it, None when it is no such address.

    The region is "" in an address of global acceleration, which names none.
    """
    found = _BUCKET_HOST.fullmatch(text.strip(_PASTED_PADDING).lower())
    if not found:
        return None
    return found["bucket"], "" if found["region"] == "accelerate" else found["region"]


def _judged_by(check: Callable[[str], str | None]) -> Callable[[str], None]:
    def judge(value: str) -> None:
        if code := check(value):
            raise forms.ValidationError(explain_format(code), code=code)

    return judge


class PastedField(forms.CharField):
    """One word that people paste: what surrounds it invisibly is cut off, what it is made of is judged."""

    def __init__(self, name: str, *, secret: bool = False, **kwargs: Any) -> None:
        attrs = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}
        widget = forms.PasswordInput(attrs | {"autocomplete": "new-password"}) if secret else None
        super().__init__(
            widget=widget or forms.TextInput(attrs),
            validators=[_judged_by(FORMATS[name])],
            error_messages={"required": explain_format("empty")},
            **kwargs,
        )

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return text.strip(_PASTED_PADDING) if isinstance(text, str) else text


def _endpoint_choices() -> list[tuple[str, SafeString]]:
    return [
        (found.key, format_html("<span>{}<br><small>{}</small></span>", found.title, found.note))
        for found in all_endpoints().values()
    ]


class RegistrationForm(forms.Form):
    """Everything TMP wants to know, in the order in which a person meets it in the console.

    Secrets are never rendered back: what was typed is kept sealed on the draft and shown by its end. At the
    sandbox, keys left empty mean the sandbox's own.
    """

    endpoint = forms.ChoiceField(
        label=_("Service"), choices=_endpoint_choices, widget=forms.RadioSelect, initial=MEDIAX
    )
    plain_http_confirmed = forms.BooleanField(
        label=_("I know that this address sends my keys unencrypted"),
        help_text=_("Only needed for the guide's old address, which has no https."),
        required=False,
    )
    operate_uin = PastedField(
        "operate_uin",
        label=_("Account ID (operateUin)"),
        help_text=_(
            "The ID of the Tencent Cloud account that bought the music service: the main account's if the "
            "main account bought it, the sub-account's if a sub-account did. Console, account information."
        ),
    )
    user_name = PastedField(
        "user_name",
        label=_("User name"),
        help_text=_("A name of your choice, 1 to 19 letters and digits. It goes into every call."),
    )
    bucket = PastedField(
        "bucket",
        label=_("Bucket"),
        help_text=_(
            "The COS bucket for songs and results, with its APPID: my-songs-1250000000. You may paste the "
            "bucket's whole address; the region is taken from it."
        ),
    )
    region = PastedField(
        "region", label=_("Region"), help_text=_("Where the bucket is, in short: ap-guangzhou.")
    )
    bucket_secret_id = PastedField(
        "bucket_secret_id",
        secret=True,
        required=False,
        label=_("SecretId"),
        help_text=_("Of a CAM user with programmatic access only, who may read and write this bucket."),
    )
    bucket_secret_key = PastedField(
        "bucket_secret_key",
        secret=True,
        required=False,
        label=_("SecretKey"),
        help_text=_(
            "From the same line of the console as the SecretId. TMP gets it too; it is kept encrypted."
        ),
    )
    domain = PastedField(
        "domain",
        required=False,
        label=_("Bucket domain"),
        help_text=_("Only if the bucket has a domain of its own; otherwise leave it empty."),
    )

    def __init__(self, data: QueryDict | None = None, *, registration: Registration, **kwargs: Any) -> None:
        self.registration = registration
        super().__init__(_with_split_bucket(data), **kwargs)
        self.name_kept_secrets()

    def clean_bucket_secret_id(self) -> str:
        return self._secret("bucket_secret_id", "secret_id")

    def clean_bucket_secret_key(self) -> str:
        key = self._secret("bucket_secret_key", "secret_key")
        key_id = self.cleaned_data.get("bucket_secret_id")
        if key.startswith(_KEY_ID_PREFIX) and key_id and not key_id.startswith(_KEY_ID_PREFIX):
            raise forms.ValidationError(_("This looks like a SecretId. Are the two swapped?"), code="swapped")
        return key

    def clean(self) -> dict[str, Any]:
        found = all_endpoints().get(self.cleaned_data.get("endpoint", ""))
        if found and found.is_plain_http and not self.cleaned_data.get("plain_http_confirmed"):
            self.add_error(
                "plain_http_confirmed",
                _("This address has no https: tick the box if you accept that, or choose another service."),
            )
        return self.cleaned_data

    def values(self) -> dict[str, str]:
        """What is valid so far, by model field; secrets that were left empty to keep are not among it."""
        self.is_valid()
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name != "plain_http_confirmed" and not (name in SECRETS and not value)
        }

    def name_kept_secrets(self) -> None:
        """Say beside each secret what the row keeps of it; again after the row was saved."""
        self.kept = {name: masked(self.registration, name) for name in SECRETS}
        for name in SECRETS:
            self[name].help_text = self._hint(name) or self.fields[name].help_text

    def _hint(self, name: str) -> Text:
        kept = self.kept[name]
        if not kept.opens:
            return _("The key that was kept does not open any more: enter it again.")
        if kept.is_kept:
            return _("Kept: ****%(tail)s. Leave this empty to keep it.") % {"tail": kept.tail}
        if self.get_initial_for_field(self.fields["endpoint"], "endpoint") == SANDBOX:
            return _("Leave this empty: the sandbox brings its own.")
        return ""

    def _secret(self, name: str, sandbox_name: str) -> str:
        """What was typed, "" to keep what is there; at the sandbox, its own."""
        typed: str = self.cleaned_data[name]
        if not typed and self.cleaned_data.get("endpoint") == SANDBOX:
            return str(settings.SANDBOX[sandbox_name])
        if not typed and not (self.kept[name].is_kept and self.kept[name].opens):
            raise forms.ValidationError(explain_format("empty"), code="empty")
        return typed


def initial_of(registration: Registration) -> dict[str, str]:
    """What a draft already knows, secrets left out."""
    names = ("endpoint", *(name for name in FORMATS if name not in SECRETS))
    return {name: getattr(registration, name) for name in names}


def sandbox_initial(user_name: str) -> dict[str, str]:
    """Values that register at the sandbox; its keys stay on the server. {} when none is running."""
    if SANDBOX not in all_endpoints():
        return {}
    known = settings.SANDBOX
    return {
        "endpoint": SANDBOX,
        "operate_uin": SANDBOX_UIN,
        "user_name": re.sub(r"[^A-Za-z0-9]", "", user_name)[:19] or "sandbox",
        "bucket": known["bucket"],
        "region": known["region"],
    }


def _with_split_bucket(data: QueryDict | None) -> QueryDict | None:
    if data is None or (split := split_bucket_address(data.get("bucket") or "")) is None:
        return data
    data = data.copy()
    bucket, region = split
    data["bucket"], data["region"] = bucket, region or data.get("region", "")
    return data


class OwnerForm(UserCreationForm):  # type: ignore[type-arg]
    """The first person's login."""

    class Meta:
        model = User
        fields = ("username",)
        help_texts: Mapping[str, Text] = {"username": _("Letters, digits and @ . + - _")}
