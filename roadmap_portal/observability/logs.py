"""One line of JSON for each event, on the error output: whoever runs the containers collects it there."""

import json
import logging
import time
from typing import Any

from celery import current_task

from roadmap_portal.observability.request_id import current_request_id


class JsonLines(logging.Formatter):
    """`extra={"fields": {…}}` adds to the line what is worth a key of its own."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{record.msecs:03.0f}Z",
            "level": record.levelname,
            "logger": record.name,
            "process": record.process,
            **_said(record.getMessage()),
            **_coming_from(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        # Line feeds inside are escaped: nothing that was typed makes a line of its own.
        return json.dumps(line, ensure_ascii=False, default=str)


def _said(message: str) -> dict[str, Any]:
    """An event of the security log is JSON already."""
    if message.startswith("{"):
        try:
            return {"event": json.loads(message)}
        except ValueError:
            pass
    return {"message": message}


def _coming_from() -> dict[str, str]:
    found = {"request": current_request_id.get()}
    if current_task and current_task.request.id:
        found |= {"task": current_task.name, "job": current_task.request.id}
    return {name: value for name, value in found.items() if value}


def logging_settings(*, level: str, as_json: bool) -> dict[str, Any]:
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {"()": "roadmap_portal.observability.logs.JsonLines"},
            "text": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json" if as_json else "text"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "roadmap_portal.security": {"level": "INFO"},
            "roadmap_portal.requests": {"level": "INFO" if as_json else level},
            "celery": {"level": "INFO"},
            # Its lines of pages that do not exist say the address; ours say the rest.
            "django.request": {"level": "ERROR"},
        },
    }
