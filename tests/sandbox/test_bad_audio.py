"""Audio that is none, or lies about itself, ends in a sane output or in a sentence, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bad_audio.corpus import CUT_KINDS, CUTS, NO_SOUND, ODD_SOUND, cut
from tests.bad_audio.judging import Jury, is_sentence


@pytest.fixture(scope="module")
def jury(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jury]:
    with Jury(tmp_path_factory.mktemp("jury")) as running:
        yield running


def song(folder: Path, content: bytes) -> Path:
    path = folder / "song.mp3"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("name", NO_SOUND)
def test_what_holds_no_sound_is_told_in_a_sentence(name: str, jury: Jury, tmp_path: Path) -> None:
    verdict = jury.verdict(song(tmp_path, NO_SOUND[name]()))
    assert (verdict.ended, verdict.fault) == ("error", "")
    assert verdict.message.startswith("10004 Engine Error: song.mp3 ")


@pytest.mark.parametrize("name", ODD_SOUND)
def test_odd_sound_is_heard_or_refused_in_a_sentence(name: str, jury: Jury, tmp_path: Path) -> None:
    verdict = jury.verdict(song(tmp_path, ODD_SOUND[name]()))
    assert verdict.ended in ("completed", "error")
    assert verdict.fault == ""


@pytest.mark.parametrize("where", CUTS)
@pytest.mark.parametrize("kind", CUT_KINDS)
def test_a_song_may_break_off_anywhere(kind: str, where: float, jury: Jury, tmp_path: Path) -> None:
    verdict = jury.verdict(song(tmp_path, cut(kind, where)))
    assert verdict.ended in ("completed", "error")
    assert verdict.fault == ""


def test_the_chorus_is_looked_for_by_the_same_rules(jury: Jury, tmp_path: Path) -> None:
    for name in ("a letter", "three hours of MP3", "65535 channels"):
        verdict = jury.verdict(song(tmp_path, NO_SOUND[name]()), capability="musicHighlight", params=2)
        assert (verdict.ended, verdict.fault) == ("error", "")


@pytest.mark.parametrize(
    "message",
    ["", "Traceback", "10004 Engine Error: Traceback (most recent call last).", "10004 Engine Error: no end"],
)
def test_the_jury_knows_what_is_no_sentence(message: str) -> None:
    assert not is_sentence(message)
