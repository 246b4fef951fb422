"""Knows for a while what was sealed or opened in this process, so that no error that quotes it tells it.

Whoever reads the memory of a process has the keys that it works with anyway; a log is read by more people.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict

from tencent.scrubbing import Scrubber

# Shorter ones stand in ordinary words as well; longer ones are answers, whose keys are sealed one by one.
SHORTEST, LONGEST = 8, 512
# Keys of some 200 accounts; the oldest go first.
MOST = 1200
# As answers and programs of TMP spell them.
_KEYS = re.compile(r"""secret\w*["']?\s*[:=]\s*["']([\w/+=-]{8,512})""", re.IGNORECASE)


class _Opened:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._texts: OrderedDict[str, None] = OrderedDict()
        self._scrubber: Scrubber | None = None

    def remember(self, text: str) -> None:
        """One secret; what is too short or too long is let be."""
        if text in self._texts or not SHORTEST <= len(text) <= LONGEST:
            return
        with self._lock:
            self._texts[text] = None
            if len(self._texts) > MOST:
                self._texts.popitem(last=False)
            self._scrubber = None

    def remember_keys_in(self, text: str) -> None:
        """Of a text with keys that nobody has sealed yet."""
        for key in _KEYS.findall(text):
            self.remember(key)

    def without(self, text: str) -> str:
        """`text` with *** in place of each."""
        with self._lock:
            scrubber = self._scrubber = self._scrubber or Scrubber(self._texts)
        return scrubber.whole(text)

    def __repr__(self) -> str:
        return f"{len(self._texts)} texts"


_opened = _Opened()
remember, remember_keys_in = _opened.remember, _opened.remember_keys_in
without = _opened.without
