"""The sandbox knocks where a job asked it to, on this machine only."""

import json
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.sandbox.client import Caller


class Listener(HTTPServer):
    """Takes callbacks; refuses the first ones."""

    def __init__(self, refusals: int) -> None:
        super().__init__(("127.0.0.1", 0), Taker)
        self.refusals, self.taken = refusals, []

    def wait(self) -> list[dict]:
        self.timeout = 10
        while not self.taken:
            self.handle_request()
        return self.taken


class Taker(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.server.refusals:
            self.server.refusals -= 1
            self.send_response(500)
        else:
            self.server.taken.append({"path": self.path, "body": body})
            self.send_response(204)
        self.end_headers()

    def log_message(self, *words: object) -> None:
        """Quiet."""


@pytest.mark.parametrize("refusals", [0, 1])
def test_a_callback_carries_what_get_job_says(caller: Caller, refusals: int) -> None:
    with Listener(refusals) as listener:
        url = f"http://127.0.0.1:{listener.server_port}/done?x=1"
        job_id = caller.create(caller.job("song.mp3", callback=url))
        [taken] = listener.wait()
    assert taken["path"] == "/done?x=1"
    assert taken["body"] == {"getJobResponse": {"job": caller.look(job_id)}}


def test_a_failed_job_calls_back_too(caller: Caller) -> None:
    with Listener(0) as listener:
        url = f"http://127.0.0.1:{listener.server_port}/"
        caller.create(caller.job("nothing.mp3", callback=url))
        assert listener.wait()[0]["body"]["getJobResponse"]["job"]["state"] == 4


def test_a_callback_to_another_machine_is_kept_but_not_sent(caller: Caller) -> None:
    job_id = caller.create(caller.job("song.mp3", callback="http://192.0.2.1/hook"))
    assert caller.finish(job_id)["state"] == 3
