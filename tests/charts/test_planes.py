"""Charts on a plane: each is valid, is told in words, and stays legible whatever others wrote."""

import datetime as dt
import itertools
import json
import subprocess
import sys
from dataclasses import replace

import altair as alt
import numpy as np
import pytest
import vl_convert
from hypothesis import given
from hypothesis import strategies as st

from nami_monitor.briefing.requests import DECISIONS
from nami_monitor.charts import bars, columns, effects, funnel_plot, grammar, palette, registers
from nami_monitor.charts.bars import NamedAmount, contributions_chart, waterfall_chart
from nami_monitor.charts.columns import (
    PeriodBar,
    TargetPoint,
    ages_chart,
    decisions_chart,
    periods_chart,
    target_chart,
)
from nami_monitor.charts.effects import (
    Departure,
    DesignChances,
    EffectPath,
    PlaceEffect,
    designs_chart,
    forest_chart,
    mirrored_chart,
    placebo_chart,
)
from nami_monitor.charts.funnel_plot import FunnelDot, funnel_chart
from nami_monitor.charts.legend import SWATCHES
from nami_monitor.charts.registers import (
    ContractLane,
    DeliveryCell,
    DeliveryState,
    SurvivalStep,
    completeness_chart,
    survival_chart,
    timeline_chart,
)
from nami_monitor.charts.trend_data import LessonMark
from nami_monitor.core.words import Unit
from nami_monitor.i18n import LANGS, has_text
from nami_monitor.signals.funnel import LimitsBySize

JAN, MAR = dt.date(2026, 1, 1), dt.date(2026, 3, 1)
COUNTS = {(JAN, "from_stock"): 2, (JAN, "bought"): 3, (MAR, "blocked"): 1, (MAR, "from_stock"): 4}
AGES = {(0, "new"): 3, (3, "new"): 1, (3, None): 2}
CONDITIONS = {"new": "nieuw", None: "niet bekend"}
POINTS = (
    TargetPoint("2024", 120.0, 130.0),
    TargetPoint("2025", 50.0, 110.0, final=False),
    TargetPoint("2026", None, 90.0),
)
MONTHS = tuple(dt.date(2026, month, 1) for month in range(1, 7))
DEPARTURES = tuple(Departure(month, -5.0, 3.0) for month in MONTHS)
CALLED = (LessonMark(MAR, "L1", "Samen"), LessonMark(MAR, "L2", "Gedrag"))
CHANNELS = ("uit de voorraadkast", "via de webwinkel")
COURSE = EffectPath(
    MONTHS, (1.0, -1.0, 0.5, -9.0, -8.0, -9.0), (4.0,) * 6, [(1.0, 2.0, 3.0, -50.0, 5.0, 6.0)],
    dt.date(2026, 4, 1), "Kast", palette.INK,
)  # fmt: skip
LIMITS = LimitsBySize(
    *map(np.array, ([10, 50, 90], [0, 0.5, 0.8], [0, 0.7, 0.9], [9, 1.5, 1.3], [20, 2, 1.5]))
)
SIGNED = {effect: effect for effect in funnel_plot.MARKS}
DESIGNS = (
    DesignChances("A", "1 locatie, 6 maanden", "6 locatiemaanden", 91.4, 18.9),
    DesignChances("B", "3 locaties, 12 maanden", "36 locatiemaanden", 99.9, 85.5),
)
STEPS = (SurvivalStep(1, 100, 5, 95, 90, 98), SurvivalStep(4, 40, 20, 45, 30, 60))
WINDOW = (dt.date(2026, 1, 1), dt.date(2027, 12, 1))


