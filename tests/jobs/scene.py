"""Who looks at the pages: Alice owns an account, Bob may look, Charlie is a stranger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from accounts.models import Account, Membership
from tests.factories import make_account, make_membership, make_user
from tests.sandbox_process import SandboxProcess


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The account and a signed-in browser each."""

    account: Account
    alice: Client
    bob: Client
    charlie: Client
    owner: User


def set_scene(sandbox: SandboxProcess | None = None, **account_fields: Any) -> Scene:
    """Three people and one account, in the running sandbox when one is given."""
    owner, viewer = make_user(), make_user()
    account = make_account(owner, sandbox, **{"name": "studio", "endpoint": "sandbox", **account_fields})
    make_membership(account, viewer, Membership.Role.VIEWER)
    return Scene(
        account=account,
        alice=signed_in(owner),
        bob=signed_in(viewer),
        charlie=signed_in(make_user()),
        owner=owner,
    )


def signed_in(user: User) -> Client:
    """An English-speaking browser."""
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(user)
    return client


RESULT = {
    "version": 1,
    "facts": [
        {"key": "tempo", "label": "Tempo (BPM)", "value": 120.0},
        {"key": "beats", "label": "Beats", "value": 2},
    ],
    "markers": [
        {"time": 0.5, "label": "", "strength": 0.9, "downbeat": True},
        {"time": 1.0, "label": "", "strength": None, "downbeat": False},
    ],
    "regions": [],
    "files": [{"name": "mergeFileName", "path": "output/1/merged.wav", "kind": "audio"}],
    "values": {"unknown": "value"},
    "note": "",
}
