"""A person points at the times of an answer that the portal did not recognise, in a real Chromium."""

from __future__ import annotations

import json
import subprocess
import sys

from playwright.sync_api import Page, expect

from tests.browser.chromium import PATIENCE_MS
from tests.browser.visits import beats_of, sign_in
from tests.demo_process import ROOT, DemoProcess, clean_env

RATE, BEATS = 24_000, 40
TIMES = [round(0.25 + 0.7 * n, 2) for n in range(BEATS)]
# Two finished jobs of the demo's own song, in a dialect of which the portal knows no word.
PLANT = """
import json, os
from jobs.models import Job
from tests.factories import make_job
seen = Job.objects.get(pk=os.environ["JOB"])
held = {"volumes": json.loads(os.environ["TICKS"]), "energies": [3.5, 2.25, 9.0]}
answer = {"id": "t", "state": 3, "outputs": [{"smartContentResult": {"musicBeat": held}}]}
song = {name: getattr(seen, name) for name in ("source_path", "source_name", "source_seconds")}
told = {"state": "COMPLETED", "raw_answer": answer, "result": {"note": "no_times"}}
print(json.dumps([str(make_job(seen.account, **song, **told).pk) for _ in range(2)]))
"""


def plant(demo: DemoProcess) -> list[str]:
    """Addresses of two jobs without times."""
    ticks = json.dumps([round(time * RATE) for time in TIMES])
    env = {**clean_env(demo.data), "JOB": demo.job_url.rstrip("/").rpartition("/")[2], "TICKS": ticks}
    command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", PLANT]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    made: list[str] = json.loads(done.stdout)
    return [f"{demo.url}jobs/{each}/" for each in made]


def wait_for_beats(page: Page, address: str) -> list[float]:
    """The page of a job that a worker is reading again, once it has beats."""
    page.goto(address)
    for _ in range(PATIENCE_MS // 500):
        if found := beats_of(page):
            return found
        page.wait_for_timeout(500)
        page.reload()
    return []


def test_a_person_points_once_and_old_results_of_the_account_have_their_beats(
    page: Page, demo: DemoProcess
) -> None:
    first, other = plant(demo)
    sign_in(page, demo)
    page.goto(first)
    assert beats_of(page) == []
    page.get_by_role("link", name="Point at the times in the answer").click()
    expect(page.locator("[data-player][data-listens]")).to_be_visible()
    page.get_by_label("samples", exact=True).check()
    page.get_by_label("Samples or frames per second").fill(str(RATE))
    page.get_by_label("volumes[]").check()
    expect(page.get_by_role("status").filter(has_text=f"{BEATS} times")).to_be_visible()
    rows = page.locator("[data-player-table] tbody tr")
    expect(rows.first).to_contain_text("0:00.250")
    expect(page.get_by_role("img", name=f"Waveform with {BEATS} beats.")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Read the account's answers here").click()
    expect(page).to_have_url(first)
    expect(page.get_by_text("The portal remembers the place for this account.")).to_be_visible()
    assert beats_of(page) == TIMES
    assert wait_for_beats(page, other) == TIMES
    page.get_by_role("link", name="Change or forget the place").click()
    page.get_by_role("button", name="Forget it").click()
    expect(page.get_by_text("read without a hint again")).to_be_visible()
    assert beats_of(page) == []
