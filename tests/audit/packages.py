"""What advisory databases know about the packages that we install, or the plain word that nobody was asked.

pip-audit ends well when it has audited nothing (a mirror without advisories, no network), so each database
first has to find fault with a package that is known to be broken.
"""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tests.audit.code import BIN
from tests.demo_process import ROOT

LOCKS = (
    "requirements.txt",
    "requirements-dev.txt",
    "setup/requirements-node.txt",
    "setup/requirements-redis.txt",
)
DATABASES = ("pypi", "osv")
KNOWN_BROKEN = Path(__file__).with_name("known_broken.txt")
SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class Audit:
    """How many packages a database judged, what it knows against them, and why it could not be asked."""

    audited: int = 0
    known: list[str] = field(default_factory=list)
    trouble: str = ""


def locked(name: str) -> set[str]:
    """The packages that a lock pins, as `name==version`."""
    return set(re.findall(r"^([a-z0-9][\w.-]*==[^\s;\\]+)", (ROOT / name).read_text(), re.MULTILINE))


def audit() -> Audit:
    """Asks the first database that can tell a broken package from a good one about all that is locked."""
    troubles = []
    for database in DATABASES:
        control = _asked(KNOWN_BROKEN, database)
        if not control.known:
            troubles.append(
                control.trouble or f"{database} finds no fault with a package that is known to be broken"
            )
            continue
        return _together([_asked(ROOT / name, database) for name in LOCKS])
    return Audit(trouble="; ".join(troubles))


def _together(parts: list[Audit]) -> Audit:
    return Audit(
        audited=sum(part.audited for part in parts),
        known=sorted({one for part in parts for one in part.known}),
        trouble="; ".join(part.trouble for part in parts if part.trouble),
    )


def _asked(lock: Path, database: str) -> Audit:
    words = [
        *(BIN / "pip-audit", "--strict", "--disable-pip", "--no-deps", "--progress-spinner=off"),
        *("--timeout=15", f"--vulnerability-service={database}", "--format=json", f"--requirement={lock}"),
    ]
    try:
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS)
        return judged(json.loads(done.stdout))
    except subprocess.TimeoutExpired:
        return Audit(trouble=f"{database} did not answer within {SECONDS} s")
    except ValueError:
        return Audit(trouble=f"{database}: {_last_line(done.stderr)}")


def judged(report: dict[str, object]) -> Audit:
    """What a report of pip-audit comes to: packages that it passed over are not audited."""
    dependencies = report["dependencies"]
    assert isinstance(dependencies, list)
    asked = [one for one in dependencies if "skip_reason" not in one]
    known = [
        f"{one['name']}=={one['version']}: {fault['id']}, mended in {fault['fix_versions'] or 'no version'}"
        for one in asked
        for fault in one["vulns"]
    ]
    passed_over = len(dependencies) - len(asked)
    trouble = f"{passed_over} packages are not in the database" if passed_over else ""
    return Audit(audited=len(asked), known=known, trouble=trouble)


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return re.sub(r"^ERROR:pip_audit\._cli:", "", lines[-1])[:200] if lines else "said nothing"
