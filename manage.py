#!/usr/bin/env python
"""Django's command line: `python manage.py help` lists what can be done."""

import os
import sys
from pathlib import Path

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tmpportal.settings")
    if sys.argv[1:] in (["--version"], ["version"]):
        # Django would answer with its own.
        from tmpportal.version import read_version

        sys.exit(print(f"TMP Portal {read_version()}"))  # noqa: T201
    if sys.argv[1:2] == ["demo"]:
        # Demo data lives apart from a real portal's, and the settings read this before any command runs.
        os.environ.setdefault("TMPPORTAL_DATA", str(Path(__file__).resolve().parent / "var" / "demo"))
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
