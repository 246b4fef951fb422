"""A link to a result: for whom it opens, what it shows, how it ends, and that it gives nothing else away."""

from __future__ import annotations

import logging
import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from accounts.auditing import told
from accounts.clients import bucket_for
from accounts.managing import life
from accounts.models import AuditEntry, Membership
from jobs import corrections, sharing
from jobs.exports import all_exports
from jobs.models import Job, Share
from jobs.results import Marker
from tests.factories import SONG_BPM, SONG_SECONDS, make_job, make_membership, make_user
from tests.jobs.scene import RESULT, set_scene, signed_in
from tests.library.keys_planted import SPELLINGS, plant
from tests.songs import clicks
from tmpportal.address_secrets import Masked

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)
# Whatever of it stands on a visitor's page was given away.
CANARIES = {
    "account": "Canary & Sons",
    "bucket": "canary-bucket-1250000000",
    "path": "canaries/in/a/mine.wav",
    "destination": "/canary-output",
    "label": "canary-label",
    "tmp_id": "canary-tmp-id",
    "raw": "canary-raw-answer",
    "value": "canary-value",
}


@pytest.fixture(autouse=True)
def no_guesses_yet():
    cache.clear()


@pytest.fixture
def scene():
    return set_scene(name=CANARIES["account"], bucket=CANARIES["bucket"])


@pytest.fixture
def job(scene):
    file = {"name": "mergeFileName", "path": f"{CANARIES['path']}.merged.wav", "kind": "audio"}
    return make_job(
        scene.account,
        state=Job.State.COMPLETED,
        source_name="夜曲.wav",
        source_path=CANARIES["path"],
        destination=CANARIES["destination"],
        label=CANARIES["label"],
        tmp_id=CANARIES["tmp_id"],
        raw_answer={"requestId": CANARIES["raw"]},
        result=RESULT | {"files": [file], "values": {"unknown": CANARIES["value"]}},
    )


def visitor(language="en"):
    return Client(headers={"Accept-Language": language})


def at(token, what="shared", *more):
    return reverse(f"jobs:{what}", args=[token, *more])


def made(job, **fields):
    return sharing.make(job, by=job.owner, lasts=WEEK, **fields)


def page_of(job, name="job_shares", *more):
    return reverse(f"jobs:{name}", args=[job.pk, *more])


