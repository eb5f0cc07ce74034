import altair as alt
import pytest

from nami_monitor.charts.contribution_bars import COLOURS, ContributionBar, contributions_spec
from nami_monitor.charts.funnel_plot import MARKS, FunnelDot, FunnelLimits, FunnelTexts, funnel_spec
from nami_monitor.charts.palette import WHITE, contrast
from nami_monitor.charts.waterfall import WaterfallEnd, WaterfallStep, waterfall_spec

EFFECTS = {effect: f"word {effect}" for effect in COLOURS}


def rows(spec, mark):
    return [
        row for one in spec["layer"] if one["mark"]["type"] == mark for row in one["data"]["values"]
    ]


@pytest.mark.parametrize("amounts", [(5.0, -3.0, 1.0), (5.0,), (-5.0, -1.0), (0.0,)])
def test_contributions_stand_in_their_order_with_their_words(amounts):
    bars = tuple(
        ContributionBar(f"n{at}", amount, "worse" if amount > 0 else "better", f"{amount:+}")
        for at, amount in enumerate(amounts)
    )
    spec = contributions_spec(bars, EFFECTS, "nl")
    alt.LayerChart.from_dict(spec)
    assert [row["name"] for row in rows(spec, "bar")] == [bar.name for bar in bars]
    assert [row["label"] for row in rows(spec, "text")] == [bar.label for bar in bars]
    assert {row["effect"] for row in rows(spec, "bar")} <= set(EFFECTS.values())
    low, high = spec["layer"][0]["encoding"]["x"]["scale"]["domain"]
    assert all(low <= min(amount, 0) and max(amount, 0) <= high for amount in amounts)


def test_a_bridge_leads_from_the_old_amount_to_the_new_one():
    steps = (
        WaterfallStep("Prijs", 30.0, "+30"),
        WaterfallStep("Hoeveelheid", -50.0, "-50"),
        WaterfallStep("Nieuw", 5.0, "+5"),
    )
    words = {"less": "minder", "more": "meer"}
    spec = waterfall_spec(
        WaterfallEnd("2023", 100.0, "100"), steps, WaterfallEnd("2024", 85.0, "85"), words, "nl"
    )
    alt.LayerChart.from_dict(spec)
    assert [(row["from"], row["to"]) for row in rows(spec, "bar")] == [
        (100, 130),
        (130, 80),
        (80, 85),
    ]
    assert [row["way"] for row in rows(spec, "bar")] == ["meer", "minder", "meer"]
    assert [row["at"] for row in rows(spec, "tick")] == [100, 85]


def test_a_bridge_without_any_step_is_still_drawn():
    words = {"less": "minder", "more": "meer"}
    end = WaterfallEnd("2024", 0.0, "0")
    alt.LayerChart.from_dict(waterfall_spec(WaterfallEnd("2023", 0.0, "0"), (), end, words, "nl"))


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
