"""A small sample of `make dialects`: the portal's main journey in dialects that ask the most of it."""

from __future__ import annotations

import pytest

from sandbox.dialects import read
from tests.dialects import checks, journey
from tests.dialects.checks import Trouble, expect
from tests.dialects.journey import troubles

pytestmark = pytest.mark.django_db

SAMPLE = (
    "dates=x-date-only job-id=long-number state-form=name result-form=bare beats=file-csv error-form=code "
    "register-answer=wrapped create-answer=id-only states=2 outputs=absent callback-method=get",
    "random:20261129",
)


@pytest.mark.parametrize("words", SAMPLE)
def test_the_main_journey_passes_in_other_dialects(words: str) -> None:
    assert troubles(read(words.split())) == []


def test_a_journey_that_finds_nothing_wrong_would_prove_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a person may expect is looked at: with other beats expected, the same journey fails."""
    monkeypatch.setattr(checks, "TIMES", [time + 0.01 for time in checks.TIMES])
    monkeypatch.setattr(journey, "STEPS", (journey.a_song_is_heard,))
    [found] = troubles(read([]))
    assert found.startswith("a_song_is_heard: beats")
    with pytest.raises(Trouble):
        expect(False, "nothing")
