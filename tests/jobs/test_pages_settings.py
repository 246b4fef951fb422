"""Presets, last settings, import and export on the form of a new job: nothing typed or uploaded gets lost."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Song
from jobs import presets
from jobs.capabilities import all_capabilities
from jobs.models import Job, Plan, Preset
from tests.factories import make_user
from tests.jobs.scene import Scene, set_scene, signed_in
from tests.jobs.second_capability import add_second
from tests.songs import tone

pytestmark = pytest.mark.django_db
NEW = "/jobs/new/musicBeat/"
STEP = f"{NEW}settings/"
HTMX = {"HX-Request": "true"}
SETTINGS = {
    "params": {"outputType": 4, "splitNum": 5},
    "label": "kept",
    "destination": "/kept",
    "output_prefix": "k_",
    "timeout": 77,
}


@pytest.fixture(autouse=True)
def enqueued(monkeypatch):
    monkeypatch.setattr("jobs.tasks.enqueue", lambda job: None)


@pytest.fixture
def scene(at_sandbox) -> Scene:
    return set_scene(at_sandbox)


def typed(scene: Scene, **fields: Any) -> dict[str, Any]:
    return {
        "account": scene.account.pk,
        "idempotency_key": uuid4(),
        "source": "list",
        "lines": "songs/a.mp3\nsongs/b.mp3",
        "outputType": "3",
        "drumType": "1",
        "enlargeLevel": "6",
        "splitNum": "",
        "label": "typed",
        "destination": "/typed",
        **fields,
    }


def chosen(page: str, name: str) -> str:
    """What the form on the page holds under a name."""
    if ticked := re.search(rf'type="radio" name="{name}" value="([^"]*)"[^>]* checked', page):
        return ticked[1]
    found = re.search(rf'<input[^>]* name="{name}"[^>]*>', page)
    assert found, name
    value = re.search(r' value="([^"]*)"', found[0])
    return value[1] if value else ""


def holds(page: str) -> dict[str, str]:
    names = (
        "outputType",
        "drumType",
        "enlargeLevel",
        "splitNum",
        "label",
        "destination",
        "output_prefix",
        "timeout",
    )
    return {name: chosen(page, name) for name in names}


KEPT = {
    "outputType": "4",
    "drumType": "",
    "enlargeLevel": "",
    "splitNum": "5",
    "label": "kept",
    "destination": "/kept",
    "output_prefix": "k_",
    "timeout": "77",
}


def test_the_settings_of_the_form_are_saved_under_a_name(scene: Scene) -> None:
    answer = scene.alice.post(STEP, typed(scene, intent="save", preset_name="Trailer"))
    preset = Preset.objects.get()
    assert preset.name == "Trailer"
    assert preset.settings == {
        "params": {"outputType": 3, "drumType": 1, "enlargeLevel": 6},
        "label": "typed",
        "destination": "/typed",
        "output_prefix": "",
        "timeout": None,
    }
    assert "“Trailer” is saved." in answer.text
    assert 'aria-pressed="true"><span class="clip">Trailer' in answer.text
    # The name was taken, the rest stays.
    assert chosen(answer.text, "preset_name") == ""
    assert "songs/a.mp3\nsongs/b.mp3" in answer.text


def test_a_preset_is_used_and_the_songs_stay(scene: Scene) -> None:
    preset = presets.save(scene.owner, "musicBeat", "one", SETTINGS)
    page = scene.alice.post(STEP, typed(scene, intent=f"use:{preset.pk}")).text
    assert holds(page) == KEPT
    assert "songs/a.mp3\nsongs/b.mp3" in page
    assert '<details class="fold" open>' in page
    assert '<details class="exchange" id="more" open>' in page
    # Nobody has sent anything yet.
    assert "Choose an audio file." not in page


def test_without_scripts_a_chosen_file_is_kept_in_the_bucket_by_every_step(scene: Scene) -> None:
    file = SimpleUploadedFile("kept.wav", tone())
    page = scene.alice.post(STEP, typed(scene, intent="defaults", source="upload", file=file)).text
    song = Song.objects.get()
    assert re.search(rf'name="path" value="{song.path}" checked', page)
    assert chosen(page, "source") == "bucket"
    assert not Job.objects.exists()


def test_with_scripts_only_the_settings_are_swapped(scene: Scene) -> None:
    preset = presets.save(scene.owner, "musicBeat", "one", SETTINGS)
    answer = scene.alice.post(STEP, typed(scene, intent=f"use:{preset.pk}"), headers=HTMX)
    assert answer.headers["HX-Trigger-After-Settle"] == "job-settings"
    assert holds(answer.text) == KEPT
    assert "<html" not in answer.text
    assert 'name="source"' not in answer.text


def test_the_way_back_to_the_defaults(scene: Scene) -> None:
    page = scene.alice.post(STEP, typed(scene, intent="defaults")).text
    assert holds(page) == {
        "outputType": "3",
        "drumType": "2",
        "enlargeLevel": "3",
        "splitNum": "",
        "label": "",
        "destination": "/output/musicBeat",
        "output_prefix": "",
        "timeout": "",
    }
    assert "data-changed" not in page


def test_what_was_sent_last_is_offered_and_fills_the_form(scene: Scene) -> None:
    assert "As last time" not in scene.alice.get(NEW).text
    assert scene.alice.post(NEW, typed(scene, source="bucket", path="songs/a.mp3")).status_code == 302
    fresh = scene.alice.get(NEW).text
    assert "As last time" in fresh
    assert chosen(fresh, "enlargeLevel") == "3"
    page = scene.alice.post(STEP, typed(scene, intent="last", enlargeLevel="", label="")).text
    assert (chosen(page, "enlargeLevel"), chosen(page, "label"), chosen(page, "drumType")) == (
        "6",
        "typed",
        "1",
    )


def test_a_batch_that_is_only_looked_at_is_remembered_too(scene: Scene) -> None:
    assert scene.alice.post(NEW, typed(scene)).status_code == 302
    assert Plan.objects.count() == 1
    assert Preset.objects.get(name="").settings["label"] == "typed"


def test_the_default_preset_begins_a_new_form_but_not_a_copy(scene: Scene) -> None:
    preset = presets.save(scene.owner, "musicBeat", "mine", SETTINGS)
    page = scene.alice.post(STEP, typed(scene, intent=f"default:{preset.pk}")).text
    assert "New forms begin with “mine”." in page
    assert holds(page)["label"] == "typed"
    fresh = scene.alice.get(NEW).text
    assert holds(fresh) == KEPT
    assert "Begun with your preset “mine”." in fresh
    scene.alice.post(STEP, typed(scene, intent=f"no_default:{preset.pk}"))
    assert holds(scene.alice.get(NEW).text)["outputType"] == "3"
    assert holds(scene.alice.get(NEW, {"preset": preset.pk}).text) == KEPT
    assert scene.alice.get(NEW, {"preset": "nonsense"}).status_code == 200


def test_a_preset_is_updated_renamed_and_deleted(scene: Scene) -> None:
    preset = presets.save(scene.owner, "musicBeat", "one", SETTINGS)
    name = f"preset_name_{preset.pk}"
    scene.alice.post(STEP, typed(scene, intent=f"update:{preset.pk}"))
    preset.refresh_from_db()
    assert preset.settings["params"]["enlargeLevel"] == 6
    page = scene.alice.post(STEP, typed(scene, intent=f"rename:{preset.pk}", **{name: "two"})).text
    assert "The preset is called “two” now." in page
    page = scene.alice.post(STEP, typed(scene, intent=f"delete:{preset.pk}")).text
    assert not Preset.objects.exists()
    assert holds(page)["label"] == "typed"


def test_settings_that_are_not_in_order_are_marked_and_not_saved(scene: Scene) -> None:
    page = scene.alice.post(
        STEP, typed(scene, intent="save", preset_name="x", enlargeLevel="9", timeout="0")
    ).text
    assert not Preset.objects.exists()
    assert "Some settings are not in order yet" in page
    assert "Ensure this value is less than or equal to 6." in page
    assert (chosen(page, "preset_name"), chosen(page, "enlargeLevel"), chosen(page, "timeout")) == (
        "x",
        "9",
        "0",
    )
    assert re.search(r'<details class="exchange" id="presets" open>', page)


def test_a_name_that_is_taken_keeps_what_was_typed(scene: Scene) -> None:
    presets.save(scene.owner, "musicBeat", "one", SETTINGS)
    page = scene.alice.post(STEP, typed(scene, intent="save", preset_name="one")).text
    assert "There is a preset called “one” already." in page
    assert chosen(page, "preset_name") == "one"
    assert holds(page)["label"] == "typed"


def test_enter_in_the_name_of_a_preset_saves_it_and_sends_no_job(scene: Scene) -> None:
    form = typed(scene, source="bucket", path="songs/a.mp3")
    page = scene.alice.post(NEW, {**form, "preset_name": "by Enter"})
    assert page.status_code == 200
    preset = Preset.objects.get(name="by Enter")
    scene.alice.post(NEW, {**form, f"preset_name_{preset.pk}": "renamed"})
    preset.refresh_from_db()
    assert preset.name == "renamed"
    scene.alice.post(NEW, {**form, "settings_text": "nonsense"})
    assert not Job.objects.exists()
    # The button that creates says so itself.
    sent = scene.alice.post(NEW, {**form, "preset_name": "left over", "intent": "create"})
    assert sent.status_code == 302
    assert Job.objects.count() == 1


def test_the_presets_of_others_are_not_found(scene: Scene) -> None:
    theirs = presets.save(make_user(), "musicBeat", "theirs", SETTINGS)
    elsewhere = presets.save(scene.owner, "another", "elsewhere", SETTINGS)
    for preset in (theirs, elsewhere):
        for intent in ("use", "update", "rename", "delete", "default", "no_default"):
            answer = scene.alice.post(STEP, typed(scene, intent=f"{intent}:{preset.pk}"))
            assert answer.status_code == 404
    assert "theirs" not in scene.alice.get(NEW, {"preset": theirs.pk}).text
    for intent in ("use", "use:x", "nonsense", f"use:{'9' * 30}"):
        assert scene.alice.post(STEP, typed(scene, intent=intent)).status_code == 404
    assert set(Preset.objects.values_list("name", flat=True)) == {"theirs", "elsewhere"}


@pytest.mark.parametrize("address", [STEP, f"{NEW}settings.json"])
def test_only_who_may_send_with_the_account_handles_its_form(scene: Scene, address: str) -> None:
    form = typed(scene, intent="save", preset_name="x")
    assert scene.bob.post(address, form).status_code == 403
    assert scene.charlie.post(address, form).status_code == 404
    assert scene.alice.post(address, {**form, "account": "nonsense"}).status_code == 404
    assert scene.alice.get(address).status_code == 405
    assert not Preset.objects.exists()


def test_settings_leave_as_a_file_and_come_back_from_it(scene: Scene) -> None:
    answer = scene.alice.post(f"{NEW}settings.json", typed(scene, enlargeLevel="9", splitNum="4"))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="musicBeat-settings.json"'
    told = json.loads(answer.content)
    # What the form would refuse is not lost either.
    assert told["params"] == {"outputType": 3, "drumType": 1, "enlargeLevel": "9", "splitNum": 4}
    assert str(scene.account.content_id) not in answer.text
    file = SimpleUploadedFile("s.json", answer.content)
    page = scene.alice.post(
        STEP, typed(scene, intent="import", settings_file=file, enlargeLevel="1", label="")
    ).text
    assert holds(page) | {"enlargeLevel": "9"} == holds(page)
    assert "Ensure this value is less than or equal to 6." in page
    assert "The settings are imported." in page
    assert chosen(page, "label") == "typed"


def test_a_pasted_request_fills_the_form_and_says_what_it_left_out(scene: Scene) -> None:
    text = json.dumps(
        {
            "action": "CreateJob",
            "secretKey": "very-SECRET-key",
            "createJobRequest": {
                "inputs": [],
                "outputs": [{"smartContentDescriptor": {"musicBeat": {"outputType": 2, "beat": 1}}}],
            },
        }
    )
    page = scene.alice.post(STEP, typed(scene, intent="import", settings_text=text), headers=HTMX).text
    assert "Taken from a CreateJob." in page
    for name in ("secretKey", "inputs", "musicBeat.beat"):
        assert f'<code class="break">{name}</code>' in page
    assert "SECRET" not in page
    assert holds(page) == {
        "outputType": "2",
        "drumType": "",
        "enlargeLevel": "",
        "splitNum": "",
        # Of the label a request says nothing.
        "label": "typed",
        "destination": "",
        "output_prefix": "",
        "timeout": "",
    }


def test_a_text_without_settings_stays_but_not_the_keys_in_it(scene: Scene) -> None:
    text = '{"hello": 1, "secretKey": "very-SECRET-key"}'
    page = scene.alice.post(STEP, typed(scene, intent="import", settings_text=text), headers=HTMX).text
    assert "There are neither settings of this portal in it nor a CreateJob." in page
    assert "&quot;hello&quot;: 1" in page
    assert "SECRET" not in page
    assert holds(page)["enlargeLevel"] == "6"


def test_settings_of_another_capability_lead_to_its_form(scene: Scene, monkeypatch: Any) -> None:
    second = add_second(monkeypatch)
    text = json.dumps({"capability": "second", "params": {"volume": 7}, "label": "brought"})
    form = typed(scene, intent="import", settings_text=text)
    page = scene.alice.post(STEP, form).text
    assert "These settings are for “Second thing”" in page
    assert 'formaction="/jobs/new/second/settings/"' in page
    there = scene.alice.post("/jobs/new/second/settings/", form).text
    assert second.title in there
    assert (chosen(there, "volume"), chosen(there, "label")) == ("7", "brought")
    assert "songs/a.mp3\nsongs/b.mp3" in there
    unknown = json.dumps({"capability": "third", "params": {}})
    assert "which the portal does not know" in scene.alice.post(STEP, {**form, "settings_text": unknown}).text


def test_another_capability_is_chosen_and_the_songs_go_along(scene: Scene, monkeypatch: Any) -> None:
    add_second(monkeypatch)
    assert 'formaction="/jobs/new/second/settings/"' in scene.alice.get(NEW).text
    form = typed(scene, intent="go", destination="/output/musicBeat")
    page = scene.alice.post("/jobs/new/second/settings/", form).text
    assert "songs/a.mp3\nsongs/b.mp3" in page
    assert (chosen(page, "volume"), chosen(page, "label")) == ("5", "typed")
    assert chosen(page, "destination") == "/output/second"
    assert "errorlist" not in page


def test_a_capability_without_parameters_has_a_form_too(scene: Scene, monkeypatch: Any) -> None:
    add_second(monkeypatch, with_params=False)
    page = scene.alice.get("/jobs/new/second/").text
    assert "There is nothing to set: TMP takes the song as it is." in page
    saved = scene.alice.post("/jobs/new/second/settings/", typed(scene, intent="save", preset_name="bare"))
    assert "“bare” is saved." in saved.text
    assert "&quot;second&quot;: 2" in saved.text


def test_the_choice_of_a_capability_shows_what_each_does_and_the_persons_presets(
    scene: Scene, monkeypatch: Any
) -> None:
    add_second(monkeypatch)
    preset = presets.save(scene.owner, "second", "my second", SETTINGS)
    presets.save(make_user(), "second", "of others", SETTINGS)
    page = scene.alice.get("/jobs/new/?path=uploads/a.wav&path=b.wav").text
    for each in all_capabilities().values():
        assert str(each.summary) in page
    assert 'href="/jobs/new/second/?path=uploads/a.wav&amp;path=b.wav"' in page.replace("%2F", "/")
    assert f"preset={preset.pk}" in page
    assert "of others" not in page


def test_mistakes_are_listed_first_and_lead_to_their_fields(scene: Scene) -> None:
    form = typed(scene, lines="", enlargeLevel="9", outputType="8", timeout="0")
    answer = scene.alice.post(NEW, form)
    assert answer.status_code == 422
    summary = answer.text[answer.text.index('id="problems"') :]
    summary = summary[: summary.index("</ul>")]
    anchors = re.findall(r'href="#([\w-]+)"', summary)
    assert anchors == ["songs", "id_outputType_0", "id_enlargeLevel", "id_timeout"]
    for anchor in anchors:
        assert f'id="{anchor}"' in answer.text
    assert "4 things are not in order. Nothing was sent." in answer.text


def test_a_stranger_signed_in_gets_no_form_of_anybody(scene: Scene) -> None:
    nobody = signed_in(make_user())
    assert nobody.post(STEP, typed(scene, intent="defaults")).status_code == 404
