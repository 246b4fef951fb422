"""A job of another program is followed like one of the portal's own."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from accounts.clients import gateway_for
from accounts.models import Account, Membership
from jobs import adopting
from jobs.engine import wire
from jobs.models import Job
from tencent.job_pointers import JobPointer
from tests.factories import SONG_PATH, make_job, make_membership
from tests.jobs.raw_gateway import RawGateway, refused, told
from tests.jobs.scene import Scene, set_scene, signed_in
from tests.jobs.test_engine import run_until_final
from tests.jobs.working import work, work_on

State = Job.State
ADDRESS = "/jobs/adopt/"


@pytest.fixture
def scene(db: None) -> Scene:
    return set_scene()


def adopt(account: Account, user: User, tmp_id: str = "tmp-abc-1", **told_: str) -> Job:
    pointer = JobPointer(id=tmp_id, **told_)
    return adopting.adopt(user=user, account=account, pointer=pointer, capability="musicBeat")


def paste(scene: Scene, text: str, capability: str = "", client: Any = None) -> Any:
    fields = {"account": scene.account.pk, "told": text, "capability": capability}
    return (client or scene.alice).post(ADDRESS, fields)


def test_a_job_of_another_program_is_followed_to_its_beats(sandbox_account: Account, alice: User) -> None:
    foreign = make_job(sandbox_account)
    request = wire.request_for(foreign, destination="/output/elsewhere/", custom_id="another program")
    foreign.delete()
    tmp_id = gateway_for(sandbox_account).create_job(request).id
    answer = signed_in(alice).post(ADDRESS, {"account": sandbox_account.pk, "told": tmp_id})
    job = Job.objects.get()
    assert answer.headers["Location"] == reverse("jobs:job_detail", args=[job.pk])
    assert (job.state, job.tmp_id, job.attempts.count()) == (State.SUBMITTED, tmp_id, 0)
    run_until_final(job)
    assert (job.state, job.error_words) == (State.COMPLETED, "")
    assert len(job.result["markers"]) > 10
    assert all(file["path"].startswith("output/elsewhere/") for file in job.result["files"])
    assert {row.action for row in job.exchanges.all()} == {"GetJob"}


def test_what_an_answer_tells_is_taken_over(scene: Scene) -> None:
    answer = {
        "getJobResponse": {
            "job": {
                "id": "tmp-77777777",
                "state": 2,
                "customId": "nightly",
                "inputs": [{"source": {"contentId": "x", "path": SONG_PATH}}],
                "outputs": [{"destination": "/out/1", "smartContentResult": {"musicBeat": {}}}],
            }
        }
    }
    assert paste(scene, json.dumps(answer)).status_code == 302
    job = Job.objects.get()
    assert (job.tmp_id, job.source_path, job.source_name) == ("tmp-77777777", SONG_PATH, "song.wav")
    assert (job.destination, job.label, job.capability) == ("/out/1", "nightly", "musicBeat")
    assert job.source_kind == "adopted"


def test_a_bare_id_becomes_a_job_without_a_song(scene: Scene) -> None:
    assert paste(scene, "tmp-77777777").status_code == 302
    job = Job.objects.get()
    page = scene.alice.get(reverse("jobs:job_detail", args=[job.pk])).text
    assert "Adopted job" in page
    assert "A person told the portal of this job" in page
    assert "The portal asks TMP how the adopted job is doing." in page
    assert 'href=""' not in page
    assert 'id="duplicate"' not in page


def test_the_same_id_is_one_job(scene: Scene) -> None:
    first = paste(scene, "tmp-77777777")
    again = scene.alice.post(ADDRESS, {"account": scene.account.pk, "told": "tmp-77777777"}, follow=True)
    assert again.redirect_chain[-1][0] == first.headers["Location"]
    assert "This job is here already" in again.text
    own = make_job(scene.account, state=State.PROCESSING, tmp_id="tmp-88888888")
    assert str(own.pk) in paste(scene, "tmp-88888888").headers["Location"]
    assert Job.objects.count() == 2


def test_two_accounts_may_know_a_job_by_the_same_id(scene: Scene) -> None:
    other = set_scene()
    assert adopt(scene.account, scene.owner) != adopt(other.account, other.owner)


def test_the_database_itself_refuses_a_second_adoption(scene: Scene) -> None:
    first = adopt(scene.account, scene.owner)
    twin = Job(owner=scene.owner, account=scene.account, source_kind="adopted", tmp_id=first.tmp_id)
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)


def test_two_who_adopt_at_the_same_moment_get_the_same_job(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, known = adopt(scene.account, scene.owner), adopting.known
    answers = iter([None])
    monkeypatch.setattr(adopting, "known", lambda *asked: next(answers, known(*asked)))
    assert adopt(scene.account, scene.owner) == first
    assert Job.objects.count() == 1


def test_a_job_that_tmp_does_not_know_ends_in_its_words(
    gateway: RawGateway, account: Account, alice: User
) -> None:
    gateway.answers["GetJob"] = [refused("no such job")]
    job = adopt(account, alice)
    for _ in range(5):
        work_on(job)
    assert (job.state, job.failed_in, job.error_words) == (State.ERROR, "refresh", "no such job")


def test_files_lie_where_tmps_answer_says(gateway: RawGateway, account: Account, alice: User) -> None:
    found = {"destination": "/told", "smartContentResult": {"musicBeat": {"beats": [1, 2, 3, 4]}}}
    found["smartContentResult"]["musicBeat"]["mergeFileName"] = "m.wav"  # type: ignore[index]
    gateway.answers["GetJob"] = [told(3, job_id="tmp-abc-1", outputs=[found])]
    job = adopt(account, alice, destination="/pasted")
    assert work_on(job).state == State.COLLECTING
    Job.objects.update(due_at=Now(), lease_until=Now())
    work()
    job.refresh_from_db()
    assert [file["path"] for file in job.result["files"]] == ["told/m.wav"]


@pytest.mark.parametrize(
    "text", ["", "hello", "{}", '{"createJobResponse": {"job": {"state": 1}}}', "AKID" + "x" * 32, "{" * 500]
)
def test_a_text_without_a_job_is_a_sentence(scene: Scene, text: str) -> None:
    answer = paste(scene, text)
    assert answer.status_code == 422
    assert 'class="errorlist"' in answer.text
    assert not Job.objects.exists()


def test_a_job_about_something_else_asks_what_it_is_about(scene: Scene) -> None:
    told_ = {"job": {"id": "tmp-77777777", "outputs": [{"smartContentResult": {"musicMagic": {}}}]}}
    answer = paste(scene, json.dumps({"getJobResponse": told_}))
    assert answer.status_code == 422
    assert "does not know what this job is about" in answer.text
    assert paste(scene, json.dumps({"getJobResponse": told_}), capability="musicBeat").status_code == 302


def test_odd_places_in_an_answer_are_left_out(scene: Scene) -> None:
    job = adopt(scene.account, scene.owner, source_path="../keys", destination="/a/../../b", custom_id="x\0")
    assert (job.source_path, job.destination, job.label) == ("", "", "x")


def test_only_owners_and_submitters_adopt(scene: Scene) -> None:
    assert paste(scene, "tmp-77777777", client=scene.bob).status_code == 403
    assert paste(scene, "tmp-77777777", client=scene.charlie).status_code == 404
    assert scene.bob.get(ADDRESS, {"account": scene.account.pk}).status_code == 403
    assert scene.charlie.get(ADDRESS, {"account": scene.account.pk}).status_code == 404
    assert reverse("accounts:register") in scene.charlie.get(ADDRESS).text
    with pytest.raises(PermissionDenied):
        adopt(scene.account, User.objects.exclude(pk=scene.owner.pk).first())
    submitter = User.objects.create(username=uuid.uuid4().hex)
    make_membership(scene.account, submitter, Membership.Role.SUBMITTER)
    assert paste(scene, "tmp-77777777", client=signed_in(submitter)).status_code == 302


def test_a_disabled_account_adopts_nothing(scene: Scene) -> None:
    Account.objects.update(disabled_at=timezone.now())
    assert paste(scene, "tmp-77777777").status_code == 403
    with pytest.raises(ValidationError):
        adopt(Account.objects.get(), scene.owner)
    assert not Job.objects.exists()


def test_the_empty_dashboard_and_the_form_of_a_new_job_lead_to_adopting(scene: Scene) -> None:
    assert f'href="{ADDRESS}"' in scene.alice.get("/").text
    for page in ("/jobs/new/", "/jobs/new/musicBeat/"):
        assert f'href="{ADDRESS}?account={scene.account.pk}"' in scene.alice.get(page).text
