"""Addresses that a browser asks while it brings files into an account's bucket."""

from django.urls import path

from accounts.views import uploads

_ALL = "<uuid:account_id>/uploads/"
_ONE = f"{_ALL}<uuid:upload_id>/"

urlpatterns = [
    path(_ALL, uploads.upload_begin, name="upload_begin"),
    path(f"{_ALL}turned-away/", uploads.upload_turned_away, name="upload_turned_away"),
    path(f"{_ONE}links/", uploads.upload_links, name="upload_links"),
    path(f"{_ONE}parts/<int:number>", uploads.upload_part, name="upload_part"),
    path(f"{_ONE}finish/", uploads.upload_finish, name="upload_finish"),
    path(f"{_ONE}give-up/", uploads.upload_give_up, name="upload_give_up"),
]
