"""Writes tunes as sound files with their truth beside them: python -m sandbox.tunes --out DIR --all."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

import soundfile

from sandbox.tunes import FORMS, STYLES, Tune, render, render_song


def main() -> None:
    """Render the asked styles and print one `song=PATH truth=PATH` line for each."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.tunes", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder to write into; made if missing")
    parser.add_argument("--style", nargs="+", choices=sorted(STYLES), default=["city_pop"])
    parser.add_argument("--all", action="store_true", help="every style")
    parser.add_argument("--seconds", type=float, default=30.0, help="length of each tune, at least 8")
    parser.add_argument("--form", choices=sorted(FORMS), help="a whole song with choruses, of its own length")
    parser.add_argument("--seed", type=int, default=1, help="another number composes other tunes")
    parser.add_argument("--format", choices=("wav", "flac"), default="wav")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for style in STYLES if options.all else options.style:
        if options.form:
            tune = render_song(STYLES[style], options.form, options.seed, name=style)
        else:
            tune = render(style, options.seconds, options.seed)
        song = options.out / f"{style}.{options.format}"
        soundfile.write(song, tune.samples, tune.rate, subtype="PCM_16")
        truth = song.with_suffix(".json")
        truth.write_text(json.dumps(_truth(tune), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        print(f"song={song} truth={truth}")


def _truth(tune: Tune) -> dict[str, object]:
    names = ("style", "bpm", "beats", "downbeats", "title_zh", "title_en", "license")
    return {name: getattr(tune, name) for name in names} | {
        "sections": [asdict(stretch) for stretch in tune.sections]
    }


if __name__ == "__main__":
    main()
