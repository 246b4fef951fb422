"""Names the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LibraryConfig(AppConfig):
    """Files of the bucket."""

    name = "library"
    verbose_name = _("Library")
