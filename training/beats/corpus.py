"""Makes the corpus, song after song: python -m training.beats.corpus OUT --first 0 --count 3000.

One `<seed>.npz` a song: `spectrum` (mixes, frames, bands) as sandbox.beats hears it, `beats`, `downbeats` and
`hits` in seconds and the `style`. A song that is there already is not made again, so a stopped run goes on.
"""

import argparse
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sandbox.beats.resampling import Resampler
from sandbox.beats.spectra import spectrum
from sandbox.tunes import STYLES, render, render_style
from sandbox.tunes.variations import variation
from training.beats.composing import any_style, compose
from training.beats.grooves import GROOVES
from training.beats.kits import all_kits
from training.beats.mixing import mix
from training.beats.playing import RATE, Stems, Studio

SECONDS = 32.0
MIXES = 2
OURS = 0.15  # of the songs are tunes of the sandbox, which the demo plays


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """What was played, and the truth about it in seconds."""

    stems: Stems
    beats: list[float]
    downbeats: list[float]
    hits: list[float]
    style: str


def composed(studio: Studio, seed: int, among: Collection[str]) -> Lesson:
    """A song of training.beats.composing."""
    style = any_style(seed, among)
    seconds = SECONDS * float(np.random.default_rng((seed, 35)).uniform(0.7, 1.3))
    song = compose(style, seed, seconds)
    hits = sorted(hit.start for hit in song.hits)
    stems = studio.play(song, seed)
    return Lesson(stems=stems, beats=song.beats, downbeats=song.downbeats, hits=hits, style=style)


def of_the_sandbox(seed: int) -> Lesson:
    """A tune of sandbox.tunes, which comes in one piece and without word of its hits."""
    chance = np.random.default_rng((seed, 36))
    if chance.random() < 0.4:
        style = str(chance.choice(list(STYLES)))
        tune = render(style, SECONDS, 1000 + seed, bpm=STYLES[style].bpm * float(chance.uniform(0.85, 1.18)))
    else:
        style = "variation"
        tune = render_style(variation(seed), SECONDS, 1000 + seed)
    resampler = Resampler(tune.rate, RATE)
    music = np.concatenate([resampler.push(tune.samples.mean(axis=1)), resampler.flush()])
    silence = np.zeros_like(music)
    stems = Stems(drums=silence, music=music, voice=silence)
    return Lesson(stems=stems, beats=tune.beats, downbeats=tune.downbeats, hits=[], style=style)


def make(studio: Studio, seed: int, path: Path, among: Collection[str]) -> None:
    """Write what the network will see of one song, of one of some styles."""
    chance = np.random.default_rng((seed, 34))
    ours = chance.random() < OURS and among == set(GROOVES)
    lesson = of_the_sandbox(seed) if ours else composed(studio, seed, among)
    seen = [spectrum(mix(lesson.stems, lesson.beats, chance)) for _ in range(MIXES)]
    np.savez(
        path,
        spectrum=np.stack(seen).astype(np.float16),
        beats=np.array(lesson.beats),
        downbeats=np.array(lesson.downbeats),
        hits=np.array(lesson.hits),
        style=lesson.style,
    )


def main() -> None:
    """Make the songs that are asked for."""
    parser = argparse.ArgumentParser(prog="python -m training.beats.corpus", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=3000)
    parser.add_argument("--styles", nargs="+", choices=GROOVES, default=list(GROOVES), metavar="STYLE")
    parser.add_argument("--held", action="store_true", help="with the instruments that are held back")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    studio = Studio(all_kits(), held=options.held)
    for seed in range(options.first, options.first + options.count):
        path = options.out / f"{seed}.npz"
        if not path.exists():
            make(studio, seed, path, set(options.styles))


if __name__ == "__main__":
    main()
