"""The runner of the SDK's tests, on a suite of four: what it is good for must show in its counts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.demo_process import ROOT

SUITE = """
import os
from qcloud_cos import CosConfig, CosS3Client
APPID = os.environ["COS_APPID"]
keys = {"SecretId": os.environ["COS_SECRET_ID"], "SecretKey": os.environ["COS_SECRET_KEY"]}
client = CosS3Client(CosConfig(Region=os.environ["COS_REGION"], **keys), retry=0)
bucket = "smoke-" + APPID

def setUp():
    client.create_bucket(Bucket=bucket)

def test_goes_round():
    client.put_object(Bucket=bucket, Key="a/../b", Body=b"abc")
    assert client.get_object(Bucket=bucket, Key="a/../b", KeySimplifyCheck=False)["Body"].read() == b"abc"

def test_is_wrong():
    client.get_object(Bucket=bucket, Key="missing")

def test_meta_insight():
    raise AssertionError("is not run")

def helper():
    raise AssertionError("is no test")
"""


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.upstream", str(folder), *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)


def test_the_runner_counts_what_passes_what_fails_and_what_no_store_can_do(tmp_path: Path) -> None:
    (tmp_path / "ut").mkdir()
    (tmp_path / "ut" / "test.py").write_text(SUITE)
    done = run(tmp_path)
    lines = done.stdout.splitlines()
    assert lines[-1] == "upstream_passed=1 upstream_failed=1 upstream_out_of_scope=1", done.stderr
    assert [line.split()[:2] for line in lines[:-1]] == [
        ["passed", "test_goes_round"],
        ["failed", "test_is_wrong"],
        ["out_of_scope", "test_meta_insight"],
    ]
    assert "NoSuchKey" in lines[1]
    assert done.returncode == 1
    assert run(tmp_path, "--only", "round").returncode == 0


def test_the_runner_says_where_the_suite_is_missing(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert (done.returncode, "there is no ut/test.py" in done.stderr) == (2, True)
