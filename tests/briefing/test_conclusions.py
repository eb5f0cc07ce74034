"""The five conclusions on the demo's registers, and falls that are answered once and remembered."""

from dataclasses import replace
from datetime import date

import pytest

from nami_monitor.briefing import conclusions as briefing
from nami_monitor.briefing.conclusions import CONFIRMED, OWN_SHARE, REJECTED, conclusions
from nami_monitor.briefing.figure_signals import SignalScope
from nami_monitor.briefing.signals import of_falls
from nami_monitor.core.errors import UserError
from nami_monitor.core.thresholds import REAL_FALL
from nami_monitor.core.words import KitSignal, Rung
from nami_monitor.kpis.over_time import hidden_reductions as falls
from nami_monitor.signals.signal_rules import Signal
from nami_monitor.store import Store

OCTOBER = date(2026, 10, 1)
OFFICE = {"category": ("office_supplies",)}


@pytest.fixture(scope="module")
def found(demo_folder):
    store = Store(demo_folder / "demo.duckdb")
    with store.read() as db:
        made = conclusions(db)
    store.close()
    return made


def test_who_is_at_the_table_and_who_is_not(found):
    by_title = {one.title: one for one in found.tables}
    assert len(by_title) == 6, "one of seven has not begun"
    one = next(one for title, one in by_title.items() if title.startswith("Eerst"))
    assert one.present == ("inkoop", "ict", "duurzaamheid")
    assert one.missing == ("inhoud", "gebruikers")
    assert not set(one.present) & set(one.missing)
    assert found.together == sum(len(one.present) > 1 for one in found.tables)
    assert 0 < found.linked <= len(found.tables)


def test_december_stands_beside_what_is_usual_and_what_was_prevented(found):
    by_category = {one.category: one for one in found.decembers}
    office = by_category["office_supplies"]
    assert office.result.period.last == date(2025, 12, 1)
    assert office.usual == pytest.approx(office.result.value, abs=2)
    assert by_category["sanitary_supplies"].result.value is None, "a month is missing"
    assert by_category["it_assets"].prevented.value > 0
    values = [one.result.value or 0 for one in found.decembers]
    assert values == sorted(values, reverse=True)


def test_the_own_share_is_that_of_the_last_whole_year(found):
    assert found.own_share.code == OWN_SHARE
    assert found.own_share.period.last == date(2025, 12, 1)


def test_without_data_there_are_no_conclusions(tmp_path):
    store = Store(tmp_path / "empty.duckdb")
    with store.read() as db:
        made = conclusions(db)
    store.close()
    assert (made.month, made.tables, made.falls, made.open) == (None, (), (), ())


@pytest.mark.slow
def test_a_fall_is_answered_once_and_the_answer_is_remembered(demo, monkeypatch):
    monkeypatch.setattr(falls, "REAL_FALL", replace(REAL_FALL, value=0.01))
    store = Store(demo)
    with store.read() as db:
        first, second, *others = conclusions(db).open
    assert first.rung is Rung.REDUCE
    with store.write() as db:
        briefing.answer(db, first.name, CONFIRMED, "CM")
        briefing.answer(db, second.name, REJECTED, "CM")
    with store.read() as db:
        made = conclusions(db)
        asked = {one.subject for one in of_falls(db, SignalScope(OCTOBER, {}))}
    assert [one.name for one in made.open] == [one.name for one in others]
    assert {one.signal.subject for one in others} == asked
    assert briefing.shares(made.falls) == pytest.approx(
        (first.signal.numbers.get("eur", 0.0), first.signal.numbers.get("kg", 0.0))
    )
    with store.write() as db:
        briefing.answer(db, first.name, None, "CM")
        with pytest.raises(UserError) as error:
            briefing.answer(db, first.name, CONFIRMED, " ")
    assert error.value.key == "entry.who"
    with store.read() as db:
        assert first.name in [one.name for one in conclusions(db).open]
    store.close()


def test_what_is_not_bought_at_all_any_more_stands_on_the_highest_rung():
    gone = Signal(KitSignal.HIDDEN_REDUCTION, OCTOBER, "Pen", {"part": 1.0, "name": ""})
    less = replace(gone, numbers={"part": 0.3, "name": ""})
    found = [briefing.HiddenReduction(one, None) for one in (gone, less)]
    assert [one.rung for one in found] == [Rung.REFUSE, Rung.REDUCE]
    assert briefing.shares(found) == (0, 0)
