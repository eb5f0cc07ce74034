"""Rows that are the sum of others in a table with months as columns."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nami_monitor.ingest.cells import Layout
from nami_monitor.ingest.profiles import proposal, sums
from nami_monitor.ingest.profiles.library import read_sheets
from nami_monitor.ingest.profiles.profile import parse_profile, write_profile
from nami_monitor.ingest.profiles.sums import sum_lines, sums_among

COLUMNS = st.integers(3, 12)
SEEDS = st.integers(0, 2**32 - 1)


def leaves(rng, rows, columns):
    """Rows of amounts in cents, of which some are empty."""
    amounts = rng.integers(1, 1_000_000, (rows, columns))
    return amounts * (rng.random((rows, columns)) < 0.9)


@given(SEEDS, COLUMNS, st.lists(st.integers(2, 7), min_size=1, max_size=6), st.booleans(),
       st.booleans(), st.integers(0, 3))  # fmt: skip
@settings(max_examples=150, deadline=None, derandomize=True)
def test_exactly_the_planted_sums_are_found(seed, columns, groups, grand, below, apart):
    rng = np.random.default_rng(seed)
    rows, planted = [], set()
    for parts in groups:
        own = leaves(rng, parts, columns)
        planted.add(len(rows))
        rows += [own.sum(axis=0), *own]
    if grand and len(groups) > 1:
        rows.insert(0, np.sum([rows[at] for at in planted], axis=0))
        planted = {0, *(at + 1 for at in planted)}
    else:
        rows += list(leaves(rng, apart, columns))
    if below:
        rows.reverse()
        planted = {len(rows) - 1 - at for at in planted}
    assert set(sums_among(np.array(rows))) == planted


def tables_of_leaves(rng, kind, rows, columns):
    """Numbers of which none is a sum but by chance."""
    once = rng.integers(1, 6, (rows, 1))
    return {
        "amounts": lambda: leaves(rng, rows, columns),
        "small counts": lambda: rng.integers(0, 4, (rows, columns)),
        "round amounts": lambda: rng.integers(0, 20, (rows, columns)) * 100,
        "hardly filled": lambda: (
            rng.integers(0, 4, (rows, columns)) * (rng.random((rows, columns)) < 0.2)
        ),
        "the same each month": lambda: np.repeat(once, columns, axis=1),
        "shared out by a key": lambda: once * rng.integers(0, 50, (1, columns)),
        "slowly changing": lambda: np.maximum(
            once + rng.choice([-1, 0, 0, 0, 0, 0, 1], (rows, columns)).cumsum(axis=1), 0
        ),
        "all zero": lambda: np.zeros((rows, columns), np.int64),
        "all alike": lambda: np.repeat(leaves(rng, 1, columns), rows, axis=0),
    }[kind]()


KINDS = (
    "amounts", "small counts", "round amounts", "hardly filled", "the same each month",
    "shared out by a key", "slowly changing", "all zero", "all alike",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@given(SEEDS, st.integers(1, 30), COLUMNS)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_nothing_is_found_where_no_row_is_a_sum(kind, seed, rows, columns):
    rng = np.random.default_rng(seed)
    assert sums_among(tables_of_leaves(rng, kind, rows, columns)) == ()


def test_one_part_is_no_proof_and_is_told_where_sums_are_proven():
    rng = np.random.default_rng(1)
    one, two = leaves(rng, 3, 6), leaves(rng, 1, 6)
    assert sums_among(np.array([two[0], two[0]])) == ()
    assert sums_among(np.array([two[0], two[0], one.sum(axis=0), *one])) == (0, 2)


def test_sums_that_stand_on_both_sides_are_found():
    rng = np.random.default_rng(2)
    one, two = leaves(rng, 3, 6), leaves(rng, 4, 6)
    below = [*one, one.sum(axis=0), *two, two.sum(axis=0)]
    assert sums_among(np.array([below[3] + below[8], *below])) == (0, 4, 9)


def test_sums_of_numbers_that_were_rounded_are_found():
    rng = np.random.default_rng(3)
    exact = rng.integers(100_000, 9_000_000, (6, 8)) / 100
    rounded = np.round([exact[:3].sum(axis=0), *exact[:3], exact[3:].sum(axis=0), *exact[3:]])
    assert (rounded[1:4].sum(axis=0) != rounded[0]).any()
    assert sums_among(rounded.astype(np.int64)) == (0, 4)


@pytest.mark.parametrize("one", [(1, 1, 1), (1, 2, 3), (2, 1, 0)])
def test_where_nearly_any_rows_add_up_to_others_few_are_weighed(monkeypatch, one):
    """Rows that cancel each other out: without a bound each of them has hundreds of sums."""
    weighed, bits = [], sums._bits
    monkeypatch.setattr(sums, "MOST_WEIGHED", 50)
    monkeypatch.setattr(sums, "_bits", lambda *of: weighed.append(of) or bits(*of))
    sums_among(np.array([[(-1) ** row * cell for cell in one] for row in range(200)]))
    assert len(weighed) <= 50 * 8


STAFF = (
    "Afdeling;jan 2026;feb 2026;mrt 2026;apr 2026;K1 2026;t/m apr 2026",
    "Watersysteem;30,5;30,5;31,5;31,5;92,5;124",
    "Team Peil;10,5;10,5;11,5;10,5;32,5;43",
    "Team Rat;20;20;20;21;60;81",
    "Waterketen;25;25;24;24;74;98",
    "Team Zuivering;12;12;11;11;35;46",
    "Team Riool;13;13;13;13;39;52",
)


def test_a_new_file_is_asked_about_sums_and_its_profile_keeps_the_answer(tmp_path):
    file = tmp_path / "fte.csv"
    file.write_text("\n".join(STAFF))
    (sheet,) = read_sheets(file, Layout())
    profile = proposal.proposed(sheet, file.name)
    assert proposal.unpivoted(profile) == ("jan 2026", "feb 2026", "mrt 2026", "apr 2026")
    (question,) = (one for one in proposal.asks(sheet, profile, {}) if one.key == "sums")
    assert question.seen == "Watersysteem, Waterketen"
    assert [one.name.rpartition(".")[2] for one in question.choices] == ["skip", "keep"]
    for answer in question.choices:
        assert all(one.key != "sums" for one in proposal.asks(sheet, answer.profile, {}))
        assert parse_profile(write_profile(answer.profile)).unpivot == answer.profile.unpivot
    assert sum_lines(sheet, profile) == (2, 5)
