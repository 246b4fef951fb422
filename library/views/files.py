"""Passes the bytes of bucket objects on to the browser, piece by piece, without keeping them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from accounts.clients import bucket_for
from accounts.songs import names_for
from accounts.views.access import account_or_404
from library.paths import audio_type, clean_range, file_name
from library.trouble import TROUBLE, http_state_for, sentence_for
from library.views.access import HoldsKeys, readable_path
from tencent.bucket import Opened

_PASSED_ON = ("content-length", "content-range", "accept-ranges", "etag", "last-modified")


@require_GET
def stream(request: HttpRequest, account_id: uuid.UUID) -> HttpResponseBase:
    """An audio file for a player, or the part of it that was asked for; other files only as a download."""
    account = account_or_404(request, account_id)
    try:
        path = readable_path(request, account)
    except HoldsKeys as error:
        return redirect("accounts:account_demo", account_id=error.account.pk)
    try:
        opened = bucket_for(account).open(path, clean_range(request.headers.get("Range", "")))
    except TROUBLE as error:
        state, sentence = http_state_for(error), str(sentence_for(error))
        return HttpResponse(sentence, status=state, content_type="text/plain; charset=utf-8")
    return _pass_on(opened, media_type=audio_type(path), name=file_name(path))


@require_GET
def download(request: HttpRequest, account_id: uuid.UUID) -> HttpResponseBase:
    """A file to keep, under the person's own name for it; a demo with keys has a page of its own."""
    account = account_or_404(request, account_id)
    try:
        path = readable_path(request, account)
    except HoldsKeys as error:
        return redirect("accounts:account_demo", account_id=error.account.pk)
    try:
        opened = bucket_for(account).open(path)
    except TROUBLE as error:
        context = {"account": account, "trouble": sentence_for(error), "path": path}
        return render(request, "library/trouble.html", context, status=http_state_for(error))
    return _pass_on(opened, name=file_name(path, names_for(account, [path]).get(path, "")))


class _Chunks:
    """An iterator that gives the connection to the bucket back, even if nobody ever reads from it."""

    def __init__(self, opened: Opened) -> None:
        self._chunks = opened.chunks
        self.close = opened.close

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks


def _pass_on(opened: Opened, *, name: str, media_type: str = "") -> StreamingHttpResponse:
    """Inline where `media_type` is known to be harmless, otherwise as a download."""
    response = StreamingHttpResponse(
        _Chunks(opened), status=opened.http_state, content_type=media_type or "application/octet-stream"
    )
    for header in _PASSED_ON:
        if value := opened.headers.get(header):
            response[header] = value
    response["Content-Disposition"] = content_disposition_header(not media_type, name) or "inline"
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
