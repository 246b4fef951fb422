"""One run of the fuzz: files mutated by a seed, played under the limits of production, and judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from random import Random

from tests.bad_audio.judging import Jury, Verdict
from tests.bad_audio.mutating import mutated
from tests.bad_audio.valid import FORMATS

HIGHLIGHTS = 0.1  # share of orders that look for choruses


@dataclass
class Score:
    """How many ended in which way, and what was wrong: `faults` has the number of the mutation and why."""

    ended: Counter[str] = field(default_factory=Counter)
    faults: dict[int, str] = field(default_factory=dict)
    sentences: Counter[str] = field(default_factory=Counter)

    def add(self, number: int, verdict: Verdict) -> None:
        """Count one."""
        self.ended[verdict.ended] += 1
        self.sentences[verdict.message] += 1
        if verdict.fault:
            self.faults[number] = f"{verdict.fault} ({verdict.message})"


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """One file, and what is asked of it."""

    number: int
    content: bytes
    capability: str
    params: object


def mutations(count: int, seed: int) -> Iterator[Mutation]:
    """The same for the same seed, and the first ones of a longer run are those of a shorter one."""
    files = [made() for made in FORMATS.values()]
    for number in range(count):
        dice = Random(f"{seed}/{number}")
        content = mutated(dice, files)
        if dice.random() < HIGHLIGHTS:
            yield Mutation(number=number, content=content, capability="musicHighlight", params=2)
            continue
        params = {"outputType": dice.randint(1, 4), "drumType": dice.randint(1, 4), "splitNum": 2}
        yield Mutation(number=number, content=content, capability="musicBeat", params=params)


def fuzz(
    folder: Path, *, count: int, seed: int, lanes: int, beside: Callable[[Mutation], None] = lambda _: None
) -> Score:
    """Play `count` mutations in `lanes` at once; `beside` is told of each. What was at fault stays there."""
    score, free = Score(), SimpleQueue[tuple[Jury, Path]]()
    juries = [(Jury(folder / f"lane{lane}"), folder / f"lane{lane}" / "song.mp3") for lane in range(lanes)]
    for jury in juries:
        free.put(jury)

    def judged(mutation: Mutation) -> tuple[Mutation, Verdict]:
        jury, song = free.get()
        try:
            song.write_bytes(mutation.content)
            return mutation, jury.verdict(song, capability=mutation.capability, params=mutation.params)
        finally:
            free.put((jury, song))

    with ThreadPoolExecutor(lanes) as pool:
        for mutation, verdict in pool.map(judged, mutations(count, seed)):
            score.add(mutation.number, verdict)
            if verdict.fault:
                (folder / f"fault{mutation.number}").write_bytes(mutation.content)
            beside(mutation)
    for jury, _ in juries:
        jury.close()
    return score
