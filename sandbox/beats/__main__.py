"""Prints the beats of sound files, one JSON line each: python -m sandbox.beats FILE..."""

import argparse
import io
import json
import signal
import sys
from pathlib import Path

from sandbox.beats import UndecodableError, track

DESCRIPTION = "Hears the beats of sound files and prints one JSON line for each, times in seconds:"
EPILOG = """\
{"file": "song.mp3", "bpm": 120.0, "beats": [0.5, ...], "downbeats": [0.5, ...], "onsets": [0.5, ...]}

For a file without sound that can be read the line is {"file", "error"}; the same sentence goes to
stderr, the other files are heard all the same, and the command ends with 1.
"""


def main() -> int:
    """Track every file; 1 when one of them could not be read."""
    files = _parser().parse_args().files
    _be_a_good_pipe()
    return max([_tell(path) for path in files])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox.beats",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="WAV, MP3, FLAC, OGG, Opus, AIFF; with PyAV also M4A, MP4, WebM and more; at most 15 minutes",
    )
    return parser


def _be_a_good_pipe() -> None:
    # Whoever reads no further, or presses Ctrl-C, wants silence and no traceback.
    for number in (signal.SIGPIPE, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # What is no character in a file's name is written as JSON writes it, too.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _tell(path: Path) -> int:
    """Print what is heard in the file, or why nothing is; 1 for the latter."""
    try:
        line = _heard(path)
    except (OSError, UndecodableError) as error:
        words = error.strerror if isinstance(error, OSError) else ""
        sentence = f"{path.name} cannot be read: {words.lower()}." if words else str(error)
        print(f"sandbox.beats: {sentence}", file=sys.stderr)
        print(json.dumps({"file": str(path), "error": sentence}, ensure_ascii=False), flush=True)
        return 1
    print(json.dumps(line, ensure_ascii=False), flush=True)
    return 0


def _heard(path: Path) -> dict[str, object]:
    if path.is_dir():
        raise UndecodableError(f"{path} is a folder; name the files in it.")
    if path.exists() and not path.is_file():
        raise UndecodableError(f"{path} is no file; a song is read more than once, so save it first.")
    if not path.exists():
        raise UndecodableError(f"{path} does not exist.")
    heard = track(path)
    return {
        "file": str(path),
        "bpm": heard.bpm,
        "beats": heard.beats,
        "downbeats": heard.downbeats,
        "onsets": heard.onsets,
    }


if __name__ == "__main__":
    raise SystemExit(main())
