"""The benchmark of the store runs on less and prints every figure once; only memory must be as it should."""

from __future__ import annotations

import re

import pytest

from tests.benchmarks import store

MOST_MIB = 80
FIGURES = {"store_rss_mib_1gib", "store_put_mib_per_s", "store_put_parts_mib_per_s", "store_get_mib_per_s"}


def test_the_store_is_measured_alone_and_beside_nginx_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # More than the memory it may take: what holds a body whole is found out.
    monkeypatch.setattr(store, "LARGE", 128 * store.MIB)
    monkeypatch.setattr(store, "HALF", 4 * store.MIB)
    monkeypatch.setattr(store, "ROUNDS", 1)
    figures = store.main()
    said = capsys.readouterr().out
    printed = re.findall(r"^(\w+)=(\d+\.\d+)$", said, re.MULTILINE)
    assert [name for name, _ in printed] == list(figures)
    assert set(figures) >= FIGURES
    assert min(figures.values()) > 0
    assert figures["store_rss_mib_1gib"] <= MOST_MIB
    assert ("store_get_vs_nginx" in figures) != ("nginx is not installed" in said)