def content_of(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_the_link_is_told_once_and_opens_without_signing_in(scene, job):
    answer = scene.alice.post(page_of(job), {"for_whom": "the band", "lasts": "1d", "with_audio": "on"})
    link = re.search(r'value="http://testserver(/s/[^"]+/)"', answer.text)[1]
    assert "no-store" in answer["Cache-Control"]
    share = Share.objects.get()
    assert (share.for_whom, share.with_audio, share.with_exports) == ("the band", True, False)
    assert share.expires_at - share.made_at == pytest.approx(timedelta(days=1), abs=timedelta(seconds=5))
    page = visitor().get(link)
    assert page.status_code == 200
    assert "夜曲.wav" in page.text
    again = scene.alice.get(page_of(job)).text + scene.alice.get(page_of(job, "job_detail")).text
    assert link not in again
    assert "the band" in again
    assert "opened once" in again


def test_a_week_and_no_audio_are_what_a_link_has_unless_told_otherwise(scene, job):
    page = scene.alice.get(page_of(job)).text
    assert re.search(r'<option value="7d" selected', page)
    assert re.search(r'name="with_exports"[^>]*checked', page)
    assert not re.search(r'name="with_audio"[^>]*checked', page)


def test_only_a_hash_of_an_unguessable_token_is_kept(job):
    tokens = {made(job)[1] for _ in range(20)}
    assert len(tokens) == 20
    assert all(len(token.partition(".")[0]) >= 32 for token in tokens)
    kept = str(list(Share.objects.values()))
    assert not any(part in kept for token in tokens for part in token.split("."))


@pytest.mark.parametrize(
    ("who", "expected"), [("bob", 403), ("charlie", 404)], ids=["a viewer", "a stranger"]
)
def test_links_are_made_and_revoked_only_by_those_who_may_change_the_job(scene, job, who, expected):
    share, token = made(job)
    client = getattr(scene, who)
    assert client.get(page_of(job)).status_code == expected
    assert client.post(page_of(job), {"lasts": "7d"}).status_code == expected
    assert client.post(page_of(job, "share_revoke", share.pk)).status_code == expected
    assert Share.objects.count() == 1
    assert visitor().get(at(token)).status_code == 200


def test_a_viewer_does_not_see_who_has_links(scene, job):
    made(job, for_whom="the label's lawyer")
    assert "the label&#x27;s lawyer" in scene.alice.get(page_of(job, "job_detail")).text
    page = scene.bob.get(page_of(job, "job_detail")).text
    assert "lawyer" not in page
    assert 'id="shares"' not in page


def test_a_link_of_another_job_is_not_revoked_by_this_ones_address(scene, job):
    other = make_job(scene.account, state=Job.State.COMPLETED, result=RESULT)
    share, _token = made(other)
    assert scene.alice.post(page_of(job, "share_revoke", share.pk)).status_code == 404
    assert Share.objects.open().exists()


def revoked(share):
    sharing.revoke(share, by=share.by)


def expired(share):
    Share.objects.filter(pk=share.pk).update(expires_at=Now())


def deleted(share):
    share.job.delete()


def disabled(share):
    life.disable(share.job.account, by=share.by)


def let_go(share):
    Membership.objects.filter(user=share.by).delete()


def made_a_viewer(share):
    Membership.objects.filter(user=share.by).update(role=Membership.Role.VIEWER)


def locked_out(share):
    share.by.is_active = False
    share.by.save()


def person_deleted(share):
    share.by.delete()


def account_deleted(share):
    life.delete(share.job.account, by=share.by)


ENDS = [
    revoked,
    expired,
    deleted,
    disabled,
    let_go,
    made_a_viewer,
    locked_out,
    person_deleted,
    account_deleted,
]


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
def test_every_end_of_a_link_looks_like_a_link_that_never_was(scene, job, end):
    colleague = make_user()
    make_membership(scene.account, colleague, Membership.Role.SUBMITTER)
    share, token = sharing.make(job, by=colleague, lasts=WEEK, with_audio=True)
    assert visitor().get(at(token)).status_code == 200
    end(share)
    never = visitor().get(at("x" * 76))
    places = [at(token), at(token, "shared_audio", 0), at(token, "shared_export", "csv")]
    for place in places:
        answer = visitor().get(place)
        assert (answer.status_code, answer.text) == (404, never.text)
        assert "It has expired or was withdrawn" in answer.text


def test_a_disabled_account_makes_no_links(scene, job):
    life.disable(scene.account, by=scene.owner)
    answer = scene.alice.post(page_of(job), {"lasts": "7d", "for_whom": "the band"})
    assert answer.status_code == 422
    assert "The account is disabled: its results are not shared." in answer.text
    assert 'value="the band"' in answer.text
    assert not Share.objects.exists()


def test_a_job_without_a_result_is_not_shared(scene):
    assert scene.alice.post(page_of(make_job(scene.account)), {"lasts": "7d"}).status_code == 404


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_visitors_page_gives_nothing_else_away(scene, job, language):
    share, token = made(job, with_audio=True, with_exports=True, for_whom="canary-visitor")
    answers = [visitor(language).get(at(token)), visitor(language).get(at("x" * 76))]
    answers += [visitor(language).get(at(token, "shared_export", key)) for key in all_exports()]
    # Neither the bucket nor the sandbox's gateway can be asked here: the worst words are heard.
    answers.append(visitor(language).get(at(token, "shared_audio", 0)))
    secrets = {**CANARIES, "person": scene.owner.get_username(), "for_whom": share.for_whom}
    secrets |= {"job": str(job.pk), "account id": str(scene.account.pk), "share": str(share.pk)}
    for answer in answers:
        assert answer.status_code in (200, 404, 502)
        given = content_of(answer).decode("utf-8", "replace") + str(answer.headers)
        assert [name for name, value in secrets.items() if value in given] == []
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert not answer.cookies
    page = answers[0].text
    assert set(re.findall(r'(?:href|src|action|hx-\w+)="(/[^"]*)"', page)) <= {
        *re.findall(r'"(/static/[^"]*)"', page),
        *(at(token, "shared_export", key) for key in all_exports()),
        *(at(token, "shared_audio", number) for number in (0, 1)),
    }
    assert "<form" not in page


def test_a_visitor_reads_the_beats_that_stand_in_the_language_of_the_browser(scene, job):
    _share, token = made(job)
    assert "Beats" in visitor("en").get(at(token)).text
    assert 'lang="zh-hans"' in visitor("zh-CN").get(at(token)).text
    assert 'lang="zh-hans"' in visitor("en").get(at(token) + "?language=zh-hans").text
    corrections.save(job, scene.owner, [Marker(time=0.625), Marker(time=1.375)], base=0)
    assert "0:01.375" in visitor().get(at(token)).text
    beats = content_of(visitor().get(at(token, "shared_export", "csv"))).decode()
    assert "0.625" in beats


def test_a_link_allows_no_more_than_it_was_made_for(scene, job):
    _share, token = made(job, with_audio=False, with_exports=False)
    page = visitor().get(at(token)).text
    assert "<audio" not in page
    assert "/export/" not in page
    assert visitor().get(at(token, "shared_audio", 0)).status_code == 404
    assert visitor().get(at(token, "shared_export", "csv")).status_code == 404


def test_an_export_with_odd_times_is_refused_in_words(job):
    _share, token = made(job)
    answer = visitor().get(at(token, "shared_export", "fcpxml") + "?offset=soon")
    assert answer.status_code == 400
    assert answer.text == "Write the offset in seconds, for example 0.5 or -1.25."


def test_a_visitors_page_takes_no_form(job):
    _share, token = made(job)
    assert visitor().post(at(token)).status_code == 405
    assert signed_in(job.owner).post(at(token)).status_code == 405


def test_guesses_are_slowed_down_and_hinder_nobody_who_has_a_link(job):
    share, token = made(job)
    guesser = visitor()
    states = [guesser.get(at(f"{number:076}")).status_code for number in range(25)]
    assert states == [404] * 20 + [429] * 5
    assert guesser.get(at(token)).status_code == 200
    revoked(share)
    assert guesser.get(at(token)).status_code == 404


@pytest.mark.parametrize("cut", [slice(0, -1), slice(1, None), slice(0, 32)])
def test_a_token_with_a_part_missing_opens_nothing_and_asks_no_database(job, cut, django_assert_num_queries):
    _share, token = made(job)
    with django_assert_num_queries(0):
        assert sharing.find(token[cut]) is None


def test_openings_are_counted_and_looks_by_machines_at_the_head_are_not(job):
    share, token = made(job)
    visitor().head(at(token))
    for _ in range(3):
        visitor().get(at(token))
    share.refresh_from_db()
    assert share.opened == 3
    assert share.opened_at is not None


def test_making_and_revoking_stand_on_the_audit_log(scene, job):
    scene.alice.post(page_of(job), {"for_whom": "the band", "lasts": "7d", "with_audio": "on"})
    share = Share.objects.get()
    for _ in range(2):
        scene.alice.post(page_of(job, "share_revoke", share.pk), follow=True)
    entries = AuditEntry.objects.filter(deed__startswith="link").order_by("at")
    assert [entry.deed for entry in entries] == ["link_made", "link_revoked"]
    assert {entry.user_name for entry in entries} == {scene.owner.get_username()}
    assert "夜曲.wav" in told(entries[0])
    assert "result, audio" in told(entries[0])


def test_a_token_reaches_no_log(scene, job, caplog):
    share, token = made(job, with_audio=True)
    revoked(share)
    caplog.handler.addFilter(Masked())
    with caplog.at_level(logging.DEBUG):
        visitor().get(at(token))
        visitor().get(at(token, "shared_audio", 0))
        logging.getLogger("gunicorn.error").error("Error handling request %s", at(token, "shared_audio", 0))
        logging.getLogger("django.server").info('"%s" %s', f"GET {at(token)} HTTP/1.1", 200)
    assert "/s/***" in caplog.text
    assert token not in caplog.text


def test_gunicorns_own_log_goes_through_the_same_sieve():
    from tmpportal import wsgi  # noqa: F401

    assert any(isinstance(each, Masked) for each in logging.getLogger("gunicorn.error").filters)


class TestAudio:
    """Over the running sandbox, whose bucket has the bytes."""

    @pytest.fixture
    def scene(self, at_sandbox):
        return set_scene(at_sandbox)

    def shared(self, scene, path):
        job = make_job(
            scene.account,
            state=Job.State.COMPLETED,
            source_path=path,
            result=RESULT | {"files": []},
        )
        return made(job, with_audio=True)[1]

    def test_a_visitor_hears_the_song_and_any_part_of_it(self, scene):
        song = clicks(SONG_SECONDS, SONG_BPM)
        token = self.shared(scene, plant(scene.account, song, "song.wav"))
        whole = visitor().get(at(token, "shared_audio", 0))
        assert (whole.status_code, whole["Content-Type"], content_of(whole)) == (200, "audio/wav", song)
        part = visitor().get(at(token, "shared_audio", 0), headers={"Range": "bytes=4-7"})
        assert (part.status_code, content_of(part)) == (206, song[4:8])
        assert part["Cache-Control"] == "private, no-store"
        assert visitor().get(at(token, "shared_audio", 1)).status_code == 404

    @pytest.mark.parametrize(("name", "state"), [("song.wav", 502), ("song.txt", 404)])
    def test_a_file_with_a_stored_secret_is_never_shared(self, scene, name, state):
        content = SPELLINGS["plain"](scene.account.gateway_secret_key)
        token = self.shared(scene, plant(scene.account, content, name))
        answer = visitor().get(at(token, "shared_audio", 0))
        assert answer.status_code == state
        assert b"key:" not in content_of(answer)

    def test_a_song_that_is_gone_says_so_without_naming_its_place(self, scene):
        path = plant(scene.account, clicks(SONG_SECONDS, SONG_BPM), "song.wav")
        bucket_for(scene.account).delete(path)
        answer = visitor().get(at(self.shared(scene, path), "shared_audio", 0))
        assert (answer.status_code, answer.text) == (502, "The audio cannot be had just now.")
