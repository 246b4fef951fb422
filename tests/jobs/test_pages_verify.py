"""The page before a verification, and the result page that says what it proved."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.clients import bucket_for
from accounts.models import Account, Membership
from jobs import guide
from jobs.models import Job
from tests.factories import make_account, make_job, make_membership, make_user
from tests.jobs.scene import RESULT, Scene, set_scene, signed_in
from tests.jobs.test_engine import run_until_final
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db


@pytest.fixture
def enqueued(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Ids of jobs that were handed to the workers."""
    ids: list[Any] = []
    monkeypatch.setattr("jobs.tasks.enqueue", lambda job: ids.append(job.pk))
    return ids


@pytest.fixture
def scene(at_sandbox: SandboxProcess, enqueued: list[Any]) -> Scene:
    return set_scene(at_sandbox)


def address(account: Account) -> str:
    return reverse("jobs:account_verify", args=[account.pk])


def press(client: Client, account: Account, page: str = "") -> Any:
    """The button of the page, as it was shown."""
    shown = page or client.get(address(account)).text
    key = re.search(r'name="idempotency_key" value="([^"]+)"', shown)
    assert key
    return client.post(address(account), {"idempotency_key": key[1]})


def test_the_page_says_what_is_sent_and_that_the_sandbox_is_free(scene: Scene) -> None:
    page = html.unescape(scene.alice.get(address(scene.account)).text)
    assert '"customId": "musicBeat"' in page
    assert '"destination": "/output/musicBeat"' in page
    assert '"secretKey": "***"' in page
    assert scene.account.tmp_secret_key not in page
    assert "Exactly one CreateJob" in page
    assert "This costs nothing" in page
    assert "may cost money" not in page
    for difference in guide.differences(scene.account):
        assert str(difference.why) in page


def test_a_real_account_is_told_that_it_may_cost_money(scene: Scene) -> None:
    real = make_account(scene.owner, endpoint="mediax")
    page = scene.alice.get(address(real)).text
    assert "This may cost money at TMP." in page
    assert "https://api.mediax.tencent.com/job" in page


def test_looking_makes_no_job(scene: Scene) -> None:
    scene.alice.get(address(scene.account))
    assert not Job.objects.exists()


def test_the_button_makes_one_job_however_often_it_is_pressed(scene: Scene, enqueued: list[Any]) -> None:
    page = scene.alice.get(address(scene.account)).text
    places = {press(scene.alice, scene.account, page).headers["Location"] for _ in range(2)}
    job = Job.objects.get()
    assert places == {reverse("jobs:job_detail", args=[job.pk])}
    assert job.is_verification
    assert job.params == guide.PARAMS
    assert set(enqueued) == {job.pk}
    assert bucket_for(scene.account).head(guide.SAMPLE_PATH).size > 100_000


@pytest.mark.parametrize("data", [{}, {"idempotency_key": "x"}])
def test_a_form_without_its_key_makes_nothing(scene: Scene, data: dict[str, str]) -> None:
    assert scene.alice.post(address(scene.account), data).status_code == 422
    assert not Job.objects.exists()


def test_a_bucket_in_trouble_is_a_sentence(scene: Scene, settings: Any) -> None:
    settings.SANDBOX = {"gateway": "", "store": ""}
    answer = press(scene.alice, scene.account)
    assert answer.status_code == 422
    assert "The sandbox is not running." in answer.text
    assert not Job.objects.exists()


def test_owners_and_submitters_may_verify_and_nobody_else(scene: Scene) -> None:
    for ask in (scene.bob.get, scene.bob.post):
        assert ask(address(scene.account)).status_code == 403
    for ask in (scene.charlie.get, scene.charlie.post):
        assert ask(address(scene.account)).status_code == 404
    submitter = make_user()
    make_membership(scene.account, submitter, Membership.Role.SUBMITTER)
    assert press(signed_in(submitter), scene.account).status_code == 302


@pytest.mark.parametrize("field", ["disabled_at", "replaced_at"])
def test_an_account_that_makes_no_jobs_is_not_verified(scene: Scene, field: str) -> None:
    page = scene.alice.get(address(scene.account)).text
    Account.objects.filter(pk=scene.account.pk).update(**{field: timezone.now()})
    closed = scene.alice.get(address(scene.account))
    assert "no new jobs are sent with it" in closed.text
    assert 'id="verify"' not in closed.text
    assert press(scene.alice, scene.account, page).status_code == 403
    assert not Job.objects.exists()


def test_a_paused_account_can_be_set_going_where_its_jobs_wait(scene: Scene) -> None:
    Account.objects.filter(pk=scene.account.pk).update(paused_because="signature does not match")
    job = make_job(scene.account)
    resume = reverse("jobs:account_resume", args=[scene.account.pk])
    for place in (address(scene.account), reverse("jobs:job_detail", args=[job.pk])):
        page = scene.alice.get(place).text
        assert "signature does not match" in page
        assert f'action="{resume}"' in page
    watched = scene.bob.get(reverse("jobs:job_detail", args=[job.pk])).text
    assert "signature does not match" in watched
    assert resume not in watched


def test_a_verified_account_says_since_when_and_may_be_verified_again(scene: Scene) -> None:
    Account.objects.filter(pk=scene.account.pk).update(verified_at=timezone.now())
    page = scene.alice.get(address(scene.account)).text
    assert "This account is verified." in page
    assert "Run verification again" in page
    assert press(scene.alice, scene.account, page).status_code == 302
    assert (
        reverse("jobs:job_detail", args=[Job.objects.get().pk])
        in scene.alice.get(address(scene.account)).text
    )


def test_from_the_button_to_verified(sandbox_account: Account, enqueued: list[Any]) -> None:
    alice = signed_in(sandbox_account.members.get())
    place = press(alice, sandbox_account).headers["Location"]
    run_until_final(Job.objects.get())
    page = alice.get(place).text
    assert "This account is verified." in page
    assert "heard the tempo that the song was made at" in page
    table = re.sub(r"<[^>]+>|\s+", " ", page.partition("Heard, and true")[2].partition("</table>")[0])
    assert re.search(r"Tempo \(BPM\) +12\d(\.\d)? +124 ", table)
    assert reverse("jobs:account_verify", args=[sandbox_account.pk]) in page


@pytest.mark.parametrize(
    ("bpm", "note", "sentence"),
    [
        (62.0, "", "half or twice the tempo"),
        (90.0, "", "another tempo"),
        (None, "", "named no tempo"),
        (None, "no_times", "One part is odd"),
    ],
)
def test_what_is_odd_is_said(scene: Scene, bpm: float | None, note: str, sentence: str) -> None:
    facts = [] if bpm is None else [{"key": "tempo", "label": "Tempo (BPM)", "value": bpm}]
    result = RESULT | {"facts": facts, "note": note}
    job = make_job(scene.account, state=Job.State.COMPLETED, is_verification=True, result=result)
    page = scene.alice.get(reverse("jobs:job_detail", args=[job.pk])).text
    assert "This account is verified." in page
    assert sentence in page


def test_an_ordinary_result_says_nothing_of_verification(scene: Scene) -> None:
    job = make_job(scene.account, state=Job.State.COMPLETED, result=RESULT)
    assert "verified" not in scene.alice.get(reverse("jobs:job_detail", args=[job.pk])).text
