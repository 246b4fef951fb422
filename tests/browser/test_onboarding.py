"""From "I have a Tencent account" to a verified TMP account, in a real Chromium against the sandbox."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tencent.bucket import Bucket
from tencent.keys import BucketKeys
from tests.browser.complaints import Complaints
from tests.browser.onboarding import (
    UIN,
    Hands,
    curl_of,
    lines_of,
    read_it,
    send,
    sign_in,
    wait_for,
)
from tests.browser.ports import port
from tests.portal_process import PortalProcess
from tests.sandbox_process import SandboxKey, SandboxProcess

MOST_CLICKS = 5
VISITS = {
    "desk-en": {"locale": "en-US", "viewport": {"width": 1280, "height": 800}},
    "phone-zh": {
        "locale": "zh-CN",
        "viewport": {"width": 390, "height": 844},
        "has_touch": True,
        "is_mobile": True,
    },
}


@pytest.fixture(scope="module")
def tmp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("tmp")) as running:
        yield running


@pytest.fixture(scope="module")
def portal(tmp: SandboxProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalProcess]:
    with PortalProcess(tmp_path_factory.mktemp("portal"), port=port(7), sandbox=tmp) as running:
        running.own()
        yield running


@pytest.fixture(params=VISITS)
def visit(request: pytest.FixtureRequest, browser: Browser, portal: PortalProcess) -> Iterator[Page]:
    """Somebody who signed in, at a desk in English and with a phone in Chinese; complaints fail the test."""
    with browser.new_context(**VISITS[request.param]) as context:
        complaints = Complaints(context)
        page = context.new_page()
        sign_in(page, portal)
        yield page
        assert complaints.unexcused() == []


def name_of(page: Page, word: str) -> str:
    """A user name of this visit's own."""
    return f"{word}{page.viewport_size['width']}"


def test_a_pasted_command_becomes_a_verified_account_within_five_clicks(
    visit: Page, portal: PortalProcess, tmp: SandboxProcess
) -> None:
    key = tmp.key(rights="data", bucket=f"{name_of(visit, 'happy')}-1250000000")
    hands = Hands(visit)
    visit.goto(f"{portal.url}accounts/register/?new")
    visit.fill("[name=pasted]", curl_of(tmp, key, user_name=name_of(visit, "happy")))
    hands.click("[name=intent][value=paste]")
    expect(visit.locator("[name=endpoint][value=sandbox]")).to_be_checked()
    hands.click(".wizard .form__actions .button--primary")
    wait_for(visit, "DONE")
    hands.click("#registration a[href$='/verify/']")
    hands.click("#verify")
    expect(visit.locator("#job [data-state=COMPLETED]").first).to_be_visible()
    expect(visit.locator("[data-player-table] tbody tr")).not_to_have_count(0)
    assert hands.clicks <= MOST_CLICKS
    assert key.secret_key not in visit.content()
    visit.goto(f"{portal.url}accounts/")
    visit.get_by_role("link", name=name_of(visit, "happy")).first.click()
    expect(visit.locator(".page-header .state[data-tone=good]")).to_be_visible()
    assert visit.evaluate("document.documentElement.scrollWidth") <= visit.viewport_size["width"]


def register_outside(tmp: SandboxProcess, page: Page, word: str) -> tuple[str, dict[str, str]]:
    """Somebody registered with curl, long ago: TMP's answer, and the bucket as lines of settings."""
    name = name_of(page, word)
    key = tmp.key(rights="data", bucket=f"{name}-1250000000")
    body = curl_of(tmp, key, user_name=name).split("-d '", 1)[1].rstrip("'")
    answer = requests.post(f"{tmp.gateway}/release/register", json=json.loads(body), timeout=30)
    return answer.text, {"lines": lines_of(key, user_name=name), "demo": demo_in(tmp, key)}


def demo_in(tmp: SandboxProcess, key: SandboxKey) -> str:
    """The demo script as TMP left it in the bucket."""
    keys = BucketKeys(secret_id=key.secret_id, secret_key=key.secret_key)
    bucket = Bucket(key.bucket, key.region, keys, store_url=tmp.store)
    return bucket.read(f"{UIN}_demo/run_musicBeat.py", 100_000).decode()


def test_an_account_is_imported_by_its_answer(
    visit: Page, portal: PortalProcess, tmp: SandboxProcess
) -> None:
    answer, also = register_outside(tmp, visit, "reply")
    read_it(visit, portal, also["lines"])
    visit.fill("[name=pasted]", answer)
    visit.click("[name=intent][value=paste]")
    visit.check("[name=endpoint][value=sandbox]")
    send(visit)
    wait_for(visit, "DONE")
    assert json.loads(answer)["registerInfo"]["tmpSecretKey"] not in visit.content()


