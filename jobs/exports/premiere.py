"""Beats and regions as a sequence with markers, in the XML of Final Cut Pro 7, which Premiere Pro imports."""

from __future__ import annotations

from xml.etree import ElementTree

from django.utils.translation import gettext_lazy as _

from jobs.exports.base import Application, Export, Group, Song
from jobs.exports.timeline import timeline_of
from jobs.exports.timing import Timing
from jobs.results import Result

WIDTH, HEIGHT = 1920, 1080


class Premiere(Export):
    """Written by OpenTimelineIO; a picture format is added, since Premiere asks for one otherwise."""

    key = "premiere"
    title = _("Final Cut Pro 7 XML")
    ending = "premiere.xml"
    content_type = "application/xml"
    uses = frozenset({"fps", "start"})
    applications = (
        Application(
            key="premiere",
            name="Adobe Premiere Pro",
            group=Group.VIDEO,
            how_to=_(
                "Choose File > Import and take this file: it comes as a sequence with the markers; when "
                "Premiere asks for the song, show it your file."
            ),
        ),
    )

    def content(self, result: Result, song: Song, timing: Timing) -> bytes:
        from opentimelineio.adapters import write_to_string

        timeline = timeline_of(result, song, timing)
        counted = {"displayformat": "DF" if timing.rate.drop else "NDF"}
        timeline.metadata["fcp_xml"] = {"timecode": counted}
        written = ElementTree.fromstring(write_to_string(timeline, "fcp_xml"))  # noqa: S314  (our own)
        _mend(written)
        _give_picture(written, timing)
        return b'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xmeml>\n' + ElementTree.tostring(written)


def _mend(written: ElementTree.Element) -> None:
    """The library says a clip's rate twice, and an address without a host, which Premiere does not take."""
    for clip in written.iter("clipitem"):
        for rate in clip.findall("rate")[1:]:
            clip.remove(rate)
    for place in written.iter("pathurl"):
        place.text = f"file://localhost/{place.text}"


def _give_picture(written: ElementTree.Element, timing: Timing) -> None:
    video = next(written.iter("media")).find("video")
    assert video is not None
    video.clear()
    told = ElementTree.SubElement(ElementTree.SubElement(video, "format"), "samplecharacteristics")
    rate = ElementTree.SubElement(told, "rate")
    ElementTree.SubElement(rate, "timebase").text = str(timing.rate.nominal)
    ElementTree.SubElement(rate, "ntsc").text = "TRUE" if timing.rate.is_ntsc else "FALSE"
    ElementTree.SubElement(told, "width").text = str(WIDTH)
    ElementTree.SubElement(told, "height").text = str(HEIGHT)
    ElementTree.SubElement(told, "pixelaspectratio").text = "square"
    ElementTree.SubElement(told, "fielddominance").text = "none"
