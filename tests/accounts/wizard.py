"""A person at the wizard's page, for the tests of what it says and does."""

from __future__ import annotations

import html
import re
import uuid
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import Registration
from accounts.registering import rescuing, running

URL = "/accounts/register/"
KEY_ID = "AKIDtypedSECRETid0000000000000000001"
KEY = "typedSECRETkey000000000000000002"
SOUND = {
    "endpoint": "mediax",
    "operate_uin": "100012345678",
    "user_name": "studio1",
    "bucket": "songs-1250000000",
    "region": "ap-guangzhou",
    "bucket_secret_id": KEY_ID,
    "bucket_secret_key": KEY,
    "domain": "",
}


def signed_in(user: Any, language: str = "en") -> Client:
    client = Client(headers={"Accept-Language": language})
    client.force_login(user)
    return client


def send(page: Client, **changes: Any) -> HttpResponse:
    """Everything sound but `changes`; None leaves a field out."""
    typed = {**SOUND, "registration": str(uuid.uuid4()), **changes}
    return page.post(URL, {name: value for name, value in typed.items() if value is not None})


def paste(page: Client, text: str, **more: Any) -> HttpResponse:
    """The person pastes into an empty form and presses "Read it"."""
    known = {"registration": str(uuid.uuid4()), "pasted": text, "intent": "paste"}
    return page.post(URL, {**known, **more})


def judge(page: Client, registration: Any, **field: str) -> str:
    """One field is left, as htmx tells it; the pieces of the answer as text."""
    typed = {"registration": str(registration), **field}
    return plain(page.post(reverse("accounts:register_judge"), typed).text)


def plain(text: str) -> str:
    """What a page says, without the entities."""
    return html.unescape(text)


def said_of(text: str, name: str) -> str:
    """What stands beside one field of a page or of a judgement."""
    found = re.search(rf'(?:id="|#)says-{name}".*?(?=(?:id="|#)says-|</form>|\Z)', text, re.DOTALL)
    return found[0] if found else ""


def address(name: str, row: Any) -> str:
    return reverse(f"accounts:{name}", args=[row.pk])


def work(registration: Registration) -> Registration:
    """What the workers do once a page has handed the row over."""
    running.run_registration(str(registration.pk))
    registration.refresh_from_db()
    return registration


def look(registration: Registration) -> Registration:
    """What a worker does that was asked to look into the bucket."""
    rescuing.look(str(registration.pk))
    registration.refresh_from_db()
    return registration
