"""Prints the beats of sound files, one JSON line each: python -m sandbox.beats FILE..."""

import argparse
import json
from pathlib import Path

from sandbox.beats import UndecodableError, track


def main() -> int:
    """Track every file; a file that cannot be read gets a line with an error and makes the exit code 1."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.beats", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    failed = 0
    for path in parser.parse_args().files:
        try:
            heard = track(path)
        except (OSError, UndecodableError) as error:
            failed = 1
            print(json.dumps({"file": str(path), "error": str(error)}, ensure_ascii=False))
            continue
        line = {"file": str(path), "bpm": heard.bpm, "beats": heard.beats}
        line |= {"downbeats": heard.downbeats, "onsets": heard.onsets}
        print(json.dumps(line, ensure_ascii=False))
    return failed


if __name__ == "__main__":
    raise SystemExit(main())
