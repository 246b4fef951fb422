"""T25: whatever a person, TMP or a bucket writes, on every page that shows it, it stays text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import BrowserContext, Page

from tests.browser.complaints import Complaints
from tests.browser.served import Served, serving
from tests.sandbox_process import SandboxProcess
from tests.security.hostile_rows import PAGES, Hostile
from tests.security.payloads import MARK, NUMBER, payload, together

# Answers that end the visit, files, and what only a browser's script asks for.
LEFT_OUT = re.compile(
    r"logout|^/static|/admin/(?!$|jobs/job/$|accounts/account/$|auth/user/$)|\.zip|/export/"
)
# What a payload would be on a page that lets it through, and what a hand would do there.
LOOK, TOUCH = ((Path(__file__).parent / f"xss_{name}.js").read_text() for name in ("look", "touch"))
WATCH = """addEventListener("securitypolicyviolation", (event) => {
  (window.violations ??= []).push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`);
}, true);"""


@dataclass
class Found:
    """What came of all visits."""

    dialogs: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    shown: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def visit(self, page: Page, url: str) -> None:
        page.goto(url)
        page.evaluate(TOUCH)
        looked = page.evaluate(LOOK)
        self.faults += [f"{url} {fault}" for fault in looked["faults"]]
        self.violations += page.evaluate("window.violations ?? []")
        for number, code in MARK.findall(looked["text"]):
            self.shown[code].add(int(number))


@pytest.fixture
def served(db: None, context: BrowserContext) -> Iterator[Served]:
    """The portal, asked by somebody who has not signed in."""
    context.add_init_script(WATCH)
    with serving(Client(headers={"Accept-Language": "en"})) as answering:
        yield answering


@pytest.fixture
def found(page: Page) -> Found:
    heard = Found()
    page.on("dialog", lambda dialog: (heard.dialogs.append(dialog.message), dialog.dismiss()))
    return heard


def addresses(resolver: URLResolver, rows: dict[str, object], prefix: str = "/") -> Iterator[str]:
    """Every address whose parameters are known, a new one included."""
    for entry in resolver.url_patterns:
        part = prefix + str(entry.pattern)
        for name, value in rows.items():
            part = re.sub(rf"<\w+:{name}>", str(value), part)
        if isinstance(entry, URLResolver):
            yield from addresses(entry, rows, part)
        elif isinstance(entry, URLPattern) and not re.search(r"[<(\\\^]", part) and not LEFT_OUT.search(part):
            yield part


def pages_of(served: Served, hostile: Hostile) -> list[str]:
    """Those that answer GET with a page, and answers to what a person sends."""
    client, account = served.client, hostile.account
    pages = []
    for path in addresses(get_resolver(), hostile.rows):
        answer = client.get(path)
        if answer.status_code == 200 and answer.get("Content-Type", "").startswith("text/html"):
            pages.append(f"{served.origin}{path}")
    pages += [f"{served.origin}{path}" for path in hostile.more]
    typed = {"source": "list", "lines": together("ya"), "label": payload(17, "yb"), "account": account.pk}
    typed |= {"url": payload(16, "yc"), "destination": payload(16, "yd"), "outputType": payload(16, "ye")}
    register = {
        name: payload(16, "yf") for name in ("operate_uin", "user_name", "bucket", "region", "domain")
    }
    for number, (path, data) in enumerate(
        (
            ("/jobs/new/musicBeat/", typed),
            ("/accounts/register/", {**register, "pasted": together("yg"), "intent": "paste"}),
            ("/accounts/register/", {**register, "intent": "register", "endpoint": payload(16, "yh")}),
            (f"/accounts/{account.pk}/people/", {"username": payload(16, "yi"), "role": payload(16, "yj")}),
            (f"/accounts/{account.pk}/settings/", {"name": together("yk")}),
            ("/sign-in/login/", {"login": payload(16, "yl"), "password": "x"}),
        )
    ):
        pages.append(served.keep(f"/answers/{number}", client.post(path, data, follow=True)))
    for number in (16, 147, 180)[:PAGES]:
        text = quote(payload(number, "zz"), safe="")
        pages += [
            f"{served.origin}/?q={text}&account={text}&state={text}&page={text}&sort={text}&batch={text}"
        ]
        pages += [f"{served.origin}/library/{account.pk}/?prefix={text}&q={text}&play={text}&sort={text}"]
        pages += [f"{served.origin}/jobs/new/musicBeat/?url={text}&path={text}&from={text}&account={text}"]
        pages += [f"{served.origin}/sign-in/login/?next={text}", f"{served.origin}/{text}"]
    return pages


def test_what_anybody_writes_stays_text_on_every_page(
    page: Page,
    served: Served,
    at_sandbox: SandboxProcess,
    found: Found,
    complaints: Complaints,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """T25"""
    # Of songs that are not where they say.
    complaints.excuse("responded with a status of")
    hostile = Hostile(at_sandbox)
    served.client.force_login(hostile.user)
    for url in pages_of(served, hostile):
        found.visit(page, url)
    unseen = sorted(set(hostile.codes) - set(found.shown))
    with capsys.disabled():
        print(
            f"\nxss_payloads={NUMBER} xss_sinks={len(found.shown)} xss_dialogs={len(found.dialogs)} "
            f"xss_violations={len(found.violations)} xss_faults={len(found.faults)}"
        )
    assert (found.dialogs, found.violations, found.faults) == ([], [], [])
    assert unseen == [], "planted, and on no page that was visited"


INLINE, HANDLER = "<script>alert(1)</script>", payload(16, "zz")


@pytest.mark.parametrize("planted", [INLINE, HANDLER])
def test_the_policy_stops_what_a_page_would_let_through(
    planted: str, page: Page, served: Served, found: Found, complaints: Complaints
) -> None:
    """T25: the control of the test above; a planted script is one violation and no dialog."""
    complaints.excuse("Content Security Policy")
    complaints.excuse("404")
    found.visit(page, planted_page(served, planted))
    assert len(found.violations) == 1 and found.violations[0].startswith("script-src")
    assert found.dialogs == []
    assert len(found.faults) >= 1


@pytest.mark.parametrize("planted", [INLINE, HANDLER])
def test_without_the_policy_the_dialog_is_heard(
    planted: str, page: Page, served: Served, found: Found, complaints: Complaints
) -> None:
    """T25: another control; the payloads work, and the harness hears them."""
    complaints.excuse("404")
    found.visit(page, planted_page(served, planted, policy=False))
    assert len(found.dialogs) == 1
    assert len(found.faults) >= 1


def test_a_script_that_writes_html_would_be_caught(
    page: Page, served: Served, found: Found, complaints: Complaints
) -> None:
    """T25: the third control, of sinks that no server sees."""
    complaints.excuse("Content Security Policy")
    complaints.excuse("404")
    page.goto(f"{served.origin}/sign-in/login/")
    page.evaluate("text => { document.querySelector('main').innerHTML += text; }", HANDLER)
    looked = page.evaluate(LOOK)
    assert [fault.split(":")[0] for fault in looked["faults"]] == ["attribute pwn16zz", "attribute onerror"]


def planted_page(served: Served, planted: str, *, policy: bool = True) -> str:
    """The sign-in page as it would be if a name in it were not escaped."""
    answer = served.client.get("/sign-in/login/")
    body = answer.content.replace(b"</main>", f"{planted}</main>".encode())
    assert body != answer.content
    address = served.keep("/planted", answer, body=body)
    if not policy:
        del served.kept["/planted"][1]["Content-Security-Policy"]
    return address
