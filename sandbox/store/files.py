"""What the store remembers: objects and half-finished uploads, as an SQLite index over plain files."""

import hashlib
import json
import os
import socket
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Self

from sandbox.database import Database
from sandbox.store.crc64 import combined, crc64
from sandbox.store.errors import StoreError
from sandbox.store.keys import SCHEMA as KEYS_SCHEMA
from sandbox.store.keys import Keys
from sandbox.store.space import TABLES, Space, full_disk_told

READ = 1 << 18
MOVE = 1 << 30  # bytes the kernel is asked to move at once
LONGEST_KEY = 850  # bytes
MAX_OBJECT = 5 << 30  # bytes, COS's limit for a single PUT
STALE_UPLOAD = 7 * 24 * 3600  # seconds

SCHEMA = """
create table if not exists object(bucket text, key text, file text not null, size int not null,
    etag text not null, crc text, modified real not null, headers text not null, primary key(bucket, key));
create table if not exists upload(id text primary key, bucket text not null, key text not null,
    created real not null, headers text not null);
create table if not exists part(upload text, number int, file text not null, size int not null,
    etag text not null, modified real not null, crc text, primary key(upload, number));
create table if not exists configuration(bucket text, name text, id text, document blob not null,
    primary key(bucket, name, id));
create table if not exists late(id integer primary key, bucket text not null, key text not null,
    file text not null, size int not null, etag text not null, crc text, headers text not null,
    due real not null);
"""


@dataclass(frozen=True, kw_only=True)
class Spooled:
    """Bytes that lie on disk but are no object yet. `etag` is their MD5 in hexadecimal, or what COS makes of
    those of several parts; `crc` is None when this machine cannot compute it."""

    file: Path
    size: int
    etag: str
    crc: str | None


