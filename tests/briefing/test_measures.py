"""What a form on a measure offers and folds, the numbers it proposes, and who did what when."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nami_monitor.briefing.measures import ALL, MeasureOption, fold, groups, next_code, unfold

PLACES = tuple(
    MeasureOption(f"L{number}", f"Plaats {number}", group)
    for number, group in enumerate(["noord", "noord", "zuid", "zuid", "zuid", "west", None, None])
)
CODES = [one.code for one in PLACES]


@given(st.lists(st.sampled_from([*CODES, "weg"]), unique=True))
def test_what_is_folded_unfolds_to_the_same_in_the_same_order(codes):
    assert unfold(fold(codes, PLACES), PLACES, codes) == tuple(codes)


@given(st.lists(st.sampled_from(CODES), unique=True), st.lists(st.sampled_from(CODES), unique=True))
def test_what_was_registered_keeps_its_place_and_new_codes_follow(held, chosen):
    found = unfold(chosen, PLACES, held)
    assert set(found) == set(chosen)
    kept = [code for code in held if code in chosen]
    assert list(found[: len(kept)]) == kept
    assert list(found[len(kept) :]) == sorted(set(chosen) - set(kept))


def test_whole_groups_are_chosen_at_once():
    assert list(groups(PLACES)) == ["noord", "zuid"]
    assert fold(["L0", "L1", "L5"], PLACES) == ["g:noord", "L5"]
    assert fold(CODES, PLACES) == [ALL]
    assert unfold([ALL], PLACES) == tuple(CODES)
    assert unfold(["g:zuid", "L2", "L6"], PLACES) == ("L2", "L3", "L4", "L6")
    assert fold(["L9"], PLACES) == ["L9"]


@pytest.mark.parametrize(
    ("taken", "code"),
    [
        ([], "M-1"),
        (["proef"], "M-1"),
        (["ZL-I-1", "ZL-I-12", "ZL-I-3"], "ZL-I-13"),
        (["A1", "A2", "B9"], "A3"),
        (["2026-01", "2026-02"], "2026-3"),
    ],
)
def test_the_next_number_continues_the_series_that_is_in_use(taken, code):
    assert next_code(taken) == code
    assert code not in taken
