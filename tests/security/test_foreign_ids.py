"""T11: ids of somebody else's rows in the fields of a form or behind the question mark lead to nothing.

The stranger owns a world of the same kind, so that all else in what is sent is in order: an own account in
the address, own songs, and one id that is not the stranger's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import pytest

from jobs.actions import SELECTABLE
from jobs.models import Batch, Job
from tests.sandbox_process import SandboxProcess
from tests.security.expectations import ALLAUTH, entries, is_of_admin
from tests.security.resolver import all_routes, nobodys
from tests.security.rows import Key, all_rows, belonging_to, gone_or_changed, named_by, new_or_changed
from tests.security.swapping import Spot, Swap, spots
from tests.security.walking import changed, content_of, dump, undone
from tests.security.words import QUERIES, WORDS
from tests.security.world import World, make_world

pytestmark = pytest.mark.django_db
TABLE = entries()
ROUTES = {
    route.spelling: route for route in all_routes() if route.spelling in TABLE and not is_of_admin(route)
}
# TMP's own knock and strangers' links are no pages of somebody who is signed in.
_NO_PAGES = (ALLAUTH, "callbacks/", "s/")
PAGES = [
    route for name, route in ROUTES.items() if "GET" in TABLE[name].lines and not name.startswith(_NO_PAGES)
]
NAME = "Nobody else's studio"
SONG_FORM = "jobs/new/<slug:capability>/"
# Where somebody else's id is not answered by 404.
ANSWERED = {
    "GET  job": (200, "the dashboard's form is sent by POST; nothing is read here"),
    "GET  shown": (200, "as above"),
    "GET  account": (200, "a filter that makes no sense filters nothing"),
    f"GET {SONG_FORM} preset": (200, "the form begins with its defaults"),
    "GET jobs/usage/ account": (422, "a sentence at the field"),
    "GET jobs/usage.csv account": (302, "to the page with the sentence"),
    "GET jobs/trends/ account": (200, "a filter that makes no sense filters nothing"),
    "POST jobs/selection/ job": (302, "deleted already, as far as anybody but its owner knows"),
}
# What pages have only after a step in between, or with two accounts, by the row whose id it is.
BESIDE = (
    ("GET", "", "account", "account_id"),
    ("GET", "accounts/register/", "draft", "registration_id"),
    ("GET", "jobs/trends/", "account", "account_id"),
    ("GET", "jobs/usage.csv", "account", "account_id"),
    ("POST", "accounts/register/", "renew", "account_id"),
    ("POST", "accounts/register/judge/", "renew", "account_id"),
)
# The page makes up the id itself, so that one which nothing has begins something.
BEGINS = {"POST accounts/register/ registration", "POST accounts/register/judge/ registration"}
STEPS = ("use", "update", "rename", "delete", "default")


class Watch:
    """Two worlds; the owner of the first sends, and what the second has is watched."""

    def __init__(self, mine: World, theirs: World) -> None:
        self.mine, self.theirs = mine, theirs
        self.swap, self.nobodys = Swap(mine, theirs), Swap(mine, _without_rows(theirs))
        self.client = mine.client("owner")
        self.before = all_rows()
        people = {("auth_user", person.pk) for person in theirs.people.values()}
        self.foreign = belonging_to(self.before, {("accounts_account", theirs.account.pk), *people})

    def send(self, method: str, spelling: str, words: Mapping[str, Any]) -> Any:
        """The answer to these words at the address with the sender's own ids in it, read to its end."""
        route = ROUTES[spelling]
        call = self.client.post if method == "POST" else self.client.get
        answer = call(route.address(self.mine), words)
        content_of(answer)
        return answer

    def touched(self) -> set[Key]:
        """Rows of theirs that are not what they were, and other rows that name one of theirs since."""
        after = all_rows()
        new = new_or_changed(self.before, after)
        naming = {key for key, values in new.items() if self.foreign.intersection(named_by(key, values))}
        return naming | (gone_or_changed(self.before, after) & self.foreign)


@pytest.fixture
def watch(at_sandbox: SandboxProcess) -> Watch:
    return Watch(make_world(at_sandbox), make_world(at_sandbox, whose="their", name=NAME))


@pytest.fixture(autouse=True)
def _nothing_sent(at_sandbox: SandboxProcess, watch: Watch) -> Any:
    """The sandbox heard nothing in their name."""
    known = at_sandbox.ledger()[-1]["number"]
    yield
    heard = at_sandbox.ledger(after=known)
    assert [each for each in heard if each["source"] == watch.theirs.account.caller] == []


