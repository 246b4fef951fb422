"""The network, as torch trains it; sandbox.beats.network does the same sums in numpy."""

import torch
from torch import nn

CHANNELS = (12, 16)
WIDTH = 64
DILATIONS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
KERNEL = 5


class Block(nn.Module):
    """A dilated convolution beside a way past it."""

    def __init__(self, dilation: int, dropout: float) -> None:
        super().__init__()
        self.wide = nn.Conv1d(WIDTH, WIDTH, KERNEL, dilation=dilation, padding=dilation * (KERNEL // 2))
        self.mix = nn.Conv1d(WIDTH, WIDTH, 1)
        self.dropout = nn.Dropout1d(dropout)

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """(batch, WIDTH, frames) to the same."""
        return values + self.mix(self.dropout(nn.functional.elu(self.wide(values))))


class Net(nn.Module):
    """Beat, downbeat and hit (logits) for every frame of a spectrum."""

    def __init__(self, bands: int = 64, dropout: float = 0.1) -> None:
        super().__init__()
        first, second = CHANNELS
        self.conv1 = nn.Conv2d(1, first, (3, 5), stride=(1, 2), padding=(1, 0))
        self.conv2 = nn.Conv2d(first, second, (3, 4), stride=(1, 2), padding=(1, 0))
        left = ((bands - 5) // 2 + 1 - 4) // 2 + 1
        self.conv3 = nn.Conv2d(second, WIDTH, (1, left))
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.ModuleList(Block(dilation, dropout) for dilation in DILATIONS)
        self.out = nn.Conv1d(WIDTH, 3, 1)

    def forward(self, spectrum: torch.Tensor) -> torch.Tensor:
        """(batch, frames, bands) to (batch, 3, frames)."""
        values = spectrum[:, None]
        for conv in (self.conv1, self.conv2):
            values = nn.functional.elu(conv(values))
        values = nn.functional.elu(self.conv3(self.dropout(values)))[..., 0]
        for block in self.blocks:
            values = block(values)
        return self.out(nn.functional.elu(values))
