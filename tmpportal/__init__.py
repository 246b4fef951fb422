"""The roof: wiring only, no rules and no models."""

from tmpportal.celery import app as celery_app

__all__ = ["celery_app"]
