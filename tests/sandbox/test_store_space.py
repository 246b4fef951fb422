"""A store of limited size: what does not fit is refused whole, and what was deleted makes room again."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sandbox.assembly import Sandbox
from tests.sandbox.asking import failure
from tests.sandbox.client import Bucket, Reply
from tests.sandbox.conftest import bucket_of, caller_of

ROOM = 3 << 20
MIB = b"x" * (1 << 20)


@pytest.fixture
def small(start: Callable[..., Sandbox]) -> Sandbox:
    return start(most_bytes=ROOM)


def is_full(reply: Reply) -> bool:
    return (reply.status, reply.code) == (403, "QuotaExceeded")


def files_of(sandbox: Sandbox) -> int:
    return sum(file.is_file() for file in sandbox.files.folder.glob("*/*"))


def test_what_does_not_fit_is_refused_and_leaves_nothing(small: Sandbox) -> None:
    own = bucket_of(small)
    assert [own.ask("PUT", key, body=MIB).status for key in ("a", "b", "c")] == [200, 200, 200]
    assert is_full(own.ask("PUT", "d", body=b"x"))
    assert own.ask("HEAD", "d").status == 404
    assert files_of(small) == 3
    assert own.ask("DELETE", "a").status == 204
    assert own.ask("PUT", "d", body=MIB).status == 200


def test_a_body_without_a_length_is_cut_off_where_the_room_ends(small: Sandbox) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(8):
            yield MIB

    own = bucket_of(small)
    assert is_full(own.ask("PUT", "endless", body=endless()))
    assert files_of(small) == 0


def test_parts_and_copies_and_appending_count(small: Sandbox) -> None:
    own = bucket_of(small)
    upload = own.ask("POST", "big", params={"uploads": ""}).body.decode().split("<UploadId>")[1].split("<")[0]

    def part(number: int) -> Reply:
        return own.ask("PUT", "big", params={"partNumber": str(number), "uploadId": upload}, body=MIB)

    assert [part(number).status for number in (1, 2)] == [200, 200]
    assert own.ask("PUT", "a", body=MIB).status == 200
    assert is_full(part(3))
    source = {"x-cos-copy-source": f"{own.name}.cos.ap-guangzhou.myqcloud.com/a"}
    assert is_full(own.ask("PUT", "copy", headers=source))
    assert is_full(own.ask("POST", "log", params={"append": "", "position": "0"}, body=b"x"))
    assert own.ask("DELETE", "big", params={"uploadId": upload}).status == 204
    assert own.ask("PUT", "copy", headers=source).status == 200


def test_a_job_whose_files_do_not_fit_ends_in_an_error(small: Sandbox) -> None:
    caller, own = caller_of(small), bucket_of(small)
    free = ROOM - small.files.space.held()
    assert own.ask("PUT", "filler", body=b"x" * (free - 10)).status == 200
    assert failure(caller, caller.job("song.mp3")).endswith("QuotaExceeded")


def test_without_a_limit_nothing_is_full(sandbox: Sandbox, bucket: Bucket) -> None:
    assert bucket.ask("PUT", "large", body=MIB * 4).status == 200


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """This process meanwhile writes no file beyond so many bytes, as if its disk were full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_a_full_store(start: Callable[..., Sandbox]) -> None:
    sandbox = start()
    own = bucket_of(sandbox)
    with no_file_beyond(2 << 20):
        assert own.ask("PUT", "a", body=MIB).status == 200
        assert is_full(own.ask("PUT", "b", body=MIB * 3))
        assert own.ask("HEAD", "b").status == 404
        assert files_of(sandbox) == 1
    assert own.ask("PUT", "b", body=MIB * 3).status == 200


def test_jobs_go_on_once_a_full_disk_has_room_again(tmp_path: Path) -> None:
    with Sandbox(tmp_path, ears="quick") as sandbox:
        caller = caller_of(sandbox)
        sandbox.outcome("late", seconds=0.5)
        job_id = caller.create(caller.job("song.mp3"))
        with no_file_beyond(0):
            time.sleep(1)
        assert caller.finish(job_id)["state"] in (3, 4)
        assert caller.finish(caller.create(caller.job("song.mp3")))["state"] == 3
