"""A song is made ready before it is sent: copied, its sound taken out; nothing is sent before, or in vain."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from accounts.clients import bucket_for
from accounts.models import Account, Song
from jobs import batches, services
from jobs.addresses import doubt_about
from jobs.engine import preparing
from jobs.looking import Look
from jobs.models import Job, Plan, Preparation, Tally
from jobs.services import Source
from jobs.sources import sources_of
from tests.factories import SONG_PATH
from tests.jobs.engines import eventually
from tests.jobs.scene import set_scene
from tests.jobs.working import work_on
from tests.media import media
from tests.songs import clicks

pytestmark = pytest.mark.django_db
State = Job.State
NEW = "/jobs/new/musicBeat/"


def address_of(account: Account, path: str = SONG_PATH) -> str:
    """A link into the sandbox's own store that expires."""
    return bucket_for(account).signed_url(path)


def create(account: Account, user: User, source: Source) -> Job:
    return services.create(
        user=user,
        account=account,
        capability="musicBeat",
        params={"outputType": 3},
        source=source,
        idempotency_key=uuid.uuid4(),
    )


def copied(account: Account, user: User, url: str) -> Job:
    return create(account, user, sources_of(account, [url], copied=[url], as_audio=[url])[0])


def prepare_all() -> None:
    for key in preparing.due_ids(99):
        preparing.prepare(key)


def test_an_address_is_copied_and_then_sent_from_the_bucket(sandbox_account: Account, alice: User) -> None:
    job = copied(sandbox_account, alice, address_of(sandbox_account))
    assert (job.state, Tally.objects.counts([sandbox_account.pk])) == (State.PREPARING, {State.PREPARING: 1})
    prepare_all()
    job.refresh_from_db()
    assert (job.state, job.source_kind, job.source_url) == (State.QUEUED, "bucket", "")
    bucket = bucket_for(sandbox_account)
    assert bucket.read(job.source_path, 10**8) == bucket.read(SONG_PATH, 10**8)
    assert job.preparation.original_path == job.source_path
    assert Song.objects.get(path=job.source_path).name == job.source_name
    assert eventually(lambda: work_on(job).state == State.COMPLETED)


def test_a_videos_sound_is_sent_and_the_video_stays(sandbox_account: Account, alice: User) -> None:
    bucket = bucket_for(sandbox_account)
    bucket.put("films/clip.mp4", media("mp4", "aac", video="mpeg4"))
    (source,) = sources_of(sandbox_account, ["films/clip.mp4"], as_audio=["films/clip.mp4"])
    job = create(sandbox_account, alice, source)
    prepare_all()
    job.refresh_from_db()
    assert (job.state, job.preparation.original_path) == (State.QUEUED, "films/clip.mp4")
    assert job.source_path.endswith(".sound.wav")
    assert job.source_seconds == pytest.approx(4.0, abs=0.05)
    assert bucket.head("films/clip.mp4").size
    assert eventually(lambda: work_on(job).state == State.COMPLETED)


def test_what_tmp_can_read_goes_as_it_is(sandbox_account: Account, alice: User) -> None:
    (source,) = sources_of(sandbox_account, [SONG_PATH], as_audio=[SONG_PATH])
    job = create(sandbox_account, alice, source)
    prepare_all()
    job.refresh_from_db()
    assert (job.state, job.source_path, job.events.last().note) == (State.QUEUED, SONG_PATH, "as_it_is")


@pytest.mark.parametrize(
    ("url", "cause"),
    [("https://127.0.0.1/a.mp3", "not_public"), ("https://songs.internal/a.mp3", "not_public")],
)
def test_an_address_that_leads_inside_fails_with_a_sentence(
    sandbox_account: Account, alice: User, url: str, cause: str
) -> None:
    job = copied(sandbox_account, alice, url)
    prepare_all()
    job.refresh_from_db()
    assert (job.state, job.failed_in, job.error_words) == (State.ERROR, "prepare", cause)
    assert not job.attempts.exists()
    again = services.retry(job, alice)
    assert (again.state, again.preparation.url) == (State.PREPARING, url)


def test_an_expired_link_fails_at_once_and_a_fault_of_the_store_is_tried_three_times(
    sandbox_account: Account, alice: User, at_sandbox: Any
) -> None:
    gone = copied(sandbox_account, alice, address_of(sandbox_account, "uploads/nothing.mp3"))
    prepare_all()
    gone.refresh_from_db()
    assert (gone.state, gone.error_words) == (State.ERROR, "http_404")
    job = copied(sandbox_account, alice, address_of(sandbox_account))
    at_sandbox.store_fault("http", "GetObject", status=503, times=3)
    for tries in (1, 2):
        prepare_all()
        job.refresh_from_db()
        assert (job.state, job.preparation.tries, job.error_words) == (State.PREPARING, tries, "server_error")
        assert job.pk not in preparing.due_ids(9)
        Job.objects.filter(pk=job.pk).update(lease_until=None)
    prepare_all()
    job.refresh_from_db()
    assert (job.state, job.error_words) == (State.ERROR, "server_error")
    at_sandbox.clear()


