"""Signing in by an issuer elsewhere, a real one over HTTP: who comes in, what proves nothing (T29, T30)."""

from __future__ import annotations

import json
import logging
import re
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse

from accounts import inviting
from accounts.oidc.calling import BoundedSession, Refused, insist_on_safe
from tests.factories import PASSWORD, make_user
from tests.servers.oidc import CLIENT_SECRET, OidcServer
from tmpportal.env import insist_on_all

pytestmark = pytest.mark.django_db
BEGIN = "/sign-in/oidc/"
NEW = "/sign-in/elsewhere/signup/"
TYPED = {"username": "lin", "password1": PASSWORD, "password2": PASSWORD}


@pytest.fixture
def issuer(settings: Any) -> Iterator[OidcServer]:
    with OidcServer() as server:
        settings.OIDC = server.settings
        settings.SIGN_UP = inviting.INVITATION
        cache.clear()
        yield server


def browser(user: User | None = None) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    if user:
        client.force_login(user)
    return client


def led_to(client: Client, **fields: str) -> str:
    """Where the button leads."""
    answer: Any = client.post(BEGIN, fields)
    assert answer.status_code == 200, answer.text
    return str(answer.context["address"])


def back(client: Client, issuer: OidcServer, **fields: str) -> Any:
    """What the portal says to the browser that comes back from the issuer."""
    return client.get(issuer.approve(led_to(client, **fields)))


def is_in(client: Client) -> bool:
    return client.get(reverse("jobs:board")).status_code == 200


