"""Files of a bucket as one zip file, made while it is sent: neither memory nor disk holds it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from email.utils import parsedate_to_datetime

from django.utils import translation

from accounts.guarding.doors import open_checked
from accounts.models import Account
from accounts.songs import names_for
from accounts.zipping import Pipe
from library.paths import file_name
from library.trouble import CLOSED, sentence_for
from tencent.bucket import Opened

# Files of one zip.
MOST_FILES = 1000
LEFT_OUT = "LEFT OUT.txt"


def stream(account: Account, paths: Sequence[str], *, language: str) -> Iterator[bytes]:
    """The zip file: each object under the person's own name for it, and last a text that says in `language`
    which ones were left out and why (those with keys in them, and what is gone).

    A file that breaks off in the middle ends the whole: a browser then tells that the download failed.
    """
    pipe, names, left_out = Pipe(), _names(account, paths), list[str]()
    # Sound does not get any smaller.
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
        for path in paths:
            try:
                opened = open_checked(account, path)
            except CLOSED as error:
                with translation.override(language):
                    left_out.append(f"{names[path]} ({path}): {sentence_for(error)}")
                continue
            with opened, archive.open(_info(names[path], opened), "w", force_zip64=True) as entry:
                for chunk in opened.chunks:
                    entry.write(chunk)
                    yield pipe.taken()
        if left_out:
            archive.writestr(LEFT_OUT, "\ufeff" + "\r\n".join(left_out) + "\r\n")
        yield pipe.taken()
    yield pipe.taken()


def _names(account: Account, paths: Sequence[str]) -> dict[str, str]:
    """A name for each path, no two alike on any computer."""
    own, taken, names = names_for(account, paths), {LEFT_OUT.casefold()}, dict[str, str]()
    for path in paths:
        name = file_name(path, own.get(path, ""))
        stem, dot, ending = name.rpartition(".")
        number = 1
        while name.casefold() in taken:
            number += 1
            name = f"{stem} ({number}).{ending}" if stem and dot else f"{ending} ({number})"
        taken.add(name.casefold())
        names[path] = name
    return names


def _info(name: str, opened: Opened) -> zipfile.ZipInfo:
    try:
        when = parsedate_to_datetime(opened.headers["last-modified"]).timetuple()[:6]
    except (KeyError, ValueError):
        # A zip file knows no year before this.
        when = (1980, 1, 1, 0, 0, 0)
    return zipfile.ZipInfo(name, date_time=when)
