"""Takes the pictures of docs/screenshots from a demo of its own: `make screenshots`."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from sandbox.assembly import Sandbox
from tests.browser.chromium import launch, playing
from tests.browser.visits import sign_in
from tests.demo_process import ROOT, DemoProcess
from tests.sandbox.client import register
from tests.sandbox.conftest import bucket_of
from tests.songs import clicks

PICTURES = ROOT / "docs/screenshots"
LANGUAGES = {"en": "en-US", "zh": "zh-CN"}
SETTLE_MILLISECONDS = 1500
# The guide's own command with most of its placeholders filled in.
COMMAND = """curl -X POST http://service-mqk0mc83-1257411467.bj.apigw.tencentcs.com/release/register -d '{
"requestId": "test-regisiter-service", "action": "Register", "registerRequest": {
"operateUin": 100012345678, "userName": "studio", "cosConfig": {
"secretId": "AKIDexampleExampleExampleExample1234", "secretKey": "exampleExampleExampleExample1234",
"bucket": "my-songs-1251234567", "region": <CosConfig.region> }}}'"""


SONGS = ("夜车", "Midnight express", "晴天", "Harbour lights", "光辉岁月", "Paper moon", "海阔天空")
LOST = "albums/2026/lost tape.mp3"


def take_pictures(browser: Browser, demo: DemoProcess) -> None:
    with browser.new_context(locale=LANGUAGES["en"]) as visit:
        page = visit.new_page()
        sign_in(page, demo)
        # Pictures are of pages as they are for good.
        page.get_by_text("No more hints").click()
        expect(page.locator(".hint")).to_have_count(0)
        batch = send_batch(page, demo)
    subjects = {"result": demo.job_url, "board": demo.url, "batch": batch}
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


def send_batch(page: Page, demo: DemoProcess) -> str:
    """A batch that has ended, one song of which is not in the bucket; the address of its page."""
    form = f"{demo.url}jobs/new/musicBeat/"
    page.goto(form)
    files = [
        {"name": f"{name}.wav", "mimeType": "audio/wav", "buffer": clicks(20 + 3 * number, 96 + 7 * number)}
        for number, name in enumerate(SONGS)
    ]
    page.set_input_files("input[type=file]", files)
    page.get_by_role("button", name="Create job").click()
    # They are in the bucket now, and need not be sent as they are.
    expect(page.locator("#send")).to_be_visible()
    page.goto(form)
    paths = page.locator("input[name=path]").evaluate_all("found => found.map((each) => each.value)")
    page.get_by_label("As a list").check()
    page.get_by_label("One song a line").fill("\n".join([*paths, LOST]))
    page.locator("summary", has_text="More").click()
    page.get_by_label("Label").fill("Night drive 夜车")
    page.get_by_role("button", name="Create job").click()
    page.locator("#send").click()
    expect(page.locator("#retry-failed")).to_be_visible()
    expect(page.locator("#cancel-waiting")).to_have_count(0)
    expect(page.locator("#batch")).not_to_have_attribute("data-watch", "")
    return page.url


def read_command(page: Page, demo: DemoProcess) -> None:
    """The wizard, filled in by a pasted command."""
    page.goto(f"{demo.url}accounts/register/?new")
    page.fill("[name=pasted]", COMMAND)
    page.click("[name=intent][value=paste]")
    page.wait_for_timeout(SETTLE_MILLISECONDS)


def take_sandbox(browser: Browser) -> None:
    """The sandbox's own page, with jobs of two accounts and trouble on the way."""
    with Sandbox(buckets=2, ears="quick", port=8600, store_port=8601) as sandbox:
        callers = [
            register(sandbox.gateway.url, bucket_of(sandbox, number), userName=name)
            for number, name in enumerate(("studio", "editing"))
        ]
        sandbox.outcome("never_ends", custom_id="harbour")
        sandbox.outcome("fail", custom_id="lost", message="10004 Engine Error")
        for number, custom_id in enumerate(("夜车", "take-1", "harbour", "take-2", "lost")):
            caller = callers[number % 2]
            caller.create(caller.job(f"songs/{custom_id}.mp3", customId=custom_id))
        time.sleep(SETTLE_MILLISECONDS / 1000)
        sandbox.fault("http", status=503, action="CreateJob", caller=callers[0].source, times=3)
        sandbox.fault("slow", seconds=2, share=0.1, times=1000)
        with browser.new_context(locale=LANGUAGES["en"], viewport={"width": 1280, "height": 1060}) as visit:
            page = visit.new_page()
            page.goto(sandbox.gateway.url)
            page.screenshot(path=PICTURES / "sandbox-en.png")


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as data,
        DemoProcess(Path(data)) as demo,
        playing() as playwright,
        launch(playwright) as browser,
    ):
        take_pictures(browser, demo)
        take_sandbox(browser)


if __name__ == "__main__":
    main()
