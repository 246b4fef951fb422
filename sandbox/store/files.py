"""What the store remembers: objects and half-finished uploads, as an SQLite index over plain files."""

import hashlib
import json
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sandbox.database import Database
from sandbox.store.crc64 import crc64
from sandbox.store.errors import StoreError
from sandbox.store.keys import SCHEMA as KEYS_SCHEMA
from sandbox.store.keys import Keys

READ = 1 << 18
LONGEST_KEY = 850  # bytes
MAX_OBJECT = 5 << 30  # bytes, COS's limit for a single PUT
STALE_UPLOAD = 7 * 24 * 3600  # seconds

SCHEMA = """
create table if not exists object(bucket text, key text, file text not null, size int not null,
    etag text not null, crc text, modified real not null, headers text not null, primary key(bucket, key));
create table if not exists upload(id text primary key, bucket text not null, key text not null,
    created real not null, headers text not null);
create table if not exists part(upload text, number int, file text not null, size int not null,
    etag text not null, modified real not null, primary key(upload, number));
create table if not exists late(id integer primary key, bucket text not null, key text not null,
    file text not null, size int not null, etag text not null, crc text, headers text not null,
    due real not null);
"""


@dataclass(frozen=True, kw_only=True)
class Spooled:
    """Bytes that lie on disk but are no object yet. `crc` is None when this machine cannot compute it."""

    file: Path
    size: int
    md5: bytes
    crc: str | None


@dataclass(frozen=True, kw_only=True)
class Stored:
    """One object; `etag` has no quotes, `headers` are those given with the PUT."""

    key: str
    file: Path
    size: int
    etag: str
    crc: str | None
    modified: float
    headers: dict[str, str]

    @classmethod
    def of(cls, row: sqlite3.Row) -> Self:
        """From a row of the index."""
        values = {name: row[name] for name in ("key", "size", "etag", "crc", "modified")}
        return cls(file=Path(row["file"]), headers=json.loads(row["headers"]), **values)


class Files:
    """The store's memory under one folder, `keys` included; every method may be called from any thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "objects"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.database = Database(folder / "index.db", KEYS_SCHEMA + SCHEMA)
        self.keys = Keys(self.database)
        self._sweep()

    def close(self) -> None:
        """Let go of the index."""
        self.database.close()

    def find(self, bucket: str, key: str) -> Stored | None:
        """The object, or None."""
        row = self.database.one("select * from object where bucket = ? and key = ?", bucket, key)
        return Stored.of(row) if row else None

    def spool(self, chunks: Iterable[bytes], *, check: Callable[[bytes], None] | None = None) -> Spooled:
        """Write bytes to a new file; `check` gets their MD5. Raises StoreError EntityTooLarge, or what that
        raises; nothing is left then."""
        name = uuid.uuid4().hex
        file = self.folder / name[:2] / name
        file.parent.mkdir(exist_ok=True)
        md5, size, crc, update = hashlib.md5(usedforsecurity=False), 0, 0, crc64()
        try:
            with file.open("wb") as out:
                for data in chunks:
                    size += len(data)
                    if size > MAX_OBJECT:
                        raise StoreError("EntityTooLarge", "Your proposed upload exceeds the maximum size.")
                    out.write(data)
                    md5.update(data)
                    crc = update(data, crc) if update else 0
            if check:
                check(md5.digest())
        except BaseException:
            file.unlink(missing_ok=True)
            raise
        return Spooled(file=file, size=size, md5=md5.digest(), crc=str(crc) if update else None)

    def keep(
        self, bucket: str, key: str, spooled: Spooled, *, headers: Mapping[str, str], etag: str = ""
    ) -> Stored:
        """Make spooled bytes an object; of several writers the last one wins."""
        values = (
            spooled.size,
            etag or spooled.md5.hex(),
            spooled.crc,
            time.time(),
            json.dumps(dict(headers)),
        )
        with self.database.together():
            old = self.find(bucket, key)
            self.database.run(
                "replace into object values(?, ?, ?, ?, ?, ?, ?, ?)", bucket, key, str(spooled.file), *values
            )
        if old:
            old.file.unlink(missing_ok=True)
        kept = self.find(bucket, key)
        if kept is None:
            raise StoreError("NoSuchKey", "The object was deleted while it was written.")
        return kept

    def put(self, bucket: str, key: str, chunks: Iterable[bytes], *, headers: Mapping[str, str]) -> Stored:
        """Store an object in one step. Raises StoreError."""
        if len(key.encode()) > LONGEST_KEY:
            raise StoreError("KeyTooLong", "Your key is too long.")
        return self.keep(bucket, key, self.spool(chunks), headers=headers)

    def drop(self, bucket: str, key: str) -> None:
        """Delete an object; deleting nothing is fine."""
        with self.database.together():
            old = self.find(bucket, key)
            self.database.run("delete from object where bucket = ? and key = ?", bucket, key)
        if old:
            old.file.unlink(missing_ok=True)

    def _sweep(self) -> None:
        """Forget uploads nobody finished, and files that a killed process left behind."""
        stale = time.time() - STALE_UPLOAD
        self.database.run("delete from upload where created < ?", stale)
        self.database.run("delete from part where upload not in (select id from upload)")
        tables = ("object", "part", "late")
        sql = " union all ".join(f"select file from {table}" for table in tables)  # noqa: S608
        known = {row["file"] for row in self.database.all(sql)}
        for file in self.folder.glob("*/*"):
            if str(file) not in known:
                file.unlink()


class Pieces:
    """Bytes `start` to `start + size` of a file, piece by piece; to be closed, like a file.

    Raises FileNotFoundError when made, so that a reader learns it before an answer has begun.
    """

    def __init__(self, file: Path, start: int = 0, size: int | None = None) -> None:
        self._source = file.open("rb")
        self._source.seek(start)
        self._left = size

    def __iter__(self) -> Iterator[bytes]:
        while data := self._source.read(READ if self._left is None else min(READ, self._left)):
            if self._left is not None:
                self._left -= len(data)
            yield data

    def close(self) -> None:
        """Let go of the file."""
        self._source.close()
