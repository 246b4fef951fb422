"""Give every job that TMP has its schedule, number the questions, and count what there is."""

from collections import Counter

from django.db import migrations
from django.db.models import Count
from django.db.models.functions import Now


def schedule(apps, schema_editor):
    Job, Refresh = (apps.get_model("jobs", name) for name in ("Job", "Refresh"))
    followed = Job.objects.filter(state__in=("SUBMITTED", "PROCESSING"))
    for job in followed.select_related("account").iterator():
        Refresh.objects.create(
            job_id=job.pk,
            account_id=job.account_id,
            tmp_id=job.tmp_id,
            due_at=None if job.account.paused_because else job.due_at or Now(),
            unanswered=job.unanswered,
        )
    followed.update(due_at=None, unanswered=0)


def number(apps, schema_editor):
    """What held how often an answer came now says which question first brought it."""
    Exchange, Refresh = (apps.get_model("jobs", name) for name in ("GatewayExchange", "Refresh"))
    asked = Counter()
    for row in Exchange.objects.filter(action="GetJob").order_by("pk").only("pk", "job_id", "number").iterator():
        times = row.number
        Exchange.objects.filter(pk=row.pk).update(number=asked[row.job_id] + 1)
        asked[row.job_id] += times
    for job_id, times in asked.items():
        Refresh.objects.filter(pk=job_id).update(asked=times)


def count(apps, schema_editor):
    Job, Tally = (apps.get_model("jobs", name) for name in ("Job", "Tally"))
    for row in Job.objects.order_by().values("account", "state").annotate(number=Count("pk")):
        Tally.objects.create(account_id=row["account"], state=row["state"], delta=row["number"])


class Migration(migrations.Migration):
    dependencies = [("jobs", "0004_exchanges")]
    operations = [migrations.RunPython(each, migrations.RunPython.noop) for each in (schedule, number, count)]
