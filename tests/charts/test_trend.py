import json
from dataclasses import replace
from datetime import date
from itertools import pairwise

import altair as alt
import pytest

from nami_monitor.charts import grammar, palette
from nami_monitor.charts.axes import month_index
from nami_monitor.charts.tables import beside_table, trend_sentence, trend_table
from nami_monitor.charts.trend import caption, trend_spec
from nami_monitor.charts.trend_data import (
    BreakSpan,
    DriftLine,
    Expected,
    InterventionMark,
    LessonMark,
    NoteMark,
    Phase,
    Series,
    SignalSpan,
    Trend,
    TrendPoint,
    TrendTarget,
)
from nami_monitor.charts.trend_lanes import LARGE, SMALL
from nami_monitor.core.periods import add_months
from nami_monitor.core.words import Unit

START = date(2025, 1, 1)


def series(values, name="Volume", **more):
    months = (add_months(START, k) for k in range(len(values)))
    return Series(
        name, tuple(TrendPoint(m, v, **more) for m, v in zip(months, values, strict=True))
    )


FULL = Trend(
    series=(
        Series(
            "Volume per werkdag",
            (
                TrendPoint(date(2025, 1, 1), 10.0),
                TrendPoint(date(2025, 2, 1), 11.5, low=10, high=13),
                TrendPoint(date(2025, 3, 1), None),
                TrendPoint(date(2025, 5, 1), 9.0),
                TrendPoint(date(2025, 6, 1), 8.0),
            ),
        ),
    ),
    unit=Unit.BASE_PER_ACTIVITY,
    phases=(
        Phase(date(2024, 12, 1), date(2025, 3, 1), (Expected(10.5, 9, 12),) * 4),
        Phase(date(2025, 4, 1), date(2025, 7, 1), (Expected(8.5, 7.5, 9.5),) * 4, provisional=True),
    ),
    signals=(
        SignalSpan(date(2025, 2, 1), date(2025, 2, 1), up=True, concern=True, current=False),
        SignalSpan(date(2025, 5, 1), date(2025, 6, 1), up=False, concern=False, current=True),
    ),
    marks=(
        InterventionMark(date(2025, 5, 1), "Retourregeling"),
        InterventionMark(date(2025, 2, 1), "Afroepverbod", date(2025, 4, 1), "feb t/m apr 2025"),
        InterventionMark(date(2019, 2, 1), "Lang geleden"),
    ),
    breaks=(BreakSpan(date(2025, 3, 1), date(2025, 4, 1), "Nieuwe leverancier"),),
    lessons=(
        LessonMark(date(2025, 5, 1), "L1", "Begin klein", opened=True),
        LessonMark(date(2025, 3, 1), "L2", "Meet"),
    ),
    targets=(TrendTarget(7.5, "doel 7,5", date(2025, 1, 1), date(2025, 12, 1)),),
    activity="werkdag",
)


def layers(spec):
    return {layer["name"]: layer["data"]["values"] for layer in spec["layer"]}


def drawn(trend, form=LARGE, lang="nl"):
    return layers(trend_spec(trend, lang, form))


def said(trend, form=LARGE):
    return [row["text"].replace("\N{NO-BREAK SPACE}", " ") for row in drawn(trend, form)["words"]]


@pytest.mark.parametrize("form", grammar.FORMS)
def test_every_form_is_valid_and_compiled_once(form):
    compiled = grammar.compiled(form)
    alt.LayerChart.from_dict(json.loads(json.dumps(compiled)))
    assert grammar.compiled(form) is compiled
    names = [layer["name"] for layer in compiled["layer"]]
    assert len(set(names)) == len(names)
    assert all(layer["mark"]["aria"] is False for layer in compiled["layer"])


