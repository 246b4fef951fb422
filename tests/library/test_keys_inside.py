"""A file with keys in it is given to nobody but their owner, whoever asks for it and by whichever address."""

from __future__ import annotations

import io
import zipfile
from urllib.parse import unquote
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.clients import bucket_for
from accounts.guarding.doors import KeysInside, open_checked
from accounts.guarding.verdicts import LARGEST_SEARCHED, forget
from accounts.models import Account, AuditEntry, Membership, Verdict
from tests.factories import PASSWORD, make_account, make_membership, make_registration, make_user
from tests.jobs.scene import signed_in
from tests.library.keys_planted import FIELDS, OPENING, SPELLINGS, plant, scene_with_keys
from tests.songs import tone

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(at_sandbox):
    return scene_with_keys(at_sandbox)


@pytest.fixture
def submitter(scene):
    user = make_user()
    make_membership(scene.account, user, Membership.Role.SUBMITTER)
    return signed_in(user)


def address(name, scene, **query):
    return reverse(f"library:{name}", args=[scene.account.pk], query=query or None)


def content_of(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def unzipped(answer):
    with zipfile.ZipFile(io.BytesIO(content_of(answer))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def confirm(client):
    """Types the password again, as allauth wants it."""
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def everything_given(client, scene, path):
    """What a person gets who tries every address of the library for one file."""
    folder = path.rpartition("/")[0]
    answers = [
        client.get(address("stream", scene, path=path)),
        client.get(address("stream", scene, path=path), headers={"Range": "bytes=0-9"}),
        client.get(address("download", scene, path=path)),
        client.get(address("download", scene, path=path), follow=True),
        client.get(address("file", scene, path=path)),
        client.get(address("file", scene, path=path), headers={"HX-Request": "true"}),
        client.get(address("keys", scene, path=path)),
        client.post(address("keys", scene, path=path)),
        client.get(address("browse_account", scene, prefix=folder)),
        client.get(address("browse_account", scene, prefix=folder, play=path)),
        client.get(address("browse_account", scene, prefix=folder, q="notes")),
        client.post(address("look", scene), {"look": f"0:{path}"}),
        client.post(address("delete", scene), {"path": path}),
        client.get(address("move", scene, path=path)),
    ]
    zipped = b"".join(unzipped(client.post(address("zip", scene), {"path": path})).values())
    return b"".join(content_of(answer) for answer in answers) + zipped


@pytest.mark.parametrize(("field", "spelling"), list(zip(FIELDS, SPELLINGS, strict=True)))
def test_no_address_gives_a_stored_secret_to_any_role(scene, submitter, field, spelling):
    content = SPELLINGS[spelling](getattr(scene.account, field))
    path = plant(scene.account, content)
    for client in (scene.alice, submitter, scene.bob):
        given = everything_given(client, scene, path)
        assert OPENING.encode() not in given
        assert OPENING.encode("utf-16-le") not in given
        assert b"Contains keys" in given
    assert scene.charlie.get(address("download", scene, path=path)).status_code == 404


@pytest.mark.parametrize("name", ["notes.mp3", "notes.png", "notes.json", "notes", ".env", "notes.html"])
def test_what_a_file_calls_itself_does_not_matter(scene, name):
    path = plant(scene.account, SPELLINGS["plain"](scene.account.tmp_secret_key), name)
    for client in (scene.alice, scene.bob):
        assert OPENING.encode() not in everything_given(client, scene, path)


def test_the_same_file_without_keys_is_given_to_everybody(scene):
    path = plant(scene.account, SPELLINGS["plain"]("no key of anybody"))
    for client in (scene.alice, scene.bob):
        assert OPENING in client.get(address("file", scene, path=path)).text
        assert OPENING.encode() in content_of(client.get(address("download", scene, path=path)))
        assert OPENING.encode() in unzipped(client.post(address("zip", scene), {"path": path}))["notes.txt"]
        page = client.get(address("browse_account", scene, prefix=path.rpartition("/")[0]))
        assert "Contains keys" not in page.text


def test_only_its_owner_downloads_it_with_the_password_and_it_is_noted(scene, submitter):
    content = SPELLINGS["plain"](scene.account.gateway_secret_key)
    path = plant(scene.account, content)
    page = scene.alice.get(address("download", scene, path=path))
    assert page.headers["Location"] == address("keys", scene, path=path)
    asked = scene.alice.post(address("keys", scene, path=path))
    assert asked.headers["Location"].startswith(reverse("account_reauthenticate"))
    assert unquote(asked.headers["Location"]).endswith(address("keys", scene, path=path))
    assert not AuditEntry.objects.filter(deed="downloaded").exists()
    confirm(scene.alice)
    given = scene.alice.post(address("keys", scene, path=path))
    assert content_of(given) == content
    assert given["Content-Disposition"].startswith("attachment")
    assert given["Content-Type"] == "application/octet-stream"
    entry = AuditEntry.objects.get(deed="downloaded")
    assert (entry.user, entry.account) == (scene.owner, scene.account)
    assert entry.detail == {"file": path, "fields": ["apiGateSecretKey"]}
    for client in (submitter, scene.bob):
        confirm(client)
        assert client.get(address("download", scene, path=path)).status_code == 403
        assert client.get(address("keys", scene, path=path)).status_code == 403
        assert client.post(address("keys", scene, path=path)).status_code == 403
    assert AuditEntry.objects.filter(deed="downloaded").count() == 1


def test_the_keys_of_another_account_over_the_bucket_are_not_the_owners_either(scene, charlie, at_sandbox):
    other = make_account(charlie, at_sandbox, tmp_secret_key=f"another-{uuid4().hex}")
    path = plant(scene.account, SPELLINGS["base64"](other.tmp_secret_key))
    assert OPENING.encode() not in everything_given(scene.alice, scene, path)
    confirm(scene.alice)
    assert scene.alice.post(address("keys", scene, path=path)).status_code == 403
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("field", ["bucket_secret_key", "raw_reply", "found_reply"])
def test_the_keys_of_an_attempt_without_an_account_are_looked_for_too(scene, charlie, at_sandbox, field):
    key = f"attempt-{uuid4().hex}"
    value = key if field == "bucket_secret_key" else f'{{"registerInfo": {{"tmpSecretKey": "{key}"}}}}'
    make_registration(charlie, at_sandbox, state="UNSURE", **{field: value})
    path = plant(scene.account, SPELLINGS["json"](key))
    assert OPENING.encode() not in everything_given(scene.alice, scene, path)


def test_a_member_of_the_answer_that_nobody_documented_is_looked_for_by_its_name(at_sandbox):
    token, place = uuid4().hex, "ap-guangzhou"
    scene = scene_with_keys(at_sandbox, unknown_members=f'{{"sessionToken": "{token}", "place": "{place}"}}')
    path = plant(scene.account, SPELLINGS["plain"](token))
    assert OPENING.encode() not in everything_given(scene.alice, scene, path)
    harmless = plant(scene.account, SPELLINGS["plain"](place))
    assert OPENING in scene.bob.get(address("file", scene, path=harmless)).text


def test_new_keys_are_looked_for_in_files_that_were_seen_before(scene):
    key = f"fresh-{uuid4().hex}"
    path = plant(scene.account, SPELLINGS["plain"](key))
    assert OPENING in scene.bob.get(address("file", scene, path=path)).text
    account = Account.objects.get(pk=scene.account.pk)
    account.tmp_secret_key = key
    account.save()
    assert OPENING.encode() not in everything_given(scene.bob, scene, path)


def test_a_file_that_was_replaced_is_looked_at_again(scene):
    path = plant(scene.account, SPELLINGS["plain"]("nothing yet"))
    assert OPENING in scene.bob.get(address("file", scene, path=path)).text
    bucket_for(scene.account).put(path, SPELLINGS["plain"](scene.account.tmp_secret_key))
    assert OPENING.encode() not in everything_given(scene.bob, scene, path)
    bucket_for(scene.account).put(path, SPELLINGS["plain"]("nothing any more"))
    assert OPENING in scene.bob.get(address("file", scene, path=path)).text


def test_what_was_found_is_remembered_without_a_secret(scene, django_assert_num_queries):
    path = plant(scene.account, SPELLINGS["plain"](scene.account.tmp_secret_key))
    with pytest.raises(KeysInside):
        open_checked(scene.account, path)
    row = Verdict.objects.get(path=path)
    assert row.holds == "keys"
    told = " ".join(str(getattr(row, field.attname)) for field in Verdict._meta.fields)
    assert not any(getattr(scene.account, field) in told for field in FIELDS)
    page = scene.bob.get(address("browse_account", scene, prefix=path.rpartition("/")[0]))
    assert "Contains keys" in page.text


def test_a_secret_that_does_not_open_closes_all_text_and_no_song(scene):
    text = plant(scene.account, SPELLINGS["plain"]("no key of anybody"))
    song = plant(scene.account, tone(), "song.wav")
    assert OPENING in scene.alice.get(address("file", scene, path=text)).text
    Account.objects.filter(pk=scene.account.pk).update(
        tmp_secret_key=Account._meta.get_field("tmp_secret_key").seal(uuid4(), "moved from another row")
    )
    for client in (scene.alice, scene.bob):
        given = everything_given(client, scene, text)
        assert OPENING.encode() not in given
        assert b"no text is given out" in given
        assert client.get(address("download", scene, path=text)).status_code == 502
        listing = client.get(address("browse_account", scene, prefix=text.rpartition("/")[0]))
        assert "no text is given out" in listing.text
        assert content_of(client.get(address("stream", scene, path=song))) == tone()
    confirm(scene.alice)
    assert scene.alice.post(address("keys", scene, path=text)).status_code == 502


def test_text_too_long_to_be_searched_is_its_owners_alone(scene):
    long = (OPENING + "\n").encode() * (LARGEST_SEARCHED // len(OPENING) + 10)
    path = plant(scene.account, long, "long.log")
    for client in (scene.alice, scene.bob):
        given = everything_given(client, scene, path)
        assert OPENING.encode() not in given
        assert b"too long to be searched" in given
    confirm(scene.alice)
    assert content_of(scene.alice.post(address("keys", scene, path=path))) == long
    entry = AuditEntry.objects.get()
    assert (entry.deed, entry.detail) == ("taken", {"file": path})


def test_long_data_that_is_no_text_goes_out_unsearched(scene):
    data = bytes(range(256)) * 8192
    path = plant(scene.account, data, "project.bin")
    assert content_of(scene.bob.get(address("download", scene, path=path))) == data
    assert Verdict.objects.get(path=path).holds == "no_text"


def test_an_empty_file_holds_nothing(scene):
    path = plant(scene.account, b"", "empty.txt")
    assert "The file is empty." in scene.bob.get(address("file", scene, path=path)).text
    assert content_of(scene.bob.get(address("download", scene, path=path))) == b""


def test_a_listing_learns_of_its_keys_after_it_is_shown(scene):
    path = plant(scene.account, SPELLINGS["plain"](scene.account.tmp_secret_key))
    clean = f"{path.rpartition('/')[0]}/clean.txt"
    bucket_for(scene.account).put(clean, b"nothing")
    prefix = path.rpartition("/")[0]
    page = scene.bob.get(address("browse_account", scene, prefix=prefix))
    assert "Contains keys" not in page.text
    assert f'name="look" value="1:{path}"' in page.text
    marks = scene.bob.post(address("look", scene), {"look": [f"0:{clean}", f"1:{path}"]}).text
    assert 'id="mark-1"' in marks
    assert 'id="mark-0"' not in marks
    again = scene.bob.get(address("browse_account", scene, prefix=prefix)).text
    assert "Contains keys" in again
    assert 'name="look"' not in again


def test_many_files_are_looked_into_in_turns(scene, monkeypatch):
    monkeypatch.setattr("library.looking.MOST_AT_ONCE", 1)
    paths = [plant(scene.account, b"x"), plant(scene.account, b"y")]
    answer = scene.bob.post(address("look", scene), {"look": [f"{n}:{path}" for n, path in enumerate(paths)]})
    assert f'value="1:{paths[1]}"' in answer.text
    assert f'value="0:{paths[0]}"' not in answer.text


def test_the_demo_of_tmp_is_marked_before_anybody_looks_and_stays_where_it_is(scene):
    demo = f"{scene.account.operate_uin}_demo/run_{uuid4().hex}.py"
    bucket_for(scene.account).put(demo, f"{OPENING}\n".encode())
    for client in (scene.alice, scene.bob):
        assert OPENING.encode() not in b"".join(
            content_of(client.get(address(name, scene, path=demo)))
            for name in ("stream", "download", "file", "keys", "move")
        )
        assert "LEFT OUT.txt" in unzipped(client.post(address("zip", scene), {"path": demo}))
    assert scene.alice.get(address("move", scene, path=demo)).status_code == 403
    answer = scene.alice.post(address("delete", scene), {"path": demo, "confirmed": 1}, follow=True)
    assert "TMP&#x27;s demo" in answer.text
    assert bucket_for(scene.account).read(demo, 100).decode().strip() == OPENING


def test_a_forgotten_verdict_is_made_again(scene):
    path = plant(scene.account, SPELLINGS["plain"](scene.account.tmp_secret_key))
    scene.bob.get(address("file", scene, path=path))
    forget(scene.account, [path])
    assert not Verdict.objects.filter(path=path).exists()
    assert OPENING.encode() not in everything_given(scene.bob, scene, path)
