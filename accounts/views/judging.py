"""What the wizard asks while a person is typing: a judgement of one field, and which service answers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts.forms import SECRETS, RegistrationForm, initial_of
from accounts.models import Registration
from accounts.registering.drafts import FORMATS
from accounts.registering.policy import policy_for
from accounts.registering.probing import who_answers
from accounts.views.drafts import keep, posted_draft

# A new value of the one may raise or settle a doubt about the others.
_ALSO = {
    "bucket": ("operate_uin", "region"),
    "operate_uin": ("user_name",),
    "endpoint": ("user_name", *SECRETS),
    "bucket_secret_id": ("bucket_secret_key",),
    "bucket_secret_key": ("bucket_secret_id",),
}


@require_POST
@sensitive_post_parameters()
@never_cache
def judge(request: HttpRequest) -> HttpResponse:
    """Keep one field on the draft and say what is to be said about it, as pieces for htmx to put in place."""
    registration = posted_draft(request)
    judged = [name for name in ("endpoint", *FORMATS) if name in request.POST]
    if registration.state != Registration.State.DRAFT:
        return HttpResponse()
    form = RegistrationForm(_whole(request.POST, registration), registration=registration)
    told = [*judged, *(name for field in judged for name in _ALSO.get(field, ()))]
    valid = form.values()
    keep(request, registration, {name: valid[name] for name in _to_keep(judged, form) if name in valid})
    form.keep_errors_of(name for name in told if name in judged or form.data.get(name))
    form.name_kept_secrets()
    context = {
        "form": form,
        "registration": registration,
        "told": [form[name] for name in dict.fromkeys(told)],
        "renewed": _renewed(request, form),
        "policy": policy_for(registration),
    }
    return render(request, "accounts/_register_judged.html", context)


@require_POST
@never_cache
def probe(request: HttpRequest) -> HttpResponse:
    """Which service answers, for htmx; sends nothing secret anywhere."""
    return render(request, "accounts/_register_probe.html", {"probes": who_answers()})


def _whole(posted: QueryDict, registration: Registration) -> QueryDict:
    """The whole form: what is on the draft, and over it what was typed just now."""
    data = QueryDict(mutable=True)
    data.update(initial_of(registration))
    for name in posted:
        data[name] = str(posted[name])
    return data


def _to_keep(judged: list[str], form: RegistrationForm) -> list[str]:
    """An address brings the region along."""
    return [*judged, "region"] if "bucket" in judged and form.data.get("region") else judged


def _renewed(request: HttpRequest, form: RegistrationForm) -> list[SafeString]:
    """The inputs of bucket and region, when an address was typed and both were taken from it."""
    typed = request.POST.get("bucket", "").strip()
    if typed == form.data.get("bucket", "").strip() or "bucket" not in request.POST:
        return []
    return [form[name].as_widget(attrs={"hx-swap-oob": "true"}) for name in ("bucket", "region")]
