"""First contact without pages: the command in a terminal, and the tests that a live service gets."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.clients import bucket_for
from accounts.managing import contact
from accounts.models import Account
from tests.accounts.contacting import HARMLESS, register_at, registered_account, secrets_of
from tests.demo_process import ROOT
from tests.factories import make_account, tenant
from tests.songs import clicks

pytestmark = pytest.mark.django_db


def test_the_command_asks_the_same_and_writes_the_report(at_sandbox, alice, tmp_path, capsys):
    account = registered_account(alice, at_sandbox, name="From a terminal")
    out = tmp_path / "report.json"
    call_command("first_contact", account="From a terminal", out=str(out))
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == [*HARMLESS, f"report={out}"]
    account.refresh_from_db()
    assert json.loads(out.read_text()) == account.contact_report["report"]
    assert account.lessons["signature_enforced"] is True
    said = out.read_text() + "".join(lines)
    assert not [secret for secret in secrets_of(account) if secret in said]


def test_the_command_asks_what_may_cost_only_when_told(at_sandbox, alice, own_data_dir, capsys):
    account = registered_account(alice, at_sandbox)
    call_command("first_contact", "--all", account=str(account.pk))
    assert "invalid_descriptor: 200" in capsys.readouterr().out
    assert (own_data_dir / f"first-contact-{account.pk}.json").exists()


@pytest.mark.parametrize(
    ("sentence", "options"),
    [
        ("There is no account called 'nobody'.", {"account": "nobody"}),
        ("2 accounts are called 'twin'; give the ID of one.", {"account": "twin"}),
        ("There is no folder /nowhere/at.", {"account": "lonely", "out": "/nowhere/at/report.json"}),
        ("Somebody else is asking just now; try again in a minute.", {"account": "busy"}),
        ("TMP could not be reached.", {"account": "lonely"}),
    ],
)
def test_the_command_says_in_one_sentence_what_is_wrong(
    at_sandbox, settings, alice, own_data_dir, sentence, options
):
    settings.SANDBOX = {**settings.SANDBOX, "gateway": "http://127.0.0.1:9"}
    for name in ("twin", "twin", "lonely", "busy"):
        make_account(alice, at_sandbox, name=name)
    contact.ask(Account.objects.get(name="busy"))
    with pytest.raises(CommandError) as caught:
        call_command("first_contact", **options)
    assert str(caught.value) == sentence


def live_environment(sandbox, **more):
    typed = tenant(sandbox)
    registered = register_at(sandbox, typed)
    return {
        "TMP_LIVE_ENDPOINT": sandbox.gateway,
        "TMP_LIVE_CALLER": f"{typed['operate_uin']}_{typed['user_name']}",
        "TMP_LIVE_CONTENT_ID": registered.content_id,
        "TMP_LIVE_TMP_SECRET_ID": registered.tmp_keys.secret_id,
        "TMP_LIVE_TMP_SECRET_KEY": registered.tmp_keys.secret_key,
        "TMP_LIVE_GATEWAY_SECRET_ID": registered.gateway_keys.secret_id,
        "TMP_LIVE_GATEWAY_SECRET_KEY": registered.gateway_keys.secret_key,
        **more,
    }


def run_live(**settings):
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TMP_LIVE_")}
    command = [sys.executable, "-m", "pytest", "tests/live", "-p", "no:cacheprovider"]
    return subprocess.run(command, cwd=ROOT, env={**inherited, **settings}, capture_output=True, text=True)


def test_the_live_tests_pass_against_the_sandbox(at_sandbox, alice):
    path = "live/song.wav"
    bucket_for(make_account(alice, at_sandbox)).put(path, clicks(8.0, 120.0))
    settings = live_environment(at_sandbox, TMP_LIVE_MAY_COST="yes", TMP_LIVE_SONG_PATH=path)
    ended = run_live(**settings)
    assert ended.returncode == 0, ended.stdout
    assert f"{len(HARMLESS) + 2} passed" in ended.stdout
    secrets = [value for name, value in settings.items() if "SECRET" in name]
    assert not [secret for secret in secrets if secret in ended.stdout + ended.stderr]


def test_the_live_tests_ask_for_nothing_that_may_cost_unless_told(at_sandbox):
    ended = run_live(**live_environment(at_sandbox))
    assert f"{len(HARMLESS) + 1} passed, 1 deselected" in ended.stdout


def test_the_live_tests_without_settings_fail_and_name_them():
    ended = run_live()
    assert ended.returncode == pytest.ExitCode.NO_TESTS_COLLECTED
    assert "TMP_LIVE_CALLER" in ended.stdout
    assert "tests/live/README.md" in ended.stdout
