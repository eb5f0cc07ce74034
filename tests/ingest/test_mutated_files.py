"""A changed file never books other figures in silence; all changes: benchmarks/mutations.py."""

import pytest

from tests.support.mutated import made, outcomes, sample


@pytest.mark.slow
@pytest.mark.parametrize("kind", made())
def test_a_changed_file_books_the_same_asks_or_sets_aside(kind, tmp_path):
    found = list(outcomes(tmp_path, made()[kind], sample(7, 12)))
    assert len(found) == 24
    assert [one for one in found if one[2].startswith("OTHER")] == []
