"""The contract register by hand: what to prepare when, what is unsaid, and spend across a split."""

import datetime as dt

import pytest

from nami_monitor.briefing import contracts
from nami_monitor.charts.registers import ContractLane, timeline_chart
from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.profiles.profile import parse_profile
from nami_monitor.store import Store

LOADED = {
    "categories": "category;name_nl;name_en;preparation_months\n"
    "toilets;Sanitair;Toilets;\nit;IT;IT;6\n",
    "locations": "location_id;name;organisation;group\nA;Almere;O;west\n",
    "contracts": "contract_id;title;category;stream;replaces;starts_on;ends_on;ends_on_note;"
    "option_dates;notice_months;value_eur;status;parent_id\n"
    "OLD;Alles;toilets;;;2020-01-01;2025-06-30;;;6;1000;ended;\n"
    "NEW-1;Papier;toilets;refill;OLD;2025-07-01;2028-09-30;;2028-10-01;6;700;running;\n"
    "NEW-2;Drogers;toilets;hardware;OLD;2025-07-01;2030-12-31;;;;300;running;\n"
    "IT-1;Laptops;it;;;2024-01-01;2027-01-31;;;3;500;running;\n"
    "IT-2;Kabels;it;;;2024-01-01;;rolling;;;;running;\n"
    "IT-3;Schermen;it;;;2022-01-01;2026-02-28;;2027-03-01;1;;extended;\n"
    "IT-4;Tassen;it;;;;;;;;;cancelled;\n",
    "orders": "ordered_on;location_id;category;contract_id;quantity;amount_eur\n"
    "2025-06-10;A;toilets;OLD;1;100\n"
    "2025-07-10;A;toilets;NEW-1;1;60\n"
    "2025-07-11;A;toilets;NEW-2;1;30\n"
    "2026-04-10;A;it;IT-1;1;999\n",
}
APRIL = dt.date(2026, 4, 1)


@pytest.fixture(scope="module")
def db(tmp_path_factory):
    folder = tmp_path_factory.mktemp("contracts")
    store = Store(folder / "m.duckdb")
    for table, content in LOADED.items():
        file = folder / f"{table}.csv"
        file.write_text(content, "utf-8")
        mapped = "\n".join(f'{name} = "{name}"' for name in content.splitlines()[0].split(";"))
        constants = '[table.constants]\nchannel = "c"\n' if table == "orders" else ""
        profile = (
            f'source = "S"\n[[table]]\nname = "{table}"\n[table.columns]\n{mapped}\n{constants}'
        )
        import_file(store, file, parse_profile(profile), answers=Answers.yes(), who="t")
    with store.read() as look:
        yield look
    store.close()


def due(db, month, where=None):
    return [one.number for one, _ in contracts.register(db, month, where or {}).due]


def test_preparation_begins_notice_and_preparation_before_the_moment(db):
    # 30 September 2028 less 6 months of notice and the usual 24 is 30 March 2026
    assert due(db, dt.date(2026, 2, 1), {"category": ("toilets",)}) == []
    assert due(db, dt.date(2026, 3, 1), {"category": ("toilets",)}) == ["NEW-1"]
    # 31 January 2027 less 3 months and the 6 that its category needs is 30 April 2026
    assert due(db, dt.date(2026, 3, 1), {"category": ("it",)}) == []
    assert due(db, APRIL) == ["IT-1", "NEW-1"]
    contract, moment = contracts.register(db, APRIL, {}).due[0]
    assert (contract.notice, moment.preparation, moment.kind) == (3, 6, "end")
    assert moment.prepare_from == dt.date(2026, 4, 30)


@pytest.mark.parametrize("month", [dt.date(2025, 6, 1), dt.date(2026, 3, 1), APRIL])
def test_the_list_is_as_long_as_the_figure_on_the_card(db, month):
    found = contracts.register(db, month, {})
    assert found.figures[contracts.WINDOW][-1].value == len(found.due)


def test_a_running_contract_whose_end_is_past_is_named_and_not_counted(db):
    found = contracts.register(db, APRIL, {})
    assert [one.number for one in found.overdue] == ["IT-3"]
    assert found.overdue[0].option(APRIL) == dt.date(2027, 3, 1)
    assert found.overdue[0].due(APRIL) is None


