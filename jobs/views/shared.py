"""What somebody who has a link sees of one result, without signing in: nothing else leads on from here."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_safe

from accounts import throttling
from accounts.encryption import CannotOpen
from accounts.guarding.doors import KeysInside, open_checked
from accounts.streaming import audio_type, clean_range, ending_of, pass_on
from jobs import sharing
from jobs.export_form import ExportForm
from jobs.exports import all_exports, by_group
from jobs.exports.names import stem_of
from jobs.models import Share
from jobs.views.downloads import exported
from jobs.views.playing import player_of, song_of, sounds_of
from tencent.errors import BucketError

# The table for readers without scripts, as on the result's own page.
MOST_ROWS = 5000
# The token stands in the address: it must not travel on as a referrer, and no copy may outlive the link.
_HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "private, no-store",
}


def _by_link(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """`view` with the share instead of the token. Whatever is wrong with a link, the answer is the same."""

    @login_not_required
    @require_safe
    @sensitive_variables()
    @wraps(view)
    def answer(request: HttpRequest, token: str, **rest: Any) -> HttpResponseBase:
        share = sharing.find(token)
        with override(_language_of(request)):
            response = view(request, share, token, **rest) if share else _nothing(request, token)
            response["Content-Language"] = get_language() or ""
        for name, value in _HEADERS.items():
            response[name] = value
        return response

    return answer


@_by_link
def shared(request: HttpRequest, share: Share, token: str) -> HttpResponse:
    """The result, as far as the link allows."""
    if request.method == "GET":
        sharing.count_opening(share)
    result = sharing.shown(share.job)
    return render(
        request,
        "jobs/shared.html",
        {
            "share": share,
            "job": share.job,
            "token": token,
            "result": result,
            "player": _player(share, token),
            "song": song_of(result),
            "rows": result.markers[:MOST_ROWS],
            "exports": by_group().items() if share.with_exports and _is_something(share) else (),
        },
    )


@_by_link
def shared_audio(request: HttpRequest, share: Share, token: str, number: int) -> HttpResponseBase:
    """The song or audio that TMP wrote, by its place; only what surely holds no key."""
    sounds = sounds_of(share.job, sharing.heard(share.job)) if share.with_audio else []
    if number >= len(sounds):
        return _nothing(request, token)
    sound = sounds[number]
    media_type = audio_type(sound.path)
    if not media_type:
        return _nothing(request, token)
    try:
        opened = open_checked(share.job.account, sound.path, clean_range(request.headers.get("Range", "")))
    except (KeysInside, BucketError, CannotOpen) as error:
        # Why is the members' to know: words of the bucket name it.
        is_past_end = isinstance(error, BucketError) and error.http_state == 416
        sentence = _("The audio cannot be had just now.")
        return HttpResponse(
            sentence, status=416 if is_past_end else 502, content_type="text/plain; charset=utf-8"
        )
    name = f"{stem_of(share.job.source_name)} ({sound.label}){ending_of(sound.path)}"
    return pass_on(opened, name=name, media_type=media_type)


@_by_link
def shared_export(request: HttpRequest, share: Share, token: str, format_key: str) -> HttpResponseBase:
    """What the page shows, in one of the formats; 400 and why where its times make no sense."""
    chosen = all_exports().get(format_key)
    if chosen is None or not share.with_exports:
        return _nothing(request, token)
    form = ExportForm(request.GET)
    if not form.is_valid():
        sentences = [str(message) for messages in form.errors.values() for message in messages]
        return HttpResponse("\n".join(sentences), status=400, content_type="text/plain; charset=utf-8")
    return exported(chosen, share.job, sharing.shown(share.job), form)


def _nothing(request: HttpRequest, token: str) -> HttpResponse:
    """One page for links that are revoked, expired, deleted or made up; made-up ones only so often."""
    if not sharing.is_ours(token) and throttling.is_guessing(request):
        return render(request, "jobs/shared_ended.html", {"is_throttled": True}, status=429)
    return render(request, "jobs/shared_ended.html", status=404)


def _language_of(request: HttpRequest) -> str:
    """What the person chose on this page, else what the browser asks for: the portal keeps nothing of it."""
    wanted = request.GET.get("language", "")
    return wanted if wanted in dict(settings.LANGUAGES) else get_language() or settings.LANGUAGE_CODE


def _player(share: Share, token: str) -> dict[str, Any] | None:
    if not share.with_audio:
        return None
    return player_of(
        share.job,
        sharing.heard(share.job),
        address=lambda number, _sound: reverse("jobs:shared_audio", args=[token, number]),
    )


def _is_something(share: Share) -> bool:
    result = sharing.shown(share.job)
    return bool(result.markers or result.regions)
