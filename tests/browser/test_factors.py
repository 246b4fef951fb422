"""A second step and a passkey in a real Chromium, which plays the person's device itself."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.demo_process import DemoProcess
from tests.totp import code_of

# A device with a fingerprint that is always the right one.
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def give_device(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})


def type_password(page: Page, demo: DemoProcess) -> None:
    page.fill("[name=login]", demo.user)
    page.fill("[name=password]", demo.password)
    page.press("[name=password]", "Enter")


def confirm(page: Page, demo: DemoProcess) -> None:
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    page.fill("[name=password]", demo.password)
    page.get_by_role("button", name="Confirm").click()


def test_a_person_secures_their_login_and_gets_in_by_app_and_by_passkey(
    page: Page, demo: DemoProcess
) -> None:
    # Browsers have passkeys on localhost, and not on 127.0.0.1.
    home = demo.url.replace("127.0.0.1", "localhost")
    give_device(page)
    page.goto(home)
    type_password(page, demo)
    page.goto(f"{home}sign-in/factors/")
    page.get_by_role("link", name="Set up").click()
    confirm(page, demo)
    expect(page.locator(".qr img")).to_be_visible()
    secret = page.locator(".numbered code").inner_text()
    page.fill("[name=code]", code_of(secret))
    page.get_by_role("button", name="Turn on").click()
    expect(page.locator(".codes li")).to_have_count(10)
    page.get_by_role("link", name="I have kept them").click()
    page.get_by_role("link", name="Add").click()
    page.fill("[name=name]", "Laptop")
    page.get_by_label("Use it as a passkey").check()
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("link", name="Manage").click()
    expect(page.locator("td.table__title")).to_contain_text("Laptop")

    page.context.clear_cookies()
    page.goto(home)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(home)

    page.context.clear_cookies()
    page.goto(home)
    type_password(page, demo)
    expect(page).to_have_url(re.compile("/factors/authenticate/"))
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(home)

    page.goto(f"{home}sign-in/factors/webauthn/")
    page.get_by_role("link", name="Remove").click()
    confirm(page, demo)
    page.get_by_role("button", name="Remove").click()
    page.goto(f"{home}sign-in/factors/totp/deactivate/")
    page.get_by_role("button", name="Turn off").click()
    page.goto(f"{home}sign-in/sessions/")
    expect(page.locator("td.table__title", has_text="This one")).to_contain_text("Chrome, Linux")
    # Not pressed: the other journeys share one session.
    expect(page.get_by_role("button", name="Sign out everywhere else")).to_be_visible()
