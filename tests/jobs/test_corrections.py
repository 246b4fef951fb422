"""People correct the beats of a job: versions with an author, the original kept, what stands goes out."""

from __future__ import annotations

import csv
import io
import zipfile
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections
from django.urls import reverse
from django.utils import translation

from jobs import batch_zip, corrections
from jobs.capabilities.reading.times import MOST_MARKERS
from jobs.comparing import Changes, changes_between, in_words
from jobs.engine import collecting
from jobs.export_form import BatchExportForm
from jobs.models import Batch, Correction, Job, remove
from jobs.results import Fact, Marker, Region, Result
from tests.factories import make_account, make_job, make_user
from tests.jobs.scene import Scene, set_scene

pytestmark = pytest.mark.django_db

BEATS = tuple(
    Marker(time=0.5 * n, strength=0.2 + 0.1 * (n % 4), downbeat=n % 4 == 1, label="drop" if n == 9 else "")
    for n in range(1, 13)
)
FOUND = Result(
    facts=(Fact(key="tempo", label="Tempo (BPM)", value=119.9), Fact(key="beats", label="Beats", value=12)),
    markers=BEATS,
    regions=(Region(start=1.0, end=3.0, label="chorus"),),
    values={"loudness": -7},
)


@pytest.fixture
def scene() -> Scene:
    return set_scene()


def corrected(account: Any, **fields: Any) -> Job:
    """A finished job with a dozen beats."""
    return make_job(account, state=Job.State.COMPLETED, result=FOUND.to_json(), **fields)


def moved(*, by: float) -> tuple[Marker, ...]:
    return tuple(Marker(**{**each.__dict__, "time": round(each.time + by, 6)}) for each in BEATS)


def times(result: Result) -> list[float]:
    return [marker.time for marker in result.markers]


def test_without_a_correction_the_original_stands(scene: Scene) -> None:
    assert corrections.current(corrected(scene.account)) == FOUND


def test_a_version_stands_beside_the_original_and_keeps_what_is_no_beat(scene: Scene) -> None:
    job = corrected(scene.account)
    saved = corrections.save(job, scene.owner, BEATS[1:], base=0, note="a cough, no beat")
    stands = corrections.current(job)
    assert stands.markers == BEATS[1:]
    assert (stands.regions, stands.values) == (FOUND.regions, FOUND.values)
    assert corrections.original(job) == corrections.result_of(job, 0) == FOUND
    assert (saved.number, saved.base, saved.author, saved.note) == (1, 0, scene.owner, "a cough, no beat")
    assert Changes.from_json(saved.changes) == Changes(removed=1)
    job.refresh_from_db()
    assert Result.from_json(job.result or {}) == FOUND


def test_numbers_above_the_beats_follow_the_beats(scene: Scene) -> None:
    job = corrected(scene.account)
    corrections.save(job, scene.owner, moved(by=0.02), base=0)
    facts = {fact.key: fact.value for fact in corrections.current(job).facts}
    assert facts == {"tempo": 119.9, "beats": 12, "downbeats": 3}, "the beats still bear TMP's tempo out"
    corrections.save(job, scene.owner, BEATS[::2], base=1)
    facts = {fact.key: fact.value for fact in corrections.current(job).facts}
    assert facts == {"tempo": 60.0, "beats": 6, "downbeats": 3}


def test_beats_typed_where_none_were_found_take_the_note_away(scene: Scene) -> None:
    job = make_job(scene.account, state=Job.State.COMPLETED, result={"note": "no_times"})
    corrections.save(job, scene.owner, BEATS, base=0)
    stands = corrections.current(job)
    assert (stands.note, stands.tempo) == ("", 120.0)


def test_any_version_can_be_chosen_again_and_that_is_a_step_too(scene: Scene) -> None:
    job = corrected(scene.account)
    corrections.save(job, scene.owner, BEATS[1:], base=0)
    corrections.save(job, scene.owner, BEATS[2:], base=1)
    other = make_user()
    back = corrections.choose(job, other, 0, base=2)
    assert (back.number, back.shown, back.author_name) == (3, 0, other.username)
    assert corrections.current(job) == FOUND
    corrections.choose(job, other, 1, base=3)
    assert corrections.current(job).markers == BEATS[1:]
    # A step that was a return is the version that it returned to.
    assert corrections.result_of(job, 4).markers == BEATS[1:]
    assert corrections.choose(job, other, 3, base=4).shown == 0
    latest = corrections.save(job, scene.owner, BEATS[3:], base=5)
    assert (latest.number, latest.base) == (6, 0)
    with pytest.raises(Correction.DoesNotExist):
        corrections.choose(job, other, 77, base=6)
    with translation.override("en"), pytest.raises(ValidationError, match="in use already"):
        corrections.choose(job, other, 6, base=6)


