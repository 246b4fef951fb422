"""What a person brings to the wizard, and the steps that every onboarding journey takes."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from playwright.sync_api import Page, expect

from tests.browser.visits import sign_in_at
from tests.portal_process import PASSWORD, USER, PortalProcess
from tests.sandbox_process import SandboxKey, SandboxProcess

UIN = "100012345678"


@dataclass
class Hands:
    """Clicks for a person and counts them."""

    page: Page
    clicks: int = field(default=0)

    def click(self, selector: str) -> None:
        """One click on what `selector` finds first."""
        self.page.locator(selector).first.click()
        self.clicks += 1


def sign_in(page: Page, portal: PortalProcess) -> None:
    """As a person does, who then stands on the dashboard."""
    sign_in_at(page, portal.url, user=USER, password=PASSWORD)


def curl_of(sandbox: SandboxProcess, key: SandboxKey, *, user_name: str) -> str:
    """The guide's own command, filled in; it goes to the sandbox."""
    keys = {
        "secretId": key.secret_id,
        "secretKey": key.secret_key,
        "bucket": key.bucket,
        "region": key.region,
    }
    body = {
        "requestId": "test-regisiter-service",
        "action": "Register",
        "registerRequest": {"operateUin": UIN, "userName": user_name, "cosConfig": keys},
    }
    return (
        f"curl -X POST \\\n{sandbox.gateway}/release/register \\\n"
        "-H 'Content-Type: application/json' \\\n-H 'Cache-control: no-cache' \\\n"
        f"-d '{json.dumps(body, indent=1)}'"
    )


def lines_of(key: SandboxKey, *, user_name: str) -> str:
    """The bucket and its keys as lines of settings."""
    return (
        f"operateUin={UIN}\nuserName={user_name}\nbucket={key.bucket}\nregion={key.region}\n"
        f"secretId={key.secret_id}\nsecretKey={key.secret_key}\n"
    )


def read_it(page: Page, portal: PortalProcess, text: str, *, query: str = "?new") -> None:
    """Paste `text` into a fresh wizard and have it read."""
    page.goto(f"{portal.url}accounts/register/{query}")
    page.fill("[name=pasted]", text)
    page.click("[name=intent][value=paste]")
    expect(page.locator("[name=operate_uin]")).to_have_value(UIN)


def send(page: Page) -> None:
    """Press the wizard's main button."""
    page.click(".wizard .form__actions .button--primary")
    expect(page).to_have_url(re.compile("/accounts/registrations/"))


def wait_for(page: Page, state: str) -> None:
    """Until the registration's page says `state`, without a reload."""
    expect(page.locator(f"#registration [data-state={state}]").first).to_be_visible()
