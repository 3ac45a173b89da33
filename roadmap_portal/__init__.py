"""The project: settings, addresses, embedded servers, home page, charts, template filters."""

from roadmap_portal.celery import app as celery_app

__all__ = ["celery_app"]
