"""Takes files, of browsers that run no script, and folders into the bucket; see accounts.uploading."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.models import Account, Song
from accounts.songs import SongRefused, store_song, too_large_sentence, usual_folder
from accounts.uploads import too_large
from accounts.views.access import account_to_use
from library import changing
from library.forms import FolderForm, UploadForm
from library.paths import UnfitPath, normalise_prefix
from library.trouble import TROUBLE, sentence_for
from library.views.browse import folder


@never_cache
@require_POST
def upload(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """Put files into the folder; those that were taken stay, for the others there is a sentence each."""
    account = account_to_use(request, account_id)
    prefix = _prefix(request)
    form = UploadForm(request.POST, request.FILES)
    songs = _store(request, account, form, prefix)
    if count := len(songs):
        told = ngettext(
            "%(count)s file is in the bucket now.", "%(count)s files are in the bucket now.", count
        )
        messages.success(request, told % {"count": count})
    if form.errors:
        return folder(request, account, form=form, http_state=422)
    return redirect(_address(account, prefix=prefix or usual_folder()))


@require_POST
def folder_new(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """Make a folder in the folder that is shown, and go into it."""
    account = account_to_use(request, account_id)
    prefix = _prefix(request)
    form = FolderForm(request.POST)
    if form.is_valid():
        path = f"{prefix}{form.cleaned_data['folder']}/"
        try:
            changing.make_folder(account, path)
        except changing.ChangeRefused as error:
            form.add_error("folder", str(error.sentence))
        except TROUBLE as error:
            form.add_error("folder", str(sentence_for(error)))
        else:
            messages.success(request, _("The folder is there now; what you upload here goes into it."))
            return redirect(_address(account, prefix=path))
    return folder(request, account, form=UploadForm(), folder_form=form, http_state=422)


def _store(request: HttpRequest, account: Account, form: UploadForm, prefix: str) -> list[Song]:
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
            songs.append(store_song(account=account, user=user, file=file, folder=prefix))
        except SongRefused as error:
            form.add_error("songs", f"{file.name}: {error.sentence}")
        except TROUBLE as error:
            form.add_error("songs", f"{file.name}: {sentence_for(error)}")
    return songs


def _prefix(request: HttpRequest) -> str:
    try:
        return normalise_prefix(request.POST.get("prefix", ""))
    except UnfitPath as error:
        raise Http404 from error


def _address(account: Account, **query: Any) -> str:
    return f"{reverse('library:browse_account', args=[account.pk])}?{urlencode(query)}"