def test_who_knows_an_older_step_saves_nothing_over_a_newer_one(scene: Scene) -> None:
    job = corrected(scene.account)
    first = corrections.save(job, scene.owner, BEATS[1:], base=0)
    with pytest.raises(corrections.Stale) as stale:
        corrections.save(job, make_user(), BEATS[2:], base=0)
    assert stale.value.newest == first
    with pytest.raises(corrections.Stale):
        corrections.choose(job, make_user(), 1, base=0)
    with translation.override("en"), pytest.raises(ValidationError, match="no version 9"):
        corrections.save(job, scene.owner, BEATS[2:], base=9)
    assert corrections.current(job).markers == BEATS[1:]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="threads share the database in memory")
@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_save_at_the_same_moment_one_wins_and_the_other_is_told(alice: Any) -> None:
    job = corrected(make_account(alice))
    start, fates = Barrier(2), []

    def save(skipped: int) -> None:
        try:
            start.wait(10)
            corrections.save(job, alice, BEATS[skipped:], base=0)
            fates.append("saved")
        except corrections.Stale as stale:
            fates.append(f"behind {stale.newest.number}")
        finally:
            connections.close_all()

    people = [Thread(target=save, args=(skipped,)) for skipped in (1, 2)]
    for each in people:
        each.start()
    for each in people:
        each.join(30)
    assert sorted(fates) == ["behind 1", "saved"]
    assert Correction.objects.count() == 1


