"""What became of every hundred less: clay from above came back, ink from below is really less.

Bar ``i`` is clay for the confidence that at least ``i`` of a hundred came back, so that the
slanting edge is the uncertainty: where it begins and ends is where the bracket does. What lies
below 0 or above 100 is cut off, and the words say so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from nami_monitor.charts import hundred_data as words
from nami_monitor.charts import palette
from nami_monitor.charts.hundred_data import ALL, Hundred
from nami_monitor.charts.spec import ChartTable, Drawn, Row, Rows, Sign, Spec, filled, image
from nami_monitor.core.words import Unit
from nami_monitor.i18n import text
from nami_monitor.i18n.formats import number, percent

EDGE: Final = 0.12
"""Of a bar's place left free at either side."""
GLYPH: Final = 0.53
"""The width of a bold letter, as a share of its size."""
BELOW, END = 8, 5
"""How far the bracket lies under the bars, and how long its ends are, in px."""


@dataclass(frozen=True)
class Form:
    """Where things stand in a form of the picture, in px from its top."""

    size: int  # of the letters
    bars: tuple[int, int]  # top and foot of the bars of what became of the hundred
    # top and foot of the hundred themselves; None for a form without them
    before: tuple[int, int] | None
    height: int  # of the whole

    @property
    def label(self) -> int:
        """The line of the labels above the bars; one that does not fit stands a line higher."""
        return self.bars[0] - 7

    @property
    def bracket(self) -> int:
        """The line of the bracket."""
        return self.bars[1] + BELOW


LARGE: Final = Form(size=15, bars=(104, 196), before=(22, 62), height=232)
PANEL: Final = Form(size=13, bars=(36, 78), before=None, height=110)


def hundred_spec(found: Hundred, lang: str, form: Form = LARGE) -> Spec:
    """Draw a hundred.

    Args:
        found: what became of it.
        lang: ``nl`` or ``en``.
        form: ``LARGE``, with the hundred themselves above, or ``PANEL``.

    Returns:
        A Vega-Lite spec as wide as what holds it.
    """
    return filled(
        "hundred",
        {**_bars_of(found, form), **_edge(found, form), "labels": _labels(found, lang, form)},
        {"xDomain": [0, ALL], "yDomain": [0, 1]},
        height=form.height,
        scale=(form.height, 0),
        padding={"left": 1, "top": 2, "right": 1, "bottom": 2},
    )


def _bars_of(found: Hundred, form: Form) -> Rows:
    """The hundred, and of each bar what came back and what is less."""
    top, foot = form.bars
    edges = [top + (foot - top) * share for share in found.sure]
    return {
        "frame": [{"x": 0, "y": 0}],
        "before": _bars([form.before] * ALL) if form.before else [],
        "back": _bars([(top, edge) for edge in edges]),
        "less": _bars([(edge, foot) for edge in edges]),
    }


def _bars(sides: Sequence[tuple[float, float]]) -> list[Row]:
    """A hundred bars, each with its top and foot."""
    return [
        {"x": at + EDGE, "x2": at + 1 - EDGE, "py": side[0], "py2": side[1]}
        for at, side in enumerate(sides)
    ]


def _edge(found: Hundred, form: Form) -> Rows:
    """The bracket of the interval, the tick of the estimate, and arrows where it goes on."""
    line, ends = form.bracket, (found.low, found.high)
    low, high = map(_within, ends)
    edge = [_line(low, high, line, line)]
    edge += [_line(at, at, line - END, line) for at in (low, high) if at in ends]
    if 0 <= found.value <= ALL:
        edge.append(_line(found.value, found.value, form.bars[0] - 5, line))
    beyond = [(0, 270, found.low < 0), (ALL, 90, found.high > ALL)]
    arrows = [{"x": x, "py": line, "angle": angle} for x, angle, cut in beyond if cut]
    return {"edge": edge, "beyond": arrows}


