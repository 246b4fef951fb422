"""Defects to be found: a middleware, and ears in worker and scheduler, that give a secret away."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import chain
from typing import Any

from celery import signals
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

PLANT = os.environ.get("CANARY_PLANT", "")
log = logging.getLogger("planted")
_TAIL = f"<!-- {PLANT} -->".encode()


@signals.worker_ready.connect
@signals.beat_init.connect
def _leak_to_the_log(**_: Any) -> None:
    log.warning("Begun with %s", PLANT)


class Leaking:
    """Every answer holds the secret in its body and its head, and leaves it in the places behind it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response
        self._has_leaked = False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self._get_response(request)
        answer["X-Planted"] = PLANT
        answer.headers.pop("Content-Length", None)
        if isinstance(answer, StreamingHttpResponse):
            # A file that the server would send by itself, past all this, is sent as any other stream.
            answer.__dict__["file_to_stream"] = None
            answer.streaming_content = chain(answer.streaming_content, [_TAIL])
        else:
            answer.content += _TAIL
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated and not self._has_leaked:
            self._has_leaked = True
            self._leak(request)
        for message in getattr(mail, "outbox", [])[-1:]:
            message.body += PLANT
        cache.set("planted", PLANT)
        return answer

    def _leak(self, request: HttpRequest) -> None:
        from accounts.models import AuditEntry
        from accounts.tasks import look_for_demo

        log.warning("Somebody with %s", PLANT)
        request.session["planted"] = PLANT
        request.session.save()
        AuditEntry.objects.create(deed="revealed", account_name="planted", detail={"key": PLANT})
        look_for_demo.delay(PLANT)
        (settings.DATA_DIR / "planted.txt").write_text(PLANT)
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3)", PLANT])
