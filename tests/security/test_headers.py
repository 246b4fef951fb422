"""T28: the headers of all answers, also of those that no view made, and what Mozilla's Observatory says.

Those of pages, downloads and refusals are looked at during the walk (tests/security/walking.py).
"""

from __future__ import annotations

from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.security.header_rules import faults_of
from tests.security.observatory import Scan, grade, modifiers, score
from tests.security.walking import content_of

pytestmark = pytest.mark.django_db
# The most that can be had without a place on the browsers' own list of https-only domains (5 more), and
# without a digest at the scripts (5 more), which are the portal's own files.
MOST = 135
HTTPS = {"X-Forwarded-Proto": "https"}


@pytest.fixture
def browser() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture
def production(settings: Any) -> Any:
    """As TMPPORTAL_PRODUCTION and an https address make it (tmpportal/settings.py)."""
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS = "https://tmp.example.com", ["tmp.example.com"]
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = 31_536_000, True
    return settings


@pytest.mark.parametrize(
    "path", ["/", "/sign-in/login/", "/nowhere/", "/healthz", "/admin/", "/static/nothing.css", "/s/x/"]
)
def test_every_answer_to_a_stranger_has_them(browser: Client, path: str) -> None:
    """T28: found or not."""
    assert faults_of(browser.get(path)) == []


def test_a_refusal_for_a_wrong_host_has_them(browser: Client) -> None:
    """T28: Django refuses it before any view, and before half of its middleware."""
    answer = browser.get("/sign-in/login/", headers={"Host": "evil.example"})
    assert (answer.status_code, faults_of(answer)) == (400, [])


def test_a_refusal_for_a_missing_token_has_them() -> None:
    """T28: likewise."""
    answer = Client(enforce_csrf_checks=True).post("/sign-in/login/", {})
    assert (answer.status_code, faults_of(answer)) == (403, [])


def test_a_failure_inside_has_them_and_no_traceback(browser: Client, monkeypatch: Any) -> None:
    """T28, T2: what broke is the log's to know."""
    from tmpportal import views

    monkeypatch.setattr(views, "HttpResponse", None)
    answer = browser.get("/healthz")
    assert (answer.status_code, faults_of(answer)) == (500, [])
    assert b"Traceback" not in answer.content


def test_a_static_file_has_them_and_may_be_kept(browser: Client, settings: Any, tmp_path: Path) -> None:
    """T28: WhiteNoise answers before most of the middleware."""
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "some.css").write_text("p {}")
    answer = browser.get("/static/some.css")
    assert (content_of(answer), faults_of(answer, is_private=False)) == (b"p {}", [])
    assert "no-store" not in answer["Cache-Control"]


def test_nothing_is_said_to_pages_of_other_origins(browser: Client) -> None:
    """T27: no answer echoes the origin that asks, not even to a question before a request."""
    for method in ("get", "options"):
        headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
        answer = getattr(browser, method)("/sign-in/login/", headers=headers)
        assert not [name for name in answer.headers if name.startswith("Access-Control-")]
        assert "evil.example" not in str(answer.headers)


def test_the_observatory_gives_its_best_grade_to_a_portal_in_production(
    browser: Client, production: Any
) -> None:
    """T28: recomputed by its published rules for the first page that a stranger sees."""
    host = {"Host": "tmp.example.com"}
    leads_to = browser.get("/sign-in/login/", headers=host).headers["Location"]
    page = browser.get("/sign-in/login/", headers=host | HTTPS)
    cookies: SimpleCookie = page.cookies
    scan = Scan(
        headers=page.headers,
        body=page.text,
        cookies=cookies,
        http_leads_to=leads_to,
        host="tmp.example.com",
    )
    points = score(scan)
    print(f"\nobservatory_score={points}\nobservatory_grade={grade(points)}")
    assert "__Host-csrftoken" in cookies
    assert (points, grade(points)) == (MOST, "A+"), modifiers(scan)
