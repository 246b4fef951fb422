"""The form of a ciphertext is for ever: what was sealed once opens, and nothing a little else does."""

from __future__ import annotations

import base64
from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from accounts.encryption import CannotOpen, Keyring, keyring

KEY = base64.b64encode(bytes(range(32))).decode()
OTHER = base64.b64encode(bytes(range(1, 33))).decode()
CONTEXT, TEXT = "accounts.account:1:tmp_secret_key", "a secret, 秘密"
# Sealed under KEY by AES-256-GCM itself, not by this code.
KEPT = "v1:first:ZGVmZ2hpamtsbW5vKTutAxqbM+oSQrhPQoDFe4g9BZx+MlGoVVLjR2liyZs="
RING = Keyring.parse(f"first:{KEY}")


def test_a_ciphertext_that_was_kept_opens() -> None:
    assert RING.open(KEPT, context=CONTEXT) == TEXT


def test_a_ciphertext_is_version_key_nonce_and_sealed_text() -> None:
    sealed = RING.seal(TEXT, context=CONTEXT)
    version, key_id, encoded = sealed.split(":")
    assert (version, key_id) == ("v1", "first")
    raw = base64.b64decode(encoded, validate=True)
    assert len(raw) == 12 + len(TEXT.encode()) + 16
    assert RING.open(sealed, context=CONTEXT) == TEXT


def test_no_nonce_comes_twice() -> None:
    nonces = {base64.b64decode(RING.seal("", context="x").split(":")[2])[:12] for _ in range(500)}
    assert len(nonces) == 500


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "v1",
        "v1:first",
        "v1:first:",
        "v2" + KEPT[2:],
        KEPT.replace("first", "second"),
        KEPT.replace("first", "firs"),
        KEPT[:-4],
        KEPT[:40],
        KEPT + "\n",
        KEPT.replace("Z", "*", 1),
        KEPT.replace("ZGV", "ZGW"),
        f"x{KEPT}",
        "v1:first:" + base64.b64encode(b"short").decode(),
    ],
)
def test_what_is_a_little_else_does_not_open_and_no_word_tells_text_or_key(damaged: str) -> None:
    with pytest.raises(CannotOpen) as caught:
        RING.open(damaged, context=CONTEXT)
    assert CONTEXT in str(caught.value)
    assert not any(word in str(caught.value) for word in (TEXT, KEY, KEPT[9:]))


@pytest.mark.parametrize("context", ["", CONTEXT + "_", CONTEXT.replace("1", "2"), CONTEXT.upper()])
def test_another_context_does_not_open(context: str) -> None:
    with pytest.raises(CannotOpen):
        RING.open(KEPT, context=context)


def test_a_keyring_reads_keys_by_comma_or_line_seals_with_the_first_and_opens_with_all() -> None:
    ring = Keyring.parse(f"second:{OTHER},first:{KEY}\n third:{KEY} ")
    assert list(ring.keys) == ["second", "first", "third"]
    assert ring.keys["first"] == bytes(range(32))
    assert ring.seal(TEXT, context=CONTEXT).startswith("v1:second:")
    assert ring.open(KEPT, context=CONTEXT) == TEXT


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n,",
        KEY,
        f":{KEY}",
        "first:",
        f"first:{base64.b64encode(bytes(31)).decode()}",
        f"first:{base64.b64encode(bytes(33)).decode()}",
        f"first:{KEY[:10]}*{KEY[10:]}",
        f"first:{KEY},second",
    ],
)
def test_a_keyring_that_is_none_says_so_without_its_keys(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="field key") as caught:
        Keyring.parse(text)
    assert KEY[:10] not in str(caught.value)


def test_a_keyring_shows_no_key_and_cannot_be_changed() -> None:
    assert "keys" not in repr(RING)
    assert str(bytes(range(32))) not in repr(RING)
    with pytest.raises(FrozenInstanceError):
        RING.keys = {}  # type: ignore[misc]


def test_the_keyring_is_that_of_the_settings(settings: Any) -> None:
    settings.FIELD_KEYS = f"first:{KEY}"
    assert keyring().open(KEPT, context=CONTEXT) == TEXT
