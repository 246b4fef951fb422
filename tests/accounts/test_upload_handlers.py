"""What a file that cannot be kept while it arrives leaves behind."""

from __future__ import annotations

import resource
from pathlib import Path
from typing import Any

import pytest

from accounts.uploads import TidyUploadHandler


def test_a_file_for_which_there_is_no_room_leaves_nothing(tmp_path: Path, settings: Any) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    handler = TidyUploadHandler()
    handler.new_file("file", "song.wav", "audio/wav", 4 << 20)
    assert list(tmp_path.iterdir())
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, usual[1]))
    try:
        # Its traceback keeps the handler alive, as it does while a request is answered.
        with pytest.raises(OSError) as kept:
            for start in range(0, 4 << 20, 64 << 10):
                handler.receive_data_chunk(bytes(64 << 10), start)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    assert kept.tb is not None
    assert list(tmp_path.iterdir()) == []
