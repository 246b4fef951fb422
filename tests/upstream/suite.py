"""One run of the SDK's tests: its file, unchanged, as a program of the SDK's own time would run it."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import logging
import os
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType, ModuleType

from tests.upstream.scope import reason_to_leave

ELSEWHERE = "ap-beijing"  # the tests take for granted that the account has a bucket there, too


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How one test ended: passed, failed, or out of scope, and why."""

    name: str
    state: str
    reason: str = ""
    seconds: float = 0


def environment(*, store: str, secret_id: str, secret_key: str, bucket: str, region: str) -> dict[str, str]:
    """What the tests and the SDK read; COS's hosts are reached through the store, as through a proxy."""
    names = {"SECRET_ID": secret_id, "SECRET_KEY": secret_key, "REGION": region}
    flags = {"TRAVIS_FLAG": "true", "TEST_CI": "false", "USE_CREDENTIAL_INST": "false"}
    new = {f"COS_{name}": value for name, value in names.items()}
    proxies = {"HTTP_PROXY": store, "http_proxy": store, "NO_PROXY": "", "no_proxy": ""}
    return {**names, **new, "COS_APPID": bucket.rpartition("-")[2], **flags, **proxies}


def run(file: Path, *, only: str = "") -> Iterator[Verdict]:
    """Every test of the file in its order, in the current folder; `only`: those with this in their name.

    The environment must be set before. A broken setUp is one failed verdict.
    """
    logging.disable()
    _speak_http()
    module = _load(file)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            _have_a_bucket_elsewhere(module)
            module.setUp()
    except Exception:
        yield Verdict(name="setUp", state="failed", reason=_last_line())
        return
    for name, test in vars(module).copy().items():
        if not name.startswith("test_") or not isinstance(test, FunctionType) or only not in name:
            continue
        if reason := reason_to_leave(name.removeprefix("test_")):
            yield Verdict(name=name, state="out_of_scope", reason=reason)
        else:
            yield _judged(name, test)


def _judged(name: str, test: Callable[[], object]) -> Verdict:
    started = time.monotonic()
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            test()
    except Exception:
        return Verdict(name=name, state="failed", reason=_last_line(), seconds=time.monotonic() - started)
    return Verdict(name=name, state="passed", seconds=time.monotonic() - started)


def _speak_http() -> None:
    """The SDK's own default is https, which a local store has not; that alone is set otherwise."""
    import qcloud_cos

    class PlainConfig(qcloud_cos.CosConfig):  # type: ignore[misc]
        def __init__(self, *args: object, **more: object) -> None:
            super().__init__(*args, **{"Scheme": "http", **more})

    qcloud_cos.CosConfig = PlainConfig


def _load(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("upstream_suite", file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is no Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _have_a_bucket_elsewhere(module: ModuleType) -> None:
    import qcloud_cos

    keys = {"SecretId": os.environ["SECRET_ID"], "SecretKey": os.environ["SECRET_KEY"]}
    client = qcloud_cos.CosS3Client(qcloud_cos.CosConfig(Region=ELSEWHERE, **keys))
    client.create_bucket(Bucket=f"elsewhere-{module.APPID}")


def _last_line() -> str:
    lines = traceback.format_exc().strip().splitlines()
    places = [line.strip() for line in lines if "upstream_suite" in line or "test.py" in line]
    return f"{lines[-1][:300]} ({places[-1] if places else 'no place'})"
