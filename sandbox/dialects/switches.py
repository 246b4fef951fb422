"""The table of switches: every open question about TMP with the answers that are plausible, one row each.

The code reads a setting in one place only, by `dialect["name"]`. The first setting of a row is what is taken
for granted until somebody knows better; to change an assumption, put another one first.
"""

from collections.abc import Mapping

from sandbox.dialects.calls import CALLS
from sandbox.dialects.jobs import JOBS
from sandbox.dialects.switch import Switch

SWITCHES: Mapping[str, Switch] = {row.name: row for row in (*CALLS, *JOBS)}
