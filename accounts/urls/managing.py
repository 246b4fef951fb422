"""Addresses of accounts that exist."""

from django.urls import path

from accounts.views import accounts

urlpatterns = [
    path("", accounts.account_list, name="account_list"),
    path("<uuid:account_id>/", accounts.account_detail, name="account_detail"),
]