def test_an_id_of_somebody_elses_in_any_field_is_answered_like_one_that_nothing_has(watch: Watch) -> None:
    """T11: by 404 or a sentence; no row is made or changed, and no page tells whose it is."""
    found = spots(watch.mine, PAGES, watch.swap)
    found |= {Spot(method, to, name, str(watch.mine.ids[row])) for method, to, name, row in BESIDE}
    # To look at pages keeps verdicts about files.
    before, wrong = dump(), {}
    for spot in sorted(found):
        with undone(watch.client):
            theirs = watch.send(spot.method, spot.spelling, _words(spot, watch.mine, watch.swap))
            tables = changed(before, dump())
            nones = watch.send(spot.method, spot.spelling, _words(spot, watch.mine, watch.nobodys))
        wanted, _why = ANSWERED.get(spot.place, (404, ""))
        is_alike = spot.place in BEGINS or nones.status_code == theirs.status_code
        told = (theirs.status_code, is_alike, tables, NAME in content_of(theirs).decode())
        if told != (wanted, True, set(), False):
            wrong[spot.place] = told
    assert wrong == {}
    places = {spot.place for spot in found}
    assert {f"POST {SONG_FORM} account", f"POST {SONG_FORM} intent", f"GET {SONG_FORM} from"} <= places
    assert len(places) >= 25


def test_of_mixed_ticks_only_the_own_jobs_are_acted_upon(watch: Watch) -> None:
    """T11: whatever is done to many jobs at once, ticked one by one or as all of a page."""
    ids = [str(job.pk) for world in (watch.mine, watch.theirs) for job in world.jobs.values()]
    wrong, done = {}, 0
    for action in SELECTABLE:
        for words in ({"job": ids}, {"all": "1", "shown": " ".join(ids)}):
            with undone(watch.client):
                more = {"action": action, "confirmed": "1", "although_unsure": "1"}
                answer = watch.send("POST", "jobs/selection/", {**words, **more})
                done += bool(new_or_changed(watch.before, all_rows()))
                if answer.status_code != 302 or (touched := watch.touched()):
                    wrong[action] = (answer.status_code, touched)
    assert wrong == {}
    assert done == 2 * len(SELECTABLE)


def test_a_key_that_somebody_elses_form_had_opens_nothing_of_theirs(watch: Watch) -> None:
    """T11: keys of forms make nothing twice; of two people who have the same one each has an own job."""
    their = watch.theirs
    keys = {"plan": their.ids["key"], "job": UUID(int=1), "batch": UUID(int=2)}
    Job.objects.filter(pk=their.jobs["done"].pk).update(idempotency_key=keys["job"])
    Batch.objects.filter(pk=their.ids["batch_id"]).update(idempotency_key=keys["batch"])
    watch.before = all_rows()
    wrong, songs = {}, {"source": "list", "lines": "uploads/a.wav\nuploads/b.wav"}
    forms: dict[str, tuple[str, Callable[[UUID], dict[str, Any]]]] = {
        "one song": (SONG_FORM, lambda key: {**WORDS[SONG_FORM](watch.mine), "idempotency_key": key}),
        "songs": (SONG_FORM, lambda key: {**WORDS[SONG_FORM](watch.mine), **songs, "idempotency_key": key}),
        "verify": ("jobs/accounts/<uuid:account_id>/verify/", lambda key: {"idempotency_key": key}),
        "copy": (
            "jobs/selection/",
            lambda key: {
                "action": "duplicate",
                "job": str(watch.mine.jobs["done"].pk),
                "key": key,
                "confirmed": "1",
            },
        ),
    }
    for whose, key in keys.items():
        for name, (spelling, words) in forms.items():
            with undone(watch.client):
                answer = watch.send("POST", spelling, words(key))
                made = new_or_changed(watch.before, all_rows())
                leads = answer.headers.get("Location", "")
                told = (answer.status_code, watch.touched(), bool(made), _is_theirs(leads, watch))
            if told != (302, set(), True, False):
                wrong[f"{name} with the key of a {whose}"] = (*told, leads)
    assert wrong == {}


def test_a_preset_of_somebody_elses_is_neither_shown_nor_changed(watch: Watch) -> None:
    """T11: whatever button names it, and whatever name is typed for it."""
    preset = watch.theirs.ids["preset_id"]
    words = {**WORDS[SONG_FORM](watch.mine), f"preset_name_{preset}": "Taken over"}
    for step in STEPS:
        for spelling in (SONG_FORM, f"{SONG_FORM}settings/"):
            answer = watch.send("POST", spelling, {**words, "intent": f"{step}:{preset}"})
            assert answer.status_code == 404
    assert new_or_changed(watch.before, all_rows()) == {}


def _words(spot: Spot, world: World, swap: Swap) -> dict[str, Any]:
    """What a person would send, with the id of that spot replaced."""
    known = WORDS if spot.method == "POST" else QUERIES
    words = dict(known[spot.spelling](world)) if spot.spelling in known else {}
    usual, value = words.get(spot.name), swap(spot.name, spot.value)
    if isinstance(usual, list):
        words[spot.name] = [value if str(each) == spot.value else each for each in usual]
    else:
        words[spot.name] = value
    if spot.name == "renew":
        # It is read where a draft begins.
        words.pop("registration", None)
    return words


def _without_rows(world: World) -> World:
    """Ids of the same kinds, which nothing has."""
    jobs = {name: Job() for name in world.jobs}
    return World(**{**vars(world), "ids": nobodys(world), "jobs": jobs})


def _is_theirs(address: str, watch: Watch) -> bool:
    return any(str(key) in address for _table, key in watch.foreign if isinstance(key, UUID))
