"""What may be typed about a cut list, and what it then means."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.cuts.planning import By, Prefer, Wish
from jobs.cuts.wishing import CutForm, said_or_usual


def taken(**query: str) -> CutForm:
    form = CutForm(said_or_usual(query, has_bars=True))
    assert form.is_valid(), form.errors
    return form


@pytest.mark.parametrize(
    ("query", "wish"),
    [
        ({}, Wish(by=By.BARS, sizes=(1.0,))),
        ({"by": "beats"}, Wish(by=By.BEATS, sizes=(4.0,))),
        ({"by": "count"}, Wish(by=By.COUNT, sizes=(8,))),
        ({"by": "seconds", "n": "1.5, 3"}, Wish(by=By.SECONDS, sizes=(1.5, 3.0))),
        ({"by": "beats", "n": "４／４ 2"}, Wish(by=By.BEATS, sizes=(4.0, 4.0, 2.0))),
        ({"prefer": "strong"}, Wish(by=By.BARS, sizes=(1.0,), prefer=Prefer.STRONG)),
    ],
)
def test_what_is_left_out_has_a_usual_meaning(query: dict[str, str], wish: Wish) -> None:
    assert taken(**query).wish == wish


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("1:30", 90), ("90.5", Fraction(181, 2)), ("1:02:03", 3723), ("１：３０", 90), ("", None), ("0", 0)],
)
def test_a_moment_is_seconds_or_a_clock(said: str, seconds: Fraction | None) -> None:
    assert taken(begin=said).cleaned_data["begin"] == seconds


@given(
    by=st.sampled_from(By),
    n=st.text(max_size=30) | st.text("0123456789., /", max_size=12),
    prefer=st.text(max_size=9),
    begin=st.text("0123456789:.", max_size=9),
    end=st.text(max_size=9),
)
def test_nothing_that_is_typed_breaks_the_form(**query: str) -> None:
    form = CutForm(said_or_usual(query, has_bars=False))
    if form.is_valid():
        assert form.wish.sizes and all(size > 0 for size in form.wish.sizes)
    else:
        assert set(form.errors) <= {"n", "prefer", "begin", "end"}
