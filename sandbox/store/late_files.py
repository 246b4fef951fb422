"""Files that lie ready and are not to be seen yet: results that appear after their job has ended."""

import json
from collections.abc import Iterable, Mapping

from sandbox.store.files import Files


def put_late(
    files: Files, bucket: str, key: str, chunks: Iterable[bytes], *, headers: Mapping[str, str], due: float
) -> None:
    """Keep an object that appears at `due` (seconds since 1970), also after a restart."""
    spooled = files.spool(chunks)
    files.database.run(
        "insert into late values(null, ?, ?, ?, ?, ?, ?, ?, ?)",
        bucket,
        key,
        str(spooled.file),
        spooled.size,
        spooled.etag,
        spooled.crc,
        json.dumps(dict(headers)),
        due,
    )


def publish(files: Files, *, now: float) -> None:
    """Let everything appear that is due."""
    for row in files.database.all("select id, bucket, key from late where due <= ?", now):
        with files.database.together():
            old = files.find(row["bucket"], row["key"])
            files.database.run(
                "replace into object"
                " select bucket, key, file, size, etag, crc, ?, headers from late where id = ?",
                now,
                row["id"],
            )
            files.database.run("delete from late where id = ?", row["id"])
        if old:
            old.file.unlink(missing_ok=True)
