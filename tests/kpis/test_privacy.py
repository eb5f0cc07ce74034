"""What few people bought cannot be worked out from anything that is shown."""

from datetime import date
from itertools import product as pairs

import numpy as np
import pytest

from nami_monitor.core.periods import Period
from nami_monitor.core.words import Flag, State, Unit
from nami_monitor.kpis import Ask, KpiResult
from nami_monitor.kpis.privacy import StaffedSite, hide_small_cells, protected_sets

GROUPS = {"A": "north", "B": "north", "C": "north", "D": "south", "E": "south", "F": "west"}
STAFF = {"A": 3, "B": 9, "C": 40, "D": 30, "E": 50, "F": 2}
PRODUCTS = ("P1", "P2")


@pytest.fixture(scope="module")
def sites(kept):
    kept.load("categories", "category name_nl name_en activity_measure\npaper Papier Paper fte")
    rows = "\n".join(f"{place} {place} Org {group}" for place, group in GROUPS.items())
    kept.load("locations", f"location_id name organisation group\n{rows}")
    kept.load("products", "product_id name category base_unit\nP1 A4 paper pack\nP2 A3 paper pack")
    staff = "\n".join(f"2024-12-01 2024-12-31 {place} fte {n} fte" for place, n in STAFF.items())
    kept.load(
        "measurements",
        f"period_start period_end location_id activity_measure value unit\n{staff}",
        proxy="false",
    )
    orders = "\n".join(
        f"2024-12-05 {place} paper {item} shop {2**k} {2**k}"
        for k, (place, item) in enumerate(pairs(GROUPS, PRODUCTS))
    )
    kept.load(
        "orders",
        f"ordered_on location_id category product_id channel quantity amount_eur\n{orders}",
    )
    return kept


def subsets(names, largest):
    return [
        tuple(name for k, name in enumerate(names) if mask >> k & 1)
        for mask in range(1, 2 ** len(names))
        if mask.bit_count() <= largest or mask.bit_count() >= len(names) - 1
    ]


def asks():
    """Questions that go round a hidden cell in every way."""
    places = [{}, *({"location": s} for s in subsets(list(GROUPS), 2))]
    places += [{"group": s} for s in subsets(["north", "south", "west"], 3)]
    places += [{"location": ("A", "D"), "group": ("north",)}]
    items = [{}, {"product": ("P1",)}, {"product": ("P1", "P2")}]
    for by in ((), ("product",), ("location",), ("location", "product"), ("group", "product")):
        for place, item in pairs(places, items):
            yield by, place | item


def equation(result, where):
    """The cells that a shown figure adds up, as a row of zeros and ones."""
    keys = result.keys
    return [
        float(
            keys.get("location", place) == place
            and keys.get("group", GROUPS[place]) == GROUPS[place]
            and keys.get("product", item) == item
            and place in where.get("location", GROUPS)
            and GROUPS[place] in where.get("group", GROUPS.values())
            and item in where.get("product", PRODUCTS)
        )
        for place, item in pairs(GROUPS, PRODUCTS)
    ]


def figures(by):
    """A figure for every group, as if nothing had to be hidden."""
    period = Period(date(2024, 12, 1), date(2024, 12, 1), "month")
    values = {"location": GROUPS, "product": PRODUCTS, "group": sorted(set(GROUPS.values()))}
    return [
        KpiResult("k", period, dict(zip(by, keys, strict=True)), State.VALUE, Unit.EUR, 1, value=1)
        for keys in pairs(*(values[name] for name in by))
    ]


def test_no_sum_or_difference_of_shown_figures_gives_a_hidden_cell(sites):
    rows = []
    with sites.store.read() as db:
        for by, where in asks():
            shown = hide_small_cells(db, figures(by), Ask(by=by, where=where))
            rows += [equation(r, where) for r in shown if r.state is State.VALUE]
    known = np.unique(np.array(rows), axis=0)
    rank = np.linalg.matrix_rank(known)
    cells = np.eye(len(GROUPS) * len(PRODUCTS))
    given = {
        place
        for cell, (place, _) in zip(cells, pairs(GROUPS, PRODUCTS), strict=True)
        if np.linalg.matrix_rank(np.vstack([known, cell])) == rank
    }
    assert given == {"C", "D", "E"}


def test_hidden_and_shown_figures_come_out_of_compute(sites):
    north = sites.values("impact_spend", by=("location", "product"), where={"group": ("north",)})
    assert {key: north[key] for key in [("A", "P1"), ("B", "P2"), ("C", "P1")]} == {
        ("A", "P1"): "small_cell",
        ("B", "P2"): "small_cell",
        ("C", "P1"): 16,
    }
    assert sites.values("impact_spend", by=("product",)) == {("P1",): 1365, ("P2",): 2730}


def test_a_hidden_cell_says_nothing_else(sites):
    (hidden,) = sites.ask("impact_spend", by=("location",), where={
        "product": ("P1",), "location": ("A",)})  # fmt: skip
    assert hidden.reason.key == "small_cell"
    assert hidden.flags == (Flag.SMALL_CELL,)
    assert {hidden.value, hidden.numerator, hidden.denominator, hidden.completeness} == {None}
    (early,) = sites.ask("impact_spend", "2024-11", by=("location",), where={
        "product": ("P1",), "location": ("A",)})  # fmt: skip
    assert early.reason.key == "small_cell"


def test_without_products_small_sites_are_shown(sites):
    assert len(sites.values("impact_spend", by=("location",))) == 6
    assert all(
        isinstance(v, float) for v in sites.values("impact_spend", by=("location",)).values()
    )


def stand(*sites):
    made = protected_sets([StaffedSite(name, group, staff) for name, group, staff in sites])
    return {"".join(sorted(whole)) for whole in made}


def test_small_sites_stand_together_by_group():
    assert stand(("A", "n", 2), ("B", "n", 3), ("C", "n", 9)) == {"AB"}
    assert stand(("A", "n", 2), ("B", "n", 9), ("C", "n", None)) == {"AB"}
    assert stand(("A", "n", 2), ("B", "s", 9), ("C", "s", 3)) == {"ABC"}
    assert stand(("A", "n", 2), ("B", "w", 3), ("C", "s", 9)) == {"AB"}
    assert stand(("A", None, 2), ("B", "s", 9)) == {"AB"}
    assert stand(("A", "n", 9), ("B", "n", 5), ("C", "s", None)) == set()


def test_the_only_site_of_all_stays_hidden():
    assert stand(("A", "n", 2)) == {"A"}