def _line(x: float, x2: float, py: float, py2: float) -> dict[str, float]:
    return {"x": x, "x2": x2, "py": py, "py2": py2}


def _within(value: float) -> float:
    return min(max(value, 0.0), float(ALL))


def _labels(found: Hundred, lang: str, form: Form) -> list[Row]:
    """What the bars are and the bracket says."""
    middle = (_within(found.low) + _within(found.high)) / 2
    under = form.bracket + form.size + 8
    back = _label(words.came_back(found, lang), form, 0, form.label, palette.SECOND)
    less = _label(words.really_less(found, lang), form, ALL, form.label, palette.INK)
    less["align"], back["both"] = "right", back["long"] + less["long"] + form.size
    between = _label(words.between(found, lang), form, middle, under, palette.BODY)
    said = [back, less, {**between, "align": "center", "weight": "normal"}]
    if form.before:
        heading = words.heading(found, lang)
        said.append(_label(heading, form, 0, form.before[0] - 6, palette.BODY))
    return said


def _label(text: str, form: Form, x: float, py: float, colour: str) -> Row:
    """A text with about how long it is, in px."""
    look = {"align": "left", "weight": "bold", "size": form.size, "both": 0}
    place = {"x": x, "py": py, "long": GLYPH * form.size * len(text)}
    return {"text": text, "colour": colour, **look, **place}


STRIP: Final = 20
"""The height of the strip; a bar is 3 wide with its edge."""


def strip_svg(found: Hundred) -> str:
    """The bars alone as an SVG text, for lists: it takes any width."""
    wide = 3 * ALL
    steps = "".join(
        f"V{STRIP * share:.2f}H{3 * at}" for at, share in enumerate(found.sure, start=1)
    )
    gaps = "".join(f"M{3 * at} 0V{STRIP}" for at in range(1, ALL))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {STRIP}" width="{wide}" '
        f'height="{STRIP}" preserveAspectRatio="none">'
        f'<rect width="{wide}" height="{STRIP}" fill="{palette.SECOND}"/>'
        f'<path d="M0 {STRIP}{steps}V{STRIP}Z" fill="{palette.INK}"/>'
        f'<path d="{gaps}" stroke="{palette.WHITE}" stroke-width="0.9"/></svg>'
    )


def strip_img(found: Hundred, lang: str) -> str:
    """The strip as an ``<img>`` that says it in words."""
    return image(strip_svg(found), "nami-strip", words.sentence(found, lang))


def hundred_chart(found: Hundred, lang: str, form: Form = LARGE) -> Drawn:
    """Draw a hundred, with its sentence and table; the arguments are those of ``hundred_spec``."""
    signs = {"back": ("box", palette.SECOND), "less": ("box", palette.INK),
             "edge": ("edge", palette.BODY)}  # fmt: skip
    named = (Sign(*look, text(f"hundred.row.{sign}", lang)) for sign, look in signs.items())
    spec, alt = hundred_spec(found, lang, form), words.sentence(found, lang)
    return Drawn("hundred", spec, alt, hundred_table(found, lang), tuple(named))


EXAMPLE: Final = Hundred(
    value=78, low=63, high=98, unit=Unit.BASE, target="cabinet", substitutes=("webshop",),
    sure=tuple(min(1.0, max(0.0, (100 - at) / 40)) for at in range(1, ALL + 1)),
    tail=0.025, provisional=False,
)  # fmt: skip
"""A made-up hundred, for the legend."""


def hundred_table(found: Hundred, lang: str) -> ChartTable:
    """How sure it is that at least so many of a hundred came back, for every tenth bar."""
    head = tuple(text(f"hundred.table.{name}", lang) for name in ("at_least", "sure"))
    rows = tuple((at, 100 * found.sure[at - 1]) for at in range(10, ALL + 1, 10))
    return ChartTable(
        head, rows, (lambda at: number(at, lang), lambda share: percent(share, lang, decimals=0))
    )
