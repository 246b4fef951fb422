"""Hosts in miniature: network namespaces on a bridge, each of which may be cut off. Nothing leads out."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

PREFIX = "tmp-portal"
HUB = "hub"
HUB_ADDRESS = "10.209.0.1"
NET_BITS = 24


def missing() -> str:
    """What this machine lacks, in a sentence; "" when there is nothing."""
    if os.geteuid() != 0:
        return "make netns needs root: it makes network namespaces."
    if not shutil.which("ip"):
        return "make netns needs the program ip: install iproute2."
    name = f"{PREFIX}-{os.getpid()}-try"
    said = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True)
    if said.returncode:
        return f"This machine makes no network namespaces: {said.stderr.strip()}"
    _ip("netns", "del", name)
    return ""


class Network:
    """The hub, with an address of its own on a bridge, and `hosts` around it; of the process `owner`.

    Whoever runs in the hub may build a Network of the same owner, to pull plugs.
    """

    def __init__(self, hosts: tuple[str, ...], *, owner: int) -> None:
        self.hosts, self.owner = hosts, owner

    def namespace(self, host: str) -> str:
        """The name that `ip netns` knows."""
        return f"{PREFIX}-{self.owner}-{host}"

    def set_up(self) -> None:
        """Make all of it; raises CalledProcessError."""
        remove_strays()
        for host in (HUB, *self.hosts):
            _ip("netns", "add", self.namespace(host))
            self._in(host, "link", "set", "lo", "up")
        self._in(HUB, "link", "add", "bridge", "type", "bridge")
        self._in(HUB, "addr", "add", f"{HUB_ADDRESS}/{NET_BITS}", "dev", "bridge")
        self._in(HUB, "link", "set", "bridge", "up")
        for number, host in enumerate(self.hosts, start=2):
            there = self.namespace(host)
            self._in(HUB, "link", "add", host, "type", "veth", "peer", "name", "uplink", "netns", there)
            self._in(HUB, "link", "set", host, "master", "bridge")
            self._in(HUB, "link", "set", host, "up")
            address = f"{HUB_ADDRESS.rpartition('.')[0]}.{number}/{NET_BITS}"
            self._in(host, "addr", "add", address, "dev", "uplink")
            self._in(host, "link", "set", "uplink", "up")

    def tear_down(self) -> None:
        """Remove all of it; harmless when repeated."""
        for host in (*self.hosts, HUB):
            subprocess.run(["ip", "netns", "del", self.namespace(host)], capture_output=True)

    def command(self, host: str) -> list[str]:
        """What to put before a command that shall run there, in the same process."""
        return ["ip", "netns", "exec", self.namespace(host)]

    def cut_off(self, host: str) -> None:
        """Pull its plug: nothing arrives, and nobody is told."""
        self._in(HUB, "link", "set", host, "down")

    def reconnect(self, host: str) -> None:
        """Put the plug back."""
        self._in(HUB, "link", "set", host, "up")

    def _in(self, host: str, *words: str) -> None:
        _ip("-netns", self.namespace(host), *words)


def remove_strays() -> None:
    """Namespaces of ours whose owner is dead."""
    said = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True).stdout
    for name, owner in re.findall(rf"^({PREFIX}-(\d+)-\w+)", said, re.MULTILINE):
        if not Path(f"/proc/{owner}").exists():
            subprocess.run(["ip", "netns", "del", name], capture_output=True)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)
