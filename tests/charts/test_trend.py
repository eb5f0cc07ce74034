import json
from dataclasses import replace
from datetime import date

import altair as alt
import pytest

from nami_monitor.charts import palette
from nami_monitor.charts.axes import month_index
from nami_monitor.charts.tables import annotation_table, mark_table, trend_sentence, trend_table
from nami_monitor.charts.trend import caption, trend_spec
from nami_monitor.charts.trend_data import (
    BreakSpan,
    InterventionMark,
    LessonMark,
    NoteMark,
    Phase,
    Series,
    Trend,
    TrendPoint,
    TrendTarget,
)
from nami_monitor.core.periods import add_months
from nami_monitor.core.words import Unit

START = date(2025, 1, 1)


def series(values, name="Volume", **signals):
    months = (add_months(START, k) for k in range(len(values)))
    return Series(
        name, tuple(TrendPoint(m, v, **signals) for m, v in zip(months, values, strict=True))
    )


FULL = Trend(
    series=(
        Series(
            "Volume per werkdag",
            (
                TrendPoint(date(2025, 1, 1), 10.0),
                TrendPoint(date(2025, 2, 1), 11.5, low=10, high=13),
                TrendPoint(date(2025, 3, 1), None),
                TrendPoint(date(2025, 5, 1), 9.0, signal=True, concern=True),
                TrendPoint(date(2025, 6, 1), 8.0),
            ),
        ),
    ),
    unit=Unit.BASE_PER_ACTIVITY,
    phases=(
        Phase(date(2024, 1, 1), date(2025, 3, 1), 10.5, 9, 12),
        Phase(date(2025, 4, 1), date(2027, 1, 1), 8.5, 7.5, 9.5, provisional=True),
    ),
    marks=(
        InterventionMark(date(2025, 5, 1), "Retourregeling"),
        InterventionMark(date(2025, 2, 1), "Afroepverbod"),
        InterventionMark(date(2019, 2, 1), "Lang geleden"),
    ),
    breaks=(BreakSpan(date(2025, 3, 1), date(2025, 4, 1), "Nieuwe leverancier"),),
    lessons=(
        LessonMark(date(2025, 5, 1), "L1", "Begin klein"),
        LessonMark(date(2025, 3, 1), "L2", "Meet"),
    ),
    target=TrendTarget(7.5, "Doel 2026"),
    activity="werkdag",
)


def layers_of(spec, kind):
    return [each for each in spec["layer"] if each["mark"]["type"] == kind]


def rows_of(layer):
    return layer["data"]["values"]


@pytest.mark.parametrize(
    "trend",
    [
        FULL,
        Trend((series([1.0]),), Unit.EUR),
        Trend((series([None, None]),), Unit.PERCENT),
        Trend(tuple(series([k, k + 1, k + 2.5], name=f"Reeks {k}") for k in range(9)), Unit.KG),
    ],
)
def test_a_spec_is_valid_plain_and_the_same_each_time(trend):
    spec = trend_spec(trend, "nl")
    alt.LayerChart.from_dict(spec)
    assert spec["width"] == "container"
    assert json.dumps(spec) == json.dumps(trend_spec(trend, "nl"))
    assert all(each["mark"]["aria"] is False for each in spec["layer"])


def test_missing_months_break_the_line_and_are_never_zero():
    (line,) = layers_of(trend_spec(FULL, "nl"), "line")
    assert [row["y"] for row in rows_of(line)] == [10.0, 11.5, None, None, 9.0, 8.0]
    assert line["mark"]["invalid"] == "break-paths-show-domains"


def test_signals_are_squares_and_say_which_way():
    spec = trend_spec(FULL, "nl")
    (squares,) = [p for p in layers_of(spec, "point") if p["mark"].get("shape") == "square"]
    assert [(row["y"], row["c"]) for row in rows_of(squares)] == [(9.0, palette.SECOND)]
    better = Trend((series([3.0], signal=True),), Unit.KG)
    (squares,) = [
        p
        for p in layers_of(trend_spec(better, "nl"), "point")
        if p["mark"].get("shape") == "square"
    ]
    assert rows_of(squares)[0]["c"] == palette.INK


