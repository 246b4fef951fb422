"""Addresses of the library: one listing per account, its files, and what changes them."""

from django.urls import path

from library.views import browse, changes, file, files, upload

app_name = "library"
urlpatterns = [
    path("", browse.browse, name="browse"),
    path("<uuid:account_id>/", browse.browse_account, name="browse_account"),
    path("<uuid:account_id>/look/", browse.look, name="look"),
    path("<uuid:account_id>/upload/", upload.upload, name="upload"),
    path("<uuid:account_id>/folder/", upload.folder_new, name="folder_new"),
    path("<uuid:account_id>/folder/delete/", changes.folder_delete, name="folder_delete"),
    path("<uuid:account_id>/file", file.file, name="file"),
    path("<uuid:account_id>/move/", changes.move, name="move"),
    path("<uuid:account_id>/delete/", changes.delete, name="delete"),
    path("<uuid:account_id>/stream", files.stream, name="stream"),
    path("<uuid:account_id>/download", files.download, name="download"),
    path("<uuid:account_id>/keys", files.keys, name="keys"),
    path("<uuid:account_id>/files.zip", files.zip_file, name="zip"),
]
