"""What few people bought cannot be worked out from anything that is shown."""

from datetime import date
from itertools import combinations
from itertools import product as pairs

import numpy as np
import pytest

from nami_monitor.briefing import requests
from nami_monitor.core.errors import UserError
from nami_monitor.core.periods import Period
from nami_monitor.core.words import Flag, State, Unit
from nami_monitor.kpis import CATALOGUE, Ask, KpiResult, privacy
from nami_monitor.kpis.bridge import spend_bridge
from nami_monitor.kpis.privacy import (
    StaffedSite,
    hide_small_cells,
    lines_query,
    protected,
    protected_sets,
)
from nami_monitor.kpis.questions import RELATIONS
from nami_monitor.kpis.trace import rows, trace
from nami_monitor.kpis.why import why

GROUPS = {"A": "north", "B": "north", "C": "north", "D": "south", "E": "south", "F": "west"}
STAFF = {"A": 3, "B": 9, "C": 40, "D": 30, "E": 50, "F": 2}
ARTICLES = {
    "P1": {"category": "paper", "product_group": "sheets", "base_unit": "pack", "mark": "yes"},
    "P2": {"category": "paper", "product_group": "sheets", "base_unit": "piece", "mark": "no"},
    "P3": {"category": "paper", "product_group": "rolls", "base_unit": "roll", "mark": "no"},
    "I1": {"category": "ink", "product_group": "black", "base_unit": "can", "mark": "no"},
}
CONTRACTS = {"P1": ("K1", "one"), "P2": ("K2", "two"), "P3": ("K2", "two"), "I1": ("K3", "two")}
CHANNELS = ("shop", "web")
MONTHS = (date(2024, 11, 1), date(2024, 12, 1))
CELLS = [
    {
        "location": place, "group": GROUPS[place], "product": item, "article": item, **of_item,
        "contract": CONTRACTS[item][0], "supplier": CONTRACTS[item][1], "stream": item[0],
        "channel": channel, "condition": "new", "source": "S", "month": month,
    }
    for place, (item, of_item), channel, month in pairs(GROUPS, ARTICLES.items(), CHANNELS, MONTHS)
    if (place, item) != ("B", "I1")
]  # fmt: skip
"""Every place orders every article in every month and channel, but B no ink."""

PROTECTED = {("A", "paper"), ("B", "paper"), ("A", "ink"), ("C", "ink"), ("F", "paper"),
             ("F", "ink")}  # fmt: skip
"""A stands with B, in ink with C; F is alone in its group, and stands with A's and theirs."""