def test_what_the_register_leaves_unsaid_is_counted(db):
    found = contracts.register(db, APRIL, {"category": ("it",)})
    assert (found.without_value, found.without_end, found.end_unsaid) == (3, 2, 1)
    assert {one.number: one.standing for one in found.contracts}["IT-4"] == "dropped"


def test_value_is_that_of_the_contracts_that_run(db):
    values = contracts.register(db, APRIL, {}).values
    assert values[dt.date(2025, 6, 1), "toilets"] == 1000
    assert values[APRIL, "toilets"] == 1000
    assert values[APRIL, "it"] == 500


def test_a_split_contract_makes_one_line_with_its_successors(db):
    (split,) = contracts.register(db, APRIL, {}).splits
    assert (split.family, split.name) == ("OLD", "Alles")
    assert split.total[dt.date(2025, 6, 1)] == 100
    assert split.total[dt.date(2025, 7, 1)] == 90
    assert split.streams["refill"][dt.date(2025, 7, 1)] == 60
    assert [(one.month, one.names) for one in split.replacements] == [
        (dt.date(2025, 7, 1), ("Papier", "Drogers"))
    ]
    assert contracts.register(db, APRIL, {"category": ("it",)}).splits == ()


@pytest.mark.parametrize(
    ("kind", "month"), [("quarter", dt.date(2026, 3, 1)), ("ytd", APRIL), ("r12", APRIL)]
)
def test_the_register_is_looked_at_from_the_last_month_of_its_period(db, kind, month):
    found = contracts.register(db, APRIL, {}, kind)
    assert found.month == month
    assert all(results[-1].period.last == month for results in found.figures.values())


def test_a_split_is_added_up_over_the_chosen_period_and_never_from_a_part(db):
    (split,) = contracts.register(db, APRIL, {}, "2025-06..2025-07").splits
    july = dt.date(2025, 7, 1)
    assert (split.kind, split.total[july]) == ("2025-06..2025-07", 190)
    assert split.periods[july].months == [dt.date(2025, 6, 1), july]
    (split,) = contracts.register(db, APRIL, {}).splits
    assert split.total[dt.date(2025, 8, 1)] is None


def test_running_contracts_are_counted_by_specification_and_form(db):
    (shape,) = contracts.register(db, APRIL, {"category": ("toilets",)}).shapes
    assert (shape.specification, shape.form, shape.count, shape.value) == (None, None, 2, 1000)
    assert contracts.register(db, dt.date(2019, 1, 1), {}).shapes == ()


def test_the_page_offers_categories_and_months_of_the_register(db):
    offered = contracts.choices(db)
    assert offered.months[-1] == dt.date(2020, 1, 1)
    assert offered.categories["it"] == {"nl": "IT", "en": "IT"}


def test_the_timeline_cuts_bars_at_its_window_and_keeps_what_lies_within():
    lanes = [
        ContractLane("long", dt.date(1990, 1, 1), None),
        ContractLane("past", dt.date(1990, 1, 1), dt.date(1991, 1, 1)),
        ContractLane("unknown", None, None),
        ContractLane("soon", None, dt.date(2026, 7, 1), (dt.date(2026, 7, 2), dt.date(2090, 1, 1))),
    ]
    window = (dt.date(2024, 1, 1), dt.date(2028, 12, 1))
    drawn = timeline_chart(lanes, window, APRIL, "nl")
    rows = {layer["name"]: layer["data"]["values"] for layer in drawn.spec["layer"]}
    low, high = 2024 * 12, 2028 * 12 + 12
    assert [(bar["said"].split(",")[0], bar["x"], bar["x2"]) for bar in rows["bar"]] == [
        ("long", low, high),
        ("soon", low, 2026 * 12 + 6),
    ]
    assert "unknown (nog zonder datums)" in {row["text"] for row in rows["words"]}
    assert [sign.words for sign in drawn.signs] == ["looptijd", "optie", "einde"]
    assert "soon" in timeline_chart(lanes, window, APRIL, "en").alt
