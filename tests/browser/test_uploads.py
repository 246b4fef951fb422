"""Songs on their way into the bucket in a real Chromium: dropped anywhere, interrupted, resumed, turned away.
And songs that are there already, heard before they are chosen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Request, Route, expect

from tests.accounts.bringing import long_wav
from tests.browser.axe import findings
from tests.browser.complaints import Complaints
from tests.browser.dropping import DROP, TAKE_ALONG
from tests.browser.ports import port
from tests.browser.visits import COOKIE, sign_in
from tests.demo_process import DemoProcess
from tests.prepared import collected
from tests.songs import clicks

MIB = 1024 * 1024
PLAN = re.compile(r"/jobs/plans/[0-9a-f-]{36}/$")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoProcess]:
    """A demo in which what is larger than a mebibyte goes in parts of one."""
    small = dict.fromkeys(("TMPPORTAL_MULTIPART_BYTES", "TMPPORTAL_PART_BYTES"), str(MIB)) | collected()
    with DemoProcess(
        tmp_path_factory.mktemp("uploads"), port=port(5), settings=small | collected()
    ) as running:
        yield running


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of four parts."""
    path = tmp_path_factory.mktemp("songs") / "album side A.wav"
    path.write_bytes(long_wav(3 * MIB + 500_000))
    return path


def open_form(page: Page, url: str) -> None:
    page.goto(f"{url}jobs/new/musicBeat/")
    expect(page.locator("[data-uploads][data-ready]")).to_be_attached()


def row(page: Page, name: str) -> Locator:
    return page.locator("[data-upload-list] li", has_text=name)


def parts_put(page: Page) -> list[str]:
    """Addresses to which a part is put from now on; filled as they leave."""
    seen: list[str] = []

    def note(request: Request) -> None:
        if request.method == "PUT":
            seen.append(request.url)

    page.on("request", note)
    return seen


def test_three_files_dropped_anywhere_go_straight_to_the_bucket_and_a_lost_part_goes_again(
    page: Page, complaints: Complaints, demo: DemoProcess
) -> None:
    complaints.excuse("net::ERR_FAILED")
    sign_in(page, demo)
    open_form(page, demo.url)
    lost: list[str] = []

    def lose(route: Route) -> None:
        """The connection goes in the middle of the second part, once."""
        if lost:
            return route.continue_()
        lost.append(route.request.url)
        return route.abort()

    page.route("**/*partNumber=2*", lose)
    put = parts_put(page)
    files = {"夜车.wav": clicks(4, 120), "second.wav": clicks(3, 90), "large.wav": long_wav(2 * MIB + 99)}
    for name, content in files.items():
        page.evaluate(TAKE_ALONG, [name, content.decode("latin-1")])
    assert page.evaluate(DROP)
    # Sent before everything is there: the button says what it waits for, and then it goes by itself.
    page.get_by_role("button", name="Create job").last.click()
    expect(page.locator(".form__actions .button--primary")).to_contain_text("Waiting for uploads")
    expect(page).to_have_url(PLAN)
    for name in files:
        expect(page.get_by_text(name)).to_be_visible()
    assert len(lost) == 1
    # Two whole files, three parts, and the lost one again: all of them to the store, none to the portal.
    assert len(put) == 6
    assert not any(url.startswith(demo.url) for url in put)


def test_an_upload_goes_on_after_a_reload_when_the_same_file_is_chosen(
    page: Page, complaints: Complaints, demo: DemoProcess, album: Path
) -> None:
    complaints.excuse("net::ERR_")
    sign_in(page, demo)
    open_form(page, demo.url)
    held: list[Route] = []
    page.route("**/*partNumber=3*", lambda route: held.append(route))
    page.set_input_files("input[type=file]", album)
    expect(row(page, "album side A")).to_contain_text(re.compile("Uploading: (7|8)"))
    asked: list[str] = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.reload()
    assert asked == ["beforeunload"]
    expect(row(page, "album side A")).to_contain_text("Not finished")
    page.unroute("**/*partNumber=3*")
    put = parts_put(page)
    page.set_input_files("input[type=file]", album)
    expect(row(page, "album side A")).to_have_count(1)
    expect(row(page, "album side A")).to_contain_text("It is in the bucket")
    assert [re.search(r"partNumber=(\d+)", url)[1] for url in put] == ["3"]
    # Chosen once more, it need not travel at all.
    open_form(page, demo.url)
    page.set_input_files("input[type=file]", album)
    expect(row(page, "album side A")).to_contain_text("It is in the bucket")
    assert len(put) == 1


def test_a_connection_that_is_gone_for_a_while_is_waited_for(
    page: Page, complaints: Complaints, demo: DemoProcess, tmp_path: Path
) -> None:
    complaints.excuse("net::ERR_")
    song = tmp_path / "train.wav"
    song.write_bytes(long_wav(2 * MIB))
    sign_in(page, demo)
    open_form(page, demo.url)
    page.context.set_offline(True)
    page.set_input_files("input[type=file]", song)
    expect(row(page, "train.wav")).to_contain_text("The connection is gone")
    page.context.set_offline(False)
    expect(row(page, "train.wav")).to_contain_text("It is in the bucket")


