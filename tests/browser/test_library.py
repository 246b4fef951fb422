"""The library as a person uses it: by keyboard at a desk, by thumb on a phone."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psutil
import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import findings
from tests.browser.complaints import Complaints
from tests.browser.dropping import DROP, TAKE_ALONG
from tests.browser.visits import sign_in, until
from tests.demo_process import ROOT, DemoProcess, clean_env
from tests.songs import clicks

# Songs, a text, and a text with a key of the account in it.
FILL = """
from accounts.clients import bucket_for
from accounts.models import Account, Song
from tests.factories import make_job
from tests.songs import tone
account = Account.objects.earliest("created_at")
bucket, folder = bucket_for(account), "{folder}"
for number, name in enumerate(("first.wav", "second.wav", "third.wav")):
    bucket.put(f"{{folder}}/{{name}}", tone(seconds=20), content_type="audio/wav")
bucket.put(f"{{folder}}/notes.json", b'{{"tempo": 120, "text": "<b>plain</b>"}}')
bucket.put(f"{{folder}}/secret notes.txt", f"key: {{account.tmp_secret_key}}".encode())
bucket.put(f"{{folder}}/deeper/fourth.wav", tone(), content_type="audio/wav")
Song.objects.create(account=account, path=f"{{folder}}/first.wav", name="夜曲 — live.wav", size=1)
make_job(account, source_path=f"{{folder}}/second.wav", source_name="second.wav", state="CANCELED")
"""


IS_HEARD = """() => {
    const audio = document.querySelector("[data-dock-audio]");
    return !audio.paused && audio.currentTime > 0;
}"""


@pytest.fixture
def folder(demo: DemoProcess) -> str:
    name = f"shelf-{uuid4().hex[:8]}"
    command = [
        sys.executable,
        "manage.py",
        "shell",
        "--verbosity",
        "0",
        "--command",
        FILL.format(folder=name),
    ]
    subprocess.run(command, cwd=ROOT, env=with_sandbox(demo), check=True, timeout=60)
    return name


def with_sandbox(demo: DemoProcess) -> dict[str, str]:
    """An environment in which the demo's bucket can be reached, as its own processes have it."""
    for child in psutil.Process(demo.process.pid).children(recursive=True):
        told = {
            name: value for name, value in child.environ().items() if name.startswith("TMPPORTAL_SANDBOX_")
        }
        if told:
            return clean_env(demo.data) | told
    raise AssertionError("no process of the demo knows the sandbox")


@pytest.fixture
def shelf(page: Page, demo: DemoProcess, folder: str) -> Page:
    """At a desk, in the folder."""
    return opened(page, demo, folder)


@pytest.fixture
def phone_shelf(phone_page: Page, demo: DemoProcess, folder: str) -> Iterator[Page]:
    """On a phone, in the folder."""
    yield opened(phone_page, demo, folder)


def opened(page: Page, demo: DemoProcess, folder: str) -> Page:
    sign_in(page, demo)
    page.goto(f"{demo.url}library/")
    if page.url.endswith("/library/"):
        # Journeys before may have made another account.
        page.get_by_role("link", name=re.compile("^demo ")).click()
    page.goto(f"{page.url.partition('?')[0]}?prefix={folder}")
    return page


def line(page: Page, name: str) -> str:
    return f"#listing tr:has([data-line]:text-is('{name}'))"


def plays(page: Page, name: str) -> None:
    expect(page.locator("[data-dock-name]")).to_have_text(name)
    until(page, IS_HEARD)


def test_songs_are_heard_and_files_seen_by_keyboard_alone(shelf: Page) -> None:
    page = shelf
    expect(page.locator(f"{line(page, 'secret notes.txt')} .badge--keys")).to_be_visible()
    expect(page.locator(f"{line(page, 'second.wav')} .files__jobs")).to_have_text("1 job")
    page.focus("[data-line]:text-is('deeper')")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    plays(page, "夜曲 — live.wav")
    expect(page.locator("[data-dock-place]")).to_have_text("1 of 3 on this page")
    page.click("[data-dock-step='1']")
    plays(page, "second.wav")
    page.focus("[data-line]:text-is('notes.json')")
    page.keyboard.press("Enter")
    expect(page.locator("#panel pre")).to_have_text('{"tempo": 120, "text": "<b>plain</b>"}')
    expect(page.locator(f"{line(page, 'notes.json')}")).to_have_attribute("aria-selected", "true")
    assert findings(page) == []
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(page.locator("#panel h2")).to_have_text("third.wav")
    page.click("[data-panel-close]")
    expect(page.locator(".library__hint")).to_be_visible()
    page.click("[data-dock-close]")
    expect(page.locator("[data-dock]")).to_be_hidden()


