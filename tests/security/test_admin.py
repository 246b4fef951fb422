"""T3: the operator walks every page of the admin and comes by no secret, nor by twelve characters of one."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from accounts.fields import SealedTextField
from accounts.models import Registration
from tests.sandbox_process import SandboxProcess
from tests.secrets_search import SecretsSearch
from tests.security.header_rules import faults_of
from tests.security.resolver import all_routes
from tests.security.world import CALLBACK_TOKEN, ROLES, World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(at_sandbox: SandboxProcess) -> World:
    """With a second step, a session and a reply of TMP that hold secrets of their own."""
    world = make_world(at_sandbox)
    owner = world.people["owner"]
    data = {"secret": secrets.token_hex(16)}
    Authenticator.objects.create(user=owner, type=Authenticator.Type.TOTP, data=data)
    key = secrets.token_hex(16)
    UserSession.objects.create(user=owner, ip="127.0.0.1", session_key=key, user_agent="x", data={})
    for row in Registration.objects.all():
        row.raw_reply = f"key={secrets.token_hex(16)}"
        row.save(update_fields=["raw_reply"])
    return world


@pytest.fixture
def operator(world: World) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(User.objects.create_superuser("root", password="nobody-signs-in-so"))
    return client


def all_secrets(world: World) -> SecretsSearch:
    """The value of every sealed field, and what else opens something."""
    known = {
        "callback": CALLBACK_TOKEN,
        "share": world.share_token,
        **{f"factor {row.pk}": row.data["secret"] for row in Authenticator.objects.all()},
        **{f"session {row.pk}": row.session_key for row in UserSession.objects.all()},
    }
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, SealedTextField):
                for row in model._default_manager.all():
                    if value := getattr(row, field.attname):
                        known[f"{model.__name__}.{field.name} {row.pk}"] = value
    return SecretsSearch(known)


def pages() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every address of the admin for every row that there is, with a search where it searches."""
    for name in ("index", "password_change", "jsi18n"):
        yield reverse(f"admin:{name}"), {}
    for model in admin.site._registry:
        yield from pages_of(model, f"admin:{model._meta.app_label}_{model._meta.model_name}")


def pages_of(model: type[Model], name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    yield reverse(f"{name}_changelist"), {}
    yield reverse(f"{name}_changelist"), {"q": "a"}
    yield reverse(f"{name}_add"), {}
    yield reverse("admin:app_list", args=[model._meta.app_label]), {}
    for key in model._default_manager.values_list("pk", flat=True):
        for page in ("change", "history", "delete"):
            yield reverse(f"{name}_{page}", args=[key]), {}
    if model is User:
        for key in User.objects.values_list("pk", flat=True):
            yield reverse("admin:auth_user_password_change", args=[key]), {}


def test_no_page_shows_a_secret_or_the_end_of_one(operator: Client, world: World) -> None:
    """T3: lists, searches, forms, histories and the pages that ask before deleting."""
    search, found, seen = all_secrets(world), [], set()
    assert len(search.secrets) > 12
    note_a_change(world)
    for address, query in dict.fromkeys((page, tuple(query.items())) for page, query in pages()):
        answer = operator.get(address, dict(query))
        assert answer.status_code in (200, 403), address
        assert faults_of(answer) == [], address
        found += search.in_bytes(answer.content, address)
        seen.add((address, answer.status_code))
    assert found == []
    assert sum(status == 200 for _address, status in seen) > 40


def test_the_question_before_deleting_several_shows_none_either(operator: Client, world: World) -> None:
    """T3: the one action that lists have."""
    search = all_secrets(world)
    for model in (type(world.account), Registration, User):
        keys = list(model._default_manager.values_list("pk", flat=True))
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        answer = operator.post(address, {"action": "delete_selected", "_selected_action": keys})
        assert answer.status_code == 200
        assert search.in_bytes(answer.content, address) == []


def test_the_search_sees_a_secret_that_a_page_shows(operator: Client, world: World, monkeypatch: Any) -> None:
    """T3: else the walk would prove nothing."""
    shown = admin.site._registry[type(world.account)]
    monkeypatch.setattr(shown, "list_display", ("name", "tmp_secret_key"))
    page = operator.get(reverse("admin:accounts_account_changelist"))
    assert all_secrets(world).in_bytes(page.content, "list")


@pytest.mark.parametrize("role", ROLES)
def test_nobody_else_gets_behind_the_door(world: World, role: str) -> None:
    """T10: every address of the admin leads people who are no operators to its door, or nowhere."""
    client, walked = world.client(role), 0
    for route in all_routes():
        if route.spelling.startswith("admin/") and route.name != "admin:login":
            for method in ("get", "post"):
                answer = getattr(client, method)(route.address(world))
                leads_to = answer.headers.get("Location", "")
                assert answer.status_code == 302, route
                assert leads_to.startswith(("/admin/login/", "/sign-in/", reverse("admin:index"))), route
                walked += 1
    assert walked > 80


def test_the_door_of_the_admin_leads_to_ours(client: Client) -> None:
    """T29: so that its passwords and second steps are asked for in one place."""
    assert client.get("/admin/login/?next=/admin/").headers["Location"].startswith("/sign-in/")


def note_a_change(world: World) -> None:
    """A line for the histories."""
    kind = ContentType.objects.get_for_model(world.account)
    LogEntry.objects.create(
        user=world.people["owner"],
        content_type=kind,
        object_id=str(world.account.pk),
        object_repr=str(world.account),
        action_flag=CHANGE,
        change_message='[{"changed": {"fields": ["Name"]}}]',
    )
