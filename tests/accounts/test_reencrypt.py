"""Keys rotate: everything opens afterwards, whatever happened in between, and old backups open too."""

from __future__ import annotations

import io
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from accounts import sealing
from accounts.models import Account, Registration
from tests.demo_process import ROOT, clean_env
from tests.factories import make_account, make_registration
from tests.security.rotation.rotating import key_line, reencrypt, shell

SECRET = "bucketSECRETkey0000002"
FILL = """
from django.contrib.auth.models import User
from django.core.management import call_command
from accounts.models import Account, Registration
call_command("migrate", verbosity=0)
user = User.objects.create_user("alice")
Account.objects.bulk_create(
    Account(name=f"account {n}", tmp_secret_key=f"SECRET-{n}", bucket_secret_key="") for n in range(400)
)
Registration.objects.bulk_create(Registration(user=user, found_reply=f"REPLY-{n}") for n in range(400))
"""
WRITE = """
import time
from pathlib import Path
from django.conf import settings
from accounts.models import Account
stop, written = settings.DATA_DIR / "stop", 0
accounts = list(Account.objects.order_by("?")[:50])
print("writing", flush=True)
while not stop.exists():
    account = accounts[written % 50]
    account.usage_description = account.tmp_secret_key = f"WRITTEN-{written}"
    account.save(update_fields=["usage_description", "tmp_secret_key"])
    written += 1
    time.sleep(0.005)
print(written)
"""
READ = """
from collections import Counter
from accounts import sealing
from accounts.models import Account, Registration
for account in Account.objects.all():
    number = account.name.removeprefix("account ")
    assert account.tmp_secret_key == (account.usage_description or f"SECRET-{number}"), account.name
replies = Counter(row.found_reply for row in Registration.objects.all())
assert replies == Counter(f"REPLY-{n}" for n in range(400))
print(sorted(sealing.report().counts))
"""


def column(name, pk):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {name} FROM accounts_account WHERE id = %s", [pk.hex])
        return cursor.fetchone()[0]


@pytest.fixture
def account(alice):
    return make_account(alice)


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """A data folder with 800 secrets under the key "old"; "new" is the key to come."""
    (tmp_path / "field.keys").write_text(key_line("old"))
    shell(tmp_path, FILL)
    return tmp_path


