"""The command palette's answers: pages by title and English title, jobs and batches of one's own accounts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.urls import reverse

from jobs.capabilities import all_capabilities
from jobs.models import Batch, Job
from tests.factories import make_job, make_user
from tests.jobs.scene import set_scene, signed_in

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def scene():
    return set_scene()


def entries(client, name, **query):
    answer = client.get(
        reverse(name, query=query or None), headers={"Accept-Language": query.pop("lang", "en")}
    )
    assert answer.status_code == 200
    return answer.json()["entries"]


def found(client, text):
    return [title for title, *_ in entries(client, "jobs:find", q=text)]


def test_every_page_that_the_palette_names_exists(scene):
    pages = entries(scene.alice, "palette")
    for title, _also, _kind, url in pages:
        answer = scene.alice.get(url)
        assert answer.status_code in (200, 302), (title, url)
    assert {f"New job: {each.title}" for each in all_capabilities().values()} <= {each[0] for each in pages}
    assert [each for each in pages if each[0] == "Limits of studio"]


def test_pages_have_a_chinese_title_and_an_english_one(scene):
    answer = scene.alice.get(reverse("palette"), headers={"Accept-Language": "zh-CN"})
    names = {(title, also) for title, also, *_ in answer.json()["entries"]}
    assert {("看板", "Dashboard"), ("趋势", "Trends"), ("studio 的文件库", "Library of studio")} <= names


def test_a_stranger_finds_no_account_job_or_batch(scene):
    batch = Batch.objects.create(
        account=scene.account, owner=scene.owner, capability="musicBeat", label="night"
    )
    job = make_job(scene.account, source_name="night train", batch=batch)
    assert not [each for each in entries(scene.charlie, "palette") if "studio" in each[0]]
    for text in ("night", str(job.pk), str(batch.pk), job.tmp_id or "night", ""):
        assert found(scene.charlie, text) == []
        assert found(scene.bob, text), text


def test_jobs_and_batches_are_found_by_letters_and_by_id(scene):
    batch = Batch.objects.create(
        account=scene.account, owner=scene.owner, capability="musicBeat", label="Night drive"
    )
    job = make_job(scene.account, source_name="夜车", batch=batch, state=Job.State.COMPLETED, tmp_id="tmp-1")
    make_job(scene.account, source_name="other", label="a NIGHT out")
    assert found(scene.alice, "night") == ["other", "Night drive"]
    assert found(scene.alice, "夜") == ["夜车"]
    assert found(scene.alice, "tmp-1") == ["夜车"]
    assert found(scene.alice, str(batch.pk)) == ["夜车", "Night drive"]
    [entry] = entries(scene.alice, "jobs:find", q=str(job.pk))
    assert entry[3] == reverse("jobs:job_detail", args=[job.pk])
    assert entry[2].startswith("Job · Completed · ")


@pytest.mark.parametrize("text", ["\0", "x" * 121, "%", "\\", "'"])
def test_a_text_that_is_no_search_is_no_error(scene, text):
    make_job(scene.account, source_name="夜车")
    assert found(scene.alice, text) in ([], ["夜车"])


def test_the_administration_is_offered_to_those_who_may_enter():
    titles = {True: None, False: None}
    for is_staff in titles:
        titles[is_staff] = {each[0] for each in entries(signed_in(make_user(is_staff=is_staff)), "palette")}
    assert titles[True] - titles[False] == {"Administration"}


@pytest.mark.parametrize(
    ("script", "template"),
    [
        ("player/controls.js", "components/_player.html"),
        ("correct/keys.js", "jobs/_correct.html"),
    ],
)
def test_a_list_of_keys_names_each_key_that_its_script_binds_and_no_other(script, template):
    code = (ROOT / "static/js" / script).read_text(encoding="utf-8")
    table = re.search(r"const KEYS = \{(.*?)\n\};", code, re.DOTALL)
    page = (ROOT / "templates" / template).read_text(encoding="utf-8")
    rows = re.search(r"<dl[^>]* data-keys=.*?</dl>", page, re.DOTALL)
    assert table
    assert rows
    bound = re.findall(r'^  (?:"([^"]+)"|(\w+)): "', table[1], re.MULTILINE)
    # The key = is + without Shift.
    assert listed(rows[0]) == {quoted or bare for quoted, bare in bound} - {"="}


def listed(rows: str) -> set[str]:
    """The keys of a list as browsers name them, modifiers first; a modifier alone goes with the mouse."""
    names = {"←": "ArrowLeft", "→": "ArrowRight", "−": "-", "Esc": "Escape"}
    found = set()
    for row in re.findall(r"<dt>(.*?)</dt>", rows):
        held = ""
        for key in re.findall(r"<kbd>(.*?)</kbd>", row):
            name = names.get(key, " " if "Space" in key else key)
            if name in ("Ctrl", "Shift"):
                held += f"{name}+"
            else:
                found.add(held + (name.lower() if len(name) == 1 else name))
    return found