@pytest.mark.parametrize(
    "trend",
    [
        FULL,
        Trend((series([1.0]),), Unit.EUR),
        Trend((series([None, None]),), Unit.PERCENT),
        Trend(tuple(series([k, k + 1, k + 2.5], name=f"Reeks {k}") for k in range(9)), Unit.KG),
    ],
)
@pytest.mark.parametrize("form", [LARGE, SMALL])
def test_a_spec_is_valid_plain_and_the_same_each_time(trend, form):
    spec = trend_spec(trend, "nl", form)
    alt.LayerChart.from_dict(spec)
    assert spec["width"] == "container"
    assert spec["config"]["mark"]["tooltip"] is None
    before = json.dumps(grammar.compiled("trend"))
    assert json.dumps(spec) == json.dumps(trend_spec(trend, "nl", form))
    assert json.dumps(grammar.compiled("trend")) == before


def test_missing_months_break_the_line_are_named_and_never_zero():
    rows = drawn(FULL)
    assert [row["y"] for row in rows["line"]] == [10.0, 11.5, None, None, 9.0, 8.0]
    assert "geen gegevens" in said(FULL)
    assert {row["dash"][0] for row in rows["bracket"]} == {1, 2}
    assert "geen gegevens" not in said(Trend((series([1, 2]),), Unit.KG))


def test_a_line_starts_anew_at_a_break_and_not_at_a_border():
    months = Trend((series([1, 2, 3, 4]),), Unit.KG)
    there = (BreakSpan(date(2025, 3, 1), date(2025, 3, 1), "bron"),)
    assert len({row["path"] for row in drawn(replace(months, breaks=there))["line"]}) == 2
    assert len({row["path"] for row in drawn(replace(months, borders=there))["line"]}) == 1


def test_a_month_that_stands_out_bears_a_ring_or_where_worse_a_square():
    rows = drawn(FULL)
    assert [(row["x"], row["y"]) for row in rows["square"]] == [
        (month_index(date(2025, 2, 1)), 11.5)
    ]
    assert "ring" not in rows
    for concern in (False, None):
        span = SignalSpan(date(2025, 2, 1), date(2025, 2, 1), True, concern, current=False)
        rows = drawn(replace(FULL, signals=(span,)))
        assert len(rows["ring"]) == 1
        assert "square" not in rows


def test_a_change_that_lasts_has_one_bracket_with_words_and_plain_points():
    rows = drawn(FULL)
    solid = [row for row in rows["bracket"] if row["dash"] == [1, 0]]
    ends = {month_index(date(2025, 5, 1)), month_index(date(2025, 6, 1))}
    assert {row["x"] for row in solid} == ends
    assert "lager, al 2 maanden" in said(FULL)
    past = replace(FULL, signals=(replace(FULL.signals[1], current=False),))
    assert "lager, al 2 maanden" not in said(past)
    assert [row for row in drawn(past)["bracket"] if row["dash"] == [1, 0]]


def test_nothing_is_marked_that_the_scan_did_not_give():
    rows = drawn(replace(FULL, signals=()))
    assert not {"ring", "square"} & set(rows)
    assert all(row["dash"] == [2, 2] for row in rows["bracket"])


def test_a_small_chart_brackets_the_current_change_alone_and_has_no_lanes():
    past = SignalSpan(date(2025, 1, 1), date(2025, 2, 1), True, True, current=False)
    trend = replace(FULL, signals=(past, FULL.signals[1]))
    spec = trend_spec(trend, "nl", SMALL)
    rows = layers(spec)
    assert not {"measure", "lesson", "written", "measure_rule"} & set(rows)
    solid = [row for row in rows["bracket"] if row["dash"] == [1, 0]]
    assert {row["path"] for row in solid} == {"s0"}
    assert spec["height"] == SMALL.plot
    assert not [each for each in spec["params"] if "select" in each]


def test_a_drift_is_a_straight_line_with_its_words_and_interval():
    words = "ongeveer 4 % minder per jaar (2 tot 6)"
    drift = DriftLine(date(2025, 1, 1), date(2025, 6, 1), 11.0, 9.0, words)
    trend = replace(FULL, signals=(), drift=drift)
    assert [row["y"] for row in drawn(trend)["drift"]] == [11.0, 9.0]
    assert words in said(trend)
    assert words in said(trend, SMALL)
    long = Trend((series([9.0] * 48),), Unit.KG, drift=replace(drift, end=add_months(START, 47)))
    assert len(drawn(long, SMALL)["line"]) == SMALL.months == 36
    (first, start), _ = ((row["x"], row["y"]) for row in drawn(long, SMALL)["drift"])
    assert first == month_index(START) + 12
    assert 9 < start < 11
    assert words.capitalize() in trend_sentence(trend, "nl")


