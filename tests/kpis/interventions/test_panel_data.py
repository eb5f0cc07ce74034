"""The order lines of a category: read as they are or added up first, they are the same sums."""

import datetime as dt
from collections import defaultdict

import numpy as np
import pytest

from nami_monitor.core.periods import add_months
from nami_monitor.core.words import Unit
from nami_monitor.kpis.interventions import panel_data
from nami_monitor.kpis.interventions.evaluation import evaluate_in_every_unit
from nami_monitor.kpis.interventions.panel_data import READINGS, CubePart, read_panel_data
from tests.kpis.interventions.offices import OFFICES, Offices

FIRST = dt.date(2023, 1, 1)
ARTICLES = {"P1": 0.01, "P2": 2.5, "W1": 0.01}


def drawn(seed, lines=400):
    """Lines on any day, several in a month; some without a quantity, some given back."""
    rng = np.random.default_rng(seed)
    for _ in range(lines):
        day = add_months(FIRST, int(rng.integers(0, 9))) + dt.timedelta(int(rng.integers(0, 28)))
        pieces = int(rng.integers(-2, 9)) or None
        yield (
            *(day, OFFICES[rng.integers(0, 5)], list(ARTICLES)[rng.integers(0, 3)]),
            *(pieces, int(rng.integers(1, 90)) / 4),
        )


@pytest.fixture(scope="module")
def lines(kept):
    """The offices, and a counter that sells anything on any day; with the counter's rows."""
    Offices().load(kept)
    header = ["ordered_on", "location_id", "category", "product_id", "quantity", "amount_eur"]
    rows = list(drawn(1))
    table = [
        [day, office, "office", article, "" if pieces is None else pieces, eur]
        for day, office, article, pieces, eur in rows
    ]
    kept.load_rows("orders", header, table, source="cabinet", channel="counter")
    return kept, rows


def read(monitor):
    with monitor.store.read() as db:
        return panel_data.read_cubes(db, ["office"], {("cabinet", "P1")})


def told(one):
    """Everything that a cube says, by what it says it of."""
    parts = range(len(one.parts))
    units = {unit: [one.panel([at], unit) for at in parts] for unit in READINGS}
    seen = [one.has_lines([at]) for at in parts]
    return one.locations, one.months, one.parts, units, seen, one.totals


def test_lines_read_apart_are_those_that_were_added_up_first(lines, monkeypatch):
    monitor, _ = lines
    apart = {code: told(one) for code, one in read(monitor).items()}
    monkeypatch.setattr(panel_data, "LINES_APART", 0)
    together = {code: told(one) for code, one in read(monitor).items()}
    assert list(apart) == ["office"]
    for code, (*names, units, seen, totals) in apart.items():
        *others, other_units, other_seen, other_totals = together[code]
        assert names == others
        assert np.array_equal(seen, other_seen)
        for unit, values in units.items():
            assert np.array(values) == pytest.approx(np.array(other_units[unit]), abs=1e-9)
        for name, values in totals.items():
            assert values == pytest.approx(other_totals[name])


def test_a_cube_holds_the_plain_sums_of_its_lines(lines):
    monitor, rows = lines
    found = read(monitor)["office"]
    sums = defaultdict(float)
    for day, office, article, pieces, eur in rows:
        cell = office, day.replace(day=1), article
        sums[Unit.BASE, *cell] += pieces or 0
        sums[Unit.KG, *cell] += (pieces or 0) * ARTICLES[article]
        sums[Unit.EUR, *cell] += eur
    parts = {
        "P1": CubePart("counter", "", "cabinet", ("cabinet", "P1"), "writing", "piece"),
        "P2": CubePart("counter", "", "cabinet", None, "paper", "piece"),
        "W1": CubePart("counter", "", "cabinet", None, "writing", "piece"),
    }
    for article, part in parts.items():
        at = found.parts.index(part)
        for unit in READINGS:
            expected = [
                [sums[unit, office, month, article] for month in found.months]
                for office in found.locations
            ]
            assert found.panel([at], unit) == pytest.approx(np.array(expected), abs=1e-9)
        known = sum(pieces is not None for _, _, code, pieces, _ in rows if code == article)
        assert found.total([at], "lines_with_quantity") == known


def test_an_article_without_a_group_is_one_with_those_that_are_the_same(monitor):
    monitor.load("categories", "category name_nl name_en\ncleaning Schoon Clean")
    monitor.load(
        "products",
        """
        product_id name category base_unit units_per_pack same_as
        A1         Mop  cleaning piece     1              .
        B1         Mop  cleaning piece     1              A1
        C1         Rag  cleaning piece     1              .
        """,
        source="cabinet",
    )
    header = ["ordered_on", "location_id", "category", "product_id", "quantity", "channel"]
    rows = [[FIRST, "L01", "cleaning", code, 1, "shop"] for code in ("A1", "B1", "C1")]
    monitor.load("locations", "location_id name organisation\nL01 Here Org")
    monitor.load_rows("orders", header, rows, source="cabinet")
    with monitor.store.read() as db:
        (found,) = panel_data.read_cubes(db, ["cleaning"], ()).values()
    assert [part.group for part in found.parts] == ["A1", "C1"]
    assert found.panel([0], Unit.BASE).tolist() == [[2.0]]


def test_nothing_is_read_of_a_category_without_lines(monitor):
    with monitor.store.read() as db:
        assert panel_data.read_cubes(db, ["cleaning"], ()) == {}


def test_a_cube_that_keeps_no_panels_says_the_same(lines, monkeypatch):
    kept = answered(lines[0])
    monkeypatch.setattr(panel_data, "KEPT_AT_MOST", 0)
    assert answered(lines[0]) == kept


def answered(monitor):
    with monitor.store.read() as db:
        found = read_panel_data(db)
    return [
        (one.result.net, one.result.quotient, one.destinations)
        for each in found.register
        for one in evaluate_in_every_unit(each, found)
    ]