def every_chart(lang, name="Kast"):
    """One chart of every kind, in which others wrote ``name``."""
    amounts = (NamedAmount(name, 5.0, "+5", "worse"), NamedAmount(f"{name} 2", -3.0, "-3"))
    end = NamedAmount(name, 85.0, "85")
    dots = (
        FunnelDot("klein", 10, 1.0, "inside", "1", "10"),
        FunnelDot(name, 50, 4.0, "worse", "4", "50"),
        FunnelDot(f"{name} 2", 90, 0.1, "better", "0,1", "90"),
    )
    places = (
        PlaceEffect(name, 234.0, 204.0, 264.0, shown=True),
        PlaceEffect(f"{name} 2", -1.0, -9.0, 8.0, shown=False),
    )
    lane = ContractLane(
        name, None, dt.date(2027, 3, 1), (dt.date(2026, 9, 1),),
        (dt.date(2026, 3, 1), dt.date(2026, 6, 1)), (dt.date(2026, 6, 1), dt.date(2026, 9, 1)),
    )  # fmt: skip
    cells = tuple(DeliveryCell(name, month, state) for month, state in zip(
        MONTHS, DeliveryState, strict=False))  # fmt: skip
    bars_ = (PeriodBar(name, "", 5.0), PeriodBar("2", "", None), PeriodBar("3", "", 1.0, (0, 2)))
    return (
        ages_chart(AGES, (0, 1, 3, 5), CONDITIONS, lang),
        decisions_chart(COUNTS, DECISIONS, lang),
        periods_chart(bars_, Unit.EUR, lang, name),
        target_chart((TargetPoint(name, 1.0, 2.0),), name, Unit.EUR, lang, None),
        contributions_chart(amounts, name),
        waterfall_chart(end, amounts, end, name),
        mirrored_chart(DEPARTURES, MAR, Unit.BASE, lang, CHANNELS, ("a", "b", "c"), CALLED),
        placebo_chart(replace(COURSE, name=name), Unit.BASE, lang),
        forest_chart(places, Unit.BASE, lang),
        designs_chart((replace(DESIGNS[0], words=name),), lang),
        funnel_chart(dots, LIMITS, 1.0, lang, size=name, value=name, legend=SIGNED, alt=name),
        timeline_chart((lane, ContractLane(name, None, None)), WINDOW, MAR, lang),
        survival_chart(STEPS, 4.0, lang),
        completeness_chart(cells, lang, name),
    )


def rows(drawn, layer):
    return next(
        (each["data"]["values"] for each in drawn.spec["layer"] if each["name"] == layer), []
    )


def setting(drawn, name):
    return next(each["value"] for each in drawn.spec["params"] if each["name"] == name)


def value_at(drawn, px):
    """The value that stands so many px from the top."""
    low, high = setting(drawn, "yDomain")
    foot, top = drawn.spec["layer"][0]["encoding"]["y"]["scale"]["range"]
    return high - (px - top) / (foot - top) * (high - low)


def spans(drawn):
    """Where each bar begins and ends."""
    ends = [(value_at(drawn, r["py"]), value_at(drawn, r["py2"])) for r in rows(drawn, "bar")]
    return [tuple(round(end, 6) for end in pair) for pair in ends]


WHILE_LOADED = """
import sys, threading, time
begun = threading.Event()
class Slow:
    def find_spec(self, name, path=None, target=None):
        if name.startswith("pandas.") and not begun.is_set():
            begun.set()
            time.sleep(1)
sys.meta_path.insert(0, Slow())
import altair
from nami_monitor.charts.spec import filled
threading.Thread(target=__import__, args=("pandas",)).start()
assert begun.wait(60) and not hasattr(sys.modules["pandas"], "Timestamp")
padding = dict.fromkeys(("left", "right", "top", "bottom"), 0)
filled(sys.argv[1], {"frame": [{}]}, {}, height=10, scale=(0, 10), padding=padding)
"""


def test_a_chart_can_be_drawn_while_another_thread_loads_what_altair_looks_at():
    form = next(iter(grammar.FORMS))
    subprocess.run([sys.executable, "-c", WHILE_LOADED, form], check=True, timeout=120)


def test_every_form_is_compiled_once_for_a_process(monkeypatch):
    made, layered = [], alt.layer
    monkeypatch.setattr(grammar.alt, "layer", lambda *each: made.append(1) or layered(*each))
    grammar.compiled.cache_clear()
    for _ in range(3):
        for form in grammar.FORMS:
            grammar.compiled(form)
        every_chart("nl")
    assert len(made) == len(grammar.FORMS)
    assert {layer for form in grammar.FORMS.values() for layer in form.split()} == {
        "frame",
        *grammar.LAYERS,
    }


@pytest.mark.parametrize("lang", LANGS)
def test_every_chart_is_valid_says_how_it_is_read_and_names_its_signs(lang):
    kinds = []
    for drawn in every_chart(lang):
        assert vl_convert.vegalite_to_vega(json.dumps(drawn.spec), show_warnings=True)["marks"]
        assert drawn.alt
        assert has_text(f"charts.reading.{drawn.kind}", lang)
        assert {sign.form for sign in drawn.signs} <= set(SWATCHES)
        assert len({(sign.form, sign.colour) for sign in drawn.signs}) == len(drawn.signs)
        colours = {r["colour"] for layer in ("bar", "point") for r in rows(drawn, layer)}
        assert not drawn.signs or colours <= {sign.colour for sign in drawn.signs} | {palette.BODY}
        kinds.append(drawn.kind)
    assert len(set(kinds)) == len(kinds)


