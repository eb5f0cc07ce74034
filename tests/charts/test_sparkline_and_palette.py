import base64
import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nami_monitor.charts import palette
from nami_monitor.charts.sparkline import HEIGHT, MONTHS, WIDTH, sparkline_img, sparkline_svg

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


COLOURS = {name: value for name, value in vars(palette).items() if str(value).startswith("#")}
SURFACES = {"WHITE", "PAPER", "SURFACE", "BAND", "GRID"}
CONTEXT = {"HATCH", "OTHERS", "PARTIAL"}
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
