"""An OpenID Connect issuer for tests: over HTTP, with a page, PKCE and signed tokens, and able to lie."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import secrets
import threading
import time
from collections.abc import Callable
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID, CLIENT_SECRET = "tmp-portal", "canary-client-secret-7f3a"


class OidcServer:
    """Knows one `person`. `claims`, `headers` and `described` change what it says in a token, over it and
    of itself; with `redirects_to` it sends calls on. `asked` are the paths that were called, `forms` what was
    sent for tokens.
    """

    def __init__(self) -> None:
        self.person = {"sub": "42", "preferred_username": "lin", "name": "Lin Wei"}
        self.claims: dict[str, Any] = {}
        self.described: dict[str, Any] = {}
        self.headers: dict[str, Any] = {}
        self.algorithm, self.key = "RS256", _key()
        self.signs_with: Any = self.key
        self.redirects_to = ""
        self.asked: list[str] = []
        self.forms: list[dict[str, str]] = []
        self._codes: dict[str, dict[str, str]] = {}

    def __enter__(self) -> OidcServer:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self.issuer = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *args: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def settings(self) -> dict[str, Any]:
        """What the portal must know of it."""
        return {
            "name": "Studio login",
            "issuer": self.issuer,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "may_sign_up": False,
        }

    def approve(self, address: str) -> str:
        """What the person's browser is sent back to after saying yes at `address`."""
        url = address.replace("/authorize?", "/approve?")
        answer = requests.get(url, allow_redirects=False, timeout=10)
        return answer.headers["Location"]

    def answer(self, path: str, query: dict[str, str], form: dict[str, str]) -> tuple[int, Any]:
        """Status and body: JSON, a page as text, or, with 302, an address."""
        self.asked.append(path)
        if self.redirects_to and path != "/.well-known/openid-configuration":
            return 302, self.redirects_to
        answers: dict[str, Callable[..., tuple[int, Any]]] = {
            "/.well-known/openid-configuration": self._describe,
            "/jwks": self._keys,
            "/authorize": lambda: (200, _page(query)),
            "/approve": lambda: self._approved(query),
            "/token": lambda: self._token(form),
        }
        return answers[path]() if path in answers else (404, {})

    def _describe(self) -> tuple[int, Any]:
        places = {
            "authorization_endpoint": "authorize",
            "token_endpoint": "token",
            "userinfo_endpoint": "userinfo",
            "jwks_uri": "jwks",
        }
        known = {name: f"{self.issuer}/{path}" for name, path in places.items()}
        methods = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
        return 200, {"issuer": self.issuer, **known, **methods, **self.described}

    def _keys(self) -> tuple[int, Any]:
        key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return 200, {"keys": [{**key, "kid": "first", "use": "sig", "alg": "RS256"}]}

    def _approved(self, query: dict[str, str]) -> tuple[int, Any]:
        code = secrets.token_urlsafe(16)
        self._codes[code] = query
        back = {"code": code, "state": query["state"]}
        return 302, f"{query['redirect_uri']}?{urlencode(back)}"

    def _token(self, form: dict[str, str]) -> tuple[int, Any]:
        self.forms.append(form)
        asked = self._codes.pop(form.get("code", ""), None)
        if asked is None or not _is_proved(form, asked):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            **{"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": asked["nonce"]},
            **self.person,
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        headers = {"kid": "first", **self.headers}
        token = jwt.encode(claims, self.signs_with, algorithm=self.algorithm, headers=headers)
        return 200, {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "id_token": token}


@cache
def _key() -> rsa.RSAPrivateKey:
    """One for all: to make one takes longer than a whole sign-in."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _is_proved(form: dict[str, str], asked: dict[str, str]) -> bool:
    """Whether the code is redeemed by whom it was made for."""
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return (
        asked.get("code_challenge_method") == "S256"
        and asked.get("code_challenge") == challenge
        and form.get("redirect_uri") == asked["redirect_uri"]
        and (form.get("client_id"), form.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)
    )


def _page(query: dict[str, str]) -> str:
    fields = "".join(
        f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
        for name, value in query.items()
    )
    return (
        '<!doctype html><html lang="en"><title>Studio login</title><link rel="icon" href="data:,">'
        f'<form action="/approve">{fields}<button>Yes, I am Lin</button></form></html>'
    )


def _handler_of(server: OidcServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            self._answer(_flat(self.rfile.read(length).decode()))

        def log_message(self, *args: Any) -> None:
            """Nothing: tests look at `asked`."""

        def _answer(self, form: dict[str, str]) -> None:
            parts = urlsplit(self.path)
            status, body = server.answer(parts.path, _flat(parts.query), form)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", body)
                content = b""
            elif isinstance(body, str):
                self.send_header("Content-Type", "text/html; charset=utf-8")
                content = body.encode()
            else:
                self.send_header("Content-Type", "application/json")
                content = json.dumps(body).encode()
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return Handler


def _flat(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}
