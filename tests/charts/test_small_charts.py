import base64
import re
from datetime import date
from xml.etree import ElementTree as ET

import altair as alt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nami_monitor.charts import palette
from nami_monitor.charts.completeness_grid import (
    SHAPES,
    DeliveryCell,
    DeliveryState,
    completeness_spec,
)
from nami_monitor.charts.forest_plot import PlaceEffect, forest_sentence, forest_spec
from nami_monitor.charts.mirrored_bars import Departure, mirrored_spec
from nami_monitor.charts.pilot_designs import (
    DesignChances,
    designs_sentence,
    designs_spec,
    designs_table,
)
from nami_monitor.charts.sparkline import HEIGHT, MONTHS, WIDTH, sparkline_img, sparkline_svg
from nami_monitor.charts.trend_data import LessonMark
from nami_monitor.core.words import Unit

SVG = "{http://www.w3.org/2000/svg}"


@given(st.lists(st.none() | st.floats(-1e6, 1e6), max_size=40))
def test_a_sparkline_is_sound_and_stays_in_its_box(values):
    root = ET.fromstring(sparkline_svg(values))  # noqa: S314 - our own text
    points = [
        p.split(",") for line in root.iter(f"{SVG}polyline") for p in line.get("points").split()
    ]
    points += [(c.get("cx"), c.get("cy")) for c in root.iter(f"{SVG}circle")]
    assert all(0 <= float(x) <= WIDTH and 0 <= float(y) <= HEIGHT for x, y in points)
    held = [v for v in values[-MONTHS:] if v is not None]
    assert bool(points) == bool(held)


def test_a_gap_breaks_the_sparkline_and_the_last_value_is_marked():
    root = ET.fromstring(sparkline_svg([1, 2, None, 3, None, 4, 5]))  # noqa: S314 - our own text
    assert len(list(root.iter(f"{SVG}polyline"))) == 2
    assert [c.get("r") for c in root.iter(f"{SVG}circle")] == ["2", "4"]


def test_a_sparkline_is_an_image_with_words_that_cannot_break_out():
    image = sparkline_img([1, 2], 'laag "<script>')
    assert 'alt="laag &quot;&lt;script&gt;"' in image
    picture = re.search(r"base64,([^\"]+)", image)[1]
    assert base64.b64decode(picture).startswith(b"<svg")


CELLS = (
    DeliveryCell("Webwinkel", date(2026, 1, 1), DeliveryState.DELIVERED),
    DeliveryCell("Webwinkel", date(2026, 2, 1), DeliveryState.PARTIAL, "4 van 5 locaties"),
    DeliveryCell("Kast", date(2026, 2, 1), DeliveryState.MISSING),
)


def test_the_strip_is_valid_and_says_its_states_in_words():
    spec = completeness_spec(CELLS, "nl")
    alt.LayerChart.from_dict(spec)
    told = {row["state"] for each in spec["layer"] for row in each["data"]["values"]}
    assert told == {"geleverd", "deels geleverd (4 van 5 locaties)", "ontbreekt"}
    with pytest.raises(ValueError, match="at least one"):
        completeness_spec((), "nl")


def test_states_differ_by_shape_and_can_be_seen():
    assert set(SHAPES) == set(DeliveryState)
    assert len({shape for shape, _ in SHAPES.values()}) == len(DeliveryState)
    assert all(palette.contrast(colour, palette.WHITE) >= 3 for _, colour in SHAPES.values())


COLOURS = {name: value for name, value in vars(palette).items() if str(value).startswith("#")}
SURFACES = {"WHITE", "PAPER", "SURFACE", "BAND", "GRID"}
CONTEXT = {"HATCH", "LEADER", "OTHERS", "PARTIAL"}
"""Colours that say nothing by themselves: what they show stands beside them in words."""


@pytest.mark.parametrize(("colour", "ground", "least"), palette.LEAST)
def test_every_use_of_a_colour_has_the_contrast_that_it_needs(colour, ground, least):
    assert palette.contrast(colour, ground) >= least


def test_every_colour_that_says_something_is_held_to_a_contrast():
    held = {colour for colour, _, _ in palette.LEAST}
    assert {name for name, value in COLOURS.items() if value not in held} == (
        (SURFACES | CONTEXT) - {"WHITE"}
    )
    assert {colour for pair in palette.LEAST for colour in pair[:2]} >= {
        colour
        for pair in (palette.IMPROVEMENT, palette.CONCERN, palette.NO_SIGNAL, palette.SERIES)
        for colour in pair
    }


