"""Addresses of accounts, by journey: how one comes to be, living with it, how well it is, what is brought
into its bucket."""

from accounts.urls import health, managing, registering, uploading

app_name = "accounts"
urlpatterns = [*managing.urlpatterns, *registering.urlpatterns, *health.urlpatterns, *uploading.urlpatterns]
