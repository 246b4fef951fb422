"""How well and how fast the sandbox's ears hear beats, beside librosa: make bench-beats."""
