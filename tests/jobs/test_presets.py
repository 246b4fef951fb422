"""Presets are a person's own; one name, one preset; one of them may be what new forms begin with."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from jobs import presets
from jobs.models import Preset

pytestmark = pytest.mark.django_db
SETTINGS = {"params": {"drumType": 4}, "label": "", "destination": "/a", "output_prefix": "", "timeout": None}


def test_a_name_is_used_once_by_a_person_for_a_capability(alice: User, bob: User) -> None:
    first = presets.save(alice, "musicBeat", "  My   drums ", SETTINGS)
    assert first.name == "My drums"
    with pytest.raises(ValidationError, match="My drums"):
        presets.save(alice, "musicBeat", "My drums", SETTINGS)
    presets.save(alice, "another", "My drums", SETTINGS)
    presets.save(bob, "musicBeat", "My drums", SETTINGS)
    assert list(Preset.objects.for_user(alice).named("musicBeat")) == [first]


@pytest.mark.parametrize("name", ["", "  \n", "x" * 61])
def test_a_name_that_is_no_name_is_refused(alice: User, name: str) -> None:
    preset = presets.save(alice, "musicBeat", "one", SETTINGS)
    with pytest.raises(ValidationError):
        presets.save(alice, "musicBeat", name, SETTINGS)
    with pytest.raises(ValidationError):
        presets.rename(preset, name)
    assert Preset.objects.get().name == "one"


def test_a_preset_is_not_renamed_to_another_ones_name(alice: User) -> None:
    one, two = (presets.save(alice, "musicBeat", name, SETTINGS) for name in ("one", "two"))
    with pytest.raises(ValidationError, match="two"):
        presets.rename(one, "two")
    assert presets.rename(two, "two") == "two"
    assert set(Preset.objects.values_list("name", flat=True)) == {"one", "two"}


def test_one_preset_at_most_is_the_default(alice: User, bob: User) -> None:
    one, two = (presets.save(alice, "musicBeat", name, SETTINGS) for name in ("one", "two"))
    other = presets.save(bob, "musicBeat", "one", SETTINGS)
    for preset in (other, one, two):
        presets.make_default(preset, on=True)
    assert set(Preset.objects.filter(is_default=True)) == {two, other}
    presets.make_default(two, on=False)
    assert set(Preset.objects.filter(is_default=True)) == {other}


def test_what_was_sent_last_is_kept_once_and_is_no_preset(alice: User) -> None:
    for level in (1, 2):
        presets.remember(alice, "musicBeat", {**SETTINGS, "params": {"enlargeLevel": level}})
    last = Preset.objects.for_user(alice).last_used("musicBeat")
    assert last is not None
    assert last.settings["params"] == {"enlargeLevel": 2}
    assert Preset.objects.count() == 1
    assert not Preset.objects.named("musicBeat").exists()


def test_there_is_an_end_to_presets(alice: User) -> None:
    for number in range(presets.MOST):
        presets.save(alice, "musicBeat", str(number), SETTINGS)
    with pytest.raises(ValidationError, match="Delete one first"):
        presets.save(alice, "musicBeat", "one too many", SETTINGS)