def test_a_worker_that_dies_is_followed_by_another_and_three_deaths_are_enough(
    sandbox_account: Account, alice: User
) -> None:
    job = copied(sandbox_account, alice, address_of(sandbox_account))
    Preparation.objects.filter(job=job).update(tries=preparing.MOST_TRIES)
    prepare_all()
    job.refresh_from_db()
    assert (job.state, job.error_words) == (State.ERROR, "tries")


def test_a_worker_that_stops_gives_the_song_back_at_once(sandbox_account: Account, alice: User) -> None:
    job = copied(sandbox_account, alice, address_of(sandbox_account))
    preparing.prepare(job.pk, lambda: True)
    job.refresh_from_db()
    assert (job.state, job.lease_until, job.preparation.tries) == (State.PREPARING, None, 0)
    prepare_all()
    job.refresh_from_db()
    assert job.state == State.QUEUED


def test_a_canceled_job_is_let_go_in_the_middle(sandbox_account: Account, alice: User) -> None:
    job = copied(sandbox_account, alice, address_of(sandbox_account))
    looks: list[bool] = []

    def cancel_meanwhile() -> bool:
        if not looks:
            services.cancel(Job.objects.get(pk=job.pk))
        looks.append(True)
        return False

    preparing.prepare(job.pk, cancel_meanwhile)
    job.refresh_from_db()
    assert job.state == State.CANCELED
    assert not job.attempts.exists()
    # What is retried begins where the first one ended.
    assert services.retry(job, alice).state == State.PREPARING


def test_a_retry_of_what_was_prepared_does_not_copy_again(sandbox_account: Account, alice: User) -> None:
    job = copied(sandbox_account, alice, address_of(sandbox_account))
    prepare_all()
    job.refresh_from_db()
    services.cancel(job)
    again = services.retry(job, alice)
    assert (again.state, again.source_path) == (State.QUEUED, job.source_path)


def test_a_batch_is_prepared_canceled_and_counted(sandbox_account: Account, alice: User) -> None:
    urls = [f"https://songs.example.com/{number}.mp3?Expires=1" for number in range(3)]
    batch = batches.create(
        user=alice,
        account=sandbox_account,
        capability="musicBeat",
        params={"outputType": 3},
        sources=sources_of(sandbox_account, [SONG_PATH, *urls], copied=urls, as_audio=urls),
        idempotency_key=uuid.uuid4(),
    )
    assert Job.objects.filter(batch=batch).counts() == {State.QUEUED: 1, State.PREPARING: 3}
    assert batches.cancel_waiting(batch) == 4
    assert Tally.objects.counts([sandbox_account.pk]) == {State.CANCELED: 4}


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://songs.example.com/a.mp3", ""),
        ("https://songs.example.com/a.mp3?v=3", ""),
        ("https://songs.example.com/a.mp3?X-Amz-Expires=300&X-Amz-Signature=x", "expiry"),
        ("https://a.blob.example.com/a?se=2026-01-01&sig=x", "expiry"),
        ("https://b.cos.example.com/a?q-sign-algorithm=sha1&q-signature=x", "grant"),
        ("https://songs.example.com/a.mp3?token=abc", "grant"),
        ("https://songs.example.com:8443/a.mp3", "port"),
        ("https://songs.example.com:443/a.mp3", ""),
        ("https://nas.local/a.mp3", "host"),
        ("https://192.168.1.4/a.mp3", "host"),
        ("https://[::1", ""),
        ("", ""),
    ],
)
def test_an_address_is_judged_by_what_it_says(url: str, code: str) -> None:
    doubt = doubt_about(url)
    assert (doubt.code if doubt else "") == code
    assert not doubt or doubt.sentence


def test_the_form_copies_by_itself_what_expires_and_leaves_the_rest(at_sandbox: Any) -> None:
    scene = set_scene(at_sandbox)
    account = scene.account

    def sent(**fields: str) -> Job:
        known = {"account": account.pk, "source": "url", "idempotency_key": str(uuid.uuid4())}
        answer = scene.alice.post(NEW, {**known, "destination": "/output/musicBeat", **fields})
        assert answer.status_code == 302, answer.text
        return Job.objects.latest("created_at")

    url = "https://songs.example.com/a.mp3?Expires=1"
    assert sent(url=url).state == State.PREPARING
    assert sent(url=url, judged=url).state == State.QUEUED
    assert sent(url="https://songs.example.com/b.mp3").state == State.QUEUED
    assert sent(url="https://songs.example.com/b.mp3", copy="on").state == State.PREPARING
    known = {"account": account.pk, "source": "url", "idempotency_key": str(uuid.uuid4())}
    page = scene.alice.post(NEW, {**known, "url": "https://192.168.1.4/a.mp3"})
    assert page.status_code == 422
    assert "leads into a private network" in page.text


