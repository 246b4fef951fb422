"""What is installed beside our own code, as CycloneDX: names, versions, licences, hashes that locks allow."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata
from typing import Any

from tests.demo_process import ROOT
from tmpportal.version import read_version

_PIN = re.compile(r"^([a-z0-9][\w.-]*)==([^\s;\\]+)((?:[^\n]*\\\n)*[^\n]*)", re.MULTILINE)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, kw_only=True)
class Package:
    """One pin of requirements.txt; `licence` is "" where it is not installed on this platform."""

    name: str
    version: str
    licence: str
    hashes: tuple[str, ...]


def packages() -> list[Package]:
    """What the portal itself needs, by name."""
    text = (ROOT / "requirements.txt").read_text()
    return [
        Package(name=name, version=version, licence=licence_of(name), hashes=tuple(_HASH.findall(rest)))
        for name, version, rest in _PIN.findall(text)
    ]


def licence_of(name: str) -> str:
    """What the package says of itself: an SPDX expression, its classifiers, or its own words."""
    try:
        said = metadata(name)
    except PackageNotFoundError:
        return ""
    classified = [
        line.rpartition(" :: ")[2]
        for line in said.get_all("Classifier") or ()
        if line.startswith("License ::")
    ]
    named = [one for one in classified if one != "OSI Approved"]
    words = said.get("License-Expression") or " or ".join(named) or said.get("License") or ""
    return words.strip().partition("\n")[0]


def document() -> dict[str, Any]:
    """The inventory as CycloneDX 1.5."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "tmp-portal", "version": read_version()}},
        "components": [_component(each) for each in packages()],
    }


def _component(each: Package) -> dict[str, Any]:
    licences = [{"license": {"name": each.licence}}] if each.licence else []
    return {
        "type": "library",
        "name": each.name,
        "version": each.version,
        "purl": f"pkg:pypi/{each.name}@{each.version}",
        "licenses": licences,
        # One for each platform that the lock allows.
        "hashes": [{"alg": "SHA-256", "content": digest} for digest in each.hashes],
    }


if __name__ == "__main__":
    json.dump(document(), sys.stdout, indent=1)
    sys.stdout.write("\n")
