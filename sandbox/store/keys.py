"""Who may open what: the buckets, what everybody may do in them, and the keys bound to them."""

import json
import secrets
import sqlite3
import string
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from sandbox.database import Database
from sandbox.store.rights import FULL

SCHEMA = """
create table if not exists bucket(name text primary key, created real not null, cors text,
    acl text not null default 'private', region text not null default '', traits text not null default '{}');
create table if not exists credential(secret_id text primary key, secret_key text not null,
    bucket text not null, rights text not null, ready int not null default 0);
create table if not exists binding(secret_id text, bucket text, primary key(secret_id, bucket));
"""


LATER = {
    "maker": "text not null default ''",
    "token": "text not null default ''",
    "expires": "real not null default 0",
}
# A temporary key never may more than the key that it was made with, whatever that may by now.
FOUND = f"""select credential.*, case maker when '' then '{FULL}' else (select rights from credential makers
    where makers.secret_id = credential.maker) end within from credential"""  # noqa: S608  (names of our own, values are parameters)
REMEMBERED = 7 * 86_400  # seconds for which a temporary key that has expired is still known as such


@dataclass(frozen=True, kw_only=True)
class Credential:
    """A key pair and the bucket it was made for (it also opens those that it makes); `rights` as in
    `sandbox.store.rights`, which the store alone knows (a pair that a caller sends carries none).

    A temporary one has a `token`, `expires` (seconds since 1970), and may what both its own rights and those
    `within` which it was made allow.
    """

    secret_id: str
    secret_key: str = field(repr=False)
    bucket: str
    rights: str = FULL
    token: str = field(default="", repr=False)
    expires: float = 0
    within: str = FULL

    @classmethod
    def of(cls, row: sqlite3.Row) -> Self:
        """From a row of FOUND."""
        names = ("secret_id", "secret_key", "bucket", "rights", "token", "expires", "within")
        return cls(**{name: row[name] for name in names})


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """One bucket; `acl` is canned (private, public-read, public-read-write), `traits` are headers that a HEAD
    of it shows."""

    name: str
    created: float
    region: str
    acl: str = "private"
    traits: Mapping[str, str] = field(default_factory=dict)


