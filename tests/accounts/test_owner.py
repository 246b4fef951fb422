"""The first owner's link: works once, for one person, and only while nobody has a login."""

from __future__ import annotations

import stat

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from accounts.owner import claim, make_owner_link
from tests.factories import PASSWORD, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_data_dir")]
TYPED = {"username": "林伟", "password1": PASSWORD, "password2": PASSWORD}


def test_the_link_makes_an_owner_who_is_signed_in(client):
    link = make_owner_link()
    assert client.get(link).status_code == 200
    after = client.post(link, TYPED)
    assert after.url == reverse("accounts:register")
    owner = User.objects.get()
    assert owner.is_superuser and owner.is_staff and owner.check_password(PASSWORD)
    assert client.get(after.url).status_code == 200


def test_the_link_works_once(client):
    link = make_owner_link()
    client.post(link, TYPED)
    assert client.get(link).status_code == 404
    assert client.post(link, {**TYPED, "username": "second"}).status_code == 404
    assert User.objects.count() == 1


def test_of_two_claims_one_wins():
    token = make_owner_link().rstrip("/").rsplit("/", 1)[1]
    assert claim(token, username="first", password=PASSWORD)
    User.objects.all().delete()
    assert claim(token, username="second", password=PASSWORD) is None


def test_once_somebody_has_a_login_there_is_no_link(client):
    link = make_owner_link()
    make_user()
    assert make_owner_link() is None
    assert client.get(link).status_code == 404


def test_a_newer_link_ends_the_older(client):
    old, new = make_owner_link(), make_owner_link()
    assert client.get(old).status_code == 404
    assert client.get(new).status_code == 200


@pytest.mark.parametrize("token", ["x", "a" * 500, "%00", "..%2f..", "林"])
def test_a_guess_is_not_found(client, token):
    make_owner_link()
    assert client.get(f"/sign-in/first-owner/{token}/").status_code == 404


@pytest.mark.parametrize(
    "change",
    [{"username": ""}, {"username": "a b"}, {"password2": "different"}, {"password1": "1", "password2": "1"}],
)
def test_a_bad_name_or_password_gets_a_sentence(client, change):
    link = make_owner_link()
    after = client.post(link, {**TYPED, **change})
    assert after.status_code == 422
    assert after.context["form"].errors
    assert not User.objects.exists()
    assert client.get(link).status_code == 200


def test_only_a_digest_of_the_token_is_kept_and_only_for_the_owners_eyes(own_data_dir):
    link = make_owner_link()
    file = own_data_dir / "owner-link"
    assert file.read_text() not in link
    assert link.rstrip("/").rsplit("/", 1)[1] not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
