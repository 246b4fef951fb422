"""Tells machines that anybody on the internet may reach from those that only we can."""

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


def _is_public_v4(address: IPv4Address) -> bool:
    is_plain = address.is_global and not (address.is_multicast or address.is_reserved)
    return is_plain and not any(address in each for each in _NOT_OURS)


def _is_public_v6(address: IPv6Address) -> bool:
    is_plain = address.is_global and not address.is_multicast and address.scope_id is None
    return is_plain and not any(address in each for each in _TUNNELS_AND_PAPER)