class Keys:
    """Buckets and keys, kept in the store's index; every method may be called from any thread.

    `region` is where the buckets are that were not made elsewhere on purpose.
    """

    def __init__(self, database: Database, *, region: str) -> None:
        self._database, self.home = database, region
        with database.together():
            self._renew_old_tables()

    def make(self, bucket: str, *, rights: str = FULL, ready: bool = False) -> Credential:
        """A new key for the bucket, which is made if it is new; `ready` keys are printed at the start."""
        made = Credential(
            secret_id="AKID" + random_text(32), secret_key=random_text(32), bucket=bucket, rights=rights
        )
        with self._database.together():
            run = self._database.run
            run("insert or ignore into bucket(name, created) values(?, ?)", bucket, time.time())
            run(
                "insert into credential(secret_id, secret_key, bucket, rights, ready) values(?, ?, ?, ?, ?)",
                made.secret_id,
                made.secret_key,
                bucket,
                rights,
                ready,
            )
            run("insert into binding values(?, ?)", made.secret_id, bucket)
        return made

    def ready(self, bucket: str, *, rights: str) -> Credential:
        """The bucket's printed key; made with these rights when there is none that opens it."""
        row = self._database.one(
            f"{FOUND} join binding using(secret_id)"
            " where credential.bucket = ? and binding.bucket = ? and ready",
            bucket,
            bucket,
        )
        return Credential.of(row) if row else self.make(bucket, rights=rights, ready=True)

    def find(self, secret_id: str) -> Credential | None:
        """The key of a SecretId, or None."""
        row = self._database.one(f"{FOUND} where secret_id = ?", secret_id)
        return Credential.of(row) if row else None

    def lend(self, maker: Credential, *, rights: str, expires: float) -> Credential:
        """A temporary key for the buckets that `maker` opens."""
        made = Credential(
            secret_id="AKID" + random_text(64),
            secret_key=random_text(44),
            bucket=maker.bucket,
            rights=rights,
            token=random_text(128),
            expires=expires,
            within=maker.rights,
        )
        with self._database.together():
            self._database.run(
                "insert into credential(secret_id, secret_key, bucket, rights, maker, token, expires)"
                " values(?, ?, ?, ?, ?, ?, ?)",
                *(made.secret_id, made.secret_key, made.bucket, rights),
                *(maker.secret_id, made.token, expires),
            )
            bound = "insert into binding select ?, bucket from binding where secret_id = ?"
            self._database.run(bound, made.secret_id, maker.secret_id)
        return made

    def forget(self, secret_id: str) -> bool:
        """Make the key unknown, and temporary ones made with it; False when it was."""
        mine = "(select secret_id from credential where ? in (secret_id, maker))"
        with self._database.together():
            self._database.run(f"delete from binding where secret_id in {mine}", secret_id)  # noqa: S608  (names of our own, values are parameters)
            return self._database.run("delete from credential where ? in (secret_id, maker)", secret_id) > 0

    def change(self, secret_id: str, rights: str) -> bool:
        """Let the key do this from now on; False when it is unknown."""
        return (
            self._database.run("update credential set rights = ? where secret_id = ?", rights, secret_id) == 1
        )

    def all(self) -> list[Credential]:
        """Every key that is not temporary, in the order they were made."""
        rows = self._database.all(f"{FOUND} where maker = '' order by rowid")
        return [Credential.of(row) for row in rows]

    def opens(self, secret_id: str, bucket: str) -> bool:
        """Whether the key is bound to the bucket, whatever it may do there."""
        sql = "select 1 from binding where secret_id = ? and bucket = ?"
        return self._database.one(sql, secret_id, bucket) is not None

    def bucket(self, name: str) -> Bucket | None:
        """The bucket, or None."""
        row = self._database.one("select * from bucket where name = ?", name)
        return self._bucket(row) if row else None

    def buckets_of(self, secret_id: str) -> list[Bucket]:
        """The buckets that the key is bound to, by name."""
        sql = "select bucket.* from bucket join binding on name = bucket where secret_id = ? order by name"
        return [self._bucket(row) for row in self._database.all(sql, secret_id)]

    def create(self, bucket: Bucket, *, owner: str) -> bool:
        """A new bucket, bound to the owner's SecretId; False when the name is taken."""
        values = (bucket.name, bucket.created, bucket.acl, bucket.region, json.dumps(dict(bucket.traits)))
        sql = "insert or ignore into bucket(name, created, acl, region, traits) values(?, ?, ?, ?, ?)"
        with self._database.together():
            if self._database.run(sql, *values) != 1:
                return False
            self._database.run("insert into binding values(?, ?)", owner, bucket.name)
        return True

    def acl(self, bucket: str) -> str:
        """The bucket's canned ACL; private when there is none."""
        row = self._database.one("select acl from bucket where name = ?", bucket)
        return str(row["acl"]) if row else "private"

    def share(self, bucket: str, acl: str) -> bool:
        """Set the bucket's canned ACL; False when there is no such bucket."""
        return self._database.run("update bucket set acl = ? where name = ?", acl, bucket) == 1

    def _bucket(self, row: sqlite3.Row) -> Bucket:
        values = {name: row[name] for name in ("name", "created", "acl")}
        return Bucket(region=row["region"] or self.home, traits=json.loads(row["traits"]), **values)

    def _renew_old_tables(self) -> None:
        """Folders of 0.1 know neither rights nor ACLs, and hold printed keys only; those before 0.4 bind
        each key to one bucket, in its row."""
        run = self._database.run
        texts = {"acl": "private", "region": "", "traits": "{}"}
        wanted = {name: f"text not null default '{value}'" for name, value in texts.items()}
        self._database.add_columns("bucket", wanted)
        if "writes" in self._database.columns("credential"):
            run("alter table credential add column rights text not null default 'full'")
            run("alter table credential add column ready int not null default 1")
            run("update credential set rights = 'read' where not writes")
            run("alter table credential drop column writes")
        self._database.add_columns("credential", LATER)
        gone = "select secret_id from credential where maker != '' and expires < ?"
        for row in self._database.all(gone, time.time() - REMEMBERED):
            self.forget(row["secret_id"])
        run(
            "insert or ignore into binding select secret_id, bucket from credential where"
            " bucket in (select name from bucket) and bucket not in (select bucket from binding)"
        )


def random_text(length: int) -> str:
    """Letters and digits nobody can guess."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(length))
