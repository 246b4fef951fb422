"""Every page that a person can go to, for the command palette: by its title, and by its English one."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.auth.models import User
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import Account, may_invite
from accounts.views.access import person
from jobs.capabilities import all_capabilities

# Of so many accounts the pages below their own are listed; the first page of all the others leads there too.
MOST_ACCOUNTS = 100


@never_cache
@require_safe
def palette(request: HttpRequest) -> JsonResponse:
    """{"entries": [[title, English title, kind, address], ...]}, the pages of the person's accounts last."""
    user = person(request)
    accounts = list(Account.objects.for_user(user).only("pk", "name").order_by("name")[:MOST_ACCOUNTS])
    told = list(_entries(user, accounts))
    with override("en"):
        english = [title for title, _kind, _address in _entries(user, accounts)]
    entries = [(title, also, kind, url) for (title, kind, url), also in zip(told, english, strict=True)]
    return JsonResponse({"entries": entries})


def _entries(user: User, accounts: list[Account]) -> Iterator[tuple[str, str, str]]:
    """Title, kind and address, in the language of the moment."""
    for title, name in _pages(user):
        yield title, _("Page"), reverse(name)
    for key, capability in all_capabilities().items():
        title = _("New job: %(capability)s") % {"capability": capability.title}
        yield title, _("Page"), reverse("jobs:job_create", args=[key])
    for account in accounts:
        for title, name in _account_pages(account.name):
            yield title, _("Account"), reverse(name, args=[account.pk])


def _pages(user: User) -> list[tuple[str, str]]:
    pages = [
        (_("Dashboard"), "jobs:board"),
        (_("New job"), "jobs:job_create"),
        (_("Library"), "library:browse"),
        (_("Accounts"), "accounts:account_list"),
        (_("Trends"), "jobs:trends"),
        (_("Usage"), "jobs:usage"),
        (_("Saved filters"), "jobs:filters"),
        (_("Adopt a job"), "jobs:adopt"),
        (_("Register an account"), "accounts:register"),
        (_("Sign-in and security"), "mfa_index"),
        (_("Where you are signed in"), "usersessions_list"),
        (_("Change password"), "account_change_password"),
    ]
    if may_invite(user):
        pages.append((_("Invitations"), "invitations"))
    return [*pages, (_("Administration"), "admin:index")] if user.is_staff else pages


def _account_pages(name: str) -> list[tuple[str, str]]:
    titles = [
        ("%(account)s", "accounts:account_detail"),
        (_("Library of %(account)s"), "library:browse_account"),
        (_("Limits of %(account)s"), "jobs:account_limits"),
        (_("Keys of %(account)s"), "accounts:account_keys"),
        (_("Health of %(account)s"), "accounts:account_health"),
        (_("People of %(account)s"), "accounts:account_people"),
    ]
    return [(title % {"account": name}, page) for title, page in titles]
