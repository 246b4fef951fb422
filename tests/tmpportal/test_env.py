"""Keys made at the first start stay private and stay the same."""

from __future__ import annotations

import stat

import pytest
from django.core.exceptions import ImproperlyConfigured

from accounts.encryption import Keyring
from tmpportal.env import field_keys_from, hosts_of, is_given, new_field_key, secret_from, write_private


def test_a_generated_key_is_readable_by_its_owner_only_and_kept(tmp_path):
    path = tmp_path / "secret.key"
    first = secret_from("TMPPORTAL_TEST_KEY", path, "made now")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert secret_from("TMPPORTAL_TEST_KEY", path, "made later") == first == "made now"


def test_the_environment_wins_over_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPPORTAL_TEST_KEY", "given")
    assert secret_from("TMPPORTAL_TEST_KEY", tmp_path / "secret.key", "made") == "given"
    assert not (tmp_path / "secret.key").exists()


def test_any_variable_may_stand_in_a_file(tmp_path, monkeypatch):
    path = tmp_path / "given"
    path.write_text("in a file\n")
    monkeypatch.setenv("TMPPORTAL_TEST_KEY_FILE", str(path))
    assert is_given("TMPPORTAL_TEST_KEY")
    assert secret_from("TMPPORTAL_TEST_KEY", tmp_path / "secret.key", "made") == "in a file"
    assert not (tmp_path / "secret.key").exists()


def test_a_file_that_cannot_be_read_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPPORTAL_TEST_KEY_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(ImproperlyConfigured, match="TMPPORTAL_TEST_KEY_FILE names a file"):
        secret_from("TMPPORTAL_TEST_KEY", tmp_path / "secret.key", "made")


def test_a_person_is_told_in_which_file_the_field_keys_stand(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPPORTAL_FIELD_KEYS_FILE", "/run/secrets/field_keys")
    assert field_keys_from(tmp_path) == "/run/secrets/field_keys"


def test_a_portal_answers_to_its_public_name():
    assert "tmp.example.com" in hosts_of("https://tmp.example.com:8443")
    assert hosts_of("") == ["127.0.0.1", "localhost", "[::1]"]


def test_a_key_file_is_never_overwritten(tmp_path):
    write_private(tmp_path / "key", "one")
    with pytest.raises(FileExistsError):
        write_private(tmp_path / "key", "two")


def test_a_new_field_key_is_a_keyring_of_one():
    assert len(Keyring.parse(new_field_key()).keys) == 1


@pytest.mark.parametrize("text", ["", "k1", "k1:short", "k1:!!!", ":AAAA"])
def test_a_broken_keyring_is_refused_with_words_that_hold_no_key(text):
    with pytest.raises(ImproperlyConfigured) as caught:
        Keyring.parse(text)
    assert "field key" in str(caught.value)
