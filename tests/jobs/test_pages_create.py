"""The form of a new job: three ways to hand over a song, and nothing typed is ever lost."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django import forms
from django.conf import global_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Membership, Song
from jobs.capabilities import all_capabilities
from jobs.forms import JobForm
from jobs.models import Job
from tests.factories import make_account, make_job, make_membership, make_user
from tests.jobs.scene import set_scene
from tests.songs import tone

pytestmark = pytest.mark.django_db
NEW = "/jobs/new/musicBeat/"


@pytest.fixture(autouse=True)
def enqueued(monkeypatch):
    """Ids of jobs that were handed to the workers."""
    ids = []
    monkeypatch.setattr("jobs.tasks.enqueue", lambda job: ids.append(job.pk))
    return ids


@pytest.fixture
def scene(at_sandbox):
    return set_scene(at_sandbox)


def filled_in(scene, **fields):
    """The form as Alice's browser would send it."""
    values = {
        "account": scene.account.pk,
        "idempotency_key": uuid4(),
        "source": "bucket",
        "path": "uploads/song.wav",
        "outputType": "3",
        "drumType": "2",
        "enlargeLevel": "3",
        "destination": "/output/musicBeat",
    }
    return values | fields


def test_the_form_is_made_of_the_capabilitys_own_fields(scene):
    page = scene.alice.get(NEW).text
    for name in ("outputType", "drumType", "enlargeLevel", "splitNum", "file", "url"):
        assert f'name="{name}"' in page
    assert "From 1 to 6" in page


def test_no_capability_names_a_field_as_the_form_around_it_does():
    for capability in all_capabilities().values():
        assert not set(capability.Form.base_fields) & {*JobForm.base_fields, "account"}


def test_an_unknown_capability_is_not_found(scene):
    assert scene.alice.get("/jobs/new/nothing/").status_code == 404


def test_several_capabilities_are_a_choice(scene, monkeypatch):
    class Second:
        key, title, summary, Form = "second", "Second thing", "Does something else.", forms.Form

    both = {**all_capabilities(), "second": Second()}
    monkeypatch.setattr("jobs.views.create.all_capabilities", lambda: both)
    page = scene.alice.get("/jobs/new/?path=uploads/a.wav").text
    assert "Second thing" in page
    assert "/jobs/new/second/?path=uploads" in page


def test_a_file_of_the_bucket_becomes_a_job(scene, enqueued):
    Song.objects.create(account=scene.account, path="uploads/song.wav", name="夜曲.wav", size=1, seconds=61.5)
    answer = scene.alice.post(NEW, filled_in(scene, label="trailer", output_prefix="a_", timeout="600"))
    job = Job.objects.get()
    assert answer.headers["Location"] == reverse("jobs:job_detail", args=[job.pk])
    assert (job.source_kind, job.source_path, job.source_name) == ("bucket", "uploads/song.wav", "夜曲.wav")
    assert (job.source_seconds, job.label, job.output_prefix, job.timeout) == (61.5, "trailer", "a_", 600)
    assert job.params == {"outputType": 3, "drumType": 2, "enlargeLevel": 3}
    assert enqueued == [job.pk]


def test_an_uploaded_song_becomes_a_job(scene):
    file = SimpleUploadedFile("我的歌.wav", tone())
    answer = scene.alice.post(NEW, filled_in(scene, source="upload", file=file, path=""))
    assert answer.status_code == 302
    job, song = Job.objects.get(), Song.objects.get()
    assert (job.source_path, job.source_name, job.source_seconds) == (song.path, "我的歌.wav", 0.5)


def test_an_address_on_the_web_becomes_a_job_that_the_portal_never_opens(scene):
    url = "https://songs.example.com/%E5%A4%9C%E6%9B%B2.mp3?x=1"
    assert scene.alice.post(NEW, filled_in(scene, source="url", url=url)).status_code == 302
    job = Job.objects.get()
    assert (job.source_kind, job.source_url, job.source_path) == ("url", url, "")
    assert job.source_name == "夜曲.mp3"


