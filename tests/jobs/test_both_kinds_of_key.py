"""The guide's key and the tighter one that the portal offers go the whole way: check, Register, jobs."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User

from accounts.clients import bucket_for
from accounts.managing import demo, health
from accounts.models import Registration
from accounts.registering.policy import policy_for
from jobs import verifying
from jobs.models import Job
from jobs.sources import SourceRefused
from tencent.cam_policy import tight_policy
from tests.accounts.registering import run
from tests.factories import SONG_BPM, SONG_PATH, SONG_SECONDS, make_job, make_registration
from tests.jobs.test_engine import run_until_final
from tests.sandbox_process import SandboxKey, SandboxProcess
from tests.songs import clicks

UIN = "100012345678"


def guides_key(sandbox: SandboxProcess, bucket: str) -> SandboxKey:
    """No policy at all; read and write of the data, granted on the bucket's page."""
    return sandbox.key(rights="data", bucket=bucket)


def offered_key(sandbox: SandboxProcess, bucket: str) -> SandboxKey:
    """Exactly the policy that the wizard's page has to copy."""
    typed = Registration(operate_uin=UIN, bucket=bucket, region=sandbox.region)
    return sandbox.key(policy=json.loads(policy_for(typed)), bucket=bucket)


def registered_with(key: SandboxKey, alice: User) -> Registration:
    typed: dict[str, Any] = {
        "endpoint": "sandbox",
        "operate_uin": UIN,
        "bucket": key.bucket,
        "region": key.region,
        "bucket_secret_id": key.secret_id,
        "bucket_secret_key": key.secret_key,
    }
    return run(make_registration(alice, **typed))


@pytest.mark.parametrize("key_of", [guides_key, offered_key])
def test_a_key_of_this_kind_is_enough_for_everything(
    at_sandbox: SandboxProcess, alice: User, key_of: Any
) -> None:
    registration = registered_with(key_of(at_sandbox, f"{key_of.__name__[:6]}-1250000000"), alice)
    assert registration.state == "DONE"
    assert "failed" not in {row["state"] for row in registration.checks}
    account = registration.account
    assert account is not None
    verification = verifying.verify(user=alice, account=account, idempotency_key=uuid.uuid4())
    run_until_final(verification)
    assert (verification.state, verification.error_words) == ("COMPLETED", "")
    account.refresh_from_db()
    assert account.verified_at is not None

    bucket_for(account).put(SONG_PATH, clicks(SONG_SECONDS, SONG_BPM))
    job = make_job(account)
    run_until_final(job)
    assert (job.state, job.error_words) == ("COMPLETED", "")

    asked_at = health.ask(account)
    assert asked_at is not None
    assert health.look(str(account.pk), asked_at)
    account.refresh_from_db()
    assert [row for row in account.health if row["state"] == "failed"] == []

    assert [file.is_held for file in demo.read_demo(account)] == [True]
    assert demo.delete_demo(account, by=alice) == [f"{UIN}_demo/run_musicBeat.py"]


def test_a_key_without_the_uploads_is_named_before_anything_is_sent(
    at_sandbox: SandboxProcess, alice: User
) -> None:
    bucket = "nouploads-1250000000"
    folders = ("output/", ".portal-probe/")
    policy = tight_policy(bucket=bucket, region=at_sandbox.region, operate_uin=UIN, prefixes=folders)
    registration = registered_with(at_sandbox.key(policy=policy, bucket=bucket), alice)
    assert registration.state == "DONE"
    account = registration.account
    assert account is not None
    with pytest.raises(SourceRefused) as refused:
        verifying.verify(user=alice, account=account, idempotency_key=uuid.uuid4())
    assert str(refused.value.sentence)
    assert not Job.objects.exists()


def test_a_key_that_writes_uploads_but_reads_none_fails_the_verification_in_tmps_words(
    at_sandbox: SandboxProcess, alice: User
) -> None:
    bucket = "writeonly-1250000000"
    folders = ("output/", ".portal-probe/")
    policy = tight_policy(bucket=bucket, region=at_sandbox.region, operate_uin=UIN, prefixes=folders)
    uploads = policy["statement"][1]["resource"][0].replace(f"{UIN}_demo/", "uploads/")
    only_put = {"effect": "allow", "action": ["name/cos:PutObject"], "resource": [uploads]}
    policy["statement"].append(only_put)
    account = registered_with(at_sandbox.key(policy=policy, bucket=bucket), alice).account
    assert account is not None
    job = verifying.verify(user=alice, account=account, idempotency_key=uuid.uuid4())
    run_until_final(job)
    assert job.state == "ERROR"
    assert job.error_words
    account.refresh_from_db()
    assert (account.verified_at, account.paused_because) == (None, "")
