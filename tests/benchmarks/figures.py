"""The figures of a run: medians over its rounds, printed for programs; all else is a note."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping
from statistics import median


class Figures:
    """Collects the figures of each round."""

    def __init__(self) -> None:
        self._rounds: defaultdict[str, list[float]] = defaultdict(list)

    def add(self, figures: Mapping[str, float]) -> None:
        """One more round of some figures."""
        for name, value in figures.items():
            self._rounds[name].append(value)

    def medians(self) -> dict[str, float]:
        """Each figure over its rounds."""
        return {name: median(values) for name, values in self._rounds.items()}

    def lines(self) -> list[str]:
        """`name=decimal`, the median of each figure's rounds."""
        return [f"{name}={value:.4f}" for name, value in self.medians().items()]

    def spread(self) -> list[str]:
        """The rounds themselves, for a note."""
        return [f"{name}: {' '.join(f'{v:.4f}' for v in values)}" for name, values in self._rounds.items()]


def note(words: str) -> None:
    """Print a setting or a detail, with the load of the machine."""
    print(f"# {words}", flush=True)


def host_load() -> str:
    """How busy the machine is, on average of a minute."""
    return f"host load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