@pytest.mark.parametrize(
    "url", ["http://songs.example.com/a.mp3", "ftp://x.example/a", "javascript:alert(1)", "x y"]
)
def test_only_https_addresses_are_sent(scene, url):
    answer = scene.alice.post(NEW, filled_in(scene, source="url", url=url))
    assert answer.status_code == 422
    assert not Job.objects.exists()


def test_a_wrong_parameter_keeps_everything_that_was_typed(scene):
    fields = filled_in(scene, enlargeLevel="7", label="my <label>", output_prefix="keep_", timeout="99")
    answer = scene.alice.post(NEW, fields)
    assert answer.status_code == 422
    for value in ('value="7"', 'value="my &lt;label&gt;"', 'value="keep_"', 'value="99"'):
        assert value in answer.text
    assert 'value="uploads/song.wav" checked' in answer.text
    assert str(fields["idempotency_key"]) in answer.text
    assert "Ensure this value is less than or equal to 6." in answer.text


def test_a_song_that_was_uploaded_need_not_travel_again(scene):
    file = SimpleUploadedFile("kept.wav", tone())
    refused = scene.alice.post(NEW, filled_in(scene, source="upload", file=file, enlargeLevel="7"))
    assert refused.status_code == 422
    song = Song.objects.get()
    assert re.search(rf'name="path" value="{song.path}" checked><span[^>]*>kept.wav', refused.text)
    assert re.search(r'name="source" value="bucket"[^>]* checked', refused.text)
    assert scene.alice.post(NEW, filled_in(scene, path=song.path)).status_code == 302
    assert Song.objects.count() == 1


@pytest.mark.parametrize("content", [b"", b"not a song " * 99])
def test_what_is_no_song_is_refused_and_the_rest_stays(scene, content):
    file = SimpleUploadedFile("a.mp3", content)
    answer = scene.alice.post(NEW, filled_in(scene, source="upload", file=file, path="", label="stays"))
    assert answer.status_code == 422
    assert answer.text.count('class="errorlist"') == 1
    assert 'value="stays"' in answer.text
    assert not Job.objects.exists()


@pytest.mark.parametrize("first_handler", [[], ["accounts.uploads.CappedUploadHandler"]])
def test_a_song_that_is_too_large_is_refused_and_the_rest_stays(scene, settings, first_handler):
    settings.UPLOAD_MAX_BYTES = 1000
    settings.FILE_UPLOAD_HANDLERS = [*first_handler, *global_settings.FILE_UPLOAD_HANDLERS]
    file = SimpleUploadedFile("huge.wav", tone())
    answer = scene.alice.post(NEW, filled_in(scene, source="upload", file=file, path="", label="stays"))
    assert answer.status_code == 422
    assert "The file is too large" in answer.text
    assert "Choose an audio file." not in answer.text
    assert 'value="stays"' in answer.text


def test_a_bucket_in_trouble_is_a_sentence_at_the_file(scene, settings):
    settings.SANDBOX = {"gateway": "", "store": ""}
    file = SimpleUploadedFile("a.wav", tone())
    answer = scene.alice.post(NEW, filled_in(scene, source="upload", file=file, path=""))
    assert answer.status_code == 422
    assert "The sandbox is not running." in answer.text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"source": "upload", "path": ""}, "Choose an audio file."),
        ({"source": "bucket", "path": ""}, "Choose a file of the bucket."),
        ({"source": "url"}, "Type the address of the song."),
        ({"path": "../secret"}, "A path cannot have . or .. as one of its parts."),
        ({"path": "a\\b"}, "Use / between folders"),
        ({"destination": "/a/../b"}, "A path cannot have . or .. as one of its parts."),
        ({"output_prefix": "a/b"}, "There is a character in it that cannot stand here."),
        ({"timeout": "0"}, "Ensure this value is greater than or equal to 1."),
        ({"path": "100012345678_demo/run_musicBeat.py"}, "This file contains keys, or cannot"),
        ({"idempotency_key": "x"}, "Enter a valid UUID."),
        ({"source": "elsewhere"}, "Select a valid choice."),
    ],
)
def test_every_mistake_has_a_sentence(scene, fields, sentence):
    answer = scene.alice.post(NEW, filled_in(scene, **fields))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert not Job.objects.exists()


