"""Shows what lies in an account's bucket, and puts new files there."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.clients import bucket_for
from accounts.managing.demo import is_below
from accounts.models import Account, Song
from accounts.policy import allow_bucket
from accounts.songs import SongRefused, names_for, store_song, too_large_sentence
from accounts.uploads import too_large
from accounts.views.access import account_or_404, account_to_use, may_write
from library.forms import UploadForm
from library.paths import UnfitPath, audio_type, file_name, is_fit, normalise, normalise_prefix, parents
from library.trouble import TROUBLE, sentence_for
from library.views.access import account_of_demo, places_with_keys
from tencent.bucket import Listing

PAGE_LENGTH = 100


@dataclass(frozen=True, kw_only=True)
class Item:
    """One line of the listing: `size` in bytes, `name` as the person knows it; may they open it?

    Another program may have stored a file under a key that has no address here: `is_fit` says no.
    """

    path: str
    name: str
    size: int
    modified: datetime
    is_audio: bool
    holds_keys: bool
    is_open: bool
    is_fit: bool


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
    stored = request.GET.get("stored", "")
    return _folder(
        request,
        account_or_404(request, account_id),
        form=UploadForm(),
        stored=int(stored) if stored.isdecimal() and len(stored) < 4 else 0,
    )


@never_cache
@require_POST
def upload(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """Put files into the bucket; those that were taken stay, for the others there is a sentence each."""
    account = account_to_use(request, account_id)
    form = UploadForm(request.POST, request.FILES)
    songs = _store(request, account, form)
    if form.errors:
        return _folder(request, account, form=form, stored=len(songs), http_state=422)
    folder = songs[0].path.rpartition("/")[0] + "/"
    address = reverse("library:browse_account", args=[account.pk])
    # In the address rather than in a message: a script that uploads follows this once before the person does.
    return redirect(f"{address}?{urlencode([('prefix', folder), ('stored', len(songs))])}")


def _store(request: HttpRequest, account: Account, form: UploadForm) -> list[Song]:
    """Store what the form holds; what went wrong is added to the form."""
    dropped = too_large(request)
    form.full_clean()
    if dropped and not request.FILES:
        # "Required" would be said of files that did arrive.
        form.errors.clear()
    # Every error takes the field's value out of the cleaned data.
    files = form.cleaned_data.get("songs", [])
    for name in dropped:
        form.add_error("songs", f"{name}: {too_large_sentence()}")
    user: Any = request.user
    songs = []
    for file in files:
        try:
            songs.append(store_song(account=account, user=user, file=file))
        except SongRefused as error:
            form.add_error("songs", f"{file.name}: {error.sentence}")
        except TROUBLE as error:
            form.add_error("songs", f"{file.name}: {sentence_for(error)}")
    return songs


def _folder(
    request: HttpRequest, account: Account, *, form: UploadForm, stored: int, http_state: int = 200
) -> HttpResponse:
    prefix, playing = _asked(request)
    marker = request.GET.get("marker", "")[:1024]
    listing, trouble = _list(account, prefix, marker)
    context = {
        "account": account,
        "form": form,
        "prefix": prefix,
        "marker": marker,
        "parents": parents(prefix),
        "folders": [(folder, folder.rstrip("/").rpartition("/")[2]) for folder in listing.folders],
        "items": _items(request, account, listing),
        "next_marker": listing.next_marker,
        "trouble": trouble,
        "may_upload": may_write(request, account),
        "stored": stored,
        "several_accounts": Account.objects.for_user(request.user).count() > 1,
        "playing": playing,
        "playing_name": names_for(account, [playing]).get(playing) or file_name(playing) if playing else "",
    }
    page = render(request, "library/browse_account.html", context, status=http_state)
    return allow_bucket(page, account)


def _asked(request: HttpRequest) -> tuple[str, str]:
    """The folder to show and the audio file to play in it, "" for none; 404 for paths that no bucket has."""
    try:
        prefix = normalise_prefix(request.GET.get("prefix", ""))
        playing = normalise(request.GET["play"]) if request.GET.get("play") else ""
    except UnfitPath as error:
        raise Http404 from error
    return prefix, playing if audio_type(playing) else ""


def _list(account: Account, prefix: str, marker: str) -> tuple[Listing, str | Promise]:
    try:
        return bucket_for(account).list(prefix, marker, limit=PAGE_LENGTH), ""
    except TROUBLE as error:
        return Listing(entries=[], folders=[], next_marker=""), sentence_for(error)


def _items(request: HttpRequest, account: Account, listing: Listing) -> list[Item]:
    names: Mapping[str, Any] = names_for(account, [entry.key for entry in listing.entries])
    guarded = places_with_keys(account)
    items = []
    for entry in listing.entries:
        keys_inside = is_below(entry.key, guarded)
        is_closed = keys_inside and account_of_demo(request, account, entry.key) is None
        items.append(
            Item(
                path=entry.key,
                name=names.get(entry.key) or file_name(entry.key),
                size=entry.size,
                modified=entry.modified,
                is_audio=bool(audio_type(entry.key)),
                holds_keys=keys_inside,
                is_open=is_fit(entry.key) and not is_closed,
                is_fit=is_fit(entry.key),
            )
        )
    return items