@pytest.fixture(scope="module", autouse=True)
def order_limit(no_order_limit):
    """The limit as it is."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(privacy, "SMALL_CELL_ORDERS", no_order_limit)
        yield


@pytest.fixture(scope="module")
def sites(kept):
    places = "\n".join(f"{place} {place} Org {group}" for place, group in GROUPS.items())
    items = "\n".join(
        f"{item} {item} {of['category']} {of['base_unit']} {of['product_group']}"
        for item, of in ARTICLES.items()
    )
    staff = "\n".join(f"2024-12-01 2024-12-31 {place} fte {n} fte" for place, n in STAFF.items())
    orders = "\n".join(
        f"{cell['month']:%Y-%m}-05 {cell['location']} {cell['category']} {cell['product']}"
        f" {cell['channel']} {at + 1} {at + 1} {cell['contract']} R{at}"
        for at, cell in enumerate(CELLS)
    )
    asked = "\n".join(f"R{place} 2024-12-02 {place} paper P1 1 from_stock" for place in GROUPS)
    had = "\n".join(f"X{place} 2024-01-02 {place} ink I1 2024-12-01" for place in GROUPS)
    happened = "\n".join(f"X{place} 2024-12-03 failure" for place in GROUPS)
    tables = {
        "categories": "category name_nl name_en activity_measure\npaper P P fte\nink I I fte",
        "locations": f"location_id name organisation group\n{places}",
        "products": f"product_id name category base_unit product_group\n{items}",
        "measurements": f"period_start period_end location_id activity_measure value unit\n{staff}",
        "orders": "ordered_on location_id category product_id channel quantity amount_eur"
        f" contract_id order_ref\n{orders}",
        "requests": "request_id requested_on location_id category product_id quantity decision\n"
        f"{asked}",
        "assets": f"asset_id acquired_on location_id category product_id warranty_until\n{had}",
        "asset_events": f"asset_id happened_on kind\n{happened}",
    }
    proxy = {"measurements": {"proxy": "false"}}
    kept.load_together(
        *(kept.text(table, text, **proxy.get(table, {})) for table, text in tables.items())
    )
    return kept


PLACED = [
    {},
    *({"location": (place,)} for place in GROUPS),
    *({"location": tuple(GROUPS.keys() - {place})} for place in GROUPS),
    {"location": ("A", "B")}, {"location": ("A", "C")}, {"location": ("A", "D")},
    {"location": ("A", "B", "F")}, {"location": ("C", "D", "E")},
    *({"group": group} for group in [("north",), ("west",), ("north", "west"), ("south",)]),
    {"location": ("A", "D"), "group": ("north",)},
]  # fmt: skip
DIMENSIONS = [name for name in RELATIONS["order_lines"].dimensions if name in CELLS[0]]
PERIODS = [
    *(Period(month, month, "month") for month in MONTHS),
    Period(MONTHS[0], MONTHS[1], "span"),
]


def figures(by, where):
    """A figure for every group and period, as if nothing had to be hidden, with its cells."""
    groups = {}
    for at, cell in enumerate(CELLS):
        if all(cell[name] in values for name, values in where.items()):
            keys = tuple(cell[name] for name in by)
            for period in PERIODS:
                if period.first <= cell["month"] <= period.last:
                    row = groups.setdefault((keys, period), np.zeros(len(CELLS), np.int8))
                    row[at] = 1
    return [
        (
            KpiResult(
                "k", period, dict(zip(by, keys, strict=True)), State.VALUE, Unit.EUR, 1, value=at
            ),
            row,
        )
        for at, ((keys, period), row) in enumerate(groups.items())
    ]


def told_by_figures(db):
    """What every shown figure adds up: a row of zeros and ones over the cells."""
    found = set()
    for by in [(), *((name,) for name in DIMENSIONS), *combinations(DIMENSIONS, 2)]:
        for where in PLACED:
            made = figures(by, where)
            rows_of = [row for _, row in made]
            shown = hide_small_cells(
                db, [result for result, _ in made], Ask(by=by, where=where),
                RELATIONS["order_lines"], ("amount_eur",),
            )  # fmt: skip
            found |= {
                rows_of[int(one.value)].tobytes() for one in shown if one.state is State.VALUE
            }
    return found


def told_by_lines(db):
    """The cells of the lines that leave."""
    kept = db.rows(f"select cast(amount_eur as integer) - 1 from ({lines_query(db, 'orders')})")
    return {np.eye(len(CELLS), dtype=np.int8)[at].tobytes() for (at,) in kept}


def recovered(known, wanted):
    """Whether some sum or difference of what is known gives what is wanted."""
    rows = np.array([np.frombuffer(row, np.int8) for row in known], np.float64)
    _, sizes, basis = np.linalg.svd(rows.T @ rows)
    basis = basis[: int((sizes > 1e-6 * sizes[0]).sum())]
    return np.linalg.norm(wanted - wanted @ basis.T @ basis, axis=1) < 1e-6


SOUGHT = (
    ("location", "product"),
    ("location", "product", "month"),
    ("location", "product", "channel"),
    ("location", "product", "month", "channel"),
    ("location", "contract"),
    ("location", "category", "channel", "month"),
)
"""What must not be recovered of protected places: cells of an article, or of few orders."""


def test_no_sum_or_difference_of_figures_periods_and_lines_gives_a_hidden_cell(sites):
    """All pairs of dimensions, all filters on places, months and both together."""
    with sites.store.read() as db:
        known = told_by_figures(db) | told_by_lines(db)
    wanted, names = [], []
    for names_of in SOUGHT:
        for keys in dict.fromkeys(tuple(cell[name] for name in names_of) for cell in CELLS):
            at = [tuple(cell[name] for name in names_of) == keys for cell in CELLS]
            wanted.append(np.array(at, np.float64))
            names.append({(cell["location"], cell["category"]) for cell, has in
                          zip(CELLS, at, strict=True) if has})  # fmt: skip
    given = recovered(known, np.array(wanted))
    for places, told in zip(names, given, strict=True):
        assert not (told and places <= PROTECTED), places
        assert told or places & PROTECTED, "the attack finds what is not hidden"


def test_sets_are_formed_in_each_category_among_who_orders_in_it(sites):
    with sites.store.read() as db:
        found = {(one.rolled, one.category, "".join(one.places)) for one in protected(db)}
    assert found == {
        ("by_place", "paper", "ABF"), ("by_place", "ink", "ACF"),
        ("by_request", "paper", "ABF"), ("by_asset", "ink", "ABF"),
    }  # fmt: skip


def test_a_category_of_many_articles_and_orders_is_told_of_a_small_place(sites):
    paper = sites.values("impact_spend", by=("location",), where={"category": ("paper",)})
    assert all(isinstance(value, float) for value in paper.values())
    ink = sites.values("impact_spend", by=("location",), where={"category": ("ink",)})
    whole = sites.values("impact_spend", by=("location",))
    assert {place for (place,), value in ink.items() if value == "small_cell"} == {"A", "C", "F"}
    assert {place for (place,), value in whole.items() if value == "small_cell"} == {"A", "C", "F"}


@pytest.mark.parametrize(
    "dimension",
    ["product", "article", "product_group", "mark", "base_unit", "contract", "supplier", "stream",
     "channel", "condition", "source"],
)  # fmt: skip
def test_nothing_finer_is_told_of_it_and_no_article_is_named(sites, dimension):
    found = sites.ask("impact_spend", by=("location", dimension))
    private = [one for one in found if one.keys["location"] in "ABCF"]
    assert {tuple(one.keys.values()) for one in private} == {(place, None) for place in "ABCF"}
    assert {one.reason.key for one in private} == {"small_cell"}
    for one in private:
        assert one.flags == (Flag.SMALL_CELL,)
        assert {one.value, one.numerator, one.denominator, one.completeness, one.method} == {None}
        assert one.sources == ()
    assert {one.keys["location"] for one in found if one.value} == {"D", "E"}


@pytest.mark.parametrize(
    "code", ["impact_mass", "refuse_assortment", "rethink_circular_spend_share"]
)
def test_a_figure_that_looks_at_articles_is_finer_too(sites, code):
    found = sites.values(code, by=("location",), where={"category": ("paper",)})
    assert {place for (place,), value in found.items() if value == "small_cell"} == {"A", "B", "F"}


@pytest.mark.parametrize(
    "code",
    ["refuse_rate", "reduce_failure_rate", "reduce_survival", "reduce_surplus_matched",
     "reduce_new_assets_per_fte"],
)  # fmt: skip
def test_requests_assets_and_surplus_follow_the_same_sets(sites, code):
    found = sites.values(code, by=("location",))
    hidden = {place for (place,), value in found.items() if value == "small_cell"}
    assert hidden == set("ABF")


def test_the_whole_and_other_places_are_told(sites):
    values = sites.values("impact_spend", by=("product",))
    assert all(isinstance(value, float) for value in values.values())
    both = sites.values("impact_spend", by=("product",), where={
        "location": ("A", "B", "F"), "category": ("paper",)})  # fmt: skip
    assert all(isinstance(value, float) for value in both.values())


@pytest.mark.parametrize(
    ("table", "left"),
    [("orders", {("D", "paper"), ("E", "paper"), ("C", "paper"), ("D", "ink"), ("E", "ink")}),
     ("requests", {("C", "paper"), ("D", "paper"), ("E", "paper")}),
     ("assets", {("C", "ink"), ("D", "ink"), ("E", "ink")})],
)  # fmt: skip
def test_lines_of_protected_places_do_not_leave(sites, table, left):
    with sites.store.read() as db:
        sql = f"select distinct location_id, category from ({lines_query(db, table)})"
        assert set(db.rows(sql)) == left


def test_events_of_their_assets_do_not_leave_either(sites):
    with sites.store.read() as db:
        left = db.rows(f"select asset_id from ({lines_query(db, 'asset_events')})")
    assert {asset for (asset,) in left} == {"XC", "XD", "XE"}


def test_rows_behind_a_figure_leave_them_out_and_say_how_many(sites):
    ask = Ask(until=MONTHS[1], where={"product": ("P1",)})
    with sites.store.read() as db:
        shown = rows(db, CATALOGUE["impact_spend"], ask)
    at = shown.columns.index("location_id")
    assert {row[at] for row in shown.rows} == {"C", "D", "E"}
    assert (shown.total, shown.withheld) == (12, 6)


@pytest.mark.parametrize(
    "where",
    [{"location": ("A",), "category": ("paper",)}, {"location": ("A",), "product": ("P1",)},
     {"location": tuple("BCDEF"), "category": ("paper",)}],
)  # fmt: skip
def test_a_figure_of_a_part_of_a_set_leads_to_no_row_and_no_batch(sites, where):
    ask = Ask(until=MONTHS[1], where=where)
    with sites.store.read() as db:
        assert trace(db, CATALOGUE["impact_spend"], ask).batches == ()
        with pytest.raises(UserError, match=r"trace\.no_rows"):
            rows(db, CATALOGUE["impact_spend"], ask)


def test_a_change_names_no_article_of_a_small_place(sites):
    ask = Ask(until=MONTHS[1], where={"location": ("A",), "category": ("paper",)})
    with sites.store.read() as db:
        told = why(db, CATALOGUE["impact_spend"], ask, "product", "previous")
        bridged = spend_bridge(db, ask)
    assert told.after.state is State.VALUE
    assert (told.slices, told.others.hidden) == ((), 1)
    assert (bridged.bridge, dict(bridged.products)) == (None, {})


def test_the_ledger_of_requests_follows_the_same_sets(sites):
    ask = Ask("month", MONTHS[1])
    with sites.store.read() as db:
        assert {one.location for one in requests.rows(db, ask)} == {"C", "D", "E"}
        assert requests.ledger(db, ask).asked == 6
        with pytest.raises(UserError, match=r"requests\.private"):
            requests.ledger(db, Ask("month", MONTHS[1], where={"group": ("west",)}))


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


def test_where_staff_is_unknown_few_orders_make_a_place_small():
    few, many, staffed = (
        StaffedSite("A", "n", None, orders=4),
        StaffedSite("B", "n", None, orders=5),
        StaffedSite("C", "n", 6, orders=1),
    )
    assert [site.small for site in (few, many, staffed)] == [True, False, False]
    assert protected_sets([few, many, staffed]) == [frozenset("AC")]


@pytest.mark.parametrize("by", [("streamed",), ("streamed", "location"), ("streamed", "contract")])
def test_a_dimension_of_yes_and_no_has_texts_as_keys(sites, by):
    """Where the data does not say, the groups still have an order."""
    for code in ("impact_spend", "refuse_assortment", "rethink_stream_spend"):
        found = sites.ask(code, by=by)
        assert {type(key) for one in found for key in one.keys.values()} <= {str, type(None)}
        assert {one.keys["streamed"] for one in found} <= {"true", "false", None}
