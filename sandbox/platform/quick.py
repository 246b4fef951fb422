"""Quick ears: a job is performed without a song, by an answer that follows from its custom id alone."""

import hashlib
import json

from sandbox.platform.messages import Output

LISTEN, QUICK = "listen", "quick"
EARS = (LISTEN, QUICK)
BEATS = 8


def expected_times(custom_id: str) -> list[float]:
    """The beat times, in seconds, that quick ears hear for this custom id: eight, ascending.

    With d the bytes of SHA-256 of the custom id in UTF-8, the first is d[0] / 256 and each further one
    0.3 + d[n] / 1000 later, rounded to milliseconds.
    """
    digest = hashlib.sha256(custom_id.encode()).digest()
    times = [round(digest[0] / 256, 3)]
    for byte in digest[1:BEATS]:
        times.append(round(times[-1] + 0.3 + byte / 1000, 3))
    return times


def beats_file(custom_id: str) -> bytes:
    """The beats as the performer of musicBeat writes them; every fourth, from the first on, is a downbeat."""
    times = expected_times(custom_id)
    beats = [{"time": time, "strength": 1.0, "downbeat": index % 4 == 0} for index, time in enumerate(times)]
    tempo = round(60 * (len(times) - 1) / (times[-1] - times[0]), 2)
    return (json.dumps({"bpm": tempo, "beats": beats}) + "\n").encode()


def file_name(output: Output, name: str) -> str:
    """How the file of a work of this name is called, as the performer of musicBeat calls it."""
    return "_".join(filter(None, (output.prefix, name, "beat"))) + ".json"
