"""The Celery application."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.benchmarks.naive.settings")
app = Celery("naive", include=["tests.benchmarks.naive.tasks"])
app.config_from_object("django.conf:settings", namespace="CELERY")
if reuse := os.environ.get("NAIVE_DB_REUSE_MAX"):
    app.conf.update(CELERY_DB_REUSE_MAX=int(reuse))
