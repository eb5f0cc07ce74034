"""One description of a trend gives the same marks and words on screen, slide and PDF."""

import re
from dataclasses import replace
from xml.sax.saxutils import escape

import pytest

from nami_monitor.charts import palette
from nami_monitor.charts.control_limits import figure_trend
from nami_monitor.charts.hundred import LARGE, PANEL, hundred_chart
from nami_monitor.charts.hundred_data import ALL, hundred_of
from nami_monitor.charts.trend import signs, trend_spec
from nami_monitor.charts.trend_lanes import SMALL
from nami_monitor.reports import branding
from nami_monitor.reports import pages as report
from nami_monitor.reports.pages import trend_figure
from nami_monitor.store import Store
from nami_monitor.ui import trend_chart
from nami_monitor.ui.session import Session
from tests.support.figures import to_digits

OF_VALUES = ("grid", "band", "band_edge", "expected", "target", "interval", "line", "steps",
             "drift", "dots", "hollow", "ring", "square", "last")  # fmt: skip
"""Layers whose rows are values of months, wherever the chart stands."""


def rows(spec):
    return {layer["name"]: layer["data"]["values"] for layer in spec["layer"]}


def words(spec):
    return sorted(row["text"] for row in rows(spec)["words"])


def valued(found):
    return [
        (section, line)
        for section in found.sections
        for line in section.told
        if line.result.value is not None
    ]


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_slide_and_page_draw_the_marks_of_the_screen(found, demo_folder, lang):
    store = Store(demo_folder / "demo.duckdb")
    session = Session(lang=lang, store=store, demo=True, who="")
    targets = 0
    for section, line in valued(found):
        figure = trend_figure(line, replace(section, notes=()), lang)
        where = {"category": (section.category,)} if section.category else {}
        told = line.history if line.assessment is not None else ()
        goals = trend_chart.goals_of(store, line.kpi.code, where, line.shown)
        trend = trend_chart.trend_of(
            session, line.kpi.code, line.shown, section.category or "",
            history=told, restarts=line.phases, goals=goals,
        )  # fmt: skip
        screen = rows(trend_spec(trend, lang))
        for spec in (figure.spec, figure.slide):
            drawn = rows(spec)
            for name in OF_VALUES:
                same = to_digits(drawn.get(name)) == to_digits(screen.get(name))
                assert same, (line.kpi.code, name)
        assert not set(words(figure.slide)) - set(words(figure.spec))
        legend = "".join(figure.legend).replace(" ", "")
        for word in set(words(figure.spec)) - set(words(figure.slide)):
            said = word.rstrip("…")
            named = [one for one in trend.shown_marks() if said in f"{one.label} {one.detail}"]
            assert named, f"only what measures say leaves a slide, for the legend: {word}"
            assert named[0].label.replace(" ", "") in legend
        targets += len(screen.get("target", ()))
        assert bool(goals) == ("target" in screen)
    store.close()
    assert targets >= 3


def test_a_hundred_bears_the_same_marks_and_words_on_every_surface(found):
    drawn = 0
    for section in found.sections:
        for answer in section.answers:
            figure, one = report._hundred_figure(answer, "nl"), hundred_of(answer)
            assert (figure is None) == (one is None)
            if one is None:
                continue
            large, small = (hundred_chart(one, "nl", form) for form in (LARGE, PANEL))
            assert (figure.spec, figure.alt, figure.slide) == (large.spec, large.alt, None)
            bars = [heights(each.spec) for each in (large, small)]
            assert bars[0] == pytest.approx(bars[1], abs=1e-9)
            said = [{row["text"] for row in rows(each.spec)["labels"]} for each in (large, small)]
            assert said[1] < said[0]
            assert large.signs == small.signs
            for chart in (large, small):
                marks = rows(chart.spec)
                assert ("beyond" in marks) == (one.low < 0 or one.high > ALL)
                assert {sign.colour for sign in chart.signs} == {
                    palette.SECOND, palette.INK, palette.BODY
                }  # fmt: skip
            drawn += 1
    assert drawn


def heights(spec):
    """Which share of each bar of a hundred is of what came back."""
    marks = rows(spec)
    return [
        (back["py2"] - back["py"]) / (less["py2"] - back["py"])
        for back, less in zip(marks["back"], marks["less"], strict=True)
    ]


def test_what_is_drawn_for_paper_bears_every_word_of_the_description(found):
    line = next(line for _, line in valued(found))
    section = next(section for section, one in valued(found) if one is line)
    trend = trend_figure(line, section, "nl")
    answers = (answer for section in found.sections for answer in section.answers)
    hundreds = (report._hundred_figure(answer, "nl") for answer in answers)
    hundred = next(figure for figure in hundreds if figure is not None)
    for spec in (trend.spec, trend.slide, hundred.spec):
        drawn = branding.svg(spec, 900, branding.Branding())
        there = "".join(re.findall(r"<text[^>]*>([^<]*)</text>", drawn))
        for layer in ("words", "labels"):
            for row in rows(spec).get(layer, ()):
                assert escape(row["text"]) in there, row["text"]


def test_the_small_form_bears_the_marks_of_the_last_months(found):
    for _, line in valued(found):
        for lang in ("nl", "en"):
            told = line.history if line.assessment is not None else ()
            trend = figure_trend(
                line.kpi, [("x", line.shown)], lang, history=told, restarts=line.phases,
                goals=line.goals,
            )  # fmt: skip
            large, small = rows(trend_spec(trend, lang)), rows(trend_spec(trend, lang, SMALL))
            assert ("target" in small) == bool(trend.holding()) or trend.shown_targets()
            if trend.series[0].points[-1].value is not None:
                assert small["last"] == large["last"]
            assert ("expected" in signs(trend)) == ("band" in large)