def test_a_target_is_drawn_in_its_year_alone_and_the_axis_includes_it():
    values = series([10.0] * 15)
    last = TrendTarget(1.0, "doel 1", date(2026, 1, 1), date(2026, 12, 1))
    before = TrendTarget(40.0, "doel 40", date(2025, 1, 1), date(2025, 12, 1))
    never = TrendTarget(900.0, "doel 900", date(2030, 1, 1), date(2030, 12, 1))
    trend = Trend((values,), Unit.KG, targets=(before, last, never))
    for form in (LARGE, SMALL):
        spec = trend_spec(trend, "nl", form)
        rows = layers(spec)["target"]
        first = month_index(START)
        assert [(row["x"], row["y"]) for row in rows] == [
            (first - 0.5, 40.0),
            (first + 11.5, 1.0),
        ]
        domain = next(p["value"] for p in spec["params"] if p["name"] == "yDomain")
        assert domain[0] <= 1.0
        assert 40.0 <= domain[1] < 900
        assert [words for words in said(trend, form) if "doel" in words] == ["doel 1"]


def test_the_label_of_a_target_near_the_value_stands_below_its_unit():
    near = TrendTarget(8.2, "doel 8,2", date(2025, 1, 1), date(2025, 12, 1))
    far = replace(near, value=13.0, label="doel 13")
    for target, below in ((near, True), (far, False)):
        words = drawn(replace(FULL, targets=(target,)))["words"]
        value = next(row for row in words if row["size"] == LARGE.value)
        label = next(row for row in words if row["text"] == target.label)
        assert (label["py"] > value["py"]) == below


def test_nine_targets_are_all_drawn_and_two_are_named():
    nine = tuple(
        TrendTarget(7 + k / 2, f"doel {k}", date(2025, 1, 1), date(2025, 12, 1)) for k in range(9)
    )
    trend = replace(FULL, targets=nine)
    assert len(drawn(trend)["target"]) == 9
    named = [words for words in said(trend) if "doel" in words]
    assert sorted(named) == ["doel 0", "doel 1", "en nog 7 doelen"]


def test_a_register_count_is_a_step_line_without_band_or_dots():
    trend = replace(FULL, register=True, signals=())
    rows = drawn(trend)
    assert "steps" in rows
    assert not {"line", "band", "expected", "dots"} & set(rows)
    assert "Trap" in caption(trend, "nl")


def test_provisional_months_are_hollow_and_dotted_and_say_until_when():
    points = (*series([5.0, 6.0]).points, TrendPoint(date(2025, 3, 1), 7.0, provisional=True))
    trend = Trend((Series("Proef", points),), Unit.KG, settled="tot 1 mrt 2026")
    rows = drawn(trend)
    assert [row["y"] for row in rows["hollow"]] == [7.0]
    assert 7.0 not in [row["y"] for row in rows["dots"]]
    assert "last" not in rows
    dotted = [row["y"] for row in rows["line"] if row["dash"] == [2, 3]]
    assert dotted == [None, 6.0, 7.0]
    assert {"voorlopig", "tot 1 mrt 2026"} <= set(said(trend))


def test_the_last_value_stands_at_the_lines_end_with_a_decimal_comma_and_its_unit():
    trend = replace(FULL, series=(series([8.25, 8.75, None]),), targets=())
    end = next(row for row in drawn(trend)["words"] if row["size"] == LARGE.value)
    assert end["text"] == "8,75"
    assert "st. per werkdag" in said(trend)
    small = next(row for row in drawn(trend, SMALL)["words"] if row["size"] == SMALL.value)
    assert small["text"] == "8,75"
    assert "artikelen" in said(replace(trend, counted="artikelen"), SMALL)


