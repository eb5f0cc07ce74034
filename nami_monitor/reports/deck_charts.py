"""Plain charts on slides, as an office program draws and edits them."""

from __future__ import annotations

from typing import Any, Final

from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

from nami_monitor.charts import palette
from nami_monitor.core.words import Unit
from nami_monitor.reports import deck_words
from nami_monitor.reports.document import Plain, Shape
from nami_monitor.reports.template import Box

TYPES: Final = {
    Shape.LINE: XL_CHART_TYPE.LINE,
    Shape.STACKED: XL_CHART_TYPE.COLUMN_STACKED,
}
COLOURS: Final = (MSO_THEME_COLOR.ACCENT_1, MSO_THEME_COLOR.ACCENT_2, MSO_THEME_COLOR.ACCENT_3)
MOST_LABELS: Final = 8
MONTHS: Final = {"nl": "[$-413]mmm yyyy", "en": "[$-809]mmm yyyy"}
SIZE: Final = 12
FORMATS: Final = {Unit.EUR: '"€" #,##0', Unit.PERCENT: '0"%"'}
SMALL: Final = 10


def add(slide: Any, plain: Plain, alt: str, box: Box, lang: str) -> None:
    """Put a chart on a slide.

    Args:
        slide: the slide.
        plain: what it shows.
        alt: the sentence that stands for it.
        box: where it stands.
        lang: of its months.
    """
    data = CategoryChartData()
    data.categories = plain.months
    for name, values in plain.series:
        data.add_series(deck_words.clean(name), values)
    frame = slide.shapes.add_chart(
        TYPES[plain.shape], Inches(box.left), Inches(box.top), Inches(box.width),
        Inches(box.height), data,
    )  # fmt: skip
    deck_words.describe(frame, alt)
    chart = frame.chart
    chart.font.size = Pt(SIZE)
    chart.font.color.rgb = _rgb(palette.GREY_TEXT)
    chart.has_title = False
    chart.has_legend = len(plain.series) > 1
    if chart.has_legend:
        chart.legend.position = XL_LEGEND_POSITION.TOP
        chart.legend.include_in_layout = False
    _months(chart.category_axis, plain, lang)
    _values(chart.value_axis, plain)
    _series(chart, plain)


def _months(across: Any, plain: Plain, lang: str) -> None:
    """Months along the axis, named in the deck's language whatever the reader's machine speaks."""
    across.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    across.format.line.color.rgb = _rgb(palette.BORDER)
    across.tick_labels.number_format = MONTHS[lang]
    across.tick_labels.number_format_is_linked = False
    every = max(1, -(-len(plain.months) // MOST_LABELS))
    for name, value in {
        "c:baseTimeUnit": "months",
        "c:majorUnit": str(every),
        "c:majorTimeUnit": "months",
    }.items():
        element = across._element  # noqa: SLF001 - python-pptx has no setter
        for found in element.findall(qn(name)):
            element.remove(found)
        element.append(element.makeelement(qn(name), {"val": value}))


def _values(up: Any, plain: Plain) -> None:
    up.major_gridlines.format.line.color.rgb = _rgb(palette.GRID)
    up.format.line.fill.background()
    values = [abs(one) for _, known in plain.series for one in known if one is not None]
    decimals = "#,##0.0##" if values and max(values) < SMALL else "#,##0"
    up.tick_labels.number_format = FORMATS.get(plain.unit, decimals)
    up.tick_labels.number_format_is_linked = False


def _series(chart: Any, plain: Plain) -> None:
    plot = chart.plots[0]
    if plain.shape is Shape.STACKED:
        plot.gap_width = 30
        plot.overlap = 100
    for series, colour in zip(plot.series, COLOURS, strict=False):
        if plain.shape is Shape.LINE:
            series.smooth = False
            series.format.line.width = Pt(2.5)
            series.format.line.color.theme_color = colour
        else:
            series.invert_if_negative = False
            series.format.fill.solid()
            series.format.fill.fore_color.theme_color = colour


def _rgb(colour: str) -> RGBColor:
    return RGBColor.from_string(colour.lstrip("#"))
