"""What the program of Tencent's 5-minute guide sends (seed), and where the portal's verification differs."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import endpoints
from accounts.models import Account
from jobs import sample

CAPABILITY = "musicBeat"
CUSTOM_ID = "musicBeat"
DESTINATION = "/output/musicBeat"
PARAMS = {"outputType": 4, "drumType": 2, "enlargeLevel": 3, "splitNum": 3}
PATH = "file_path_to_root"
URL = "http://service-mqk0mc83-1257411467.bj.apigw.tencentcs.com/release/job"

# One object for each bucket: to verify again overwrites it.
SAMPLE_PATH = f"uploads/{sample.NAME}"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One thing that the portal does otherwise; `guide` and `portal` are values where there are any."""

    title: str | Promise
    why: str | Promise
    guide: str = ""
    portal: str = ""


def differences(account: Account) -> list[Difference]:
    """Every place where what the portal sends for `account` is not what the guide's program sends."""
    return [
        Difference(
            title=_("The song"),
            why=_("The guide leaves the path to you; the portal uploads a short song of its own first."),
            guide=PATH,
            portal=SAMPLE_PATH,
        ),
        *_address(account),
        *_ALWAYS,
    ]


def _address(account: Account) -> list[Difference]:
    here = endpoints.endpoint(account.endpoint)
    url = f"{here.url}/job"
    if url == URL:
        return []
    if here.is_sandbox:
        why = _("The sandbox on this machine answers in the place of TMP.")
    else:
        why = _("The current address, over HTTPS: the keys in the request cannot be read on the way.")
    return [Difference(title=_("The address"), why=why, guide=URL, portal=url if here.url else "–")]


_ALWAYS = (
    Difference(
        title=_("The headers"),
        why=_(
            "Date, Source, Authorization and Content-Type are made as in the guide. The portal names itself, "
            "asks for an answer that is not compressed and not cached, and closes the connection afterwards."
        ),
        guide="User-Agent: python-requests",
        portal="User-Agent: tmp-portal",
    ),
    Difference(
        title=_("The order"),
        why=_("The guide's members and values travel in another order, which means nothing in JSON."),
    ),
    Difference(
        title=_("Waiting"),
        why=_(
            "The guide's program waits for as long as it takes and follows redirects. The portal waits at "
            "most a minute, follows none, and never sends the job a second time by itself."
        ),
    ),
    Difference(
        title=_("Afterwards"),
        why=_(
            "The guide's program prints the answer and ends. The portal keeps it without keys, asks TMP with "
            "GetJob until the job is done, and reads the files in the bucket."
        ),
    ),
)
