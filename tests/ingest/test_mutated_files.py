"""A changed file never books other figures in silence; all changes: benchmarks/mutations.py."""

import pytest

from tests.support.mutated import made, outcomes, sample


@pytest.mark.slow
@pytest.mark.parametrize("kind", made())
def test_a_changed_file_books_the_same_asks_or_sets_aside(kind, tmp_path):
    found = list(outcomes(tmp_path, made()[kind], sample(7, 12)))
    assert len(found) == 24
    assert [one for one in found if one[2].startswith("OTHER")] == []


def test_packs_whose_contents_went_are_never_booked_as_pieces(tmp_path):
    gone = {"column 5 gone", "header 5 is 'Veld 7'"}
    found = outcomes(
        tmp_path, made()["statement"], lambda every: [one for one in every if one[0] in gone]
    )
    assert {(who, came.partition(" ")[0]) for _, who, came in found} == {
        ("anew", "asked"), ("kept", "refused"),
    }  # fmt: skip
