"""Reads the params of a capability as the dialect wants them sent, before the capability itself judges."""

from typing import cast

from sandbox.dialects import Dialect
from sandbox.platform.refusing import Members, RefusedError

ENUMERATIONS = ("outputType", "drumType")
KNOWN = 4  # what performers can do; what a dialect takes beyond that is done the same way
EVERYTHING = 4  # the outputType that divides into groups


def read(capability: str, params: object, dialect: Dialect) -> object:
    """The params, with texts of digits and missing members as the dialect reads them. Raises RefusedError."""
    if dialect["enum-form"] == "texts-too":
        params = _with_integers(params)
    if capability != "musicBeat" or not isinstance(params, dict):
        return params
    read = dict(cast(Members, params))
    for name in ENUMERATIONS:
        value = read.get(name)
        if type(value) is int and KNOWN < value <= int(dialect["enum-limit"]):
            read[name] = KNOWN
    if read.get("enlargeLevel") is None:
        read["enlargeLevel"] = int(dialect["enlarge-default"])
    is_missing = read.get("outputType") == EVERYTHING and read.get("splitNum") is None
    if is_missing and dialect["split-num"] == "needed-with-4":
        raise RefusedError("musicBeat.splitNum is required with outputType 4.")
    return read


def _with_integers(params: object) -> object:
    if isinstance(params, dict):
        return {name: _integer(value) if name in ENUMERATIONS else value for name, value in params.items()}
    return _integer(params)


def _integer(value: object) -> object:
    is_digits = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10
    return int(cast(str, value)) if is_digits else value
