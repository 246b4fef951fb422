"""A link that expires is copied, a video's sound is taken out, and both end in beats."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tencent.bucket import Bucket
from tencent.keys import BucketKeys
from tests.browser.axe import findings
from tests.browser.visits import sign_in
from tests.demo_process import DemoProcess, commands_of
from tests.media import media
from tests.songs import clicks


@pytest.fixture
def bucket(demo: DemoProcess) -> Bucket:
    """The sandbox's own, as the demo's processes know it."""
    known: dict[str, str] = {}
    for pid in commands_of(demo.data):
        pairs = (Path("/proc") / str(pid) / "environ").read_bytes().decode().split("\0")
        given = [pair.partition("=") for pair in pairs if pair.startswith("TMPPORTAL_SANDBOX_")]
        known |= {name.removeprefix("TMPPORTAL_SANDBOX_"): value for name, _, value in given}
    keys = BucketKeys(secret_id=known["SECRET_ID"], secret_key=known["SECRET_KEY"])
    return Bucket(known["BUCKET"], known["REGION"], keys, store_url=known["STORE"])


def begin(page: Page, demo: DemoProcess) -> None:
    sign_in(page, demo)
    page.goto(f"{demo.url}jobs/new/musicBeat/")


def see_it_end(page: Page) -> None:
    expect(page).to_have_url(re.compile(r"/jobs/[0-9a-f-]{36}/$"))
    expect(page.locator("#job [data-state=COMPLETED]")).to_be_visible()
    expect(page.locator("[data-player-table] tbody tr")).not_to_have_count(0)


def test_a_link_that_expires_is_copied_by_itself(page: Page, demo: DemoProcess, bucket: Bucket) -> None:
    bucket.put("elsewhere/song.wav", clicks(12, 120))
    begin(page, demo)
    page.check("[name=source][value=url]")
    page.fill("[name=url]", "https://songs.example.com/a.mp3?Expires=1")
    expect(page.locator("#id_copy")).to_be_checked()
    expect(page.locator("#preparing")).to_contain_text("good for some time only")
    assert findings(page) == []
    page.fill("[name=url]", "https://songs.example.com/a.mp3")
    expect(page.locator("#id_copy")).not_to_be_checked()
    page.fill("[name=url]", bucket.signed_url("elsewhere/song.wav"))
    expect(page.locator("#id_copy")).to_be_checked()
    page.get_by_role("button", name="Create job").click()
    see_it_end(page)
    expect(page.locator(".timeline")).to_contain_text("The song was copied into the bucket")


def test_a_videos_sound_is_sent_by_one_tick(phone_page: Page, demo: DemoProcess) -> None:
    page = phone_page
    begin(page, demo)
    film = {
        "name": "clip.mp4",
        "mimeType": "video/mp4",
        "buffer": media("mp4", "aac", video="mpeg4", seconds=12.0),
    }
    page.set_input_files("input[type=file]", film)
    page.get_by_role("button", name="Create job").click()
    expect(page.locator("#send")).to_be_visible()
    expect(page.locator("#id_as_audio")).to_be_checked()
    expect(page.locator("main")).to_contain_text("clip.mp4: a video (MP4) with AAC sound")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert findings(page) == []
    page.click("#send")
    expect(page).to_have_url(re.compile(r"/jobs/[0-9a-f-]{36}/$"))
    expect(page.locator("#job [data-state=COMPLETED]")).to_be_visible()
    expect(page.locator(".timeline")).to_contain_text("The sound was taken out of the file")