def connected(user: User, issuer: OidcServer) -> None:
    """The person connects the two logins, as they would."""
    client = browser()
    client.post(reverse("account_login"), {"login": user.username, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert back(client, issuer, process="connect").status_code == 302
    assert SocialAccount.objects.get().user == user


def test_somebody_who_connected_the_two_is_signed_in(alice: User, issuer: OidcServer) -> None:
    connected(alice, issuer)
    client = browser()
    answer = back(client, issuer, next="/accounts/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/")
    assert is_in(client)
    assert client.get(reverse("jobs:board")).context["user"] == alice


def test_the_session_is_a_new_one(alice: User, issuer: OidcServer) -> None:
    """T30"""
    connected(alice, issuer)
    client = browser()
    address = led_to(client)
    before = client.session.session_key
    client.get(issuer.approve(address))
    assert is_in(client) and client.session.session_key != before


def test_the_way_there_carries_state_nonce_and_pkce(issuer: OidcServer) -> None:
    asked = [parse_qs(urlsplit(led_to(browser())).query) for _ in range(2)]
    for query in asked:
        assert query["code_challenge_method"] == ["S256"]
        assert query["response_type"] == ["code"]
        assert set(query["scope"][0].split()) == {"openid", "profile"}
        assert query["redirect_uri"] == ["http://testserver/sign-in/oidc/callback/"]
    for name in ("state", "nonce", "code_challenge"):
        assert asked[0][name] != asked[1][name]


def test_a_host_header_does_not_say_where_people_come_back_to(issuer: OidcServer, settings: Any) -> None:
    """T15"""
    settings.PUBLIC_URL = "https://tmp.example.com"
    settings.ALLOWED_HOSTS = ["*"]
    answer: Any = browser().post(
        BEGIN, SERVER_NAME="evil.example", headers={"X-Forwarded-Host": "evil.example"}
    )
    assert "evil.example" not in answer.text
    query = parse_qs(urlsplit(answer.context["address"]).query)
    assert query["redirect_uri"] == ["https://tmp.example.com/sign-in/oidc/callback/"]


def test_a_stranger_whom_the_issuer_knows_does_not_come_in(issuer: OidcServer) -> None:
    client = browser()
    assert "begins with an invitation" in back(client, issuer).text
    client.post(NEW, TYPED)
    assert not (is_in(client) or User.objects.exists())


def test_an_invitation_opens_the_way_once(issuer: OidcServer) -> None:
    _invitation, token = inviting.make()
    client = browser()
    client.post(reverse("invitation", args=[token]))
    assert back(client, issuer)["Location"] == NEW
    page = client.get(NEW)
    assert page.context["form"].initial["username"] == "lin"
    assert client.post(NEW, TYPED).status_code == 302
    assert is_in(client)
    lin = User.objects.get()
    assert SocialAccount.objects.get().user == lin and lin.check_password(PASSWORD)
    issuer.person["sub"] = "43"
    other = browser()
    assert "begins with an invitation" in back(other, issuer).text


@pytest.mark.parametrize("rule", ["may_sign_up", "open"])
def test_everybody_comes_in_where_a_setting_says_so(issuer: OidcServer, settings: Any, rule: str) -> None:
    settings.OIDC = {**settings.OIDC, "may_sign_up": rule == "may_sign_up"}
    settings.SIGN_UP = "open" if rule == "open" else "closed"
    client = browser()
    back(client, issuer)
    client.post(NEW, TYPED)
    assert is_in(client)


def test_a_name_that_somebody_has_is_asked_for_anew(issuer: OidcServer, settings: Any) -> None:
    """T29: to be called like somebody at the issuer is not to be them."""
    settings.SIGN_UP = "open"
    lin = make_user(username="lin")
    client = browser()
    back(client, issuer)
    answer = client.post(NEW, TYPED)
    assert "username" in answer.context["form"].errors
    assert not is_in(client) and not SocialAccount.objects.filter(user=lin).exists()
    client.post(NEW, {**TYPED, "username": "lin2"})
    assert client.get(reverse("jobs:board")).context["user"].username == "lin2"


@pytest.mark.parametrize(
    "change", [{"password1": "1", "password2": "1"}, {"password2": "different"}, {"username": ""}]
)
def test_a_new_login_has_a_good_password(issuer: OidcServer, settings: Any, change: Any) -> None:
    settings.SIGN_UP = "open"
    client = browser()
    back(client, issuer)
    assert client.post(NEW, {**TYPED, **change}).context["form"].errors
    assert not User.objects.exists()


def test_what_opens_somebody_elses_login_is_not_connected(alice: User, bob: User, issuer: OidcServer) -> None:
    connected(alice, issuer)
    client = browser()
    client.post(reverse("account_login"), {"login": "bob", "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    after = client.get(issuer.approve(led_to(client, process="connect")), follow=True)
    assert "somebody else" in after.text
    assert SocialAccount.objects.get().user == alice


def test_a_disconnected_login_opens_nothing(alice: User, issuer: OidcServer) -> None:
    connected(alice, issuer)
    client = browser()
    client.post(reverse("account_login"), {"login": "alice", "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(reverse("socialaccount_connections")).text
    assert "lin" in page
    client.post(reverse("socialaccount_connections"), {"account": SocialAccount.objects.get().pk})
    assert not SocialAccount.objects.exists()
    other = browser()
    back(other, issuer)
    assert not is_in(other)


def test_what_was_connected_can_be_ended_when_the_issuer_is_gone(
    alice: User, issuer: OidcServer, settings: Any
) -> None:
    connected(alice, issuer)
    settings.OIDC = {**settings.OIDC, "issuer": ""}
    client = browser(alice)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert "Disconnect" in client.get(reverse("socialaccount_connections")).text
    ended = client.post(reverse("socialaccount_connections"), {"account": SocialAccount.objects.get().pk})
    assert ended.status_code == 302
    assert not SocialAccount.objects.exists()


def test_a_disabled_person_does_not_come_in_by_the_issuer(alice: User, issuer: OidcServer) -> None:
    """T30"""
    connected(alice, issuer)
    alice.is_active = False
    alice.save()
    client = browser()
    back(client, issuer)
    assert not is_in(client)


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"aud": "another-program"},
        {"aud": ["tmp-portal", "other"], "azp": "other"},
        {"exp": 1},
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"sub": None},
        {"iat": None},
    ],
    ids=str,
)
def test_a_token_that_proves_nothing_opens_nothing(alice: User, issuer: OidcServer, claims: Any) -> None:
    """T29"""
    connected(alice, issuer)
    issuer.claims = claims
    client = browser()
    answer = back(client, issuer)
    assert (answer.status_code, is_in(client)) == (401, False)
    assert "did not say who you are" in answer.text


@pytest.mark.parametrize("how", ["another key", "none", "hmac", "unknown key id"])
def test_a_token_that_the_issuer_did_not_sign_opens_nothing(
    alice: User, issuer: OidcServer, how: str
) -> None:
    """T29"""
    connected(alice, issuer)
    if how == "another key":
        issuer.signs_with = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    elif how == "none":
        issuer.algorithm, issuer.signs_with = "none", None
    elif how == "hmac":
        issuer.algorithm, issuer.signs_with = "HS256", CLIENT_SECRET * 2
    else:
        issuer.headers = {"kid": "second"}
    client = browser()
    assert (back(client, issuer).status_code, is_in(client)) == (401, False)


def test_a_state_is_one_browsers_and_used_once(alice: User, issuer: OidcServer) -> None:
    """T30: whoever is led to somebody else's callback is not signed in as them."""
    connected(alice, issuer)
    attacker, victim = browser(), browser()
    callback = issuer.approve(led_to(attacker))
    assert (victim.get(callback).status_code, is_in(victim)) == (401, False)
    forged = re.sub(r"state=[^&]+", "state=made-up", callback)
    assert attacker.get(forged).status_code == 401
    assert attacker.get(callback).status_code == 302
    attacker.post(reverse("account_logout"))
    assert (attacker.get(callback).status_code, is_in(attacker)) == (401, False)


def test_whoever_goes_back_is_told(issuer: OidcServer) -> None:
    client = browser()
    state = parse_qs(urlsplit(led_to(client)).query)["state"][0]
    after = client.get(f"{reverse('oidc_callback')}?error=access_denied&state={state}", follow=True)
    assert "without saying who you are" in after.text


@pytest.mark.parametrize(
    ("described", "where"),
    [
        ({"issuer": "http://127.0.0.1:1"}, "begin"),
        ({"authorization_endpoint": None}, "begin"),
        ({"token_endpoint": "http://10.0.0.1/token"}, "callback"),
        ({"jwks_uri": "http://169.254.169.254/keys"}, "callback"),
        ({"jwks_uri": "file:///etc/passwd"}, "callback"),
    ],
)
def test_an_issuer_that_describes_itself_badly_gets_nobody_in(
    alice: User, issuer: OidcServer, described: Any, where: str
) -> None:
    """T13"""
    connected(alice, issuer)
    issuer.described = described
    client = browser()
    answer = client.post(BEGIN) if where == "begin" else back(client, issuer)
    assert (answer.status_code, is_in(client)) == (401, False)


def test_a_redirect_of_the_issuer_is_not_followed(alice: User, issuer: OidcServer) -> None:
    """T19"""
    connected(alice, issuer)
    with OidcServer() as elsewhere:
        client = browser()
        callback = issuer.approve(led_to(client))
        issuer.redirects_to = f"{elsewhere.issuer}/token"
        assert (client.get(callback).status_code, is_in(client)) == (401, False)
        assert elsewhere.asked == []


def test_an_issuer_that_is_away_leaves_the_password(issuer: OidcServer, settings: Any) -> None:
    settings.OIDC = {**settings.OIDC, "issuer": "http://127.0.0.1:1"}
    answer = browser().post(BEGIN)
    assert (answer.status_code, "sign in by your password" in answer.text) == (401, True)


def test_neither_logs_nor_pages_nor_sessions_hold_the_secret(
    alice: User, issuer: OidcServer, caplog: pytest.LogCaptureFixture
) -> None:
    """T1"""
    caplog.set_level(logging.DEBUG)
    connected(alice, issuer)
    issuer.claims = {"aud": "another-program"}
    client = browser()
    texts = [back(client, issuer).text, client.get("/sign-in/login/").text, str(dict(client.session))]
    assert issuer.forms[-1]["client_secret"] == CLIENT_SECRET
    assert "sign-in by Studio login failed" in caplog.text
    assert not any(CLIENT_SECRET in text for text in [*texts, caplog.text])
    assert CLIENT_SECRET not in json.dumps(list(SocialAccount.objects.values()), default=str)


def test_nobody_has_the_issuer_called_without_end(issuer: OidcServer) -> None:
    """T29"""
    states = [browser().post(BEGIN).status_code for _ in range(25)]
    assert states == [200] * 20 + [429] * 5
    assert len(issuer.asked) == 20


def test_without_an_issuer_there_is_no_such_button_or_address(settings: Any) -> None:
    settings.OIDC = {**settings.OIDC, "issuer": ""}
    client = browser()
    assert BEGIN not in client.get("/sign-in/login/").text
    assert client.post(BEGIN).status_code == 404
    assert client.get(reverse("oidc_callback")).status_code == 404


def test_the_button_wants_a_post(issuer: OidcServer) -> None:
    """T27"""
    assert BEGIN in browser().get("/sign-in/login/").text
    assert browser().get(BEGIN).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(BEGIN).status_code == 403


@pytest.mark.parametrize(
    ("url", "production", "is_safe"),
    [
        ("https://id.example.com/x", True, True),
        ("http://127.0.0.1:8080/x", False, True),
        ("http://localhost:8080/x", False, True),
        ("http://127.0.0.1:8080/x", True, False),
        ("http://id.example.com/x", False, False),
        ("http://127.1/x", False, False),
        ("ftp://127.0.0.1/x", False, False),
        ("https:///x", False, False),
    ],
)
def test_the_issuer_is_spoken_to_over_https_only(
    settings: Any, url: str, production: bool, is_safe: bool
) -> None:
    """T18"""
    settings.PRODUCTION = production
    if is_safe:
        insist_on_safe(url)
    else:
        with pytest.raises(Refused):
            insist_on_safe(url)


@pytest.mark.parametrize("kind", ["drips", "floods"])
def test_calls_to_the_issuer_have_an_end(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """T24"""
    monkeypatch.setattr("accounts.oidc.calling.SECONDS", 1.0)
    ends = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _address = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
                try:
                    while not ends.wait(0.05 if kind == "drips" else 0):
                        connection.sendall(b" " * (1 if kind == "drips" else 65536))
                except OSError:
                    return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        began = time.monotonic()
        with pytest.raises(Refused), BoundedSession() as session:
            session.get(f"http://127.0.0.1:{listener.getsockname()[1]}/")
        ends.set()
        thread.join()
    assert time.monotonic() - began < 30


def test_an_issuer_that_is_half_set_stops_the_start() -> None:
    names = ("issuer", "client_id", "client_secret")
    insist_on_all(dict.fromkeys(names, ""), names, "X_{}")
    insist_on_all(dict.fromkeys(names, "x"), names, "X_{}")
    with pytest.raises(ImproperlyConfigured, match="X_CLIENT_SECRET must be given too"):
        insist_on_all({"issuer": "x", "client_id": "x", "client_secret": ""}, names, "X_{}")