def test_the_same_form_sent_twice_makes_one_job_and_one_upload(scene):
    fields = filled_in(scene, source="upload", path="")
    places = set()
    for _ in range(2):
        fields["file"] = SimpleUploadedFile("a.wav", tone())
        places.add(scene.alice.post(NEW, fields).headers["Location"])
    assert len(places) == Job.objects.count() == Song.objects.count() == 1


def test_a_real_account_says_that_it_may_cost_money_and_a_sandbox_does_not(scene):
    assert "may cost money" not in scene.alice.get(NEW).text
    real = make_account(scene.owner, name="real", endpoint="mediax")
    page = scene.alice.get(NEW, {"account": real.pk}).text
    assert "may cost money" in page
    assert f'name="account" value="{real.pk}"' in page


def test_only_accounts_one_may_submit_with_are_offered(scene):
    # Somebody else's role must not count as one's own.
    looked_at = make_account(make_user(), name="only looked at", endpoint="sandbox")
    make_membership(looked_at, scene.owner, Membership.Role.VIEWER)
    assert "only looked at" not in scene.alice.get(NEW).text
    assert scene.alice.get(NEW, {"account": looked_at.pk}).status_code == 403
    assert scene.alice.post(NEW, filled_in(scene, account=looked_at.pk)).status_code == 403


def test_a_submitter_may_send_too(scene):
    Membership.objects.filter(role="viewer").update(role="submitter")
    assert scene.bob.post(NEW, filled_in(scene)).status_code == 302


def test_a_viewer_and_a_stranger_cannot_send(scene):
    assert scene.bob.post(NEW, filled_in(scene)).status_code == 403
    assert scene.charlie.post(NEW, filled_in(scene)).status_code == 404
    assert scene.alice.post(NEW, filled_in(scene, account="nonsense")).status_code == 404
    assert not Job.objects.exists()


def test_without_an_account_the_page_leads_to_registering(scene):
    for person in (scene.bob, scene.charlie):
        page = person.get(reverse("jobs:job_create"))
        assert page.status_code == 200
        assert reverse("accounts:register") in page.text


def test_a_copy_of_a_job_is_filled_in_as_it_was(scene):
    job = make_job(
        scene.account,
        source_path="uploads/old.wav",
        params={"drumType": 4},
        label="again",
        destination="/elsewhere",
        output_prefix="p_",
    )
    page = scene.alice.get(NEW, {"from": job.pk}).text
    assert 'value="uploads/old.wav" checked' in page
    for value in ('value="again"', 'value="/elsewhere"', 'value="p_"'):
        assert value in page
    assert re.search(r'name="drumType" value="4"[^>]* checked', page)
    # It was sent without a level; the copy does not invent one.
    assert not re.search(r'name="enlargeLevel"[^>]* value=', page)


def test_only_jobs_one_may_see_can_be_copied(scene):
    job = make_job(scene.account, label="secret label")
    page = scene.charlie.get(NEW, {"from": job.pk})
    assert "secret label" not in page.text
    other = set_scene()
    assert other.alice.get(NEW, {"from": job.pk}).status_code == 404
    assert other.alice.get(NEW, {"from": "x"}).status_code == 404


def test_the_library_leads_back_with_its_file_chosen(scene):
    page = scene.alice.get(NEW, {"path": "uploads/of the library.wav", "account": scene.account.pk}).text
    assert 'value="uploads/of the library.wav" checked' in page
    assert re.search(r'name="source" value="bucket"[^>]* checked', page)


def test_a_label_that_is_too_long_is_seen(scene):
    answer = scene.alice.post(NEW, filled_in(scene, label="x" * 121))
    assert answer.status_code == 422
    assert '<details class="exchange" id="more" open>' in answer.text
