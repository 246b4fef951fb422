"""How pages feel in a real Chromium with a thousand jobs: weight, first picture, calm, and quick answers."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from tests.benchmarks.figures import Figures, note
from tests.benchmarks.weights import Scripts, all_sheets
from tests.browser.chromium import launch, playing
from tests.browser.visits import COOKIE, sign_in, until
from tests.demo_process import ROOT, DemoProcess, clean_env

JOBS, LOADS, ROUNDS = 1_000, 5, 3
PORT = 8700
DESK = {"width": 1280, "height": 800}
# Of the slow visit: a phone's processor, and a server far away.
SLOWDOWN, ROUND_TRIP_MS = 4, 150
# Long enough for the first looks of a live page.
CALM_MS = 3_000
# The shortest answer that Chromium reports; what it does not report was quicker.
SHORTEST_MS = 16
PERCENTILE = 0.95

WATCH = """
window.seen = { lcp: 0, shift: 0, slowest: 0 };
const watch = (type, note, more) => new PerformanceObserver((list) => list.getEntries().forEach(note))
  .observe({ type, buffered: true, ...more });
watch("largest-contentful-paint", (entry) => (seen.lcp = entry.startTime / 1000));
watch("layout-shift", (entry) => { if (!entry.hadRecentInput) seen.shift += entry.value; });
watch("event", (entry) => { if (entry.interactionId) seen.slowest = Math.max(seen.slowest, entry.duration); },
  { durationThreshold: 16 });
"""
FILL = """
import os
from django.contrib.auth.models import User
from tests.benchmarks.dashboard_rows import fill
fill(int(os.environ["ROWS"]), User.objects.get(username=os.environ["PERSON"]))
"""


class Visits:
    """Visits of one signed-in person; `pages` are addresses by name."""

    def __init__(self, browser: Browser, demo: DemoProcess) -> None:
        self._browser = browser
        self.pages = {"dashboard": demo.url, "result": demo.job_url}
        with browser.new_context(locale="en-US") as first:
            sign_in(first.new_page(), demo)
            self._cookies: Any = [each for each in first.cookies() if each["name"] == COOKIE]

    @contextmanager
    def visit(self, *, slow: bool = False) -> Iterator[Page]:
        """A page of a browser that has nothing in its cache."""
        with self._browser.new_context(locale="en-US", viewport=DESK) as context:
            context.add_cookies(self._cookies)
            context.add_init_script(WATCH)
            page = context.new_page()
            if slow:
                _slow_down(context, page)
            yield page

    def weight(self, name: str) -> float:
        """Kilobytes of all its scripts after gzip."""
        with self.visit() as page:
            scripts = Scripts(page)
            page.goto(self.pages[name], wait_until="networkidle")
            return scripts.kilobytes

    def first_picture(self, name: str, *, slow: bool = False) -> float:
        """Seconds from the click until the largest thing in sight is painted."""
        return median(self._first_picture(name, slow) for _ in range(LOADS))

    def _first_picture(self, name: str, slow: bool) -> float:
        with self.visit(slow=slow) as page:
            page.goto(self.pages[name], wait_until="load")
            until(page, "seen.lcp > 0")
            page.wait_for_timeout(300)
            return float(page.evaluate("seen.lcp"))

    def shift(self, name: str) -> float:
        """How much moved by itself: Chromium's sum of shares of the screen."""
        with self.visit() as page:
            page.goto(self.pages[name], wait_until="load")
            page.wait_for_timeout(CALM_MS)
            return float(page.evaluate("seen.shift"))

    def answers(self) -> list[float]:
        """Milliseconds from each click or key to the next picture, on both pages."""
        found: list[float] = []
        for name, doings in {"dashboard": _on_dashboard, "result": _on_result}.items():
            with self.visit() as page:
                page.goto(self.pages[name], wait_until="networkidle")
                found += [_answer(page, doing) for doing in doings(page)]
        return found


def _slow_down(context: BrowserContext, page: Page) -> None:
    session = context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    line = {"offline": False, "latency": ROUND_TRIP_MS, "downloadThroughput": -1, "uploadThroughput": -1}
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", line)


def _answer(page: Page, doing: Callable[[], object]) -> float:
    page.evaluate("seen.slowest = 0")
    doing()
    # Two pictures later everything that the first one had to show is reported.
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.wait_for_timeout(60)
    return max(float(page.evaluate("seen.slowest")), SHORTEST_MS)


def _on_dashboard(page: Page) -> Iterator[Callable[[], object]]:
    boxes = page.locator("tbody input[type=checkbox]")
    yield from (boxes.nth(number).click for number in range(12))
    search = page.locator("input[type=search], input[name=text]").first
    yield search.click
    yield from (lambda letter=letter: page.keyboard.press(letter) for letter in "song 99")
    menu = page.locator(".topbar summary, .topbar [aria-expanded]").last
    yield from (menu.click, menu.click)
    yield from (lambda: page.keyboard.press("Tab") for _ in range(8))


def _on_result(page: Page) -> Iterator[Callable[[], object]]:
    stage = page.locator("[data-player-stage]")
    yield from (lambda x=x: stage.click(position={"x": x, "y": 90}) for x in range(100, 900, 100))
    for key in ("+", "+", "+", "ArrowRight", "Shift+ArrowRight", "Shift+ArrowLeft", "c", "f", "0", "Space"):
        yield lambda key=key: page.keyboard.press(key)
    yield lambda: page.keyboard.press("Space")


def measure(visits: Visits) -> dict[str, float]:
    """One round of all that a clock or the screen tells."""
    told: dict[str, float] = {}
    kinds: dict[str, Callable[[str], float]] = {
        "lcp_s_loopback": visits.first_picture,
        "lcp_s_slow": lambda name: visits.first_picture(name, slow=True),
        "layout_shift": visits.shift,
    }
    for kind, look in kinds.items():
        cases = {name: look(name) for name in visits.pages}
        told |= {kind: max(cases.values()), **{f"{kind}_{name}": value for name, value in cases.items()}}
    answers = sorted(visits.answers())
    return told | {"interaction_ms_p95": answers[int(PERCENTILE * (len(answers) - 1))]}


def main() -> dict[str, float]:
    """Print and return the figures."""
    figures = Figures()
    with tempfile.TemporaryDirectory() as folder, DemoProcess(Path(folder), port=PORT) as demo:
        _fill(Path(folder), demo.user)
        with playing() as playwright:
            browser = launch(playwright)
            visits = Visits(browser, demo)
            note(f"pages: {JOBS} jobs in the embedded portal, {ROUNDS} rounds of {LOADS} first visits")
            note(
                f"slow: {SLOWDOWN} times slower CPU and {ROUND_TRIP_MS} ms a round trip, in Chromium's words"
            )
            for name in visits.pages:
                figures.add({f"{name}_js_kb_gzip": visits.weight(name)})
            figures.add({"css_kb_gzip": all_sheets()})
            for _ in range(ROUNDS):
                figures.add(measure(visits))
            browser.close()
    print("\n".join(figures.lines()), flush=True)
    return figures.medians()


def _fill(data: Path, person: str) -> None:
    command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", FILL]
    env = clean_env(data) | {"ROWS": str(JOBS), "PERSON": person}
    subprocess.run(command, cwd=ROOT, env=env, check=True, timeout=120)


if __name__ == "__main__":
    main()
