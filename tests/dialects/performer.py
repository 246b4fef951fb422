"""Performs musicBeat without hearing: the same twelve beats for every song, in files as a real one writes."""

import json
import shutil
import sys
from pathlib import Path

BPM = 115.38
TIMES = [round(0.45 + 0.52 * number, 3) for number in range(12)]
KINDS = {1: ("beat",), 2: ("beat", "drum"), 3: ("beat", "merge"), 4: ("beat", "drum", "merge")}


def main() -> None:
    """As `python -m sandbox.performers musicBeat`."""
    values = dict(zip(sys.argv[2::2], sys.argv[3::2], strict=True))
    out, song = Path(values["--out"]), Path(values["--song"])
    result, files = {}, []
    for kind in KINDS[json.loads(values["--params"])["outputType"]]:
        name = "_".join(filter(None, (values["--prefix"], values["--job"], kind)))
        name += ".json" if kind == "beat" else ".mp3"
        if kind == "beat":
            beats = [
                {"time": time, "strength": 0.8, "downbeat": number % 4 == 0}
                for number, time in enumerate(TIMES)
            ]
            (out / name).write_text(json.dumps({"bpm": BPM, "beats": beats}))
        else:
            shutil.copy(song, out / name)
        result[f"{kind}FileName"] = name
        files.append(name)
    print(json.dumps({"result": result, "files": files}))


if __name__ == "__main__":
    main()
