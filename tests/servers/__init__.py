"""Real PostgreSQL and Redis servers for tests: each over a folder and a port of its own, none left behind."""

from tests.servers.postgres import PostgresServer
from tests.servers.redis import RedisServer

__all__ = ["PostgresServer", "RedisServer"]
