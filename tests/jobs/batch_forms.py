"""The form of a new job as a person with many songs fills it in, and the look that comes before sending."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.test import Client

from tests.jobs.scene import Scene

NEW = "/jobs/new/musicBeat/"


def filled_in(scene: Scene, **fields: Any) -> dict[str, Any]:
    """The form as Alice's browser would send it, with a pasted list."""
    values = {
        "account": scene.account.pk,
        "idempotency_key": uuid4(),
        "source": "list",
        "lines": "songs/a.mp3\nsongs/b.mp3",
        "outputType": "3",
        "drumType": "2",
        "enlargeLevel": "3",
        "destination": "/output/musicBeat",
    }
    return values | fields


def look(client: Client, fields: dict[str, Any]) -> tuple[str, str]:
    """Send the form; the page that is shown before anything is sent."""
    answer = client.post(NEW, fields)
    assert answer.status_code == 302, answer.text
    page = client.get(answer.headers["Location"])
    assert page.status_code == 200
    return answer.headers["Location"], page.text
