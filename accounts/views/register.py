"""The wizard's one page: a new attempt, or a draft that goes on where it was left."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import endpoints, tasks
from accounts.forms import RegistrationForm
from accounts.models import Registration
from accounts.registering import drafts, importing, rescuing, telling
from accounts.registering.doubts import repaired
from accounts.registering.guide import CHECKED, STEPS
from accounts.registering.looking import keys_of, look_of
from accounts.registering.policy import policy_for
from accounts.registering.probing import who_answers
from accounts.registering.proposals import known_regions
from accounts.uploads import too_large
from accounts.views.drafts import draft_to_show, keep, posted_draft
from accounts.views.registration import start

State = Registration.State
_LOOKED_WITH = ("endpoint", "operate_uin", *drafts.OF_THE_BUCKET)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@never_cache
def register(request: HttpRequest) -> HttpResponse:
    """The form of a draft; a POST keeps what was typed, whatever it is worth, and does what `intent` says."""
    registration = posted_draft(request) if request.method == "POST" else draft_to_show(request)
    if registration.state != State.DRAFT:
        return redirect("accounts:registration_detail", registration.pk)
    if request.method == "POST":
        return _receive(request, registration)
    return _page(request, RegistrationForm(registration=registration))


def _receive(request: HttpRequest, registration: Registration) -> HttpResponse:
    intent = request.POST.get("intent", "")
    form = RegistrationForm(_repaired(request.POST), registration=registration)
    keep(request, registration, form.values())
    if registration.state != State.DRAFT:
        return redirect("accounts:registration_detail", registration.pk)
    if intent == "paste" or request.POST.get("pasted", "").strip() or "file" in request.FILES:
        return _read(request, registration)
    if intent == "save":
        messages.success(request, _("The draft is kept until you come back."))
        return redirect("accounts:account_list")
    if intent == "look":
        return _look(request, registration, form)
    if intent == "probe":
        return _page(request, RegistrationForm(registration=registration), probes=who_answers())
    if request.POST.get("accept"):
        _accept(registration, request.POST["accept"])
    elif intent == "anew":
        importing.drop_keys(registration)
    elif intent == "use_found":
        rescuing.use_found(registration)
    else:
        return _submit(request, registration, form, only_check=intent == "check")
    return _page(request, RegistrationForm(registration=registration))


def _submit(
    request: HttpRequest, registration: Registration, form: RegistrationForm, *, only_check: bool
) -> HttpResponse:
    """Start when all of it is sound, and every doubt was seen."""
    form.name_kept_secrets()
    if not (form.is_fit_to_check() if only_check else form.is_valid()):
        return _page(request, form, status=422)
    seen = request.POST.getlist("seen")
    if not only_check and any(doubt.name not in seen for doubt in form.doubts):
        return _page(request, form, status=422)
    if not start(request, registration, only_check=only_check) and registration.state == State.DRAFT:
        return _page(request, RegistrationForm(registration=registration), status=422)
    return redirect("accounts:registration_detail", registration.pk)


def _read(request: HttpRequest, registration: Registration) -> HttpResponse:
    """Fill the draft from a pasted text or a file; of the text itself nothing is kept or shown."""
    labels = {name: field.label or name for name, field in RegistrationForm.base_fields.items()}
    try:
        text = _pasted(request)
    except importing.NoText as reason:
        read = telling.trouble(reason.code)
    else:
        read = telling.told(importing.take(registration, text), labels)
    return _page(request, RegistrationForm(registration=registration), read=read)


def _pasted(request: HttpRequest) -> str:
    """What was pasted, else what was uploaded. Raises NoText."""
    text = request.POST.get("pasted", "")
    if text.strip():
        return text
    if too_large(request):
        raise importing.NoText("too_large")
    file = request.FILES.get("file")
    if file is None or file.file is None:
        raise importing.NoText("empty")
    return importing.text_in(file.file)


def _look(request: HttpRequest, registration: Registration, form: RegistrationForm) -> HttpResponse:
    """Have the bucket searched for the demo script; needs no more than the bucket and whose demo it is."""
    form.name_kept_secrets()
    form.keep_errors_of(_LOOKED_WITH)
    if form.errors:
        return _page(request, form, status=422)
    if rescuing.ask(registration):
        tasks.enqueue_look(registration)
    return _page(request, RegistrationForm(registration=registration))


def _repaired(data: QueryDict) -> QueryDict:
    """The form with the proposal taken that a person clicked on; what it is, is decided here."""
    name = data.get("accept", "")
    if meant := repaired(name, data.get(name, "").strip()):
        data = data.copy()
        data[name] = meant
    return data


def _accept(registration: Registration, name: str) -> None:
    """Take the repair of a doubt about this field, if there still is one."""
    form = RegistrationForm(registration=registration)
    for doubt in form.doubts:
        if doubt.field == name and doubt.repair:
            drafts.repair(registration, doubt.field, doubt.repair)


def _page(request: HttpRequest, form: RegistrationForm, *, status: int = 200, **more: Any) -> HttpResponse:
    registration = form.registration
    context = {
        "form": form,
        "registration": registration,
        "has_sandbox": endpoints.SANDBOX in endpoints.all_endpoints(),
        "is_import": registration.is_import or "import" in request.GET,
        "keys": keys_of(registration, "raw_reply") if registration.is_import else (),
        "steps": STEPS,
        "is_ready": len(registration.ticks) == len(STEPS),
        "checked": CHECKED,
        "regions": known_regions(),
        "policy": policy_for(registration),
        "look": look_of(registration),
        **more,
    }
    return render(request, "accounts/register.html", context, status=status)
