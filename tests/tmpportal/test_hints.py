"""Hints for newcomers: one line at a time, about something that is there, dismissed for ever by each."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from accounts.clients import bucket_for
from accounts.hints import HINTS
from accounts.models import DismissedHint
from jobs.models import Batch, Job
from tests.factories import make_job
from tests.jobs.scene import RESULT, set_scene
from tests.songs import tone

pytestmark = pytest.mark.django_db
HINT = re.compile(r'<aside class="hint".*?<p>(.*?)(?: <span class="hint__keys">[^<]+</span>)?</p>', re.DOTALL)


@pytest.fixture
def scene(at_sandbox):
    return set_scene(at_sandbox)


@pytest.fixture
def pages(scene):
    """The address of each place that has hints."""
    batch = Batch.objects.create(account=scene.account, owner=scene.owner, capability="musicBeat")
    job = make_job(
        scene.account, state=Job.State.COMPLETED, source_path="uploads/a.wav", result=RESULT, batch=batch
    )
    bucket_for(scene.account).put("uploads/a.wav", tone(), content_type="audio/wav")
    return {
        "dashboard": reverse("jobs:board"),
        "result": reverse("jobs:job_detail", args=[job.pk]),
        "library": reverse("library:browse_account", args=[scene.account.pk], query={"prefix": "uploads/"}),
        "batch": reverse("jobs:batch", args=[batch.pk]),
    }


def told(client, address):
    """The hints that a page tells."""
    return HINT.findall(client.get(address).text)


def dismiss(client, key, **headers):
    return client.post(reverse("accounts:hints"), {"dismiss": key, "next": "/jobs/trends/"}, headers=headers)


@pytest.mark.parametrize("hint", HINTS, ids=lambda hint: hint.key)
def test_a_hint_stands_where_it_says_beside_what_it_is_about(scene, pages, hint):
    for other in HINTS:
        if other.place == hint.place and other.key != hint.key:
            dismiss(scene.alice, other.key)
    page = scene.alice.get(pages[hint.place]).text
    assert HINT.findall(page) == [str(hint.text)]
    assert hint.about in page


def test_a_page_tells_one_hint_at_a_time_until_none_is_left(scene, pages):
    first, second = [str(hint.text) for hint in HINTS if hint.place == "result"]
    assert told(scene.alice, pages["result"]) == [first]
    answer = dismiss(scene.alice, "clicks")
    assert (answer.status_code, answer["Location"]) == (302, "/jobs/trends/")
    assert told(scene.alice, pages["result"]) == [second]
    dismiss(scene.alice, "export")
    dismiss(scene.alice, "export")
    assert told(scene.alice, pages["result"]) == []
    assert len(told(scene.alice, pages["batch"])) == 1


def test_each_person_dismisses_for_themselves(scene, pages):
    dismiss(scene.alice, "all")
    for address in pages.values():
        assert told(scene.alice, address) == []
        assert len(told(scene.bob, address)) == 1
    scene.bob.post(reverse("accounts:hints"))
    assert DismissedHint.objects.for_user(scene.owner).count() == len(HINTS)
    for nowhere in ("https://elsewhere.example.com/", "//elsewhere.example.com", "é", "jobs:board", "\0"):
        again = scene.alice.post(reverse("accounts:hints"), {"next": nowhere})
        assert again["Location"] == "/"
    assert len(told(scene.alice, pages["library"])) == 1


def test_a_newcomer_without_jobs_is_not_told_what_the_empty_dashboard_says(scene):
    assert told(scene.alice, reverse("jobs:board")) == []


def test_a_hint_leaves_without_the_page_being_left(scene):
    answer = dismiss(scene.alice, "batch", **{"HX-Request": "true"})
    assert answer.status_code == 200
    assert "autofocus" in answer.text
    assert "<html" not in answer.text


def test_a_hint_that_nobody_knows_is_not_kept(scene):
    assert dismiss(scene.alice, "unknown").status_code == 404
    assert not DismissedHint.objects.exists()
