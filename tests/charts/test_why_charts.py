import altair as alt
import pytest

from nami_monitor.charts import palette
from nami_monitor.charts.contribution_bars import ContributionBar, contributions_spec
from nami_monitor.charts.funnel_plot import MARKS, FunnelDot, FunnelLimits, FunnelTexts, funnel_spec
from nami_monitor.charts.palette import WHITE, contrast
from nami_monitor.charts.waterfall import WaterfallEnd, WaterfallStep, waterfall_spec


def rows(spec, mark):
    return [
        row for one in spec["layer"] if one["mark"]["type"] == mark for row in one["data"]["values"]
    ]


def layers(spec):
    return {layer["name"]: layer["data"]["values"] for layer in spec["layer"]}


def setting(spec, name):
    return next(each["value"] for each in spec["params"] if each["name"] == name)


@pytest.mark.parametrize("amounts", [(5.0, -3.0, 1.0), (5.0,), (-5.0, -1.0), (0.0,)])
def test_contributions_stand_in_their_order_with_their_words(amounts):
    bars = tuple(
        ContributionBar(f"n{at}", amount, "worse" if amount > 0 else "better", f"{amount:+}")
        for at, amount in enumerate(amounts)
    )
    spec = contributions_spec(bars)
    alt.LayerChart.from_dict(spec)
    drawn = layers(spec)
    assert setting(spec, "yLabels") == [bar.name for bar in bars]
    assert [row["text"] for row in drawn["words"]] == [bar.label for bar in bars]
    assert [row["x2"] for row in drawn.get("bar", [])] == [a for a in amounts if a]
    low, high = setting(spec, "xDomain")
    assert all(low <= min(amount, 0) and max(amount, 0) <= high for amount in amounts)
    assert [row["x"] for row in drawn["zero"]] == [0]


def test_names_of_others_do_nothing_in_bars():
    name = "\u202e" + "Locatie " * 15
    spec = contributions_spec((ContributionBar(name, 1.0, "worse", "+1"),))
    assert "\u202e" not in str(spec)
    assert setting(spec, "yLimit") < 200


def test_a_bridge_leads_from_the_old_amount_to_the_new_one():
    steps = (
        WaterfallStep("Prijs", 30.0, "+30"),
        WaterfallStep("Hoeveelheid", -50.0, "-50"),
        WaterfallStep("Nieuw", 5.0, "+5"),
    )
    spec = waterfall_spec(
        WaterfallEnd("2023", 100.0, "100"), steps, WaterfallEnd("2024", 85.0, "85")
    )
    alt.LayerChart.from_dict(spec)
    drawn = layers(spec)
    assert [(row["x"], row["x2"]) for row in drawn["bar"]] == [(100, 130), (80, 130), (80, 85)]
    clay, ink = palette.SECOND, palette.INK
    assert [row["colour"] for row in drawn["bar"]] == [clay, ink, clay]
    assert [row["x"] for row in drawn["tick"]] == [100, 85]


def test_a_bridge_without_any_step_is_still_drawn():
    end = WaterfallEnd("2024", 0.0, "0")
    alt.LayerChart.from_dict(waterfall_spec(WaterfallEnd("2023", 0.0, "0"), (), end))


def test_those_outside_a_funnel_differ_by_shape_and_are_named():
    dots = (
        FunnelDot("klein", 10, 1.0, "inside", "1", "10"),
        FunnelDot("duur", 50, 4.0, "worse", "4", "50"),
        FunnelDot("zuinig", 90, 0.1, "better", "0,1", "90"),
    )
    lines = FunnelLimits(
        [10, 50, 90], [0, 0.5, 0.8], [0, 0.7, 0.9], [9, 1.5, 1.3], [20, 2, 1.5], 1.0
    )
    said = FunnelTexts("Omvang", "EUR", {effect: effect for effect in MARKS}, ("a", "b", "c"))
    spec = funnel_spec(dots, lines, said, "nl")
    alt.LayerChart.from_dict(spec)
    assert {row["name"] for row in rows(spec, "text")} == {"duur", "zuinig"}
    assert len(rows(spec, "point")) == 3
    low, high = spec["layer"][-1]["encoding"]["y"]["scale"]["domain"]
    assert low <= 0.1
    assert high >= 4
    assert MARKS["inside"][0] not in {MARKS[effect][0] for effect in ("better", "worse")}
    assert all(contrast(colour, WHITE) >= 3 for _, colour, _ in MARKS.values())
