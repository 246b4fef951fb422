"""Draws requests: a form as a browser would send it, in which some fields hold what nobody expects."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.bad_audio.valid import FORMATS
from tests.fuzz.routes import Form, Route, vocabulary
from tests.fuzz.stage import ROLES, Stage

NASTY = (
    "", " ", "\0", "\r\nX: y", "\u202etxt.exe", "0", "-1", "1", "3", "1e309", "nan", "inf", "0.5", "1:02.5",
    "٣", "99999999999999999999", "9" * 5000, "2026-02-30", "2026-11-29", "0001-01-01", "true",
    "9999-12-31", "None", "<img src=x onerror=alert(1)>", "{{ 7 }}", "../../etc/passwd", "/", "//", "%00",
    "%", "a" * 300, "x" * 6000, "[" * 3000, "{}", "[]", "null", '{"a":', "[NaN]", '[{"time": 1e400}]',
    "https://127.1/x", "https://songs.example.com/a.mp3", "http://[::1", "javascript:alert(1)", "on", "owner",
    "desc", "1;2", "00000000-0000-4000-8000-000000000000", "=1+1", "'", '"', "\\", "\ud7ff\ue000",
    "\U0001f3b5", "1,2", "ａｄｍｉｎ", "-created_at", "uploads/song.wav", "COMPLETED", "musicBeat", "zh-hans",
)  # fmt: skip
_TYPES = ("application/json", "multipart/form-data; boundary=x", "multipart/form-data", "text/plain", "\xff")


@dataclass(frozen=True, kw_only=True)
class Example:
    """One request."""

    role: str
    method: str
    path: str
    query: Sequence[tuple[str, str]]
    form: Sequence[tuple[str, str]]
    files: Mapping[str, bytes]
    raw: bytes | None
    content_type: str
    headers: Mapping[str, str]


def examples(stage: Stage, route: Route, method: str, forms: list[Form]) -> st.SearchStrategy[Example]:
    """Requests by `method` to the route, whose `forms` are known."""
    known = [value for values in stage.names.values() for value in values]
    values = st.sampled_from(NASTY) | st.text(max_size=30) | st.sampled_from(known) | _json()
    more = st.lists(st.tuples(st.sampled_from(vocabulary()), values), max_size=6)
    mine = [form for form in forms if form.method == method and (form.typed or form.choices)]
    filled = st.one_of(*(_filled(form, values, more) for form in mine), more)
    return st.builds(
        Example,
        role=st.sampled_from(("owner", "owner", *ROLES)),
        method=st.just(method),
        path=_paths(stage, route),
        query=filled if method == "GET" else st.just([]) | more,
        form=filled if method == "POST" else st.just([]),
        files=_files(mine) if method == "POST" else st.just({}),
        # One request in a dozen is no form at all.
        raw=st.integers(0, 12).flatmap(lambda drawn: st.none() if drawn else st.binary(max_size=80)),
        content_type=st.sampled_from(_TYPES),
        headers=st.sampled_from([{}, {}, {"HX-Request": "true"}, {"HX-Request": "true", "HX-Target": "x"}]),
    )


def _paths(stage: Stage, route: Route) -> st.SearchStrategy[str]:
    """Mostly addresses of something; now and then of nothing."""
    drawn = {name: st.sampled_from(stage.names.get(name) or ["x", "1"]) for name in route.parameters}
    odd = st.sampled_from(
        ["0", "x", "00000000-0000-4000-8000-000000000000", "99999999999999999999", "%00", "é"]
    )
    mixed = {name: st.one_of(value, value, value, value, odd) for name, value in drawn.items()}
    return st.fixed_dictionaries(mixed).map(route.path)


@st.composite
def _filled(
    draw: st.DrawFn,
    form: Form,
    values: st.SearchStrategy[str],
    more: st.SearchStrategy[list[tuple[str, str]]],
) -> list[tuple[str, str]]:
    """A form as a browser sends it, in which up to three fields hold something else, or twice, or are left
    out; mostly all others are fine, so that what comes behind the first look is reached."""
    known = {**form.typed, **form.choices}
    damaged = draw(st.sets(st.sampled_from(sorted(known)), max_size=3))
    pairs: list[tuple[str, str]] = []
    for name, usual in known.items():
        if name in damaged:
            pairs += [(name, value) for value in draw(st.lists(values, max_size=2))]
        else:
            pairs.append((name, draw(st.sampled_from(usual or [""]))))
    return [*pairs, *draw(st.just([]) | more)]


def _files(forms: list[Form]) -> st.SearchStrategy[dict[str, bytes]]:
    names = sorted({name for form in forms for name in form.files} | {"file", "piece"})
    known = st.sampled_from([b"", b"R", b"ID3", FORMATS["wav"](), b"{}", b"a,b\n1,2"])
    return st.dictionaries(st.sampled_from(names), known | st.binary(max_size=60), max_size=2)


def _json() -> st.SearchStrategy[str]:
    """What scripts send within a field."""
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6)
    keys = st.sampled_from(
        ["time", "strength", "downbeat", "label", "kind", "settings", "params", "version", "x"]
    )

    def inner(each: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return st.lists(each, max_size=4) | st.dictionaries(keys, each, max_size=4)

    return st.recursive(leaves, inner, max_leaves=8).map(json.dumps)
