"""The look before many songs are sent: what it says, whose it is, and that sent twice it is one batch."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from jobs.models import Batch, Job, Limits, Plan, Price
from tests.factories import make_account, make_job
from tests.jobs.batch_forms import NEW, filled_in, look
from tests.jobs.scene import set_scene

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def enqueued(monkeypatch):
    """Ids of jobs that were handed to the workers."""
    ids = []
    monkeypatch.setattr("jobs.tasks.enqueue", lambda job: ids.append(job.pk))
    return ids


@pytest.fixture
def scene(at_sandbox):
    return set_scene(at_sandbox)


def test_sent_twice_or_gone_back_to_it_is_one_batch(scene):
    fields = filled_in(scene)
    place, _ = look(scene.alice, fields)
    assert look(scene.alice, fields)[0] == place
    first = scene.alice.post(place).headers["Location"]
    # A double click, the back button to the look, a reload, and the form sent once more.
    again = [scene.alice.post(place), scene.alice.get(place), scene.alice.post(NEW, fields)]
    again.append(scene.alice.get(NEW, {"plan": fields["idempotency_key"]}))
    assert {answer.headers["Location"] for answer in again} == {first}
    assert (Batch.objects.count(), Job.objects.count()) == (1, 2)


def test_change_something_leads_back_to_the_form_as_it_was(scene):
    fields = filled_in(scene, lines="a.mp3\nb.mp3\nb.mp3", label="my <label>", enlargeLevel="5", timeout="77")
    _, page = look(scene.alice, fields)
    back = re.search(r'href="([^"]*plan=[^"]*)"', page)[1].replace("&amp;", "&")
    form = scene.alice.get(back).text
    assert "a.mp3\nb.mp3\nb.mp3</textarea>" in form
    for value in ('value="my &lt;label&gt;"', 'value="5"', 'value="77"', str(fields["idempotency_key"])):
        assert value in form
    assert re.search(r'name="source" value="list"[^>]* checked', form)
    place, changed = look(scene.alice, fields | {"lines": "only\nthese\nthree"})
    assert "Send 3 jobs" in changed
    scene.alice.post(place)
    assert Job.objects.count() == 3


def test_the_first_job_at_a_real_service_is_looked_at_first(scene):
    real = make_account(scene.owner, name="real", endpoint="mediax")
    fields = filled_in(scene, account=real.pk, lines="a.mp3")
    place, page = look(scene.alice, fields)
    assert "Send 1 job<" in page
    assert "each may cost money" in page
    assert not Job.objects.exists()
    assert scene.alice.post(place).headers["Location"] == reverse(
        "jobs:job_detail", args=[Job.objects.get().pk]
    )
    answer = scene.alice.post(NEW, filled_in(scene, account=real.pk, lines="b.mp3"))
    assert "/plans/" not in answer.headers["Location"]


def test_money_is_said_only_when_a_person_typed_a_price(scene):
    fields = filled_in(scene)
    assert "Cost" not in look(scene.alice, fields)[1]
    Price.objects.create(
        account=scene.account,
        capability="musicBeat",
        amount=Decimal("0.5"),
        currency="CNY",
        per="call",
        source="our contract",
        dated=timezone.localdate(),
    )
    page = look(scene.alice, fields)[1]
    assert "1.0000 CNY" in page
    assert "our contract" in page


def test_what_the_accounts_limits_mean_is_said(scene):
    limits = Limits.objects.create(
        account=scene.account, calls_per_second=4, jobs_in_flight=20, jobs_per_day=31
    )
    make_job(scene.account)
    page = look(scene.alice, filled_in(scene))[1]
    for words in (
        "at most 4 calls a second",
        "At most 20 jobs are at TMP at once",
        "Today 30 more jobs may be sent",
    ):
        assert words in page
    limits.jobs_per_day = 2
    limits.stopped_at = timezone.now()
    limits.save()
    page = look(scene.alice, filled_in(scene))[1]
    assert "Today 1 more job may be sent; the rest waits for tomorrow." in page
    assert "The account studio is stopped" in page


def test_a_plan_is_its_persons_own(scene):
    Membership.objects.filter(role="viewer").update(role="submitter")
    place, _ = look(scene.alice, filled_in(scene))
    for client in (scene.bob, scene.charlie):
        assert client.get(place).status_code == 404
        assert client.post(place).status_code == 404
    key = place.rstrip("/").rpartition("/")[2]
    assert scene.bob.get(NEW, {"plan": key}).status_code == 404
    assert not Batch.objects.exists()


def test_who_may_no_longer_send_cannot_send_a_plan(scene):
    Membership.objects.filter(role="viewer").update(role="submitter")
    place, _ = look(scene.bob, filled_in(scene))
    Membership.objects.filter(user=scene.bob.session["_auth_user_id"]).update(role="viewer")
    assert scene.bob.post(place).status_code == 403
    Membership.objects.filter(user=scene.bob.session["_auth_user_id"]).delete()
    assert scene.bob.post(place).status_code == 404
    assert not Batch.objects.exists()


def test_a_plan_of_an_account_that_was_disabled_meanwhile_is_not_sent(scene):
    place, _ = look(scene.alice, filled_in(scene))
    type(scene.account).objects.update(disabled_at=timezone.now())
    assert scene.alice.post(place).status_code == 403
    assert not Batch.objects.exists()


def test_plans_that_were_forgotten_go_with_the_next_one(scene):
    look(scene.alice, filled_in(scene))
    Plan.objects.update(changed_at=timezone.now() - timezone.timedelta(days=8))
    look(scene.alice, filled_in(scene))
    assert Plan.objects.count() == 1
