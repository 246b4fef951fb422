"""The process that reads results, started by `jobs.engine.reading`: an answer or a file that eats it up hurts
nobody else. It has no keys and no database; what it wants from the bucket it asks for."""

from __future__ import annotations

import json
import os
import socket
import sys
import traceback
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from jobs.capabilities.base import Capability, OpenFile
from jobs.capabilities.reading.pointing import Spot, members_of, with_spot
from jobs.engine.bounds import OUT_OF_MEMORY, bound_myself, bound_time, die_with_parent
from jobs.engine.frames import Channel, Cut

# Beyond what it takes before it reads anything.
MEMORY_BYTES = 512 * 1024 * 1024
# As much as the parent may send: an answer or one file.
MOST_BYTES = 64 * 1024 * 1024
# Nobody wants anything of it for so long: it makes room.
IDLE_SECONDS = 60.0


def main(names: list[str]) -> None:
    """Serve the socket that is standard input with the capabilities of these dotted names, until it ends."""
    die_with_parent()
    settings.configure(USE_I18N=False)
    known = {each.key: each for each in (import_string(name)() for name in names)}
    channel = Channel(socket.socket(fileno=0), most_bytes=MOST_BYTES)
    bound_myself(MEMORY_BYTES)
    with suppress(Cut, TimeoutError):
        channel.tell({"ready": True})
        while True:
            order = channel.hear(IDLE_SECONDS)
            bound_time(order["cpu_seconds"])
            try:
                channel.send(_read(known, order, channel))
            except MemoryError:
                os._exit(OUT_OF_MEMORY)


def _read(known: dict[str, Capability], order: dict[str, Any], channel: Channel) -> bytes:
    """The result, or why there is none; of an error only its kind and place, as it may quote the file."""

    def open_file(name: str) -> bytes:
        channel.tell({"open": name})
        said = channel.hear()
        if said.get("missing"):
            raise FileNotFoundError(name)
        if said.get("unfit"):
            raise ValueError(name)
        return channel.receive()

    try:
        return json.dumps(_wanted(known[order["capability"]], order, open_file)).encode()
    except (Cut, MemoryError):
        raise
    except Exception as error:
        where = "".join(traceback.format_tb(error.__traceback__)[-5:])
        return json.dumps({"trouble": f"{type(error).__name__}\n{where}"}).encode()


def _wanted(capability: Capability, order: dict[str, Any], open_file: OpenFile) -> dict[str, Any]:
    """The members that a person can point at, or the result, by the spot that one pointed at if any."""
    found, seconds = order["found"], order["seconds"]
    if order["lists_members"]:
        return {"members": [asdict(member) for member in members_of(found, open_file)]}
    if not order["spot"]:
        return {"result": capability.read(found, open_file, seconds=seconds).to_json()}
    open_once = cache(open_file)
    result = capability.read(found, open_once, seconds=seconds)
    spot = Spot.from_json(order["spot"])
    return {"result": with_spot(result, found, open_once, spot, seconds=seconds).to_json()}


if __name__ == "__main__":
    main(sys.argv[1:])
