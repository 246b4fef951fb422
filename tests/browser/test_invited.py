"""An invitation, a sign-up by an issuer, and the way back in, under our own policy in a real Chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.browser.ports import port
from tests.portal_process import PASSWORD, USER, PortalProcess
from tests.servers.oidc import CLIENT_ID, CLIENT_SECRET, OidcServer


@dataclass(frozen=True)
class Scene:
    """A portal that invites, and the issuer that it knows."""

    portal: PortalProcess
    issuer: OidcServer


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with OidcServer() as issuer:
        known = {
            "TMPPORTAL_OIDC_NAME": "Studio login",
            "TMPPORTAL_OIDC_ISSUER": issuer.issuer,
            "TMPPORTAL_OIDC_CLIENT_ID": CLIENT_ID,
            "TMPPORTAL_OIDC_CLIENT_SECRET": CLIENT_SECRET,
        }
        with PortalProcess(tmp_path_factory.mktemp("invited"), port=port(8), **known) as portal:
            portal.own()
            yield Scene(portal, issuer)


def invite(page: Page, scene: Scene) -> str:
    """The address that the owner copies."""
    page.goto(f"{scene.portal.url}sign-in/login/?next=/sign-in/invitations/")
    page.fill("[name=login]", USER)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    expect(page.get_by_role("heading", name="Nobody is invited yet")).to_be_visible()
    page.get_by_label("Who is invited").fill("Lin, sound")
    page.get_by_role("button", name="Make a link").click()
    address = page.locator("#invitation-link").input_value()
    expect(page.get_by_role("listitem").filter(has_text="Lin, sound")).to_be_visible()
    page.context.clear_cookies()
    return address


def through_issuer(page: Page, scene: Scene) -> None:
    page.goto(f"{scene.portal.url}sign-in/login/")
    page.get_by_role("button", name="Sign in with Studio login").click()
    page.get_by_role("button", name="Yes, I am Lin").click()


def test_somebody_invited_comes_in_by_the_issuer_and_comes_back(
    page: Page, phone_page: Page, scene: Scene
) -> None:
    address = invite(page, scene)
    phone_page.goto(address)
    phone_page.get_by_role("button", name="Create a login").click()
    expect(phone_page.get_by_role("heading", name="Create a login")).to_be_visible()
    through_issuer(phone_page, scene)
    expect(phone_page.locator("[name=username]")).to_have_value("lin")
    phone_page.fill("[name=password1]", PASSWORD)
    phone_page.fill("[name=password2]", PASSWORD)
    phone_page.get_by_role("button", name="Create login").click()
    expect(phone_page).to_have_url(scene.portal.url)

    through_issuer(page, scene)
    expect(page).to_have_url(scene.portal.url)
    expect(page.locator(".menu__name")).to_have_text("lin")
    page.goto(f"{scene.portal.url}sign-in/elsewhere/")
    expect(page.get_by_role("main")).to_contain_text(re.compile("Connected: lin"))
