"""Targets with their course and history, and strategies that do not apply."""

import datetime as dt

import pytest

from nami_monitor.briefing import targets, wording
from nami_monitor.briefing.headline import headline
from nami_monitor.briefing.month import briefing
from nami_monitor.briefing.overview import overview
from nami_monitor.briefing.targets import StrategyException
from nami_monitor.core.words import KitSignal, State, Strategy
from nami_monitor.ingest.book.codes import Code, merge
from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.book.undo import undo
from nami_monitor.ingest.profiles.profile import parse_profile
from nami_monitor.kpis import CATALOGUE, Ask, compute
from nami_monitor.kpis.targets import Target, due
from nami_monitor.kpis.targets import targets as stated_targets
from nami_monitor.store import Store
from tests.support.databases import copy_database
from tests.support.entries import enter

PROFILE = """
source = "Shop"
vat = "excl"
[[table]]
name = "orders"
[table.columns]
ordered_on = "day"
amount_eur = "amount"
[table.constants]
location_id = "A"
category = "paper"
channel = "shop"
"""
TARGET = {"kpi": "impact_spend", "category": "paper", "kind": "path", "period": "2024", "value": 99}


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """Ten euros a month in 2023 and 2024, and five in the first half of 2025."""
    folder = tmp_path_factory.mktemp("aims")
    store = Store(folder / "m.duckdb")
    for code in ("paper", "pens"):
        enter(store, "categories", {"category": code, "name_nl": code, "name_en": code}, "cm")
    enter(store, "locations", {"location_id": "A", "name": "A", "organisation": "O"}, "cm")
    days = [f"{y}-{m:02}-01;{5 if y > 2024 else 10}" for y in (2023, 2024, 2025)
            for m in range(1, 7 if y > 2024 else 13)]  # fmt: skip
    file = folder / "orders.csv"
    file.write_text("\n".join(["day;amount", *days]) + "\n", "utf-8")
    import_file(store, file, parse_profile(PROFILE), answers=Answers.yes(), who="t")
    store.close()
    return store.path


@pytest.fixture
def store(filled, tmp_path):
    made = Store(copy_database(filled, tmp_path / "m.duckdb"))
    yield made
    made.close()


def test_a_course_holds_the_figure_beside_what_was_agreed(store):
    for period, value in (("2023", 130.0), ("2026", 70.0)):
        enter(store, "targets", TARGET | {"period": period, "value": value}, "cm")
    with store.read() as db:
        first, last = targets.lines(db)
        steps = {step.period: step for step in targets.course(db, last.target)}
    assert (first.aim.met, last.aim.met, last.aim.why) == (True, None, "not_over")
    assert [steps[str(year)].goal for year in range(2023, 2027)] == [130, 110, 90, 70]
    assert (steps["2024"].result.value, steps["2024"].final) == (120, True)
    assert (steps["2025"].result, steps["2026"].result) == (None, None)


def test_a_change_runs_from_the_baseline_to_the_goal(store):
    change = {"kind": "change_from_baseline", "baseline_period": "2023", "period": "2025"}
    enter(store, "targets", TARGET | change | {"value": -20.0}, "cm")
    with store.read() as db:
        (line,) = targets.lines(db)
        steps = targets.course(db, line.target)
    assert [(step.period, step.goal) for step in steps] == [
        ("2023", 120), ("2024", 108), ("2025", 96),
    ]  # fmt: skip


def test_two_targets_for_a_year_and_an_unknown_kpi_are_told(store):
    enter(store, "targets", TARGET | {"kind": "absolute", "value": 100.0}, "cm")
    enter(store, "targets", TARGET | {"value": 90.0}, "cm")
    enter(store, "targets", TARGET | {"kpi": "impact_spent"}, "cm")
    with store.read() as db:
        lines = {(line.target.kpi, line.target.kind): line for line in targets.lines(db)}
    both = [lines["impact_spend", kind] for kind in ("absolute", "path")]
    assert [line.against for line in both] == [(both[1].target,), (both[0].target,)]
    unknown = lines["impact_spent", "path"]
    assert (unknown.kpi, unknown.aim, unknown.near[0]) == (None, None, "impact_spend")


AGREED = """
kpi;category;kind;period;value
impact_spend;paper;absolute;2024;110
impact_spend;pens;absolute;2024;90
impact_spend;;absolute;2024;150
steer_year_end_share;paper;absolute;2024;5
steer_year_end_share;pens;absolute;2024;5
impact_spend;pens;absolute;2022;500
impact_spend;pens;absolute;2026;10
"""
AGREED_PROFILE = """
source = "Plan"
vat = "excl"
[[table]]
name = "targets"
[table.columns]
kpi = "kpi"
category = "category"
kind = "kind"
period = "period"
value = "value"
"""


