"""What a person decides about an account: its name, the default, whether it works, its end."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.managing import life
from accounts.managing.people import Unfit
from accounts.models import Account
from accounts.views.access import account_or_404, account_to_use, owned_account, person
from accounts.views.accounts import hub
from accounts.views.confirming import confirm_first, is_confirmed


class NameForm(forms.Form):
    """The account's name; it is the portal's alone."""

    name = forms.CharField(
        label=_("Name"),
        max_length=life.LONGEST_NAME,
        help_text=_("Everybody who uses the account sees it; TMP does not."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class DeleteForm(forms.Form):
    """The account's name once more, typed by hand."""

    name = forms.CharField(
        label=_("Type the account's name"), widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, *args: object, account: Account, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.account = account

    def clean_name(self) -> str:
        """Exactly the name; nobody deletes the wrong account in passing."""
        name: str = self.cleaned_data["name"]
        if name != self.account.name:
            raise forms.ValidationError(_("This is not the account's name."))
        return name


@require_http_methods(["GET", "HEAD", "POST"])
def account_settings(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """Name, default, state, renewal and end; a POST of an owner gives the name."""
    if request.method != "POST":
        account = account_or_404(request, account_id)
        return _page(request, account, form=NameForm(initial={"name": account.name}))
    account = owned_account(request, account_id)
    form = NameForm(request.POST)
    if form.is_valid():
        try:
            if life.rename(account, by=person(request), name=form.cleaned_data["name"]):
                messages.success(request, _("The account is called “%(name)s” now.") % {"name": account.name})
            return redirect("accounts:account_settings", account_id=account.pk)
        except Unfit as error:
            form.add_error("name", str(error.sentence))
            account.refresh_from_db()
    return _page(request, account, form=form, http_state=422)


@require_POST
def account_default(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """Begin new jobs with this account, or (`wanted` empty) with none in particular."""
    account = account_to_use(request, account_id)
    life.make_default(account, person=person(request), wanted=bool(request.POST.get("wanted")))
    return redirect("accounts:account_settings", account_id=account.pk)


@require_POST
def account_disable(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """No new jobs from now on."""
    account = owned_account(request, account_id)
    if life.disable(account, by=person(request)):
        messages.success(request, _("The account is disabled: no new jobs are made or sent."))
    return redirect("accounts:account_settings", account_id=account.pk)


@require_POST
def account_enable(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """New jobs again."""
    account = owned_account(request, account_id)
    if life.enable(account, by=person(request)):
        messages.success(request, _("The account is enabled: jobs that waited are sent now."))
    return redirect("accounts:account_settings", account_id=account.pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def account_delete(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """What goes and what remains; a POST with the name, by a confirmed owner, deletes."""
    account = owned_account(request, account_id)
    if not is_confirmed(request):
        return confirm_first(request.path)
    form = DeleteForm(request.POST or None, account=account)
    if request.method == "POST" and form.is_valid():
        if life.delete(account, by=person(request)):
            messages.success(request, _("“%(account)s” is deleted.") % {"account": account.name})
        return redirect("accounts:account_list")
    context = hub(request, account, tab="settings") | {
        "form": form,
        "song_count": account.songs.count(),
        "registration_count": account.registrations.count(),
    }
    state = 422 if request.method == "POST" else 200
    return render(request, "accounts/account_delete.html", context, status=state)


def _page(request: HttpRequest, account: Account, *, form: NameForm, http_state: int = 200) -> HttpResponse:
    context = hub(request, account, tab="settings") | {"form": form}
    return render(request, "accounts/account_settings.html", context, status=http_state)
