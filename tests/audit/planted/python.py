"""What the rules must find: every line after a `ruleid:`, and none after an `ok:`. Nobody runs this."""
# ruff: noqa

import logging
import os
import pickle
import random
import ssl
import subprocess

import aiohttp
import requests
import yaml
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.views.decorators.csrf import csrf_exempt

log = logging.getLogger(__name__)


def logs(account, password, error):
    # ruleid: secret-in-a-log
    log.info(account.tmp_secret_key)
    # ruleid: secret-in-a-log
    log.warning("signed in with %s", password)
    # ruleid: secret-in-a-log
    logging.error(f"{account} {account.bucket_secret_key}")
    # ruleid: secret-in-a-log
    log.exception("refused", extra={"headers": error.request.headers})
    # ok: secret-in-a-log
    log.warning("account %s was refused: %s", account.pk, error.code)


def calls(url, session):
    # ruleid: call-without-timeout
    requests.get(url, allow_redirects=False)
    # ruleid: call-without-timeout
    aiohttp.ClientSession(connector=None)
    # ruleid: redirect-followed
    requests.post(url, json={}, timeout=3)
    # ruleid: redirect-followed
    session.get(url, timeout=3)
    # ok: call-without-timeout, redirect-followed
    session.get(url, timeout=3, allow_redirects=False)
    # ok: call-without-timeout, redirect-followed
    requests.post(url, json={}, timeout=3, allow_redirects=False)


def views(request, pk, account):
    # ruleid: rows-without-their-user
    Job.objects.get(pk=pk)
    # ruleid: rows-without-their-user
    Account.objects.filter(pk=pk).first()
    # ruleid: rows-without-their-user
    get_object_or_404(Job, pk=pk)
    # ok: rows-without-their-user
    get_object_or_404(Job.objects.for_user(request.user), pk=pk)
    # ok: rows-without-their-user
    Job.objects.for_user(request.user).filter(pk=pk)
    # ok: rows-without-their-user
    get_object_or_404(Price, account=account, pk=pk)


def pages(name):
    # ruleid: unescaped-html
    mark_safe(f"<b>{name}</b>")
    # ruleid: unescaped-html
    format_html(f"<b>{name}</b>")
    # ok: unescaped-html
    format_html("<b>{}</b>", name)


def programs(name):
    # ruleid: shell
    subprocess.run(f"ls {name}", shell=True)
    # ruleid: shell
    os.system("ls " + name)
    # ok: shell
    subprocess.run(["ls", name])


def states(job):
    # ruleid: state-outside-move
    job.state = "COMPLETED"
    # ruleid: state-outside-move
    Job.objects.filter(pk=job.pk).update(state="COMPLETED")
    # ruleid: state-outside-move
    setattr(job, "state", "COMPLETED")
    # ok: state-outside-move
    job.move("RUNNING", "COMPLETED")


def data(text):
    # ruleid: code-or-objects-out-of-data
    eval(text)
    # ruleid: code-or-objects-out-of-data
    pickle.loads(text)
    # ruleid: code-or-objects-out-of-data
    yaml.load(text, Loader=None)
    # ok: code-or-objects-out-of-data
    yaml.safe_load(text)


@transaction.atomic
def decorated(gateway, job):
    job.save()
    # ruleid: call-inside-a-transaction
    gateway.create_job(job)


def inside(bucket, job):
    with transaction.atomic():
        job.save()
        # ruleid: call-inside-a-transaction
        bucket.put_object(job)
        # ruleid: call-inside-a-transaction
        gateway_for(job.account)
    # ok: call-inside-a-transaction
    bucket.head_object(job)


# ruleid: csrf-exempt
@csrf_exempt
def open_to_all(request):
    pass


def certificates(url, session, context):
    # ruleid: certificate-not-looked-at
    session.post(url, verify=False, allow_redirects=False)
    # ruleid: certificate-not-looked-at
    context.check_hostname = False
    # ok: certificate-not-looked-at
    session.post(url, verify=True, allow_redirects=False)


def guesses(share, token, digest):
    # ruleid: compared-in-more-time-for-more-right
    if share.token == token:
        pass
    # ok: compared-in-more-time-for-more-right
    if share.token == "":
        pass
