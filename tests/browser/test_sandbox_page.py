"""The sandbox's own page in a real Chromium: it keeps itself up to date, copies, and fits a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.axe import findings
from tests.sandbox.client import Bucket, Caller, register
from tests.sandbox_process import SandboxProcess


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    """A sandbox whose page nobody has seen yet."""
    with SandboxProcess(tmp_path_factory.mktemp("page"), ears="quick") as process:
        yield process


def registered(running: SandboxProcess) -> Caller:
    bucket = Bucket(running.store, running.bucket, running.secret_id, running.secret_key)
    return register(running.gateway, bucket)


def test_it_tells_what_happens_while_one_looks(
    page: Page, context: BrowserContext, running: SandboxProcess
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(running.gateway)
    expect(page.get_by_text("Nobody has registered yet")).to_be_visible()
    caller = registered(running)
    expect(page.locator("#accounts").get_by_text(caller.source)).to_be_visible()
    job_id = caller.create(caller.job("song.mp3", customId="watched"))
    caller.finish(job_id)
    expect(page.locator("#jobs").get_by_text("3 completed")).to_be_visible()
    running.outcome("fail", custom_id="night-")
    expect(page.locator("#trouble").get_by_text("custom_id night-")).to_be_visible()
    page.get_by_role("button", name="Copy").first.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert f"curl -sX POST {running.gateway}/register" in page.evaluate("navigator.clipboard.readText()")


def unfold(page: Page) -> None:
    page.locator("details").evaluate_all(
        "all => all.forEach(each => { each.removeAttribute('name'); each.open = true })"
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_fits_a_phone_with_everything_unfolded(
    phone_page: Page, running: SandboxProcess, language: str
) -> None:
    caller = registered(running)
    caller.create(caller.job("a/very/long/" + "x" * 80 + ".mp3", customId="y" * 60))
    running.key("tight")
    phone_page.goto(f"{running.gateway}/?lang={language}")
    unfold(phone_page)
    assert phone_page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_it(page: Page, running: SandboxProcess, scheme: str) -> None:
    registered(running)
    page.emulate_media(color_scheme=scheme)
    page.goto(running.gateway)
    unfold(page)
    assert findings(page) == []
