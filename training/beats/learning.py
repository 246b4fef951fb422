"""Trains the network on a corpus: python -m training.beats.learning CORPUS OUT.npz --steps 8000.

Single-threaded, so that it may run beside other work for hours, in as many runs as one likes.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from sandbox.beats.spectra import PACE
from training.beats.net import Net
from training.beats.widening import widened

FRAMES, BATCH = 1200, 8
RATE, WARM = 4e-3, 300
HELD = 40  # the first songs of a corpus are for looking only
FOLLOWS = 0.998  # how much of itself the slow copy keeps at every step
SHARES = (1.0, 1.0, 0.3)  # of beats, downbeats and hits in the loss
Batch = tuple[torch.Tensor, torch.Tensor, torch.Tensor]


class Corpus:
    """Songs in memory, cut and bent anew each time they are asked for."""

    def __init__(self, paths: list[Path]) -> None:
        self.songs = [
            {name: part for name, part in np.load(path).items() if name != "style"} for path in paths
        ]

    def batch(self, chance: np.random.Generator, size: int = BATCH, *, bent: bool = True) -> Batch:
        """(batch, frames, bands), (batch, 3, frames) and which frames count (batch, 1, frames)."""
        picked = [self.songs[int(chance.integers(len(self.songs)))] for _ in range(size)]
        parts = [cut(song, chance, bent=bent) for song in picked]
        spectra, targets, counted = (np.stack(each).astype(np.float32) for each in zip(*parts, strict=True))
        return torch.from_numpy(spectra), torch.from_numpy(targets), torch.from_numpy(counted)


def cut(
    song: dict[str, NDArray[np.float64]], chance: np.random.Generator, *, bent: bool
) -> tuple[NDArray[np.float64], ...]:
    """A stretch of FRAMES of a random mix, faster or slower, tuned and masked."""
    mixes = song["spectrum"]
    whole = mixes[int(chance.integers(len(mixes)))].astype(np.float32)
    speed = float(np.exp(chance.uniform(-0.12, 0.12))) if bent else 1.0
    need = FRAMES * speed
    start = float(chance.uniform(-0.1 * need, max(0.0, len(whole) - 0.9 * need)))
    places = start + np.arange(FRAMES) * speed
    inside = (places >= 0) & (places < len(whole) - 1)
    low = np.clip(places.astype(int), 0, len(whole) - 2)
    share = np.clip(places - low, 0, 1)[:, None].astype(np.float32)
    values = whole[low] * (1 - share) + whole[low + 1] * share
    quiet = whole.min(axis=0)
    values[~inside] = quiet
    targets = np.stack(
        [_marks((song[name] * PACE - start) / speed) for name in ("beats", "downbeats", "hits")]
    )
    if bent:
        values = _bent(values, chance)
    return values, targets, inside[None]


def _marks(frames: NDArray[np.float64]) -> NDArray[np.float32]:
    """1 at every mark, a half beside it."""
    marks = np.zeros(FRAMES + 2, np.float32)
    places = np.round(frames[(frames > -0.5) & (frames < FRAMES - 0.5)]).astype(int) + 1
    for shift, height in ((-1, 0.5), (1, 0.5), (0, 1.0)):
        marks[places + shift] = np.maximum(marks[places + shift], height)
    return marks[1:-1]


def _bent(values: NDArray[np.float32], chance: np.random.Generator) -> NDArray[np.float32]:
    """Other pitch, other dynamics, other tone, and here and there nothing at all."""
    bands = values.shape[1]
    shift = int(chance.integers(-3, 4))
    if shift:
        values = np.pad(values, ((0, 0), (abs(shift), abs(shift))), mode="edge")[:, abs(shift) - shift :][
            :, :bands
        ]
    values = values * np.float32(chance.uniform(0.75, 1.25))
    values = values + np.interp(np.arange(bands), np.linspace(0, bands, 6), chance.normal(0, 0.3, 6)).astype(
        np.float32
    )
    if chance.random() < 0.3:
        first = int(chance.integers(0, bands - 8))
        values[:, first : first + int(chance.integers(4, 20))] = 0
    if chance.random() < 0.3:
        first = int(chance.integers(0, FRAMES - 50))
        values[first : first + int(chance.integers(5, 60))] = values.min()
    return values


def loss_of(net: Net, batch: Batch) -> torch.Tensor:
    """Cross-entropy of all three curves."""
    spectra, targets, counted = batch
    each = torch.nn.functional.binary_cross_entropy_with_logits(net(spectra), targets, reduction="none")
    shares = torch.tensor(SHARES)[None, :, None]
    return (each * counted * shares).sum() / counted.sum()


class Lesson:
    """A network, its teacher and a slow copy that follows it, which is the one that is kept."""

    def __init__(self, steps: int, rate: float = RATE) -> None:
        self.net, self.step, self.steps = Net(), 0, steps
        average = torch.optim.swa_utils.get_ema_multi_avg_fn(FOLLOWS)
        self.slow = torch.optim.swa_utils.AveragedModel(self.net, multi_avg_fn=average)
        self.teacher = torch.optim.AdamW(self.net.parameters(), lr=rate, weight_decay=1e-2)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.teacher, rate, total_steps=steps, pct_start=min(0.3, WARM / steps)
        )
        self.parts = {"net": self.net, "slow": self.slow, "teacher": self.teacher, "schedule": self.schedule}

    def learn(self, batch: Batch) -> float:
        """One step; the loss before it."""
        loss = loss_of(self.net, batch)
        self.teacher.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.teacher.step()
        self.schedule.step()
        self.slow.update_parameters(self.net)
        self.step += 1
        return float(loss.detach())

    def judge(self, batch: Batch) -> float:
        """The loss of the slow copy."""
        self.slow.eval()
        with torch.no_grad():
            return float(loss_of(self.slow.module, batch))

    def save(self, path: Path) -> None:
        """The weights as sandbox.beats.network reads them, and beside them all that a later run needs."""
        values = self.slow.module.state_dict().items()
        np.savez_compressed(
            path, **{name.replace(".", "_"): value.numpy().astype(np.float16) for name, value in values}
        )
        state = {name: part.state_dict() for name, part in self.parts.items()}
        torch.save(state | {"step": self.step}, path.with_suffix(".pt"))

    def follow(self, path: Path) -> None:
        """Begin where another lesson ended, perhaps of a narrower network, with rate and teacher anew."""
        slow = torch.load(path.with_suffix(".pt"))["slow"]
        kept = {name.removeprefix("module."): value for name, value in slow.items() if name != "n_averaged"}
        begun = widened(kept).state_dict()
        for net in (self.net, self.slow.module):
            net.load_state_dict(begun)

    def resume(self, path: Path) -> None:
        """Go on from where `save` left."""
        state = torch.load(path.with_suffix(".pt"))
        self.step = state["step"]
        for name, part in self.parts.items():
            part.load_state_dict(state[name])


def train(songs: list[Path], out: Path, lesson: Lesson, *, more: int, seed: int) -> None:
    """Train at most `more` of the lesson's steps and write `out`; progress goes to standard output."""
    held = Corpus(songs[:HELD]).batch(np.random.default_rng(1), HELD, bent=False)
    corpus, losses = Corpus(songs[HELD:]), []
    chance = np.random.default_rng((seed, lesson.step))
    for _ in range(min(more, lesson.steps - lesson.step)):
        losses.append(lesson.learn(corpus.batch(chance)))
        if lesson.step % 100 == 0:
            told = f"loss={np.mean(losses):.4f} held={lesson.judge(held):.4f} songs={len(songs)}"
            sys.stdout.write(f"step={lesson.step} {told}\n")
            sys.stdout.flush()
            losses.clear()
    lesson.save(out)


def main() -> None:
    """Train on every song of the corpus."""
    parser = argparse.ArgumentParser(prog="python -m training.beats.learning", description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=8000, help="of the whole training")
    parser.add_argument("--more", type=int, default=8000, help="of this run, which goes on from OUT.npz")
    parser.add_argument("--rate", type=float, default=RATE, help="the highest rate of learning")
    parser.add_argument("--after", type=Path, metavar="OLD.npz", help="begin where that training ended")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    songs = sorted(options.corpus.glob("*.npz"), key=lambda path: int(path.stem))
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    lesson = Lesson(options.steps, options.rate)
    if options.out.exists():
        lesson.resume(options.out)
    elif options.after:
        lesson.follow(options.after)
    train(songs, options.out, lesson, more=options.more, seed=options.seed)


if __name__ == "__main__":
    main()
