"""Lets whoever started the portal become its owner: a link that works once, while nobody has a login."""

from __future__ import annotations

import hmac
import os
import secrets
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.urls import reverse

from accounts.links import hash_of


def make_owner_link() -> str | None:
    """A new link as a path such as `/sign-in/first-owner/…/`, None when somebody has a login already.

    Only the SHA-256 of its token is kept; an earlier link stops working.
    """
    if User.objects.exists():
        return None
    token = secrets.token_urlsafe(32)
    new = _path().with_suffix(f".{os.getpid()}")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(hash_of(token))
    new.replace(_path())
    return reverse("owner_setup", args=[token])


def opens(token: str) -> bool:
    """Whether the link with `token` still works."""
    try:
        known = _path().read_text()
    except FileNotFoundError:
        return False
    return hmac.compare_digest(known, hash_of(token)) and not User.objects.exists()


@transaction.atomic
def claim(token: str, *, username: str, password: str) -> User | None:
    """Use the link up and make the owner, None when somebody was quicker."""
    if not opens(token):
        return None
    try:
        # Removing a file succeeds for one of two claimants only.
        _path().unlink()
    except FileNotFoundError:
        return None
    return User.objects.create_superuser(username, password=password)


def _path() -> Path:
    return Path(settings.DATA_DIR) / "owner-link"
