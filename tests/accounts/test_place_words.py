"""Words that belong to the place make no password (T29)."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from tests.factories import PASSWORD, make_account

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def place(settings: Any) -> None:
    settings.PUBLIC_URL = "https://songs.nightjar-studio.example"
    settings.ALLOWED_HOSTS = ["songs.nightjar-studio.example", "127.0.0.1", "localhost", "testserver"]


@pytest.fixture
def person(alice: User) -> User:
    make_account(alice, name="Blue Heron", bucket="herons-1250000000", user_name="fieldwork")
    return alice


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("Tencent-2026!", "tencent"),
        ("t3nc3nt.2026", "tencent"),
        ("TMPPortal2026", "tmpportal"),
        ("portalmusic2026", "portal"),
        ("腾讯音乐门户-2026", "腾讯"),
        ("Nightjar!2026", "nightjar"),
        ("Nightjar-Studio1", "nightjar-studio"),
        ("blue heron 2026", "blue heron"),
        ("BlueHeron#2026", "blueheron"),
        ("herons-1250000000", "herons-1250000000"),
        ("fieldwork1234567", "fieldwork"),
        ("100012345678!!", "100012345678"),
        ("ＴＥＮＣＥＮＴ２０２６！", "tencent"),
    ],
)
def test_a_password_made_of_them_is_refused_by_name(person: User, password: str, word: str) -> None:
    """T29"""
    with pytest.raises(ValidationError) as refused:
        validate_password(password, person)
    assert any(f"“{word}”" in sentence for sentence in refused.value.messages)


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "a walk to tencent by the river",
        "the blue heron waits for rain",
        "quietly-7-otters-swim",
        "五只水獭在月光下游过长长的河",
    ],
)
def test_enough_besides_them_is_enough(person: User, password: str) -> None:
    validate_password(password, person)


def test_words_of_others_accounts_are_nobodys_business(person: User, bob: User) -> None:
    """T10: a refusal tells nobody what somebody else's account is called."""
    validate_password("fieldwork1234567", bob)
    with pytest.raises(ValidationError):
        validate_password("fieldwork1234567", person)


def test_somebody_new_is_told_at_the_field_in_their_language(settings: Any) -> None:
    settings.SIGN_UP = "open"
    typed = {"username": "kestrel", "password1": "Nightjar-2026", "password2": "Nightjar-2026"}
    for language, sentence in (
        ("en", "“nightjar” is easily guessed here: it takes at least 10 characters besides."),
        ("zh-hans", "“nightjar”在这里容易被猜到：除此之外还需要至少 10 个字符。"),
    ):
        page = Client(headers={"Accept-Language": language}).post(reverse("account_signup"), typed)
        assert sentence in page.text
    assert not User.objects.filter(username="kestrel").exists()
    form = Client(headers={"Accept-Language": "en"}).get(reverse("account_signup"))
    assert "do not count towards the length" in form.text


def test_changing_it_asks_the_same(person: User) -> None:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(person)
    fresh = "herons herons 26"
    typed = {"oldpassword": PASSWORD, "password1": fresh, "password2": fresh}
    page = client.post(reverse("account_change_password"), typed)
    assert "“herons” is easily guessed here" in page.text
    person.refresh_from_db()
    assert person.check_password(PASSWORD)
