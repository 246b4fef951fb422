"""Loads recorded drum kits: Hydrogen's (hydrogen-drumkits in Debian) and Sonic Pi's (sonic-pi-samples)."""

import re
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.signal import resample_poly

from training.beats.composing import Hit

RATE = 22_050
HYDROGEN = Path("/usr/share/hydrogen/data/drumkits")
SONIC_PI = Path("/usr/share/sonic-pi/samples")
Sound = NDArray[np.float32]
LONGEST = 2.0  # seconds
# What an instrument of a kit is called, in the order in which they are tried.
NAMES = (
    ("R", r"side.?stick|rim|cross"),
    ("O", r"(hat|hh|cymbal).*open|open.*(hat|hh)|ohh"),
    ("P", r"(hat|hh).*(ped|foot)|ped.*(hat|hh)"),
    ("H", r"hat|hh|cymbal_closed"),
    ("B", r"bell"),
    ("Y", r"cow"),
    ("D", r"ride|cymbal_soft"),
    ("J", r"crash|splash|china|cymbal_hard"),
    ("C", r"clap"),
    ("V", r"tom.*(hi|1)|hi.*tom"),
    ("U", r"tom.*(lo|floor|3|4)|(floor|lo).*tom"),
    ("T", r"tom"),
    ("S", r"snare|snr|^sn_|^sd"),
    ("K", r"kick|bass.?drum|^bd|^bass"),
    ("M", r"shak|marac|cabasa"),
    ("G", r"tamb"),
    ("Q", r"cong"),
    ("W", r"bongo"),
    ("L", r"clav|stick"),
)
# Who plays for a drum that a kit lacks.
STAND_INS = {
    "V": "TUS", "U": "TVK", "T": "UVS", "P": "HO", "D": "HO", "B": "DYH", "O": "HJ", "J": "OD", "R": "LSC",
    "C": "SR", "H": "PMDO", "S": "CR", "M": "GH", "G": "MH", "Q": "WTR", "W": "QTR",
    "L": "RY", "Y": "BLR", "K": "UT",
}  # fmt: skip
LEVELS = {
    "K": 1.0,
    "S": 0.9,
    "H": 0.35,
    "O": 0.35,
    "P": 0.3,
    "D": 0.4,
    "B": 0.4,
    "J": 0.5,
    "M": 0.3,
    "G": 0.3,
    "L": 0.35,
    "Y": 0.35,
}


@dataclass(frozen=True, kw_only=True)
class Kit:
    """Sounds by drum letter; each drum has one instrument or more, each with layers from soft to loud."""

    name: str
    drums: dict[str, list[list[Sound]]]

    def play(self, hits: list[Hit], frames: int, chance: np.random.Generator) -> Sound:
        """One channel at RATE of all hits; every drum gets a level of its own."""
        out = np.zeros(frames, np.float32)
        chosen: dict[str, list[Sound]] = {}
        levels = {
            drum: LEVELS.get(drum, 0.6) * float(np.exp(chance.normal(0, 0.35)))
            for drum in "KSRCHOPDBTUVYMGQLWJ"
        }
        for hit in hits:
            if hit.drum not in chosen:
                source = next(
                    (other for other in hit.drum + STAND_INS.get(hit.drum, "") if other in self.drums), None
                )
                choices = self.drums[source] if source else [[np.zeros(1, np.float32)]]
                chosen[hit.drum] = choices[int(chance.integers(len(choices)))]
            layers = chosen[hit.drum]
            layer = layers[min(len(layers) - 1, int(hit.loudness / 128 * len(layers)))]
            start = round(hit.start * RATE)
            sound = layer[: max(0, frames - start)]
            out[start : start + len(sound)] += sound * np.float32(
                levels[hit.drum] * (hit.loudness / 110) ** 1.5
            )
        return out


def all_kits() -> list[Kit]:
    """Every kit that is installed and has at least a kick and a snare."""
    kits = [_hydrogen(path) for path in sorted(HYDROGEN.glob("*/drumkit.xml"))]
    kits += [
        _sonic_pi(prefixes, name)
        for name, prefixes in (
            ("drum", ("drum_",)),
            ("electric", ("bd_", "sn_", "elec_", "hat_", "perc_", "drum_cymbal")),
        )
    ]
    return [kit for kit in kits if {"K", "S"} <= set(kit.drums)]


def _letter(name: str) -> str | None:
    return next((letter for letter, words in NAMES if re.search(words, name.lower())), None)


def _hydrogen(path: Path) -> Kit:
    drums: dict[str, list[list[Sound]]] = {}
    text = re.sub(r'xmlns="[^"]*"', "", path.read_text(encoding="utf-8", errors="replace"))
    for instrument in ElementTree.fromstring(text).iter("instrument"):
        letter = _letter(instrument.findtext("name") or "")
        layers = []
        for layer in instrument.iter("layer"):
            sound = _read(path.parent / (layer.findtext("filename") or ""))
            if sound is not None:
                layers.append((float(layer.findtext("min") or 0), sound))
        if letter and layers:
            drums.setdefault(letter, []).append(
                [sound for _, sound in sorted(layers, key=lambda each: each[0])]
            )
    return Kit(name=path.parent.name, drums=drums)


def _sonic_pi(prefixes: tuple[str, ...], name: str) -> Kit:
    drums: dict[str, list[list[Sound]]] = {}
    for path in sorted(SONIC_PI.glob("*.flac")):
        letter = _letter(path.stem)
        if letter and path.stem.startswith(prefixes) and (sound := _read(path)) is not None:
            drums.setdefault(letter, []).append([sound])
    return Kit(name=f"sonic-pi {name}", drums=drums)


def _read(path: Path) -> Sound | None:
    """The sound in one channel at RATE, its silence in front cut off and its peak at 1."""
    try:
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, soundfile.LibsndfileError):
        return None
    mono = resample_poly(samples.mean(axis=1), RATE, rate).astype(np.float32)
    peak = float(np.abs(mono).max(initial=0))
    if peak < 1e-4:
        return None
    first = int(np.flatnonzero(np.abs(mono) > 0.05 * peak)[0])
    return np.asarray(mono[max(0, first - 20) : first + int(LONGEST * RATE)] / peak)
