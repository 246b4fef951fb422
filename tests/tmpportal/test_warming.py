"""A web process has read what it needs before it listens: no visitor waits for that."""

from __future__ import annotations

import subprocess
import sys

from tests.demo_process import ROOT, clean_env

# Whatever the door has read stays read when the files are gone for whoever looks for them.
PAGE = """
import tmpportal.wsgi
from django.template import engines
from django.template.loaders.filesystem import Loader
from django.urls import get_resolver

def gone(*_):
    raise AssertionError("a template was read from its file")

Loader.get_contents = gone
assert get_resolver().__dict__["url_patterns"]
for name in ("base.html", "jobs/job_detail.html", "account/login.html"):
    engines["django"].get_template(name)
print("warm")
"""


def test_the_door_has_read_addresses_and_templates_before_it_listens(tmp_path):
    told = subprocess.run(
        [sys.executable, "-c", PAGE],
        cwd=ROOT,
        env=clean_env(tmp_path),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert told.stdout.strip().endswith("warm"), told.stderr
