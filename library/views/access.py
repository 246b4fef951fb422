"""Answers who may see and who may change an account's files."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from accounts.managing.demo import demo_paths, is_below
from accounts.models import Account, Registration
from library.paths import UnfitPath, normalise


def places_with_keys(account: Account) -> set[str]:
    """Files and folders with demo programs that TMP wrote with keys in them (seed), of every account and of
    every attempt to get one that shares the bucket."""
    same = {"endpoint": account.endpoint, "bucket": account.bucket}
    places: set[str] = set()
    for sharing in Account.objects.filter(**same):
        places |= demo_paths(sharing)
    uins = Registration.objects.filter(**same).values_list("operate_uin", flat=True)
    return places | {f"{uin}_demo" for uin in uins if uin}


def account_of_demo(request: HttpRequest, account: Account, path: str) -> Account | None:
    """The account whose demo lies at `path`, if the person owns it; `account` itself before others."""
    owned = Account.objects.owned_by(request.user).filter(endpoint=account.endpoint, bucket=account.bucket)
    found = [each for each in owned if is_below(path, demo_paths(each))]
    return next((each for each in found if each == account), found[0] if found else None)


def readable_path(request: HttpRequest, account: Account) -> str:
    """`?path=` as an object key: 404 when unfit, 403 when keys stand in the object. Raises HoldsKeys when it
    is a demo of the person's own, which has a page that masks them."""
    try:
        path = normalise(request.GET.get("path", ""))
    except UnfitPath as error:
        raise Http404 from error
    if is_below(path, places_with_keys(account)):
        owned = account_of_demo(request, account, path)
        if owned is None:
            raise PermissionDenied
        raise HoldsKeys(owned)
    return path


class HoldsKeys(Exception):
    """The object is a demo with the keys of `account`, which the person owns."""

    def __init__(self, account: Account) -> None:
        super().__init__(str(account.pk))
        self.account = account
