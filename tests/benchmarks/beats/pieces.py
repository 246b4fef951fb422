"""Finds the pieces of music that trackers are measured on, or has them made."""

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from sandbox.tunes import STYLES, Tune, render, render_style
from sandbox.tunes.variations import variation

SOUNDS = (".wav", ".flac", ".ogg", ".mp3")
SOUNDFONTS = {"fluid": "FluidR3_GM.sf2", "tim": "TimGM6mb.sf2"}
FONTS = Path("/usr/share/sounds/sf2")
RATE = 44_100
VARIATIONS = range(9000, 9040)
SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A sound file, its length, and the seconds of its true beats."""

    song: Path
    seconds: float
    beats: list[float]


def pieces(folder: Path, home: Path) -> list[Piece]:
    """Every truth of a folder that has a sound file, or a .mid that fluidsynth can play into `home`."""
    found = []
    for truth in sorted(folder.glob("*.json")):
        told = json.loads(truth.read_text(encoding="utf-8"))
        if "beats" not in told:
            continue
        song = next((path for end in SOUNDS if (path := truth.with_suffix(end)).exists()), None)
        recipe = told.get("recipe", {}) if song is None else {}
        song = song or _played(
            truth.with_suffix(".mid"), recipe, told["beats"][-1], home / folder.resolve().name
        )
        if song:
            late = float(recipe.get("silence", 0))
            beats = [time + late for time in told["beats"]]
            found.append(Piece(song=song, seconds=soundfile.info(song).duration, beats=beats))
    return found


def _played(midi: Path, recipe: dict[str, str], end: float, out: Path) -> Path | None:
    """A .mid as sound: soundfont, silence in front, noise and fade as its recipe says, mp3 aside."""
    font = FONTS / SOUNDFONTS[recipe.get("sf", "fluid")]
    if not midi.exists() or not font.exists() or not shutil.which("fluidsynth"):
        return None
    out.mkdir(parents=True, exist_ok=True)
    song = out / f"{midi.stem}.wav"
    if song.exists():
        return song
    raw = out / f"{midi.stem}.raw.wav"
    command = [
        "fluidsynth",
        "-ni",
        "-q",
        "-F",
        raw,
        "-r",
        str(RATE),
        "-g",
        "0.6",
        "-R",
        "1",
        "-C",
        "0",
        font,
        midi,
    ]
    subprocess.run(command, check=True, capture_output=True)
    samples, _ = soundfile.read(raw, dtype="float32", frames=int((end + 1.5) * RATE))
    raw.unlink()
    soundfile.write(
        song,
        _changed(samples, {name: float(recipe.get(name, 0)) for name in ("fade", "noise", "silence")}),
        RATE,
    )
    return song


def _changed(samples: np.ndarray, recipe: dict[str, float]) -> np.ndarray:
    if recipe["fade"]:
        tail = int(recipe["fade"] * RATE)
        samples[-tail:] *= np.linspace(1, 0.02, len(samples[-tail:]))[:, None]
    samples *= 0.8 / max(1e-6, float(np.abs(samples).max()))
    if recipe["noise"]:
        level = float(np.sqrt(np.mean(samples**2))) * 10 ** (-recipe["noise"] / 20)
        samples += level * np.random.default_rng(7).standard_normal(samples.shape)
    return np.pad(samples, ((int(recipe["silence"] * RATE), 0), (0, 0)))


def ours(out: Path) -> list[Piece]:
    """Tunes of our own, each style and random variations, made once."""
    out.mkdir(parents=True, exist_ok=True)
    wanted = {
        f"variation_{seed}": lambda seed=seed: render_style(variation(seed), SECONDS, seed)
        for seed in VARIATIONS
    }
    wanted |= {style: lambda style=style: render(style, SECONDS, 77) for style in STYLES}
    for name, make in wanted.items():
        if not (out / f"{name}.json").exists():
            write(make(), out / f"{name}.wav")
    return pieces(out, out)


def write(tune: Tune, song: Path) -> None:
    """A tune as a sound file with its truth beside it."""
    soundfile.write(song, tune.samples, tune.rate, subtype="PCM_16")
    song.with_suffix(".json").write_text(json.dumps({"beats": tune.beats}), encoding="utf-8")
