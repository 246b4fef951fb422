"""Prints librosa's beats of sound files, one JSON line each; runs in the environment of make bench-beats."""

import json
import sys

import librosa

for file in sys.argv[1:]:
    samples, rate = librosa.load(file, sr=22_050)
    _, beats = librosa.beat.beat_track(y=samples, sr=rate, units="time")
    print(json.dumps({"file": file, "beats": [float(beat) for beat in beats]}), flush=True)
