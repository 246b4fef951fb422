"""Jobs in any state for journeys over the dashboard; made inside the demo's own Django."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.demo_process import ROOT, clean_env

# A job that is live and stays as it is, and such as a person decides about.
FILL = """
from datetime import timedelta
from django.utils import timezone
from accounts.models import Account
from tests.factories import make_job
account = Account.objects.earliest("created_at")
later = timezone.now() + timedelta(hours=1)
for name, state in {names}.items():
    make_job(account, source_name=name, state=state, lease_until=later)
"""


def fill(data: Path, **names: str) -> None:
    """Make a job of each name in the state beside it, in the running demo over `data`."""
    run(data, FILL.format(names=names))


def run(data: Path, code: str) -> None:
    """Run Python inside the Django of the running demo over `data`."""
    command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", code]
    subprocess.run(command, cwd=ROOT, env=clean_env(data), check=True, timeout=60)
