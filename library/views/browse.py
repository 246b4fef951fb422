"""Shows what lies in an account's bucket: its folders, and what a search finds below one."""

from __future__ import annotations

import re
import uuid
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.clients import bucket_for
from accounts.models import Account, Upload
from accounts.policy import allow_bucket
from accounts.songs import names_for, usual_folder
from accounts.streaming import audio_type
from accounts.views.access import account_or_404, may_write
from library import looking
from library.forms import FolderForm, UploadForm
from library.listing import MOST_FOUND, Shown, can_judge, folder_of, ordered, search
from library.paths import UnfitPath, file_name, normalise, normalise_prefix, parents
from library.trouble import TROUBLE, UNJUDGED, sentence_for
from tencent.formats import LONGEST_KEY_BYTES

COLUMNS = ("name", "kind", "size", "changed")
LONGEST_SEARCH = 120
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


@require_safe
def browse(request: HttpRequest) -> HttpResponse:
    """The only account's files, or a choice of accounts."""
    accounts = list(Account.objects.for_user(request.user))
    if len(accounts) == 1:
        return redirect("library:browse_account", account_id=accounts[0].pk)
    return render(request, "library/browse.html", {"accounts": accounts})


@never_cache
@require_safe
def browse_account(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """One folder of the account's bucket."""
    return folder(request, account_or_404(request, account_id), form=UploadForm())


@never_cache
@require_POST
def look(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """Marks for files of a listing that nobody has looked into yet: some now, the rest on the next call."""
    account = account_or_404(request, account_id)
    found = looking.look(account, looking.Wanted.read(request.POST.getlist("look")))
    return render(
        request, "library/_looks.html", {"account": account, "marks": found.marks, "looks": found.rest}
    )


def folder(
    request: HttpRequest,
    account: Account,
    *,
    form: UploadForm,
    folder_form: FolderForm | None = None,
    http_state: int = 200,
) -> HttpResponse:
    """The page of the folder `?prefix=`, with the forms of those who may put something into it."""
    known = _known(request.GET)
    prefix, playing = _asked(request.POST.get("prefix") or known.get("prefix", ""), known.get("play", ""))
    wanted = _INVISIBLE.sub("", known.get("q", "")).strip()[:LONGEST_SEARCH]
    marker = known.get("marker", "")[:LONGEST_KEY_BYTES]
    shown, trouble = _shown(account, prefix, marker, wanted)
    items = ordered(shown.items, known.get("sort", ""))
    context = {
        "account": account,
        "known": known,
        "form": form,
        "goes_to": prefix or usual_folder(),
        "unfinished": _unfinished(request, account, prefix),
        "folder_form": folder_form or FolderForm(),
        "prefix": prefix,
        "marker": marker,
        "wanted": wanted,
        "most_found": MOST_FOUND,
        "parents": parents(prefix),
        "columns": COLUMNS,
        "sort": known.get("sort", ""),
        "shown": shown,
        "items": items,
        "looks": looking.wanted(items),
        "trouble": trouble,
        "unjudged": "" if trouble or can_judge(account) else UNJUDGED,
        "may_write": may_write(request, account),
        "several_accounts": Account.objects.for_user(request.user).count() > 1,
        "playing": playing,
        "playing_name": names_for(account, [playing]).get(playing) or file_name(playing) if playing else "",
    }
    page = render(request, "library/browse_account.html", context, status=http_state)
    return allow_bucket(page, account)


def _known(asked: QueryDict) -> QueryDict:
    """Only what this page asks for, and no longer than a key may be: links in every line repeat it."""
    names = ("prefix", "marker", "play", "q", "sort")
    # What is too long stays too long, and is refused.
    known = {name: str(asked[name])[: LONGEST_KEY_BYTES + 1] for name in names if asked.get(name)}
    if known.get("sort", "").removeprefix("-") not in COLUMNS:
        known.pop("sort", None)
    return QueryDict(urlencode(known))


def _asked(folder: str, song: str) -> tuple[str, str]:
    """The folder to show and the audio file to play in it, "" for none; 404 for paths that no bucket has."""
    try:
        prefix, playing = normalise_prefix(folder), normalise(song) if song else ""
    except UnfitPath as error:
        raise Http404 from error
    return prefix, playing if audio_type(playing) else ""


def _unfinished(request: HttpRequest, account: Account, prefix: str) -> list[Upload]:
    """Uploads that go on when their file is chosen again in this folder."""
    running = Upload.objects.for_user(request.user).filter(account=account).unfinished()
    return [upload for upload in running if not prefix or upload.folder == prefix]


def _shown(account: Account, prefix: str, marker: str, wanted: str) -> tuple[Shown, Any]:
    trouble: str | Promise = ""
    shown = Shown()
    try:
        bucket = bucket_for(account)
        shown = (
            search(account, bucket, prefix, wanted) if wanted else folder_of(account, bucket, prefix, marker)
        )
    except TROUBLE as error:
        trouble = sentence_for(error)
    return shown, trouble
