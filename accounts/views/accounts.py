"""The accounts a person may use, and the pages that tell of one."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import endpoints
from accounts.auditing import told
from accounts.encryption import CannotOpen
from accounts.managing.health import health_summary
from accounts.managing.health_sentences import SUMMARIES
from accounts.managing.keys import FIELDS, unknown_members
from accounts.managing.people import line_of
from accounts.masking import masked
from accounts.models import Account, AuditEntry, Membership, Registration
from accounts.views.access import account_or_404, owned_account, person

ENTRIES_PER_PAGE = 50
ENTRIES_AT_A_GLANCE = 4


class Card(NamedTuple):
    """An account in the list, as its person sees it."""

    account: Account
    is_default: bool


@require_safe
def account_list(request: HttpRequest) -> HttpResponse:
    """Every account a person may use, the default first, and the attempts that are not accounts yet."""
    memberships = (
        Membership.objects.filter(account__in=Account.objects.for_user(request.user), user=person(request))
        .select_related("account")
        .order_by("-is_default", "-account__created_at", "account_id")
    )
    cards = [Card(each.account, each.is_default) for each in memberships]
    context = {
        "cards": [card for card in cards if not card.account.replaced_at],
        "replaced": [card for card in cards if card.account.replaced_at],
        "registrations": Registration.objects.for_user(request.user).exclude(state=Registration.State.DONE),
    }
    return render(request, "accounts/account_list.html", context)


@require_safe
def account_detail(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """Everything TMP said when the account was registered, and where it works."""
    account = account_or_404(request, account_id)
    summary = health_summary(account)
    context = hub(request, account, tab="overview") | {
        "summary": summary,
        "summary_words": SUMMARIES[summary.state],
        "unknown_names": _unknown_names(account),
        "secrets": [(name, masked(account, column)) for name, column in FIELDS.items()],
        "entries": _told(_entries(request, account)[:ENTRIES_AT_A_GLANCE]),
    }
    return render(request, "accounts/account_detail.html", context)


@require_safe
def account_history(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """Who did what with the account and with those it replaced; for its owners."""
    account = owned_account(request, account_id)
    page = Paginator(_entries(request, account), ENTRIES_PER_PAGE).get_page(request.GET.get("page"))
    context = hub(request, account, tab="") | {"page_obj": page, "entries": _told(page)}
    return render(request, "accounts/account_history.html", context)


def hub(request: HttpRequest, account: Account, *, tab: str) -> dict[str, Any]:
    """What the frame of an account's pages (accounts/account_hub.html) shows; `tab` is the page's own."""
    membership = account.memberships.get(user=person(request))
    return {
        "account": account,
        "tab": tab,
        "role": membership.role,
        "role_title": membership.get_role_display(),
        "is_owner": membership.role == Membership.Role.OWNER,
        "may_write": membership.role != Membership.Role.VIEWER,
        "is_default": membership.is_default,
        "replaced_by": Account.objects.for_user(request.user).filter(replaces=account).first(),
        "replaced": Account.objects.for_user(request.user).filter(successor=account).first(),
        "is_public": is_public(account),
        "endpoint": endpoints.endpoint(account.endpoint),
    }


def is_public(account: Account) -> bool:
    """Whether the last look at the bucket found that everyone may read it."""
    registration = account.registrations.first()
    rows = account.health or (registration.checks if registration else [])
    return any(row.get("key") == "acl" and row.get("state") == "warn" for row in rows)


def _entries(request: HttpRequest, account: Account) -> QuerySet[AuditEntry]:
    """What was done with the whole line, newest first; nothing for those who do not own it."""
    return AuditEntry.objects.for_user(request.user).filter(account__in=line_of(account))


def _told(entries: Iterable[AuditEntry]) -> list[tuple[AuditEntry, str]]:
    return [(entry, told(entry)) for entry in entries]


def _unknown_names(account: Account) -> list[str]:
    """Names of members of registerInfo that nobody documented; their values may be keys and stay sealed."""
    try:
        return list(unknown_members(account))
    except CannotOpen:
        return []
