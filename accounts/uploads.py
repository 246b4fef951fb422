"""Stops an upload that is too large while it arrives, so that no disk fills up with it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, TemporaryFileUploadHandler
from django.http import HttpRequest


class CappedUploadHandler(FileUploadHandler):
    """First of FILE_UPLOAD_HANDLERS: what exceeds UPLOAD_MAX_BYTES is read to its end but kept nowhere.

    Read to its end, because a browser whose upload is cut off shows its own error page, not our sentence.
    """

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._taken = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self._taken += len(raw_data)
        if self._taken > settings.UPLOAD_MAX_BYTES:
            if self.request is not None:
                too_large(self.request).append(self.file_name or "")
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


class TidyUploadHandler(TemporaryFileUploadHandler):
    """Leaves nothing of a file for which there was no room; Django leaves it until garbage is collected."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError:
            with suppress(OSError):
                self.file.close()
            raise


def too_large(request: HttpRequest) -> list[str]:
    """Names of the uploaded files that were dropped for their size; known once POST or FILES was read."""
    names: list[str] = request.__dict__.setdefault("_too_large_uploads", [])
    return names
