"""Lets hosts of the network reach what listens on the hub's loopback only."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from contextlib import suppress

from tests.servers.process import LOOPBACK

PIECE_BYTES = 64 * 1024


class Forwarder:
    """Passes connections to `address`:port on to 127.0.0.1:port, for each of `ports`, in a thread."""

    def __init__(self, address: str, ports: Sequence[int]) -> None:
        self._address, self._ports = address, ports
        self._loop = asyncio.new_event_loop()
        self._listening = threading.Event()
        self._thread = threading.Thread(target=self._run, name="forwarder", daemon=True)

    def __enter__(self) -> Forwarder:
        self._thread.start()
        if not self._listening.wait(10):
            raise RuntimeError(f"Nothing listens at {self._address}.")
        return self

    def __exit__(self, *args: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        for port in self._ports:
            self._loop.run_until_complete(self._listen(port))
        self._listening.set()
        self._loop.run_forever()

    async def _listen(self, port: int) -> None:
        async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                far_reader, far_writer = await asyncio.open_connection(LOOPBACK, port)
            except OSError:
                writer.close()
                return
            await asyncio.gather(_pass_on(reader, far_writer), _pass_on(far_reader, writer))

        await asyncio.start_server(forward, self._address, port)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await reader.read(PIECE_BYTES):
            writer.write(piece)
            await writer.drain()
    writer.close()