def test_whoever_was_signed_out_signs_in_elsewhere_and_tries_again(
    page: Page, complaints: Complaints, demo: DemoProcess
) -> None:
    complaints.excuse("401")
    sign_in(page, demo)
    open_form(page, demo.url)
    page.context.clear_cookies(name=COOKIE)
    song = {"name": "patience.wav", "mimeType": "audio/wav", "buffer": clicks(3, 111)}
    page.set_input_files("input[type=file]", song)
    expect(row(page, "patience.wav")).to_contain_text("You were signed out")
    # In another tab, which makes the tokens of all forms anew.
    other = page.context.new_page()
    other.goto(demo.url)
    other.fill("[name=login]", demo.user)
    other.fill("[name=password]", demo.password)
    other.press("[name=password]", "Enter")
    expect(other).to_have_url(demo.url)
    other.close()
    page.get_by_role("button", name="Try again: patience.wav").click()
    expect(row(page, "patience.wav")).to_contain_text("It is in the bucket")
    page.get_by_role("button", name="Create job").last.click()
    expect(page).to_have_url(re.compile(r"/jobs/[0-9a-f-]{36}/$"))


def test_a_file_that_is_no_song_holds_the_form_back_until_it_is_removed(
    page: Page, complaints: Complaints, demo: DemoProcess
) -> None:
    complaints.excuse("422")
    sign_in(page, demo)
    open_form(page, demo.url)
    words = {"name": "words.mp3", "mimeType": "audio/mpeg", "buffer": b"no music in here\n" * 50}
    song = {"name": "song.wav", "mimeType": "audio/wav", "buffer": clicks(3, 120)}
    page.set_input_files("input[type=file]", [words, song])
    expect(row(page, "words.mp3")).to_contain_text("not an audio file")
    expect(row(page, "song.wav")).to_contain_text("It is in the bucket")
    assert findings(page) == []
    page.get_by_role("button", name="Create job").last.click()
    expect(page.get_by_role("alert")).to_contain_text("Not every file was taken")
    page.get_by_role("button", name="Remove: words.mp3").click()
    page.get_by_role("button", name="Create job").last.click()
    expect(page).to_have_url(re.compile(r"/jobs/[0-9a-f-]{36}/$"))


def test_a_song_of_the_bucket_is_heard_and_chosen_by_keyboard(page: Page, demo: DemoProcess) -> None:
    sign_in(page, demo)
    open_form(page, demo.url)
    page.get_by_label("In the bucket", exact=True).check()
    expect(page.locator("#bucket-files .choice__folder", has_text="uploads")).to_be_visible()
    here = page.locator("#bucket-files [aria-current]")
    for _level in ("uploads", "year", "month"):
        folder = page.locator("#bucket-files .choice__folder").last
        name = folder.inner_text()
        folder.focus()
        page.keyboard.press("Enter")
        expect(here).to_have_text(name)
        expect(here).to_be_focused()
    listen = page.locator("#bucket-files [data-play]").first
    listen.focus()
    page.keyboard.press("Enter")
    expect(listen).to_have_attribute("aria-pressed", "true")
    player = page.locator("#bucket-files audio")
    heard = "audio => new Promise((go) => { audio.ontimeupdate = () => audio.currentTime && go(true); })"
    assert player.evaluate(heard)
    page.keyboard.press("Enter")
    expect(player).to_have_count(0)
    page.locator("#bucket-files [name=path]").first.focus()
    page.keyboard.press("Space")
    assert findings(page) == []
    # It stays chosen while one looks elsewhere, and Enter in the search sends nothing.
    page.get_by_label("Name begins with…").fill("zzz")
    expect(page.locator("#bucket-files")).to_contain_text("Nothing here begins like this")
    page.keyboard.press("Enter")
    expect(page.locator("[data-picker-chosen] input:checked")).to_have_count(1)
    page.get_by_role("button", name="Create job").last.click()
    expect(page).to_have_url(re.compile(r"/jobs/[0-9a-f-]{36}/$"))


def test_where_the_bucket_lets_no_browser_in_songs_go_through_the_portal(
    phone_context: BrowserContext, demo: DemoProcess
) -> None:
    page = phone_context.new_page()
    sign_in(page, demo)
    open_form(page, demo.url)
    turned_away: list[str] = []

    def refuse(route: Route) -> None:
        """As where a preflight is refused: not a byte leaves."""
        turned_away.append(route.request.url)
        route.abort()

    page.route("**/*q-signature=*", refuse)
    song = {"name": "walled.wav", "mimeType": "audio/wav", "buffer": long_wav(2 * MIB + 7)}
    put = parts_put(page)
    page.set_input_files("input[type=file]", song)
    expect(row(page, "walled.wav")).to_contain_text("It is in the bucket")
    expect(page.get_by_text("files go through the portal")).to_be_visible()
    # Each of the three parts that fly at once was refused twice at most, and came through the portal once.
    assert 2 <= len(turned_away) <= 6
    assert len([url for url in put if url.startswith(demo.url)]) == 3
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    turned_away.clear()
    # The account remembers: the next song does not even try.
    open_form(page, demo.url)
    page.set_input_files("input[type=file]", {**song, "name": "next.wav", "buffer": clicks(3, 110)})
    expect(row(page, "next.wav")).to_contain_text("It is in the bucket")
    assert turned_away == []