NAMES = ("Zeer " * 24, "\u202eאבג דוח\u202c", "<b>**x**</b>\n$a$", "Kast")


@pytest.mark.parametrize("name", NAMES)
def test_names_of_others_stay_text_in_every_chart_and_leave_the_plot_its_room(name):
    plain = {drawn.kind: drawn.spec["height"] for drawn in every_chart("nl")}
    for drawn in every_chart("nl", name):
        written = json.dumps(drawn.spec, ensure_ascii=False)
        assert "\u202e" not in written
        assert drawn.spec["height"] == plain[drawn.kind], "a long name makes no chart higher"
        limited = [each for each in rows(drawn, "words") if len(each["text"]) > 60]
        assert all(each["fit"] for each in limited), drawn.kind
        assert setting(drawn, "xLimit") <= 120
        assert setting(drawn, "yLimit") <= 200


def test_two_rows_of_one_name_are_two_rows():
    twice = (NamedAmount("Webwinkel", 5.0, "+5"), NamedAmount("Webwinkel", -3.0, "-3"))
    drawn = contributions_chart(twice, "x")
    assert setting(drawn, "yLabels") == ["Webwinkel"] * 2
    assert len({row["py"] for row in rows(drawn, "bar")}) == 2
    place = PlaceEffect("Webwinkel", 2.0, 1.0, 3.0, shown=True)
    points = rows(forest_chart((place, place), Unit.BASE, "nl"), "point")
    assert len({row["py"] for row in points}) == 2


def test_every_decision_has_a_colour_of_its_own():
    assert tuple(columns.DECISIONS) == DECISIONS
    assert len(set(columns.DECISIONS.values())) == len(DECISIONS)


@pytest.mark.parametrize("lang", LANGS)
def test_pieces_of_a_column_stand_on_each_other_without_a_gap(lang):
    for drawn, sums in (
        (decisions_chart(COUNTS, DECISIONS, lang), [5, 5]),
        (ages_chart(AGES, (0, 1, 3, 5), CONDITIONS, lang), [3, 3]),
    ):
        tops = {}
        for row, (foot, top) in zip(rows(drawn, "bar"), spans(drawn), strict=True):
            assert foot == tops.get(row["x"], 0)
            tops[row["x"]] = top
        assert sorted(tops.values()) == sums
        assert not any("from_stock" in row["said"] for row in rows(drawn, "bar"))


def test_a_month_without_requests_is_zero_and_not_left_out():
    drawn = decisions_chart(COUNTS, DECISIONS, "nl")
    assert drawn.table.head == ("Maand", "uit voorraad", "gekocht", "niet te beslissen")
    assert [row[1:] for row in drawn.table.rows] == [(4, 0, 1), (0, 0, 0), (2, 3, 0)]
    assert drawn.alt == (
        "Besluiten op aanvragen van jan 2026 tot en met mrt 2026:"
        " uit voorraad 6, gekocht 3, niet te beslissen 1."
    )


@pytest.mark.parametrize("lang", LANGS)
def test_a_figure_of_part_of_a_period_looks_different_and_every_target_is_drawn(lang):
    drawn = target_chart(POINTS, "x", Unit.EUR, lang, None)
    assert [top for _, top in spans(drawn)] == [120, 50]
    assert len({row["colour"] for row in rows(drawn, "bar")}) == 2
    goals = [round(value_at(drawn, row["py"]), 6) for row in rows(drawn, "rule") if row["said"]]
    assert goals == [130, 110, 90]
    assert max(goals) <= setting(drawn, "yDomain")[1]


def test_figure_and_target_in_a_table_and_a_sentence():
    drawn = target_chart(POINTS, "Uitgaven", Unit.EUR, "nl", None)
    assert drawn.table.head == ("Periode", "Waarde (€)", "Doel (€)", "Opmerking")
    assert drawn.table.rows[1] == ("2025", 50.0, 110.0, "cijfer tot nu toe")
    assert drawn.alt.startswith("Uitgaven. Laatste cijfer: €")
    assert drawn.alt.endswith("(2026).")


