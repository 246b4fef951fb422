"""T36: what is installed and served is what was locked, to the byte, and under licences that we may ship."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders

from tests.audit.inventory import document, packages
from tests.demo_process import ROOT
from tmpportal.launch import UNUSED_STATIC

RECORDED = Path(__file__).with_name("static_files.sha256")
# Copyleft that ends at the library's own files; NOTICE names each.
LIBRARIES = {
    "psycopg": "LGPL-3.0-only",
    "psycopg-binary": "LGPL-3.0-only",
    "certifi": "Mozilla Public License",
}
# Not installed on Linux with a current Python.
ELSEWHERE = {"async-timeout", "colorama", "tzdata"}
PERMISSIVE = re.compile(r"\b(MIT|MIT-0|0?BSD\b|Apache|PSF|Python Software Foundation)")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder with one wheel, as an index would give it out."""
    with zipfile.ZipFile(tmp_path / "songbird-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("songbird.py", "")
        wheel.writestr(
            "songbird-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: songbird\nVersion: 1.0\n"
        )
        wheel.writestr("songbird-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr("songbird-1.0.dist-info/RECORD", "")
    return tmp_path


def install(shop: Path, line: str) -> subprocess.CompletedProcess[str]:
    (shop / "lock.txt").write_text(f"{line}\n")
    words = [
        "install",
        "--dry-run",
        "--no-index",
        "--no-deps",
        "--require-hashes",
        "--disable-pip-version-check",
    ]
    command = [sys.executable, "-m", "pip", *words, "--find-links", shop, "-r", shop / "lock.txt"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_a_package_whose_bytes_are_not_the_locked_ones_is_not_installed(shop: Path) -> None:
    wheel = next(shop.glob("*.whl"))
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    good = install(shop, f"songbird==1.0 --hash=sha256:{digest}")
    assert good.returncode == 0, good.stderr
    with zipfile.ZipFile(wheel, "a") as changed:
        changed.writestr("songbird_extra.py", "print('not what was locked')")
    bad = install(shop, f"songbird==1.0 --hash=sha256:{digest}")
    assert bad.returncode != 0
    assert "DO NOT MATCH THE HASHES" in bad.stderr
    assert install(shop, "songbird==1.0").returncode != 0


def test_every_lock_has_a_hash_for_every_package() -> None:
    for path in [*ROOT.glob("requirements*.txt"), *ROOT.glob("setup/requirements*.txt")]:
        pins = re.split(r"^(?=[a-z0-9][\w.-]*==)", path.read_text(), flags=re.MULTILINE)[1:]
        assert pins
        assert [pin for pin in pins if "--hash=sha256:" not in pin] == []


@pytest.mark.parametrize("name", ["setup/install", "docker/Dockerfile", "Makefile"])
def test_every_way_to_install_asks_for_the_hashes(name: str) -> None:
    """None installs from a lock without them, or runs what npm packages bring for their installing."""
    text = (ROOT / name).read_text().replace("\\\n", " ")
    installs = [line for line in text.splitlines() if re.search(r"pip install\b.* -r", line)]
    assert installs
    assert [line for line in installs if "--require-hashes" not in line] == []
    assert "npm install" not in text
    assert name != "Makefile" or re.search(r"^QUIET := --ignore-scripts", text, re.MULTILINE)


def test_npm_packages_are_locked_by_digest_and_none_is_served() -> None:
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert [name for name, each in locked.items() if name and not each.get("integrity")] == []
    assert not [folder for folder in settings.STATICFILES_DIRS if "node_modules" in str(folder)]
    assert "node_modules" not in (ROOT / "docker/Dockerfile").read_text()


def served_scripts() -> dict[str, str]:
    """SHA-256 of each script of others that the portal serves to browsers, by its address."""
    found = {}
    for finder in get_finders():
        for path, storage in finder.list(UNUSED_STATIC):
            source = Path(storage.path(path))
            if path.endswith((".js", ".mjs")) and not source.is_relative_to(ROOT / "static"):
                found.setdefault(path, hashlib.sha256(source.read_bytes()).hexdigest())
    return found


def test_scripts_of_others_are_byte_for_byte_those_that_were_looked_at() -> None:
    recorded = dict(reversed(line.split("  ", 1)) for line in RECORDED.read_text().splitlines())
    assert recorded
    assert served_scripts() == recorded


def test_the_inventory_lists_what_is_locked_with_hashes_and_licences() -> None:
    components = document()["components"]
    assert len(components) == len(packages()) > 40
    assert [each["name"] for each in components if not each["hashes"]] == []
    assert {each.name for each in packages() if not each.licence} <= ELSEWHERE


def test_licences_are_permissive_but_for_libraries_that_are_named() -> None:
    for each in packages():
        if each.name in LIBRARIES:
            assert LIBRARIES[each.name] in each.licence
            assert each.name.removesuffix("-binary") in (ROOT / "NOTICE").read_text()
        elif each.name not in ELSEWHERE:
            assert PERMISSIVE.search(each.licence), f"{each.name}: {each.licence}"
            assert not re.search(r"\bA?GPL", each.licence)
