"""T13, T14: no way of writing an address, in no field, makes the portal connect to where only it can get."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from django.conf import LazySettings

from accounts import endpoints
from accounts.clients import bucket_for, gateway_for
from accounts.models import Account
from accounts.registering.probing import who_answers
from accounts.sentences import explain_bucket, explain_cause
from jobs.addresses import own_store
from tencent.errors import BucketError, BucketRefused, GatewayError, Unreachable
from tencent.outgoing import Door
from tencent.public_hosts import is_public, may_serve
from tencent.streaming import Streaming
from tests.factories import make_account, tenant
from tests.security.address_fields import FIELDS, open_door
from tests.security.addresses import NUMBER, families, forms
from tests.security.inside import PUBLIC, Guard, HostileResolver, Listeners, guarded

MANNERS = ("inside", "two_faced", "rebinding")


@pytest.fixture
def inside() -> Iterator[Listeners]:
    """What nobody may reach."""
    listeners = Listeners()
    yield listeners
    listeners.close()


@pytest.fixture
def guard() -> Iterator[Guard]:
    """Sees whoever tries."""
    with guarded() as watching:
        yield watching


@pytest.fixture
def production(inside: Listeners, settings: LazySettings) -> LazySettings:
    """As strangers meet the portal, with a sandbox left in its settings by mistake."""
    settings.PRODUCTION, settings.PLAIN_HTTP = True, False
    own = f"http://127.0.0.1:{inside.ports[0]}"
    settings.SANDBOX = {**settings.SANDBOX, "gateway": own, "store": own}
    return settings


@pytest.fixture
def account(alice: Any, production: LazySettings) -> Account:
    """Lives at the real service."""
    return make_account(alice)


def test_no_spelling_in_any_field_leads_inside(
    account: Account,
    inside: Listeners,
    guard: Guard,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """T13, T14"""
    monkeypatch.setattr(socket, "getaddrinfo", HostileResolver("inside"))
    every = forms(inside.ports[1])
    assert len({form.url for form in every}) == NUMBER
    for into in FIELDS:
        into(account, every)
        assert (inside.came, guard.inward) == (0, []), into.__name__
    fields = sum(map(len, FIELDS.values()))
    with capsys.disabled():
        print(f"\nssrf_forms={len(every)} ssrf_fields={fields} ssrf_hits={inside.came + len(guard.inward)}")


def test_the_forms_are_of_every_family_and_many_of_them_would_arrive() -> None:
    """T13: a list of addresses that nobody could follow would prove nothing."""
    every = forms(4321)
    assert {form.family.split("/")[0] for form in every} == {form.split("/")[0] for form in families(4321)}
    resolver, arriving = HostileResolver("inside"), 0
    for form in every:
        with suppress(OSError, ValueError, UnicodeError):
            arriving += not is_public(resolver(urlsplit(form.url).hostname or "0", 443)[0][4][0])
    assert arriving > 1500


def test_the_portal_itself_opens_what_it_is_allowed_to_and_the_listeners_see_it(
    alice: Any, inside: Listeners, guard: Guard, settings: LazySettings
) -> None:
    """T13: the same listeners, hit by the sandbox's account outside production."""
    own = f"http://127.0.0.1:{inside.ports[0]}"
    settings.SANDBOX = {**settings.SANDBOX, "gateway": own, "store": own}
    account = make_account(alice, endpoint="sandbox")
    open_door(Door(trusted_origin=own_store(account)), f"{own}/song.mp3")
    with suppress(GatewayError):
        gateway_for(account).get_job("1", 5.0)
    assert inside.came == len(guard.inward) == 2
    settings.PRODUCTION = True
    open_door(Door(trusted_origin=own_store(account)), f"{own}/song.mp3")
    for call in (gateway_for, bucket_for):
        with pytest.raises((Unreachable, BucketError)):
            call(account)
    assert inside.came == len(guard.inward) == 2


