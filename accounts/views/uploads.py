"""What a browser asks while it brings files into the bucket, answered in JSON.

Only for members who may write; a link is never in an address, a page or a log."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import uploading, ways
from accounts.clients import bucket_for
from accounts.encryption import CannotOpen
from accounts.models import Account, Upload
from accounts.sentences import explain_bucket, explain_gateway
from accounts.sniffing import HEAD_BYTES
from accounts.songs import SongRefused
from accounts.upload_forms import BeginForm
from accounts.views.access import account_to_use, person
from tencent.errors import BucketError, BucketUnreachable

# So many links are asked for at once; a browser uses up three before it asks again.
MOST_LINKS = 32

View = Callable[..., HttpResponse]


def _told(view: View) -> View:
    """Turns what keeps a file from its bucket into a sentence: 422 will fail again, 502 may not."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except SongRefused as error:
            return JsonResponse({"sentence": str(error.sentence)}, status=422)
        except uploading.NotThere as error:
            return JsonResponse({"missing": error.missing}, status=409)
        except CannotOpen:
            return JsonResponse({"sentence": str(explain_gateway("CannotOpen"))}, status=422)
        except BucketError as error:
            if error.code == "NoSuchUpload":
                return JsonResponse({"missing": []}, status=410)
            state = 502 if isinstance(error, BucketUnreachable) else 422
            return JsonResponse({"sentence": str(explain_bucket(error))}, status=state)

    return answer


@never_cache
@require_POST
@_told
def upload_begin(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """Where the parts of a file go, and which of them are there; or which piece of it to show more."""
    account = account_to_use(request, account_id)
    form = BeginForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"sentence": form.sentence}, status=422)
    pieces = {int(each.name or 0): each.read(HEAD_BYTES) for each in form.pieces(request.FILES)}
    told = form.cleaned_data
    file = uploading.File(name=told["name"], size=told["size"], modified=told["modified"], pieces=pieces)
    try:
        upload = uploading.begin(account=account, user=person(request), file=file, folder=told["folder"])
    except uploading.ShowMore as more:
        return JsonResponse({"show": more.at, "length": HEAD_BYTES})
    return JsonResponse(
        {
            "upload": str(upload.pk),
            "name": upload.name,
            "content_type": upload.content_type,
            "part_bytes": upload.part_bytes,
            "count": upload.count,
            "arrived": uploading.arrived(upload),
            "direct": ways.is_direct(account, _origin(request)),
            "links": reverse("accounts:upload_links", args=[account.pk, upload.pk]),
            "finish": reverse("accounts:upload_finish", args=[account.pk, upload.pk]),
            "give_up": reverse("accounts:upload_give_up", args=[account.pk, upload.pk]),
        }
    )


@never_cache
@require_POST
@_told
def upload_links(request: HttpRequest, account_id: uuid.UUID, upload_id: uuid.UUID) -> HttpResponse:
    """Addresses for the parts named by `number`: of the bucket, or of the portal where `through` is told or
    the bucket lets no browser in."""
    upload = _own(request, account_to_use(request, account_id), upload_id)
    try:
        numbers = [int(text) for text in request.POST.getlist("number")[:MOST_LINKS]]
    except ValueError as error:
        raise Http404 from error
    if any(not 1 <= number <= upload.count for number in numbers):
        raise Http404
    uploading.touch(upload)
    if not request.POST.get("through") and ways.is_direct(upload.account, _origin(request)):
        bucket = bucket_for(upload.account)
        return JsonResponse(
            {"links": {number: uploading.link(upload, number, bucket=bucket) for number in numbers}}
        )
    names = [upload.account_id, upload.pk]
    return JsonResponse(
        {"links": {number: reverse("accounts:upload_part", args=[*names, number]) for number in numbers}}
    )


@never_cache
@require_http_methods(["PUT"])
@_told
def upload_part(
    request: HttpRequest, account_id: uuid.UUID, upload_id: uuid.UUID, number: int
) -> HttpResponse:
    """Takes one part and passes it on as it arrives: nothing of it is kept here."""
    upload = _own(request, account_to_use(request, account_id), upload_id)
    told = request.headers.get("Content-Length", "")
    if not 1 <= number <= upload.count or told != str(upload.length_of(number)):
        return JsonResponse({"sentence": ""}, status=400)
    uploading.pass_on(upload, number, request)
    return HttpResponse(status=204)


@never_cache
@require_POST
@_told
def upload_finish(request: HttpRequest, account_id: uuid.UUID, upload_id: uuid.UUID) -> HttpResponse:
    """The song, if the bucket holds all of it; 409 with the parts that are missing."""
    upload = _own(request, account_to_use(request, account_id), upload_id)
    song = uploading.finish(upload)
    return JsonResponse({"path": song.path, "name": song.name, "seconds": song.seconds})


@never_cache
@require_POST
@_told
def upload_give_up(request: HttpRequest, account_id: uuid.UUID, upload_id: uuid.UUID) -> HttpResponse:
    """A person took the file out of the list; a finished one stays in the bucket."""
    upload = _own(request, account_to_use(request, account_id), upload_id)
    if upload.state == Upload.State.RUNNING:
        uploading.give_up(upload)
    return HttpResponse(status=204)


@never_cache
@require_POST
def upload_turned_away(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """A browser could not reach the bucket while the portal answers: files go through the portal for now."""
    account = account_to_use(request, account_id)
    ways.remember(account, _origin(request), is_direct=False)
    return HttpResponse(status=204)


def _own(request: HttpRequest, account: Account, upload_id: uuid.UUID) -> Upload:
    """The person's own upload into `account`; nobody else learns that it exists."""
    rows = Upload.objects.for_user(request.user).exclude(state=Upload.State.ENDING)
    return get_object_or_404(rows.select_related("account", "song"), pk=upload_id, account=account)


def _origin(request: HttpRequest) -> str:
    """The origin of the page as its browser names it to the bucket."""
    return settings.PUBLIC_URL or request.build_absolute_uri("/")[:-1]
