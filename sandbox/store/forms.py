"""Reads a multipart/form-data upload as a stream: text fields first, then the file, whatever its size."""

import re
from collections.abc import Iterator

from sandbox.store.errors import StoreError
from sandbox.store.request import StoreRequest

MOST_TEXT = 64 << 10  # bytes of all fields before the file
_BOUNDARY = re.compile(r'boundary="?([^";,]{1,200})"?')
_NAME = re.compile(r'[; ]name="([^"]*)"')
_FILE_NAME = re.compile(r'[; ]filename="([^"]*)"')
_TYPE = re.compile(r"^content-type: *([^\r\n]+)", re.IGNORECASE | re.MULTILINE)


class Form:
    """A form whose file is still to be read: `fields` by lower-case name, `file_name` and `file_type` as the
    browser says them. Raises StoreError MalformedPOSTRequest when it is no such form."""

    def __init__(self, request: StoreRequest) -> None:
        found = _BOUNDARY.search(request.headers.get("content-type", ""))
        if found is None:
            raise _malformed("The content type is not multipart/form-data with a boundary.")
        self._end = b"\r\n--" + found[1].encode()
        self._chunks = request.chunks()
        self._text = 0
        self._data = b"\r\n"  # so that the first boundary looks like the others
        self.fields: dict[str, str] = {}
        self.file_name = self.file_type = ""
        self._read_fields()

    def file(self) -> Iterator[bytes]:
        """The file's bytes, piece by piece; what follows the file is not looked at. Raises StoreError."""
        while True:
            data, found, rest = self._data.partition(self._end)
            if found:
                yield data
                self._data = rest
                break
            keep = len(self._end) - 1
            if len(data) > keep:
                yield data[:-keep]
                self._data = data[-keep:]
            self._more()
        for _ in self._chunks:
            pass

    def _read_fields(self) -> None:
        self._until(self._end)
        while True:
            head = self._until(b"\r\n\r\n").decode(errors="replace")
            name = _NAME.search(head)
            if name is None:
                raise _malformed("The form has no file, or a part without a name.")
            if name[1].lower() == "file":
                file_name, file_type = _FILE_NAME.search(head), _TYPE.search(head)
                self.file_name = file_name[1].replace("\\", "/").rpartition("/")[2] if file_name else ""
                self.file_type = file_type[1].strip() if file_type else ""
                return
            self.fields[name[1].lower()] = self._until(self._end).decode(errors="replace")

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._data:
            if len(self._data) > MOST_TEXT:
                raise _malformed("The form's fields are too long.")
            self._more()
        data, _, self._data = self._data.partition(mark)
        self._text += len(data)
        if self._text > MOST_TEXT:
            raise _malformed("The form's fields are too long.")
        return data

    def _more(self) -> None:
        chunk = next(self._chunks, None)
        if chunk is None:
            raise _malformed("The form ends too early.")
        self._data += chunk


def _malformed(message: str) -> StoreError:
    return StoreError("MalformedPOSTRequest", message)
