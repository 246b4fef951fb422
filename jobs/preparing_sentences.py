"""Sentences about songs that are made ready before they are sent, by the machine words of those who do it."""

from __future__ import annotations

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.sentences import explain_cause as explain_network
from jobs.models import Preparation

Text = str | Promise

_CAUSES: dict[str, Text] = {
    # The address, before anything was connected.
    "bad_url": _("This is no complete web address."),
    "not_https": _("Only addresses that begin with https:// are opened."),
    "credentials": _("An address with a name and a password in it is never opened."),
    "port": _("The portal opens addresses at the usual port of https only (443)."),
    "not_public": _("The portal opens public addresses only, and this one leads into a private network."),
    "redirects": _("The address leads on and on to others."),
    # What came, or did not.
    "http_401": _("The address asks for a login (HTTP 401)."),
    "http_403": _("The address does not let the portal in, or has expired (HTTP 403)."),
    "http_404": _("There is nothing at the address (HTTP 404)."),
    "http_410": _("What was at the address is gone (HTTP 410)."),
    "encoded": _("The address sends the file compressed for browsers, which was not asked for."),
    "headers": _("The answer of the address makes no sense."),
    "is_text": _("There is a page or a text at the address, not a song. Take the link of the file itself."),
    "empty": _("The file is empty."),
    "server_error": _("The server at the address has a fault, or counts too many calls."),
    "deadline": _("The file came too slowly."),
    "cut": _("The connection broke before the end of the file."),
    # The file, and what became of it.
    "no_sound": _("There is no sound in the file."),
    "damaged": _("The file is damaged: its sound cannot be read."),
    "too_long": _("There are more than three hours of sound in the file."),
    "memory": _("To read the file took more memory than one file may take."),
    "time": _("To take the sound out of the file took too long."),
    "crash": _("The file broke the program that reads it."),
    "tries": _("Three workers began with the song, and none came to the end."),
    "NoSuchKey": _("The file is not in the bucket any more."),
    "bucket": _("The bucket could not be read or written."),
    "CannotOpen": _("The field key that opens the account's keys is missing on the worker."),
}


_STEPS: dict[str, Text] = {
    Preparation.Step.WAITING: _("The song waits to be made ready by a worker."),
    Preparation.Step.COPYING: _("The song is copied into the bucket."),
    Preparation.Step.LOOKING: _("The portal looks into the file."),
    Preparation.Step.CONVERTING: _("The sound is taken out of the file."),
}


def explain_step(preparation: Preparation) -> Text:
    """What is being done to the song just now."""
    return _STEPS.get(preparation.step, "")


def explain_cause(cause: str) -> Text:
    """Why a song could not be made ready; "" for a word that says nothing."""
    if cause == "too_large":
        limit = filesizeformat(settings.PREPARE_MAX_BYTES)
        return _("The file is too large: at most %(limit)s are copied or converted.") % {"limit": limit}
    if cause in _CAUSES:
        return _CAUSES[cause]
    if cause.startswith("http_"):
        return _("The address answers with HTTP %(state)s.") % {"state": cause.removeprefix("http_")}
    return explain_network(cause)
