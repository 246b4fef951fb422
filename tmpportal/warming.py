"""What a web process would else do while its first visitors wait, and once for each who asks meanwhile."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.template import engines
from django.template.backends.django import DjangoTemplates
from django.urls import reverse
from django.utils.translation import override


def warm_up() -> None:
    """Read all addresses, templates and phrases into memory; under a second, before the process listens."""
    for language, _name in settings.LANGUAGES:
        with override(language):
            reverse("healthz")
    backend = engines["django"]
    assert isinstance(backend, DjangoTemplates)
    for folder in map(Path, backend.engine.dirs):
        for path in folder.rglob("*.html"):
            backend.engine.get_template(path.relative_to(folder).as_posix())
