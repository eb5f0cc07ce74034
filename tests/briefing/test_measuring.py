"""What the data supports, in sentences of both languages."""

import datetime as dt

import pytest

from nami_monitor.briefing import measuring
from nami_monitor.core.periods import period_at
from nami_monitor.core.words import PeriodKind, State
from nami_monitor.i18n import LANGS
from nami_monitor.kpis import CATALOGUE, KpiResult, Reason
from nami_monitor.kpis.measurability import Cell, Lack, Measurability, Unlock, unlocks

MONTH = dt.date(2024, 12, 1)
SPEND = CATALOGUE["impact_spend"]


def cell(state, kind=PeriodKind.R12, *, category="paper", reason=None, lacks=()):
    value = 5.0 if state is State.VALUE else None
    result = KpiResult(
        SPEND.code, period_at(kind, MONTH), {"category": category}, state, SPEND.unit, 1,
        value=value, reason=reason,
    )  # fmt: skip
    return Cell(SPEND, category, result, tuple(lacks))


def measured(*cells):
    return Measurability(MONTH, ("paper",), cells, unlocks(cells))


def test_what_does_not_apply_is_not_asked_for():
    made = measured(
        cell(State.VALUE), cell(State.NOT_COMPUTABLE), cell(State.NOT_APPLICABLE), cell(State.VALUE)
    )
    assert measuring.headline(made, "nl") == (
        "2 van de 3 cijfers zijn te berekenen. Gekeken is naar de 12 maanden tot en met dec 2024."
    )


def test_a_shorter_period_is_said():
    made = measured(cell(State.VALUE), cell(State.VALUE, PeriodKind.MONTH))
    assert measuring.headline(made, "en").endswith(
        "Of these 1 over a shorter period, because the data does not span 12 months."
    )
    assert measuring.period(made.cells[1], "en") == "Dec 2024"
    assert measuring.period(cell(State.NOT_COMPUTABLE), "en") == ""


@pytest.mark.parametrize("lang", LANGS)
def test_without_data_the_headline_says_what_to_do(lang):
    assert measuring.headline(Measurability(None, (), (), ()), lang).endswith(".")


def test_why_a_figure_is_missing():
    lacks = (Lack("requests", None), Lack("orders.condition", 0.25))
    assert measuring.why(cell(State.NOT_COMPUTABLE, lacks=lacks), "nl") == (
        "geen regels in Aanvragen; Bestellingen en verbruik: Staat is voor 25 % gevuld"
    ).replace(" %", "\N{NO-BREAK SPACE}%")
    other = cell(State.NOT_COMPUTABLE, reason=Reason("no_lines"))
    assert measuring.why(other, "en").startswith("There is not a single line in this period")
    assert measuring.why(cell(State.NOT_COMPUTABLE), "en") == ""


def test_what_loading_something_would_give():
    pair, pairs = ("paper", "refuse_rate"), (("paper", "impact_mass"), ("ink", "impact_mass"))
    both = Unlock("orders", (pair,), {("requests",): (pair,), ("products", "contracts"): pairs})
    assert measuring.unlock_sentence(both, "nl") == (
        "Lees Bestellingen en verbruik in: 1 cijfer erbij."
        " Samen met Artikelen en Contracten: 2 cijfers. Samen met Aanvragen: 1 cijfer."
    )
    assert measuring.unlock_sentence(both, "en", most=1) == (
        "Load Orders and use: 1 more figure. Together with Articles and Contracts: 2 figures."
    )
    only = Unlock("products.mass_kg", (), {("requests",): pairs})
    assert measuring.unlock_sentence(only, "en") == (
        "Articles: Mass in kg: only together with something else."
        " Together with Requests: 2 figures."
    )
    assert measuring.unlock_sentence(Unlock("orders", (), {}), "en") == ""


def test_the_best_supported_category_comes_first():
    cells = (cell(State.VALUE, category="ink"), cell(State.VALUE, category="paper"))
    made = Measurability(MONTH, ("paper", "ink"), cells, ())
    assert [one.category for one in measuring.by_category(made)] == ["paper", "ink"]
