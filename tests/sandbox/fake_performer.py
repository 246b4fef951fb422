"""A performer that does at once what its prefix says, so that the gateway's tests hear no music."""

import json
import os
import resource
import signal
import sys
import time
from pathlib import Path

from sandbox.performers.bounds import LIMITS, bound_myself

SIGNALS = {"segv": signal.SIGSEGV, "kill": signal.SIGKILL}


def main() -> None:
    """Play the part named by --prefix; without one, write a file that says what was asked for."""
    values = dict(zip(sys.argv[2::2], sys.argv[3::2], strict=True))
    out, prefix, job = Path(values["--out"]), values["--prefix"], values["--job"]
    if prefix == "spin":
        LIMITS[resource.RLIMIT_CPU] = (1, 2)
    bound_myself()
    while prefix == "spin":
        pass
    if prefix in SIGNALS:
        os.kill(os.getpid(), SIGNALS[prefix])
    if prefix == "sleep":
        time.sleep(60)
    if prefix == "crash":
        raise SystemExit(3)
    if prefix == "eat":
        bytearray(4 << 30)
    if prefix == "babble":
        print("x" * (8 << 20))
        return
    if prefix == "lie":
        print(json.dumps({"result": {}, "files": ["../stdout"]}))
        return
    if prefix == "refuse":
        print(json.dumps({"error": "10004 Engine Error", "message": "This is no music."}))
        return
    if sys.argv[1] == "musicHighlight":
        print(json.dumps({"result": [{"start": "1.500", "end": "20.250", "score": "0.900"}], "files": []}))
        return
    name = f"{prefix}{job}_beat.json"
    song = Path(values["--song"]).read_bytes().decode("latin-1")
    heard = {"capability": sys.argv[1], "params": json.loads(values["--params"]), "song": song}
    (out / name).write_text(json.dumps(heard))
    print(json.dumps({"result": {"beatFileName": name}, "files": [name]}))


main()
