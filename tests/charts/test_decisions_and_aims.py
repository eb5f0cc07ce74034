"""The charts of the pages on requests and targets, read as specs, tables and sentences."""

import datetime as dt
import json

import pytest

from nami_monitor.briefing.requests import DECISIONS
from nami_monitor.charts.decision_bars import (
    COLOURS,
    decisions_sentence,
    decisions_spec,
    decisions_table,
)
from nami_monitor.charts.target_bars import TargetPoint, target_sentence, target_spec, target_table
from nami_monitor.core.words import Unit
from nami_monitor.i18n import LANGS

JAN, MAR = dt.date(2026, 1, 1), dt.date(2026, 3, 1)
COUNTS = {(JAN, "from_stock"): 2, (JAN, "bought"): 3, (MAR, "blocked"): 1, (MAR, "from_stock"): 4}
POINTS = (
    TargetPoint("2024", 120.0, 130.0),
    TargetPoint("2025", 50.0, 110.0, final=False),
    TargetPoint("2026", None, 90.0),
)


def test_every_decision_has_a_colour_of_its_own():
    assert tuple(COLOURS) == DECISIONS
    assert len(set(COLOURS.values())) == len(DECISIONS)


@pytest.mark.parametrize("lang", LANGS)
def test_bars_stand_on_each_other_without_a_gap(lang):
    spec = decisions_spec(COUNTS, DECISIONS, lang)
    rows = spec["layer"][0]["data"]["values"]
    bars = {}
    for row in rows:
        assert row["y"] == bars.get(row["x"], 0)
        bars[row["x"]] = row["y2"]
    assert sorted(bars.values()) == [5, 5]
    assert "from_stock" not in {row["decision"] for row in rows}
    json.dumps(spec)


def test_a_month_without_requests_is_zero_and_not_left_out():
    table = decisions_table(COUNTS, DECISIONS, "nl")
    assert table.head == ("Maand", "uit voorraad", "gekocht", "niet te beslissen")
    assert [row[1:] for row in table.rows] == [(4, 0, 1), (0, 0, 0), (2, 3, 0)]
    assert decisions_sentence(COUNTS, DECISIONS, "nl") == (
        "Besluiten op aanvragen van jan 2026 tot en met mrt 2026:"
        " uit voorraad 6, gekocht 3, niet te beslissen 1."
    )


@pytest.mark.parametrize("lang", LANGS)
def test_a_figure_of_part_of_a_period_looks_different(lang):
    spec = target_spec(POINTS, Unit.EUR, lang)
    bars, line = spec["layer"][0]["data"]["values"], spec["layer"][1]["data"]["values"]
    assert [row["value"] for row in bars] == [120, 50]
    assert len({row["kind"] for row in bars}) == 2
    assert [row["value"] for row in line] == [130, 110, 90]
    json.dumps(spec)


def test_figure_and_target_in_a_table_and_a_sentence():
    table = target_table(POINTS, Unit.EUR, "nl", None)
    assert table.head == ("Periode", "Waarde (€)", "Doel (€)", "Opmerking")
    assert table.rows[1] == ("2025", 50.0, 110.0, "cijfer tot nu toe")
    said = target_sentence(POINTS, "Uitgaven", Unit.EUR, "nl")
    assert said.startswith("Uitgaven. Laatste cijfer: €")
    assert said.endswith("(2026).")
