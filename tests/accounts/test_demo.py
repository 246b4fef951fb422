"""TMP's demo: shown without its keys, handed out raw to a confirmed owner, deleted when its keys are kept."""

from __future__ import annotations

import time
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.clients import bucket_for
from accounts.managing import demo
from accounts.models import Account, AuditEntry
from tencent.errors import BucketMissing
from tests.accounts.browsing import address, confirmed, signed_in
from tests.accounts.registering import run
from tests.factories import make_account, make_registration

pytestmark = pytest.mark.django_db


def fresh_uin():
    return f"1{uuid4().int % 10**11:011}"


@pytest.fixture
def account(alice, at_sandbox):
    """An account that the sandbox registered: its demo lies in the bucket."""
    return run(make_registration(alice, at_sandbox, operate_uin=fresh_uin())).account


def secrets_of(account):
    names = ("tmp_secret_id", "tmp_secret_key", "gateway_secret_id", "gateway_secret_key")
    return [getattr(account, name) for name in names]


def test_the_demo_is_shown_with_every_key_masked(account, alice):
    answer = signed_in(alice).get(address("account_demo", account))
    assert account.demo_path in answer.text
    assert "API_GATE_SECRET_KEY = &quot;***&quot;" in answer.text
    assert account.content_id in answer.text
    assert not [secret for secret in secrets_of(account) if secret in answer.text]
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("told", ["{uin}_demo", "{uin}_demo/", "/{uin}_demo/", ""])
def test_a_demo_that_is_a_folder_is_shown_file_by_file(account, alice, told):
    Account.objects.filter(pk=account.pk).update(demo_path=told.format(uin=account.operate_uin))
    bucket_for(account).put(f"{account.operate_uin}_demo/lib/notes.txt", b"read me")
    bucket_for(account).put(f"{account.operate_uin}_demonstration.txt", b"not of the demo")
    text = signed_in(alice).get(address("account_demo", account)).text
    assert f"{account.operate_uin}_demo/run_musicBeat.py" in text
    assert "read me" in text
    assert "not of the demo" not in text


def test_the_raw_file_needs_the_password_and_is_noted(account, alice):
    page, sent = address("demo_file", account), {"path": account.demo_path}
    assert signed_in(alice).post(page, sent).url.startswith(reverse("account_reauthenticate"))
    assert not AuditEntry.objects.filter(deed="downloaded").exists()
    answer = confirmed(alice).post(page, sent)
    assert all(secret in answer.text for secret in secrets_of(account))
    assert answer["Content-Disposition"] == 'attachment; filename="run_musicBeat.py"'
    assert "no-store" in answer["Cache-Control"]
    entry = AuditEntry.objects.get(deed="downloaded")
    assert entry.detail["file"] == account.demo_path
    assert "tmpSecretKey" in entry.detail["fields"]


@pytest.mark.parametrize("path", ["uploads/song.wav", "", "../x", "x_demo/run.py"])
def test_only_the_demo_is_handed_out_here(account, alice, path):
    assert confirmed(alice).post(address("demo_file", account), {"path": path}).status_code == 404


def test_a_demo_whose_keys_are_kept_can_be_deleted(account, alice):
    notes = f"{account.operate_uin}_demo/notes.txt"
    bucket_for(account).put(notes, b"no keys in here")
    page = address("demo_delete", account)
    assert "Tick the box first" in signed_in(alice).post(page, follow=True).text
    for _ in range(2):
        answer = signed_in(alice).post(page, {"sure": "1"}, follow=True)
    assert "1 file is deleted" not in answer.text
    with pytest.raises(BucketMissing):
        bucket_for(account).head(account.demo_path)
    assert bucket_for(account).head(notes)
    entry = AuditEntry.objects.get(deed="demo_deleted")
    assert entry.detail == {"files": [account.demo_path]}


def test_a_demo_with_keys_that_are_not_kept_stays(alice, at_sandbox, account):
    other = make_account(alice, at_sandbox, operate_uin=account.operate_uin, demo_path=account.demo_path)
    Account.objects.filter(pk=account.pk).delete()
    assert "nothing is offered for deletion" in signed_in(alice).get(address("account_demo", other)).text
    signed_in(alice).post(address("demo_delete", other), {"sure": "1"})
    assert bucket_for(other).head(other.demo_path)
    assert not AuditEntry.objects.filter(deed="demo_deleted").exists()