def test_the_last_value_stands_at_the_lines_end_with_a_decimal_comma():
    trend = replace(FULL, series=(series([8.25, 8.75, None]),), target=None)
    end = layers_of(trend_spec(trend, "nl"), "text")[-2]
    assert rows_of(end)[0]["lines"] == ["8,75"]
    assert rows_of(end)[0]["x"] == month_index(date(2025, 2, 1)) + 0.5


def test_six_series_are_named_and_the_rest_is_grey():
    trend = Trend(tuple(series([k, k + 2.0], name=f"Reeks {k}") for k in range(8)), Unit.KG)
    spec = trend_spec(trend, "nl")
    strokes = [each["mark"]["stroke"] for each in layers_of(spec, "line")]
    assert strokes.count(palette.OTHERS) == 2
    assert set(palette.SERIES) < set(strokes)
    names = rows_of(layers_of(spec, "text")[-1])
    assert [row["lines"][0] for row in names] == [f"Reeks {k}" for k in range(6)]


def test_phases_are_left_out_among_several_series():
    trend = replace(FULL, series=(*FULL.series, series([4.0], name="Ander")))
    fills = [each["mark"].get("fill") for each in trend_spec(trend, "nl")["layer"]]
    assert palette.BAND not in fills
    assert "Stippellijn" not in caption(trend, "nl")


def test_phases_and_marks_are_cut_to_the_months_shown():
    spec = trend_spec(FULL, "nl")
    band = next(e for e in spec["layer"] if e["mark"].get("fill") == palette.BAND)
    first = month_index(START)
    assert (rows_of(band)[0]["x"], rows_of(band)[0]["x2"]) == (first - 0.5, first + 2.5)
    assert mark_table(FULL, "nl").rows == (
        (1, date(2025, 2, 1), "Afroepverbod"),
        (2, date(2025, 5, 1), "Retourregeling"),
    )


def test_hatching_stays_within_its_band():
    spec = trend_spec(FULL, "nl")
    hatch = next(e for e in spec["layer"] if e["mark"].get("stroke") == palette.HATCH)
    x = month_index(date(2025, 3, 1))
    top, bottom = spec["layer"][0]["encoding"]["y"]["scale"]["range"][::-1]
    for row in rows_of(hatch):
        assert x - 0.5 <= row["x"] < row["x2"] <= x + 1.5
        assert top - 1e-6 <= row["y2"] <= row["y"] <= bottom + 1e-6


def test_lessons_can_be_clicked_and_lead_to_their_month():
    spec = trend_spec(FULL, "nl")
    (touch,) = [each for each in spec["layer"] if "params" in each]
    assert touch["params"][0]["select"] == {"type": "point", "fields": ["code"]}
    assert [row["code"] for row in rows_of(touch)] == ["L2", "L1"]


NOTED = replace(
    FULL,
    written=(
        NoteMark(date(2025, 2, 1), "N1", "Verhuizing <b>"),
        NoteMark(date(2031, 1, 1), "N2", "Later"),
    ),
)


def test_notes_of_people_stand_below_the_lessons_and_can_be_clicked():
    spec = trend_spec(NOTED, "nl")
    written, lesson = [each for each in spec["layer"] if "params" in each]
    assert [each["params"][0]["name"] for each in (written, lesson)] == ["written", "lesson"]
    assert [(row["code"], row["title"]) for row in rows_of(written)] == [("N1", "Verhuizing <b>")]
    assert min(r["y"] for r in rows_of(written)) > max(r["y"] for r in rows_of(lesson))
    assert spec["height"] == trend_spec(FULL, "nl")["height"] + 30
    for sentence in (caption(NOTED, "nl"), trend_sentence(NOTED, "nl")):
        assert "notitie" in sentence
    for sentence in (caption(FULL, "nl"), trend_sentence(FULL, "nl")):
        assert "notitie" not in sentence


