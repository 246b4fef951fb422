"""Answers which path a person asked for, and who may see what lies behind it."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from accounts.guarding.places import places_with_keys
from accounts.managing.demo import demo_paths, is_below
from accounts.models import Account
from library.paths import UnfitPath, is_fit, normalise


def account_of_demo(request: HttpRequest, account: Account, path: str) -> Account | None:
    """The account whose demo lies at `path`, if the person owns it; `account` itself before others."""
    owned = Account.objects.owned_by(request.user).filter(endpoint=account.endpoint, bucket=account.bucket)
    found = [each for each in owned if is_below(path, demo_paths(each))]
    return next((each for each in found if each == account), found[0] if found else None)


def asked_path(text: str) -> str:
    """`text` as an object key; 404 when it is unfit."""
    try:
        return normalise(text)
    except UnfitPath as error:
        raise Http404 from error


def asked_paths(request: HttpRequest) -> list[str]:
    """The ticked files of a form, each once; what is no address of a file is left out."""
    paths = dict.fromkeys(request.POST.getlist("path"))
    return [path for path in paths if is_fit(path)]


def readable_path(request: HttpRequest, account: Account) -> str:
    """`?path=` as an object key: 404 when unfit, 403 when keys stand in the object. Raises HoldsKeys when it
    is a demo of the person's own, which has a page that masks them."""
    path = asked_path(request.GET.get("path", ""))
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
