"""Pages in a real Chromium, for every test of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.chromium import NoBrowser, is_promised, launch, playing
from tests.browser.complaints import Complaints
from tests.browser.ports import port
from tests.demo_process import DemoProcess
from tests.prepared import collected


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run."""
    with pytest.MonkeyPatch.context() as environment, playing() as playwright:
        # Playwright keeps an event loop in this thread; Django would refuse every query of a test for it.
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        try:
            started = launch(playwright)
        except NoBrowser as reason:
            if is_promised():
                raise
            pytest.skip(str(reason))
        yield started
        started.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoProcess]:
    """One running demo, with its own registration and result, for every journey."""
    with DemoProcess(tmp_path_factory.mktemp("browser"), port=port(0), settings=collected()) as running:
        yield running


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A visitor at a desk who has never been here."""
    with browser.new_context(locale="en-US", viewport={"width": 1280, "height": 800}) as fresh:
        yield fresh


@pytest.fixture
def phone_context(browser: Browser) -> Iterator[BrowserContext]:
    """A visitor with a phone who has never been here."""
    size = {"width": 390, "height": 844}
    with browser.new_context(locale="en-US", viewport=size, has_touch=True, is_mobile=True) as fresh:
        yield fresh


@pytest.fixture
def complaints(context: BrowserContext) -> Complaints:
    """What `page` complained of so far; `complaints.excuse("404")` expects a complaint."""
    return Complaints(context)


@pytest.fixture
def page(context: BrowserContext, complaints: Complaints) -> Iterator[Page]:
    """A page at a desk; the test fails if the browser complains."""
    yield context.new_page()
    assert complaints.unexcused() == []


@pytest.fixture
def phone_page(phone_context: BrowserContext) -> Iterator[Page]:
    """A page on a phone; the test fails if the browser complains."""
    complaints = Complaints(phone_context)
    yield phone_context.new_page()
    assert complaints.unexcused() == []
