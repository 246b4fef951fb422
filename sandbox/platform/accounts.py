"""The accounts TMP knows: made by Register, found by their keys."""

import sqlite3
import uuid
from dataclasses import dataclass, field
from typing import Self

from sandbox.database import Database
from sandbox.platform.messages import Registration
from sandbox.store.keys import Credential, random_text

SCHEMA = """
create table if not exists account(content_id text primary key, uin text not null, user_name text not null,
    tmp_id text not null unique, tmp_key text not null, gate_id text not null unique, gate_key text not null,
    bucket text not null, region text not null, secret_id text not null, secret_key text not null,
    created real not null, updated real not null, unique(uin, user_name));
"""


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
    """Finds and keeps accounts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def by_gate_id(self, gate_id: str) -> Account | None:
        """The account of a gateway id."""
        return self._found("select * from account where gate_id = ?", gate_id)

    def by_tmp_id(self, tmp_id: str) -> Account | None:
        """The account of a TMP id."""
        return self._found("select * from account where tmp_id = ?", tmp_id)

    def by_content_id(self, content_id: str) -> Account | None:
        """The account of a content library."""
        return self._found("select * from account where content_id = ?", content_id)

    def all(self) -> list[Account]:
        """Every account, oldest first."""
        return [Account.of(row) for row in self._database.all("select * from account order by created")]

    def keep(self, registration: Registration, *, now: float) -> Account:
        """A new account with fresh keys; for a known uin and name the old keys with the new bucket."""
        with self._database.together():
            known = self._found(
                "select * from account where uin = ? and user_name = ?",
                registration.uin,
                registration.user_name,
            )
            account = Account(
                content_id=known.content_id if known else str(uuid.uuid4()),
                uin=registration.uin,
                user_name=registration.user_name,
                tmp_id=known.tmp_id if known else random_text(32),
                tmp_key=known.tmp_key if known else random_text(32),
                gate_id=known.gate_id if known else "AKID" + random_text(36),
                gate_key=known.gate_key if known else random_text(39),
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
