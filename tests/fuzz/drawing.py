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
    values = st.one_of(
        st.sampled_from(NASTY),
        st.text(max_size=30),
        st.sampled_from([value for known in stage.names.values() for value in known]),
        _json(),
    )
    names = st.sampled_from(vocabulary())
    anything = st.lists(st.tuples(names, values), max_size=6)
    mine = [form for form in forms if form.method == method]
    filled = st.one_of(*(_filled(form, values) for form in mine), anything) if mine else anything
    both = st.builds(
        lambda one, other: [*one, *other], filled, st.lists(st.tuples(names, values), max_size=2)
    )
    files = st.dictionaries(
        st.sampled_from(sorted({name for form in mine for name in form.files} | {"file", "piece"})),
        st.sampled_from([b"", b"R", b"ID3", FORMATS["wav"](), b"{}", b"a,b\n1,2"]) | st.binary(max_size=60),
        max_size=2,
    )
    return st.builds(
        Example,
        role=st.sampled_from(("owner", "owner", *ROLES)),
        method=st.just(method),
        path=_paths(stage, route),
        query=both if method == "GET" else st.one_of(st.just([]), anything),
        form=both if method == "POST" else st.just([]),
        files=files if method == "POST" else st.just({}),
        raw=st.sampled_from([None] * 12 + ["raw"]).flatmap(
            lambda kind: st.binary(max_size=80) if kind else st.none()
        ),
        content_type=st.sampled_from(
            [
                "application/json",
                "multipart/form-data; boundary=x",
                "multipart/form-data",
                "text/plain",
                "\xff",
            ]
        ),
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


def _filled(form: Form, values: st.SearchStrategy[str]) -> st.SearchStrategy[list[tuple[str, str]]]:
    """A form as a browser sends it, in which some fields hold something else, twice, or are left out."""

    def field_of(name: str, known: list[str]) -> st.SearchStrategy[list[tuple[str, str]]]:
        usual = st.sampled_from(known or [""])
        return st.one_of(
            usual.map(lambda value: [(name, value)]),
            usual.map(lambda value: [(name, value)]),
            values.map(lambda value: [(name, value)]),
            st.just([]),
            st.lists(values.map(lambda value: (name, value)), min_size=2, max_size=3),
        )

    fields = [field_of(name, known) for name, known in {**form.typed, **form.choices}.items()]
    return st.tuples(*fields).map(lambda drawn: [pair for pairs in drawn for pair in pairs])


def _json() -> st.SearchStrategy[str]:
    """What scripts send within a field."""
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6)
    keys = st.sampled_from(
        ["time", "strength", "downbeat", "label", "kind", "settings", "params", "version", "x"]
    )

    def inner(each: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return st.lists(each, max_size=4) | st.dictionaries(keys, each, max_size=4)

    return st.recursive(leaves, inner, max_leaves=8).map(json.dumps)