@pytest.mark.parametrize(
    ("colour", "ground", "measured"),
    [
        (palette.INK, palette.WHITE, 11.5),
        (palette.BODY, palette.WHITE, 16.6),
        (palette.LINK, palette.WHITE, 6.4),
        (palette.SECOND, palette.WHITE, 5.7),
        (palette.SECOND, palette.PAPER, 5.2),
        (*palette.CONCERN, 6.5),
        (*palette.IMPROVEMENT, 9.7),
        (*palette.NO_SIGNAL, 7.1),
        (palette.GREY_TEXT, palette.WHITE, 6.4),
        (palette.GREY_TEXT, palette.PAPER, 5.9),
        (palette.EXPECTED, palette.BAND, 3.7),
        (palette.HUNDRED, palette.WHITE, 3.3),
        (palette.BORDER, palette.WHITE, 3.7),
    ],
)
def test_a_token_has_the_contrast_that_was_measured_when_it_was_chosen(colour, ground, measured):
    assert palette.contrast(colour, ground) == pytest.approx(measured, abs=0.06)


def test_contrast_is_that_of_wcag():
    assert palette.contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert palette.contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.005)
    assert palette.contrast("#154273", "#FFFFFF") == pytest.approx(10.2, abs=0.05)


def test_there_is_no_green():
    for colour in {*COLOURS.values(), *palette.SERIES}:
        red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
        assert green <= max(red, blue)


DESIGNS = (
    DesignChances("A", "1 locatie, 6 maanden", "6 locatiemaanden", 91.4, 18.9),
    DesignChances("B", "3 locaties, 12 maanden", "36 locatiemaanden", 99.9, 85.5),
)


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_the_designs_of_a_pilot_are_valid_and_told_in_words(lang):
    spec = designs_spec(DESIGNS, lang)
    alt.LayerChart.from_dict(spec)
    rows = [row for layer in spec["layer"] for row in layer["data"]["values"]]
    assert {row["chance"] for row in rows if "chance" in row} == {91.4, 18.9, 99.9, 85.5, 80}
    table = designs_table(DESIGNS, lang)
    assert [row[0] for row in table.rows] == ["A", "B"]
    assert table.write[3](91.4).startswith("91")
    said = designs_sentence(DESIGNS, lang)
    for part in ("A", "B", "91", "100", "19", "86"):
        assert part in said


def test_a_long_name_of_a_place_goes_on_for_a_second_line_where_it_is_narrow():
    places = (
        PlaceEffect("Zoals vastgelegd: webwinkel", 234.0, 204.0, 264.0, shown=True),
        PlaceEffect("Artikelgroep Papier", -1.0, -9.0, 8.0, shown=False),
    )
    spec = forest_spec(places, Unit.BASE, "nl")
    alt.LayerChart.from_dict(spec)
    names = spec["layer"][1]["encoding"]["y"]["axis"]["labelExpr"]
    assert '["Zoals vastgelegd:", "webwinkel"]' in names
    assert forest_sentence(places, Unit.BASE, "nl").count("Zoals vastgelegd") == 1


DEPARTURES = tuple(Departure(date(2026, month, 1), -5.0, 3.0) for month in range(1, 7))
CALLED = (LessonMark(date(2026, 3, 1), "L1", "Samen"), LessonMark(date(2026, 3, 1), "L2", "Gedrag"))


def touched(spec):
    return [each for each in spec["layer"] if "params" in each]


CHANNELS = ("uit de voorraadkast", "via de webwinkel")


def test_lessons_on_mirrored_bars_stand_apart_at_their_month_and_can_be_clicked():
    spec = mirrored_spec(DEPARTURES, date(2026, 3, 1), Unit.BASE, "nl", CHANNELS, CALLED)
    alt.Chart.from_dict(spec)
    (touch,) = touched(spec)
    assert touch["params"][0]["name"] == "lesson"
    assert touch["params"][0]["select"]["fields"] == ["code"]
    rows = touch["data"]["values"]
    assert [(row["code"], row["title"]) for row in rows] == [("L1", "Samen"), ("L2", "Gedrag")]
    assert rows[0]["x"] == rows[1]["x"]
    low, high = spec["layer"][0]["encoding"]["y"]["scale"]["domain"]
    assert low < rows[0]["y"] < rows[1]["y"] < high
    assert touched(mirrored_spec(DEPARTURES, date(2026, 3, 1), Unit.BASE, "nl", CHANNELS)) == []
