"""Performs one order in a process of its own and prints one JSON line."""

import argparse
import json
import sys
from importlib import import_module
from pathlib import Path

from sandbox.performers import Order, Performance, PerformanceError, perform
from sandbox.performers.bounds import MEMORY, bound_myself, shut_in

ENGINE_ERROR = (
    "10004 Engine Error"  # the only failure text of the real service that is public [client: Go-mp3]
)


def main() -> int:
    """Print `{"result", "files"}` or `{"error", "message"}`; both are answers, so the exit code is 0."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.performers", description=__doc__)
    parser.add_argument("capability")
    parser.add_argument("--params", required=True, help="the descriptor's params as JSON")
    parser.add_argument("--song", type=Path, required=True)
    parser.add_argument(
        "--out", type=Path, required=True, help="folder for the output files; made if missing"
    )
    parser.add_argument("--prefix", default="", help="outputPrefix")
    parser.add_argument("--job", required=True, help="job id, part of every file name")
    options = parser.parse_args()
    bound_myself()
    print(json.dumps(_answer(options), ensure_ascii=False))
    return 0


def _answer(options: argparse.Namespace) -> dict[str, object]:
    try:
        done = _performance(options)
    except PerformanceError as error:
        return {"error": ENGINE_ERROR, "message": str(error)}
    except MemoryError:
        return {"error": ENGINE_ERROR, "message": f"The song takes more than {MEMORY >> 20} MiB of memory."}
    except Exception as error:  # the last line of defence: whoever waits for this process needs an answer
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return {"error": ENGINE_ERROR, "message": f"The engine failed on this song ({type(error).__name__})."}
    return {"result": done.result, "files": done.files}


def _performance(options: argparse.Namespace) -> Performance:
    try:
        params = json.loads(options.params)
    except ValueError as error:
        raise PerformanceError(f"The params are not JSON ({error}).") from error
    # Its library is looked for, which may start programs.
    import_module("sandbox.sounds.sndfile")
    shut_in()
    options.out.mkdir(parents=True, exist_ok=True)
    order = Order(params=params, song=options.song, out=options.out, prefix=options.prefix, job=options.job)
    return perform(options.capability, order)


if __name__ == "__main__":
    raise SystemExit(main())
