"""One description of a trend gives the same marks and words on screen, slide and PDF."""

from dataclasses import replace

import pytest

from nami_monitor.charts.control_limits import single_trend
from nami_monitor.charts.trend import signs, trend_spec
from nami_monitor.charts.trend_lanes import SMALL
from nami_monitor.reports.pages import trend_figure
from nami_monitor.store import Store
from nami_monitor.ui import trend_chart
from nami_monitor.ui.session import Session

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
                assert drawn.get(name) == screen.get(name), (line.kpi.code, name)
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


def test_the_small_form_bears_the_marks_of_the_last_months(found):
    for _, line in valued(found):
        for lang in ("nl", "en"):
            trend = single_trend(
                line.kpi, line.history, "x", lang, limits=line.assessment is not None,
                restarts=line.phases, goals=line.goals,
            )  # fmt: skip
            large, small = rows(trend_spec(trend, lang)), rows(trend_spec(trend, lang, SMALL))
            assert ("target" in small) == bool(trend.holding()) or trend.shown_targets()
            if trend.series[0].points[-1].value is not None:
                assert small["last"] == large["last"]
            assert ("expected" in signs(trend)) == ("band" in large)
