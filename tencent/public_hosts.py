"""Tells machines that anybody on the internet may reach from those that only we can, and from our own."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

# What `is_global` lets through (measured: reliability.md M13), or is not yet a property of Python 3.11.
_NOT_OURS = (
    IPv4Network("192.88.99.0/24"),  # relays of 6to4
    IPv4Network("168.63.129.16/32"),  # Azure's own services, from within
)
_UNICAST = IPv6Network("2000::/3")
_TUNNELS_AND_PAPER = (
    IPv6Network("2001::/23"),  # Teredo, ORCHID and other protocols
    IPv6Network("2001:db8::/32"),
    IPv6Network("2002::/16"),  # 6to4: an IPv4 address inside
    IPv6Network("3fff::/20"),
)
# Where clouds tell a machine its own keys: Tencent's, everybody's, Alibaba's, Azure's, Amazon's.
_METADATA = frozenset(
    map(
        ip_address,
        ("169.254.0.23", "169.254.169.254", "100.100.100.200", "168.63.129.16", "fd00:ec2::254"),
    )
)
_NOWHERE = IPv4Network("0.0.0.0/8")
# IPv4 addresses in the last 32 bits: translated (NAT64), and "compatible".
_WRAPPED = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"), IPv6Network("::/96"))
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)
# Names that are used within a network, or never by anybody.
INWARD = (
    *(".local", ".localhost", ".localdomain", ".internal", ".intranet", ".lan", ".home", ".corp", ".private"),
    *(".arpa", ".onion", ".test", ".invalid"),
)


def is_public(address: str) -> bool:
    """Whether a numeric address is one that is reached over the internet, and no detour to one that is not.

    An IPv6 address that holds an IPv4 one (mapped, 6to4, NAT64, Teredo) never is.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv4Address):
        return _is_public_v4(found)
    return found in _UNICAST and _is_public_v6(found)


def is_public_name(host: str) -> bool:
    """Whether a host as typed may be a public one; what it resolves to is asked when it is opened.

    Numbers that are no plain dotted address (`2130706433`, `0x7f.1`) are not: resolvers read them as they
    like.
    """
    name = host.strip("[]").lower().rstrip(".")
    if ":" in name:
        return is_public(name)
    labels = name.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return is_public(name) and name == host.lower()
    return len(labels) > 1 and all(labels) and not name.endswith(INWARD)


def may_serve(address: str) -> bool:
    """Whether a numeric address may be that of a service which the portal's settings name.

    Private ones may, since within Tencent Cloud the store's own names lead to them; this very machine, no
    machine, many machines and a cloud's metadata may not, in whichever way they are wrapped in IPv6.
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        found = _unwrapped(found)
    is_odd = found.is_loopback or found.is_unspecified or found.is_multicast or found.is_reserved
    return not (is_odd or found in _METADATA or found in _NOWHERE)


def _unwrapped(address: IPv6Address) -> IPv4Address | IPv6Address:
    teredo = address.teredo[1] if address.teredo else None
    if inner := address.ipv4_mapped or address.sixtofour or teredo:
        return inner
    if any(address in each for each in _WRAPPED):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _is_public_v4(address: IPv4Address) -> bool:
    is_plain = address.is_global and not (address.is_multicast or address.is_reserved)
    return is_plain and not any(address in each for each in _NOT_OURS)


def _is_public_v6(address: IPv6Address) -> bool:
    is_plain = address.is_global and not address.is_multicast and address.scope_id is None
    return is_plain and not any(address in each for each in _TUNNELS_AND_PAPER)
