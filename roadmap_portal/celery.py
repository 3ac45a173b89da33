"""Celery application. State, progress and errors live in our tables, not in a result backend."""

import os

from celery import Celery

from roadmap_portal.observability import beat, jobs  # noqa: F401 - they listen to the signals of Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roadmap_portal.settings")

app = Celery("roadmap_portal", task_cls="roadmap_portal.history.recording:RecordedTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
