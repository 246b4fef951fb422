"""Any job can be done once more by the form: of whatever state, account and capability it is."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Account
from jobs.models import Job, Preparation
from tests.factories import SONG_PATH, make_account, make_job
from tests.jobs.scene import Scene, set_scene
from tests.jobs.second_capability import add_second

pytestmark = pytest.mark.django_db
NEW = "/jobs/new/musicBeat/"


@pytest.fixture
def scene() -> Scene:
    return set_scene()


def copy_of(scene: Scene, job: Job, address: str = NEW, **query: Any) -> str:
    answer = scene.alice.get(address, {"from": job.pk, **query})
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize("state", Job.State.values)
def test_a_job_of_any_state_fills_in_the_form(scene: Scene, state: str) -> None:
    job = make_job(
        scene.account, state=state, label="copied", params={"drumType": 4}, lease_until=timezone.now()
    )
    page = copy_of(scene, job)
    assert 'value="copied"' in page
    assert f'value="{SONG_PATH}" checked' in page
    assert re.search(r'name="drumType" value="4"[^>]* checked', page)
    # It was sent without an output type; the copy does not invent one.
    assert re.search(r'name="outputType" value=""[^>]* checked', page)
    assert ("Nobody knows whether TMP has that job." in page) == (state == "UNSURE")


def test_an_unsure_jobs_page_leads_to_its_copy(scene: Scene) -> None:
    job = make_job(scene.account, state="UNSURE", due_at=timezone.now())
    assert f"{NEW}?from={job.pk}" in scene.alice.get(f"/jobs/{job.pk}/").text


def test_the_copy_of_a_paused_accounts_job_says_that_it_will_wait(scene: Scene) -> None:
    Account.objects.update(paused_because="HTTP 401")
    page = copy_of(scene, make_job(scene.account))
    assert "is paused" in page
    assert f'value="{SONG_PATH}" checked' in page


def test_a_copy_follows_an_account_through_all_that_took_its_place(scene: Scene) -> None:
    job, before = make_job(scene.account), scene.account
    for number in (1, 2):
        after = make_account(scene.owner, name=f"successor {number}", endpoint="sandbox", replaces=before)
        Account.objects.filter(pk=before.pk).update(replaced_at=timezone.now())
        before = after
    make_account(scene.owner, name="newest of all", endpoint="sandbox")
    page = copy_of(scene, job)
    assert f'name="account" value="{before.pk}"' in page
    assert f'value="{SONG_PATH}" checked' in page


def test_a_song_of_another_bucket_is_left_out_and_that_is_said(scene: Scene) -> None:
    other = make_account(scene.owner, name="elsewhere", bucket="another-1250000000")
    page = copy_of(scene, make_job(scene.account, label="copied"), account=other.pk)
    assert SONG_PATH not in page.replace("YOUR-SONG", "")
    assert "Its song is not in the bucket of elsewhere. Choose it anew." in page
    assert 'value="copied"' in page


def test_an_adopted_job_is_copied_with_the_defaults_and_that_is_said(scene: Scene) -> None:
    job = make_job(
        scene.account, source_kind="adopted", source_path="", source_name="", tmp_id="tmp-1", params={}
    )
    page = copy_of(scene, job)
    assert "The portal does not know its parameters: these are the defaults." in page
    assert re.search(r'name="outputType" value="3"[^>]* checked', page)


def test_a_job_can_be_copied_for_another_capability(scene: Scene, monkeypatch: Any) -> None:
    add_second(monkeypatch)
    job = make_job(scene.account, label="copied")
    page = copy_of(scene, job, "/jobs/new/second/")
    assert "the parameters are the defaults" in page
    assert 'name="volume" value="5"' in page
    assert f'value="{SONG_PATH}" checked' in page
    # Its folder was that of the other capability.
    assert 'value="/output/second"' in page
    assert 'value="/elsewhere"' in copy_of(
        scene, make_job(scene.account, destination="/elsewhere"), "/jobs/new/second/"
    )


def test_a_job_of_a_capability_that_is_gone_can_be_done_by_another(scene: Scene, monkeypatch: Any) -> None:
    job = make_job(scene.account, capability="vanished")
    page = copy_of(scene, job, "/jobs/new/vanished/")
    assert f"{NEW}?from={job.pk}" in page


@pytest.mark.parametrize("is_copied", [True, False])
def test_an_address_that_was_copied_on_wish_is_copied_again(scene: Scene, is_copied: bool) -> None:
    url = "https://songs.example.com/a.mp3"
    job = make_job(
        scene.account, state="ERROR", source_kind=Job.SourceKind.URL, source_path="", source_url=url
    )
    if is_copied:
        Preparation.objects.create(job=job, url=url)
    tick = re.search(r'<input type="checkbox" name="copy"[^>]*>', copy_of(scene, job))
    assert tick is not None
    assert (" checked" in tick[0]) == is_copied


def test_the_page_of_a_job_shows_no_address_that_lets_others_in(scene: Scene) -> None:
    url = "https://songs.example.com/a.mp3?Signature=only-for-me"
    job = make_job(
        scene.account, state="ERROR", source_kind=Job.SourceKind.URL, source_path="", source_url=url
    )
    Preparation.objects.create(job=job, url=url)
    page = scene.bob.get(f"/jobs/{job.pk}/").text
    assert "https://songs.example.com/a.mp3?…" in page
    assert "only-for-me" not in page
