"""Counts what was sent before there was usage, so that charts do not begin with the upgrade."""

from django.db import migrations
from django.db.models import Count, Min, Q, Sum
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

SENT = ('accepted', 'unsure', 'sending')


def count_the_past(apps, schema_editor):
    """Attempts of the days before the first row of usage: since then everything that was sent is counted."""
    Usage, Attempt = apps.get_model('jobs', 'Usage'), apps.get_model('jobs', 'Attempt')
    day = TruncDate('sent_at', tzinfo=timezone.get_default_timezone())
    attempts = Attempt.objects.filter(counted_on=None, outcome__in=SENT).annotate(day=day)
    first = Usage.objects.aggregate(first=Min('day'))['first']
    if first:
        attempts = attempts.filter(day__lt=first)
    accepted = Q(outcome='accepted')
    kinds = attempts.order_by().values('day', 'job__account', 'job__owner', 'job__capability')
    counts = kinds.annotate(
        calls=Count('pk'),
        songs=Count('pk', filter=accepted),
        seconds=Coalesce(Sum('job__source_seconds', filter=accepted), 0.0),
        unmeasured=Count('pk', filter=accepted & Q(job__source_seconds=None)),
    )
    Usage.objects.bulk_create(
        [
            Usage(
                day=each['day'],
                account_id=each['job__account'],
                user_id=each['job__owner'],
                capability=each['job__capability'],
                calls=each['calls'],
                songs=each['songs'],
                seconds=each['seconds'],
                unmeasured=each['unmeasured'],
            )
            for each in counts.iterator(chunk_size=2000)
        ],
        batch_size=500,
    )
    for told in list(attempts.order_by().values_list('day', flat=True).distinct()):
        attempts.filter(day=told).update(counted_on=told)


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0014_shares'),
    ]

    operations = [
        migrations.RunPython(count_the_past, migrations.RunPython.noop, elidable=True),
    ]
