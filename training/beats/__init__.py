"""Makes the weights of sandbox.beats: composes, plays and mixes music of known beats and learns from it."""