def test_lessons_and_notes_stand_in_a_table_by_their_codes():
    rows = annotation_table(NOTED, "nl").rows
    assert rows == (
        ("L1", date(2025, 5, 1), "Begin klein"),
        ("L2", date(2025, 3, 1), "Meet"),
        ("N1", date(2025, 2, 1), "Verhuizing <b>"),
    )


def test_names_are_written_by_width():
    texts = layers_of(trend_spec(FULL, "nl"), "text")
    written = next(e["mark"]["text"]["expr"] for e in texts if "text" in e["mark"])
    assert written.startswith("width >= 520 ?")


def test_no_text_is_smaller_than_twelve_px_or_too_pale():
    spec = trend_spec(FULL, "nl")
    axis = spec["config"]["axis"]
    assert axis["labelFontSize"] >= 12
    assert palette.contrast(axis["labelColor"], palette.WHITE) >= 4.5
    for each in layers_of(spec, "text"):
        size = each["mark"].get("fontSize", 12)
        sizes = [row["size"] for row in rows_of(each)] if isinstance(size, dict) else [size]
        assert min(sizes) >= 12


def test_a_trend_without_points_is_refused():
    with pytest.raises(ValueError, match="at least one point"):
        trend_spec(Trend((Series("Leeg", ()),), Unit.KG), "nl")


def test_the_caption_explains_exactly_the_signs_that_are_there():
    assert caption(Trend((series([0.0, 1.0]),), Unit.KG), "nl") == ""
    words = caption(FULL, "nl")
    for sign in ("Stippellijn", "Gestreept", "Vierkant", "Onderbroken", "Gearceerd", "Ruit", "nul"):
        assert sign in words
    assert "Lichtgrijs" not in words


def test_the_sentence_tells_the_trend_in_both_languages():
    assert trend_sentence(FULL, "nl") == (
        "Volume per werkdag (st. per werkdag), jan 2025 tot jun 2025, laatste waarde 8 in "
        "jun 2025, laagste 8 in jun 2025, hoogste 12 (10 tot 13) in feb 2025. "
        "1 maand geeft een signaal. Voor 2 maanden ontbreken gegevens. "
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
        (date(2025, 6, 1), 8.0, 7.5, 9.5, ""),
        (date(2025, 5, 1), 9.0, 7.5, 9.5, "ja"),
        (date(2025, 4, 1), None, 7.5, 9.5, ""),
    )
    written = [
        how(value) if how else value for how, value in zip(table.write, table.rows[0], strict=True)
    ]
    assert written == ["jun 2025", "8", "7,5", "9,5", ""]
    several = Trend((series([1, 2], "Kast"), series([3], "Webwinkel")), Unit.COUNT)
    february, january = date(2025, 2, 1), date(2025, 1, 1)
    assert trend_table(several, "en").rows == ((february, 2, None), (january, 1, 3))
    single = trend_table(Trend((series([1]),), Unit.COUNT), "nl")
    assert single.rows == ((january, 1, None, None, ""),)


def test_an_estimate_bears_its_interval_and_is_no_finer_than_it():
    points = tuple(TrendPoint(date(2026, k, 1), 78.43, 63.1, 97.9) for k in (8, 9, 10))
    found = Trend((Series("Waterbed", points),), Unit.PERCENT)
    said = json.dumps(trend_spec(found, "nl"), ensure_ascii=False).replace(
        "\N{NO-BREAK SPACE}", " "
    )
    assert '["78 %", "(63 tot 98)"]' in said
    assert "78,4" not in said
    table = trend_table(found, "nl")
    assert [table.write[1](row[1]) for row in table.rows] == ["78\N{NO-BREAK SPACE}%"] * 3
