"""What an error page or letter tells a developer: where it happened, never what the variables held."""

from __future__ import annotations

import re
from collections.abc import ItemsView
from types import FrameType
from typing import Any

from django.http import HttpRequest
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter

from tmpportal import typed_secrets


class NoValues(SafeExceptionReporterFilter):
    """Hides POST fields and local variables with DEBUG on, too: opened keys pass through both. Of settings it
    also hides the addresses, in which passwords of queue and database stand."""

    hidden_settings = re.compile(
        f"URL|LOCATION|{SafeExceptionReporterFilter.hidden_settings.pattern}", re.IGNORECASE
    )

    def is_active(self, request: HttpRequest | None) -> bool:
        """Django itself lets everything be seen with DEBUG on."""
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        """Names of fields only."""
        return dict.fromkeys(request.POST, self.cleansed_substitute) if request is not None else {}

    def get_traceback_frame_variables(
        self, request: HttpRequest | None, tb_frame: FrameType
    ) -> ItemsView[str, Any]:
        """Names of variables only."""
        return dict.fromkeys(tb_frame.f_locals, self.cleansed_substitute).items()


class Report(ExceptionReporter):
    """Django's, without the keys that an error quotes in its own words."""

    # Plain text where Django says that it is safe: to call a page so would be one more place to look at.
    def get_traceback_html(self) -> str:  # type: ignore[override]
        return self._unquoted(super().get_traceback_html())

    def get_traceback_text(self) -> str:  # type: ignore[override]
        return self._unquoted(super().get_traceback_text())

    def _unquoted(self, report: str) -> str:
        return typed_secrets.without(report, self.request)