def test_a_demo_that_holds_a_kept_key_and_one_that_is_not_stays(alice, account):
    text = bucket_for(account).read(account.demo_path, 100_000).decode()
    strange = text.replace(account.tmp_secret_key, "anotherSECRETkey-0001")
    assert strange != text
    bucket_for(account).put(account.demo_path, strange.encode())
    assert demo.delete_demo(account, by=alice) == []
    assert bucket_for(account).head(account.demo_path)


def test_keys_kept_with_another_account_over_the_bucket_are_kept(alice, at_sandbox, account):
    other = make_account(alice, at_sandbox, operate_uin=account.operate_uin, demo_path=account.demo_path)
    assert demo.delete_demo(other, by=alice) == [account.demo_path]


def test_a_bucket_that_refuses_is_a_sentence(account, alice, sandbox):
    key = sandbox.key("read")
    row = Account.objects.get(pk=account.pk)
    row.bucket_secret_id, row.bucket_secret_key = key.secret_id, key.secret_key
    row.save()
    answer = signed_in(alice).post(address("demo_delete", account), {"sure": "1"}, follow=True)
    assert "they have no rights here" in answer.text
    assert bucket_for(account).head(account.demo_path)
    assert not AuditEntry.objects.filter(deed="demo_deleted").exists()


def test_a_sandbox_that_is_away_is_a_sentence_on_every_way(account, alice, settings):
    settings.SANDBOX = {"gateway": "", "store": ""}
    browser = confirmed(alice)
    assert "The sandbox is not running." in browser.get(address("account_demo", account)).text
    for name, sent in (("demo_file", {"path": account.demo_path}), ("demo_delete", {"sure": "1"})):
        assert "The sandbox is not running." in browser.post(address(name, account), sent, follow=True).text


def test_a_bucket_without_a_demo_leads_to_the_portals_programs(alice, at_sandbox):
    account = make_account(alice, at_sandbox, operate_uin=fresh_uin(), demo_path="")
    text = signed_in(alice).get(address("account_demo", account)).text
    assert "No demo in the bucket" in text
    assert address("account_keys", account) in text


@pytest.mark.parametrize(
    "line",
    [
        'API_GATE_SECRET_KEY = "abcSECRETdef"',
        "TMP_SECRET_ID='abcSECRETdef'",
        'KEY = "it\'s SECRET"',
        "KEY = 'say \"SECRET\"'",
        'KEY = ("abc" "SECRET")',
        'KEY = "abc" + \\\n  "SECRET"',
        'KEY = """abc\nSECRET"""',
        "KEY: str = b'SECRET'",
        'config = {"secretKey": "SECRET", "path": "x"}',
        'connect(secret_id="SECRET")',
        'def connect(a, *, token="SECRET", b=1): pass',
        'os.environ["TMP_SECRET_KEY"] = "SECRET"',
        "self.secret_key = f'SECRET{1}'",
        'a, password = "x", "SECRET"',
        'id = "AKIDSECRET0123456789"',
        "export TMP_SECRET_KEY=abcSECRET0123",
        '{"tmpSecretKey": "abcSECRET',
        "print 'python 2'\nSECRET_KEY = “abcSECRET”",
        'print "python 2"\nKEY = "abc\\"SECRET"',
        "secret_key: 'abcSECRET'",
        "anything = 'known-value-of-SECRET'",
    ],
)
def test_every_text_whose_name_looks_like_a_key_is_masked(line):
    shown = demo.masked_text(f'PATH = "uploads/song.wav"\n{line}\n', {"known-value-of-SECRET"})
    assert "SECRET" not in shown.replace("SECRET_", "").replace("_SECRET", "")
    assert "***" in shown
    assert "uploads/song.wav" in shown


@pytest.mark.parametrize("piece", ["key", "key=", 'key="', "key = '\\", "key='''", "secretkey "])
def test_a_file_made_to_be_slow_is_not(piece):
    began = time.monotonic()
    demo.masked_text(piece * (demo.LARGEST_SHOWN // len(piece)), {"known-value"})
    assert time.monotonic() - began < 5