@dataclass(frozen=True, kw_only=True)
class Stored:
    """One object or part; `etag` has no quotes, `headers` are those given with the PUT or changed since."""

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
    """The store's memory under one folder, `keys` included, of `most` bytes (None: no limit); every method
    may be called from any thread."""

    def __init__(self, folder: Path, *, region: str, most: int | None = None) -> None:
        self.folder = folder / "objects"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.database = Database(folder / "index.db", KEYS_SCHEMA + SCHEMA)
        self.database.add_columns("part", {"crc": "text"})
        self.keys = Keys(self.database, region=region)
        self.space = Space(self.database, most)
        self._sweep()

    def close(self) -> None:
        """Let go of the index."""
        self.database.close()

    def find(self, bucket: str, key: str) -> Stored | None:
        """The object, or None."""
        row = self.database.one("select * from object where bucket = ? and key = ?", bucket, key)
        return Stored.of(row) if row else None

    def holding(self, bucket: str) -> tuple[int, int]:
        """How many objects the bucket has, and their bytes."""
        sql = "select count(*) n, coalesce(sum(size), 0) size from object where bucket = ?"
        row = self.database.one(sql, bucket)
        return (row["n"], row["size"]) if row else (0, 0)

    def spool(self, chunks: Iterable[bytes], *, check: Callable[[bytes], None] | None = None) -> Spooled:
        """Write bytes to a new file; `check` gets their MD5. Raises StoreError EntityTooLarge, that of a full
        store, or what `check` raises; nothing is left then."""
        file = self._new_file()
        md5, size, crc, update = hashlib.md5(usedforsecurity=False), 0, 0, crc64()
        try:
            with self.space.taking() as take, file.open("wb") as out:
                for data in chunks:
                    size += len(data)
                    take(len(data))
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
        return Spooled(file=file, size=size, etag=md5.hexdigest(), crc=str(crc) if update else None)

    def join(self, parts: Iterable[Stored], *, etag: str) -> Spooled:
        """The bytes of several files in one new file, moved by the kernel where it can. Raises
        FileNotFoundError when one is gone and StoreError on a full disk; nothing is left then."""
        file, size, crc = self._new_file(), 0, "0"
        try:
            with full_disk_told(), file.open("wb", buffering=0) as out:
                for part in parts:
                    with part.file.open("rb", buffering=0) as source:
                        _append(out, source, part.size)
                    size += part.size
                    crc = combined(crc, part.crc, part.size) if crc and part.crc else ""
        except BaseException:
            file.unlink()
            raise
        return Spooled(file=file, size=size, etag=etag, crc=crc or None)

    def keep(
        self,
        bucket: str,
        key: str,
        spooled: Spooled,
        *,
        headers: Mapping[str, str],
        check: Callable[[Stored | None], None] | None = None,
    ) -> Stored:
        """Make spooled bytes an object; of several writers the last one wins. `check` gets what is there so
        far; when it raises, nothing changes and the bytes are gone."""
        values = (spooled.size, spooled.etag, spooled.crc, time.time(), json.dumps(dict(headers)))
        try:
            with self.database.together():
                old = self.find(bucket, key)
                if check:
                    check(old)
                sql = "replace into object values(?, ?, ?, ?, ?, ?, ?, ?)"
                self.database.run(sql, bucket, key, str(spooled.file), *values)
        except BaseException:
            spooled.file.unlink(missing_ok=True)
            raise
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

    def amend(self, bucket: str, key: str, headers: Mapping[str, str]) -> None:
        """Change some of an object's headers; an empty text takes one away. Raises StoreError NoSuchKey."""
        with self.database.together():
            stored = self.find(bucket, key)
            if stored is None:
                raise StoreError("NoSuchKey", "The specified key does not exist.")
            kept = {name: value for name, value in {**stored.headers, **headers}.items() if value}
            sql = "update object set headers = ? where bucket = ? and key = ?"
            self.database.run(sql, json.dumps(kept), bucket, key)

    def remove_bucket(self, bucket: str) -> None:
        """Delete an empty bucket, its configurations and unfinished uploads. Raises StoreError
        BucketNotEmpty."""
        run = self.database.run
        with self.database.together():
            if self.database.one("select 1 from object where bucket = ? limit 1", bucket):
                raise StoreError("BucketNotEmpty", "The bucket you tried to delete is not empty.")
            uploads = "(select id from upload where bucket = ?)"
            parts = self.database.all(f"select file from part where upload in {uploads}", bucket)  # noqa: S608  (names of our own, values are parameters)
            run(f"delete from part where upload in {uploads}", bucket)  # noqa: S608  (names of our own, values are parameters)
            for table in ("upload", "configuration", "binding"):
                run(f"delete from {table} where bucket = ?", bucket)  # noqa: S608  (names of our own, values are parameters)
            run("delete from bucket where name = ?", bucket)
        for row in parts:
            Path(row["file"]).unlink(missing_ok=True)

    def drop(self, bucket: str, key: str) -> None:
        """Delete an object; deleting nothing is fine."""
        with self.database.together():
            old = self.find(bucket, key)
            self.database.run("delete from object where bucket = ? and key = ?", bucket, key)
        if old:
            old.file.unlink(missing_ok=True)

    def _new_file(self) -> Path:
        name = uuid.uuid4().hex
        file = self.folder / name[:2] / name
        file.parent.mkdir(exist_ok=True)
        return file

    def _sweep(self) -> None:
        """Forget uploads nobody finished, and files that a killed process left behind."""
        stale = time.time() - STALE_UPLOAD
        self.database.run("delete from upload where created < ?", stale)
        self.database.run("delete from part where upload not in (select id from upload)")
        sql = " union all ".join(f"select file from {table}" for table in TABLES)  # noqa: S608  (names of our own, values are parameters)
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

    def send_to(self, connection: socket.socket) -> None:
        """The same bytes without a copy through this process, on a connection that is ready for them."""
        if self._left != 0:
            connection.sendfile(self._source, self._source.tell(), self._left)

    def close(self) -> None:
        """Let go of the file."""
        self._source.close()


def _append(target: FileIO, source: FileIO, size: int) -> None:
    left = size
    try:
        while left > 0 and (moved := os.copy_file_range(source.fileno(), target.fileno(), min(left, MOVE))):
            left -= moved
    except (AttributeError, OSError):
        # Not every system and file system can; both files stand where the kernel left them.
        pass
    while left > 0 and (data := source.read(min(left, READ))):
        left -= len(data)
        while data:
            data = data[target.write(data) :]
    if left:
        raise StoreError("InternalError", "A part is shorter than it was.")
