"""Who may use an account: seen by all its members, decided by its owners; everybody may leave."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.managing import people
from accounts.models import Account, Membership
from accounts.views.access import account_or_404, owned_account, person
from accounts.views.accounts import hub


class ShareForm(forms.Form):
    """Whom to let in, and as what."""

    user_name = forms.CharField(
        label=_("User name"),
        max_length=150,
        help_text=_("The name this person signs in with on this portal."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    role = forms.ChoiceField(label=_("Role"), choices=Membership.Role.choices, initial=Membership.Role.VIEWER)


@require_http_methods(["GET", "HEAD", "POST"])
def account_people(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """The members; a POST of an owner lets somebody in."""
    if request.method != "POST":
        return _page(request, account_or_404(request, account_id), form=ShareForm())
    account = owned_account(request, account_id)
    form = ShareForm(request.POST)
    if form.is_valid():
        try:
            added = people.share(account, by=person(request), **form.cleaned_data)
        except people.Unfit as error:
            form.add_error("user_name", str(error.sentence))
        else:
            messages.success(request, _("%(person)s may use the account now.") % {"person": added})
            return redirect("accounts:account_people", account_id=account.pk)
    return _page(request, account, form=form, http_state=422)


@require_POST
def member_role(request: HttpRequest, account_id: uuid.UUID, member_id: int) -> HttpResponse:
    """Give a member another role."""
    account = owned_account(request, account_id)
    member = _member(account, member_id)
    try:
        people.set_role(account, by=person(request), person=member, role=request.POST.get("role", ""))
    except people.Unfit as error:
        messages.error(request, error.sentence)
    return redirect("accounts:account_people", account_id=account.pk)


@require_POST
def member_remove(request: HttpRequest, account_id: uuid.UUID, member_id: int) -> HttpResponse:
    """Take the account from a member; one who is gone already is gone."""
    account = owned_account(request, account_id)
    # nosemgrep: rows-without-their-user  (the account is the person's own)
    member = User.objects.filter(memberships__pk=member_id, memberships__account=account).first()
    if member is None:
        return redirect("accounts:account_people", account_id=account.pk)
    return _taken(request, account, member)


@require_POST
def account_leave(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """Give up one's own use of the account."""
    return _taken(request, account_or_404(request, account_id), person(request))


def _taken(request: HttpRequest, account: Account, member: User) -> HttpResponse:
    try:
        people.remove(account, by=person(request), person=member)
    except people.Unfit as error:
        messages.error(request, error.sentence)
        return redirect("accounts:account_people", account_id=account.pk)
    if member == request.user:
        messages.success(request, _("You left “%(account)s”.") % {"account": account})
        return redirect("accounts:account_list")
    messages.success(request, _("%(person)s may not use the account any more.") % {"person": member})
    return redirect("accounts:account_people", account_id=account.pk)


def _member(account: Account, member_id: int) -> User:
    member: User = get_object_or_404(account.memberships.select_related("user"), pk=member_id).user
    return member


def _page(request: HttpRequest, account: Account, *, form: ShareForm, http_state: int = 200) -> HttpResponse:
    context = hub(request, account, tab="people") | {
        "form": form,
        "members": account.memberships.select_related("user").order_by("user__username"),
        "roles": Membership.Role.choices,
        "is_line": len(people.line_of(account)) > 1,
    }
    return render(request, "accounts/people.html", context, status=http_state)
