"""Secrets in the database: opaque, bound to row and field, open under old keys only as long as wanted."""

from __future__ import annotations

import base64
import io
import secrets

import pytest
from django.core import serializers
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.core.management import call_command
from django.db import connection, transaction

from accounts.encryption import CannotOpen, Keyring
from accounts.models import Account
from tests.factories import make_account

pytestmark = pytest.mark.django_db
SECRET = "bucketSECRETkey0000002"


def column(name, pk):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {name} FROM accounts_account WHERE id = %s", [pk.hex])
        return cursor.fetchone()[0]


def key_line(key_id):
    return f"{key_id}:{base64.b64encode(secrets.token_bytes(32)).decode()}"


@pytest.fixture
def account(alice):
    return make_account(alice)


def test_the_database_holds_no_plain_secret(account):
    for name in ("bucket_secret_id", "bucket_secret_key", "tmp_secret_key", "gateway_secret_key"):
        assert "SECRET" not in column(name, account.pk)
        assert column(name, account.pk).startswith("v1:")
        assert "SECRET" in getattr(account, name)


def test_the_same_secret_never_looks_the_same_twice(alice):
    assert column("bucket_secret_key", make_account(alice).pk) != column(
        "bucket_secret_key", make_account(alice).pk
    )


def test_ciphertext_moved_to_another_row_does_not_open(alice, account):
    other = make_account(alice)
    Account.objects.filter(pk=other.pk).update(bucket_secret_key=account.__dict__["bucket_secret_key"])
    with pytest.raises(CannotOpen):
        _ = Account.objects.get(pk=other.pk).bucket_secret_key


def test_ciphertext_moved_to_another_field_does_not_open(account):
    Account.objects.filter(pk=account.pk).update(tmp_secret_key=account.__dict__["bucket_secret_key"])
    with pytest.raises(CannotOpen):
        _ = Account.objects.get(pk=account.pk).tmp_secret_key


def test_damaged_ciphertext_does_not_open_and_says_nothing_of_the_secret(account):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_account SET tmp_secret_key = substr(tmp_secret_key, 1, 40)")
    with pytest.raises(CannotOpen) as caught:
        _ = Account.objects.get(pk=account.pk).tmp_secret_key
    assert "SECRET" not in str(caught.value)


def test_plain_text_can_be_written_by_save_only(account):
    with pytest.raises(TypeError, match="sealed"), transaction.atomic():
        Account.objects.filter(pk=account.pk).update(tmp_secret_key="plain")
    account.tmp_secret_key = "plain"
    with pytest.raises(TypeError, match="sealed"), transaction.atomic():
        Account.objects.bulk_update([account], ["tmp_secret_key"])
    account.save()
    assert Account.objects.get(pk=account.pk).tmp_secret_key == "plain"


def test_what_was_assigned_is_read_back_before_it_is_saved(account):
    account.tmp_secret_key = "plain"
    assert account.tmp_secret_key == "plain"
    assert Account.tmp_secret_key.field.name == "tmp_secret_key"


def test_a_row_that_is_saved_unchanged_keeps_its_ciphertext(account):
    before = column("tmp_secret_key", account.pk)
    Account.objects.get(pk=account.pk).save()
    assert column("tmp_secret_key", account.pk) == before
    assert Account.objects.get(pk=account.pk).tmp_secret_key == account.tmp_secret_key


def test_without_a_primary_key_nothing_is_sealed():
    with pytest.raises(TypeError, match="primary key"):
        Account._meta.get_field("tmp_secret_key").seal(None, "plain")


def test_a_guarded_save_passes_sealed_text(account):
    field = Account._meta.get_field("tmp_secret_key")
    Account.objects.filter(pk=account.pk).update(tmp_secret_key=field.seal(account.pk, "new"))
    assert Account.objects.get(pk=account.pk).tmp_secret_key == "new"


def test_secrets_cannot_be_searched_for(account):
    with pytest.raises(FieldError):
        Account.objects.filter(tmp_secret_key__contains="SECRET").count()


def test_whether_there_is_a_secret_can_be_asked(account):
    assert Account.objects.filter(tmp_secret_key__isnull=False).get() == account


def test_a_dump_holds_no_plain_secret(account):
    account.tmp_secret_id = "freshSECRET"
    account.save()
    out = io.StringIO()
    call_command("dumpdata", "accounts", stdout=out)
    assert str(account.pk) in out.getvalue()
    assert "SECRET" not in out.getvalue()


def test_a_row_that_is_not_saved_yet_serializes_sealed_too(account):
    account.tmp_secret_id = "freshSECRET"
    assert "SECRET" not in serializers.serialize("json", [account])


def test_after_rotation_old_rows_open_and_new_ones_use_the_new_key(account, settings):
    settings.FIELD_KEYS = f"{key_line('new')},{settings.FIELD_KEYS}"
    reread = Account.objects.get(pk=account.pk)
    assert reread.bucket_secret_key == SECRET
    reread.tmp_secret_key = "changed"
    reread.save()
    assert column("tmp_secret_key", account.pk).startswith("v1:new:")
    assert not column("bucket_secret_key", account.pk).startswith("v1:new:")


def test_without_its_key_nothing_opens(account, settings):
    settings.FIELD_KEYS = key_line("other")
    with pytest.raises(CannotOpen):
        _ = Account.objects.get(pk=account.pk).bucket_secret_key


@pytest.mark.parametrize("text", ["", "no-colon", "k1:short", "k1:!!!!", ":AAAA"])
def test_a_wrong_keyring_is_a_wrong_setting(text):
    with pytest.raises(ImproperlyConfigured):
        Keyring.parse(text)


def test_an_empty_secret_is_stored_as_nothing(account):
    account.unknown_members = ""
    account.save()
    with connection.cursor() as cursor:
        cursor.execute("SELECT unknown_members FROM accounts_account")
        assert cursor.fetchall() == [("",)]
    assert Account.objects.get(pk=account.pk).unknown_members == ""
