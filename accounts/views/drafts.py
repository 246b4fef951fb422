"""Which draft a request of the wizard is about, and the one way in which the wizard keeps what was typed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, QueryDict
from django.shortcuts import get_object_or_404

from accounts import endpoints
from accounts.managing.people import line_of
from accounts.models import Account, Registration
from accounts.registering import drafts, guide
from accounts.registering.proposals import proposed_user_name, sandbox_values
from accounts.views.access import owned_account, person, reread, uuid_in

State = Registration.State
_OF_A_RENEWAL = ("endpoint", "operate_uin", "user_name", "bucket", "region", "domain")


def draft_to_show(request: HttpRequest) -> Registration:
    """The draft that was asked for, else the newest that fits, else a row that is not saved yet."""
    asked, rows = request.GET, Registration.objects.for_user(request.user)
    if "draft" in asked:
        return get_object_or_404(rows, pk=uuid_in(asked["draft"]))
    newest = rows.filter(state=State.DRAFT).order_by("-changed_at", "id")
    fresh = _fresh(request, asked, pk=uuid.uuid4())
    if fresh.renews_id:
        newest = newest.filter(renews=fresh.renews_id)
    elif "sandbox" in asked:
        newest = newest.filter(renews=None, endpoint=endpoints.SANDBOX, keys_from="")
    elif "new" in asked or "import" in asked:
        newest = newest.none()
    found = newest.first()
    if found is None:
        return fresh
    if "sandbox" in asked:
        _fill_gaps(found, fresh)
    return found


def posted_draft(request: HttpRequest) -> Registration:
    """One form, one attempt: the page brought the row's id along, so sending it twice changes nothing."""
    pk = uuid_in(request.POST.get("registration")) or uuid.uuid4()
    # nosemgrep: rows-without-their-user  (judged two lines on)
    found = Registration.objects.filter(pk=pk).first()
    if found is None:
        return _fresh(request, request.POST, pk=pk)
    if found.user_id != request.user.pk:
        raise Http404
    return found


def keep(request: HttpRequest, registration: Registration, values: Mapping[str, Any]) -> None:
    """Save what is worth keeping on a row that may be fresh, and the ticks.

    A click that came twice finds the row as the first one left it.
    """
    drafts.begin(registration)
    if values and not drafts.save_draft(registration, values):
        reread(registration)
    if "ticks" in request.POST:
        drafts.tick(registration, guide.ticked(request.POST.getlist("ticks")))


def _fresh(request: HttpRequest, asked: QueryDict, *, pk: uuid.UUID) -> Registration:
    """A row that is not saved yet, begun as the address or the hidden fields of the page say."""
    user = person(request)
    if renew := asked.get("renew", ""):
        account = _renewable(request, str(renew))
        values = {name: getattr(account, name) for name in _OF_A_RENEWAL}
        return Registration(pk=pk, user=user, renews=account, **values)
    if asked.get("sandbox") and (values := sandbox_values(user)):
        return Registration(pk=pk, user=user, **values)
    return Registration(pk=pk, user=user, user_name=proposed_user_name(user))


def _renewable(request: HttpRequest, account_id: str) -> Account:
    """The newest of the account's line: what is renewed already cannot be replaced by another one."""
    found = uuid_in(account_id)
    if found is None:
        raise Http404
    return line_of(owned_account(request, found))[-1]


def _fill_gaps(draft: Registration, fresh: Registration) -> None:
    for name in drafts.TENANT:
        if not drafts.value_of(draft, name):
            setattr(draft, name, getattr(fresh, name))
