"""Makes a trained network wider without changing what it hears, so that it has room to learn more."""

import torch

from training.beats.net import Net

QUIET = 0.3  # of what new channels would add to each other by themselves


def widened(old: dict[str, torch.Tensor]) -> Net:
    """A network of today's WIDTH that hears as the narrower one with the weights `old` does.

    New channels listen to all others, but nothing listens to them yet: their weights onward are 0.
    """
    net = Net()
    weights = net.state_dict()
    for name, drawn in weights.items():
        known = old[name]
        if known.shape == drawn.shape:
            weights[name] = known.clone()
        elif name.endswith("bias"):
            weights[name] = torch.zeros_like(drawn)
            weights[name][: len(known)] = known
        else:
            weights[name] = _wider(known, drawn, is_mix=name.endswith("mix.weight"))
    net.load_state_dict(weights)
    return net


def _wider(known: torch.Tensor, drawn: torch.Tensor, *, is_mix: bool) -> torch.Tensor:
    """(outputs, inputs, ...): old outputs hear old inputs as before, and none of the new ones."""
    wider = drawn * QUIET if is_mix else drawn.clone()
    wider[: known.shape[0]] = 0
    wider[: known.shape[0], : known.shape[1]] = known
    return wider
