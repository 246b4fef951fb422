"""Which jobs a file is for: the library asks, the jobs' own room answers."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.urls import reverse

from jobs import uses
from jobs.models import Job
from tests.factories import make_account, make_job
from tests.jobs.scene import set_scene

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def scene():
    return set_scene()


def address(name, scene, **query):
    return reverse(f"jobs:{name}", args=[scene.account.pk], query=query or None)


def test_a_listing_learns_in_one_query_how_many_jobs_each_file_is_for(scene, django_assert_num_queries):
    for state in ("COMPLETED", "ERROR", "QUEUED"):
        make_job(scene.account, source_path="a/often.wav", state=state)
    make_job(scene.account, source_path="a/once.wav", state="COMPLETED")
    make_job(make_account(scene.owner), source_path="a/never.wav")
    with django_assert_num_queries(1):
        counted = uses.counts(scene.account, ["a/often.wav", "a/once.wav", "a/never.wav"])
    assert counted == {"a/often.wav": 3, "a/once.wav": 1}
    sent = {"path": ["a/never.wav", "a/often.wav", "a/once.wav"]}
    answer = scene.bob.post(address("use_counts", scene), sent).text
    assert '<span id="uses-0" hx-swap-oob="true"></span>' in answer
    assert "3 jobs" in answer.partition('id="uses-1"')[2].partition("</span>")[0]
    assert "1 job" in answer.partition('id="uses-2"')[2].partition("</span>")[0]


@pytest.mark.parametrize("state", ["QUEUED", "SUBMITTED", "PROCESSING", "COLLECTING", "UNSURE"])
def test_a_file_that_a_job_still_needs_says_so(scene, state):
    make_job(scene.account, source_path="a/x.wav", state=state)
    answer = scene.bob.get(address("file_uses", scene, path="a/x.wav"), headers=HTMX)
    assert "1 job is not done with it yet and fails when the file is gone." in answer.text


@pytest.mark.parametrize("state", ["COMPLETED", "ERROR", "CANCELED", "GAVE_UP"])
def test_a_file_of_jobs_that_have_ended_is_needed_by_none(scene, state):
    job = make_job(scene.account, source_path="a/x.wav", state=state)
    answer = scene.bob.get(address("file_uses", scene, path="a/x.wav"), headers=HTMX)
    assert "not done with it" not in answer.text
    assert reverse("jobs:job_detail", args=[job.pk]) in answer.text


def test_many_files_at_once_are_asked_about_in_one_form(scene):
    for number in range(7):
        make_job(
            scene.account, source_path=f"a/{number}.wav", source_name=f"song {number}", state="PROCESSING"
        )
    sent = {"path": [f"a/{number}.wav" for number in range(7)]}
    answer = scene.bob.post(address("file_uses", scene), sent, headers=HTMX).text
    assert "7 jobs are not done with it yet" in answer
    assert "song 6" in answer
    assert "and 2 more" in answer


def test_what_tmp_wrote_names_the_job_it_was_written_for(scene, charlie):
    job = make_job(scene.account, source_name="夜曲.wav", state="COMPLETED")
    path = f"output/musicBeat/{job.pk}-1/merged.wav"
    assert "夜曲.wav" in scene.bob.get(address("file_uses", scene, path=path), headers=HTMX).text
    other = make_job(make_account(charlie), source_name="secret song", state="COMPLETED")
    path = f"output/musicBeat/{other.pk}-1/merged.wav"
    answer = scene.bob.get(address("file_uses", scene, path=path), headers=HTMX)
    assert "secret song" not in answer.text
    assert "No job was made of it." in answer.text


def test_without_scripts_the_jobs_of_a_file_are_a_page(scene):
    job = make_job(scene.account, source_path="a/x.wav", source_name="夜曲.wav", state="COMPLETED")
    page = scene.bob.get(address("file_uses", scene, path="a/x.wav"))
    assert "<html" in page.text
    assert reverse("jobs:job_detail", args=[job.pk]) in page.text
    assert "The account's newest 20,000 jobs were looked at." in page.text
    empty = scene.bob.get(address("file_uses", scene, path="a/other.wav"))
    assert "No job was made of this file." in empty.text
    assert scene.bob.get(address("file_uses", scene)).status_code == 200


def test_who_may_is_led_from_a_file_without_jobs_to_a_new_one(scene):
    form = reverse("jobs:job_create", query={"path": "a/x.wav", "account": scene.account.pk})
    for person, path, leads in (
        (scene.alice, "a/x.wav", 1),
        (scene.bob, "a/x.wav", 0),
        (scene.alice, "a/x.txt", 0),
    ):
        page = person.get(address("file_uses", scene, path=path))
        assert "No job was made of this file." in page.text
        assert page.text.count(form.replace("&", "&amp;")) == leads


def test_only_the_newest_jobs_are_looked_through_but_all_that_are_live(scene, monkeypatch):
    make_job(scene.account, source_path="a/old.wav", state="PROCESSING")
    make_job(scene.account, source_path="a/new.wav", state="COMPLETED")
    monkeypatch.setattr("jobs.uses.SEARCHED", 1)
    assert uses.counts(scene.account, ["a/old.wav", "a/new.wav"]) == {"a/new.wav": 1}
    found = uses.uses(scene.owner, scene.account, ["a/old.wav"], limit=5)
    assert (found.count, found.needing) == (0, 1)


@pytest.mark.parametrize("view", ["file_uses", "use_counts"])
def test_a_stranger_learns_of_no_use(scene, view):
    make_job(scene.account, source_path="a/x.wav")
    assert scene.charlie.post(address(view, scene), {"path": "a/x.wav"}).status_code == 404
    assert Job.objects.count() == 1


def test_a_path_of_no_job_is_no_error(scene):
    for path in ("", "\0", "../x", "x" * 3000, str(uuid4())):
        answer = scene.bob.post(address("file_uses", scene), {"path": path}, headers=HTMX)
        assert answer.status_code == 200
