"""Run within a portal's settings: opens what is sealed, and has views fail with secrets in hand (T2).

Reads an order from standard input, `{"typed": {...}}` or `{}`, and prints one line of JSON.
"""

from __future__ import annotations

import base64
import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import setup_test_environment
from django.utils.log import AdminEmailHandler

from accounts.models import Account, AuditEntry, Cached
from tests.portal_process import USER

KEYS = (
    "bucket_secret_id",
    "bucket_secret_key",
    "tmp_secret_id",
    "tmp_secret_key",
    "gateway_secret_id",
    "gateway_secret_key",
)


def main() -> None:
    """Do what the order says, and tell."""
    order = json.loads(sys.stdin.read() or "{}")
    told: dict[str, Any] = {}
    if typed := order.get("typed"):
        told |= _failed(typed)
    rows = Account.objects.all()
    told["keys"] = {f"{row.user_name} {name}": getattr(row, name) for row in rows for name in KEYS}
    told["sessions"] = [session.get_decoded() for session in Session.objects.all()]
    told["audit"] = [{key: str(value) for key, value in row.items()} for row in AuditEntry.objects.values()]
    print(json.dumps(told))


def _failed(typed: dict[str, str]) -> dict[str, list[str]]:
    """Sign-in and form, each while its table is away; with the page for developers and without."""
    setup_test_environment()
    handler = AdminEmailHandler(include_html=True)
    logging.getLogger("django.request").addHandler(handler)
    pages: list[bytes] = []
    for debug in (False, True):
        with override_settings(DEBUG=debug, ADMINS=[("Olga", "olga@example.com")]):
            client = Client(raise_request_exception=False)
            sign_in = {"login": USER, "password": typed["password"]}
            pages.append(client.post("/sign-in/login/", {**sign_in, "password": "wrong"}).content)
            with _away("django_session"):
                pages.append(client.post("/sign-in/login/", sign_in).content)
            client.post("/sign-in/login/", sign_in)
            fields = {"endpoint": "sandbox", "user_name": "canaryinside", **typed}
            fields.pop("password")
            with _away("accounts_registration"):
                pages.append(client.post("/accounts/register/", fields).content)
                pages.append(client.post("/accounts/register/", {"pasted": str(fields)}).content)
    told = [f"{each.subject}\n{each.body}\n{each.alternatives}" for each in mail.outbox]
    return {
        "mail": [_text(each.encode()) for each in told],
        "cache": [_text(each) for each in _cached()],
        "error_pages": [_text(each) for each in pages],
    }


def _cached() -> list[bytes]:
    """Every entry of the cache: rows of a table, or keys in Redis."""
    if settings.REDIS_URL:
        with redis.Redis.from_url(settings.REDIS_URL) as client:
            keys = client.keys(f"{settings.CACHES['default']['KEY_PREFIX']}*")
            return [b"%s %s" % (key, client.get(key) or b"") for key in keys]
    return [repr(entry).encode() for entry in Cached.objects.values_list("key", "value")]


@contextmanager
def _away(table: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO away")
        try:
            yield
        finally:
            cursor.execute(f"ALTER TABLE away RENAME TO {table}")


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