def test_whoever_connects_past_the_doors_is_seen(inside: Listeners, guard: Guard) -> None:
    """T13: the guard would catch a view that fetched by itself."""
    with suppress(requests.RequestException):
        requests.get(f"http://0x7f.1:{inside.ports[0]}/", timeout=5)
    assert inside.came == len(guard.inward) == 1


@pytest.mark.parametrize("manner", MANNERS)
def test_a_hostile_name_server_leads_no_service_inside(
    manner: str, account: Account, inside: Listeners, guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T13, T14: names that settings allow, answered by somebody else; also by another address the second
    time (rebinding)."""
    monkeypatch.setattr(socket, "getaddrinfo", HostileResolver(manner))
    account.domain = "songs-1250000000.cos.ap-guangzhou.tencentcos.cn"
    plain = make_account(account.memberships.get().user)
    for _ in range(2):
        open_door(Door(), "https://songs.example.com/song.mp3")
        for tenant_of in (account, plain):
            with pytest.raises(BucketError):
                bucket_for(tenant_of).list(seconds=5.0)
            with pytest.raises(Unreachable):
                gateway_for(tenant_of).get_job("1", 5.0)
        with pytest.raises(Unreachable):
            asyncio.run(_streamed("https://api.mediax.tencent.com/job"))
        who_answers()
    assert (inside.came, guard.inward) == (0, [])
    assert {address for address, _port in guard.outward} == ({PUBLIC} if manner == "rebinding" else set())


async def _streamed(url: str) -> None:
    async with Streaming(at_once=1) as streaming:
        await streaming.send(url, b"{}", {}, 5.0)


def test_the_refusal_names_what_is_wrong(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """T13"""
    monkeypatch.setattr(socket, "getaddrinfo", HostileResolver("inside"))
    with pytest.raises(Unreachable) as caught:
        gateway_for(account).get_job("1", 5.0)
    assert "leads to this machine" in str(explain_cause(caught.value.cause))
    with pytest.raises(BucketError) as refused:
        bucket_for(account).list(seconds=5.0)
    assert "leads to this machine" in str(explain_bucket(refused.value))


@pytest.mark.parametrize(
    ("domain", "code"),
    [
        ("", None),
        ("songs-1250000000.cos.ap-guangzhou.myqcloud.com", None),
        ("SONGS-1250000000.COS.ap-guangzhou.TENCENTCOS.CN", None),
        ("songs.example.com", None),
        ("www.songs.example.com", "unlisted_domain"),
        ("evilmyqcloud.com", "unlisted_domain"),
        ("a.myqcloud.com.example.com", "unlisted_domain"),
        ("myqcloud.com", "unlisted_domain"),
        ("127.0.0.1", "bad_domain"),
        ("127.0.0.1:6379", "bad_domain"),
    ],
)
def test_a_bucket_lives_where_the_settings_say(domain: str, code: str | None, settings: LazySettings) -> None:
    """T14"""
    settings.COS_DOMAINS = [".myqcloud.com", ".tencentcos.cn", "songs.example.com"]
    assert endpoints.check_domain(domain) == code
    if code:
        with pytest.raises(BucketRefused) as caught:
            bucket_for(Account(**{**tenant(), "domain": domain}))
        assert caught.value.code == code


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.9.9.9", "0.0.0.0", "0.1.2.3", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
        *(
            "169.254.0.23",
            "169.254.169.254",
            "100.100.100.200",
            "168.63.129.16",
            "fd00:ec2::254",
            "::1",
            "::",
        ),
        *(
            "::ffff:127.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::7f00:1",
            "2002:7f00:1::",
            "ff02::1",
        ),
        *("::ffff:169.254.169.254", "::1%lo", "localhost", ""),
    ],
)
def test_no_service_is_at(address: str) -> None:
    """T13, M13"""
    assert not may_serve(address)


@pytest.mark.parametrize(
    "address",
    [PUBLIC, "10.1.2.3", "100.64.0.7", "169.254.0.47", "64:ff9b::5db8:d822", "2606:4700:4700::1111"],
)
def test_a_service_may_be_at(address: str) -> None:
    """Within Tencent Cloud, COS's names lead to private addresses."""
    assert may_serve(address)
