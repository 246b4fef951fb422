"""What somebody who did not sign in gets, and the headers that everybody gets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import Account, Membership, Registration
from jobs.models import Batch, Job, Plan, SavedFilter
from tests.factories import make_account, make_job, make_membership, make_registration

pytestmark = pytest.mark.django_db

OPEN_PREFIXES = ("sign-in/", "healthz", "readyz", "language/", "callbacks/", "s/")
SAMPLES = {"uuid": "00000000-0000-4000-8000-000000000000", "str": "x", "slug": "x", "path": "x", "int": "1"}


def routes(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    """Every address the resolver knows, with sample values for its parameters."""
    for entry in resolver.url_patterns:
        part = str(entry.pattern)
        for name, converter in entry.pattern.converters.items():
            kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
            part = part.replace(f"<{kind}:{name}>", SAMPLES[kind]).replace(f"<{name}>", "x")
        if isinstance(entry, URLResolver):
            yield from routes(entry, prefix + part)
        elif isinstance(entry, URLPattern):
            yield prefix + part.lstrip("^").rstrip("$\\Z").replace("\\", "")


def addresses_of_rows(resolver: URLResolver, rows: dict[str, Any], prefix: str = "/") -> Iterator[str]:
    """Every address that names one of `rows`, with its id in place."""
    for entry in resolver.url_patterns:
        part = prefix + str(entry.pattern)
        for name, value in rows.items():
            part = re.sub(rf"<\w+:{name}>", str(value), part)
        if isinstance(entry, URLResolver):
            yield from addresses_of_rows(entry, rows, part)
        elif any(str(rows[name]) in part for name in rows if name != "member_id"):
            yield re.sub(r"<\w+:\w+>", "x", part)


def all_routes() -> list[str]:
    return sorted(set(routes(get_resolver())))


def test_the_walk_sees_the_pages_of_every_app():
    found = all_routes()
    assert {"accounts/", "library/", "healthz", "accounts/register/"} <= set(found)
    assert len(found) > 30


@pytest.mark.parametrize("route", [route for route in all_routes() if not route.startswith(OPEN_PREFIXES)])
def test_nothing_behind_the_door_answers_without_signing_in(client, route):
    answer = client.get(f"/{route}")
    assert answer.status_code in (302, 404, 405)
    if answer.status_code == 302:
        # Django's admin has a door of its own, which only leads to ours.
        assert answer.headers["Location"].startswith(("/sign-in/", "/admin/login/"))


@pytest.fixture
def rows_of_alice(alice, bob):
    """An id for every kind of row that an address names."""
    account = make_account(alice)
    return {
        "account_id": account.pk,
        "registration_id": make_registration(alice).pk,
        "job_id": make_job(account).pk,
        "batch_id": Batch.objects.create(account=account, owner=alice, capability="musicBeat").pk,
        "key": Plan.objects.create(account=account, user=alice, key=uuid4(), capability="musicBeat").key,
        "filter_id": SavedFilter.objects.create(
            pk=987654321, user=alice, name="mine", query="state=ERROR"
        ).pk,
        "member_id": make_membership(account, bob, Membership.Role.VIEWER).pk,
    }


@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_a_stranger_finds_nothing_at_any_address_of_somebody_elses_row(
    client, charlie, rows_of_alice, method
):
    client.force_login(charlie)
    models = (Account, Membership, Registration, Job, Batch, Plan, SavedFilter)
    before = {model: list(model.objects.values()) for model in models}
    walked = [name for name in addresses_of_rows(get_resolver(), rows_of_alice) if "/admin/" not in name]
    assert len(walked) > 40
    for headers in ({}, {"HX-Request": "true"}):
        found = {path: getattr(client, method)(path, headers=headers).status_code for path in walked}
        assert {path: code for path, code in found.items() if code not in (404, 405)} == {}
    assert {model: list(model.objects.values()) for model in before} == before


def test_the_door_of_the_admin_leads_to_ours(client):
    assert client.get("/admin/login/?next=/admin/").headers["Location"].startswith("/sign-in/")


def test_signed_out_the_front_page_leads_to_sign_in(client):
    answer = client.get("/")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in/login/")


def test_health_answers_everybody_and_says_nothing_more(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.parametrize("path", ["/sign-in/login/", "/nowhere/", "/healthz", "/", "/static/nothing.css"])
def test_every_answer_carries_the_policy(client, path):
    answer = client.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_a_failure_inside_carries_the_policy_and_no_traceback(client, monkeypatch):
    from tmpportal import views

    client.raise_request_exception = False
    monkeypatch.setattr(views, "HttpResponse", None)
    answer = client.get("/healthz")
    assert answer.status_code == 500
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert b"Traceback" not in answer.content


def test_sign_up_is_closed_unless_a_setting_opens_it(client, settings):
    assert b'name="password1"' not in client.get(reverse("account_signup")).content
    settings.SIGN_UP = "open"
    assert b'name="password1"' in client.get(reverse("account_signup")).content


def test_the_browser_decides_the_language_and_chinese_is_the_default(client):
    assert 'lang="zh-hans"' in client.get("/sign-in/login/").text.lower()
    assert 'lang="en"' in client.get("/sign-in/login/", headers={"Accept-Language": "en-GB,en"}).text.lower()
    client.post("/language/", {"language": "en", "next": "/sign-in/login/"})
    assert 'lang="en"' in client.get("/sign-in/login/").text.lower()
