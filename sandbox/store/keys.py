"""Who may open what: the buckets, what everybody may do in them, and the keys bound to them."""

import secrets
import sqlite3
import string
import time
from dataclasses import dataclass, field
from typing import Self

from sandbox.database import Database
from sandbox.store.rights import FULL

SCHEMA = """
create table if not exists bucket(name text primary key, created real not null, cors text,
    acl text not null default 'private');
create table if not exists credential(secret_id text primary key, secret_key text not null,
    bucket text not null, rights text not null, ready int not null default 0);
"""


@dataclass(frozen=True, kw_only=True)
class Credential:
    """A key pair and the one bucket it opens; `rights` as in `sandbox.rights`, which the store alone knows
    (a pair that a caller sends carries none)."""

    secret_id: str
    secret_key: str = field(repr=False)
    bucket: str
    rights: str = FULL

    @classmethod
    def of(cls, row: sqlite3.Row) -> Self:
        """From a row."""
        return cls(**{name: row[name] for name in ("secret_id", "secret_key", "bucket", "rights")})


class Keys:
    """Buckets and keys, kept in the store's index; every method may be called from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        with database.together():
            self._renew_old_tables()

    def make(self, bucket: str, *, rights: str = FULL, ready: bool = False) -> Credential:
        """A new key for the bucket, which is made if it is new; `ready` keys are printed at the start."""
        made = Credential(
            secret_id="AKID" + random_text(32), secret_key=random_text(32), bucket=bucket, rights=rights
        )
        with self._database.together():
            now = time.time()
            self._database.run("insert or ignore into bucket(name, created) values(?, ?)", bucket, now)
            self._database.run(
                "insert into credential(secret_id, secret_key, bucket, rights, ready) values(?, ?, ?, ?, ?)",
                made.secret_id,
                made.secret_key,
                bucket,
                rights,
                ready,
            )
        return made

    def ready(self, bucket: str, *, rights: str) -> Credential:
        """The bucket's printed key; made with these rights when there is none yet."""
        row = self._database.one("select * from credential where bucket = ? and ready", bucket)
        return Credential.of(row) if row else self.make(bucket, rights=rights, ready=True)

    def find(self, secret_id: str) -> Credential | None:
        """The key of a SecretId, or None."""
        row = self._database.one("select * from credential where secret_id = ?", secret_id)
        return Credential.of(row) if row else None

    def forget(self, secret_id: str) -> bool:
        """Make the key unknown; False when it was."""
        return self._database.run("delete from credential where secret_id = ?", secret_id) == 1

    def change(self, secret_id: str, rights: str) -> bool:
        """Let the key do this from now on; False when it is unknown."""
        return (
            self._database.run("update credential set rights = ? where secret_id = ?", rights, secret_id) == 1
        )

    def all(self) -> list[Credential]:
        """Every key, in the order they were made."""
        return [Credential.of(row) for row in self._database.all("select * from credential order by rowid")]

    def has_bucket(self, name: str) -> bool:
        """Whether the bucket exists."""
        return self._database.one("select 1 from bucket where name = ?", name) is not None

    def acl(self, bucket: str) -> str:
        """The bucket's canned ACL: private, public-read or public-read-write."""
        row = self._database.one("select acl from bucket where name = ?", bucket)
        return str(row["acl"]) if row else "private"

    def share(self, bucket: str, acl: str) -> bool:
        """Set the bucket's canned ACL; False when there is no such bucket."""
        return self._database.run("update bucket set acl = ? where name = ?", acl, bucket) == 1

    def _renew_old_tables(self) -> None:
        """Folders of 0.1 know neither rights nor ACLs, and hold printed keys only."""
        run = self._database.run
        if "acl" not in self._database.columns("bucket"):
            run("alter table bucket add column acl text not null default 'private'")
        if "writes" in self._database.columns("credential"):
            run("alter table credential add column rights text not null default 'full'")
            run("alter table credential add column ready int not null default 1")
            run("update credential set rights = 'read' where not writes")
            run("alter table credential drop column writes")


def random_text(length: int) -> str:
    """Letters and digits nobody can guess."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(length))
