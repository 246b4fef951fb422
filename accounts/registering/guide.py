"""What has to be done at Tencent before a registration, as data: steps, reasons, and where to click."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from accounts.endpoints import Text

# When addresses and amounts were last compared with their sources.
CHECKED = date(2026, 11, 22)


@dataclass(frozen=True, kw_only=True)
class Link:
    """A page of one of the two sites. Sources: seed (the guide names it), assumed (the other site's address
    under the host that Tencent uses there; it could not be opened when this was written)."""

    url: str
    is_international: bool = False
    source: str = "seed"

    @property
    def host(self) -> str:
        """The address without what everybody knows."""
        return self.url.removeprefix("https://")

    @property
    def is_assumed(self) -> bool:
        return self.source == "assumed"


@dataclass(frozen=True, kw_only=True)
class Step:
    """Something to have at Tencent. `is_seen`: the bucket check would notice that it is missing."""

    key: str
    title: Text
    why: Text
    is_seen: bool
    links: tuple[Link, ...]


def _both(china: str, international: str, *, source: str = "seed") -> tuple[Link, ...]:
    return (
        Link(url=f"https://{china}", source=source),
        Link(url=f"https://{international}", is_international=True, source="assumed"),
    )


STEPS = (
    Step(
        key="account",
        title=_("A Tencent Cloud account with a verified name and at least 200 CNY (30 USD) on it"),
        why=_("TMP is paid by use. Its guide asks for both before anything else."),
        is_seen=False,
        links=_both("cloud.tencent.com", "www.tencentcloud.com"),
    ),
    Step(
        key="purchase",
        title=_("The music service, bought with that account"),
        why=_("The ID of the account that buys it, main or sub, is the operateUin below."),
        is_seen=False,
        links=_both("buy.cloud.tencent.com/imusic", "buy.tencentcloud.com/imusic"),
    ),
    Step(
        key="key",
        title=_("A key pair of a CAM user with programmatic access only"),
        why=_("TMP is given this key, so it should open nothing else. In CAM the user needs no rights."),
        is_seen=True,
        links=_both("console.cloud.tencent.com/cam", "console.tencentcloud.com/cam"),
    ),
    Step(
        key="bucket",
        title=_("A COS bucket, on whose page that user is granted data read and data write"),
        why=_("Songs, results and TMP's demo script go there. Leave the bucket private."),
        is_seen=True,
        links=_both("console.cloud.tencent.com/cos/bucket", "console.tencentcloud.com/cos/bucket"),
    ),
)
KEYS = tuple(step.key for step in STEPS)
_STEPS = {step.key: step for step in STEPS}
# Which step to look at again, by the code of a failed check; the others are about the bucket's page.
_ABOUT_THE_KEY = frozenset({"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken"})
_NOT_IN_A_CONSOLE = frozenset({"clock", "RequestTimeTooSkewed", "RequestExpired", "SandboxNotRunning"})


def ticked(given: Iterable[str]) -> list[str]:
    """The steps among `given` words, each once, in the guide's order."""
    words = set(given)
    return [key for key in KEYS if key in words]


def links_about(code: str, key: str) -> tuple[Link, ...]:
    """The console's pages on which a failed or doubtful check is put right."""
    if key == "clock" or code in _NOT_IN_A_CONSOLE:
        return ()
    return _STEPS["key" if code in _ABOUT_THE_KEY else "bucket"].links
