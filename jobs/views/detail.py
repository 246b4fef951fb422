"""One job on one page: how it came along, what was said about it, and what was found."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.views.decorators.http import condition, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.policy import allow_bucket
from jobs import corrections, sentences
from jobs.actions import Action, is_possible, possible
from jobs.advice import advise
from jobs.capabilities import writes_files
from jobs.exports import groups_for
from jobs.exports.timing import RATES
from jobs.hearing import is_called
from jobs.history import timeline
from jobs.models import Job
from jobs.runs import runs_of, sendings_of
from jobs.same_song import completed, lent, others, tempo_with
from jobs.verifying import heard_in
from jobs.views.access import job_or_404, may_change, paused_account, stopped_accounts, successor_of
from jobs.views.exchanges import exchanges_of, pretty, request_id_of
from jobs.views.playing import player_of, song_of
from jobs.views.versions import result_asked
        **(shares_of(job) if may_change(request, job) else {}),
        "values": pretty(result.values) if result.values else "",
        "exports": groups_for(result).items(),
        "rates": RATES.values(),
    }