def test_six_series_are_named_and_the_rest_is_grey():
    trend = Trend(tuple(series([k, k + 2.0], name=f"Reeks {k}") for k in range(8)), Unit.KG)
    rows = drawn(trend)
    colours = {row["path"][0]: row["colour"] for row in rows["line"]}
    assert list(colours.values()).count(palette.OTHERS) == 2
    assert set(palette.SERIES) < set(colours.values())
    assert [words for words in said(trend) if words.startswith("Reeks")] == [
        f"Reeks {k}" for k in range(6)
    ]


def test_phases_are_left_out_among_several_series():
    trend = replace(FULL, series=(*FULL.series, series([4.0], name="Ander")))
    assert not {"band", "expected"} & set(drawn(trend))
    assert "spreiding" not in caption(trend, "nl")


def test_what_is_expected_steps_per_phase_moves_with_a_season_and_is_cut_to_the_months():
    rows = drawn(FULL)
    first = month_index(START)
    assert (rows["band"][0]["x"], rows["band"][-1]["x"]) == (first - 0.5, first + 5.5)
    assert {(row["phase"], row["y"]) for row in rows["expected"]} == {(0, 10.5), (1, 8.5)}
    assert {row["y"] for row in rows["band_edge"]} == {7.5, 9.5}
    season = tuple(Expected(10 + k, 9 + k, 11 + k) for k in range(6))
    moving = replace(FULL, phases=(Phase(START, date(2025, 6, 1), season),))
    assert [row["y"] for row in drawn(moving)["expected"][1:-1]] == [10, 11, 12, 13, 14, 15]
    measures = (("1", date(2025, 2, 1), "Afroepverbod"), ("2", date(2025, 5, 1), "Retourregeling"))
    assert beside_table(FULL, "nl").rows[:2] == measures


def test_hatching_stays_within_its_band():
    spec = trend_spec(FULL, "nl")
    x = month_index(date(2025, 3, 1))
    bottom, top = spec["height"], spec["layer"][0]["encoding"]["y"]["scale"]["range"][1]
    for row in layers(spec)["hatch"]:
        assert x - 0.5 <= row["x"] < row["x2"] <= x + 1.5
        assert top - 1e-6 <= row["py2"] <= row["py"] <= bottom + 1e-6
    assert "Nieuwe leverancier" in said(FULL)


def test_a_measure_has_a_numbered_disc_its_name_and_an_end_where_it_ended():
    rows = drawn(FULL)
    assert [row["x"] for row in rows["measure"]] == [
        month_index(date(2025, 2, 1)),
        month_index(date(2025, 5, 1)),
    ]
    assert {"1", "2", "Afroepverbod", "feb t/m apr 2025", "Retourregeling"} <= set(said(FULL))
    ends = {row["x"] for row in rows["measure_bar"]}
    assert max(ends) == month_index(date(2025, 4, 1)) + 0.5
    named = {row["text"]: row["wide"] for row in rows["words"]}
    assert named["Afroepverbod"]
    assert not named["1"]


def test_forty_measures_are_numbered_discs_that_do_not_overlap():
    values = series([float(k % 5 + 5) for k in range(48)])
    marks = tuple(
        InterventionMark(add_months(START, k), f"Maatregel nummer {k} met een lange naam")
        for k in range(40)
    )
    trend = Trend((values,), Unit.KG, marks=marks)
    spec = trend_spec(trend, "nl")
    rows = layers(spec)
    white = [row["text"] for row in rows["words"] if row["colour"] == palette.WHITE]
    assert white == [str(k + 1) for k in range(40)]
    assert not [words for words in said(trend) if words.startswith("Maatregel")]
    assert spec["height"] < 500
    by_row = {}
    for row in rows["measure"]:
        by_row.setdefault(row["py"], []).append(row["x"])
    assert all(b - a >= 3 for xs in by_row.values() for a, b in pairwise(xs))


