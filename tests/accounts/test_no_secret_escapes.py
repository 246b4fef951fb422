"""Whatever is typed or pasted: an answer, no exception, and no typed secret in page, header, log or task."""

from __future__ import annotations

import contextlib
import json
import logging
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import tasks
from accounts.models import Registration
from accounts.views import register
from tests.secrets_search import SecretsSearch

pytestmark = pytest.mark.django_db
ANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
REGISTER, JUDGE = "/accounts/register/", "/accounts/register/judge/"
# Each is found again as a whole only: what surrounds it may be anything.
KEY_ID, KEY = f"AKID{secrets.token_hex(14)}", secrets.token_hex(16)
SEARCH = SecretsSearch({"SecretId": KEY_ID, "SecretKey": KEY})

texts = st.one_of(
    st.text(max_size=40), st.sampled_from(["", " ", "\0", "'\"><b>", "\u202e", "{{ 1 }}", "x" * 5000])
)
key_ids = st.builds("{}{}{}".format, texts, st.just(KEY_ID), texts) | st.just(KEY_ID)
keys = st.builds("{}{}{}".format, texts, st.just(KEY), texts) | st.just(KEY)
endpoints = st.sampled_from(["mediax", "guide", "sandbox", "", "nonsense"])
fields = st.fixed_dictionaries(
    {"bucket_secret_id": st.one_of(key_ids, keys), "bucket_secret_key": st.one_of(keys, key_ids)},
    optional={
        "endpoint": endpoints | texts,
        "operate_uin": st.just("100012345678") | texts,
        "user_name": st.just("somebody") | texts,
        "bucket": st.sampled_from(["songs-1250000000", "songs-1250000000.cos.ap-guangzhou.myqcloud.com"])
        | texts,
        "region": st.just("ap-guangzhou") | texts,
        "domain": texts,
        "ticks": texts,
        "seen": texts,
        "accept": st.sampled_from(["user_name", "bucket_secret_id", "bucket_secret_key", "region"]) | texts,
        "registration": texts,
        "intent": st.sampled_from(["", "save", "check", "look", "anew", "use_found"]) | texts,
    },
)
TEMPLATES = (
    "curl -X POST http://x/job -d '{body}'",
    'curl ^"http://x/job^" -d "{body}"',
    "{body}",
    "secretId={key_id}\nsecretKey: {key}",
    "SecretKey {key} SecretId {key_id}",
    "{key_id}\n{key}",
    "{key}",
    'COS_SECRET_ID = "{key_id}"\nCOS_SECRET_KEY = "{key}"\nimport requests',
)


@st.composite
def pastes(draw: st.DrawFn) -> str:
    """A spelling of the two keys, torn and with anything around it."""
    body = json.dumps(
        {
            "action": "Register",
            "cosConfig": {"secretId": KEY_ID, "secretKey": KEY, "bucket": draw(texts)},
            "registerInfo": {"operateUin": draw(texts), "tmpSecretId": KEY_ID, "apiGateSecretKey": KEY},
        }
    )
    text = draw(st.sampled_from(TEMPLATES)).format(body=body, key=KEY, key_id=KEY_ID)
    start, end = sorted(draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    torn = draw(st.sampled_from([text, text[start:end], text[:start] + draw(texts) + text[start:]]))
    return f"{draw(texts)}{torn}{draw(texts)}"


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Arguments of every task that was handed over."""
    arguments: list[Any] = []
    for task in (tasks.register_account, tasks.look_for_demo):
        monkeypatch.setattr(task, "delay", lambda *args, **kwargs: arguments.append((args, kwargs)))
    return arguments


@pytest.fixture
def watched(client, alice, caplog, sent, django_capture_on_commit_callbacks):
    """Sends a form as Alice and looks for the keys in all that comes of it."""
    client.force_login(alice)
    caplog.set_level(logging.DEBUG)

    @contextlib.contextmanager
    def watch() -> Iterator[None]:
        caplog.clear()
        sent.clear()
        with django_capture_on_commit_callbacks(execute=True):
            yield
        logged = "\n".join(
            f"{record.getMessage()} {record.exc_text} {record.args}" for record in caplog.records
        )
        assert SEARCH.in_text(logged, "log") == []
        assert SEARCH.in_text(repr(sent), "task") == []

    def send(path: str, data: dict[str, Any]) -> int:
        with watch():
            answer = client.post(path, data)
        assert SEARCH.in_bytes(answer.content, "page") == []
        assert SEARCH.in_text(repr(answer.headers) + str(answer.cookies), "headers") == []
        if answer.status_code == 302:
            page = client.get(answer.headers["Location"])
            assert SEARCH.in_bytes(page.content, "next page") == []
        return answer.status_code

    return send


@ANY
@given(form=fields)
def test_anything_may_be_typed_into_the_form(watched, form):
    assert watched(REGISTER, form) in (200, 302, 422)


@ANY
@given(
    form=fields,
    chosen=st.sets(st.sampled_from(["bucket_secret_id", "bucket_secret_key", "bucket", "endpoint"])),
)
def test_anything_may_be_judged_while_it_is_typed(watched, form, chosen):
    fields_sent = {name: value for name, value in form.items() if name in chosen}
    assert watched(JUDGE, fields_sent) in (200, 422)


@ANY
@given(text=pastes())
def test_anything_may_be_pasted(watched, text):
    assert watched(REGISTER, {"intent": "paste", "pasted": text}) in (200, 302, 422)


@ANY
@given(text=pastes(), torn=st.binary(max_size=20))
def test_any_file_may_be_uploaded_instead(watched, text, torn):
    file = SimpleUploadedFile("run_musicBeat.py", torn + text.encode())
    assert watched(REGISTER, {"intent": "paste", "pasted": "", "file": file}) in (200, 302, 422)


def test_the_keys_were_really_taken_and_sealed(watched):
    """Otherwise the tests above would look at forms that nobody understood."""
    watched(REGISTER, {"intent": "paste", "pasted": TEMPLATES[3].format(key=KEY, key_id=KEY_ID)})
    row = Registration.objects.get()
    assert (row.bucket_secret_id, row.bucket_secret_key) == (KEY_ID, KEY)


@pytest.mark.parametrize("sink", ["log", "task", "page"])
def test_the_watch_sees_a_planted_key(watched, monkeypatch, sink):
    def leak(request, registration):
        if sink == "log":
            logging.getLogger("accounts").debug("read %s", request.POST["pasted"])
        elif sink == "task":
            tasks.register_account.delay(request.POST["pasted"])
        return HttpResponse(request.POST["pasted"] if sink == "page" else "")

    monkeypatch.setattr(register, "_read", leak)
    with pytest.raises(AssertionError, match=sink):
        watched(REGISTER, {"pasted": KEY})
