"""Addresses of accounts, by journey: how one comes to be, living with it, how well it is."""

from accounts.urls import health, managing, registering

app_name = "accounts"
urlpatterns = [*managing.urlpatterns, *registering.urlpatterns, *health.urlpatterns]
