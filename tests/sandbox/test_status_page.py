"""The page at the gateway's root: what it shows, in which language, and that its lines work when pasted."""

import ast
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sandbox.assembly import Sandbox
from sandbox.assumptions import TABLE
from sandbox.dialects import SWITCHES, read
from sandbox.gateway import page
from sandbox.gateway.page.chinese import CHINESE
from sandbox.platform.pace import PACES
from tests.sandbox.client import Caller, register, send
from tests.sandbox.conftest import bucket_of, caller_of
from tests.sandbox.doors import key_of, knock
from tests.sandbox.reading import lines_to_paste, rows_of
from tests.sandbox.test_guide import clicks

FOLDER = Path(page.__file__).parent
# The guide's template, told anew: its constants as they stand there, and what it does with them.
GUIDE = """
import base64, datetime, hashlib, hmac
import requests

API_GATE_SOURCE = "uin_userName"
API_GATE_SECRET_ID = "apiSecretId"
API_GATE_SECRET_KEY = "apiSecretKey"
URL = "http://service-mqk0mc83-1257411467.bj.apigw.tencentcs.com/release/job"
TMP_CONTENT_ID = "tmpContentId"
TMP_SECRET_ID = "tmpSecretId"
TMP_SECRET_KEY = "tmpSecretKey"

date_time = datetime.datetime.utcnow().strftime("%a, %d %b %Y %H:%M:%S GMT")
text = "date: " + date_time + "\\n" + "source: " + API_GATE_SOURCE
sign = base64.b64encode(hmac.new(API_GATE_SECRET_KEY.encode(), text.encode(), hashlib.sha1).digest()).decode()
head = 'hmac id="' + API_GATE_SECRET_ID + '", algorithm="hmac-sha1", headers="date source", signature="'
headers = {
    "Content-Type": "application/json",
    "Authorization": head + sign + '"',
    "Date": date_time,
    "Source": API_GATE_SOURCE,
}
beat = {"outputType": 4, "drumType": 2, "enlargeLevel": 3, "splitNum": 3}
request = {
    "action": "CreateJob",
    "secretId": TMP_SECRET_ID,
    "secretKey": TMP_SECRET_KEY,
    "createJobRequest": {
        "customId": "musicBeat",
        "inputs": [{"source": {"contentId": TMP_CONTENT_ID, "path": "file_path_to_root"}}],
        "outputs": [{"contentId": TMP_CONTENT_ID, "destination": "/output/musicBeat", "inputSelectors": [0],
                     "smartContentDescriptor": {"musicBeat": beat}}],
    },
}
print(requests.post(url=URL, headers=headers, json=request).text)
"""


def test_an_empty_sandbox_says_so(tmp_path: Path) -> None:
    with Sandbox(tmp_path) as sandbox:
        text = send("GET", sandbox.gateway.url).body.decode()
    for sentence in ("Nobody has registered yet", "No job has been created yet", "No call has arrived yet"):
        assert sentence in text
    assert "Nothing is ordered: all calls go well." in text


def test_accounts_jobs_and_requests_are_told_newest_first(start: Callable[..., Sandbox]) -> None:
    sandbox = start()
    caller = caller_of(sandbox)
    done, endless = (caller.create(caller.job("song.mp3", customId=name)) for name in ("first", "second"))
    caller.finish(endless)
    caller.finish(done)
    knock(sandbox, "faults", {"fault": "http", "status": 503, "action": "GetJob"})
    with pytest.raises(AssertionError):
        caller.look(done)
    caller.call("GetJob", getJobRequest={"id": "nothing"})
    [account] = rows_of(sandbox.gateway.url, "accounts")
    assert account[:4] == [caller.source, "sandbox-1250000000", "ap-guangzhou", "2"]
    newest, before = rows_of(sandbox.gateway.url, "jobs")
    assert newest[1:6] == ["second", "3 completed", "song.mp3", caller.source, endless]
    assert before[1] == "first"
    refused, spoilt, looked, *_, registered = rows_of(sandbox.gateway.url, "requests")
    assert refused[1:] == ["GetJob", "refused not performed", caller.source, ""]
    assert spoilt[1:] == ["GetJob", "http_503 not performed", caller.source, "first"]
    assert looked[1:] == ["GetJob", "ok", caller.source, "first"]
    assert registered[1:] == ["Register", "ok", caller.source, ""]


