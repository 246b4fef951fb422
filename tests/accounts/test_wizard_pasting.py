"""Pasting into the wizard: the form fills itself, says from where, and never gives a secret back."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.managing import keys
from accounts.models import Registration
from tests.accounts.registering import INFO, run
from tests.accounts.wizard import KEY, KEY_ID, SOUND, URL, paste, plain, send, signed_in, work
from tests.factories import make_registration

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_network_tasks")]
GUIDE = """curl -X POST \\
http://service-mqk0mc83-1257411467.bj.apigw.tencentcs.com/release/register \\
-H 'Content-Type: application/json' \\
-d '{"requestId": "test-regisiter-service", "action": "Register", "registerRequest": {
"operateUin": <operateUin>, "userName": "studio9", "cosConfig": {"secretId": "THE-ID",
"secretKey": "THE-KEY", "bucket": "songs-1250000000", "region": "ap-guangzhou"}}}'
""".replace("THE-ID", KEY_ID).replace("THE-KEY", KEY)
REPLY = json.dumps({"requestId": "r-7", "registerInfo": INFO})
SCRIPT = "\n".join(
    [
        'API_GATE_SOURCE = "100012345678_studio9"',
        f'API_GATE_SECRET_ID = "{INFO["apiGateSecretId"]}"',
        f'API_GATE_SECRET_KEY = "{INFO["apiGateSecretKey"]}"',
        f'TMP_CONTENT_ID = "{INFO["tmpContentId"]}"',
        f'TMP_SECRET_ID = "{INFO["tmpSecretId"]}"',
        f'TMP_SECRET_KEY = "{INFO["tmpSecretKey"]}"',
    ]
)


@pytest.fixture
def page(alice):
    return signed_in(alice)


def test_the_guides_command_fills_the_form_and_what_is_missing_is_named(page):
    text = plain(paste(page, GUIDE).text)
    draft = Registration.objects.get()
    assert (draft.bucket, draft.region, draft.user_name) == ("songs-1250000000", "ap-guangzhou", "studio9")
    assert (draft.bucket_secret_id, draft.bucket_secret_key) == (KEY_ID, KEY)
    assert draft.endpoint == "mediax"
    assert "about to be shut down" in text
    assert "registerRequest.cosConfig.bucket" in text
    missing = text.split("Nobody has filled these in yet:")[1].split("</p>")[0]
    assert "Account ID (operateUin)" in missing
    assert 'value="studio9"' in text


@pytest.mark.parametrize("text", [GUIDE, REPLY, SCRIPT])
def test_nothing_secret_of_a_pasted_text_comes_back(page, text):
    page.post(URL, {})
    shown = paste(page, text).text
    secrets = (KEY_ID, KEY, *(INFO[name] for name in INFO if "Secret" in name))
    assert not [secret for secret in secrets if secret in shown]
    assert "SECRET" not in shown


@pytest.mark.parametrize(("text", "keys_from"), [(REPLY, "reply"), (SCRIPT, "script")])
def test_an_answer_or_a_script_makes_the_draft_an_import(page, text, keys_from):
    answer = plain(paste(page, text).text)
    draft = Registration.objects.get()
    assert (draft.is_import, draft.keys_from, draft.state) == (True, keys_from, "DRAFT")
    assert "nothing will be asked of TMP" in answer
    assert "Check and import" in answer
    assert INFO["tmpContentId"] in answer
    assert "cdef" in answer


def test_a_name_that_the_portal_proposed_does_not_pass_for_the_one_that_keys_belong_to(page):
    text = plain(paste(page, REPLY, user_name="alice").text)
    assert Registration.objects.get().user_name == ""
    assert "User name" in text.split("Nobody has filled these in yet:")[1].split("</p>")[0]
    paste(page, REPLY, user_name="studio9", registration="00000000-0000-4000-8000-00000000beef")
    assert Registration.objects.latest("created_at").user_name == "studio9"


def test_the_settings_that_the_portal_hands_out_are_the_whole_import(page, at_sandbox, alice):
    account = run(make_registration(alice, at_sandbox)).account
    paste(page, keys.env_file(account, by=alice))
    draft = Registration.objects.get(state="DRAFT")
    assert (draft.caller, draft.endpoint, draft.keys_from) == (account.caller, "sandbox", "reply")
    names = ("content_id", *keys.FIELDS.values())
    lost = {name: getattr(account, name) for name in names}
    account.delete()
    typed = {name: getattr(draft, name) for name in SOUND if "secret" not in name}
    sent = page.post(URL, {**typed, "registration": str(draft.pk)})
    assert sent.status_code == 302
    assert work(draft).state == "DONE"
    assert {name: getattr(draft.account, name) for name in names} == lost


def test_the_page_for_importing_offers_no_registration_until_keys_are_there(page):
    text = page.get(f"{URL}?import=1").text
    assert "Check and register" not in text
    assert "First paste TMP's answer" in text
    assert "Check and import" in paste(page, REPLY).text


def test_an_import_can_become_a_registration_again(page):
    paste(page, REPLY)
    draft = Registration.objects.get()
    text = send(page, registration=str(draft.pk), intent="anew").text
    draft.refresh_from_db()
    assert (draft.is_import, draft.raw_reply) == (False, "")
    assert "Check and register" in text


def test_an_imported_script_becomes_an_account_without_a_word_to_tmp(page, wire, at_sandbox):
    paste(page, SCRIPT)
    draft = Registration.objects.get()
    answer = send(
        page,
        registration=str(draft.pk),
        endpoint="sandbox",
        user_name="studio9",
        bucket=at_sandbox.bucket,
        region=at_sandbox.region,
        bucket_secret_id="",
        bucket_secret_key="",
    )
    assert answer.status_code == 302
    assert work(draft).state == "DONE"
    assert draft.account.tmp_secret_key == INFO["tmpSecretKey"]
    assert wire.connections == 0
    assert "The account is imported." in page.get(answer.url).text


def test_a_file_is_read_like_a_text_whatever_wrote_it(page):
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "gb18030"):
        file = SimpleUploadedFile("run_musicBeat.py", f"# 鼓点\n{SCRIPT}".encode(encoding))
        paste(page, "", file=file)
        assert Registration.objects.latest("created_at").keys_from == "script"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"MZ\0\0\x90", "The file is no text."),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "The file is no text."),
        (b"\x81", "The file is no text."),
        (b"x" * (10 * 1024 * 1024), "larger than 1 MB"),
        (b"", "Paste something first"),
    ],
)
def test_a_file_that_cannot_be_read_gets_a_sentence(page, content, sentence):
    answer = paste(page, "", file=SimpleUploadedFile("song.txt", content), user_name="kept1")
    assert answer.status_code == 200
    assert sentence in answer.text
    assert Registration.objects.get().user_name == "kept1"


@pytest.mark.parametrize(
    "text",
    [
        "good morning",
        "{" * 5000,
        "\0\0\0",
        r'{"registerInfo": {"tmpSecretKey": "\ud800"}}',
        "\u202e\ufeff" * 50,
        "x" * 1_000_000,
    ],
)
def test_what_nobody_recognises_is_answered_kindly_and_nothing_is_lost(page, text):
    answer = paste(page, text, user_name="kept1", region="ap-beijing")
    assert answer.status_code == 200
    assert "read" in answer.context
    draft = Registration.objects.get()
    assert (draft.user_name, draft.region, draft.is_import) == ("kept1", "ap-beijing", False)


def test_an_error_of_tmp_is_quoted_and_an_answer_to_a_job_explained(page):
    declined = json.dumps({"requestId": "r", "errorResponse": {"message": "operateUin 未开通服务"}})
    text = plain(paste(page, declined).text)
    assert "TMP declined" in text
    assert "operateUin 未开通服务" in text
    job = json.dumps({"requestId": "r", "createJobResponse": {"id": "j-1", "state": 1}})
    assert "an answer to a job" in plain(paste(page, job).text)


def test_a_text_that_was_pasted_but_not_read_is_read_before_anything_is_sent(page):
    send(page, pasted="region=ap-nanjing", intent="")
    draft = Registration.objects.get()
    assert (draft.state, draft.region) == ("DRAFT", "ap-nanjing")


def test_pasting_the_same_twice_makes_one_draft(page):
    pk = "00000000-0000-4000-8000-00000000abcd"
    for _ in range(2):
        paste(page, REPLY, registration=pk)
    assert Registration.objects.count() == 1


def test_the_service_is_chosen_by_its_host_and_an_unknown_one_is_named(page):
    paste(page, 'curl https://api.mediax.tencent.com/register -d \'{"action": "Register"}\'')
    assert Registration.objects.get().endpoint == "mediax"
    text = plain(paste(page, GUIDE.replace("service-mqk0mc83-1257411467.bj", "service-other")).text)
    assert "does not know the service at http://service-other.apigw.tencentcs.com/release" in text


def test_a_text_beyond_what_the_portal_takes_in_is_a_page_and_no_failure(page):
    assert paste(page, "x" * 13_000_000).status_code == 400
    assert not Registration.objects.exists()
