"""musicBeat: where the drums of a song strike, and a song with those places marked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jobs.capabilities.base import Capability, OpenFile
from jobs.capabilities.fields import Enumeration, Scale
from jobs.capabilities.reading.facts import facts_of, hits_fact
from jobs.capabilities.reading.files import files_in
from jobs.capabilities.reading.tempo import tempo_in
from jobs.capabilities.reading.texts import parse
from jobs.capabilities.reading.times import find_times
from jobs.results import OutputFile, Result

_DRUMS = [
    (1, _("Drum type 1")),
    (2, _("Drum type 2")),
    (3, _("Drum type 3")),
    (4, _("Drum type 4")),
]


class MusicBeatForm(forms.Form):
    """Parameters of musicBeat. Names and the range of enlargeLevel are documented; the meanings of the
    numbered choices are not (assumed: tmp-protocol 4.3), which the texts say."""

    advanced = ("splitNum",)

    outputType = Enumeration(  # noqa: N815  (the wire's own name)
        label=_("What TMP writes"),
        initial=3,
        options=[
            (1, _("1: positions only"), _("No audio, only the times of the beats. Assumed.")),
            (2, _("2: a drum track"), _("The marks alone, without the song. Assumed.")),
            (3, _("3: the marked song"), _("The song with a drum struck on every beat. Seen at Tencent.")),
            (
                4,
                _("4: everything, in groups"),
                _("The marked song, the drum track, and one file for each group of beats. Assumed."),
            ),
        ],
        help_text=_(
            "Decides which audio comes back; the positions of the beats come in any case. Tencent publishes "
            "no list of these numbers."
        ),
    )
    drumType = Enumeration(  # noqa: N815
        label=_("Drum sound"),
        initial=2,
        options=[(number, label, "") for number, label in _DRUMS],
        help_text=_(
            "Which drum you hear on the beats of the marked audio; where the beats are stays the same. "
            "Tencent publishes no names, so try them by ear."
        ),
    )
    enlargeLevel = Scale(  # noqa: N815
        label=_("Loudness of the marks"),
        initial=3,
        min_value=1,
        max_value=6,
        low=_("softest"),
        high=_("loudest"),
        help_text=_(
            "How far the drum stands out from the music in the marked audio. From 1 to 6; 3 is what "
            "Tencent's demo sends."
        ),
    )
    splitNum = forms.IntegerField(  # noqa: N815
        label=_("Number of groups"),
        required=False,
        min_value=1,
        max_value=100,
        help_text=_(
            "Into how many groups output 4 divides the beats, each in a file of its own (assumed). Other "
            "outputs take no notice. Tencent's demo sends 3; it may stay empty."
        ),
    )


class MusicBeat(Capability):
    """Reads beats wherever TMP puts them: which member holds them is not published (tmp-protocol 4.2)."""

    key = "musicBeat"
    title = _("Beat detection")
    summary = _("Finds the drum beats of a song and can mark them in the music.")
    Form = MusicBeatForm
    file_titles = {"mergeFileName": _("Song with marks"), "drumFileName": _("Drum track")}

    def read(self, found: Any, open_file: OpenFile, *, seconds: float | None) -> Result:
        """Beats from the answer itself or from a file it names; note `no_times` when there are none."""
        values, files = files_in(found)
        contents, trouble = _contents(files, open_file)
        told = [(self.key, values), *contents]
        candidates = [find_times(value, seconds=seconds, hint=hint) for hint, value in told]
        best = max(filter(None, candidates), key=lambda each: each.score, default=None)
        tempo = next(filter(None, (tempo_in(value) for _, value in told)), None)
        markers = best.markers if best else ()
        trouble = "no_answer" if found is None else trouble or "no_times"
        return Result(
            facts=(*facts_of(markers, tempo), *hits_fact((value for _, value in told), markers)),
            markers=markers,
            files=files,
            values=values,
            note="" if best else trouble,
        )


def _contents(files: tuple[OutputFile, ...], open_file: OpenFile) -> tuple[list[tuple[str, Any]], str]:
    """What the files beside audio hold, each with the member that named it, and why one was not read."""
    contents: list[tuple[str, Any]] = []
    trouble = ""
    for file in files:
        if file.kind == "audio":
            continue
        try:
            contents.append((file.name, parse(open_file(file.path))))
        except FileNotFoundError:
            trouble = "file_missing"
        except ValueError:
            trouble = trouble or "file_unreadable"
    return contents, trouble
