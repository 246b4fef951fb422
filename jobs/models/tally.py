"""How many jobs stand in each state, without counting them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Count, Sum

from accounts.models import Account

Change = tuple[Any, str]
_AT_ONCE = 5_000


class TallyManager(models.Manager["Tally"]):
    """Writes differences, and reads their sums."""

    def add(self, changes: Mapping[Change, int]) -> None:
        """Note that so many more (or fewer) jobs of an account stand in a state; in the caller's transaction.

        Only inserts: rows that every worker would have to update are rows that workers wait for.
        """
        rows = [(account, state, delta) for (account, state), delta in changes.items() if delta]
        if not rows:
            return
        table = connection.ops.quote_name(self.model._meta.db_table)
        places = ", ".join(["(%s, %s, %s)"] * len(rows))
        ready = [value for account, state, delta in rows for value in (_fit(account), state, delta)]
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {table} (account_id, state, delta) VALUES {places}", ready)  # noqa: S608  (names of our own, values are parameters)

    def moved(self, moves: Iterable[tuple[Any, str, str]]) -> None:
        """Note moves (account, from, to) of jobs; an empty state means that a job came to be or is gone."""
        changes: Counter[Change] = Counter()
        for account, from_, to in moves:
            if from_:
                changes[account, from_] -= 1
            if to:
                changes[account, to] += 1
        self.add(changes)

    def counts(self, accounts: Iterable[Any]) -> dict[str, int]:
        """How many jobs of these accounts stand in each state; states without jobs are left out."""
        rows = self.filter(account__in=accounts).order_by().values("state").annotate(number=Sum("delta"))
        return {row["state"]: row["number"] for row in rows if row["number"]}

    @transaction.atomic
    def fold(self) -> None:
        """Replace rows of one account and state by their sum; two that fold at once each fold what the other
        left."""
        split = self.order_by().values("account", "state").annotate(rows=Count("pk")).filter(rows__gt=1)
        pairs = {(row["account"], row["state"]) for row in split}
        rows = self.filter(account__in={account for account, _ in pairs}).order_by("pk")
        gone = [
            row for row in rows.values_list("pk", "account", "state", "delta")[:_AT_ONCE] if row[1:3] in pairs
        ]
        sums: Counter[Change] = Counter()
        taken = set(_delete_returning(self.model, [pk for pk, *_ in gone]))
        for pk, account, state, delta in gone:
            if pk in taken:
                sums[account, state] += delta
        self.add(sums)


class Tally(models.Model):
    """So many more jobs of an account stand in a state; the sum over all rows is the number of them."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+", db_index=False)
    state = models.CharField(max_length=12)
    delta = models.IntegerField()

    objects = TallyManager()

    class Meta:
        indexes = [models.Index(fields=["account", "state", "delta"], name="tally_by_account")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.state} {self.delta:+d}"


def _fit(account: Any) -> Any:
    return Tally._meta.get_field("account").get_db_prep_value(account, connection)


def _delete_returning(model: type[models.Model], keys: list[int]) -> list[int]:
    """Delete rows by key; says which were still there."""
    if not keys:
        return []
    table = connection.ops.quote_name(model._meta.db_table)
    places = ", ".join(["%s"] * len(keys))
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE id IN ({places}) RETURNING id", keys)  # noqa: S608  (names of our own, values are parameters)
        return [row[0] for row in cursor.fetchall()]
