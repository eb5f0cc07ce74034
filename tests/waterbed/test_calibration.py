"""A small calibration, and the page that the large one writes."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest

RUNS = 200


@pytest.fixture(scope="module")
def scripts():
    with pytest.MonkeyPatch.context() as patch:
        from tests.waterbed.waterbed_panels import REFERENCE  # noqa: PLC0415 - beside this file

        patch.syspath_prepend(str(REFERENCE.parents[1] / "benchmarks"))
        import calibration  # noqa: PLC0415 - found where the patch points
        import calibration_page  # noqa: PLC0415 - likewise

        yield calibration, calibration_page


@pytest.fixture(scope="module")
def records(scripts):
    calibration, _ = scripts
    middle = calibration.MIDDLE
    chosen = (
        middle,
        replace(middle, treated=3, controls=10, volume="low", before=18, after=6),
        replace(middle, treated=10, controls=10, sizes="equal", shared=False),
    )
    return [one for cell in chosen for one in calibration.run(cell, RUNS)]


def test_every_cell_holds_the_truth_and_the_usual_ways_do_not(scripts, records):
    _, page = scripts
    assert len(records) == 12
    assert not any(page.fails(one, "waterbed") for one in records)
    held = [page.share(one, "waterbed_held") for one in records]
    assert np.mean(held) > 0.945
    assert np.mean([page.false(one, "waterbed") for one in records]) < 0.025
    for way in ("before_after", "did"):
        assert any(page.fails(one, way) for one in records)
        assert np.mean([page.share(one, f"{way}_held") for one in records]) < np.mean(held)


def test_what_is_there_is_shown(records):
    middle = {one["quotient"]: one for one in records[:4]}
    assert middle[0.7]["waterbed_waterbed"] > 0.8 * RUNS
    assert middle[0.0]["waterbed_net_reduction"] > 0.8 * RUNS
    gross = [one["waterbed_gross_held"] for one in records]
    net = [one["waterbed_net_held"] for one in records]
    assert min(gross) > 0.9 * RUNS
    assert min(net) > 0.9 * RUNS


def test_the_same_seed_gives_the_same_counts_and_parts_differ(scripts):
    calibration, _ = scripts
    first = calibration.run(calibration.MIDDLE, 20)
    assert calibration.run(calibration.MIDDLE, 20) == first
    other = calibration.run(calibration.MIDDLE, 20, part=1)
    assert [one | {"part": 0} for one in other] != first


def test_every_cell_that_was_asked_for_is_there_once(scripts):
    calibration, _ = scripts
    cells = calibration.cells()
    kept = [cell for cell in cells if cell.controls and not cell.breaks]
    assert len(set(cells)) == len(cells)
    assert len(kept) == 3 * 3 * 3 * 2 * 2 * 2
    assert {cell.breaks for cell in cells} == {"", "controls", "untouched", "ramp", "peak"}
    assert {(cell.before, cell.after) for cell in kept} == {(18, 6), (24, 12), (36, 12)}
    half = [cell for cell in kept if cell.treated == cell.controls]
    assert {cell.treated for cell in kept if cell not in half} == {1, 3}
    assert {cell.treated for cell in half} == {10, 20, 40}


@pytest.mark.slow
def test_a_broken_assumption_is_warned_of_more_often_than_a_sound_one(scripts):
    calibration, page = scripts
    sound = {one["quotient"]: one for one in calibration.run(calibration.MIDDLE, RUNS)}
    for cell in calibration.BROKEN:
        name, _ = page.SAID[cell.breaks]
        at = calibration.run(cell, RUNS)[-1]
        usual = 0.05 * RUNS if cell.breaks == "controls" else sound[1.0][name]
        assert at[name] > usual + 0.1 * RUNS


def test_a_gate_is_for_what_is_surely_off(scripts):
    _, page = scripts
    cell = {"quotient": 0.3, "runs": 2000, "w_backfire": 0}
    assert page.fails(cell | {"w_held": 1820}, "w")
    assert not page.fails(cell | {"w_held": 1840}, "w")
    assert not page.fails(cell | {"w_held": 2000}, "w")
    assert page.fails(cell | {"w_held": 1900, "w_backfire": 110}, "w")
    assert not page.fails(cell | {"w_held": 1900, "w_backfire": 100}, "w")


def test_a_study_goes_on_where_it_stopped_and_writes_its_page(scripts, tmp_path, monkeypatch):
    calibration, page = scripts
    chosen = [calibration.MIDDLE, *calibration.BROKEN]
    chosen.append(replace(calibration.MIDDLE, treated=3))
    alone, rare = calibration.ALONE[:2], calibration.FLOORS[3:5]
    few = {"panels": lambda: chosen, "alone": lambda: alone, "floors": lambda: rare}
    monkeypatch.setattr(calibration, "STUDIES", few)
    monkeypatch.setattr(calibration, "RUNS", 10)
    monkeypatch.setattr(calibration, "PARTS", 2)
    monkeypatch.setattr(calibration, "PAGE", tmp_path / "calibration.md")
    kept = tmp_path / "records.jsonl"
    calibration.study(kept, -1.0)
    assert calibration.done(kept) == []
    monkeypatch.setattr("sys.argv", ["calibration.py", "--records", str(kept)])
    calibration.main()
    first = kept.read_text("utf-8")
    assert len(first.splitlines()) == 4 * 7 * 2
    calibration.main()
    assert kept.read_text("utf-8") == first
    written = (tmp_path / "calibration.md").read_text("utf-8")
    assert "28 of 28 cells were run, 20 times each." in written
    added = page.merged([json.loads(line) for line in first.splitlines()])
    assert [one["runs"] for one in added] == [20] * 28
    assert {tuple(one[name] for name in asdict(calibration.MIDDLE)) for one in added} == {
        tuple(asdict(cell).values()) for cell in chosen
    }
    assert calibration.done(kept)[0]["waterbed_held"] <= added[0]["waterbed_held"]
    for name in ("alone", "floors"):
        monkeypatch.setattr("sys.argv", ["calibration.py", "--records", str(kept), "--study", name])
        calibration.main()
    both = (tmp_path / "calibration.md").read_text("utf-8")
    assert both.startswith(written.rstrip())
    assert both.count("8 of 8 cells were run, 20 times each.") == 2
    assert both.count("\n## ") == written.count("\n## ") + 2


def test_a_study_leaves_the_sections_of_others_alone(scripts):
    _, page = scripts
    before = "# T\n\nhead\n\n## A\n\none\n\n## B\n\ntwo\n"
    assert page.with_sections(before, {"A": ["three", "four"], "C": ["five"]}) == (
        "# T\n\nhead\n\n## A\n\nthree\nfour\n\n## B\n\ntwo\n\n## C\n\nfive\n"
    )
    assert page.with_sections(before, {}) == before


def test_a_cell_with_a_limit_fails_beyond_its_own_standard_error(scripts):
    _, page = scripts
    assert page.beyond({"runs": 1000, "held": 910}, "held", 0.945)
    assert not page.beyond({"runs": 1000, "held": 935}, "held", 0.945)
    assert not page.beyond({"runs": 0, "held": 0}, "held", 0.945)


def test_intervals_hold_the_truth_where_orders_are_rare_or_nothing_is_said(scripts):
    calibration, page = scripts
    cell = replace(calibration.FLOORS[0], treated=25, controls=40, volume=3.0, before=24, after=12)
    for one in calibration.run(cell, 60):
        assert one["estimated"] > 40
        for part in ("gross_held", "net_held", "quotient_held"):
            assert not page.beyond(one, part, page.FLOORS_HELD, "estimated")
    seldom = calibration.run(replace(cell, treated=100, controls=100, volume=0.5), 5)
    assert [one["estimated"] for one in seldom] == [0] * 4


def test_the_correlation_of_shocks_that_was_usual_gives_the_draws_it_gave(scripts):
    calibration, _ = scripts
    assert "lasting" not in calibration._seeding(calibration.MIDDLE)
    assert calibration._seeding(replace(calibration.MIDDLE, lasting=0.1))["lasting"] == 0.1


def test_the_usual_ways_stand_beside_it_as_they_are_used(usual):
    rng = np.random.default_rng(2)
    a, b = rng.poisson(80, (2, 12, 30)) * 1.0
    of = usual.before_after(a, b, 2, 18)
    months = a[:2].sum(0)
    assert of.gross == pytest.approx(months[18:].mean() - months[:18].mean())
    expected = months[18:].var(ddof=1) / 12 + months[:18].var(ddof=1) / 18
    assert of.gross_var == pytest.approx(expected)
