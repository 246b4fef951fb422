"""Any common format is read, by what is in the file, and every sample stands where it stands in the WAV."""

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from sandbox import sounds
from sandbox.beats import track
from sandbox.beats.decoding import LONGEST, decode
from sandbox.sounds import UndecodableError, open_sound
from sandbox.tunes import render
from tests.media import RATE, SECONDS, click_track, media, offset_of

Samples = NDArray[np.float32]


def read(path: Path) -> tuple[Samples, int]:
    """One channel of a file, and its rate."""
    with open_sound(path) as sound:
        return np.concatenate(list(sound.blocks())).mean(axis=1), sound.rate


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def plain(samples: Samples, rate: int, **how: str) -> bytes:
    """A file that libsndfile writes."""
    out = io.BytesIO()
    soundfile.write(out, samples, rate, **how)
    return out.getvalue()


FORMATS = {
    "m4a": ("ipod", "aac"),
    "mp4": ("mp4", "aac"),
    "mov": ("mov", "aac"),
    "alac": ("ipod", "alac"),
    "webm": ("webm", "libopus"),
    "mkv": ("matroska", "aac"),
    "opus": ("ogg", "libopus"),
    "mp3": ("mp3", "libmp3lame"),
    "flac": ("flac", "flac"),
    "aiff": ("aiff", "pcm_s16be"),
    "wavpack": ("wv", "wavpack"),
}


@pytest.mark.parametrize("name", FORMATS)
def test_clicks_are_heard_where_they_were_put_in_any_format(name: str, tmp_path: Path) -> None:
    samples, rate = read(written(tmp_path / "song", media(*FORMATS[name])))
    assert rate == RATE
    assert offset_of(samples, rate) == pytest.approx(0, abs=0.001)
    assert len(samples) / rate == pytest.approx(SECONDS, abs=0.03)


@pytest.mark.parametrize("late", [0.0, 0.5])
def test_the_sound_of_a_film_begins_where_the_film_plays_it(late: float, tmp_path: Path) -> None:
    film = written(tmp_path / "film.mp4", media("mp4", "aac", video="libx264", late=late))
    samples, rate = read(film)
    assert offset_of(samples, rate, late=late) == pytest.approx(0, abs=0.002)


@pytest.fixture(scope="module")
def house() -> Samples:
    tune = render("house", 10)
    assert tune.rate == 44_100
    return tune.samples.mean(axis=1).astype(np.float32)


@pytest.fixture(scope="module")
def truth(house: Samples, tmp_path_factory: pytest.TempPathFactory) -> list[float]:
    """The beats that are heard in the WAV."""
    folder = tmp_path_factory.mktemp("truth")
    heard = track(written(folder / "song.wav", plain(house, 44_100, format="WAV"))).beats
    assert len(heard) > 15
    return heard


@pytest.mark.parametrize("name", ["m4a", "mp4", "mp3"])
def test_a_song_has_the_same_beats_in_every_format(
    name: str, house: Samples, truth: list[float], tmp_path: Path
) -> None:
    song = written(tmp_path / "song.wav", media(*FORMATS[name], rate=44_100, sound=house))
    assert track(song).beats == pytest.approx(truth, abs=0.01)


@pytest.mark.parametrize("subtype", ["MPEG_LAYER_III", "OPUS", "VORBIS"])
def test_beats_do_not_move_in_what_libsndfile_compressed(
    subtype: str, house: Samples, truth: list[float], tmp_path: Path
) -> None:
    if subtype == "OPUS":
        house, rate = np.interp(np.arange(480_000) / 48_000, np.arange(441_000) / 44_100, house), 48_000
    else:
        rate = 44_100
    kind = "MP3" if subtype.startswith("MPEG") else "OGG"
    song = written(tmp_path / "song.txt", plain(house, rate, format=kind, subtype=subtype))
    assert track(song).beats == pytest.approx(truth, abs=0.01)


def without_length(mp3: bytes) -> bytes:
    """The same without the frame that says how long the whole is."""
    return mp3[mp3.index(b"\xff\xfb", max(mp3.find(b"Xing"), mp3.find(b"Info"))) :]


