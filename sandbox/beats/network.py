"""Runs the trained network over a spectrum, in numpy: how likely a beat and a first beat are in every frame.

training/beats made the weights, and training/beats/net.py is the same network for torch.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sandbox.beats.spectra import BANDS, Spectrum

WEIGHTS = Path(__file__).with_name("network.npz")
STRIDE = 2  # bands
PITCHES = (-2, -1, 0, 1, 2)  # bands
CHUNK = 1000  # frames of those layers at a time, so that memory stays small

Array = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Chances:
    """Three curves from 0 to 1, one value per frame of the spectrum (sandbox.beats.spectra.PACE a second)."""

    beat: Array
    downbeat: Array
    hit: Array


@dataclass(frozen=True, kw_only=True)
class Layer:
    """`taps` (taps, inputs, outputs), applied to frames that lie `apart` from each other, and a bias."""

    taps: Array
    bias: Array
    apart: int = 1

    def __call__(self, values: Array) -> Array:
        """(frames, inputs) to (frames, outputs); beyond the ends lies silence."""
        reach = len(self.taps) // 2 * self.apart
        padded = np.pad(values, ((reach, reach), (0, 0))) if reach else values
        out = np.tile(self.bias, (len(values), 1))
        for place, tap in enumerate(self.taps):
            out += padded[place * self.apart :][: len(values)] @ tap
        return out


@dataclass(frozen=True, kw_only=True)
class Network:
    """Layers over bands and time, then pairs of layers over time whose outcome is added, then the curves."""

    seeing: tuple[Layer, ...]
    blocks: tuple[tuple[Layer, Layer], ...]
    out: Layer


def chances(spectrum: Spectrum) -> Chances:
    """What the network makes of a spectrum, heard in several pitches: what it is sure of, it says of all."""
    odds = np.mean([_odds(_moved(spectrum, by)) for by in PITCHES], axis=0)
    beat, downbeat, hit = (1 / (1 + np.exp(-odds))).T
    return Chances(beat=beat, downbeat=downbeat, hit=hit)


def _moved(spectrum: Spectrum, by: int) -> Spectrum:
    """The same song some bands higher or lower; beyond its edge a band is as the last one."""
    return spectrum[:, np.clip(np.arange(BANDS) - by, 0, BANDS - 1)]


def _odds(spectrum: Spectrum) -> Array:
    """(frames, 3): logarithms of the odds of beat, downbeat and hit."""
    network = _network()
    values = np.concatenate([_seen(network, spectrum, at) for at in range(0, max(1, len(spectrum)), CHUNK)])
    for wide, mix in network.blocks:
        values += mix(_elu(wide(values)))
    return network.out(_elu(values))


def _seen(network: Network, spectrum: Spectrum, start: int) -> Array:
    """The layers over bands and time for one chunk; each needs a frame more on both sides."""
    margin = min(start, len(network.seeing))
    values = spectrum[start - margin : start + CHUNK + len(network.seeing)]
    for layer in network.seeing:
        values = _elu(layer(values))
    return values[margin : margin + CHUNK]


@cache
def _network() -> Network:
    with np.load(WEIGHTS) as file:
        weights = {name: file[name].astype(np.float32) for name in file.files}
    seeing, bands = [], BANDS
    for name in ("conv1", "conv2", "conv3"):
        layer, bands = _dense(weights[f"{name}_weight"], weights[f"{name}_bias"], bands)
        seeing.append(layer)
    count = sum(name.endswith("wide_bias") for name in weights)
    blocks = [
        (_layer(weights, f"blocks_{n}_wide", 2**n), _layer(weights, f"blocks_{n}_mix")) for n in range(count)
    ]
    return Network(seeing=tuple(seeing), blocks=tuple(blocks), out=_layer(weights, "out"))


def _layer(weights: dict[str, Array], name: str, apart: int = 1) -> Layer:
    taps = np.ascontiguousarray(weights[f"{name}_weight"].transpose(2, 1, 0))
    return Layer(taps=taps, bias=weights[f"{name}_bias"], apart=apart)


def _dense(kernel: Array, bias: Array, bands: int) -> tuple[Layer, int]:
    """A kernel that walks over the bands, written out as a matrix over all of them at once: fast in numpy."""
    channels, inputs, rows, columns = kernel.shape
    left = (bands - columns) // STRIDE + 1
    taps = np.zeros((rows, bands, inputs, left, channels), np.float32)
    for band in range(left):
        first = STRIDE * band
        taps[:, first : first + columns, :, band] = kernel.transpose(2, 3, 1, 0)
    flat = taps.reshape(rows, bands * inputs, left * channels)
    return Layer(taps=flat, bias=np.tile(bias, left)), left


def _elu(values: Array) -> Array:
    return np.where(values > 0, values, np.expm1(np.minimum(values, 0)))
