"""The part of a new job's form in which a person looks through the bucket, as a fragment for htmx."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.encryption import CannotOpen
from accounts.sentences import explain_bucket, explain_gateway
from accounts.views.access import account_to_use
from jobs.bucket_files import Folder, look_into
from tencent.errors import BucketError
from tencent.formats import LONGEST_KEY_BYTES, check_key


@never_cache
@require_safe
def bucket_files(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """One folder, `?prefix=`, and of it what begins with `?begins=`; `?all=1` shows more than audio."""
    account = account_to_use(request, account_id)
    prefix, begins = request.GET.get("prefix", ""), request.GET.get("begins", "").lstrip("/")
    if prefix and (check_key(prefix.rstrip("/")) or not prefix.endswith("/")):
        raise Http404
    folder, trouble = Folder(), ""
    everything, marker = request.GET.get("all") == "1", request.GET.get("marker", "")[:LONGEST_KEY_BYTES]
    try:
        if not check_key(f"{prefix}{begins}x"):
            folder = look_into(account, prefix, begins=begins, marker=marker, everything=everything)
    except BucketError as error:
        trouble = str(explain_bucket(error))
    except CannotOpen:
        trouble = str(explain_gateway("CannotOpen"))
    context = {
        "account": account,
        "prefix": prefix,
        "begins": begins,
        "all": everything,
        "marker": marker,
        "parents": _parents(prefix),
        "folder": folder,
        "trouble": trouble,
    }
    return render(request, "jobs/_bucket_files.html", context)


def _parents(prefix: str) -> list[tuple[str, str]]:
    """The folders above `prefix` and itself, as prefix and name, from the top down."""
    names = prefix.strip("/").split("/") if prefix else []
    return [("/".join(names[: depth + 1]) + "/", name) for depth, name in enumerate(names)]
