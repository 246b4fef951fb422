"""Renames a file, and deletes files, after saying what that means."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.clients import bucket_for
from accounts.guarding.places import places_with_keys
from accounts.managing.demo import is_below
from accounts.models import Account, Song
from accounts.songs import names_for
from accounts.views.access import account_to_use, person
from library import changing
from library.forms import MoveForm
from library.paths import UnfitPath, file_name, normalise_prefix
from library.trouble import TROUBLE, http_state_for, sentence_for
from library.views.access import asked_path, asked_paths

# Files that a page, or a set of messages, names one by one.
MOST_TOLD = 20


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """Another name, another folder, or both."""
    account = account_to_use(request, account_id)
    path = asked_path(request.GET.get("path", ""))
    own_name = names_for(account, [path]).get(path, "")
    if is_below(path, places_with_keys(account)):
        return _trouble(request, account, path, changing.IN_DEMO, 403)
    form = MoveForm(request.POST if request.method == "POST" else None, path=path, own_name=own_name)
    if request.method == "POST" and form.is_valid():
        try:
            _move(request, account, path, form)
        except changing.ChangeRefused as error:
            form.add_error("file", str(error.sentence))
        except TROUBLE as error:
            form.add_error(None, str(sentence_for(error)))
        else:
            messages.success(
                request, _("The file is called “%(path)s” now.") % {"path": form.cleaned_data["path"]}
            )
            return redirect(_folder_of(account, form.cleaned_data["path"]))
    elif request.method != "POST":
        try:
            bucket_for(account).head(path)
        except TROUBLE as error:
            return _trouble(request, account, path, sentence_for(error), http_state_for(error))
    context = {
        "account": account,
        "path": path,
        "name": own_name or file_name(path),
        "form": form,
        "back": _folder_of(account, path),
    }
    return render(request, "library/move.html", context, status=422 if form.is_bound else 200)


@never_cache
@require_POST
def delete(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """The ticked files: first what they are and who needs them; `confirmed` deletes them."""
    account = account_to_use(request, account_id)
    paths = asked_paths(request)[: changing.MOST_AT_ONCE]
    back = _folder(account, request.POST.get("prefix", ""))
    if not paths:
        messages.error(request, _("Tick the files first."))
        return redirect(back)
    if request.POST.get("confirmed"):
        _delete(request, account, paths)
        return redirect(back)
    names = names_for(account, paths)
    context = {
        "account": account,
        "paths": paths,
        "named": [(names.get(path) or file_name(path), path) for path in paths[:MOST_TOLD]],
        "more": max(0, len(paths) - MOST_TOLD),
        "prefix": request.POST.get("prefix", ""),
        "back": back,
    }
    return render(request, "library/delete.html", context)


@require_POST
def folder_delete(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """Delete a folder in which nothing lies any more."""
    account = account_to_use(request, account_id)
    prefix = _prefix(request.POST.get("prefix", ""))
    try:
        if not prefix or not changing.is_empty_folder(account, prefix):
            messages.error(request, _("There are files in this folder; delete them first."))
            return redirect(_folder(account, prefix))
        left = changing.delete(account, [prefix], by=person(request))
    except TROUBLE as error:
        messages.error(request, str(sentence_for(error)))
        return redirect(_folder(account, prefix))
    for sentence in left.values():
        messages.error(request, str(sentence))
    return redirect(_folder_of(account, prefix.rstrip("/")))


def _move(request: HttpRequest, account: Account, path: str, form: MoveForm) -> None:
    target = form.cleaned_data["path"]
    if target != path:
        changing.move(account, path, target, by=person(request))
    if own_name := form.cleaned_data.get("own_name"):
        Song.objects.filter(account=account, path=target).update(name=own_name)


def _delete(request: HttpRequest, account: Account, paths: list[str]) -> None:
    try:
        left = changing.delete(account, paths, by=person(request))
    except TROUBLE as error:
        sentence = _("Nobody knows which files are gone: %(why)s") % {"why": sentence_for(error)}
        messages.error(request, sentence)
        return
    if count := len(paths) - len(left):
        told = ngettext(
            "%(count)s file is deleted from the bucket.",
            "%(count)s files are deleted from the bucket.",
            count,
        )
        messages.success(request, told % {"count": count})
    for path, why in list(left.items())[:MOST_TOLD]:
        messages.error(request, f"{path}: {why}")
    if (more := len(left) - MOST_TOLD) > 0:
        told = ngettext("%(count)s more file is still there.", "%(count)s more files are still there.", more)
        messages.error(request, told % {"count": more})


def _trouble(request: HttpRequest, account: Account, path: str, sentence: Any, state: int) -> HttpResponse:
    return render(
        request, "library/trouble.html", {"account": account, "trouble": sentence, "path": path}, status=state
    )


def _prefix(text: str) -> str:
    try:
        return normalise_prefix(text)
    except UnfitPath as error:
        raise Http404 from error


def _folder(account: Account, prefix: str) -> str:
    address = reverse("library:browse_account", args=[account.pk])
    prefix = _prefix(prefix)
    return f"{address}?{urlencode({'prefix': prefix})}" if prefix else address


def _folder_of(account: Account, path: str) -> str:
    return _folder(account, path.rpartition("/")[0])
