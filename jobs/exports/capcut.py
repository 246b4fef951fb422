"""Beats as a draft of CapCut and JianYing: a folder of two files with the song and beat points on it."""

from __future__ import annotations

import io
import json
import zipfile
from fractions import Fraction
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.utils.translation import gettext_lazy as _

from jobs.exports.base import Application, Export, Group, Song
from jobs.exports.names import stem_of
from jobs.exports.timeline import media_name, song_frames
from jobs.exports.timing import Timing
from jobs.results import Result

MILLION = 1_000_000
# What stands for the draft's own folder in paths.
HERE = "##_draftpath_placeholder_0E685133-18CE-45ED-8CB8-2904A212EC80_##"
# Kinds of material a draft has lists for, besides those that are filled.
_LISTS = (
    "ai_translates",
    "audio_balances",
    "audio_effects",
    "audio_fades",
    "audio_track_indexes",
    "canvases",
    "chromas",
    "color_curves",
    "digital_humans",
    "drafts",
    "effects",
    "flowers",
    "green_screens",
    "handwrites",
    "hsl",
    "images",
    "log_color_wheels",
    "loudnesses",
    "manual_deformations",
    "masks",
    "material_animations",
    "material_colors",
    "multi_language_refs",
    "placeholders",
    "plugin_effects",
    "primary_color_wheels",
    "realtime_denoises",
    "shapes",
    "smart_crops",
    "smart_relights",
    "sound_channel_mappings",
    "stickers",
    "tail_leaders",
    "text_templates",
    "texts",
    "time_marks",
    "transitions",
    "video_effects",
    "video_trackings",
    "videos",
    "vocal_beautifys",
    "vocal_separations",
)
_MEDIA_KINDS = (0, 1, 2, 3, 6, 7, 8)
_MUSIC_KIND = 0


class CapCutDraft(Export):
    """A zip with <song>/draft_content.json and draft_meta_info.json. Times are whole microseconds; those of
    beats are times of the song, wherever its clip lies. The format is not published."""

    key = "capcut"
    title = _("CapCut draft")
    ending = "capcut.zip"
    content_type = "application/zip"
    uses = frozenset({"fps"})
    has_regions = False
    experimental = True
    applications = (
        Application(
            key="capcut",
            name=_("CapCut, JianYing"),
            group=Group.VIDEO,
            how_to=_(
                "Unpack the file into the program's drafts folder, put the song into the new folder, and "
                "start the program: the draft shows beat points on the song."
            ),
        ),
    )

    def content(self, result: Result, song: Song, timing: Timing) -> bytes:
        folder = stem_of(song.name)
        files = {
            "draft_content.json": _draft(result, song, timing),
            "draft_meta_info.json": _about(result, song, timing),
        }
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, told in files.items():
                info = zipfile.ZipInfo(f"{folder}/{name}")
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, json.dumps(told, ensure_ascii=False))
        return written.getvalue()


def _id(song: Song, what: str) -> str:
    """The same for the same song, so that a draft that is unpacked twice is one draft."""
    return str(uuid5(NAMESPACE_URL, f"tmp-portal:{what}:{song.name}")).upper()


def _draft(result: Result, song: Song, timing: Timing) -> dict[str, Any]:
    begin, inside, count = _microseconds(result, song, timing)
    lists: dict[str, list[Any]] = {kind: [] for kind in _LISTS}
    lists["audios"] = [_audio(song, inside + count)]
    lists["beats"] = [_beats(result, song, timing.offset)]
    lists["speeds"] = [
        {"curve_speed": None, "id": _id(song, "speed"), "mode": 0, "speed": 1.0, "type": "speed"}
    ]
    return {
        "canvas_config": {"height": 1080, "ratio": "original", "width": 1920},
        "color_space": 0,
        "cover": None,
        "create_time": 0,
        "duration": begin + count,
        "fps": float(timing.rate.exact),
        "id": _id(song, "draft"),
        "keyframes": {},
        "last_modified_platform": {
            "app_id": 3704,
            "app_source": "lv",
            "app_version": "5.9.0",
            "os": "windows",
        },
        "materials": lists,
        "name": stem_of(song.name),
        "new_version": "110.0.0",
        "relationships": [],
        "source": "default",
        "tracks": [_track(song, begin, inside, count)],
        "update_time": 0,
        "version": 360000,
    }


def _microseconds(result: Result, song: Song, timing: Timing) -> tuple[int, int, int]:
    """`song_frames` in microseconds."""
    begin, inside, count = (
        round(frames * MILLION / timing.rate.exact) for frames in song_frames(result, song, timing)
    )
    return begin, inside, count


def _audio(song: Song, length: int) -> dict[str, Any]:
    return {
        "category_name": "local",
        "check_flag": 1,
        "duration": length,
        "id": _id(song, "audio"),
        "local_material_id": _id(song, "audio"),
        "music_id": _id(song, "audio"),
        "name": media_name(song),
        "path": f"{HERE}/{media_name(song)}",
        "source_platform": 0,
        "type": "extract_music",
        "wave_points": [],
    }


def _beats(result: Result, song: Song, offset: Fraction) -> dict[str, Any]:
    return {
        "ai_beats": {
            "beat_speed_infos": [],
            "beats_path": "",
            "beats_url": "",
            "melody_path": "",
            "melody_percents": [0.0],
            "melody_url": "",
        },
        "enable_ai_beats": False,
        "gear": 404,
        "gear_count": 0,
        "id": _id(song, "beats"),
        "mode": 404,
        "type": "beats",
        "user_beats": [round((Fraction(marker.time) - offset) * MILLION) for marker in result.markers],
        "user_delete_ai_beats": None,
    }


def _track(song: Song, begin: int, inside: int, count: int) -> dict[str, Any]:
    segment = {
        "clip": None,
        "common_keyframes": [],
        "enable_adjust": True,
        "extra_material_refs": [_id(song, "speed"), _id(song, "beats")],
        "id": _id(song, "segment"),
        "is_tone_modify": False,
        "keyframe_refs": [],
        "last_nonzero_volume": 1.0,
        "material_id": _id(song, "audio"),
        "render_index": 0,
        "reverse": False,
        "source_timerange": {"start": inside, "duration": count},
        "speed": 1.0,
        "target_timerange": {"start": begin, "duration": count},
        "track_render_index": 0,
        "visible": True,
        "volume": 1.0,
    }
    return {
        "attribute": 0,
        "flag": 0,
        "id": _id(song, "track"),
        "is_default_name": True,
        "name": "",
        "segments": [segment],
        "type": "audio",
    }


def _about(result: Result, song: Song, timing: Timing) -> dict[str, Any]:
    begin, inside, count = _microseconds(result, song, timing)
    # CapCut asks for media that is not listed here.
    listed = {
        "duration": inside + count,
        "extra_info": media_name(song),
        "file_Path": f"{HERE}/{media_name(song)}",
        "id": _id(song, "audio"),
        "metetype": "music",
        "type": _MUSIC_KIND,
    }
    return {
        "draft_cover": "",
        "draft_fold_path": "",
        "draft_id": _id(song, "draft"),
        "draft_is_invisible": False,
        "draft_materials": [
            {"type": kind, "value": [listed] if kind == _MUSIC_KIND else []} for kind in _MEDIA_KINDS
        ],
        "draft_name": stem_of(song.name),
        "draft_root_path": "",
        "tm_draft_removed": 0,
        "tm_duration": begin + count,
    }