def test_the_tick_is_judged_while_the_address_is_typed_and_not_for_strangers(at_sandbox: Any) -> None:
    scene = set_scene(at_sandbox)
    asked = {"account": str(scene.account.pk), "url": "https://songs.example.com/a.mp3?Expires=1"}
    page = scene.alice.post(reverse("jobs:address"), asked)
    assert "checked" in page.text and "good for some time only (Expires)" in page.text
    assert (
        "checked"
        not in scene.alice.post(reverse("jobs:address"), {**asked, "url": "https://a.example.com/b"}).text
    )
    assert scene.charlie.post(reverse("jobs:address"), asked).status_code == 404
    assert scene.bob.post(reverse("jobs:address"), asked).status_code == 403


def test_many_files_are_looked_into_from_the_page_that_shows_what_will_be_sent(at_sandbox: Any) -> None:
    scene = set_scene(at_sandbox)
    bucket = bucket_for(scene.account)
    bucket.put("films/clip.mp4", media("mp4", "aac", video="mpeg4"))
    bucket.put("songs/plain.wav", clicks(2, 120))
    posted = {
        **{"account": scene.account.pk, "source": "list", "idempotency_key": str(uuid.uuid4())},
        **{"lines": "films/clip.mp4\nsongs/plain.wav", "destination": "/output/musicBeat", "outputType": "3"},
    }
    place = scene.alice.post(NEW, posted).headers["Location"]
    page = scene.alice.get(place).text
    ask = f"{place}contents/"
    assert f'hx-post="{ask}" hx-trigger="load"' in page
    assert "a video (MP4)" not in page
    assert scene.charlie.post(ask).status_code == 404
    assert scene.bob.post(ask).status_code == 404
    found = scene.alice.post(ask, {"as_audio": "on"}).text
    assert "clip.mp4: a video (MP4) with AAC sound" in found
    assert "hx-post" not in found
    assert "checked" in found
    assert "checked" not in scene.alice.post(ask).text
    assert "clip.mp4: a video (MP4)" in scene.alice.get(place).text
    scene.alice.post(place, {"as_audio": "on"})
    states = {job.source_path: job.state for job in Job.objects.all()}
    assert states == {"films/clip.mp4": State.PREPARING, "songs/plain.wav": State.QUEUED}


def test_a_plan_that_is_sent_while_its_files_are_looked_into_is_no_error(
    at_sandbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = set_scene(at_sandbox)
    posted = {
        **{"account": scene.account.pk, "source": "list", "idempotency_key": str(uuid.uuid4())},
        **{"lines": "songs/a.wav\nsongs/b.wav", "destination": "/output/musicBeat", "outputType": "3"},
    }
    place = scene.alice.post(NEW, posted).headers["Location"]

    def looks_while_it_is_sent(*_: Any) -> Look:
        Plan.objects.all().delete()
        return Look(unseen=["songs/b.wav"])

    monkeypatch.setattr("jobs.views.plans.look", looks_while_it_is_sent)
    assert scene.alice.post(f"{place}contents/").status_code == 200
    assert not Plan.objects.exists()


def test_a_video_is_said_before_it_is_sent_and_one_tick_sends_its_sound(at_sandbox: Any) -> None:
    scene = set_scene(at_sandbox)
    bucket_for(scene.account).put("films/clip.mp4", media("mp4", "aac", video="mpeg4"))
    key = str(uuid.uuid4())
    posted = {
        **{"account": scene.account.pk, "source": "bucket", "path": "films/clip.mp4", "idempotency_key": key},
        "destination": "/output/musicBeat",
        "outputType": "3",
    }
    place = scene.alice.post(NEW, posted).headers["Location"]
    page = scene.alice.get(place).text
    assert "clip.mp4: a video (MP4) with AAC sound" in page
    assert "Send the sound as WAV, made here" in page
    assert Plan.objects.get().odd
    scene.alice.post(place, {"as_audio": "on"})
    job = Job.objects.get()
    assert (job.state, job.preparation.as_audio) == (State.PREPARING, True)
    page = scene.alice.get(reverse("jobs:job_detail", args=[job.pk])).text
    assert "The song waits to be made ready by a worker." in page
    prepare_all()
    page = scene.alice.get(reverse("jobs:job_detail", args=[job.pk])).text
    assert "films/clip.mp4" in page and "The sound was taken out of the file" in page
