"""Addresses of the library: one listing per account, and the bytes of its files."""

from django.urls import path

from library.views import browse, files

app_name = "library"
urlpatterns = [
    path("", browse.browse, name="browse"),
    path("<uuid:account_id>/", browse.browse_account, name="browse_account"),
    path("<uuid:account_id>/upload/", browse.upload, name="upload"),
    path("<uuid:account_id>/stream", files.stream, name="stream"),
    path("<uuid:account_id>/download", files.download, name="download"),
]