def test_forty_measures_of_one_month_share_a_disc_and_stand_in_the_table():
    values = series([float(k % 5 + 5) for k in range(48)])
    marks = tuple(InterventionMark(add_months(START, 7), f"Maatregel {k}") for k in range(40))
    trend = Trend((values,), Unit.KG, marks=(*marks, InterventionMark(add_months(START, 40), "x")))
    spec = trend_spec(trend, "nl")
    rows = layers(spec)
    white = [row["text"] for row in rows["words"] if row["colour"] == palette.WHITE]
    assert white == ["1+", "41"]
    assert spec["height"] < 500
    assert len(beside_table(trend, "nl").rows) == 41


def test_the_unit_of_an_amount_per_activity_keeps_its_sign_beside_the_last_value():
    for unit, words in ((Unit.EUR_PER_ACTIVITY, "€ per werkdag"), (Unit.EUR, None)):
        trend = Trend((series([0.8, 0.9]),), unit, activity="werkdag")
        for form in (LARGE, SMALL):
            text_of = " ".join(said(trend, form))
            assert "€" in text_of
            assert words is None or words in text_of


@pytest.mark.parametrize("form", [LARGE, SMALL])
def test_names_of_others_do_not_break_a_chart(form):
    arabic = "مقياس طويل جدا"
    turned = "\u202eomgekeerd"
    trend = replace(
        FULL,
        series=(replace(FULL.series[0], name="Categorie " * 12),),
        marks=(
            InterventionMark(date(2025, 2, 1), arabic),
            InterventionMark(date(2025, 5, 1), turned),
        ),
        lessons=(LessonMark(date(2025, 5, 1), "L1", "x" * 500),),
        counted="w" * 120,
    )
    spec = trend_spec(trend, "nl", form)
    assert "\u202e" not in json.dumps(spec, ensure_ascii=False)
    assert max(len(row["text"]) for row in layers(spec)["words"]) <= 40
    several = replace(trend, series=(trend.series[0], series([1.0], name="y" * 120)))
    assert max(len(words) for words in said(several, form)) <= 40


def selections(spec):
    return {each["name"]: each for each in spec["params"] if "select" in each}


def test_lessons_can_be_clicked_lead_to_their_month_and_the_open_one_is_filled():
    spec = trend_spec(FULL, "nl")
    (lesson,) = selections(spec).values()
    assert lesson["select"] == {"type": "point", "fields": ["code"]}
    assert lesson["views"] == ["lesson_touch"]
    assert spec["layer"][-1]["name"] == "lesson_touch", "a word above it would take the click"
    rows = layers(spec)["lesson"]
    assert [row["code"] for row in rows] == ["L2", "L1"]
    assert [row["fill"] for row in rows] == [palette.WHITE, palette.LINK]
    assert [row["x"] for row in layers(spec)["leader"]] == [month_index(date(2025, 5, 1))]


NOTED = replace(
    FULL,
    written=(
        NoteMark(date(2025, 2, 1), "N1", "Verhuizing <b>"),
        NoteMark(date(2031, 1, 1), "N2", "Later"),
    ),
)


def test_notes_of_people_stand_below_the_lessons_and_can_be_clicked():
    spec = trend_spec(NOTED, "nl")
    assert set(selections(spec)) == {"lesson", "written"}
    rows = layers(spec)
    assert [(r["code"], r["title"]) for r in rows["written_touch"]] == [("N1", "Verhuizing <b>")]
    assert min(r["py"] for r in rows["written"]) > max(r["py"] for r in rows["lesson"])
    for sentence in (caption(NOTED, "nl"), trend_sentence(NOTED, "nl")):
        assert "notitie" in sentence
    for sentence in (caption(FULL, "nl"), trend_sentence(FULL, "nl")):
        assert "notitie" not in sentence


def test_lessons_and_notes_stand_in_a_table_by_their_codes():
    rows = beside_table(NOTED, "nl").rows
    assert rows[-3:] == (
        ("L1", date(2025, 5, 1), "Begin klein"),
        ("L2", date(2025, 3, 1), "Meet"),
        ("N1", date(2025, 2, 1), "Verhuizing <b>"),
    )


