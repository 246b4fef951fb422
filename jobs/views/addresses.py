"""Says of a web address, while it is typed, whether it should rather be copied into the bucket."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from jobs.song_form import SongForm
from jobs.views.access import accounts_to_send_with, chosen_account


@never_cache
@require_POST
def address(request: HttpRequest) -> HttpResponse:
    """The tick beside the address, as a fragment. By POST, since an address may let in whoever reads it in a
    log."""
    accounts = accounts_to_send_with(request.user)
    account = chosen_account(request, request.POST.get("account"), accounts)
    if account is None:
        raise Http404
    form = SongForm(initial={"url": request.POST.get("url", "").strip()}, account=account, songs=[])
    return render(request, "jobs/_preparing.html", {"form": form, "account": account})
