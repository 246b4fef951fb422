"""The page of one job: while it moves, when it failed, and when it is done."""

from __future__ import annotations

import html
import json
import re

import pytest
from django.urls import reverse

from jobs.models import Attempt, GatewayExchange, Job, JobEvent
from tests.factories import make_job
from tests.jobs.scene import RESULT, set_scene

pytestmark = pytest.mark.django_db
State = Job.State
HTMX = {"HX-Request": "true"}


@pytest.fixture
def scene():
    return set_scene()


def address(job, name="job_detail"):
    return reverse(f"jobs:{name}", args=[job.pk])


def finished(scene, **fields):
    answer = {"id": "tmp-1", "state": 3, "outputs": []}
    result = RESULT | fields.pop("result", {})
    return make_job(scene.account, state=State.COMPLETED, result=result, raw_answer=answer, **fields)


def test_the_state_is_the_first_thing_the_page_says(scene):
    page = scene.alice.get(address(make_job(scene.account))).text
    assert re.search(r'data-state="([A-Z_]+)"', page)[1] == "QUEUED"
    assert "The job waits for a worker." in page


@pytest.mark.parametrize(
    ("state", "trigger"), [(State.PROCESSING, "every 1s"), (State.UNSURE, "every 10s"), (State.ERROR, None)]
)
def test_the_page_asks_for_itself_until_the_job_is_final(scene, state, trigger):
    page = scene.alice.get(address(make_job(scene.account, state=state))).text
    found = re.search(r'hx-trigger="(every \d+s), seen"', page)
    assert (found and found[1]) == trigger


def test_htmx_gets_the_live_part_and_nothing_while_nothing_changes(scene):
    job = make_job(scene.account)
    first = scene.alice.get(address(job), headers=HTMX)
    assert "<html" not in first.text
    known = json.loads(html.unescape(re.search(r'hx-headers="([^"]*If-None[^"]*)"', first.text)[1]))
    assert scene.alice.get(address(job), headers=HTMX | known).status_code == 304
    assert job.move(State.QUEUED, State.SUBMITTING, note="taken")
    changed = scene.alice.get(address(job), headers=HTMX | known)
    assert changed.status_code == 200
    assert "A worker took the job and calls TMP." in changed.text


def test_what_was_said_to_tmp_is_fetched_anew_when_the_job_moves(scene):
    job = make_job(scene.account, state=State.UNSURE)
    said = re.search(r'<section[^>]*id="exchanges"[^>]*>', scene.alice.get(address(job)).text)[0]
    assert f'hx-get="{reverse("jobs:job_exchanges", args=[job.pk])}"' in said
    trigger = scene.alice.get(address(job), headers=HTMX)["HX-Trigger"]
    assert f'hx-trigger="{trigger} from:body"' in said


def test_a_job_that_ends_makes_the_browser_load_its_result(scene):
    assert scene.alice.get(address(finished(scene)), headers=HTMX)["HX-Refresh"] == "true"


def test_the_timeline_tells_every_step_in_words(scene):
    job = make_job(scene.account)
    job.move(State.QUEUED, State.SUBMITTING, note="taken")
    job.move(State.SUBMITTING, State.SUBMITTED, note="accepted")
    job.move(State.SUBMITTED, State.PROCESSING)
    page = scene.alice.get(address(job)).text
    told = re.findall(r'class="timeline__detail">([^<]+)<', page)
    assert told == [
        "The job was created.",
        "A worker took the job and calls TMP.",
        "TMP accepted the job.",
        "TMP has begun.",
    ]


def test_a_failure_is_said_in_plain_words_in_tmps_words_and_with_its_id(scene):
    job = make_job(
        scene.account,
        state=State.ERROR,
        failed_in="submit",
        error_kind="Refused",
        error_words="<b>no such input</b>",
    )
    said = {"error": "Refused", "http_state": 400, "request_id": "req-9", "request": {}, "answer": "{}"}
    GatewayExchange.objects.create(job=job, action="CreateJob", exchange=said)
    page = scene.alice.get(address(job)).text
    assert "TMP understood the call and declined it." in page
    assert "&lt;b&gt;no such input&lt;/b&gt;" in page
    assert "req-9" in page
    assert f"{reverse('jobs:job_create', args=['musicBeat'])}?from={job.pk}" in page


def test_a_machine_word_of_ours_is_not_put_into_tmps_mouth(scene):
    job = make_job(scene.account, state=State.UNSURE, error_kind="Unanswered", error_words="deadline")
    page = scene.alice.get(address(job)).text
    assert "No answer came in time." in page
    assert ">deadline<" not in page
    assert "TMP&#x27;s own words" not in page
    assert "TMP's own words" not in page


def test_what_was_said_to_tmp_is_there_and_numbered_among_the_questions(scene):
    job = make_job(scene.account, state=State.PROCESSING)
    attempt = Attempt.objects.create(job=job, number=1, destination="/output/x-1/", outcome="accepted")
    said = {
        "http_state": 200,
        "seconds": 0.25,
        "request": {"action": "GetJob"},
        "answer": '{"a": "<u>"}',
        "error": "",
    }
    GatewayExchange.objects.create(job=job, attempt=attempt, action="GetJob", number=7, exchange=said)
    for place in (address(job), address(job, "job_exchanges")):
        page = scene.alice.get(place).text
        assert "GetJob, question 7" in page
        assert "&quot;action&quot;: &quot;GetJob&quot;" in page
        assert "<u>" not in page
    assert "/output/x-1/" in scene.alice.get(address(job)).text


