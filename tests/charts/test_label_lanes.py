from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from nami_monitor.charts.label_lanes import (
    CHARACTER,
    LINE_CHARACTERS,
    LINES,
    NAMED,
    NARROWEST,
    label_width,
    pack_rows,
    place_labels,
    spread_labels,
    wrap_label,
)

PLACES = st.lists(st.integers(0, 119), max_size=9).map(
    lambda xs: [(x + 0.5) / 120 for x in sorted(xs)]
)
LABELS = st.text(alphabet="abc WM", min_size=1, max_size=60).filter(str.strip)


def reach(flag, width):
    room = label_width(flag.lines)
    x = flag.x * width
    return (x - room, x) if flag.left else (x, x + room)


DETAILS = st.sampled_from(["", "sinds mrt 2025, alle locaties"])


@given(PLACES, st.data(), st.floats(1, 3))
def test_no_label_meets_a_label_or_a_rule_at_any_width_from_the_narrowest(places, data, wider):
    labels = st.lists(st.tuples(LABELS, DETAILS), min_size=len(places), max_size=len(places))
    found = place_labels(places, data.draw(labels))
    if found is None:
        return
    width = NAMED * wider
    for i, flag in enumerate(found):
        start, end = reach(flag, width)
        assert end <= width + 1e-6
        for k, other in enumerate(found):
            if i == k:
                continue
            at = other.x * width
            if start < at < end:
                assert other.lane < flag.lane, "a rule crosses a label"
            if other.lane == flag.lane:
                first, last = reach(other, width)
                assert last <= start or end <= first, "two labels overlap in a lane"


def test_the_earliest_is_highest_and_each_rule_stops_at_its_own_lane():
    found = place_labels([0.4, 0.45, 0.5], [("een", ""), ("twee", ""), ("drie", "")])
    assert [flag.lane for flag in found] == [2, 1, 0]
    assert not any(flag.left for flag in found)


def test_a_label_at_the_edge_stands_to_the_left_above_the_rules_it_covers():
    found = place_labels([0.9, 0.97], [("Retourregeling meubilair", ""), ("Proef zonder kast", "")])
    assert [flag.left for flag in found] == [True, True]
    assert [flag.lane for flag in found] == [0, 1]


def test_too_many_labels_make_way_for_badges():
    assert place_labels([k / 20 for k in range(12)], [("Een lange naam", "")] * 12) is None
    assert place_labels([], []) == []


@given(st.text(max_size=200))
def test_a_broken_label_fits(label):
    lines = wrap_label(label)
    assert 1 <= len(lines) <= LINES
    assert all(len(line) <= LINE_CHARACTERS for line in lines)
    assert label_width(lines) >= CHARACTER


def test_what_does_not_fit_ends_in_an_ellipsis():
    assert wrap_label("Levensduur laptops naar 5 jaar") == ("Levensduur laptops naar", "5 jaar")
    assert wrap_label("Onderhoudsovereenkomsten " * 4)[-1].endswith("…")


@given(PLACES, st.data())
def test_marks_of_one_row_are_apart(places, data):
    widths = data.draw(st.lists(st.floats(5, 60), min_size=len(places), max_size=len(places)))
    marks = list(zip(places, widths, strict=True))
    taken = pack_rows(marks)
    for row in set(taken):
        held = [mark for mark, r in zip(marks, taken, strict=True) if r == row]
        for (a, wide), (b, _) in pairwise(held):
            assert (b - a) * NARROWEST >= wide - 1e-6


@given(st.lists(st.floats(0, 300), max_size=6))
def test_labels_at_line_ends_keep_their_order_and_distance(wanted):
    placed = spread_labels(wanted, 31, 0, 300)
    by_place = sorted(placed)
    assert all(b - a >= 31 - 1e-6 for a, b in pairwise(by_place))
    assert all(-1e-6 <= place <= 300 + 1e-6 for place in placed)
    pairs = [(w, p) for w, p in zip(wanted, placed, strict=True)]
    assert all(a[1] <= b[1] for a in pairs for b in pairs if a[0] < b[0])