def test_killed_again_and_again_beside_a_writer_it_loses_nothing(filled: Path) -> None:
    backup = shutil.copytree(filled, filled.parent / "backup")
    (filled / "field.keys").write_text(f"{key_line('new')}\n{(filled / 'field.keys').read_text()}")
    writer = subprocess.Popen(
        [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", WRITE],
        cwd=ROOT,
        env=clean_env(filled),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == "writing\n"
    moments = random.Random(7)
    for _ in range(2):
        status, said = reencrypt(filled, at_line=moments.randint(1, 60), die_after=moments.random() / 50)
        assert status == -signal.SIGKILL, said
    status, said = reencrypt(filled)
    (filled / "stop").touch()
    written, _ = writer.communicate(timeout=30)
    assert int(written) > 50
    assert status == 0, said
    assert "accounts.Account: 400 of 400 rows" in said
    assert shell(filled, READ).strip() == "['new']"
    # With both keys the old backup opens, too.
    (backup / "field.keys").write_text((filled / "field.keys").read_text())
    assert shell(backup, READ).strip() == "['old']"


@pytest.mark.django_db
def test_an_old_backup_without_its_key_is_reported_with_the_key_it_needs(alice, settings):
    settings.FIELD_KEYS = key_line("old")
    make_account(alice)
    settings.FIELD_KEYS = key_line("new")
    make_registration(alice, raw_reply="reply")
    report = sealing.report()
    assert report.counts == {"new": 3, "old": 6}
    assert report.missing == ("old",)
    sentence = report.refusal(keys_from="TMPPORTAL_FIELD_KEYS")
    assert "old" in sentence
    assert "6 of 9 secrets" in sentence
    assert "TMPPORTAL_FIELD_KEYS" in sentence


@pytest.mark.django_db
def test_another_key_under_the_right_id_is_recognised(alice, settings):
    settings.FIELD_KEYS = key_line("k1")
    make_account(alice)
    settings.FIELD_KEYS = key_line("k1")
    report = sealing.report()
    assert (report.missing, report.wrong, report.damaged) == ((), ("k1",), ())
    assert "another key" in report.refusal(keys_from="field.keys")


@pytest.mark.django_db
def test_one_damaged_secret_is_named_and_stops_nothing(alice):
    account = make_account(alice)
    field = Account._meta.get_field("tmp_secret_key")
    other = field.seal(make_account(alice).pk, "of another row")
    Account.objects.filter(pk=account.pk).update(tmp_secret_key=other)
    report = sealing.report()
    assert report.damaged == (f"accounts.account:{account.pk}:tmp_secret_key",)
    assert report.refusal(keys_from="field.keys") == ""


@pytest.mark.django_db
def test_no_sentence_of_a_report_holds_a_key(alice, settings):
    make_account(alice)
    settings.FIELD_KEYS = key_line("other")
    key = settings.FIELD_KEYS.partition(":")[2]
    report = sealing.report()
    assert key not in repr(report) + report.refusal(keys_from="field.keys")


@pytest.mark.django_db
def test_a_report_over_a_thousand_accounts_takes_no_time(alice):
    Account.objects.bulk_create(
        Account(name=str(n), tmp_secret_key="one", gateway_secret_key="two") for n in range(1000)
    )
    began = time.process_time()
    report = sealing.report()
    assert time.process_time() - began < 0.05
    assert sum(report.counts.values()) == 2000


@pytest.mark.django_db
def test_every_sealed_column_of_every_model_is_counted_and_rotated(alice, settings):
    settings.FIELD_KEYS = key_line("old")
    sealed = {name: f"SECRET of {name}" for name in ("raw_reply", "found_reply")}
    registration = make_registration(alice, **sealed)
    account = make_account(alice, unknown_members="{}")
    new = key_line("new")
    settings.FIELD_KEYS = f"{new},{settings.FIELD_KEYS}"
    call_command("reencrypt", stdout=io.StringIO())
    settings.FIELD_KEYS = new
    fields = sum(len(sealing.sealed_fields(model)) for model in (Account, Registration))
    assert sealing.report().counts == {"new": fields}
    assert Registration.objects.get(pk=registration.pk).found_reply == "SECRET of found_reply"
    assert Account.objects.get(pk=account.pk).unknown_members == "{}"


@pytest.mark.django_db
def test_a_secret_that_a_process_without_the_new_key_sealed_meanwhile_is_told(alice, settings, monkeypatch):
    settings.FIELD_KEYS = key_line("old")
    account = make_account(alice)
    late = Account._meta.get_field("tmp_secret_key").seal(account.pk, "late")
    settings.FIELD_KEYS = f"{key_line('new')},{settings.FIELD_KEYS}"
    report = sealing.report

    def written_meanwhile():
        Account.objects.filter(pk=account.pk).update(tmp_secret_key=late)
        return report()

    monkeypatch.setattr(sealing, "report", written_meanwhile)
    err = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("reencrypt", stdout=io.StringIO(), stderr=err)
    assert "1 secrets are still sealed with old" in err.getvalue()


@pytest.mark.django_db
def test_reencrypt_moves_every_secret_to_the_first_key(alice, settings):
    rows = [make_account(alice) for _ in range(3)]
    new = key_line("new")
    settings.FIELD_KEYS = f"{new},{settings.FIELD_KEYS}"
    call_command("reencrypt", "--batch", "2", stdout=io.StringIO())
    settings.FIELD_KEYS = new
    for row in rows:
        assert Account.objects.get(pk=row.pk).bucket_secret_key == SECRET


@pytest.mark.django_db
def test_reencrypt_run_again_has_nothing_to_do(account, settings):
    settings.FIELD_KEYS = f"{key_line('new')},{settings.FIELD_KEYS}"
    call_command("reencrypt", stdout=io.StringIO())
    before = column("bucket_secret_key", account.pk)
    out = io.StringIO()
    call_command("reencrypt", stdout=out)
    assert column("bucket_secret_key", account.pk) == before
    assert "0 rows" in out.getvalue()


@pytest.mark.django_db
def test_reencrypt_reports_what_does_not_open_and_goes_on(alice, account, settings):
    lost = make_account(alice)
    Account.objects.filter(pk=lost.pk).update(tmp_secret_key=account.__dict__["bucket_secret_key"])
    settings.FIELD_KEYS = f"{key_line('new')},{settings.FIELD_KEYS}"
    err = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("reencrypt", stdout=io.StringIO(), stderr=err)
    assert str(lost.pk) in err.getvalue()
    assert column("bucket_secret_key", account.pk).startswith("v1:new:")
