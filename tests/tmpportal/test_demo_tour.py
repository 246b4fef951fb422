"""The score and the form reader of the demo."""

from __future__ import annotations

import pytest

from tmpportal.demo_tour import f_measure
from tmpportal.visitor import _Forms


@pytest.mark.parametrize(
    ("truth", "heard", "score"),
    [
        ([1, 2, 3, 4], [1, 2, 3, 4], 1.0),
        ([1, 2, 3, 4], [1.06, 2.06, 3.06, 4.06], 1.0),
        ([1, 2, 3, 4], [1.08, 2.08, 3.08, 4.08], 0.0),
        ([1, 2, 3, 4], [1, 1.5, 2, 2.5, 3, 3.5, 4], 8 / 11),
        ([1, 2, 3, 4], [1, 3], 2 / 3),
        ([1], [1.0, 1.01, 1.02], 0.5),
        ([], [1], 0.0),
    ],
)
def test_beats_count_once_and_only_within_seventy_milliseconds(truth, heard, score):
    assert f_measure(truth, heard) == pytest.approx(score)


def test_a_form_is_read_as_a_browser_would_send_it():
    parsed = _Forms()
    parsed.feed(
        '<input name="outside" value="no"><form action="/go/">'
        '<input name="a" value="1"><input type="checkbox" name="off">'
        '<input type="checkbox" name="on" checked>'
        '<input type="radio" name="r" value="x"><input type="radio" name="r" value="y" checked>'
        '<select name="s"><option value="1"><option value="2" selected></select>'
        '<textarea name="t"></textarea>'
        '<input type="file" name="f"></form>'
    )
    assert parsed.actions == ["/go/"]
    assert parsed.forms == [{"a": "1", "on": "on", "r": "y", "s": "2", "t": ""}]
