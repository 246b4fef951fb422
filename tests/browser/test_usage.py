"""The usage page in a real Chromium: drawn, read as a table, narrowed down and carried away."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.axe import findings
from tests.browser.complaints import Complaints
from tests.browser.filling import run
from tests.browser.visits import sign_in
from tests.demo_process import DemoProcess

FILL = """
from datetime import timedelta
from django.utils import timezone
from accounts.models import Account
from jobs.models import Usage
account = Account.objects.earliest("created_at")
for number in range(1, 20):
    told = dict(calls=number + number % 3, songs=number, seconds=100.0 * number, unmeasured=number % 2)
    Usage.objects.update_or_create(account=account, user=account.members.first(), capability="musicHighlight",
        day=timezone.localdate() - timedelta(days=number), defaults=told)
"""
WIDTH = "document.documentElement.scrollWidth"


def test_usage_is_drawn_narrowed_down_and_carried_away(page: Page, demo: DemoProcess) -> None:
    run(demo.data, FILL)
    sign_in(page, demo)
    page.click(".page-header__actions >> text=Usage")
    page.click("text=90 days")
    expect(page.locator("#calls-chart g")).to_have_count(90)
    expect(page.locator("#calls-chart [data-kind=perhaps]")).to_have_count(13)
    page.locator("#calls-chart summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#calls-chart tbody tr")).not_to_have_count(0)
    assert findings(page) == []
    page.click("#by-capability >> text=Chorus")
    calls = page.locator("[data-whole=calls]").inner_text()
    with page.expect_download() as download:
        page.click("#csv")
    assert download.value.suggested_filename.startswith("usage-")
    content = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert sum(int(row["calls"]) for row in csv.DictReader(io.StringIO(content))) == int(calls) == 209


def test_days_that_make_no_sense_are_told_beside_what_was_typed(
    phone_page: Page, page: Page, complaints: Complaints, demo: DemoProcess
) -> None:
    run(demo.data, FILL)
    sign_in(phone_page, demo)
    phone_page.goto(f"{demo.url}jobs/usage/")
    assert phone_page.evaluate(WIDTH) <= 390
    assert findings(phone_page) == []
    complaints.excuse("422")
    sign_in(page, demo)
    page.goto(f"{demo.url}jobs/usage/")
    page.fill("[name=since]", "2026-05-02")
    page.fill("[name=until]", "2026-05-01")
    page.click("#show")
    expect(page.locator("#refused")).to_contain_text("The first day must not be after the last one.")
    expect(page.locator("[name=since]")).to_have_value("2026-05-02")
    page.fill("[name=since]", "2026-05-01")
    page.click("#show")
    expect(page.locator("main")).to_contain_text("No call was sent in these days")
