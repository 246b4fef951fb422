"""The time that the sandbox claims it is: this machine's, moved by an ordered skew."""

import time
from email.utils import formatdate


class Clock:
    """`skew` is in seconds, positive when the sandbox is ahead; what takes time goes by the real clock."""

    def __init__(self, skew: float = 0) -> None:
        self.skew = skew

    def now(self) -> float:
        """Seconds since 1970, as the sandbox claims."""
        return time.time() + self.skew

    def date(self) -> str:
        """The same as a Date header."""
        return formatdate(self.now(), usegmt=True)