@pytest.mark.parametrize("form", [LARGE, SMALL])
def test_no_text_is_smaller_than_twelve_px_or_too_pale(form):
    spec = trend_spec(NOTED, "nl", form)
    axis = spec["config"]["axis"]
    assert axis["labelFontSize"] >= 12
    assert palette.contrast(axis["labelColor"], palette.WHITE) >= 4.5
    for row in layers(spec)["words"]:
        assert row["size"] >= 12 - (row["text"].isdigit() or row["text"] == "N1")


def test_a_trend_without_points_is_refused():
    with pytest.raises(ValueError, match="at least one point"):
        trend_spec(Trend((Series("Leeg", ()),), Unit.KG), "nl")


def test_the_caption_explains_exactly_the_signs_that_are_there():
    assert caption(Trend((series([0.0, 1.0]),), Unit.KG), "nl") == ""
    words = caption(FULL, "nl")
    for sign in ("gewone spreiding", "Gestreept", "Vierkant", "Haak", "streepjes", "Onderbroken",
                 "Gearceerd", "Ruit", "rondje", "nul"):  # fmt: skip
        assert sign in words
    for sign in ("Lichtgrijs", "Ring", "Trap", "Open stip"):
        assert sign not in words


def test_the_sentence_tells_the_trend_in_both_languages():
    assert trend_sentence(FULL, "nl") == (
        "Volume per werkdag (st. per werkdag), jan 2025 tot jun 2025, laatste waarde 8 in "
        "jun 2025, laagste 8 in jun 2025, hoogste 12 (10 tot 13) in feb 2025. "
        "Lager, al 2 maanden. Doel 7,5. "
        "Er is 1 eerdere verandering aangegeven. Voor 2 maanden ontbreken gegevens. "
        "Er zijn 2 maatregelen aangegeven. "
        "Er staan 2 lessen bij."
    )
    empty = Trend((series([None], name="Supply"),), Unit.COUNT)
    assert trend_sentence(empty, "en") == (
        "Supply: no figures in this period. Data is missing for 1 month."
    )
    assert "(count)" in trend_sentence(Trend((series([3]),), Unit.COUNT), "en")


def test_the_table_holds_every_month_latest_first():
    table = trend_table(FULL, "nl")
    assert table.head == (
        "Maand",
        "Volume per werkdag (st. per werkdag)",
        "Normaal vanaf",
        "Normaal tot en met",
        "Signaal",
    )
    assert table.rows[:3] == (
        (date(2025, 6, 1), 8.0, 7.5, 9.5, "lager"),
        (date(2025, 5, 1), 9.0, 7.5, 9.5, "lager"),
        (date(2025, 4, 1), None, 7.5, 9.5, ""),
    )
    written = [
        how(value) if how else value for how, value in zip(table.write, table.rows[0], strict=True)
    ]
    assert written == ["jun 2025", "8", "7,5", "9,5", "lager"]
    several = Trend((series([1, 2], "Kast"), series([3], "Webwinkel")), Unit.COUNT)
    february, january = date(2025, 2, 1), date(2025, 1, 1)
    assert trend_table(several, "en").rows == ((february, 2, None), (january, 1, 3))
    single = trend_table(Trend((series([1]),), Unit.COUNT), "nl")
    assert single.rows == ((january, 1, None, None, ""),)


def test_an_estimate_bears_its_interval_and_is_no_finer_than_it():
    points = tuple(TrendPoint(date(2026, k, 1), 78.43, 63.1, 97.9) for k in (8, 9, 10))
    found = Trend((Series("Waterbed", points),), Unit.PERCENT)
    rows = drawn(found)
    assert len(rows["interval"]) == 3
    words = said(found)
    assert words[words.index("78 %") + 1] == "(63 tot 98)"
    assert "78,4" not in json.dumps(trend_spec(found, "nl"))
    table = trend_table(found, "nl")
    assert [table.write[1](row[1]) for row in table.rows] == ["78\N{NO-BREAK SPACE}%"] * 3
