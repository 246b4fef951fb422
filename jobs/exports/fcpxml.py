"""Beats and regions as a project of Final Cut Pro: the song under a gap, with markers on it."""

from __future__ import annotations

from fractions import Fraction
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, tostring

from django.utils.translation import gettext_lazy as _

from jobs.exports.base import Application, Export, Group, Song
from jobs.exports.marks import marks_of
from jobs.exports.timeline import media_name, song_frames
from jobs.exports.timing import Timing
from jobs.results import Result

# Read by Final Cut Pro from 10.6 on, and by DaVinci Resolve.
VERSION = "1.10"


class FcpXml(Export):
    """Times are whole frames as fractions of a second. Markers have no colours here: words tell downbeats.

    Written by hand: one library makes to-do items of markers, the other wants the newest program.
    """

    key = "fcpxml"
    title = _("FCPXML")
    ending = "fcpxml"
    content_type = "application/xml"
    uses = frozenset({"fps", "start"})
    experimental = True
    applications = (
        Application(
            key="finalcut",
            name="Final Cut Pro",
            group=Group.VIDEO,
            how_to=_(
                "Choose File > Import > XML and take this file: it comes as a project; select the song in it "
                "and choose File > Relink Files."
            ),
        ),
    )

    def content(self, result: Result, song: Song, timing: Timing) -> bytes:
        begin, inside, count = song_frames(result, song, timing)
        root = Element("fcpxml", version=VERSION)
        _resources(SubElement(root, "resources"), song, timing, inside + count)
        event = SubElement(SubElement(root, "library"), "event", name="TMP Portal")
        sequence = SubElement(
            SubElement(event, "project", name=song.name),
            "sequence",
            format="r1",
            duration=_time(timing, begin + count),
            tcStart=_time(timing, timing.first),
            tcFormat="DF" if timing.rate.drop else "NDF",
            audioLayout="stereo",
            audioRate="48k",
        )
        gap = SubElement(
            SubElement(sequence, "spine"),
            "gap",
            name="Gap",
            offset=_time(timing, timing.first),
            start="0s",
            duration=_time(timing, begin + count),
        )
        clip = SubElement(
            gap,
            "asset-clip",
            ref="r2",
            lane="-1",
            offset=_time(timing, begin),
            name=media_name(song),
            start=_time(timing, inside),
            duration=_time(timing, count),
            audioRole="music",
        )
        _mark(clip, result, timing, inside - begin)
        head = b'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n'
        return head + bytes(tostring(root, encoding="utf-8"))


def _resources(resources: Element, song: Song, timing: Timing, count: int) -> None:
    frame = _time(timing, 1)
    SubElement(resources, "format", id="r1", frameDuration=frame, width="1920", height="1080")
    asset = SubElement(
        resources,
        "asset",
        id="r2",
        name=media_name(song),
        start="0s",
        duration=_time(timing, count),
        hasAudio="1",
        audioSources="1",
        audioChannels="2",
    )
    SubElement(asset, "media-rep", kind="original-media", src=f"file:///{quote(media_name(song))}")


def _mark(clip: Element, result: Result, timing: Timing, ahead: int) -> None:
    """Markers in the clip's own time, which is `ahead` frames ahead of the timeline."""
    for mark in marks_of(result, timing):
        start, length = _time(timing, mark.first + ahead), _time(timing, mark.count)
        SubElement(clip, "marker", start=start, duration=length, value=mark.name)


def _time(timing: Timing, frames: int) -> str:
    """So many frames in the notation of FCPXML, as in 1001/30000s."""
    seconds = Fraction(frames) / timing.rate.exact
    return f"{seconds.numerator}/{seconds.denominator}s" if seconds.denominator > 1 else f"{seconds}s"
