"""What musicBeat sends: only what a person set, and nothing that TMP would refuse."""

from __future__ import annotations

import json

import pytest

from jobs.capabilities import capability


def test_only_what_was_set_is_sent_and_integers_stay_integers() -> None:
    beat = capability("musicBeat")
    form = beat.Form(data={"outputType": "4", "drumType": "", "enlargeLevel": "3", "splitNum": ""})
    assert form.is_valid()
    sent = beat.descriptor(json.loads(json.dumps(form.cleaned_data)))
    assert sent == {"outputType": 4, "enlargeLevel": 3}
    assert all(type(value) is int for value in sent.values())


@pytest.mark.parametrize(
    "wrong", [{"outputType": 5}, {"drumType": 0}, {"enlargeLevel": 7}, {"enlargeLevel": 0}, {"splitNum": 0}]
)
def test_values_outside_of_what_is_known_are_refused_before_they_cost_money(wrong: dict[str, int]) -> None:
    assert not capability("musicBeat").Form(data=wrong).is_valid()
