"""Django as `startproject` leaves it, cut to one app, with Celery on Redis."""

from __future__ import annotations

import os

import environ

SECRET_KEY = "of-a-benchmark"
USE_TZ = True
INSTALLED_APPS = ["tests.benchmarks.naive"]
DATABASES = {"default": environ.Env.db_url_config(os.environ["DATABASE_URL"])}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "tests.benchmarks.naive.views"
ALLOWED_HOSTS = ["*"]
DATA_UPLOAD_MAX_NUMBER_FIELDS = None

CELERY_BROKER_URL = os.environ["REDIS_URL"]
CELERY_TASK_IGNORE_RESULT = True

GATEWAY = os.environ["NAIVE_GATEWAY"]
POLL_SECONDS = float(os.environ.get("NAIVE_POLL_SECONDS", "5"))