def test_an_account_is_imported_by_its_demo_script(
    visit: Page, portal: PortalProcess, tmp: SandboxProcess, tmp_path: Path
) -> None:
    _, also = register_outside(tmp, visit, "script")
    script = tmp_path / "run_musicBeat.py"
    script.write_text(also["demo"], encoding="utf-8")
    read_it(visit, portal, also["lines"])
    visit.set_input_files("[name=file]", str(script))
    visit.click("[name=intent][value=paste]")
    expect(visit.locator("[name=endpoint][value=sandbox]")).to_be_checked()
    send(visit)
    wait_for(visit, "DONE")


def test_a_refusal_shows_tmps_words_and_goes_back_to_the_form(
    visit: Page, portal: PortalProcess, tmp: SandboxProcess
) -> None:
    name = name_of(visit, "refused")
    key = tmp.key(rights="data", bucket=f"{name}-1250000000")
    tmp.fault("refuse", caller=f"{UIN}_{name}", message="服务未开通: imusic")
    read_it(visit, portal, curl_of(tmp, key, user_name=name))
    send(visit)
    wait_for(visit, "REFUSED")
    expect(visit.get_by_text("服务未开通: imusic").first).to_be_visible()
    visit.locator("form[action$='/retry/'] button").click()
    expect(visit.locator("[name=user_name]")).to_have_value(name)
    send(visit)
    wait_for(visit, "DONE")


def test_a_lost_answer_is_unsure_and_its_keys_are_found_in_the_bucket(
    visit: Page, portal: PortalProcess, tmp: SandboxProcess
) -> None:
    name = name_of(visit, "unsure")
    key = tmp.key(rights="data", bucket=f"{name}-1250000000")
    tmp.fault("lost_reply", caller=f"{UIN}_{name}")
    read_it(visit, portal, curl_of(tmp, key, user_name=name))
    send(visit)
    wait_for(visit, "UNSURE")
    use = visit.locator("form[action$='/use-found/'] button")
    expect(use).to_be_visible()
    use.click()
    wait_for(visit, "DONE")


def test_everything_dies_in_the_middle_and_nothing_is_lost(
    browser: Browser, tmp: SandboxProcess, tmp_path: Path
) -> None:
    key = tmp.key(rights="data", bucket="power-1250000000")
    tmp.fault("slow", caller=f"{UIN}_power", seconds=4)
    portal = PortalProcess(
        tmp_path, port=port(8), sandbox=tmp, TMPPORTAL_REGISTER_DEADLINE_SECONDS="8"
    ).start()
    portal.own()
    with browser.new_context(locale="en-US") as context:
        page = context.new_page()
        sign_in(page, portal)
        read_it(page, portal, curl_of(tmp, key, user_name="power"))
        send(page)
        wait_for(page, "REGISTERING")
        address = page.url
        portal.kill()
        with portal:
            page.goto(address)
            wait_for(page, "UNSURE")
            use = page.locator("form[action$='/use-found/'] button")
            expect(use).to_be_visible()
            use.click()
            wait_for(page, "DONE")
    called = requests.get(f"{tmp.gateway}/_ledger", timeout=10).json()
    assert [row["source"] for row in called if row["kind"] == "register"].count(f"{UIN}_power") == 1


def test_the_wizard_says_what_is_wrong_while_one_types(visit: Page, portal: PortalProcess) -> None:
    visit.goto(f"{portal.url}accounts/register/?new")
    visit.fill("[name=region]", "guangzhou")
    visit.press("[name=region]", "Tab")
    accept = visit.locator("button[name=accept]").first
    expect(accept).to_be_visible()
    accept.click()
    expect(visit.locator("[name=region]")).to_have_value("ap-guangzhou")
    visit.fill("[name=bucket]", "songs-1250000000")
    visit.fill("[name=operate_uin]", "1250000000")
    visit.press("[name=operate_uin]", "Tab")
    expect(visit.get_by_text(re.compile("APPID")).nth(1)).to_be_visible()


def test_going_back_asks_nobody_to_send_a_form_again(
    visit: Page, portal: PortalProcess, tmp: SandboxProcess
) -> None:
    name = name_of(visit, "back")
    key = tmp.key(rights="data", bucket=f"{name}-1250000000")
    read_it(visit, portal, curl_of(tmp, key, user_name=name))
    send(visit)
    wait_for(visit, "DONE")
    visit.go_back()
    expect(visit.locator("[name=pasted]")).to_be_visible()
    expect(visit.locator("[name=user_name]")).not_to_have_value(name)
