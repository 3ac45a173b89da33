"""The number of a request goes along with the jobs it asks for, and with those that they ask for in turn.

Signals of Celery, which has no other place for a header of every message.
"""

import logging.config
import time
from typing import Any

from celery.signals import before_task_publish, setup_logging, task_postrun, task_prerun
from django.conf import settings

from roadmap_portal.observability.request_id import as_request_id, current_request_id

REQUEST_ID, SENT_AT = "request_id", "sent_at"


@before_task_publish.connect(weak=False)
def _sign(headers: dict[str, Any] | None = None, **kwargs: Any) -> None:
    if headers is not None:
        headers |= {REQUEST_ID: current_request_id.get(), SENT_AT: time.time()}


@task_prerun.connect(weak=False)
def _take_up(task: Any = None, **kwargs: Any) -> None:
    # Called as a function, inside a request for instance, it belongs to whoever calls.
    if not task.request.called_directly and not task.request.is_eager:
        current_request_id.set(as_request_id(task.request.get(REQUEST_ID)))


@task_postrun.connect(weak=False)
def _let_go(task: Any = None, **kwargs: Any) -> None:
    if not task.request.called_directly and not task.request.is_eager:
        current_request_id.set("")


@setup_logging.connect(weak=False)
def _log_as_everywhere(**kwargs: Any) -> None:
    """Without this the worker would put its own format in the place of ours."""
    logging.config.dictConfig(settings.LOGGING)