@pytest.mark.parametrize(
    ("markers", "words"),
    [
        ([], "at least one beat"),
        ([Marker(time=float("nan"))], "outside of the song"),
        ([Marker(time=float("inf"))], "outside of the song"),
        ([Marker(time=-0.001)], "outside of the song"),
        ([Marker(time=8.001)], "ends at 8.000 s"),
        ([Marker(time=1.0), Marker(time=1.00004)], "Beat 2, at 1.00004 s, does not come after"),
        ([Marker(time=2.0), Marker(time=1.0)], "does not come after"),
        ([Marker(time=1.0, label="x" * 81)], "longer than 80"),
        ([Marker(time=1.0, strength=1.5)], "not between 0 and 1"),
        ([Marker(time=1.0, strength=float("nan"))], "not between 0 and 1"),
        ([Marker(time=0.0001 * n) for n in range(MOST_MARKERS + 1)], "at most 50000 beats; these are 50001"),
        (list(BEATS), "Nothing was changed"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_beats_that_make_no_sense_are_refused_in_words(scene: Scene, markers: Any, words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        corrections.save(corrected(scene.account), scene.owner, markers, base=0)
    with translation.override("en"):
        assert words in " ".join(refused.value.messages)
    assert not Correction.objects.exists()


def test_a_beat_that_tmp_heard_behind_the_end_may_stay(scene: Scene) -> None:
    late = Result(markers=(*BEATS, Marker(time=8.4)))
    job = make_job(scene.account, state=Job.State.COMPLETED, result=late.to_json())
    corrections.save(job, scene.owner, late.markers[1:], base=0)
    assert times(corrections.current(job))[-1] == 8.4


def test_labels_lose_what_no_database_keeps(scene: Scene) -> None:
    job = corrected(scene.account)
    corrections.save(job, scene.owner, [Marker(time=1.0, label=" a\x00b ")], base=0)
    assert "\x00" not in corrections.current(job).markers[0].label


def test_a_new_reading_of_the_answer_leaves_corrections_standing(scene: Scene) -> None:
    answer = {
        "id": "t",
        "state": 3,
        "outputs": [{"smartContentResult": {"musicBeat": {"beats": [0.7, 1.3]}}}],
    }
    job = corrected(scene.account, raw_answer=answer)
    saved = corrections.save(job, scene.owner, BEATS[1:], base=0)
    assert collecting.read_again(job)
    assert times(corrections.original(job)) == [0.7, 1.3]
    assert corrections.current(job).markers == BEATS[1:]
    assert saved.original != corrections.digest(corrections.original(job)), "the page can say so"


def test_deleting_a_job_deletes_its_versions(scene: Scene) -> None:
    job = corrected(scene.account)
    corrections.save(job, scene.owner, BEATS[1:], base=0)
    assert remove(Job.objects.filter(pk=job.pk)) == 1
    assert not Correction.objects.exists()


def test_a_version_outlives_its_author(scene: Scene) -> None:
    job, author = corrected(scene.account), make_user(username="wei")
    corrections.save(job, author, BEATS[1:], base=0)
    author.delete()
    assert corrections.newest(job).author_name == "wei"  # type: ignore[union-attr]
    assert corrections.current(job).markers == BEATS[1:]


def test_many_jobs_cost_two_queries(scene: Scene, django_assert_num_queries: Any) -> None:
    jobs = [corrected(scene.account) for _ in range(6)]
    for job in jobs[:3]:
        corrections.save(job, scene.owner, BEATS[1:], base=0)
    corrections.choose(jobs[0], scene.owner, 0, base=1)
    with django_assert_num_queries(2):
        results = corrections.currents(jobs)
    assert [len(results[job.pk].markers) for job in jobs] == [12, 11, 11, 12, 12, 12]


def exported(scene: Scene, job: Job, query: str = "") -> list[str]:
    page = scene.alice.get(reverse("jobs:job_export", args=[job.pk, "csv"]) + query)
    assert page.status_code == 200
    rows = csv.DictReader(io.StringIO(page.getvalue().decode("utf-8-sig")))
    return [row["time_s"] for row in rows if row["kind"] == "beat"]


def test_exports_have_the_version_that_stands_or_the_one_asked_for(scene: Scene) -> None:
    job = corrected(scene.account)
    corrections.save(job, scene.owner, moved(by=0.0123), base=0)
    assert exported(scene, job)[0] == exported(scene, job, "?version=1")[0] == "0.512300"
    assert exported(scene, job, "?version=0")[0] == "0.500000"
    for wrong in ("2", "-1", "x", "", "١", "9" * 40):
        address = reverse("jobs:job_export", args=[job.pk, "csv"])
        assert scene.alice.get(address, {"version": wrong}).status_code == 404


def test_a_batchs_zip_has_the_versions_that_stand(scene: Scene) -> None:
    batch = Batch.objects.create(account=scene.account, owner=scene.owner, capability="musicBeat")
    jobs = [corrected(scene.account, batch=batch, position=position) for position in (1, 2)]
    corrections.save(jobs[0], scene.owner, BEATS[::2], base=0)
    wish = BatchExportForm({"format": ["csv"]})
    assert wish.is_valid()
    archive = zipfile.ZipFile(io.BytesIO(b"".join(batch_zip.stream(batch, wish))))
    index = list(csv.DictReader(io.StringIO(archive.read("index.csv").decode("utf-8-sig"))))
    assert [row["tempo"] for row in index] == ["60.0", "119.9"]
    lines = [archive.read(row["files"]).decode().count(",beat,") for row in index]
    assert lines == [6, 12]


@pytest.mark.parametrize(
    ("after", "changes", "words"),
    [
        (BEATS, Changes(), ""),
        (moved(by=0.02), Changes(moved=12, shift=0.02), "all moved by +20 ms"),
        (moved(by=-0.1), Changes(moved=12, shift=-0.1), "all moved by −100 ms"),
        (BEATS[::2], Changes(removed=6), "6 deleted"),
        ((*BEATS[:5], Marker(time=2.75), *BEATS[5:]), Changes(added=1), "1 added"),
        ((Marker(time=0.51), *BEATS[1:]), Changes(moved=1), "1 moved"),
        (
            (Marker(time=0.51), *BEATS[1:-1], Marker(time=6.3), Marker(time=6.6)),
            Changes(moved=1, added=2, removed=1),
            "1 moved, 2 added, 1 deleted",
        ),
        ((Marker(time=0.5), *BEATS[1:]), Changes(marked=1), "1 marked anew"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_a_version_changed_is_said_in_numbers(after: Any, changes: Changes, words: str) -> None:
    found = changes_between(BEATS, after)
    assert found == changes
    with translation.override("en"):
        assert in_words(found) == words
    assert Changes.from_json(found.to_json()) == found
