"""The Celery application: carries ids, never truth; the database rows are the work."""

import os

from celery import Celery

from tmpportal import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tmpportal.settings")

broker.register()
app = Celery("tmpportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
