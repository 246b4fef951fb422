"""Rotates 10,000 secrets of a portal at work and kills that again and again (T8): `make rotation`.

Ends with 1 when a secret was lost, a job did not complete, or an older key is still needed.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.security.rotation.rotating import FIELDS, Rotation

SECRETS = 10_000


def main() -> int:
    """0 when all is well."""
    parser = argparse.ArgumentParser(prog="python -m tests.security.rotation", description=__doc__)
    parser.add_argument("--kills", type=int, default=8, help="how often it is killed (default: 8)")
    parser.add_argument("--seed", type=int, default=1, help="draws the same moments again (default: 1)")
    parser.add_argument("--port", type=int, default=8460, help="first port to try (default: 8460)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tmp-portal-rotation-") as name:
        rotation = Rotation(Path(name), rows=SECRETS // len(FIELDS), port=options.port)
        turned = rotation.turn(kills=options.kills, seed=options.seed)
        again, seconds = rotation.turn_again()
    jobs, completed = turned.jobs + again.jobs, turned.jobs_completed + again.jobs_completed
    lost, left = turned.lost + again.lost, ",".join(again.key_ids)
    print(
        f"rotation_secrets={again.secrets} rotation_kills={options.kills} rotation_lost={lost} "
        f"rotation_jobs={jobs} rotation_jobs_completed={completed} rotation_keys_left={left} "
        f"rotation_10000_s={seconds:.1f}"
    )
    return int(lost > 0 or completed < jobs or left != "newest")


if __name__ == "__main__":
    raise SystemExit(main())
