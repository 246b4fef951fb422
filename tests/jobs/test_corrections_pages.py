"""The pages on which people correct beats: as text, by versions, and never more than they may."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from jobs import corrections
from jobs.capabilities.reading.times import MOST_MARKERS
from jobs.correcting_form import CorrectionForm, lines_of
from jobs.models import Correction, Job
from jobs.results import Marker
from tests.factories import make_job, make_membership, make_user
from tests.jobs.scene import Scene, set_scene, signed_in
from tests.jobs.test_corrections import BEATS, FOUND, corrected, times

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return set_scene()


@pytest.fixture
def job(scene: Scene) -> Job:
    return corrected(scene.account)


def at(job: Job, name: str = "job_correct") -> str:
    return reverse(f"jobs:{name}", args=[job.pk])


def send(scene: Scene, job: Job, beats: str, *, base: Any = 0, **fields: Any) -> Any:
    return scene.alice.post(at(job), {"beats": beats, "base": base, **fields})


def test_the_text_page_shows_the_beats_that_stand_and_saves_what_becomes_of_them(
    scene: Scene, job: Job
) -> None:
    page = scene.alice.get(at(job)).text
    assert "0.500000, *, 0.3000" in page
    assert "4.500000, *, 0.3000, drop" in page
    answer = send(scene, job, "0.51, *\n0:01.25\n\n1:02.5\n".replace("1:02.5", "0:02.5"), note="by ear")
    assert answer.status_code == 302
    stands = corrections.current(job).markers
    assert stands == (Marker(time=0.51, downbeat=True), Marker(time=1.25), Marker(time=2.5))
    page = scene.alice.get(at(job, "job_detail")).text
    assert "by ear" in page
    assert scene.owner.username in page
    assert "Saved as version 1" in page


def test_lines_say_all_that_a_beat_is() -> None:
    form = CorrectionForm({"beats": lines_of(BEATS), "base": "0"})
    assert form.is_valid(), form.errors
    kept = form.cleaned_data["beats"]
    assert [(each.time, each.downbeat, each.label) for each in kept] == [
        (each.time, each.downbeat, each.label) for each in BEATS
    ]
    assert [each.strength for each in kept] == pytest.approx([each.strength for each in BEATS])


@pytest.mark.parametrize(
    ("line", "marker"),
    [
        ("12.5", Marker(time=12.5)),
        (".5,1", Marker(time=0.5, downbeat=True)),
        ("1:02.25;x;;intro", Marker(time=62.25, downbeat=True, label="intro")),
        ("1:00:01\t\t0.5\ta, b", Marker(time=3601, strength=0.5, label="a, b")),
        ("１２．５，重拍，，副歌", Marker(time=12.5, downbeat=True, label="副歌")),
        ("3, , , a, b", Marker(time=3, label="a, b")),
    ],
)
def test_a_line_is_read_as_people_write_it(line: str, marker: Marker) -> None:
    form = CorrectionForm({"beats": line, "base": "0"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["beats"] == (marker,)


@pytest.mark.parametrize(
    ("beats", "words"),
    [
        ("", "at least one beat"),
        ("\n \n", "at least one beat"),
        ("0.5\nhello", "Line 2 cannot be read: “hello”"),
        ('[{"time": 1.0}', "Line 1 cannot be read"),
        ("0.5, perhaps", "Line 1 cannot be read"),
        ("0.5, *, strong", "Line 1 cannot be read"),
        ("nan", "cannot be read"),
        ("-1", "cannot be read"),
        ("1e3", "cannot be read"),
        ("2\n1", "Beat 2, at 1 s, does not come after"),
        ("99", "outside of the song"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("x" * 100_000, "cannot be read"),
    ],
    ids=lambda value: value[:20],
)
def test_what_makes_no_beats_is_refused_in_words_and_stays_on_the_page(
    scene: Scene, job: Job, beats: str, words: str
) -> None:
    answer = send(scene, job, beats, note="mine")
    assert answer.status_code == 422
    assert words in answer.text
    assert "<script>alert" not in answer.text
    assert answer.context["form"]["beats"].value() == beats
    assert 'value="mine"' in answer.text
    assert not Correction.objects.exists()


@pytest.mark.parametrize("base", ["", "x", "-1", "1", "999999999999999999999"])
def test_a_base_that_never_was_is_refused(scene: Scene, job: Job, base: str) -> None:
    assert send(scene, job, "1.0", base=base).status_code == 422
    assert not Correction.objects.exists()


def test_a_million_beats_are_refused_in_words_before_they_are_read(scene: Scene, job: Job) -> None:
    answer = send(scene, job, "\n".join(f"{n / 100:g}" for n in range(1_000_000)))
    assert answer.status_code == 422
    assert f"at most {MOST_MARKERS} beats; these are 1000000" in answer.text
    assert not Correction.objects.exists()


def test_as_many_beats_as_the_portal_reads_can_be_saved(scene: Scene, job: Job) -> None:
    lines = "\n".join(f"{n * 0.00015:.6f}" for n in range(MOST_MARKERS))
    assert send(scene, job, lines).status_code == 302
    assert len(corrections.current(job).markers) == MOST_MARKERS


def test_two_tabs_lose_nothing(scene: Scene, job: Job) -> None:
    carol = make_user(username="carol")
    make_membership(scene.account, carol, "submitter")
    signed_in(carol).post(at(job), {"beats": "1.0", "base": 0})
    answer = send(scene, job, "2.0\n3.0", note="mine")
    assert answer.status_code == 409
    assert "Meanwhile carol saved version 1. Nothing of yours was saved yet." in answer.text
    assert answer.context["form"]["beats"].value() == "2.0\n3.0"
    assert 'name="base" value="1"' in answer.text
    assert times(corrections.current(job)) == [1.0]
    assert send(scene, job, "2.0\n3.0", base=1).status_code == 302
    assert times(corrections.current(job)) == [2.0, 3.0]
    assert times(corrections.result_of(job, 1)) == [1.0]


def test_the_page_shows_any_version_and_its_exports_are_of_it(scene: Scene, job: Job) -> None:
    corrections.save(job, scene.owner, BEATS[1:], base=0)
    corrections.save(job, scene.owner, BEATS[2:], base=1)
    page = scene.bob.get(at(job, "job_detail"), {"version": 1})
    assert page.context["result"].markers == BEATS[1:]
    assert page.context["original"] == [each.time for each in BEATS]
    assert 'type="hidden" name="version" value="1"' in page.text
    assert f'{reverse("jobs:job_export", args=[job.pk, "csv"])}?version=1"' in page.text
    page = scene.bob.get(at(job, "job_detail"), {"version": 0})
    assert page.context["result"] == FOUND
    assert page.context["original"] is None
    plain = scene.bob.get(at(job, "job_detail"))
    assert plain.context["result"].markers == BEATS[2:]
    assert 'name="version"' not in plain.text
    assert scene.bob.get(at(job, "job_detail"), {"version": 3}).status_code == 404


def test_a_version_is_chosen_by_a_button_and_a_late_press_changes_nothing(scene: Scene, job: Job) -> None:
    corrections.save(job, scene.owner, BEATS[1:], base=0)
    scene.alice.post(at(job, "job_choose"), {"number": 0, "base": 1})
    page = scene.alice.get(at(job, "job_detail")).text
    assert "The original is in use now." in page
    assert "Back to the original" in page
    assert corrections.current(job) == FOUND
    late = scene.alice.post(at(job, "job_choose"), {"number": 1, "base": 1}, follow=True)
    assert f"Meanwhile {scene.owner.username} saved version 2" in late.text
    assert corrections.current(job) == FOUND
    again = scene.alice.post(at(job, "job_choose"), {"number": 0, "base": 2}, follow=True)
    assert "in use already" in again.text
    for wrong in ({}, {"number": "x", "base": 2}, {"number": 9, "base": 2}, {"number": 0, "base": "-1"}):
        assert scene.alice.post(at(job, "job_choose"), wrong).status_code == 404


def test_a_viewer_looks_and_a_stranger_does_not_even_that(scene: Scene, job: Job) -> None:
    corrections.save(job, scene.owner, BEATS[1:], base=0)
    page = scene.bob.get(at(job, "job_detail")).text
    assert "1 deleted" in page
    assert at(job) not in page
    assert at(job, "job_choose") not in page
    assert scene.bob.get(at(job, "job_detail"), {"version": 0}).status_code == 200
    for name, said in (
        ("job_correct", {"beats": "1.0", "base": 1}),
        ("job_choose", {"number": 0, "base": 1}),
    ):
        assert scene.bob.post(at(job, name), said).status_code == 403
        assert scene.charlie.post(at(job, name), said).status_code == 404
    assert scene.bob.get(at(job)).status_code == 403
    assert scene.charlie.get(at(job)).status_code == 404
    assert scene.charlie.get(at(job, "job_detail"), {"version": 0}).status_code == 404
    assert scene.alice.get(at(job, "job_choose")).status_code == 405
    assert Correction.objects.count() == 1


def test_beats_of_a_song_that_cannot_be_played_here_are_corrected_as_text(scene: Scene) -> None:
    job = corrected(scene.account, source_kind="url", source_path="", source_url="https://example.com/a.mp3")
    corrections.save(job, scene.owner, BEATS[1:], base=0)
    page = scene.alice.get(at(job, "job_detail")).text
    assert "data-correct-begin" in page
    assert f'href="{at(job)}"' in page
    assert "js/correct/correct.js" not in page, "there is no picture to work on"


def test_without_a_result_there_is_nothing_to_correct(scene: Scene) -> None:
    assert scene.alice.get(at(make_job(scene.account))).status_code == 404
    assert send(scene, make_job(scene.account), "1.0").status_code == 404


def test_beats_that_another_job_lent_are_not_corrected_here(scene: Scene, job: Job) -> None:
    other = make_job(
        scene.account,
        state=Job.State.COMPLETED,
        capability="musicHighlight",
        result={"regions": [{"start": 1.0, "end": 2.0}]},
    )
    page = scene.alice.get(at(other, "job_detail"))
    assert page.context["borrowed"]
    assert at(other) not in page.text


def test_a_page_says_that_the_original_was_read_anew(scene: Scene, job: Job) -> None:
    corrections.save(job, scene.owner, BEATS[1:], base=0)
    assert "read anew" not in scene.alice.get(at(job, "job_detail")).text
    Job.objects.filter(pk=job.pk).update(result={"markers": [{"time": 3.0}]})
    page = scene.alice.get(at(job, "job_detail"))
    assert "was read anew" in page.text
    assert page.context["result"].markers == BEATS[1:]