def test_a_period_without_a_figure_says_so_and_groups_stand_side_by_side():
    bars_of = tuple(
        PeriodBar(period, group, value, broken=period == "2025")
        for group, value in (("a", 4.0), ("b", None), ("c", 2.0))
        for period in ("2024", "2025")
    )
    drawn = periods_chart(bars_of, Unit.COUNT, "nl", "x")
    ends = sorted((row["x"], row["x2"]) for row in rows(drawn, "bar"))
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(ends))
    assert [row["pale"] < 1 for row in rows(drawn, "bar")] == [False, True, False, True]
    assert sum(row["text"] == "geen cijfer" for row in rows(drawn, "words")) == 2


def test_bars_of_periods_bear_what_was_agreed_within_their_scale():
    bars_of = (PeriodBar("2025", "", 4.0), PeriodBar("2026", "", 2.0, goal=9.0))
    drawn = periods_chart(bars_of, Unit.COUNT, "nl", "x")
    ground, dashes = rows(drawn, "rule")
    assert ground["wide"] > dashes["wide"]
    assert (dashes["x"], dashes["x2"], dashes["said"]) == (0.5, 1.5, "2026: doel 9")
    assert value_at(drawn, dashes["py"]) == pytest.approx(9.0)
    assert [sign.form for sign in drawn.signs] == ["target"]
    assert not rows(periods_chart(bars_of[:1], Unit.COUNT, "nl", "x"), "rule")


@pytest.mark.parametrize("amounts", [(5.0, -3.0, 1.0), (5.0,), (-5.0, -1.0), (0.0,)])
def test_contributions_stand_in_their_order_with_their_words(amounts):
    named = tuple(
        NamedAmount(f"n{at}", amount, f"{amount:+}", "worse" if amount > 0 else "better")
        for at, amount in enumerate(amounts)
    )
    drawn = contributions_chart(named, "x")
    assert setting(drawn, "yLabels") == [bar.name for bar in named]
    assert [row["text"] for row in rows(drawn, "words")] == [bar.label for bar in named]
    assert [row["x2"] for row in rows(drawn, "bar")] == [a for a in amounts if a]
    low, high = setting(drawn, "xDomain")
    assert all(low <= min(amount, 0) and max(amount, 0) <= high for amount in amounts)
    assert [row["x"] for row in rows(drawn, "rule")] == [0]


def test_a_bridge_leads_from_the_old_amount_to_the_new_one():
    steps = (
        NamedAmount("Prijs", 30.0, "+30"),
        NamedAmount("Hoeveelheid", -50.0, "-50"),
        NamedAmount("Nieuw", 5.0, "+5"),
    )
    start, end = NamedAmount("2023", 100.0, "100"), NamedAmount("2024", 85.0, "85")
    drawn = waterfall_chart(start, steps, end, "x")
    assert [(row["x"], row["x2"]) for row in rows(drawn, "bar")] == [
        (100, 130),
        (80, 130),
        (80, 85),
    ]
    clay, ink = palette.SECOND, palette.INK
    assert [row["colour"] for row in rows(drawn, "bar")] == [clay, ink, clay]
    assert [row["x"] for row in rows(drawn, "rule")] == [100, 85]
    none = NamedAmount("2024", 0.0, "0")
    assert rows(waterfall_chart(none, (), none, "x"), "bar") == []


def test_those_outside_a_funnel_differ_by_shape_and_are_named():
    dots = (
        FunnelDot("klein", 10, 1.0, "inside", "1", "10"),
        FunnelDot("duur", 50, 4.0, "worse", "4", "50"),
        FunnelDot("zuinig", 90, 0.1, "better", "0,1", "90"),
    )
    drawn = funnel_chart(
        dots, LIMITS, 1.0, "nl", size="Omvang", value="EUR", legend=SIGNED, alt="x"
    )
    assert {row["text"] for row in rows(drawn, "words")} == {"duur", "zuinig"}
    assert len(rows(drawn, "point")) == 3
    low, high = setting(drawn, "yDomain")
    assert low <= 0.1
    assert high >= 4
    marks = funnel_plot.MARKS
    assert marks["inside"][0] not in {marks[effect][0] for effect in ("better", "worse")}
    assert all(palette.contrast(colour, palette.WHITE) >= 3 for _, colour, _ in marks.values())
    assert funnel_plot.COLOURS is bars.COLOURS


