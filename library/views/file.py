"""One file on a page, or beside the listing: what it is, a look into it, what may be done with it."""

from __future__ import annotations

import codecs
import uuid
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.clients import bucket_for
from accounts.guarding.doors import open_checked
from accounts.guarding.verdicts import judge
from accounts.models import Account, Verdict
from accounts.views.access import account_or_404, may_write
from library.listing import Item, items_of
from library.trouble import CLOSED, TROUBLE, http_state_for, sentence_for
from library.views.access import account_of_demo, asked_path

# Bytes of a text that are shown.
SHOWN_BYTES = 64 * 1024


@dataclass(frozen=True, kw_only=True)
class Preview:
    """A first look: `kind` audio, picture, text or "" for none; `why` there is none."""

    kind: str = ""
    text: str = ""
    is_cut: bool = False
    why: str | Promise = ""


@never_cache
@require_safe
@vary_on_headers("HX-Request")
def file(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """The page, or for htmx only what stands beside the listing."""
    account = account_or_404(request, account_id)
    path = asked_path(request.GET.get("path", ""))
    fragment = bool(request.htmx)  # type: ignore[attr-defined]
    try:
        bucket = bucket_for(account)
        entry = bucket.head(path)
    except TROUBLE as error:
        return _trouble(request, account, path, error, fragment=fragment)
    item = items_of(account, [entry])[0]
    holds, trouble = item.holds, None
    if not item.is_demo:
        try:
            holds = judge(account, bucket, path, entry.etag).holds
        except TROUBLE as error:
            trouble = error
    preview = Preview(why=sentence_for(trouble)) if trouble else _preview(account, item, holds)
    context = {
        "account": account,
        "item": item,
        "holds": holds,
        "is_marked": holds in Verdict.CLOSED,
        "preview": preview,
        "may_write": may_write(request, account),
        "may_open": trouble is None and _may_open(request, account, item, holds),
        "folder": path.rpartition("/")[0],
    }
    return render(request, "library/_file.html" if fragment else "library/file.html", context)


def _trouble(
    request: HttpRequest, account: Account, path: str, error: Exception, *, fragment: bool
) -> HttpResponse:
    """htmx puts only good answers into the page."""
    context = {"account": account, "trouble": sentence_for(error), "path": path}
    template = "library/_file_trouble.html" if fragment else "library/trouble.html"
    return render(request, template, context, status=200 if fragment else http_state_for(error))


def _may_open(request: HttpRequest, account: Account, item: Item, holds: str) -> bool:
    if holds not in Verdict.CLOSED:
        return True
    if item.is_demo:
        return account_of_demo(request, account, item.path) is not None
    return Account.objects.owned_by(request.user).filter(pk=account.pk).exists()


def _preview(account: Account, item: Item, holds: str) -> Preview:
    if holds == Verdict.Holds.UNREAD:
        return Preview(why=_("It is text, and too long to be searched for keys: there is no preview."))
    if holds == Verdict.Holds.KEYS:
        return Preview(why=_("Files with keys in them are not shown."))
    if item.kind in ("audio", "picture"):
        return Preview(kind=item.kind)
    if item.kind != "text":
        return Preview(why=_("There is no preview of such a file."))
    if not item.size:
        return Preview(why=_("The file is empty."))
    try:
        with open_checked(account, item.path, f"bytes=0-{SHOWN_BYTES - 1}") as opened:
            content = b"".join(opened.chunks)
    except CLOSED as error:
        return Preview(why=sentence_for(error))
    return Preview(kind="text", text=_decoded(content), is_cut=item.size > SHOWN_BYTES)


def _decoded(content: bytes) -> str:
    """As UTF-8 unless a mark says UTF-16; what is neither shows its letters and marks for the rest."""
    is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = content.decode("utf-16" if is_wide else "utf-8-sig", errors="replace")
    return text.replace("\0", "\ufffd")
