"""What a poll costs a program that does nothing else: aiohttp, signing and JSON, no database.

`python -m tests.benchmarks.bare_client <gateway> <at once> <warm> <window>` reads TMP's ids as JSON from its
input, and prints how many calls it made in the window and how many CPU seconds they took.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time

import aiohttp

from tencent.keys import GatewayKeys
from tencent.signing import signed_headers, utc_now
from tests.benchmarks.gateway import GATEWAY_ID, GATEWAY_KEY

KEYS = GatewayKeys(secret_id=GATEWAY_ID, secret_key=GATEWAY_KEY)
PLAIN = {"Content-Type": "application/json"}
PATIENCE = aiohttp.ClientTimeout(total=20)


class Client:
    """Asks about jobs, one after the other in each of `at_once` coroutines."""

    def __init__(self, gateway: str, tmp_ids: list[str]) -> None:
        self._url, self._tmp_ids = f"{gateway}/job", tmp_ids
        self.calls = 0
        self.ends = False

    async def run(self, *, at_once: int, warm: float, window: float) -> tuple[int, float]:
        """Calls and CPU seconds of the window."""
        connector = aiohttp.TCPConnector(limit=at_once)
        async with aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False
        ) as session:
            askers = [asyncio.create_task(self._ask(session)) for _ in range(at_once)]
            await asyncio.sleep(warm)
            calls, spent = self.calls, time.process_time()
            await asyncio.sleep(window)
            calls, spent = self.calls - calls, time.process_time() - spent
            self.ends = True
            await asyncio.gather(*askers)
        return calls, spent

    async def _ask(self, session: aiohttp.ClientSession) -> None:
        while not self.ends:
            asked = {"id": random.choice(self._tmp_ids)}
            body = {"action": "GetJob", "secretId": "id", "secretKey": "key", "getJobRequest": asked}
            headers = PLAIN | signed_headers(KEYS, "100012345678_bare", utc_now())
            async with session.post(
                self._url, data=json.dumps(body), headers=headers, timeout=PATIENCE
            ) as answer:
                told = json.loads(await answer.read())
            assert told["getJobResponse"]["job"]["state"]
            self.calls += 1


if __name__ == "__main__":
    client = Client(sys.argv[1], json.load(sys.stdin))
    at_once, warm, window = int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])
    print(json.dumps(asyncio.run(client.run(at_once=at_once, warm=warm, window=window))))
