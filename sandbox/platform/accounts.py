"""The accounts TMP knows: made by Register, found by their keys."""

import sqlite3
import uuid
from dataclasses import dataclass, field, replace
from typing import Self

from sandbox.database import Database
from sandbox.dialects import Dialect
from sandbox.platform.messages import RefusedError, Registration
from sandbox.store.keys import Credential, random_text

SCHEMA = """
create table if not exists account(content_id text primary key, uin text not null, user_name text not null,
    tmp_id text not null unique, tmp_key text not null, gate_id text not null unique, gate_key text not null,
    bucket text not null, region text not null, secret_id text not null, secret_key text not null,
    created real not null, updated real not null, unique(uin, user_name));
create table if not exists earlier_keys(content_id text not null, tmp_id text not null unique,
    tmp_key text not null, gate_id text not null unique, gate_key text not null);
"""
KEYS = ("tmp_id", "tmp_key", "gate_id", "gate_key")


@dataclass(frozen=True, kw_only=True)
class Account:
    """One registered caller with its content library (a bucket) and its keys; times in seconds since 1970."""

    content_id: str
    uin: str
    user_name: str
    tmp_id: str
    tmp_key: str = field(repr=False)
    gate_id: str
    gate_key: str = field(repr=False)
    bucket: str
    region: str
    secret_id: str
    secret_key: str = field(repr=False)
    created: float
    updated: float

    @classmethod
    def of(cls, row: sqlite3.Row) -> Self:
        """From a row."""
        return cls(**dict(row))

    @property
    def caller(self) -> str:
        """What the Source header should say (source: seed)."""
        return f"{self.uin}_{self.user_name}"

    @property
    def credential(self) -> Credential:
        """The bucket keys the account was registered with."""
        return Credential(secret_id=self.secret_id, secret_key=self.secret_key, bucket=self.bucket)


class Accounts:
    """Finds and keeps accounts; what a second Register does is the dialect's affair."""

    def __init__(self, database: Database, dialect: Dialect) -> None:
        self._database, self._again = database, dialect["register-again"]

    def by_gate_id(self, gate_id: str) -> Account | None:
        """The account of a gateway id, with the keys that go with it."""
        return self._found("select * from account where gate_id = ?", gate_id) or self._earlier(
            "select * from earlier_keys where gate_id = ?", gate_id
        )

    def by_tmp_id(self, tmp_id: str) -> Account | None:
        """The account of a TMP id, with the keys that go with it."""
        return self._found("select * from account where tmp_id = ?", tmp_id) or self._earlier(
            "select * from earlier_keys where tmp_id = ?", tmp_id
        )

    def by_content_id(self, content_id: str) -> Account | None:
        """The account of a content library."""
        return self._found("select * from account where content_id = ?", content_id)

    def all(self) -> list[Account]:
        """Every account, oldest first."""
        return [Account.of(row) for row in self._database.all("select * from account order by created")]

    def known(self, registration: Registration) -> Account | None:
        """The account of this uin and name. Raises RefusedError where TMP registers nobody twice."""
        sql = "select * from account where uin = ? and user_name = ?"
        known = self._found(sql, registration.uin, registration.user_name)
        if known and self._again == "refused":
            raise RefusedError(f"{known.caller} is registered already", about="register")
        return known

    def keep(self, registration: Registration, *, now: float) -> Account:
        """A new account with fresh keys; for a known uin and name the old one with the new bucket. Raises
        RefusedError as known."""
        with self._database.together():
            known = self.known(registration)
            if known and self._again == "new-keys-too":
                keys = (getattr(known, name) for name in KEYS)
                self._database.run("insert into earlier_keys values(?, ?, ?, ?, ?)", known.content_id, *keys)
            kept = known if self._again == "same-keys" else None
            account = Account(
                content_id=known.content_id if known else str(uuid.uuid4()),
                uin=registration.uin,
                user_name=registration.user_name,
                tmp_id=kept.tmp_id if kept else random_text(32),
                tmp_key=kept.tmp_key if kept else random_text(32),
                gate_id=kept.gate_id if kept else "AKID" + random_text(36),
                gate_key=kept.gate_key if kept else random_text(39),
                bucket=registration.credential.bucket,
                region=registration.region,
                secret_id=registration.credential.secret_id,
                secret_key=registration.credential.secret_key,
                created=known.created if known else now,
                updated=now,
            )
            self._database.run(
                "replace into account values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", *vars(account).values()
            )
        return account

    def _found(self, sql: str, *values: str) -> Account | None:
        row = self._database.one(sql, *values)
        return Account.of(row) if row else None

    def _earlier(self, sql: str, value: str) -> Account | None:
        row = self._database.one(sql, value)
        account = self.by_content_id(row["content_id"]) if row else None
        return replace(account, **{name: row[name] for name in KEYS}) if row and account else None
