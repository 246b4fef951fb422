"""2,000 ways to write an address that leads inside, always the same, for every place where one is typed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address

NUMBER = 2000
TARGETS = (
    *("127.0.0.1", "127.8.9.10", "0.0.0.0", "10.1.2.3", "172.16.5.4", "192.168.1.1", "100.64.0.7"),
    *("169.254.0.23", "169.254.169.254", "100.100.100.200", "224.0.0.1", "255.255.255.255"),
)
V6 = (
    *("[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[0000:0000:0000:0000:0000:0000:0000:0001]", "[::0001]"),
    *(
        "[fe80::1]",
        "[fe80::1%25lo]",
        "[fe80::1%lo]",
        "[::1%251]",
        "[::1%eth0]",
        "[fc00::1]",
        "[fd00:ec2::254]",
    ),
    *("[ff02::1]", "[2001:db8::1]", "[3fff::1]", "[::ffff:0:127.0.0.1]", "[100::1]", "[::1", "::1]", "::1"),
)
NAMES = (
    *("localhost", "LOCALHOST", "localhost.", "a.localhost", "localhost.localdomain", "ip6-localhost"),
    *("ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "ｌｏｃａｌｈｏｓｔ", "loc\u00adalhost", "lo\u200bcalhost", "%6cocalhost", "localho%73t"),
    *(
        "nas.local",
        "db.internal",
        "metadata.google.internal",
        "metadata.tencentyun.com",
        "kubernetes.default.svc",
    ),
    *("router", "redis", "inside.example.com", "two-faced.example.com", "rebind.example.com"),
    *("127.0.0.1.nip.io", "7f000001.nip.io", "127-0-0-1.sslip.io", "localtest.me", "a.b.lvh.me"),
    *("songs-1250000000.cos.ap-guangzhou.myqcloud.com.example.com", "myqcloud.com.example.com"),
)
OTHER_SCHEMES = (
    *(
        "http",
        "HTTP",
        "hTTpS",
        "ftp",
        "sftp",
        "file",
        "gopher",
        "dict",
        "ldap",
        "tftp",
        "jar:https",
        "ws",
        "wss",
    ),
    *("netdoc", "data", "javascript", "blob:https", "view-source:https", "php", "unix", "cos", "s3", "feed"),
)


@dataclass(frozen=True, kw_only=True)
class Form:
    """One address: `url` as typed, `host` the part that a field for hosts would be given."""

    family: str
    host: str
    url: str


def forms(port: int) -> list[Form]:
    """The 2,000, in a fixed order; those that name a port of their own often name `port`, where a test
    listens. Every family is among them, in the proportion in which it can be varied."""
    unique = list({form.url: form for form in _all(port)}.values())
    chosen = sorted(random.Random(7).sample(range(len(unique)), NUMBER))
    return [unique[index] for index in chosen]


def families(port: int) -> set[str]:
    """The names of all ways there are."""
    return {form.family for form in _all(port)}


def _all(port: int) -> Iterator[Form]:
    for family, host in _hosts():
        for wrapper, wrap in WRAPPERS.items():
            yield Form(family=f"{family}/{wrapper}", host=host, url=wrap(host, port))
    for scheme in OTHER_SCHEMES:
        for target in (*TARGETS[:4], "[::1]", "localhost"):
            for rest in (f"{target}/", f"{target}:{port}/", f"{target}:6379/_x"):
                yield Form(family="scheme", host=target, url=f"{scheme}://{rest}")
    for target in TARGETS[:4]:
        for url in (f"//{target}/", f"https:{target}", f"https:/{target}/", f"https:///{target}/"):
            yield Form(family="slashes", host=target, url=url)
        for url in (rf"https:\\{target}\x", rf"\\{target}\share", f"https://{target}", f" https://{target}/"):
            yield Form(family="slashes", host=target, url=url)


def _hosts() -> Iterator[tuple[str, str]]:
    for target in TARGETS:
        for family, spell in SPELLINGS.items():
            for host in spell(target):
                yield family, host
    yield from (("ipv6", host) for host in V6)
    yield from (("name", host) for host in NAMES)


def _decimal(target: str) -> list[str]:
    whole = int(IPv4Address(target))
    return [str(whole), str(whole + 2**32), f"0{whole}", f"{whole}."]


def _hex(target: str) -> list[str]:
    whole, parts = int(IPv4Address(target)), _parts(target)
    return [
        *(f"0x{whole:x}", f"0X{whole:08X}", ".".join(f"0x{part:02x}" for part in parts)),
        *(f"0x{parts[0]:x}.0x{whole & 0xFFFFFF:x}", f"0x{whole + 2**32:x}"),
    ]


def _octal(target: str) -> list[str]:
    whole, parts = int(IPv4Address(target)), _parts(target)
    return [
        *(f"0{whole:o}", ".".join(f"0{part:o}" for part in parts), ".".join(f"{part:04o}" for part in parts)),
        ".".join(f"0000{part:o}" for part in parts),
    ]


def _short(target: str) -> list[str]:
    whole, parts = int(IPv4Address(target)), _parts(target)
    return [
        f"{parts[0]}.{whole & 0xFFFFFF}",
        f"{parts[0]}.{parts[1]}.{whole & 0xFFFF}",
        f"0x{parts[0]:x}.{whole & 0xFFFFFF}",
        f"0{parts[0]:o}.{parts[1]}.{parts[2]}.0x{parts[3]:x}",
        f"{target}.",
        f"{target}..",
        ".".join(f"{part:03d}" for part in parts),
    ]


def _within_six(target: str) -> list[str]:
    whole = int(IPv4Address(target))
    high, low = f"{whole >> 16:x}", f"{whole & 0xFFFF:x}"
    return [
        *(f"[::ffff:{target}]", f"[::ffff:{high}:{low}]", f"[::FFFF:{high}:{low}]", f"[::{target}]"),
        *(f"[64:ff9b::{high}:{low}]", f"[64:ff9b::{target}]", f"[64:ff9b:1::{high}:{low}]"),
        *(f"[2002:{high}:{low}::]", f"[2002:{high}:{low}::1]", f"[2001:0:{high}:{low}::1]"),
        *(f"[::ffff:{target}%25lo]", f"[fe80::5efe:{target}]", f"[0:0:0:0:0:ffff:{high}:{low}]"),
    ]


def _dressed(target: str) -> list[str]:
    circled = target.translate({ord("0"): "⓪", **{ord(str(n)): chr(0x245F + n) for n in range(1, 10)}})
    wide = target.translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})
    arabic = target.translate({ord(str(n)): chr(0x0660 + n) for n in range(10)})
    bold = target.translate({ord(str(n)): chr(0x1D7CE + n) for n in range(10)})
    dots = [target.replace(".", dot) for dot in "。．｡․"]
    return [circled, wide, arabic, bold, *dots, wide.replace(".", "．")]


def _escaped(target: str) -> list[str]:
    digit = f"%{ord(target[0]):02x}{target[1:]}"
    whole = "".join(f"%{ord(sign):02x}" for sign in target)
    return [digit, whole, whole.replace("%", "%25"), target.replace(".", "%2e"), target.replace(".", "%252e")]


def _interrupted(target: str) -> list[str]:
    signs = ("\t", "\n", "\r\n", "\0", " ", "\u00ad", "\u200b", "\ufeff", "\u202e", "\x7f")
    return [f"{target[:4]}{sign}{target[4:]}" for sign in signs]


def _parts(target: str) -> list[int]:
    return [int(part) for part in target.split(".")]


SPELLINGS: dict[str, Callable[[str], list[str]]] = {
    "plain": lambda target: [target],
    "decimal": _decimal,
    "hex": _hex,
    "octal": _octal,
    "short": _short,
    "within_ipv6": _within_six,
    "dressed": _dressed,
    "escaped": _escaped,
    "interrupted": _interrupted,
}
WRAPPERS: dict[str, Callable[[str, int], str]] = {
    "bare": lambda host, _port: f"https://{host}/song.mp3",
    "http": lambda host, _port: f"http://{host}/song.mp3",
    "port": lambda host, port: f"https://{host}:{port}/song.mp3",
    "http_port": lambda host, port: f"http://{host}:{port}/song.mp3",
    "port_443": lambda host, _port: f"https://{host}:443/song.mp3",
    "port_odd": lambda host, _port: f"https://{host}:0443/song.mp3",
    "user": lambda host, _port: f"https://songs.example.com@{host}/song.mp3",
    "user_word": lambda host, _port: f"https://songs.example.com:443@{host}/song.mp3",
    "backslash": lambda host, _port: f"https://{host}\\@songs.example.com/song.mp3",
    "backslash_path": lambda host, _port: f"https://songs.example.com\\@{host}/song.mp3",
    "fragment": lambda host, _port: f"https://{host}#@songs.example.com/song.mp3",
    "query": lambda host, _port: f"https://{host}?@songs.example.com/song.mp3",
    "question_user": lambda host, _port: f"https://songs.example.com?@{host}/song.mp3",
    "tab": lambda host, _port: f"ht\ttps://{host}/song.mp3",
    "line": lambda host, _port: f"https:\n//{host}/song.mp3",
    "nothing": lambda host, _port: host,
}