def test_calls_that_the_gateway_turned_away_are_told_with_what_it_said(start: Callable[..., Sandbox]) -> None:
    sandbox = start()
    assert rows_of(sandbox.gateway.url, "turned-away") == []
    evil = {"Source": "<i>", "Authorization": "hmac secret"}
    assert send("POST", f"{sandbox.gateway.url}/job", headers=evil).status == 401
    assert send("GET", f"{sandbox.gateway.url}/jobs").status == 404
    lost, unsigned = rows_of(sandbox.gateway.url, "turned-away")
    assert lost[1:4] == ["404", "GET /jobs", ""]
    assert unsigned[1:4] == ["401", "POST /job", "<i>"]
    assert "HMAC" in unsigned[4]
    text = send("GET", sandbox.gateway.url).body.decode()
    assert "<i>" not in text
    assert "hmac secret" not in text


def test_nothing_that_was_sent_becomes_a_part_of_the_page(sandbox: Sandbox, caller: Caller) -> None:
    evil = "<i>'\"&"
    knock(sandbox, "limit", {"calls_per_second": 9, "caller": evil})
    knock(sandbox, "barriers/open", {"name": evil})
    for who in (caller.source, evil):
        knock(sandbox, "outcomes", {"outcome": "fail", "message": evil, "custom_id": evil, "caller": who})
    for action in ("CreateJob", "GetJob"):
        knock(sandbox, "faults", {"fault": "odd", "body": evil, "action": action, "caller": evil})
    knock(sandbox, "store_faults", {"fault": "half", "key_prefix": evil, "bucket": evil})
    caller.finish(caller.create(caller.job(f"{evil}.mp3", customId=evil)))
    page = send("GET", sandbox.gateway.url).body.decode()
    assert "<i>" not in page
    assert page.count("&lt;i&gt;") >= 10
    knock(sandbox, "clear", {})


def test_a_tight_key_is_called_so(sandbox: Sandbox) -> None:
    own = [key_of(sandbox, rights=name) for name in ("tight", "tight:a/b-c/", "data")]
    rights = {row[3]: row[4] for row in rows_of(sandbox.gateway.url, "buckets")}
    assert [rights[key.secret_id] for key in own] == ["tight:songs/", "tight:a/b-c/", "data"]


def test_every_fact_and_switch_is_shown_with_its_mark(tmp_path: Path) -> None:
    with Sandbox(tmp_path, dialect=read(["states=1"] if "states" in SWITCHES else [])) as sandbox:
        rows = rows_of(sandbox.gateway.url, "facts")
    assert {(row[0], row[2]) for row in rows[: len(TABLE)]} == {(each.name, each.mark) for each in TABLE}
    shown = {row[0]: (row[2], row[5]) for row in rows[len(TABLE) :]}
    assert {name: mark for name, (_, mark) in shown.items()} == {
        name: switch.mark for name, switch in SWITCHES.items()
    }


def test_the_page_may_load_nothing_but_its_own_two_files(sandbox: Sandbox) -> None:
    reply = send("GET", sandbox.gateway.url)
    policy = reply.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    text = reply.body.decode()
    assert "style=" not in text
    assert "<script>" not in text
    for path, kind in (("/_page.css", "text/css"), ("/_page.js", "text/javascript")):
        loaded = send("GET", sandbox.gateway.url + path)
        assert (loaded.status, loaded.headers["content-type"]) == (200, f"{kind}; charset=utf-8")
        assert path in text


