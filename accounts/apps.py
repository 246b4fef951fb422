"""Names the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """TMP accounts and their registration."""

    name = "accounts"
    verbose_name = _("TMP accounts")

    def ready(self) -> None:
        """Sign-ins start the clocks of their sessions, and a second step counts from when it is set up."""
        from accounts import second_step as second_step
        from accounts import session_ages as session_ages
