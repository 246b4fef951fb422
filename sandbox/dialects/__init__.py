"""How TMP speaks where nobody knows it: a dialect is one plausible setting for every open question."""

from collections.abc import Iterable, Mapping
from random import Random

from sandbox.dialects.switch import Switch
from sandbox.dialects.switches import SWITCHES

__all__ = ["STANDARD", "SWITCHES", "Dialect", "DialectError", "Switch", "read"]

RANDOM = "random:"


class DialectError(ValueError):
    """No such switch or setting; the text says which there are."""


class Dialect:
    """One setting for every switch: those that are `chosen`, and what is taken for granted for the rest.

    `dialect["name"]` is the setting. Raises DialectError.
    """

    def __init__(self, chosen: Mapping[str, str] | None = None) -> None:
        for name, setting in (chosen or {}).items():
            _check(name, setting)
        usual = {name: switch.usual for name, switch in SWITCHES.items()}
        self._settings = {**usual, **(chosen or {})}

    def __getitem__(self, name: str) -> str:
        return self._settings[name]

    def __str__(self) -> str:
        return " ".join(f"{name}={setting}" for name, setting in self.unusual.items()) or "standard"

    @property
    def unusual(self) -> Mapping[str, str]:
        """The settings that differ from what is taken for granted, in the order of the table."""
        return {
            name: setting
            for name, setting in self._settings.items()
            if setting != SWITCHES[name].usual
        }  # fmt: skip

    @classmethod
    def random(cls, seed: int) -> "Dialect":
        """Any setting for every switch, the same ones for the same seed."""
        chance = Random(seed)
        return cls({name: chance.choice(list(switch.settings)) for name, switch in SWITCHES.items()})


STANDARD = Dialect()


def read(words: Iterable[str]) -> Dialect:
    """The dialect of words such as `states=1` or `random:7`, later ones winning. Raises DialectError."""
    chosen: dict[str, str] = {}
    for word in words:
        if word.startswith(RANDOM):
            chosen |= Dialect.random(_seed(word.removeprefix(RANDOM))).unusual
            continue
        name, equals, setting = word.partition("=")
        if not equals:
            raise DialectError(f"{word}: a dialect is given as name=setting or {RANDOM}SEED")
        chosen[name] = setting
    return Dialect(chosen)


def _check(name: str, setting: str) -> None:
    if name not in SWITCHES:
        raise DialectError(f"there is no switch {name}; there are {', '.join(SWITCHES)}")
    if setting not in SWITCHES[name].settings:
        raise DialectError(f"{name} is one of {', '.join(SWITCHES[name].settings)}, not {setting}")


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 20):
        raise DialectError(f"{RANDOM}{text}: a seed is a whole number")
    return int(text)
