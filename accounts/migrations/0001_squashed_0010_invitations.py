"""All tables at once for a new database, as 0001 to 0010 make them one after the other in an older one."""

import accounts.fields
import accounts.models.upload
import accounts.fields
import accounts.models.upload
import accounts.fields
import accounts.models.upload
import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('accounts', '0001_initial'),
        ('accounts', '0002_onboarding'),
        ('accounts', '0003_deeds_of_limits'),
        ('accounts', '0004_files_and_verdicts'),
        ('accounts', '0005_uploads'),
        ('accounts', '0006_deeds_of_pointing'),
        ('accounts', '0007_deeds_of_links'),
        ('accounts', '0008_dismissed_hints'),
        ('accounts', '0009_cached'),
        ('accounts', '0010_invitations'),
    ]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Cached',
            fields=[
                ('key', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('value', models.JSONField()),
                ('expires_at', models.DateTimeField(db_index=True)),
            ],
            options={
                'verbose_name': 'cache entry',
                'verbose_name_plural': 'cache entries',
                'ordering': ['key'],
            },
        ),
        migrations.CreateModel(
            name='DismissedHint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='dismissed_hints', to=settings.AUTH_USER_MODEL)),
                ('key', models.CharField(max_length=40)),
            ],
            options={
                'verbose_name': 'dismissed hint',
                'verbose_name_plural': 'dismissed hints',
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('user', 'key'), name='one_dismissal_per_hint')],
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('for_whom', models.CharField(blank=True, max_length=80, verbose_name='for whom')),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('expires_at', models.DateTimeField(verbose_name='expires')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='withdrawn')),
                ('used_at', models.DateTimeField(blank=True, null=True, verbose_name='used')),
                ('used_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'invitation',
                'verbose_name_plural': 'invitations',
                'ordering': ['-made_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Verdict',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('endpoint', models.CharField(max_length=20)),
                ('bucket', models.CharField(max_length=80)),
                ('path', models.CharField(max_length=1024)),
                ('etag', models.CharField(max_length=128)),
                ('holds', models.CharField(choices=[('no_text', 'No text'), ('nothing', 'No keys'), ('keys', 'Contains keys'), ('unread', 'Not searched for keys')], max_length=10)),
                ('searched_for', models.CharField(blank=True, max_length=64)),
            ],
            options={
                'verbose_name': 'verdict',
                'verbose_name_plural': 'verdicts',
                'constraints': [models.UniqueConstraint(fields=('endpoint', 'bucket', 'path'), name='one_verdict_per_object')],
            },
        ),
        migrations.CreateModel(
            name='Account',
            fields=[
                ('endpoint', models.CharField(default='mediax', max_length=20, verbose_name='service')),
                ('operate_uin', models.CharField(max_length=32, verbose_name='account ID (operateUin)')),
                ('user_name', models.CharField(max_length=19, verbose_name='user name')),
                ('bucket', models.CharField(max_length=80, verbose_name='bucket')),
                ('region', models.CharField(max_length=40, verbose_name='region')),
                ('domain', models.CharField(blank=True, max_length=255, verbose_name='bucket domain')),
                ('bucket_secret_id', accounts.fields.SealedTextField(verbose_name='bucket SecretId')),
                ('bucket_secret_key', accounts.fields.SealedTextField(verbose_name='bucket SecretKey')),
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('request_id', models.CharField(blank=True, max_length=128)),
                ('content_id', models.CharField(max_length=255, verbose_name='content ID')),
                ('tmp_secret_id', accounts.fields.SealedTextField()),
                ('tmp_secret_key', accounts.fields.SealedTextField()),
                ('gateway_secret_id', accounts.fields.SealedTextField()),
                ('gateway_secret_key', accounts.fields.SealedTextField()),
                ('demo_path', models.CharField(blank=True, max_length=1024)),
                ('usage_description', models.TextField(blank=True)),
                ('message', models.TextField(blank=True)),
                ('registered_at_text', models.CharField(blank=True, max_length=64, verbose_name='createdAt')),
                ('updated_at_text', models.CharField(blank=True, max_length=64, verbose_name='updatedAt')),
                ('unknown_members', accounts.fields.SealedTextField(blank=True)),
                ('paused_because', models.TextField(blank=True)),
                ('disabled_at', models.DateTimeField(blank=True, null=True)),
                ('verified_at', models.DateTimeField(blank=True, null=True, verbose_name='verified')),
                ('replaces', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='successor', to='accounts.account', verbose_name='replaces')),
                ('replaced_at', models.DateTimeField(blank=True, null=True)),
                ('health', models.JSONField(blank=True, default=list)),
                ('health_at', models.DateTimeField(blank=True, null=True)),
                ('health_asked_at', models.DateTimeField(blank=True, null=True)),
                ('lessons', models.JSONField(blank=True, default=dict)),
                ('contact_report', models.JSONField(blank=True, null=True)),
                ('contacted_at', models.DateTimeField(blank=True, null=True)),
                ('contact_asked_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
            ],
            options={
                'verbose_name': 'TMP account',
                'verbose_name_plural': 'TMP accounts',
                'ordering': ['-created_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='accounts.account')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('role', models.CharField(choices=[('owner', 'Owner'), ('submitter', 'Submitter'), ('viewer', 'Viewer')], default='owner', max_length=10, verbose_name='role')),
                ('is_default', models.BooleanField(default=False, verbose_name='default')),
            ],
            options={
                'verbose_name': 'member',
                'verbose_name_plural': 'members',
                'constraints': [models.UniqueConstraint(fields=('account', 'user'), name='one_role_per_member'), models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('user',), name='one_default_per_person')],
            },
        ),
        migrations.AddField(
            model_name='account',
            name='members',
            field=models.ManyToManyField(related_name='tmp_accounts', through='accounts.Membership', to=settings.AUTH_USER_MODEL),
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('deed', models.CharField(choices=[('registered', 'Registered at TMP'), ('imported', 'Imported'), ('replaced', 'Went over to new keys or another bucket'), ('revealed', 'Keys shown'), ('downloaded', 'Keys downloaded'), ('renamed', 'Renamed'), ('disabled', 'Disabled'), ('enabled', 'Enabled again'), ('deleted', 'Deleted'), ('shared', 'Shared, or a role changed'), ('unshared', 'Taken from a person'), ('cors_set', 'Cross-origin rule set'), ('demo_deleted', 'Demo with keys deleted from the bucket'), ('contacted', 'First contact'), ('verified', 'Verified by a job'), ('stopped', 'Sending stopped'), ('went_on', 'Sending went on'), ('limited', 'Limits changed'), ('priced', 'Price typed'), ('unpriced', 'Price deleted'), ('files_deleted', 'Files deleted from the bucket'), ('file_moved', 'File renamed or moved'), ('taken', 'File downloaded that may contain keys'), ('pointed', 'Times pointed at'), ('unpointed', 'Times no longer pointed at'), ('link_made', 'Link to a result made'), ('link_revoked', 'Link to a result revoked'), ('invited', 'Invitation made'), ('uninvited', 'Invitation withdrawn'), ('joined', 'Login made by an invitation'), ('person_deleted', 'Login deleted')], max_length=20, verbose_name='deed')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='deeds', to=settings.AUTH_USER_MODEL)),
                ('user_name', models.CharField(blank=True, max_length=150, verbose_name='person')),
                ('account', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='deeds', to='accounts.account')),
                ('account_name', models.CharField(blank=True, max_length=80, verbose_name='TMP account')),
                ('detail', models.JSONField(blank=True, default=dict)),
            ],
            options={
                'verbose_name': 'audit entry',
                'verbose_name_plural': 'audit log',
                'ordering': ['-at', 'id'],
                'indexes': [models.Index(fields=['account', '-at'], name='audit_by_account')],
            },
        ),
        migrations.CreateModel(
            name='Registration',
            fields=[
                ('endpoint', models.CharField(default='mediax', max_length=20, verbose_name='service')),
                ('operate_uin', models.CharField(max_length=32, verbose_name='account ID (operateUin)')),
                ('user_name', models.CharField(max_length=19, verbose_name='user name')),
                ('bucket', models.CharField(max_length=80, verbose_name='bucket')),
                ('region', models.CharField(max_length=40, verbose_name='region')),
                ('domain', models.CharField(blank=True, max_length=255, verbose_name='bucket domain')),
                ('bucket_secret_id', accounts.fields.SealedTextField(verbose_name='bucket SecretId')),
                ('bucket_secret_key', accounts.fields.SealedTextField(verbose_name='bucket SecretKey')),
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='registrations', to=settings.AUTH_USER_MODEL)),
                ('account', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='registrations', to='accounts.account')),
                ('state', models.CharField(choices=[('DRAFT', 'Draft'), ('CHECKING', 'Checking the bucket'), ('REGISTERING', 'Registering'), ('UNSURE', 'Unsure'), ('REFUSED', 'Refused'), ('DONE', 'Done')], default='DRAFT', max_length=12, verbose_name='state')),
                ('checks', models.JSONField(blank=True, default=list)),
                ('only_check', models.BooleanField(default=False)),
                ('goes_anyway', models.BooleanField(default=False)),
                ('error_kind', models.CharField(blank=True, max_length=20)),
                ('error_words', models.TextField(blank=True)),
                ('exchange', models.JSONField(blank=True, null=True)),
                ('raw_reply', accounts.fields.SealedTextField(blank=True)),
                ('keys_from', models.CharField(blank=True, choices=[('call', "TMP's answer"), ('reply', 'a pasted answer'), ('script', 'a demo script'), ('bucket', 'the demo script in the bucket')], max_length=10)),
                ('found_reply', accounts.fields.SealedTextField(blank=True)),
                ('looked_at', models.DateTimeField(blank=True, null=True)),
                ('look_result', models.CharField(blank=True, max_length=20)),
                ('follows', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='followed_by', to='accounts.registration', verbose_name='follows')),
                ('ticks', models.JSONField(blank=True, default=list)),
                ('renews', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='renewals', to='accounts.account')),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('fence', models.PositiveIntegerField(default=0)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='changed')),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'registration',
                'verbose_name_plural': 'registrations',
                'ordering': ['-created_at', 'id'],
                'indexes': [models.Index(fields=['state', 'lease_until'], name='registration_sweep')],
            },
        ),
        migrations.CreateModel(
            name='Song',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='songs', to='accounts.account')),
                ('uploader', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='songs', to=settings.AUTH_USER_MODEL)),
                ('path', models.CharField(max_length=1024)),
                ('name', models.CharField(max_length=255)),
                ('size', models.PositiveBigIntegerField()),
                ('seconds', models.FloatField(blank=True, null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
            ],
            options={
                'ordering': ['-created_at', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('account', 'path'), name='one_name_per_object')],
            },
        ),
        migrations.CreateModel(
            name='Upload',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='uploads', to='accounts.account')),
                ('uploader', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='uploads', to=settings.AUTH_USER_MODEL)),
                ('state', models.CharField(choices=[('running', 'Running'), ('finished', 'Finished'), ('ending', 'Ending')], default='running', max_length=10)),
                ('path', models.CharField(max_length=1024)),
                ('name', models.CharField(max_length=255)),
                ('content_type', models.CharField(max_length=100)),
                ('size', models.PositiveBigIntegerField()),
                ('modified', models.BigIntegerField()),
                ('digest', models.CharField(max_length=64)),
                ('store_id', models.CharField(blank=True, max_length=255)),
                ('part_bytes', models.PositiveBigIntegerField()),
                ('song', models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='upload', to='accounts.song')),
                ('due_at', models.DateTimeField(default=accounts.models.upload._later)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
            ],
            options={
                'ordering': ['created_at', 'pk'],
                'indexes': [models.Index(fields=['due_at'], name='uploads_by_due'), models.Index(fields=['account', 'uploader', 'name', 'size'], name='uploads_by_file')],
            },
        ),
        migrations.CreateModel(
            name='Way',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='ways', to='accounts.account')),
                ('origin', models.CharField(max_length=300)),
                ('is_direct', models.BooleanField()),
                ('looked_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('account', 'origin'), name='one_way_per_origin')],
            },
        ),
    ]