def test_a_result_is_facts_player_files_and_everything_else(scene):
    page = scene.alice.get(address(finished(scene, source_seconds=12.5))).text
    assert "120.0" in page
    assert 'data-bpm="120.0"' in page
    stream = reverse("library:stream", args=[scene.account.pk])
    assert f'src="{stream}?path=uploads%2Fsong.wav"' in page
    assert f"{stream}?path=output%2F1%2Fmerged.wav" in page
    assert f"{reverse('library:download', args=[scene.account.pk])}?path=output%2F1%2Fmerged.wav" in page
    assert "&quot;unknown&quot;: &quot;value&quot;" in page
    song = json.loads(re.search(r'<script id="song" type="application/json">(.*?)</script>', page)[1])
    assert song["bpm"] == 120.0
    assert [marker["time"] for marker in song["markers"]] == [0.5, 1.0]
    assert song["markers"][0]["downbeat"] is True


def test_without_scripts_the_beats_are_a_table(scene):
    page = scene.alice.get(address(finished(scene))).text
    table = re.search(r"<noscript>(.*?)</noscript>", page, re.DOTALL)[1]
    assert re.findall(r">(\d:\d\d\.\d\d\d)<", table) == ["0:00.500", "0:01.000"]


def test_a_result_from_outside_cannot_become_markup(scene):
    evil = "</script><script>alert(1)</script>"
    marker = {"time": 1.0, "label": evil, "strength": None, "downbeat": False}
    job = finished(
        scene,
        source_name=evil,
        result={
            "markers": [marker],
            "values": {evil: evil},
            "files": [{"name": evil, "path": f"output/{evil}.mp3", "kind": "audio"}],
            "facts": [{"key": "x", "label": evil, "value": evil}],
        },
    )
    assert "<script>alert" not in scene.alice.get(address(job)).text


def test_an_answer_without_beats_still_plays_and_says_so(scene):
    job = finished(scene, result={"note": "no_times", "markers": [], "facts": []})
    page = scene.alice.get(address(job)).text
    assert "the portal recognised no times in its answer" in page
    assert "data-player" in page
    assert "merged.wav" in page
    assert reverse("jobs:job_raw", args=[job.pk]) in page
    assert "/export/" not in page


def test_a_song_on_the_web_is_not_played_here(scene):
    url = "https://songs.example.com/a.mp3"
    job = finished(scene, source_kind="url", source_path="", source_url=url, result={"files": []})
    page = scene.alice.get(address(job)).text
    assert "data-player" not in page
    assert "there is nothing to play here" in page
    assert ">0:00.500<" in page
    assert f'href="{url}" rel="noreferrer noopener"' in page


def test_a_page_with_a_player_takes_styles_and_scripts_from_nowhere_else(scene):
    policy = scene.alice.get(address(finished(scene)))["Content-Security-Policy"]
    assert "style-src 'self';" in f"{policy};"
    assert "unsafe" not in policy


def test_room_is_kept_for_what_the_song_has_and_nothing_else(scene):
    markers = [{"time": 0.5 * number, "strength": None} for number in range(8)]
    page = scene.alice.get(address(finished(scene, result={"markers": markers}))).text
    hidden = dict(re.findall(r'data-player-lane="(regions|strength|tempo)"( hidden)?', page))
    assert hidden == {"regions": " hidden", "strength": " hidden", "tempo": ""}


def test_the_page_may_fetch_and_play_from_its_own_bucket(settings):
    settings.SANDBOX = {**settings.SANDBOX, "gateway": "http://127.0.0.1:9", "store": "http://127.0.0.1:9001"}
    at_sandbox, at_cos = (
        set_scene(),
        set_scene(endpoint="mediax", bucket="songs-1250000000", region="ap-beijing"),
    )
    origins = {
        at_sandbox: "http://127.0.0.1:9001",
        at_cos: "https://songs-1250000000.cos.ap-beijing.myqcloud.com",
    }
    for scene, origin in origins.items():
        policy = scene.alice.get(address(finished(scene)))["Content-Security-Policy"]
        assert f"media-src 'self' blob: {origin};" in f"{policy};"
        assert f"connect-src 'self' {origin};" in f"{policy};"


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        (State.QUEUED, {"job_cancel"}),
        (State.PROCESSING, {"job_cancel"}),
        (State.UNSURE, {"job_send_again", "job_mark_failed"}),
        (State.GAVE_UP, {"job_ask_again"}),
        (State.COMPLETED, {"job_read_again"}),
        (State.ERROR, set()),
        (State.CANCELED, set()),
    ],
)
def test_every_state_offers_what_can_be_done_and_only_to_who_may(scene, state, offered):
    job = make_job(scene.account, state=state, raw_answer={}, error_kind="Unanswered")
    names = {"job_cancel", "job_send_again", "job_mark_failed", "job_ask_again", "job_read_again"}
    page = scene.alice.get(address(job)).text
    assert {name for name in names if address(job, name) in page} == offered
    seen = scene.bob.get(address(job)).text
    assert {name for name in names if address(job, name) in seen} == set()


def test_sending_again_comes_with_its_warning(scene):
    page = scene.alice.get(address(make_job(scene.account, state=State.UNSURE, error_kind="Unanswered"))).text
    assert "may cost money again" in page


def test_every_event_has_words(scene):
    job = make_job(scene.account)
    for state in State:
        JobEvent.objects.create(job=job, to_state=state, note="a word that nobody foresaw")
    assert scene.alice.get(address(job)).status_code == 200


@pytest.mark.parametrize("name", ["job_detail", "job_exchanges", "job_raw"])
def test_a_stranger_finds_no_job(scene, name):
    job = finished(scene)
    assert scene.bob.get(address(job, name)).status_code == 200
    assert scene.charlie.get(address(job, name)).status_code == 404
    assert scene.charlie.get(address(job, name), headers=HTMX).status_code == 404
