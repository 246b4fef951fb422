"""The rules of presets: a name is used once by a person for a capability; one of them may be the default."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from jobs.models import Preset
from jobs.models.preset import LONGEST_NAME
from jobs.storable import storable

MOST = 50


def save(user: Any, capability: str, name: str, settings: dict[str, Any]) -> Preset:
    """A new preset; raises ValidationError for a name that is unfit or taken, and when there are too many."""
    name = _fit(name)
    if Preset.objects.for_user(user).named(capability).count() >= MOST:
        raise ValidationError(_("There are %(most)s presets already. Delete one first.") % {"most": MOST})
    try:
        with transaction.atomic():
            return Preset.objects.create(user=user, capability=capability, name=name, settings=settings)
    except IntegrityError as error:
        raise ValidationError(_taken(name)) from error


def update(preset: Preset, settings: dict[str, Any]) -> None:
    """Let the preset hold these settings from now on."""
    Preset.objects.filter(pk=preset.pk).update(settings=settings, changed_at=Now())


def rename(preset: Preset, name: str) -> str:
    """Give it another name, which is returned; raises ValidationError as save."""
    name = _fit(name)
    try:
        with transaction.atomic():
            Preset.objects.filter(pk=preset.pk).update(name=name)
    except IntegrityError as error:
        raise ValidationError(_taken(name)) from error
    return name


def make_default(preset: Preset, *, on: bool) -> None:
    """Let new forms begin with this preset, or with no preset."""
    with transaction.atomic():
        rows = Preset.objects.select_for_update().filter(user=preset.user_id, capability=preset.capability)
        # One order for everybody, so that two tabs do not wait for each other.
        list(rows.order_by("pk").values_list("pk", flat=True))
        rows.filter(is_default=True).update(is_default=False)
        if on:
            rows.filter(pk=preset.pk).update(is_default=True)


def remember(user: Any, capability: str, settings: dict[str, Any]) -> None:
    """Keep what was sent last."""
    Preset.objects.update_or_create(
        user=user, capability=capability, name="", defaults={"settings": settings, "changed_at": Now()}
    )


def _fit(name: str) -> str:
    name = " ".join(str(storable(name)).split())
    if not name:
        raise ValidationError(_("Give the preset a name."))
    if len(name) > LONGEST_NAME:
        raise ValidationError(
            _("The name is too long: at most %(most)s characters.") % {"most": LONGEST_NAME}
        )
    return name


def _taken(name: str) -> str:
    return _("There is a preset called “%(name)s” already. Update that one, or choose another name.") % {
        "name": name
    }
