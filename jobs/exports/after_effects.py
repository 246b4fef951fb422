"""Beats and regions as a script that sets markers in a composition of After Effects."""

from __future__ import annotations

import json

from django.utils.translation import gettext_lazy as _

from jobs.exports.base import Application, Export, Group, Song
from jobs.exports.placing import caption, region_caption
from jobs.exports.timing import Timing
from jobs.results import Result

# Numbers of After Effects' label colours.
BEAT, DOWNBEAT, REGION = 8, 1, 9
# ExtendScript is ECMAScript 3. Rows: seconds, length in seconds, words, colour.
_SCRIPT = """// Beats of {song}, by TMP Portal. After Effects: File > Scripts > Run Script File.
(function () {{
  var marks = [
{rows}
  ];
  var comp = app.project ? app.project.activeItem : null;
  if (!comp || !(comp instanceof CompItem)) {{
    alert("Open the composition that gets the markers, then run this script again.");
    return;
  }}
  app.beginUndoGroup("Beats");
  for (var i = 0; i < marks.length; i++) {{
    var mark = new MarkerValue(marks[i][2]);
    mark.duration = marks[i][1];
    mark.label = marks[i][3];
    comp.markerProperty.setValueAtTime(marks[i][0], mark);
  }}
  app.endUndoGroup();
}})();
"""


class AfterEffects(Export):
    """A script with the times in it, so that it asks for no file."""

    key = "aftereffects"
    title = _("After Effects script")
    ending = "after-effects.jsx"
    content_type = "text/plain; charset=utf-8"
    applications = (
        Application(
            key="aftereffects",
            name="Adobe After Effects",
            group=Group.VIDEO,
            how_to=_("Open your composition, choose File > Scripts > Run Script File, and take this file."),
        ),
    )

    def content(self, result: Result, song: Song, timing: Timing) -> bytes:
        rows = [
            (marker.time, 0.0, caption(marker, number), DOWNBEAT if marker.downbeat else BEAT)
            for number, marker in enumerate(result.markers, start=1)
        ]
        rows += [
            (region.start, region.end - region.start, region_caption(region, number), REGION)
            for number, region in enumerate(result.regions, start=1)
        ]
        written = ",\n".join(
            f"    [{start:.6f}, {length:.6f}, {_literal(words)}, {colour}]"
            for start, length, words, colour in rows
        )
        return _SCRIPT.format(song=_literal(song.name), rows=written).encode("ascii")


def _literal(text: str) -> str:
    """A string literal in ASCII that no HTML page could end."""
    return json.dumps(text).replace("<", "\\u003c").replace(">", "\\u003e")
