"""When a field key is lost for good, a person gives up what it sealed, and nothing else goes (T8)."""

from __future__ import annotations

import io
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from accounts import factors, sealing
from accounts.models import Account
from tests.factories import make_account, make_registration
from tmpportal.env import new_field_key

pytestmark = pytest.mark.django_db


def test_only_what_no_key_opens_is_given_up_and_only_when_a_person_says_so(
    alice: User, settings: Any
) -> None:
    lost = make_account(alice)
    make_registration(alice)
    app = factors.FactorAdapter().encrypt("a secret of an app")
    Authenticator.objects.create(user=alice, type="totp", data={"secret": app})
    settings.FIELD_KEYS = new_field_key()
    kept = make_account(alice)
    number = sum(sealing.report().counts.values()) - 6
    with pytest.raises(CommandError, match=rf"{number} secrets .*--yes"):
        call_command("forget_secrets")
    assert sealing.report().missing
    said = io.StringIO()
    call_command("forget_secrets", yes=True, stdout=said)
    assert f"{number} secrets given up, and 1 second steps" in said.getvalue()
    assert sealing.report().refusal(keys_from="") == ""
    assert Account.objects.get(pk=lost.pk).bucket_secret_key == ""
    assert Account.objects.get(pk=lost.pk).name == lost.name
    assert Account.objects.get(pk=kept.pk).bucket_secret_key == kept.bucket_secret_key
    assert not Authenticator.objects.exists()


def test_where_every_secret_opens_nothing_is_forgotten(alice: User) -> None:
    account = make_account(alice)
    said = io.StringIO()
    call_command("forget_secrets", yes=True, stdout=said)
    assert "nothing to forget" in said.getvalue()
    assert Account.objects.get(pk=account.pk).tmp_secret_key == account.tmp_secret_key
