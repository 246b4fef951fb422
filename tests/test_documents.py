"""Documents that cannot rot: each claim that code can check is compared with the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from jobs.capabilities import all_capabilities
from jobs.exports import all_exports
from jobs.exports.timing import NO_START, RATES
from tmpportal.version import read_version

ROOT = Path(__file__).resolve().parent.parent
READMES = ["README.md", "README.zh.md"]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_env_example_names_every_setting_and_no_other():
    code = read("tmpportal/settings.py") + read("tmpportal/env.py")
    used = set(re.findall(r'"(TMPPORTAL_[A-Z_]*[A-Z]|DATABASE_URL|REDIS_URL)"', code))
    used |= {
        f"TMPPORTAL_SANDBOX_{key}"
        for key in ("GATEWAY", "STORE", "BUCKET", "REGION", "SECRET_ID", "SECRET_KEY")
    }
    # Still read for those who come from an older version; new portals have one name for it.
    used -= {"TMPPORTAL_SIGN_UP_OPEN"}
    named = set(re.findall(r"^#?([A-Z_]+)=", read(".env.example"), re.MULTILINE))
    assert named == used


def test_the_env_example_shows_the_default_of_every_number():
    code = read("tmpportal/settings.py")
    defaults = re.findall(r'env\.(?:float|int)\("(\w+)", default=([\d.]+)\)', code)
    shown = dict(re.findall(r"^#([A-Z_]+)=([\d.]+)$", read(".env.example"), re.MULTILINE))
    assert {name: float(value) for name, value in shown.items()} == {
        name: float(value) for name, value in defaults
    }


# Seconds of the engine that nobody need set: what they are for stands beside each.
FIXED_SECONDS = {
    "collecting": {"NO_READER_SECONDS", "PERSON_SECONDS"},
    "converter_child": {"MOST_SECONDS", "TOLERANCE_SECONDS"},
    "converting": {"START_SECONDS", "CPU_SECONDS"},
    "fetching": {"PATIENCE_SECONDS"},
    "loop": {"GATHER_SECONDS", "AWAY_SECONDS", "STOP_SECONDS"},
    "pacing": {"BURST_SECONDS", "TAUGHT_SECONDS", "SILENCE_SECONDS", "LONGEST_SILENCE_SECONDS"},
    "preparing": {"REPORT_SECONDS", "WAIT_SECONDS"},
    "reader_child": {"IDLE_SECONDS"},
    "reading": {"START_SECONDS", "WAIT_SECONDS"},
    "recovering": {"STORE_SECONDS"},
    "result_files": {"SLOW_STORE_SECONDS", "SLOW_FOR_SECONDS"},
    "roster": {"REFRESH_SECONDS"},
    "submitting": {"HEARD_SECONDS"},
    "sweeping": {"TAKING_SECONDS"},
    "turn": {"POISON_SECONDS", "RESULTS_SECONDS"},
}


def test_intervals_and_limits_of_the_engine_are_settings():
    found = {}
    for path in (ROOT / "jobs" / "engine").glob("*.py"):
        lines = re.findall(r"^([A-Z_, ]*SECONDS)(?:: float)? = [\d.]", path.read_text(), re.MULTILINE)
        if names := {name.strip() for line in lines for name in line.split(",")}:
            found[path.stem] = names
    assert found == FIXED_SECONDS


@pytest.mark.parametrize("name", READMES)
def test_each_readme_lists_exactly_the_capabilities_and_exports(name):
    lines = set(re.findall(r"^- `(\w+)`", read(name), re.MULTILINE))
    assert lines == set(all_capabilities()) | set(all_exports())


@pytest.mark.parametrize("name", ["docs/exports.md", "docs/exports.zh.md"])
def test_the_list_of_exports_says_what_the_code_does(name):
    told = {
        key: (
            f".{ending}",
            set(re.findall(r"[a-z]+", knows)),
            (re.findall(r"\d[\d:]+", knows) or [NO_START])[0],
            regions in ("yes", "是"),
        )
        for key, ending, regions, knows in re.findall(
            r"^\| `(\w+)` \|.*?`\.([\w.-]+)` \|.*\| ([^|]+) \| ([^|]+) \|$", read(name), re.M
        )
    }
    assert told == {
        key: (f".{each.ending}", each.uses | {"offset"}, each.start, each.has_regions)
        for key, each in all_exports().items()
    }
    assert all(key in read(name) for key in RATES)


@pytest.mark.parametrize("name", READMES)
def test_every_make_word_of_a_readme_is_a_target(name):
    targets = set(re.findall(r"^([a-z][a-z-]*):", read("Makefile"), re.MULTILINE))
    words = set(re.findall(r"(?:^|`)make ([a-z-]+)", read(name), re.MULTILINE))
    assert {"demo", "test", "run"} <= words <= targets


@pytest.mark.parametrize("name", [*READMES, *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))])
def test_every_link_to_a_file_leads_somewhere(name):
    folder = (ROOT / name).parent
    links = [link for link in re.findall(r"\]\(([^)#]+)", read(name)) if "://" not in link]
    assert [link for link in links if not (folder / link).exists()] == []


def test_both_readmes_have_the_same_headings():
    english, chinese = (
        [line.count("#") for line in read(name).splitlines() if line.startswith("#")] for name in READMES
    )
    assert english == chinese


def test_the_version_is_the_first_heading_of_the_changelog():
    assert re.fullmatch(r"\d+\.\d+\.\d+", read_version())
    assert read("CHANGELOG.md").split("## ")[1].startswith(read_version())


GUIDES = ["docs/deploy.md", "docs/deploy.zh.md"]


def test_the_guides_to_deploying_name_settings_and_commands_that_there_are_and_the_same_ones():
    known = set(re.findall(r"^#?([A-Z_]+)=", read(".env.example"), re.MULTILINE))
    commands = {path.stem for path in ROOT.glob("*/management/commands/*.py")} | {"check", "createsuperuser"}
    names, words = [], []
    for guide in GUIDES:
        named = {
            name.removesuffix("_FILE") for name in re.findall(r"\bTMPPORTAL_[A-Z_]*[A-Z]\b", read(guide))
        }
        assert named <= known
        names.append(named)
        asked = set(re.findall(r"manage\.py (\w+)", read(guide)))
        assert asked <= commands
        words.append(asked)
    assert names[0] == names[1]
    assert words[0] == words[1] >= {"backup", "restored", "prepare", "portal"}


def test_both_guides_to_deploying_have_the_same_headings_and_tables():
    def shape(name):
        return [
            line.count("#") if line[0] == "#" else line.count("|")
            for line in read(name).splitlines()
            if line[:1] in ("#", "|")
        ]

    assert shape(GUIDES[0]) == shape(GUIDES[1])


def test_no_file_names_the_host_of_a_registry():
    files = ["requirements.txt", "requirements-dev.txt", "package-lock.json", "docker/Dockerfile", *GUIDES]
    for name in files:
        assert not re.search(r"pypi\.org|npmjs\.org|mirrors?\.\w+\.\w+", read(name)), name
