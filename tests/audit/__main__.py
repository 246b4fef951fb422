"""Runs the audit: prints what was found and `name=value` lines.

Ends with 1 when something was found, with 2 when packages could not be audited.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from tests.audit import code, keys, packages


def main() -> int:
    """The exit status."""
    blind = code.blind_rules()
    findings = {"bandit": code.bandit(), "semgrep": code.semgrep(), "secrets": keys.found()}
    audit = packages.audit()
    for line in (*blind, *(one for found in findings.values() for one in found), *audit.known):
        print(line)
    locked = set().union(*map(packages.locked, packages.LOCKS))
    figures = {
        "bandit_findings": len(findings["bandit"]),
        "semgrep_rules": len(code.rule_ids()),
        "semgrep_planted": sum(is_bad for *_place, is_bad in code.planted()),
        "semgrep_blind": len(blind),
        "semgrep_findings": len(findings["semgrep"]),
        "secrets_found": len(findings["secrets"]),
        "secrets_accepted": sum(map(len, keys.accepted().values())),
        "packages_locked": len(locked),
        "packages_audited": audit.audited,
        "packages_vulnerable": len(audit.known),
    }
    print(*(f"{name}={value}" for name, value in figures.items()), sep="\n")
    return _verdict([*blind, *(one for found in findings.values() for one in found), *audit.known], audit)


def _verdict(bad: Sequence[object], audit: packages.Audit) -> int:
    if audit.trouble or not audit.audited:
        print(f"NOT AUDITED: nothing is known about the packages. {audit.trouble}.")
    if bad:
        return 1
    return 2 if audit.trouble or not audit.audited else 0


if __name__ == "__main__":
    sys.exit(main())