def test_files_are_renamed_zipped_and_deleted(shelf: Page, folder: str, tmp_path: Path) -> None:
    page = shelf
    page.click("[data-line]:text-is('second.wav')")
    expect(page.locator("#panel #uses")).to_contain_text("Canceled")
    page.click("#panel >> text=Rename or move")
    assert findings(page) == []
    page.fill("[name=file]", "encore.wav")
    page.click("main button.button--primary")
    expect(page.locator(".notice--success")).to_contain_text(f"{folder}/encore.wav")
    for name in ("encore.wav", "secret notes.txt"):
        page.check(f"{line(page, name)} [name=path]")
    expect(page.locator("[data-ticked]")).to_have_text("2 ticked")
    with page.expect_download() as download:
        page.click("text=Download as zip")
    download.value.save_as(tmp_path / "files.zip")
    with zipfile.ZipFile(tmp_path / "files.zip") as archive:
        assert archive.namelist() == ["encore.wav", "LEFT OUT.txt"]
        assert b"contains keys" in archive.read("LEFT OUT.txt")
    page.click(".selection-bar .button--danger")
    expect(page.locator("h1")).to_have_text("Delete 2 files?")
    assert findings(page) == []
    page.click("#confirm")
    expect(page.locator(".notice--success")).to_contain_text("2 files are deleted")
    expect(page.locator("[data-line]")).to_have_count(4)
    page.fill("[name=q]", "fourth")
    page.keyboard.press("Enter")
    expect(page.locator("[data-file]")).to_have_text("fourth.wav")


def test_files_that_are_dropped_go_into_the_folder_while_the_list_stays_as_it_is(
    shelf: Page, complaints: Complaints
) -> None:
    complaints.excuse("422")
    page = shelf
    expect(page.locator("[data-uploads][data-ready]")).to_be_attached()
    page.check(f"{line(page, 'second.wav')} [name=path]")
    page.fill("[name=q]", "half a word")
    files = {
        "dropped one.wav": clicks(3, 90),
        "夜车.wav": clicks(4, 120),
        "words.mp3": b"no music in here" * 99,
    }
    for name, content in files.items():
        page.evaluate(TAKE_ALONG, [name, content.decode("latin-1")])
    assert page.evaluate(DROP)
    for name in ("dropped one.wav", "夜车.wav"):
        expect(page.locator(line(page, name))).to_be_visible()
    expect(page.locator("[data-upload-list] li", has_text="words.mp3")).to_contain_text("not an audio file")
    expect(page.locator(f"{line(page, 'second.wav')} [name=path]")).to_be_checked()
    expect(page.locator("[data-ticked]")).to_have_text("1 ticked")
    expect(page.locator("[name=q]")).to_have_value("half a word")
    assert findings(page) == []
    page.click(f"{line(page, 'dropped one.wav')} [data-play]")
    plays(page, "dropped one.wav")


def test_on_a_phone_a_thumb_finds_plays_and_opens(phone_shelf: Page) -> None:
    page = phone_shelf
    page.tap(f"{line(page, 'second.wav')} [data-play]")
    plays(page, "second.wav")
    dock, tabs = page.locator("[data-dock]").bounding_box(), page.locator(".nav").bounding_box()
    assert dock and tabs
    assert dock["y"] + dock["height"] <= tabs["y"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert findings(page) == []
    page.tap("[data-line]:text-is('notes.json')")
    expect(page).to_have_url(re.compile("/file\\?path="))
    expect(page.locator("pre.preview")).to_contain_text("tempo")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.go_back()
    page.tap(".library__jump a")
    song = {"name": "from the phone.wav", "mimeType": "audio/wav", "buffer": clicks(3, 100)}
    page.set_input_files("#upload-form [type=file]", song)
    expect(page.locator(line(page, "from the phone.wav"))).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
