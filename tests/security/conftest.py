"""Fixtures of the rooms whose pages and calls are walked here."""

from tests.jobs.conftest import gateway as gateway
