"""A sample of the calibration of designs: what was promised, shown and held."""

import numpy as np
import pytest

from tests.waterbed.waterbed_panels import REFERENCE

HISTORIES = 12


@pytest.fixture(scope="module")
def benchmark():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(REFERENCE.parents[1] / "benchmarks"))
        import designs  # noqa: PLC0415 - found where the patch points

        patch.setattr(designs, "SITES", (3,))
        patch.setattr(designs, "GROUPS", (1,))
        patch.setattr(designs, "LENGTHS", (6, 12))
        yield designs


@pytest.fixture(scope="module")
def sums(benchmark, tmp_path_factory):
    records = tmp_path_factory.mktemp("designs") / "records.jsonl"
    found = benchmark.tally(HISTORIES, records)
    again = benchmark.tally(HISTORIES, records)
    assert (found == again).all()
    assert len(records.read_text("utf-8").splitlines()) == HISTORIES
    return found


@pytest.mark.slow
def test_promises_are_kept_and_intervals_hold(benchmark, sums):
    shares = dict(zip(benchmark.COUNTS, sums.T / HISTORIES, strict=True))
    assert (shares["planned"] == 1).all()
    assert shares["held"].mean() > 0.85
    assert abs(shares["promised_net"] - shares["net"]).mean() < 0.2
    assert abs(shares["promised_waterbed"] - shares["waterbed"]).mean() < 0.2
    designs = [design for _, design in benchmark.every()]
    one_sided = np.array([design.one_sided for design in designs])
    assert (shares["promised_net"][one_sided] > shares["promised_net"][~one_sided]).all()


@pytest.mark.slow
def test_the_page_says_which_rows_fail(benchmark, sums):
    head, _, *table = benchmark.section(sums, HISTORIES)
    assert f"{HISTORIES} histories" in head
    assert len(table) == 2 + len(sums)
    off = sums.copy()
    off[0, benchmark.COUNTS.index("held")] = 0
    off[1, benchmark.COUNTS.index("promised_net")] += HISTORIES
    rows = benchmark.section(off, HISTORIES)[4:]
    assert "held" in rows[0]
    assert "apart" in rows[1]
