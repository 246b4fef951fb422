"""Keeps people from passwords that anybody would guess who knows where they are typed and by whom."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Account

# What this is, whose it is about, and what it is for.
WORDS = ("portal", "tmpportal", "tencent", "qcloud", "mediax", "music", "腾讯", "门户", "音乐")
SHORTEST_WORD = 4
# Two characters of Chinese say as much as a word does elsewhere.
SHORTEST_WIDE_WORD = 2
# As people write letters by digits and signs.
_LEET = str.maketrans("013457@$!", "oleastasi")


class PlaceWordsValidator:
    """Words of the place do not count towards the length: besides them, `min_length` characters are needed.

    They are WORDS, those of the portal's own addresses, and the names of the person and of their TMP
    accounts, buckets and callers.
    """

    def __init__(self, min_length: int) -> None:
        self.min_length = min_length

    def validate(self, password: str, user: User | AnonymousUser | None = None) -> None:
        """Raises ValidationError, naming the word."""
        plain = _folded(password)
        guessed = plain.translate(_LEET)
        covered: set[int] = set()
        found = ""
        for word in sorted(
            {*WORDS, *_of_addresses(), *_of_person(user)}, key=lambda word: (-len(word), word)
        ):
            for text in (plain, guessed):
                start = text.find(word)
                while start >= 0:
                    covered.update(range(start, start + len(word)))
                    found = found or word
                    start = text.find(word, start + 1)
        if found and len(plain) - len(covered) < self.min_length:
            raise ValidationError(
                ngettext(
                    "“%(word)s” is easily guessed here: it takes at least %(number)d character besides.",
                    "“%(word)s” is easily guessed here: it takes at least %(number)d characters besides.",
                    self.min_length,
                ),
                code="password_of_the_place",
                params={"word": found, "number": self.min_length},
            )

    def get_help_text(self) -> str:
        """For the page with the field."""
        return _(
            "Words that others guess here do not count towards the length: those of the portal and its "
            "address, your name, the names of your accounts and buckets."
        )


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _of_addresses() -> Iterator[str]:
    """What stands in the names that people type to come here, but for their last part."""
    hosts = [urlsplit(settings.PUBLIC_URL).hostname or "", *settings.ALLOWED_HOSTS]
    for host in hosts:
        for label in host.split(".")[:-1]:
            yield from _words_in(label)


def _of_person(user: User | AnonymousUser | None) -> Iterator[str]:
    if not isinstance(user, User):
        return
    names = [user.get_username(), user.first_name, user.last_name, user.email.partition("@")[0]]
    if user.pk:
        for account in Account.objects.for_user(user).only("name", "bucket", "user_name", "operate_uin"):
            names += [account.name, account.bucket, account.user_name, account.operate_uin]
    for name in names:
        yield from _words_in(name)


def _words_in(name: str) -> Iterator[str]:
    """The whole name and its parts, as far as they are long enough to be a word."""
    whole = _folded(name).strip()
    parts = "".join(each if each.isalnum() else " " for each in whole).split()
    for word in {whole, "".join(parts), *parts}:
        is_wide = any(unicodedata.east_asian_width(each) in "WF" for each in word)
        if len(word) >= (SHORTEST_WIDE_WORD if is_wide else SHORTEST_WORD):
            yield word