@pytest.mark.parametrize(
    ("query", "accepted", "language"),
    [
        ("", "", "en"),
        ("", "zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ("", "en-US,en;q=0.9,zh;q=0.8", "en"),
        ("?lang=zh", "en-US", "zh-Hans"),
        ("?lang=en", "zh-CN", "en"),
        ("?lang=<b>", "zh-CN", "en"),
    ],
)
def test_it_speaks_the_language_that_is_asked_for(
    sandbox: Sandbox, query: str, accepted: str, language: str
) -> None:
    reply = send("GET", f"{sandbox.gateway.url}/{query}", headers={"Accept-Language": accepted})
    text = reply.body.decode()
    assert f'<html lang="{language}">' in text
    assert ("最新任务" in text) == (language == "zh-Hans")
    assert "<b>" not in text


def test_every_word_of_the_page_has_a_chinese_one_and_no_other_is_kept() -> None:
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in FOLDER.glob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    said = {words for node in nodes for words in said_by(node)}
    assert said - CHINESE.keys() == set()
    # The table itself is one of those files: what only it names is written once.
    elsewhere = [node.value for node in nodes if isinstance(node, ast.Constant) and node.value in CHINESE]
    assert {words for words in CHINESE if elsewhere.count(words) < 2} - set(PACES) == set()


def said_by(node: ast.AST) -> Iterator[str]:
    """The literals that are said there, or are heads and kinds that are said one by one."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("say", "step") and node.args:
        yield from (each.value for each in ast.walk(node.args[0]) if isinstance(each, ast.Constant))
    if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in ("heads", "kinds"):
        yield from (each.value for each in ast.walk(node.value) if isinstance(each, ast.Constant))


def pasted(sandbox: Sandbox, folder: Path, *boxes: str) -> str:
    """What a shell says that knows the printed lines and is given these boxes of the page."""
    key = sandbox.credentials[0]
    printed = {
        "gateway": sandbox.gateway.url,
        "store": sandbox.store.url,
        "bucket": key.bucket,
        "region": sandbox.region,
        "secret_id": key.secret_id,
        "secret_key": key.secret_key,
    }
    script = "".join(f"{name}={value}\n" for name, value in printed.items()) + "\n".join(boxes)
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    run = subprocess.run(
        ["/bin/bash", "-e", "-o", "pipefail"],
        input=script,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": path},
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.fixture
def boxes(sandbox: Sandbox, tmp_path: Path) -> list[str]:
    """The page's boxes, and in the folder the song that they talk of."""
    (tmp_path / "song.mp3").write_bytes(clicks(seconds=1))
    return lines_to_paste(sandbox.gateway.url)


def test_the_lines_for_curl_work_when_pasted(sandbox: Sandbox, tmp_path: Path, boxes: list[str]) -> None:
    told = pasted(sandbox, tmp_path, *boxes[:3])
    assert '"getJobResponse"' in told
    [job] = sandbox.backend.jobs.latest(1)
    assert (job.custom_id, job.outcome) == ("first", "")
    assert bucket_of(sandbox).ask("GET", "song.mp3").body == (tmp_path / "song.mp3").read_bytes()


def test_the_demo_and_the_guide_s_own_template_work_when_pasted(
    sandbox: Sandbox, tmp_path: Path, boxes: list[str]
) -> None:
    (tmp_path / "guide.py").write_text(GUIDE, encoding="utf-8")
    before = len(sandbox.backend.jobs.latest(100))
    told = pasted(sandbox, tmp_path, *boxes[:2], *boxes[3:5])
    assert told.count("createJobResponse") == 2
    assert len(sandbox.backend.jobs.latest(100)) == before + 2


def test_the_lines_for_the_cos_sdk_work_when_pasted(
    sandbox: Sandbox, tmp_path: Path, boxes: list[str]
) -> None:
    address = pasted(sandbox, tmp_path, boxes[5]).strip()
    assert send("GET", address).body == (tmp_path / "song.mp3").read_bytes()


def test_the_lines_for_the_portal_name_what_the_portal_reads(boxes: list[str]) -> None:
    example = (Path(__file__).resolve().parents[2] / ".env.example").read_text(encoding="utf-8")
    names = [line.strip("#=") for line in example.splitlines() if line.startswith("#TMPPORTAL_SANDBOX_")]
    assert len(names) == 6
    assert all(f"{name}=" in boxes[6] for name in names)


def test_the_test_on_the_page_passes(tmp_path: Path, boxes: list[str]) -> None:
    file = tmp_path / "test_mine.py"
    file.write_text(boxes[7], encoding="utf-8")
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null", str(file)]
    root = Path(__file__).resolve().parents[2]
    alone = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    run = subprocess.run(words, cwd=root, capture_output=True, text=True, timeout=60, env=alone)
    assert run.returncode == 0, run.stdout


def test_the_lines_that_order_trouble_work_when_pasted(
    sandbox: Sandbox, tmp_path: Path, boxes: list[str]
) -> None:
    orders, cleared = boxes[8].rsplit("curl", 1)
    pasted(sandbox, tmp_path, orders)
    assert [row[1] for row in rows_of(sandbox.gateway.url, "trouble")] == ["http", "fail", "reset"]
    pasted(sandbox, tmp_path, "curl" + cleared)
    assert rows_of(sandbox.gateway.url, "trouble") == []


def test_two_accounts_of_two_buckets_live_side_by_side_and_apart(tmp_path: Path) -> None:
    with Sandbox(tmp_path, buckets=2, ears="quick") as sandbox:
        callers = [
            register(sandbox.gateway.url, bucket_of(sandbox, number), userName=name)
            for number, name in enumerate(("one", "two"))
        ]
        ids = [each.create(each.job("song.mp3", customId=each.source)) for each in callers]
        jobs = [each.finish(job_id) for each, job_id in zip(callers, ids, strict=True)]
        assert [job["state"] for job in jobs] == [3, 3]
        assert "errorResponse" in callers[0].call("GetJob", getJobRequest={"id": ids[1]})
        names = [job["outputs"][0]["smartContentResult"]["musicBeat"]["beatFileName"] for job in jobs]
        found = [
            bucket_of(sandbox, number).ask("GET", f"output/musicBeat/{name}").status
            for number in (0, 1)
            for name in names
        ]
        assert found == [200, 404, 404, 200]
        assert [row[1] for row in rows_of(sandbox.gateway.url, "accounts")] == [
            "sandbox-1250000000",
            "sandbox2-1250000000",
        ]