@pytest.mark.slow
def test_one_count_of_targets_for_each_category_and_for_all_together(store, tmp_path):
    """Paper spends 120 a year and pens 57: each is held against its own target, also among all."""
    months = [f"2024-{month:02}-01;{2 if month == 12 else 5}" for month in range(1, 13)]
    pens = PROFILE.replace('category = "paper"', 'category = "pens"').replace("Shop", "Pens")
    for rows, profile in (("\n".join(["day;amount", *months]), pens), (AGREED, AGREED_PROFILE)):
        file = tmp_path / f"{len(profile)}.csv"
        file.write_text(rows.strip() + "\n", "utf-8")
        import_file(store, file, parse_profile(profile), answers=Answers.yes(), who="t")
    december = dt.date(2024, 12, 1)
    with store.read() as db:
        apart = [overview(db, december, {"category": (code,)}) for code in ("paper", "pens")]
        found = briefing(db, december)
        whole = found.sections[0].glance
        listed = targets.lines_in_force(whole, stated_targets(db))
        year = Ask(kind="year", until=december)
        (attained,) = compute(db, CATALOGUE["steer_target_attainment"], year)
    missed = {
        (line.aim.target.category, line.kpi.code)
        for glance in (whole, *apart)
        for line in glance.targeted
        if line.aim.met is False
    }
    assert missed == {
        ("paper", "impact_spend"), (None, "impact_spend"), ("paper", "steer_year_end_share"),
    }  # fmt: skip
    assert missed == {
        (one.category, one.signal.subject)
        for one in found.findings
        if one.kind is KitSignal.TARGET_MISSED
    }
    assert "against a target of" in headline(found, "en")
    assert sum(line.aim.met is False for line in listed) == 3
    assert (attained.numerator, attained.denominator) == (2, 5)
    assert [len(glance.targeted) for glance in apart] == [2, 2]
    of_paper = next(one for one in found.findings if one.category == "paper")
    assert wording.title(of_paper, "en").startswith("paper · ")
    assert of_paper.line.result.numerator == 10


def test_a_path_is_due_in_the_years_between_those_it_states():
    path = [Target("impact_spend", "pens", "path", year, value, None, None)
            for year, value in (("2021", 90.0), ("2024", 60.0))]  # fmt: skip
    months = [dt.date(2023, month, 1) for month in range(1, 13)]
    ((target, states),) = due(path, months)
    assert (target.period, target.value, states) == ("2023", 70.0, path[1])
    assert due(path, months[:11]) == ()
    assert [one.period for one, _ in due(path, [dt.date(2024, 12, 1)])] == ["2024"]


def test_history_tells_who_set_changed_withdrew_and_undid(store):
    enter(store, "targets", TARGET, "ab")
    enter(store, "targets", TARGET | {"value": 88}, "cd")
    with store.read() as db:
        (stated,) = targets.on_record(db, targets.lines(db)[0].target)
    gone = enter(store, "targets", vars(stated) | {"withdrawn": True}, "ef")
    told = [("withdrawn", "ef", None), ("changed", "cd", 99.0), ("set", "ab", None)]
    with store.read() as db:
        assert targets.lines(db) == ()
        assert [(one.what, one.change.who, one.before) for one in targets.history(db)] == told
    undo(store, gone.batch, who="gh")
    with store.read() as db:
        assert len(targets.lines(db)) == 1
        newest = targets.history(db)[0]
    assert (newest.what, newest.change.who, newest.target) == ("undone", "gh", None)
    assert newest.change.file == "targets"


def test_the_target_of_a_merged_category_follows_it_and_can_be_withdrawn(store):
    enter(store, "targets", TARGET | {"category": "pens"}, "cm")
    merge(store, Code("categories", "", "pens"), "paper", who="t")
    with store.read() as db:
        (line,) = targets.lines(db)
        (stated,) = targets.on_record(db, line.target)
    assert (line.target.category, stated.category) == ("paper", "pens")
    enter(store, "targets", vars(stated) | {"withdrawn": True}, "cm")
    with store.read() as db:
        assert targets.lines(db) == ()


def decide(store, *, applies, who="cm"):
    said = StrategyException("paper", Strategy.REDUCE, "verplicht", "Kieswet", dt.date(2027, 1, 1))
    with store.read() as db:
        row = targets.ruled(targets.row_of(db, "paper"), said, applies=applies)
    return enter(store, "categories", row, who)


def states(store):
    ask = Ask(where={"category": ("paper",)})
    with store.read() as db:
        return {
            (kpi.strategy, result.state)
            for kpi in CATALOGUE.values()
            for result in compute(db, kpi, ask)
            if result.state is State.NOT_APPLICABLE or kpi.strategy is Strategy.REDUCE
        }


def test_a_strategy_that_does_not_apply_says_so_everywhere_until_it_applies_again(store):
    enter(store, "categories", {"category": "paper", "name_nl": "Papier", "name_en": "Paper",
                                "cpv": "30197643-5", "kit_cases": "6"}, "cm")  # fmt: skip
    batch = decide(store, applies=False, who="mvo").batch
    assert states(store) == {
        (Strategy.REDUCE, State.NOT_APPLICABLE),
        (Strategy.STEER, State.NOT_APPLICABLE),  # whether falls in volume were meant
    }
    with store.read() as db:
        (found,) = targets.exceptions(db)
        assert (found.reason, found.legal_basis) == ("verplicht", "Kieswet")
        assert db.rows(
            "select cpv, kit_cases, name_nl from categories where category = 'paper'"
        ) == [("30197643-5", "6", "Papier")]
        (told,) = targets.rulings(db)
        assert (told.change.who, told.applies, told.change.batch) == ("mvo", False, batch)
    decide(store, applies=True)
    assert (Strategy.REDUCE, State.NOT_APPLICABLE) not in states(store)
    with store.read() as db:
        assert targets.exceptions(db) == ()
        assert [one.applies for one in targets.rulings(db)] == [True, False]


def test_a_category_that_only_lines_name_can_be_decided_on(store):
    with store.read() as db:
        assert targets.row_of(db, "new") == {
            "category": "new", "name_nl": "new", "name_en": "new",
        }  # fmt: skip
