"""The request that the form shows is the one that the portal sends, and its programs run as they stand."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.managing.keys import FIELDS
from accounts.models import Account
from jobs.models import Job
from tests.factories import SONG_PATH, make_account, make_membership, make_user
from tests.jobs.raw_gateway import RawGateway, created
from tests.jobs.scene import signed_in
from tests.jobs.working import submit

pytestmark = pytest.mark.django_db
NEW = "/jobs/new/musicBeat/"
INTERPRETERS = {"curl": "bash", "Python": sys.executable}
OWN_NAME = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}-1")
EVERYTHING = {"outputType": "4", "drumType": "", "enlargeLevel": "6", "splitNum": "2"}
NASTY = 'uploads/it\'s "$HOME" `date` 夜曲 \U0001f3a7 {x} %s @y #z.mp3'


@pytest.fixture(autouse=True)
def enqueued(monkeypatch):
    monkeypatch.setattr("jobs.tasks.enqueue", lambda job: None)


def filled_in(account: Account, **fields: Any) -> dict[str, Any]:
    return {
        "account": account.pk,
        "idempotency_key": uuid4(),
        "source": "bucket",
        "path": SONG_PATH,
        "outputType": "3",
        "drumType": "2",
        "enlargeLevel": "3",
        "destination": "/output/musicBeat",
        **fields,
    }


def shown(client: Client, fields: dict[str, Any]) -> dict[str, str]:
    """What the panel shows for a form, by language."""
    answer = client.post(f"{NEW}request/", fields)
    assert answer.status_code == 200
    found = re.findall(r'<pre [^>]*aria-label="(\w+)"[^>]*>(.*?)</pre>', answer.text, re.DOTALL)
    return {language: html.unescape(text) for language, text in found}


def run(code: str, language: str, account: Account, folder: Path) -> subprocess.CompletedProcess[str]:
    """The program in a file of its own, with the account's keys in its environment."""
    (folder / "program").write_text(code, encoding="utf-8")
    keys = {
        "TMP_SECRET_ID": account.tmp_secret_id,
        "TMP_SECRET_KEY": account.tmp_secret_key,
        "API_GATE_SECRET_ID": account.gateway_secret_id,
        "API_GATE_SECRET_KEY": account.gateway_secret_key,
    }
    return subprocess.run(
        [INTERPRETERS[language], "program"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "NO_PROXY": "*", **keys},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("language", INTERPRETERS)
@pytest.mark.parametrize(
    "fields",
    [
        {},
        {
            "path": NASTY,
            **EVERYTHING,
            "output_prefix": "mix_",
            "timeout": "90",
            "destination": "/out/专辑 's",
        },
        {"source": "url", "url": "https://songs.example.com/a%20b.mp3?x=1&y='2'", "destination": ""},
        {"outputType": "", "drumType": "", "enlargeLevel": "", "destination": "/"},
    ],
    ids=["as it stands", "everything set", "an address", "nothing set"],
)
def test_a_shown_program_sends_byte_for_byte_what_the_portal_sends_for_the_same_form(
    gateway: RawGateway, account: Account, tmp_path: Path, language: str, fields: dict[str, Any]
) -> None:
    # Keys of every kind of character that JSON and shells care about.
    account.tmp_secret_key = "tmp\"SE'CRET\\key$0004"
    account.save()
    gateway.answers["CreateJob"] = [created()]
    client = signed_in(account.members.get())
    form = filled_in(account, **fields)
    program = shown(client, form)[language]
    ended = run(program, language, account, tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert '"createJobResponse"' in ended.stdout
    assert client.post(NEW, form).status_code == 302
    submit(Job.objects.get())
    ours, theirs = (OWN_NAME.sub(b"NAME", raw) for raw in gateway.raw)
    assert ours == theirs
    assert ours.count(b"NAME") == 2


@pytest.mark.parametrize("language", INTERPRETERS)
def test_the_sandbox_takes_the_job_of_a_shown_program(
    sandbox_account: Account, sandbox: Any, tmp_path: Path, language: str
) -> None:
    client = signed_in(sandbox_account.members.get())
    program = shown(client, filled_in(sandbox_account, **EVERYTHING))[language]
    ended = run(program, language, sandbox_account, tmp_path)
    assert ended.returncode == 0, ended.stderr
    job_id = json.loads(ended.stdout)["createJobResponse"]["job"]["id"]
    [entry] = [each for each in sandbox.ledger() if job_id in json.dumps(each)]
    output = entry["request"]["createJobRequest"]["outputs"][0]
    assert output["smartContentDescriptor"]["musicBeat"] == {
        "outputType": 4,
        "enlargeLevel": 6,
        "splitNum": 2,
    }


def test_the_shown_json_is_the_request_with_words_in_the_place_of_keys(account: Account) -> None:
    client = signed_in(account.members.get())
    body = json.loads(shown(client, filled_in(account, timeout="60"))["JSON"])
    assert body == {
        "action": "CreateJob",
        "secretId": "<TMP_SECRET_ID>",
        "secretKey": "<TMP_SECRET_KEY>",
        "createJobRequest": {
            "inputs": [{"source": {"contentId": account.content_id, "path": SONG_PATH}}],
            "outputs": [
                {
                    "contentId": account.content_id,
                    "destination": "/output/musicBeat/<job>-1/",
                    "inputSelectors": [0],
                    "smartContentDescriptor": {
                        "musicBeat": {"outputType": 3, "drumType": 2, "enlargeLevel": 3}
                    },
                }
            ],
            "customId": "<job>-1",
            "timeout": 60,
        },
    }


@pytest.mark.parametrize("address", [f"{NEW}request/", NEW])
def test_no_secret_is_in_what_is_shown(account: Account, address: str) -> None:
    client = signed_in(account.members.get())
    page = client.post(address, filled_in(account, enlargeLevel="99")).text
    assert "TMP_SECRET_KEY" in page
    for column in FIELDS.values():
        assert getattr(account, column) not in page


def test_an_address_that_is_copied_first_is_not_in_the_request(account: Account) -> None:
    client = signed_in(account.members.get())
    url = "https://songs.example.com/a.mp3?Expires=1&Signature=only-for-me"
    copied = filled_in(account, source="url", path="", url=url, judged=url, copy="on")
    for fields in (copied, {**copied, "source": "list", "lines": url, "copy_listed": "on"}):
        told = shown(client, fields)
        source = json.loads(told["JSON"])["createJobRequest"]["inputs"][0]["source"]
        assert source == {"contentId": account.content_id, "path": "uploads/THE-COPY"}
        assert not any("only-for-me" in text for text in told.values())
    as_typed = json.loads(shown(client, {**copied, "copy": ""})["JSON"])
    assert as_typed["createJobRequest"]["inputs"][0] == {"url": url}


def test_what_the_form_would_refuse_is_left_out_and_named(account: Account) -> None:
    client = signed_in(account.members.get())
    form = filled_in(account, enlargeLevel="99", output_prefix="a/b", destination="/a/../b", path="../x")
    page = client.post(f"{NEW}request/", form).text
    assert "Loudness of the marks, Destination folder, Prefix of output files" in page
    body = json.loads(shown(client, form)["JSON"])["createJobRequest"]
    wanted = body["outputs"][0]
    assert wanted["smartContentDescriptor"] == {"musicBeat": {"outputType": 3, "drumType": 2}}
    assert wanted["destination"] == "/output/musicBeat/<job>-1/"
    assert body["inputs"][0]["source"]["path"] == "uploads/YOUR-SONG.mp3"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"source": "upload", "path": ""}, "No song is chosen yet."),
        ({"source": "upload", "path": "", "waiting": "3"}, "3 songs make 3 calls to TMP."),
        ({"source": "upload", "path": "", "waiting": "many"}, "No song is chosen yet."),
        ({}, "1 song makes 1 call to TMP."),
        ({"source": "list", "lines": "a.mp3\nb.mp3\na.mp3"}, "2 songs make 2 calls to TMP."),
        ({"path": "", "folder": "albums"}, "Every audio file below albums/ makes one call to TMP."),
    ],
)
def test_the_form_says_how_many_calls_it_makes(account: Account, fields: dict[str, Any], words: str) -> None:
    client = signed_in(account.members.get())
    page = client.post(f"{NEW}request/", filled_in(account, **fields)).text
    assert words in " ".join(page.split())


def test_only_who_may_send_sees_the_request(account: Account) -> None:
    viewer = make_user()
    make_membership(account, viewer, "viewer")
    form = filled_in(account)
    assert signed_in(viewer).post(f"{NEW}request/", form).status_code == 403
    assert signed_in(make_user()).post(f"{NEW}request/", form).status_code == 404
    assert signed_in(account.members.first()).post("/jobs/new/nothing/request/", form).status_code == 404


def test_a_form_whose_person_was_signed_out_is_not_led_away(account: Account) -> None:
    answer = Client().post(f"{NEW}request/", filled_in(account), headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content) == (401, b"")


def test_the_address_is_that_of_the_account(alice: Any) -> None:
    account = make_account(alice, endpoint="mediax")
    assert "https://api.mediax.tencent.com/job" in signed_in(alice).get(NEW, {"account": account.pk}).text
