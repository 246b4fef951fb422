"""A job, and every change of its state."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Count, F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from jobs.models.batch import Batch
from jobs.models.moments import in_seconds
from jobs.models.tally import Tally
from jobs.models.telling import tell


class JobQuerySet(models.QuerySet["Job"]):
    """Reads of jobs."""

    def for_user(self, user: Any) -> JobQuerySet:
        """Jobs of the accounts that `user` is a member of; every view starts here."""
        return self.filter(account__memberships__user=user) if user.is_authenticated else self.none()

    def writable_by(self, user: Any) -> JobQuerySet:
        """Only jobs that `user` may also change."""
        return self.filter(account__in=Account.objects.writable_by(user))

    def live(self) -> JobQuerySet:
        """Jobs that may still change without a person."""
        return self.filter(state__in=Job.LIVE)

    def ready(self) -> JobQuerySet:
        """Queued jobs that may be sent now: those of a paused, disabled or replaced account wait."""
        may_go = Q(due_at=None) | Q(due_at__lte=Now())
        usable = Q(account__paused_because="", account__disabled_at=None, account__replaced_at=None)
        return self.filter(may_go, usable, state=Job.State.QUEUED)

    def to_prepare(self) -> JobQuerySet:
        """Jobs whose song may be made ready now, and nobody is at it."""
        is_free = Q(lease_until=None) | Q(lease_until__lte=Now())
        usable = Q(account__disabled_at=None, account__replaced_at=None)
        return self.filter(is_free, usable, state=Job.State.PREPARING)

    def unsure_due(self) -> JobQuerySet:
        """Jobs of unknown fate whose bucket may be looked at again for what they left there.

        A verification shares its folder with the guide's own program: files in it prove nothing.
        """
        return self.filter(state=Job.State.UNSURE, is_verification=False, due_at__lte=Now())

    def expired(self) -> JobQuerySet:
        """Jobs whose holder let the lease run out: it died, or was too slow."""
        return self.filter(state__in=(Job.State.SUBMITTING, Job.State.COLLECTING), lease_until__lte=Now())

    def lock(self) -> None:
        """Let nobody else change these rows until the transaction ends: whoever changes many locks them in
        this one order first."""
        list(self.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))

    def for_board(self) -> JobQuerySet:
        """Newest first, with account and owner, and nothing heavy."""
        return (
            self.select_related("account", "owner")
            .defer("result", "raw_answer")
            .order_by("-created_at", "-id")
        )

    def counts(self) -> dict[str, int]:
        """How many jobs stand in each state."""
        rows = self.order_by().values("state").annotate(number=Count("pk"))
        return {row["state"]: row["number"] for row in rows}


class Job(models.Model):
    """One wish of a person, from PREPARING or QUEUED to its result; the row is the work.

        PREPARING --n--> QUEUED, or ERROR

        QUEUED --a--> SUBMITTING --b--> SUBMITTED --c--> PROCESSING --d--> COLLECTING --e--> COMPLETED
          ^---f-----------'  |  '--g--> ERROR <--h--'-------'                  |
                             '--i--> UNSURE --j--> SUBMITTED                   '--> COMPLETED with a note
        any live state --k--> CANCELED, SUBMITTED/PROCESSING --l--> GAVE_UP --m--> SUBMITTED

    a a worker took it (attempt row, lease and fence committed first); b TMP gave an id (a job that a person
    adopted by its id begins in SUBMITTED); c, d TMP's own states (SUBMITTED may go straight to COLLECTING);
    e result files were read; f surely not accepted (never sent, 429, or keys refused); g TMP refused; h TMP
    says ERROR; i sent, no clear answer: never sent again by a machine; j evidence or a person resolved it (a
    late answer; QUEUED or ERROR by a person; output found in the bucket goes straight to COLLECTING); k a
    person or TMP cancelled; l asked for too long, or a person gave up; m a person asks anew; n the song is
    in the bucket, as it is to be sent, or could not be brought there: nothing of it was sent yet.

    A final state is never left: a retry is a new job that `follows` the ended one.
    """

    class State(models.TextChoices):
        PREPARING = "PREPARING", _("Preparing")
        QUEUED = "QUEUED", _("Queued")
        SUBMITTING = "SUBMITTING", _("Submitting")
        UNSURE = "UNSURE", _("Unsure")
        SUBMITTED = "SUBMITTED", _("Submitted")
        PROCESSING = "PROCESSING", _("Processing")
        COLLECTING = "COLLECTING", _("Collecting results")
        COMPLETED = "COMPLETED", _("Completed")
        ERROR = "ERROR", _("Failed")
        CANCELED = "CANCELED", _("Canceled")
        GAVE_UP = "GAVE_UP", _("Gave up asking")

    WAITING = (State.PREPARING, State.QUEUED)
    LIVE = (*WAITING, State.SUBMITTING, State.SUBMITTED, State.PROCESSING, State.COLLECTING)
    REFRESHED = (State.SUBMITTED, State.PROCESSING)
    FINAL = (State.COMPLETED, State.ERROR, State.CANCELED)

    class SourceKind(models.TextChoices):
        BUCKET = "bucket", _("File in the bucket")
        URL = "url", _("Web address")
        # Made by another program, followed by this one; the song may be unknown.
        ADOPTED = "adopted", _("Adopted")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(
        Account, models.CASCADE, related_name="jobs", verbose_name=_("TMP account"), db_index=False
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="jobs",
        verbose_name=_("created by"),
        db_index=False,
    )
    batch = models.ForeignKey(
        Batch, models.CASCADE, null=True, blank=True, related_name="jobs", db_index=False
    )
    # Its place in the batch, from 1.
    position = models.PositiveIntegerField(null=True, blank=True)
    # The ended job that a person had done once more by this one.
    follows = models.OneToOneField("self", models.SET_NULL, null=True, blank=True, related_name="successor")
    capability = models.CharField(_("capability"), max_length=40)
    params = models.JSONField(default=dict)
    source_kind = models.CharField(max_length=10, choices=SourceKind.choices, default=SourceKind.BUCKET)
    source_path = models.CharField(max_length=1024, blank=True)
    source_url = models.CharField(max_length=2048, blank=True)
    # The person's own file name, for display and downloads only; never part of a path.
    source_name = models.CharField(_("song"), max_length=255)
    source_seconds = models.FloatField(null=True, blank=True)
    destination = models.CharField(max_length=800, default="/output")
    output_prefix = models.CharField(max_length=19, blank=True)
    timeout = models.PositiveIntegerField(null=True, blank=True)
    label = models.CharField(max_length=120, blank=True)
    # The guide's own job: its custom id and its destination, so that what comes back proves the account.
    is_verification = models.BooleanField(default=False)
    # One per filled-in form: the same form sent twice makes one job.
    idempotency_key = models.UUIDField(default=uuid.uuid4)

    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.QUEUED)
    failed_in = models.CharField(max_length=12, blank=True)
    error_kind = models.CharField(max_length=20, blank=True)
    error_words = models.TextField(blank=True)
    tmp_id = models.CharField(max_length=255, blank=True)
    tmp_state = models.IntegerField(null=True, blank=True)
    # When the portal does the next thing by itself: sends a QUEUED job, looks for what an UNSURE one left,
    # gives up a file that a COLLECTING one misses.
    # When TMP is asked stands in Refresh.
    due_at = models.DateTimeField(null=True, blank=True)
    refreshed_at = models.DateTimeField(null=True, blank=True)
    # Consecutive sendings that surely never arrived; stretches the wait.
    unanswered = models.PositiveIntegerField(default=0)
    # How often its result was begun to be read: a file that kills its reader is given up.
    readings = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.PositiveIntegerField(default=0)

    # Versioned JSON of jobs.results.Result, beside TMP's answer as it was.
    result = models.JSONField(null=True, blank=True)
    raw_answer = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    changed_at = models.DateTimeField(db_default=Now())
    submitted_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "idempotency_key"], name="one_job_per_form"),
            models.UniqueConstraint(
                fields=["account", "tmp_id"], condition=Q(source_kind="adopted"), name="adopted_once"
            ),
        ]
        indexes = [
            # None without an account: PostgreSQL would read past all newer jobs for those of a quiet one.
            models.Index(fields=["account", "-created_at", "-id"], name="job_by_account"),
            models.Index(fields=["account", "state", "-created_at", "-id"], name="job_by_state"),
            models.Index(
                fields=["account", "ended_at"], name="job_by_end", condition=Q(ended_at__isnull=False)
            ),
            models.Index(fields=["account", "tmp_id"], name="job_by_tmp_id"),
            models.Index(fields=["batch", "position"], name="job_by_batch", condition=Q(batch__isnull=False)),
            models.Index(
                fields=["lease_until"], name="job_leased", condition=Q(state__in=("SUBMITTING", "COLLECTING"))
            ),
            models.Index(
                fields=["account", "due_at", "created_at"], name="job_queued", condition=Q(state="QUEUED")
            ),
            models.Index(fields=["due_at"], name="job_unsure", condition=Q(state="UNSURE")),
            models.Index(
                fields=["account", "created_at"], name="job_preparing", condition=Q(state="PREPARING")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_name} {self.state}"

    @property
    def has_source(self) -> bool:
        """Whether the portal knows the song; of an adopted job it may not."""
        return bool(self.source_path or self.source_url)

    @property
    def is_live(self) -> bool:
        return self.state in self.LIVE

    @transaction.atomic
    def move(
        self,
        from_: str,
        to: str,
        *,
        fence: int | None = None,
        lease: float | None = None,
        refresh_in: float = 0.0,
        note: str = "",
        detail: Any = None,
        **fields: Any,
    ) -> bool:
        """Change the state if it still is `from_` (and `fence` still ours), and write it down.

        The only way to change a state. Says whether this call won; a loser must drop its work. `lease` takes
        the row for so many seconds of database time and raises the fence; without it the row is let go.
        `refresh_in` is when TMP is first asked about a job that it has, in seconds from now.
        `note` is a short machine word for the timeline, `detail` JSON without secrets.
        """
        if from_ in self.FINAL:
            raise ValueError(f"{from_} is final: nothing leaves it")
        rows = Job.objects.filter(pk=self.pk, state=from_)
        if fence is not None:
            rows = rows.filter(fence=fence)
        if to in self.FINAL or to == self.State.GAVE_UP:
            fields.setdefault("ended_at", Now())
        fields["lease_until"] = None
        if lease is not None:
            fields |= {"lease_until": in_seconds(lease), "fence": F("fence") + 1}
        # nosemgrep: state-outside-move  (here it is guarded)
        if rows.update(state=to, changed_at=Now(), **fields) != 1:
            return False
        JobEvent.objects.create(job_id=self.pk, from_state=from_, to_state=to, note=note, detail=detail)
        Tally.objects.moved([(self.account_id, from_, to)])
        tell(self.pk, self.account_id, from_, to, note)
        self.refresh_from_db()
        self._schedule(from_, refresh_in)
        return True

    def _schedule(self, from_: str, seconds: float) -> None:
        """Keep the Refresh row in step with the state."""
        from jobs.models.refresh import Refresh

        if self.state not in self.REFRESHED:
            if from_ in self.REFRESHED:
                Refresh.objects.filter(job=self.pk).delete()
        elif from_ not in self.REFRESHED:
            Refresh.objects.create(
                job=self, account_id=self.account_id, tmp_id=self.tmp_id, due_at=in_seconds(seconds)
            )


class JobEvent(models.Model):
    """One change of state; together they are the timeline of the job's page."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="events")
    at = models.DateTimeField(db_default=Now())
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12, choices=Job.State.choices)
    note = models.CharField(max_length=40, blank=True)
    detail = models.JSONField(null=True, blank=True)

    class Meta:
        verbose_name = _("change of state")
        verbose_name_plural = _("changes of state")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.from_state} -> {self.to_state}"