@pytest.mark.parametrize("lang", LANGS)
def test_the_designs_of_a_pilot_are_told_in_words(lang):
    drawn = designs_chart(DESIGNS, lang)
    assert {row["x"] for row in rows(drawn, "point")} == {91.4, 18.9, 99.9, 85.5}
    assert 80 in {row["x"] for row in rows(drawn, "rule")}
    assert [row[0] for row in drawn.table.rows] == ["A", "B"]
    assert drawn.table.write[3](91.4).startswith("91")
    for part in ("A", "B", "91", "100", "19", "86"):
        assert part in drawn.alt


def test_lessons_on_mirrored_bars_stand_apart_at_their_month_and_can_be_clicked():
    def drawn(called):
        return mirrored_chart(DEPARTURES, MAR, Unit.BASE, "nl", CHANNELS, ("a", "b", "c"), called)

    chart = drawn(CALLED)
    (select,) = [each for each in chart.spec["params"] if "select" in each]
    assert (select["name"], select["select"]["fields"]) == ("lesson", ["code"])
    touch = rows(chart, "lesson_touch")
    assert [(row["code"], row["title"]) for row in touch] == [("L1", "Samen"), ("L2", "Gedrag")]
    assert touch[0]["x"] == touch[1]["x"]
    assert 0 < touch[1]["py"] < touch[0]["py"] < chart.spec["height"]
    assert not any("select" in each for each in drawn(()).spec["params"])


@given(st.lists(st.tuples(*(st.integers(-10_000, 10_000),) * 2), min_size=1, max_size=6))
def test_mirrored_bars_of_a_month_add_up_to_its_net(values):
    rows_ = tuple(Departure(day, *pair) for day, pair in zip(MONTHS, values, strict=False))
    drawn = mirrored_chart(rows_, JAN, Unit.BASE, "nl", CHANNELS, ("a", "b", "c"))
    low, high = setting(drawn, "yDomain")
    for row, target, substitute in zip(rows_, spans(drawn)[::2], spans(drawn)[1::2], strict=True):
        assert target[1] - target[0] == pytest.approx(row.target, abs=1e-4 * (high - low))
        if row.target * row.substitute > 0:
            assert substitute[1] == pytest.approx(row.net, abs=1e-4 * (high - low))


def test_the_effect_among_placebos_counts_the_months_outside_the_band():
    drawn = placebo_chart(COURSE, Unit.BASE, "nl")
    assert "3 van de 3 maanden" in drawn.alt
    assert len(rows(drawn, "under")) == 1
    assert drawn.table.rows[0][-2:] == (6.0, 6.0)
    assert len(COURSE.outside) == 3
    many = replace(COURSE, placebos=[COURSE.effect] * 1000)
    assert len(many.drawn) <= effects.MOST_DRAWN


def test_survival_goes_down_in_steps_from_all_in_use():
    drawn = survival_chart(STEPS, 4.0, "nl")
    (path,) = rows(drawn, "path")
    assert [round(value_at(drawn, py)) for py in path["py"]] == [100, 100, 95, 95, 45, 45, 45]
    assert path["x"] == sorted(path["x"])
    assert [row["text"] for row in rows(drawn, "words")] == ["eind garantie"]
    assert rows(survival_chart(STEPS, None, "nl"), "words") == []


def test_the_strip_says_its_states_in_words_and_by_shape():
    cells = (
        DeliveryCell("Webwinkel", JAN, DeliveryState.DELIVERED),
        DeliveryCell("Webwinkel", MAR, DeliveryState.PARTIAL, "4 van 5 locaties"),
        DeliveryCell("Kast", MAR, DeliveryState.MISSING),
    )
    drawn = completeness_chart(cells, "nl", "x")
    told = {row["said"].partition(": ")[2] for row in rows(drawn, "point")}
    assert told == {"geleverd", "deels geleverd (4 van 5 locaties)", "ontbreekt"}
    shapes = registers.SHAPES
    assert set(shapes) == set(DeliveryState)
    assert len({shape for shape, _ in shapes.values()}) == len(DeliveryState)
    assert all(palette.contrast(colour, palette.WHITE) >= 3 for _, colour in shapes.values())


def test_every_source_of_the_strip_bears_its_name():
    cells = tuple(DeliveryCell(f"Bron {n}", JAN, DeliveryState.DELIVERED) for n in range(30))
    spec = {**completeness_chart(cells, "nl", "x").spec, "width": 800}
    assert vl_convert.vegalite_to_svg(json.dumps(spec)).count(">Bron ") == len(cells)
