"""`make netns`: two worker hosts, one of which is cut off from the rest for a while (Linux, root)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from tests.demo_process import ROOT
from tests.netns.network import HUB, Network, missing
from tests.netns.story import HOSTS


def main() -> int:
    """The exit status; 2 when this machine lacks something."""
    if lack := missing():
        print(lack, file=sys.stderr)
        return 2
    network = Network(HOSTS, owner=os.getpid())
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    try:
        network.set_up()
        words = [sys.executable, "-m", "tests.netns.story", str(network.owner)]
        return subprocess.run([*network.command(HUB), *words], cwd=ROOT).returncode
    finally:
        network.tear_down()


if __name__ == "__main__":
    sys.exit(main())
