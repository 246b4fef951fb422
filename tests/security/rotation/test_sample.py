"""A rotation of 300 accounts, killed once while jobs run, loses nothing (T7, T8); `make rotation` does 10,000
secrets. That no ciphertext opens in another row or field is in tests/accounts/test_sealed_fields.py."""

from __future__ import annotations

import os
from pathlib import Path

from tests.security.rotation.rotating import FIELDS, Rotation

PORT = int(os.environ.get("BROWSER_PORT", "8350")) + 8


def test_killed_while_jobs_run_it_goes_on_and_nothing_is_lost(tmp_path: Path) -> None:
    turned = Rotation(tmp_path, rows=300, port=PORT).turn(kills=1, seed=7)
    assert (turned.secrets, turned.lost) == (300 * len(FIELDS), 0)
    assert turned.jobs_completed == turned.jobs == 2
    assert turned.key_ids == ["new"]
