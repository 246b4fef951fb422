"""A fixed piece of `make fuzz-audio`, and proof that its judge sees what it looks for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sandbox.beats.decoding import decode
from tests.bad_audio import judging
from tests.bad_audio.fuzzing import fuzz, mutations
from tests.bad_audio.judging import Jury
from tests.bad_audio.valid import FORMATS, SECONDS


def test_forty_damaged_songs_end_in_music_or_in_a_sentence(tmp_path: Path) -> None:
    score = fuzz(tmp_path, count=40, seed=11, lanes=1)
    assert score.faults == {}
    assert score.ended.total() == 40
    assert min(score.ended["completed"], score.ended["error"]) >= 8
    assert score.ended["unanswered"] == 0


def test_a_seed_draws_the_same_damages_again() -> None:
    """But for serial numbers, which encoders draw themselves."""

    def drawn(seed: int) -> list[tuple[int, str, str]]:
        return [(len(each.content), each.capability, str(each.params)) for each in mutations(30, seed)]

    assert drawn(4) == drawn(4)
    assert drawn(4) != drawn(5)
    assert len({each.content for each in mutations(30, 4)}) == 30


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_music_before_it_is_damaged(name: str, tmp_path: Path) -> None:
    (tmp_path / "song").write_bytes(FORMATS[name]())
    assert decode(tmp_path / "song").duration == pytest.approx(SECONDS, abs=0.08)


def test_the_judge_misses_an_answer_that_does_not_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "SECONDS", 0.001)
    (tmp_path / "song").write_bytes(FORMATS["wav"]())
    with Jury(tmp_path / "jury") as jury:
        verdict = jury.verdict(tmp_path / "song")
    assert (verdict.ended, verdict.fault) == ("unanswered", "no answer within 0.001 s")


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        ({"bpm": 120, "duration": 9, "beats": [(1, 1), (2, 0.5)]}, ""),
        ({"bpm": 120, "duration": 9, "beats": [(2, 1), (1, 0.5)]}, "beats do not ascend"),
        ({"bpm": 120, "duration": 9, "beats": [(1, 1), (10, 0.5)]}, "beats lie beside the song"),
        ({"bpm": 120, "duration": 9, "beats": [(1, 1), (2, 1.5)]}, "a strength beyond 1"),
        ({"bpm": float("nan"), "duration": 9, "beats": []}, "a number that is none"),
    ],
)
def test_the_judge_knows_insane_beats(told: dict[str, object], wrong: str, tmp_path: Path) -> None:
    pairs = told["beats"]
    assert isinstance(pairs, list)
    told["beats"] = [{"time": time, "strength": strength, "downbeat": False} for time, strength in pairs]
    (tmp_path / "beat.json").write_text(json.dumps(told))
    assert judging.insane_beats(tmp_path / "beat.json") == wrong
