"""The dashboard says when nobody is at work, though nothing on it changes then."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from jobs.models import Pulse, in_seconds
from tests.factories import make_job
from tests.jobs.scene import Scene, set_scene

pytestmark = pytest.mark.django_db
ENGINE = f"{Pulse.ENGINES}a-host:1"


@pytest.fixture
def scene() -> Scene:
    return set_scene()


def show(name: str, seconds_ago: float = 0.0) -> None:
    Pulse.objects.update_or_create(name=name, defaults={"at": in_seconds(-seconds_ago)})


def notice(client: Client, language: str = "en") -> str:
    answer = client.get(reverse("jobs:signs"), headers={"HX-Request": "true", "Accept-Language": language})
    assert answer.status_code == 200
    return answer.text.strip()


def test_nothing_is_said_while_all_is_well(scene: Scene) -> None:
    show(ENGINE, 4)
    show(Pulse.SWEEP, 8)
    assert notice(scene.alice) == ""


def test_a_person_is_told_that_no_worker_is_at_work_and_what_to_do(scene: Scene) -> None:
    show(Pulse.SWEEP, 8)
    assert "No worker is at work" in notice(scene.alice)
    show(ENGINE, 30)
    assert "start a worker again" in notice(scene.alice)
    assert "没有后台进程" in notice(scene.alice, "zh-CN")


def test_a_person_is_told_that_no_sweep_came_for_long(scene: Scene) -> None:
    show(ENGINE)
    show(Pulse.SWEEP, 91)
    assert "The scheduler has not been seen for a while" in notice(scene.alice)
    assert "调度进程" in notice(scene.alice, "zh-CN")


def test_it_costs_one_small_query_and_the_dashboard_none(
    scene: Scene, django_assert_num_queries: Any
) -> None:
    make_job(scene.account)
    show(ENGINE)
    page = scene.alice.get("/").text
    assert f'hx-get="{reverse("jobs:signs")}"' in page
    # The session and its person, and the signs.
    with django_assert_num_queries(3):
        notice(scene.alice)


def test_strangers_learn_nothing(client: Client) -> None:
    assert client.get(reverse("jobs:signs")).status_code == 302
