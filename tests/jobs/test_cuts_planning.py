"""Whatever the beats and the wish: cuts rise, lie on beats, are as many as wished, and none lies nearer."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.cuts.planning import (
    MOST_BEATS,
    MOST_SHOTS,
    Beat,
    By,
    Prefer,
    TooFewBeatsError,
    TooManyBeatsError,
    TooManyShotsError,
    Wish,
    choose,
    unlike,
)

RATE = 25


def song(*gaps: float, downbeats: int = 4) -> list[Beat]:
    """Beats that follow each other after `gaps` seconds."""
    times = [0.0, *itertools.accumulate(gaps)]
    return [
        Beat(frame=round(time * RATE), time=time, downbeat=number % downbeats == 0)
        for number, time in enumerate(times)
    ]


def steady(count: int, gap: float = 0.5, downbeats: int = 4) -> list[Beat]:
    return song(*[gap] * (count - 1), downbeats=downbeats)


def wish(by: By, *sizes: float, prefer: Prefer = Prefer.ANY) -> Wish:
    return Wish(by=by, sizes=sizes, prefer=prefer)


def frames(cuts: Sequence[Beat]) -> list[int]:
    return [cut.frame for cut in cuts]


@st.composite
def songs(draw: st.DrawFn, least: int = 2, most: int = 60) -> list[Beat]:
    places = draw(st.lists(st.integers(0, 20_000), min_size=least, max_size=most, unique=True))
    return [
        Beat(
            frame=place,
            time=place / RATE + draw(st.floats(-0.01, 0.01)),
            downbeat=draw(st.booleans()),
            strength=draw(st.none() | st.floats(0, 1)),
        )
        for place in sorted(places)
    ]


preferences = st.sampled_from(list(Prefer))


@given(beats=songs(), count=st.integers(1, 70), prefer=preferences)
def test_a_count_of_shots_is_kept_or_refused_in_numbers(
    beats: list[Beat], count: int, prefer: Prefer
) -> None:
    if count > len(beats) - 1:
        with pytest.raises(TooFewBeatsError) as refused:
            choose(beats, wish(By.COUNT, count, prefer=prefer))
        assert (refused.value.beats, refused.value.most) == (len(beats), len(beats) - 1)
        return
    cuts = choose(beats, wish(By.COUNT, count, prefer=prefer))
    assert len(cuts) == count + 1
    assert frames(cuts) == sorted(set(frames(cuts)))
    assert set(cuts) <= set(beats)
    assert (cuts[0], cuts[-1]) == (beats[0], beats[-1])


lengths = st.lists(st.floats(0.04, 500), min_size=1, max_size=4)


@given(beats=songs(), sizes=lengths, prefer=preferences)
def test_lengths_in_seconds_fill_the_song_until_less_is_left_than_the_next_one(
    beats: list[Beat], sizes: list[float], prefer: Prefer
) -> None:
    cuts = choose(beats, wish(By.SECONDS, *sizes, prefer=prefer))
    assert frames(cuts) == sorted(set(frames(cuts)))
    assert set(cuts) <= set(beats)
    assert cuts[0] == beats[0]
    assert len(cuts) > 1
    assert beats[-1].time - cuts[-1].time < sizes[(len(cuts) - 1) % len(sizes)]


@given(beats=songs(), steps=st.lists(st.integers(1, 9), min_size=1, max_size=4), prefer=preferences)
def test_lengths_in_beats_are_kept_exactly(beats: list[Beat], steps: list[int], prefer: Prefer) -> None:
    if len(beats) <= steps[0]:
        with pytest.raises(TooFewBeatsError):
            choose(beats, wish(By.BEATS, *steps, prefer=prefer))
        return
    places = [beats.index(cut) for cut in choose(beats, wish(By.BEATS, *steps, prefer=prefer))]
    taken = [after - before for before, after in itertools.pairwise(places)]
    assert taken == list(itertools.islice(itertools.cycle(steps), len(taken)))
    # Nothing is left over that another shot could have had.
    assert places[-1] + steps[len(taken) % len(steps)] >= len(beats)
    assert places[0] < sum(steps)


@given(beats=songs(), steps=st.lists(st.integers(1, 3), min_size=1, max_size=3))
def test_lengths_in_bars_are_counted_from_downbeat_to_downbeat(beats: list[Beat], steps: list[int]) -> None:
    downbeats = [beat for beat in beats if beat.downbeat]
    if len(downbeats) <= steps[0]:
        with pytest.raises(TooFewBeatsError):
            choose(beats, wish(By.BARS, *steps))
        return
    cuts = choose(beats, wish(By.BARS, *steps))
    places = [downbeats.index(cut) for cut in cuts]
    assert places[0] == 0
    taken = [after - before for before, after in itertools.pairwise(places)]
    assert taken == list(itertools.islice(itertools.cycle(steps), len(taken)))


def error_of_count(cuts: Sequence[Beat], count: int) -> float:
    length = (cuts[-1].time - cuts[0].time) / count
    wished = [cuts[0].time + number * length for number in range(count + 1)]
    return sum(((cut.time - place) / length) ** 2 for cut, place in zip(cuts, wished, strict=True))


def error_of_seconds(cuts: Sequence[Beat], sizes: Sequence[float]) -> float:
    taken = [after.time - before.time for before, after in itertools.pairwise(cuts)]
    return sum(
        ((length - size) / size) ** 2 for length, size in zip(taken, itertools.cycle(sizes), strict=False)
    )


@settings(max_examples=60)
@given(beats=songs(least=3, most=10), count=st.integers(1, 9))
def test_no_other_beats_are_nearer_to_shots_of_one_length(beats: list[Beat], count: int) -> None:
    count = min(count, len(beats) - 1)
    cuts = choose(beats, wish(By.COUNT, count))
    others = itertools.combinations(beats[1:-1], count - 1)
    best = min(error_of_count([beats[0], *inner, beats[-1]], count) for inner in others)
    assert error_of_count(cuts, count) == pytest.approx(best)


@settings(max_examples=60)
@given(beats=songs(least=2, most=9), sizes=st.lists(st.floats(5, 500), min_size=1, max_size=3))
def test_no_other_beats_are_nearer_to_the_lengths_that_are_wished_for(
    beats: list[Beat], sizes: list[float]
) -> None:
    cuts = choose(beats, wish(By.SECONDS, *sizes))
    ways = [
        [beats[0], *others]
        for number in range(1, len(beats))
        for others in itertools.combinations(beats[1:], number)
        if beats[-1].time - others[-1].time < sizes[number % len(sizes)]
    ]
    best = min(error_of_seconds(way, sizes) for way in ways)
    assert error_of_seconds(cuts, sizes) == pytest.approx(best)


def test_two_seconds_at_120_bpm_are_bars() -> None:
    cuts = choose(steady(41), wish(By.SECONDS, 2))
    assert frames(cuts) == list(range(0, 501, 50))


def test_lengths_take_turns() -> None:
    cuts = choose(steady(25), wish(By.SECONDS, 2, 2, 1, 1))
    assert [after.time - before.time for before, after in itertools.pairwise(cuts)] == [2, 2, 1, 1] * 2


def test_odd_lengths_are_spread_over_the_song() -> None:
    taken = [b.time - a.time for a, b in itertools.pairwise(choose(steady(26), wish(By.COUNT, 6)))]
    assert sorted(taken) == [2.0] * 5 + [2.5]
    taken = [b.time - a.time for a, b in itertools.pairwise(choose(steady(28), wish(By.COUNT, 6)))]
    assert taken == [2.0, 2.5, 2.0, 2.5, 2.0, 2.5] or taken == [2.5, 2.0] * 3


def test_downbeats_are_preferred_only_where_they_fit() -> None:
    beats = steady(41)
    anywhere = choose(beats, wish(By.SECONDS, 2.5))
    preferring = choose(beats, wish(By.SECONDS, 2.5, prefer=Prefer.DOWNBEATS))
    assert sum(cut.downbeat for cut in preferring) > sum(cut.downbeat for cut in anywhere)
    # A bar lasts two seconds: nobody wants it where a shot shall last half of one.
    short = choose(beats, wish(By.SECONDS, 0.5, prefer=Prefer.DOWNBEATS))
    assert short == beats


def test_every_fourth_beat_begins_with_a_downbeat_where_those_are_preferred() -> None:
    beats = [Beat(frame=n * 10, time=n * 0.4, downbeat=n % 4 == 3) for n in range(30)]
    assert choose(beats, wish(By.BEATS, 4))[0] == beats[0]
    cuts = choose(beats, wish(By.BEATS, 4, prefer=Prefer.DOWNBEATS))
    assert all(cut.downbeat for cut in cuts) and cuts[0] == beats[3]


def test_strong_beats_are_preferred_to_their_neighbours() -> None:
    beats = [
        Beat(frame=n * 10, time=n * 0.4, strength=1.0 if n in (0, 6, 11, 20) else 0.1) for n in range(21)
    ]
    cuts = choose(beats, wish(By.COUNT, 4, prefer=Prefer.STRONG))
    assert [beats.index(cut) for cut in cuts] == [0, 6, 11, 15, 20]


def test_a_shot_that_no_beat_can_end_in_time_is_counted() -> None:
    beats = song(*[0.5] * 8, 30.0, *[0.5] * 8)
    wished = wish(By.SECONDS, 2)
    assert unlike(choose(beats, wished), wished) == 1
    assert unlike(choose(beats, wish(By.COUNT, 3)), wish(By.COUNT, 3)) == 0


@pytest.mark.parametrize("by", list(By))
def test_one_beat_makes_no_shot(by: By) -> None:
    for beats in ([], steady(1)):
        with pytest.raises(TooFewBeatsError):
            choose(beats, wish(by, 1))


def test_a_list_has_an_end() -> None:
    with pytest.raises(TooManyShotsError):
        choose(steady(MOST_SHOTS + 2), wish(By.BEATS, 1))
    with pytest.raises(TooManyShotsError):
        choose(steady(MOST_SHOTS + 9), wish(By.COUNT, MOST_SHOTS + 1))
    with pytest.raises(TooManyBeatsError):
        choose(steady(MOST_BEATS + 1), wish(By.BEATS, 4))
    assert len(choose(steady(MOST_BEATS), wish(By.COUNT, MOST_SHOTS))) == MOST_SHOTS + 1
