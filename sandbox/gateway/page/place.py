"""Where a sandbox is, as its page tells it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Place:
    """Base URLs of `gateway` and `store`, and the region that its buckets are in."""

    gateway: str
    store: str
    region: str

    @property
    def endpoint(self) -> str:
        """Host and port of the store."""
        return self.store.removeprefix("http://")