def test_an_mp3_of_varying_rate_that_does_not_say_its_length_is_read_to_its_end(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).normal(0, 0.2, 2 * RATE).astype(np.float32)
    dense = plain(noise, RATE, format="MP3")
    thin = plain(np.zeros(6 * RATE), RATE, format="MP3")
    samples, rate = read(written(tmp_path / "song.mp3", without_length(dense) + without_length(thin)))
    assert len(samples) / rate == pytest.approx(8, abs=0.1)


@pytest.mark.parametrize("noise", [b"", bytes(3_000), b"APETAGEX" * 40], ids=["none", "zeros", "tag"])
def test_an_mp3_without_its_beginning_is_read_from_its_first_frame_on(noise: bytes, tmp_path: Path) -> None:
    whole = plain(click_track(), RATE, format="MP3")
    samples, rate = read(written(tmp_path / "song.mp3", noise + whole[len(whole) // 2 + 1 :]))
    assert len(samples) / rate == pytest.approx(SECONDS / 2, abs=0.3)


def test_of_two_mp3_files_glued_together_both_are_read(tmp_path: Path) -> None:
    one = plain(click_track(), RATE, format="MP3")
    samples, rate = read(written(tmp_path / "song.mp3", one + one))
    assert len(samples) / rate == pytest.approx(2 * SECONDS, abs=0.1)


@pytest.mark.parametrize("subtype", ["PCM_24", "PCM_32", "PCM_U8", "FLOAT", "DOUBLE", "ULAW"])
def test_every_kind_of_number_is_the_same_sound(subtype: str, tmp_path: Path) -> None:
    content = plain(click_track(), RATE, format="WAV", subtype=subtype)
    samples, _ = read(written(tmp_path / "song.wav", content))
    assert np.abs(samples - click_track()).max() < 0.03


def test_what_is_no_number_is_silence_and_no_number_is_endless(tmp_path: Path) -> None:
    odd = np.array([np.nan, np.inf, -np.inf, 3e38, -3e38, 0.25] * 500, np.float32)
    samples, _ = read(written(tmp_path / "song.wav", plain(odd, RATE, format="WAV", subtype="FLOAT")))
    assert np.isfinite(samples).all()
    assert list(samples[:6]) == [0, 0, 0, 1e9, -1e9, 0.25]


def test_a_name_says_nothing(tmp_path: Path) -> None:
    content = plain(click_track(), RATE, format="FLAC")
    for name in ("song.raw", "song.mp3", "song.txt", "song"):
        assert len(read(written(tmp_path / name, content))[0]) == SECONDS * RATE


@pytest.mark.parametrize(("seconds", "fits"), [(LONGEST, True), (LONGEST + 1, False)])
def test_longer_than_a_quarter_of_an_hour_is_refused_and_not_cut(
    seconds: float, fits: bool, tmp_path: Path
) -> None:
    rate = 8_000
    with soundfile.SoundFile(tmp_path / "song.flac", "w", samplerate=rate, channels=1) as file:
        for _ in range(round(seconds)):
            file.write(np.zeros(rate))
    if fits:
        assert decode(tmp_path / "song.flac").duration == LONGEST
        return
    with pytest.raises(UndecodableError, match=r"^song\.flac is longer than 15 minutes"):
        decode(tmp_path / "song.flac")


def test_without_pyav_a_sentence_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    song = written(tmp_path / "song.m4a", media("ipod", "aac"))
    monkeypatch.setattr(sounds, "find_spec", lambda name: None)
    with pytest.raises(UndecodableError, match=r"QuickTime, and PyAV.* not installed \(pip install av\)"):
        read(song)


def test_a_film_without_sound_is_told_so(tmp_path: Path) -> None:
    import av

    with av.open(tmp_path / "film.mp4", "w") as out:
        stream = out.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for packet in (*stream.encode(av.VideoFrame(64, 48, "yuv420p")), *stream.encode(None)):
            out.mux(packet)
    with pytest.raises(UndecodableError, match="there is no sound in it"):
        read(tmp_path / "film.mp4")
