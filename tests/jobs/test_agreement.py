"""How far two lists of beats agree, measured by lists whose answer is known and by a slow, sure matching."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.agreement import FAR, GAP, WINDOW, Level, compare

BEATS = [0.5 * number for number in range(1, 61)]
# Milliseconds, so that sums are exact enough; close ones are wanted, since they are hard to pair.
lists = st.lists(st.integers(0, 4000), unique=True, max_size=25).map(
    lambda ms: [each / 1000 for each in sorted(ms)]
)
songs = st.lists(st.integers(160, 2000), min_size=2, max_size=80).map(
    lambda steps: [sum(steps[: at + 1]) / 1000 for at in range(len(steps))]
)


def most_pairs(a, b):
    """Kuhn's algorithm: how many pairs within the window there can be; what mir_eval's matching is, too."""
    partner: dict[int, int] = {}

    def find(at, seen):
        for there, moment in enumerate(b):
            if there in seen or abs(a[at] - moment) > WINDOW + 1e-9:
                continue
            seen.add(there)
            if there not in partner or find(partner[there], seen):
                partner[there] = at
                return True
        return False

    return sum(find(at, set()) for at in range(len(a)))


@given(lists, lists)
def test_the_f_measure_is_that_of_the_best_matching(a, b):
    found = compare(a, b)
    pairs = most_pairs(a, b)
    assert len(found.pairs) == pairs
    if pairs:
        precision, recall = pairs / len(b), pairs / len(a)
        assert found.f_measure == pytest.approx(2 * precision * recall / (precision + recall))


@given(lists, lists)
def test_every_beat_is_in_one_pair_or_alone(a, b):
    found = compare(a, b)
    assert sorted([*found.only_a, *(at for at, _ in found.pairs)]) == list(range(len(a)))
    assert sorted([*found.only_b, *(there for _, there in found.pairs)]) == list(range(len(b)))
    assert all(abs(a[at] - b[there]) <= WINDOW + 1e-9 for at, there in found.pairs)
    assert all(one[0] < two[0] and one[1] < two[1] for one, two in pairwise(found.pairs))


@given(songs)
def test_a_list_agrees_with_itself(beats):
    found = compare(beats, beats)
    assert (found.f_measure, found.offset, found.level) == (1.0, 0.0, Level.SAME)
    assert found.tempo_ratio == pytest.approx(1)
    assert found.only_a == found.only_b == found.apart == found.stretches == ()


@given(songs, st.integers(-69, 69))
def test_a_list_that_comes_a_little_later_agrees_and_tells_by_how_much(beats, ms):
    found = compare(beats, [beat + ms / 1000 for beat in beats])
    assert found.f_measure == 1.0
    assert found.offset == pytest.approx(ms / 1000, abs=1e-9)
    assert found.stretches == ()


@given(lists, lists)
def test_swapping_the_two_swaps_what_is_told_of_them(a, b):
    there, back = compare(a, b), compare(b, a)
    assert there.f_measure == back.f_measure
    assert len(there.only_a) == len(back.only_b)
    if there.tempo_ratio:
        assert back.tempo_ratio == pytest.approx(1 / there.tempo_ratio)


def test_five_milliseconds_are_no_difference():
    found = compare(BEATS, [beat + 0.005 for beat in BEATS])
    assert (found.f_measure, found.offset) == (1.0, pytest.approx(0.005))


@pytest.mark.parametrize(
    ("a", "b", "level", "ratio", "f_measure"),
    [
        (BEATS, [0.25 * number for number in range(2, 121)], Level.DOUBLE, 2, 2 * 60 / (60 + 119)),
        (BEATS, BEATS[::2], Level.HALF, 0.5, 2 * 30 / (60 + 30)),
        (BEATS, BEATS[::3], Level.THIRD, 1 / 3, 2 * 20 / (60 + 20)),
        (BEATS, [each / 1.5 for each in BEATS], Level.THREE_HALVES, 1.5, None),
        (BEATS, [each / 1.2 for each in BEATS], Level.OTHER, 1.2, None),
        (BEATS, [each / 1.01 for each in BEATS], Level.SAME, 1.01, None),
    ],
)
def test_octave_errors_are_told_by_their_name(a, b, level, ratio, f_measure):
    found = compare(a, b)
    assert found.level == level
    assert found.tempo_ratio == pytest.approx(ratio)
    if f_measure:
        assert found.f_measure == pytest.approx(f_measure)


def test_off_beats_agree_in_tempo_and_in_nothing_else():
    found = compare(BEATS, [beat + 0.25 for beat in BEATS])
    assert (found.f_measure, found.offset, found.level) == (0.0, None, Level.SAME)
    assert len(found.stretches) == 1


@pytest.mark.parametrize(
    ("a", "b", "f_measure"), [([], [], None), (BEATS, [], 0.0), ([], BEATS, 0.0), ([1.0], [1.0], 1.0)]
)
def test_lists_with_nothing_or_little_in_them(a, b, f_measure):
    found = compare(a, b)
    assert found.f_measure == f_measure
    assert found.tempo_ratio is None
    assert found.level is None


def test_of_two_beats_in_reach_the_nearer_one_is_the_same_beat():
    assert compare([1.0], [0.94, 1.01]).pairs == ((0, 1),)
    assert compare([0.94, 1.01], [1.0]).pairs == ((1, 0),)


def test_differences_that_lie_together_are_one_stretch():
    found = compare(BEATS, sorted([20.25, *(beat for beat in BEATS if not 5 < beat < 7)]))
    assert [(each.start, each.end, each.only_a, each.only_b) for each in found.stretches] == [
        (5.5, 6.5, 3, 0),
        (20.25, 20.25, 0, 1),
    ]


def test_a_beat_that_is_further_off_than_the_rest_is_told():
    b = [beat + 0.01 for beat in BEATS]
    b[10] += FAR + 0.02
    found = compare(BEATS, b)
    assert found.apart == ((10, 10),)
    assert [(each.start, each.apart) for each in found.stretches] == [(BEATS[10], 1)]


@given(lists, lists)
def test_stretches_hold_every_difference_once_and_lie_apart(a, b):
    found = compare(a, b)
    assert sum(each.only_a for each in found.stretches) == len(found.only_a)
    assert sum(each.only_b for each in found.stretches) == len(found.only_b)
    assert sum(each.apart for each in found.stretches) == len(found.apart)
    assert all(later.start - earlier.end > GAP for earlier, later in pairwise(found.stretches))
