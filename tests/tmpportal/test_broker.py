"""The embedded queue: a message is there whole or not at all."""

from __future__ import annotations

import errno
import threading
import time
from contextlib import suppress
from queue import Empty

import pytest
from kombu import Connection, Queue
from kombu.exceptions import ChannelError

from tmpportal import broker


@pytest.fixture
def channel(tmp_path):
    broker.register()
    folder = str(tmp_path)
    options = {"data_folder_in": folder, "data_folder_out": folder, "control_folder": folder}
    with Connection("files://localhost/", transport_options=options) as connection:
        yield connection.default_channel


def test_a_message_comes_out_as_it_went_in(channel):
    channel._put("jobs", {"id": "夜"})
    assert channel._get("jobs") == {"id": "夜"}
    with pytest.raises(Empty):
        channel._get("jobs")


def test_a_reader_never_meets_half_a_message(channel, tmp_path):
    """Reads as fast as it can while another thread writes large messages: each must arrive complete."""
    number, body = 150, "x" * 200_000
    writer = threading.Thread(target=lambda: [channel._put("jobs", {"body": body}) for _ in range(number)])
    writer.start()
    seen = 0
    while seen < number:
        try:
            seen += len(channel._get("jobs")["body"]) == len(body)
        except Empty:
            assert writer.is_alive() or any(tmp_path.iterdir()) or seen == number
    writer.join()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_gone_is_an_empty_queue_until_somebody_writes(channel, tmp_path):
    tmp_path.rmdir()
    with pytest.raises(Empty):
        channel._get("jobs")
    assert channel._size("jobs") == 0
    channel._put("jobs", {"id": 1})
    assert channel._get("jobs") == {"id": 1}


def test_a_folder_that_is_no_use_is_an_empty_queue_and_refuses_messages(channel, tmp_path):
    tmp_path.rmdir()
    tmp_path.write_text("")
    with pytest.raises(Empty):
        channel._get("jobs")
    with pytest.raises(ChannelError):
        channel._put("jobs", {"id": 1})


def test_a_message_that_could_not_be_written_leaves_nothing(channel, tmp_path, monkeypatch):
    monkeypatch.setattr("pathlib.Path.rename", raise_full)
    with pytest.raises(ChannelError, match="No space"):
        channel._put("jobs", {"id": 1})
    assert list(tmp_path.iterdir()) == []


def raise_full(*args):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_tasks_find_their_queue_whatever_became_of_the_file_that_names_it(channel, tmp_path):
    (tmp_path / "celery.exchange").write_text("")
    assert [bound.queue for bound in channel.get_table("celery")] == ["celery"]


def sound():
    properties = {"delivery_tag": "1", "delivery_info": {}, "body_encoding": "base64"}
    return {"body": "W10=", "headers": {}, "properties": properties}


@pytest.mark.parametrize(
    "found",
    [
        None,
        [],
        "celery",
        {},
        {**sound(), "properties": None},
        {**sound(), "properties": {}},
        {**sound(), "properties": {**sound()["properties"], "delivery_tag": 1}},
        {**sound(), "properties": {**sound()["properties"], "delivery_info": None}},
        {**sound(), "properties": {**sound()["properties"], "body_encoding": "rot13"}},
        {**sound(), "headers": None},
        {**sound(), "body": None},
        {**sound(), "body": "%%%"},
    ],
)
def test_what_is_no_message_is_known_by_its_form(found):
    """T34"""
    assert broker.is_message(sound())
    assert not broker.is_message(found)


def test_what_is_no_message_passes_by_and_the_next_one_arrives(channel, tmp_path, caplog):
    """T34: kombu would end the worker over each of them."""
    for number, text in enumerate(("", "no JSON", "[" * 100_000, "[]", '{"properties": null}')):
        (tmp_path / f"0{number}_forged.celery.msg").write_text(text)
    got = []
    consumer = channel.connection.client.Consumer(
        Queue("celery"), callbacks=[lambda body, message: got.append(body)], accept=["json"], no_ack=True
    )
    with consumer:
        channel._put("celery", {**sound(), "content-type": "application/json", "content-encoding": "utf-8"})
        deadline = time.monotonic() + 20
        while not got and time.monotonic() < deadline:
            with suppress(OSError):
                channel.connection.client.drain_events(timeout=0.2)
    assert got == [[]]
    assert caplog.text.count("was no message") == 5
