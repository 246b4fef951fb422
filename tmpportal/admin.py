"""People for the operator: made, disabled and deleted here, and told what a deletion takes along."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.admin import SocialAccount, SocialApp, SocialToken
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.views.access import person
from tmpportal import leaving

admin.site.unregister(User)
# Their forms would show the issuer's secret and what it says of people; the settings name the issuer.
admin.site.unregister((SocialApp, SocialAccount, SocialToken))


@admin.register(User)
class PersonAdmin(UserAdmin):  # type: ignore[type-arg]
    """As Django's; deleting somebody deletes the keys that nobody else owns, and says so before."""

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What the page lists that asks once more: people, and the accounts that go with them."""
        people = list(objs)
        listed = [_told(each) for each in people]
        counts = {User._meta.verbose_name_plural: len(people)}
        return listed, counts, set(), []

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        leaving.remove(obj, by=None if obj == request.user else person(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for each in queryset:
            self.delete_model(request, each)


def _told(user: User) -> Any:
    sentence = _("TMP account %(name)s with its keys, jobs and results: nobody else owns it")
    accounts = [sentence % {"name": account.name} for account in leaving.goes_along(user)]
    others = _("second factors, drafts and sessions; what was made in accounts of others stays there")
    return [user.get_username(), [*accounts, others]]
