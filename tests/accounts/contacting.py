"""An account that the running sandbox knows: registered there, its keys real."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User

from accounts.models import Account
from tencent.first_contact import QUESTIONS
from tencent.gateway import Gateway
from tencent.keys import BucketKeys
from tencent.messages import Registered, RegisterRequest
from tests.factories import make_account, tenant
from tests.sandbox_process import SandboxProcess

HARMLESS = [question.key for question in QUESTIONS if not question.may_cost]


def register_at(sandbox: SandboxProcess, typed: dict[str, Any]) -> Registered:
    """What the sandbox answers to a Register."""
    request = RegisterRequest(
        request_id="tests",
        operate_uin=typed["operate_uin"],
        user_name=typed["user_name"],
        keys=BucketKeys(secret_id=sandbox.secret_id, secret_key=sandbox.secret_key),
        bucket=sandbox.bucket,
        region=sandbox.region,
    )
    return Gateway(sandbox.gateway).register(request)


def registered_account(user: User, sandbox: SandboxProcess, **fields: Any) -> Account:
    """An account of `user` with keys that the sandbox takes."""
    typed = tenant(sandbox)
    answer = register_at(sandbox, typed)
    return make_account(
        user,
        sandbox,
        user_name=typed["user_name"],
        content_id=answer.content_id,
        tmp_secret_id=answer.tmp_keys.secret_id,
        tmp_secret_key=answer.tmp_keys.secret_key,
        gateway_secret_id=answer.gateway_keys.secret_id,
        gateway_secret_key=answer.gateway_keys.secret_key,
        **fields,
    )


def secrets_of(account: Account) -> list[str]:
    """All six keys of an account."""
    pairs = [(pair, half) for pair in ("bucket", "tmp", "gateway") for half in ("id", "key")]
    return [getattr(account, f"{pair}_secret_{half}") for pair, half in pairs]
