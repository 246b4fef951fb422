"""The programs that the portal makes: they run as they are, with the keys of the `.env` file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest
import requests

from accounts.clients import bucket_for
from accounts.managing.keys import env_file
from accounts.managing.programs import PROGRAMS
from accounts.models import Account
from tests.accounts.registering import run
from tests.factories import make_registration
from tests.songs import tone

pytestmark = pytest.mark.django_db
INTERPRETERS = {"curl": "bash", "python": sys.executable}


@pytest.fixture
def account(alice, at_sandbox):
    return run(make_registration(alice, at_sandbox)).account


@pytest.fixture
def song(account):
    path = f"uploads/{uuid4()} 夜曲.wav"
    bucket_for(account).put(path, tone(seconds=4), content_type="audio/wav")
    return path


def start(key: str, *words: str, account: Account, folder: Path) -> subprocess.CompletedProcess[str]:
    """The program in a shell that read the `.env` file, as its first lines say."""
    program = PROGRAMS[key]
    (folder / program.file_name).write_text(program.text)
    (folder / "tmp.env").write_text(env_file(account, by=account.members.get()))
    return subprocess.run(
        [
            "bash",
            "-c",
            'set -a; . ./tmp.env; set +a; "$@"',
            "-",
            INTERPRETERS[key],
            program.file_name,
            *words,
        ],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "TMP_POLL_SECONDS": "0.2"},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_every_program_is_run_here():
    assert set(PROGRAMS) == set(INTERPRETERS)


@pytest.mark.parametrize("key", PROGRAMS)
def test_the_program_sends_the_guides_job_and_sees_it_finished(key, account, song, tmp_path, sandbox):
    ended = start(key, song, account=account, folder=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert '"state": 3' in ended.stdout
    assert '"musicBeat"' in ended.stdout
    entries = requests.get(f"{sandbox.gateway.removesuffix('/release')}/_ledger", timeout=10).json()
    [sent] = [each["request"] for each in entries if song in json.dumps(each, ensure_ascii=False)]
    assert sent["createJobRequest"] == {
        "customId": "musicBeat",
        "inputs": [{"source": {"contentId": account.content_id, "path": song}}],
        "outputs": [
            {
                "contentId": account.content_id,
                "destination": "/output/musicBeat",
                "inputSelectors": [0],
                "smartContentDescriptor": {
                    "musicBeat": {"outputType": 4, "drumType": 2, "enlargeLevel": 3, "splitNum": 3}
                },
            }
        ],
    }


@pytest.mark.parametrize("key", PROGRAMS)
def test_a_refusal_ends_the_program_with_tmps_words(key, account, tmp_path):
    Account.objects.filter(pk=account.pk).update(content_id="wrong")
    account.refresh_from_db()
    ended = start(key, "uploads/song.wav", account=account, folder=tmp_path)
    assert ended.returncode == 1
    assert "errorResponse" in ended.stdout
    assert "TMP gave no job id." in ended.stderr


@pytest.mark.parametrize("key", PROGRAMS)
def test_without_a_song_the_program_asks_for_one(key, account, tmp_path):
    ended = start(key, account=account, folder=tmp_path)
    assert ended.returncode != 0
    assert "song by its path" in ended.stderr


@pytest.mark.parametrize("key", PROGRAMS)
def test_no_program_prints_a_key(key, account, song, tmp_path):
    ended = start(key, song, account=account, folder=tmp_path)
    for secret in (account.tmp_secret_key, account.gateway_secret_key, account.bucket_secret_key):
        assert secret not in ended.stdout + ended.stderr
