"""Error pages and error letters say where it happened, and hold no value, with DEBUG on too."""

from __future__ import annotations

import secrets
import sys

import pytest
from django.test import RequestFactory
from django.views.debug import ExceptionReporter

# Made up here: reports quote the source.
SECRET = f"key{secrets.token_hex(12)}A"


def fail(opened):
    raise RuntimeError("It broke.")


@pytest.mark.parametrize("debug", [True, False])
def test_a_report_shows_no_address_with_a_password_of_the_queue(settings, debug):
    """T2: Django itself hides settings by names such as PASSWORD only."""
    settings.DEBUG = debug
    settings.REDIS_URL = settings.CELERY_BROKER_URL = f"redis://:{SECRET}@queue:6379/0"
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": settings.REDIS_URL}}
    try:
        fail("")
    except RuntimeError:
        reporter = ExceptionReporter(RequestFactory().get("/"), *sys.exc_info())
    for report in (reporter.get_traceback_html(), reporter.get_traceback_text()):
        assert "CELERY_BROKER_URL" in report
        assert SECRET not in report


@pytest.mark.parametrize("debug", [True, False])
def test_a_report_names_variables_and_fields_and_shows_none(settings, debug):
    settings.DEBUG = debug
    request = RequestFactory().post("/accounts/register/", {"bucket_secret_key": SECRET})
    try:
        fail(SECRET.lower())
    except RuntimeError:
        reporter = ExceptionReporter(request, *sys.exc_info())
    for report in (reporter.get_traceback_html(), reporter.get_traceback_text()):
        assert "It broke." in report
        assert SECRET not in report
        assert SECRET.lower() not in report
    assert "bucket_secret_key" in reporter.get_traceback_html()
    assert "opened" in reporter.get_traceback_html()
