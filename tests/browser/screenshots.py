"""Takes the pictures of docs/screenshots from a demo of its own: `make screenshots`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.chromium import launch
from tests.browser.visits import sign_in
from tests.demo_process import ROOT, DemoProcess

PICTURES = ROOT / "docs/screenshots"
LANGUAGES = {"en": "en-US", "zh": "zh-CN"}
SETTLE_MILLISECONDS = 1500
# The guide's own command with most of its placeholders filled in.
COMMAND = """curl -X POST http://service-mqk0mc83-1257411467.bj.apigw.tencentcs.com/release/register -d '{
"requestId": "test-regisiter-service", "action": "Register", "registerRequest": {
"operateUin": 100012345678, "userName": "studio", "cosConfig": {
"secretId": "AKIDexampleExampleExampleExample1234", "secretKey": "exampleExampleExampleExample1234",
"bucket": "my-songs-1251234567", "region": <CosConfig.region> }}}'"""


def take_pictures(browser: Browser, demo: DemoProcess) -> None:
    subjects = {"result": demo.job_url, "board": demo.url}
    for language, locale in LANGUAGES.items():
        with browser.new_context(locale=locale, viewport={"width": 1280, "height": 800}) as visit:
            page = visit.new_page()
            sign_in(page, demo)
            for subject, address in subjects.items():
                page.goto(address)
                page.wait_for_timeout(SETTLE_MILLISECONDS)
                page.screenshot(path=PICTURES / f"{subject}-{language}.png")
            read_command(page, demo)
            page.screenshot(path=PICTURES / f"wizard-{language}.png")


def read_command(page: Page, demo: DemoProcess) -> None:
    """The wizard, filled in by a pasted command."""
    page.goto(f"{demo.url}accounts/register/?new")
    page.fill("[name=pasted]", COMMAND)
    page.click("[name=intent][value=paste]")
    page.wait_for_timeout(SETTLE_MILLISECONDS)


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as data,
        DemoProcess(Path(data)) as demo,
        sync_playwright() as playwright,
        launch(playwright) as browser,
    ):
        take_pictures(browser, demo)


if __name__ == "__main__":
    main()
