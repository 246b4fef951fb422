"""Takes a command apart as its shell would: the bodies it sends and the addresses it calls."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_COMMAND = re.compile(
    r"(?<![\w.-])(?:curl(?:\.exe)?|Invoke-RestMethod|Invoke-WebRequest|irm|iwr)(?=[ \t\n^`\\])", re.IGNORECASE
)
_CONTINUED = re.compile(r"[\\^`][ \t\u00a0]*\n")
_DATA = ("-d", "--data", "--data-raw", "--data-binary", "--data-ascii", "--data-urlencode", "--json", "-body")
_ATTACHED = re.compile(r"(?:-d|--(?:data(?:-raw|-binary|-ascii|-urlencode)?|json)=)(?=.)", re.DOTALL)
_MOST = 20


@dataclass(frozen=True, kw_only=True)
class Command:
    """One command: where it ends in the text, and what it sends where."""

    start: int
    end: int
    bodies: list[str] = field(repr=False)
    urls: list[str]


@dataclass(frozen=True)
class _Shell:
    """How a shell quotes: a pattern of word parts by name; one that matches nothing ends the command."""

    parts: re.Pattern[str]

    def part(self, found: re.Match[str]) -> str:
        kind, text = found.lastgroup or "", found[found.lastgroup or 0]
        if kind == "ansi":
            return _ansi(text)
        if kind == "double":
            return re.sub(r'\\(["\\$`])', r"\1", text)
        if kind == "windows":
            return re.sub(r'(?<!\\)(\\+)"|""', lambda m: "\\" * (len(m[1] or "") // 2) + '"', text)
        if kind == "single_doubled":
            return text.replace("''", "'")
        if kind == "backticked":
            return re.sub(r'[`\\](["`$\\])|""', lambda m: m[1] or '"', text)
        return text


_POSIX = _Shell(
    re.compile(
        r"""\$'(?P<ansi>(?:[^'\\]|\\.)*)' | '(?P<single>[^']*)' | "(?P<double>(?:[^"\\]|\\.)*)"
        | \\(?P<escaped>[^\n]) | (?P<plain>[^\s'"\\;|&]+) | (?P<space>[ \t\u00a0]+)""",
        re.VERBOSE | re.DOTALL,
    )
)
_CMD = _Shell(
    re.compile(
        r"""'(?P<single>[^']*)' | "(?P<windows>(?:[^"\\]|\\.|"")*)"
        | (?P<plain>[^\s'"|&]+) | (?P<space>[ \t\u00a0]+)""",
        re.VERBOSE | re.DOTALL,
    )
)
_POWERSHELL = _Shell(
    re.compile(
        r"""@'\n(?P<here>.*?)\n'@ | @"\n(?P<here_too>.*?)\n"@
        | '(?P<single_doubled>(?:[^']|'')*)' | "(?P<backticked>(?:[^"`\\]|[`\\].|"")*)"
        | (?P<plain>[^\s'"|&;]+) | (?P<space>[ \t\u00a0]+)""",
        re.VERBOSE | re.DOTALL,
    )
)


def prepared(text: str) -> str:
    """The text with its lines joined where a shell would join them; cmd's carets taken away."""
    if '^"' in text:
        text = re.sub(r"\^(.)", r"\1", text)
    return _CONTINUED.sub(" ", text)


def has_command(text: str) -> bool:
    """Whether the text holds a command that could send something."""
    return _COMMAND.search(text) is not None


def commands_in(text: str) -> list[Command]:
    """The commands of a text as pasted, at most twenty; positions are those in `prepared(text)`."""
    shell = _shell_of(text)
    text = prepared(text)
    commands: list[Command] = []
    at = 0
    while len(commands) < _MOST and (found := _COMMAND.search(text, at)):
        words, at = _words(text, found.end(), shell)
        commands.append(Command(start=found.start(), end=at, bodies=_bodies(words), urls=_urls(words)))
    return commands


def unwrapped(text: str) -> str:
    """JSON whose quotes are still escaped for a shell or a log line, without those escapes."""
    if re.search(r'[{｛]\s*\\+"', text):
        return re.sub(r'(?<!\\)\\+"', '"', text)
    if re.search(r'[{｛]\s*""\w', text):
        return text.replace('""', '"')
    return re.sub(r'`"', '"', text) if re.search(r'[{｛]\s*`"', text) else text


def _shell_of(text: str) -> _Shell:
    if re.search(r'\^"|\^[ \t]*\n', text):
        return _CMD
    if re.search(r"`[ \t]*\n|\bInvoke-|\bi(?:rm|wr)\b", text, re.IGNORECASE):
        return _POWERSHELL
    return _POSIX


def _words(text: str, at: int, shell: _Shell) -> tuple[list[str], int]:
    words: list[str] = []
    parts: list[str] = []
    while found := shell.parts.match(text, at):
        if found.lastgroup != "space":
            parts.append(shell.part(found))
        elif parts:
            words.append("".join(parts))
            parts = []
        at = found.end()
    return [*words, "".join(parts)], at


def _bodies(words: list[str]) -> list[str]:
    pairs = zip(words, words[1:], strict=False)
    bodies = [value for option, value in pairs if option.lower() in _DATA]
    return bodies + [word[m.end() :] for word in words if word not in _DATA and (m := _ATTACHED.match(word))]


def _urls(words: list[str]) -> list[str]:
    return [word for word in words if re.match(r"https?://", word, re.IGNORECASE)]


def _ansi(text: str) -> str:
    codes = {"n": "\n", "t": "\t", "r": "\r"}
    pattern = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
    return pattern.sub(lambda m: chr(int(m[1] or m[2], 16)) if m[1] or m[2] else codes.get(m[3], m[3]), text)
