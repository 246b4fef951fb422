"""Gives out the files of a bucket: to play, to keep, many as one zip, and those with keys to their owner."""

from __future__ import annotations

import posixpath
import uuid

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.guarding.doors import KeysInside, NotTheOwner, open_checked, open_for_owner
from accounts.guarding.places import places_with_keys
from accounts.managing.demo import is_below
from accounts.models import Account
from accounts.songs import names_for
from accounts.streaming import clean_range, pass_on
from accounts.views.access import account_or_404, owned_account, person
from accounts.views.confirming import confirm_first, is_confirmed
from library import zip_stream
from library.paths import file_name, inline_type
from library.trouble import CLOSED, TROUBLE, http_state_for, sentence_for
from library.views.access import HoldsKeys, asked_path, asked_paths, readable_path


@require_GET
def stream(request: HttpRequest, account_id: uuid.UUID) -> HttpResponseBase:
    """An audio file for a player, the part of it that was asked for, or a picture; others only to keep."""
    account = account_or_404(request, account_id)
    try:
        path = readable_path(request, account)
    except HoldsKeys as error:
        return redirect("accounts:account_demo", account_id=error.account.pk)
    try:
        opened = open_checked(account, path, clean_range(request.headers.get("Range", "")))
    except CLOSED as error:
        state, sentence = http_state_for(error), str(sentence_for(error))
        return HttpResponse(sentence, status=state, content_type="text/plain; charset=utf-8")
    return pass_on(opened, media_type=inline_type(path), name=file_name(path))


@require_GET
def download(request: HttpRequest, account_id: uuid.UUID) -> HttpResponseBase:
    """A file to keep, under the person's own name for it; one with keys has a page of its own."""
    account = account_or_404(request, account_id)
    try:
        path = readable_path(request, account)
    except HoldsKeys as error:
        return redirect("accounts:account_demo", account_id=error.account.pk)
    try:
        opened = open_checked(account, path)
    except KeysInside as error:
        if not _owns(request, account):
            return _trouble(request, account, path, error)
        return redirect(f"{reverse('library:keys', args=[account.pk])}?{urlencode({'path': path})}")
    except TROUBLE as error:
        return _trouble(request, account, path, error)
    return pass_on(opened, name=file_name(path, names_for(account, [path]).get(path, "")))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables()
def keys(request: HttpRequest, account_id: uuid.UUID) -> HttpResponseBase:
    """A file with keys in it: what that means; for a confirmed owner the answer to a POST is the file."""
    account = owned_account(request, account_id)
    path = asked_path(request.GET.get("path", ""))
    if is_below(path, places_with_keys(account)):
        return redirect(f"{reverse('library:download', args=[account.pk])}?{urlencode({'path': path})}")
    if request.method != "POST":
        context = {"account": account, "path": path, "is_confirmed": is_confirmed(request)}
        return render(request, "library/keys.html", context)
    if not is_confirmed(request):
        return confirm_first(request.get_full_path())
    try:
        opened = open_for_owner(account, path, by=person(request))
    except NotTheOwner as error:
        raise PermissionDenied from error
    except TROUBLE as error:
        return _trouble(request, account, path, error)
    return pass_on(opened, name=file_name(path, names_for(account, [path]).get(path, "")))


@require_POST
def zip_file(request: HttpRequest, account_id: uuid.UUID) -> HttpResponseBase:
    """The ticked files as one zip file; those with keys in them are left out, and it says so."""
    account = account_or_404(request, account_id)
    paths = asked_paths(request)[: zip_stream.MOST_FILES]
    if not paths:
        return redirect("library:browse_account", account_id=account.pk)
    folder = posixpath.basename(posixpath.commonpath([posixpath.dirname(path) for path in paths]))
    return StreamingHttpResponse(
        zip_stream.stream(account, paths, language=get_language() or "en"),
        content_type="application/zip",
        headers={
            "Content-Disposition": content_disposition_header(
                True, f"{file_name(folder, folder or account.name)}.zip"
            )
            or "attachment",
            "Cache-Control": "private, no-store",
        },
    )


def _owns(request: HttpRequest, account: Account) -> bool:
    return Account.objects.owned_by(request.user).filter(pk=account.pk).exists()


def _trouble(request: HttpRequest, account: Account, path: str, error: Exception) -> HttpResponse:
    context = {"account": account, "trouble": sentence_for(error), "path": path}
    return render(request, "library/trouble.html", context, status=http_state_for(error))
