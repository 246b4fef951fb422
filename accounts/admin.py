"""Accounts and registrations for the operator: who may use what, and never a secret."""

from __future__ import annotations

from allauth.account import admin as addresses
from allauth.mfa import admin as factors
from allauth.usersessions import admin as sessions
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.managing import life
from accounts.models import Account, AuditEntry, Membership, Registration
from accounts.views.access import person

# allauth's own pages let an operator read the key of a session, with which one is its person, and write
# factors; of the addresses of e-mail that it knows, the portal has none.
admin.site.unregister([factors.Authenticator, sessions.UserSession, addresses.EmailAddress])

TENANT = ("endpoint", "operate_uin", "user_name", "bucket", "region", "domain")


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    """The people of an account: the one thing an operator decides about it."""

    model = Membership
    extra = 0
    autocomplete_fields = ("user",)


@admin.register(Account)
class AccountAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Made by a registration only; its name and its people may be changed."""

    list_display = ("name", "operate_uin", "user_name", "endpoint", "bucket", "region", "created_at")
    list_filter = ("endpoint",)
    search_fields = ("name", "operate_uin", "user_name", "bucket", "content_id")
    fields = ("name", *TENANT, "content_id", "demo_path", "message", "paused_because", "created_at")
    readonly_fields = fields[1:]
    inlines = (MembershipInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def delete_model(self, request: HttpRequest, obj: Account) -> None:
        life.delete(obj, by=person(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Account]) -> None:
        for account in queryset:
            self.delete_model(request, account)


@admin.register(Registration)
class RegistrationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """To look at: only its person and the workers move a registration."""

    list_display = ("__str__", "user", "state", "endpoint", "error_kind", "created_at", "changed_at")
    list_filter = ("state", "endpoint")
    search_fields = ("operate_uin", "user_name", "bucket")
    fields = ("user", "account", "state", *TENANT, "checks", "error_kind", "error_words", "sent_at")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(AuditEntry)
class AuditEntryAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """To look at: entries are only ever added, by what they tell of."""

    list_display = ("at", "user_name", "deed", "account_name")
    list_filter = ("deed",)
    search_fields = ("user_name", "account_name")
    fields = ("at", "deed", "user_name", "account_name", "detail")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False


class ToLookAt(admin.ModelAdmin):  # type: ignore[type-arg]
    """What people do about their own sign-in."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(factors.Authenticator)
class FactorAdmin(ToLookAt):
    """Second steps; an operator may take one from a person who lost the device and all recovery codes."""

    list_display = fields = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)


@admin.register(sessions.UserSession)
class SessionAdmin(ToLookAt):
    """Who is signed in from where."""

    list_display = fields = ("user", "ip", "user_agent", "created_at", "last_seen_at")
    search_fields = ("user__username", "ip")

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
