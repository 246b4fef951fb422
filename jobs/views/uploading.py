"""Keeps the songs that came with a form, so that none has to travel again."""

from __future__ import annotations

from django.http import HttpRequest, QueryDict

from accounts.models import Account
from accounts.songs import too_large_sentence
from accounts.uploads import too_large
from jobs.song_form import BUCKET, UPLOAD
from jobs.sources import SourceRefused, keep_upload


def keep_songs(request: HttpRequest, account: Account) -> tuple[QueryDict, list[str]]:
    """What was posted, with uploaded files already turned into files of the bucket; and why some were not."""
    data = request.POST.copy()
    if data.get("source") != UPLOAD:
        return data, []
    refusals = [f"{name}: {too_large_sentence()}" for name in too_large(request)]
    kept = data.getlist("kept")
    for file in request.FILES.getlist("file"):
        try:
            kept.append(keep_upload(account=account, user=request.user, file=file).path)
        except SourceRefused as error:
            refusals.append(f"{file.name}: {error.sentence}")
    data.setlist("kept", kept)
    if kept and not refusals:
        data["source"] = BUCKET
        data.setlist("path", kept)
        data.setlist("kept", [])
        data["folder"] = ""
    return data, refusals
