"""What became of every hundred less: clay from above came back, ink from below is really less.

Bar ``i`` is clay for the confidence that at least ``i`` of a hundred came back, so that the
slanting edge is the uncertainty: where it begins and ends is where the bracket does. What lies
below 0 or above 100 is cut off, and the words say so.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from nami_monitor.charts import hundred_data as words
from nami_monitor.charts import palette
from nami_monitor.charts.hundred_data import ALL, Hundred
from nami_monitor.charts.spec import Spec, chart
from nami_monitor.charts.tables import ChartTable
from nami_monitor.core.escapes import html, plain_texts
from nami_monitor.i18n import text
from nami_monitor.i18n.formats import number, percent

EDGE: Final = 0.12
"""Of a bar's place left free at either side."""
GLYPH: Final = 0.53
"""The width of a bold letter, as a share of its size."""
AT: Final = "datum.x / 100 * width"
"""Where something stands, in px from the left."""
LIMIT: Final = "width < datum.wide ? width : 0"
"""How long a text may be: what draws reports takes letters for wider than they are."""
BELOW, END = 8, 5
"""How far the bracket lies under the bars, and how long its ends are, in px."""


@dataclass(frozen=True)
class Form:
    """Where things stand in a form of the picture, in px from its top.

    Args:
        size: of the letters.
        bars: top and foot of the bars of what became of the hundred.
        before: top and foot of the hundred themselves; None for a form without them.
        height: of the whole.
    """

    size: int
    bars: tuple[int, int]
    before: tuple[int, int] | None
    height: int

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
        A Vega-Lite spec as wide as what holds it, its rows in ``datasets``.
    """
    return {**_compiled(form), "datasets": plain_texts(_rows(found, lang, form))}


@cache
def _compiled(form: Form) -> Spec:
    """A form without its rows: the same for every hundred."""
    import altair as alt  # noqa: PLC0415 - slow to load

    places = {
        "x": alt.X("x:Q", scale=alt.Scale(domain=[0, ALL], nice=False), axis=None),
        "y": alt.Y("y:Q", scale=alt.Scale(domain=[form.height, 0], nice=False), axis=None),
    }
    ends = {"x2": alt.X2("x2:Q"), "y2": alt.Y2("y2:Q")}

    def layer(name: str) -> alt.Chart:
        return alt.Chart(alt.NamedData(name=name), name=name)

    def bars(name: str, colour: str) -> Any:
        mark = layer(name).mark_rect(color=colour, aria=False, tooltip=None)
        return mark.encode(**places, **ends)

    def label(name: str, colour: str, **more: Any) -> Any:
        mark = layer(name).mark_text(
            color=colour,
            fontSize=form.size,
            baseline="bottom",
            limit=alt.expr(LIMIT),
            aria=False,
            tooltip=None,
            **more,
        )
        return mark.encode(**places, text="words:N")

    higher = alt.expr(f"width < datum.both ? {-form.size - 4} : 0")
    inwards = alt.expr(f"min(max({AT}, datum.wide / 2), max(width - datum.wide / 2, 0)) - {AT}")
    layers = [
        bars("before", palette.HUNDRED),
        bars("back", palette.SECOND),
        bars("less", palette.INK),
        layer("lines")
        .mark_rule(color=palette.BODY, strokeWidth=1.5, aria=False, tooltip=None)
        .encode(**places, **ends),
        layer("beyond")
        .mark_point(shape="triangle-up", filled=True, opacity=1, size=60,
                    color=palette.BODY, aria=False, tooltip=None)
        .encode(**places, angle=alt.Angle("angle:Q", scale=None)),
        label("heading", palette.BODY, align="left", fontWeight="bold"),
        label("came_back", palette.SECOND, align="left", fontWeight="bold", dy=higher),
        label("really_less", palette.INK, align="right", fontWeight="bold"),
        label("between", palette.BODY, dx=inwards),
    ]  # fmt: skip
    drawn = alt.layer(*layers).to_dict(validate=False)["layer"]
    return chart(drawn, height=form.height, padding={"left": 1, "top": 2, "right": 1, "bottom": 2})


def _rows(found: Hundred, lang: str, form: Form) -> dict[str, list[dict[str, Any]]]:
    """The rows of every layer, by its name."""
    top, foot = form.bars
    edges = [top + (foot - top) * share for share in found.sure]
    ends = (found.low, found.high)
    low, high = (_within(limit) for limit in ends)
    back = _label(words.came_back(found, lang), form, 0, form.label)
    less = _label(words.really_less(found, lang), form, ALL, form.label)
    line, middle = form.bracket, (low + high) / 2
    lines = [_line(low, high, line, line)]
    lines += [_line(at, at, line - END, line) for at in (low, high) if at in ends]
    if 0 <= found.value <= ALL:
        lines.append(_line(found.value, found.value, top - 5, line))
    beyond = [(0, 270, found.low < 0), (ALL, 90, found.high > ALL)]
    before = form.before
    return {
        "before": _bars([before] * ALL) if before else [],
        "back": _bars([(top, edge) for edge in edges]),
        "less": _bars([(edge, foot) for edge in edges]),
        "lines": lines,
        "beyond": [{"x": x, "y": line, "angle": angle} for x, angle, cut in beyond if cut],
        "heading": [_label(words.heading(found, lang), form, 0, before[0] - 6)] if before else [],
        "came_back": [{**back, "both": back["wide"] + less["wide"] + form.size}],
        "really_less": [less],
        "between": [_label(words.between(found, lang), form, middle, line + form.size + 8)],
    }


def _label(said: str, form: Form, x: float, y: float) -> dict[str, Any]:
    """A text with about how wide it is, in px."""
    return {"x": x, "y": y, "words": said, "wide": GLYPH * form.size * len(said)}


def _bars(sides: Sequence[tuple[float, float]]) -> list[dict[str, Any]]:
    """A hundred bars, each with its top and foot."""
    return [
        {"x": at + EDGE, "x2": at + 1 - EDGE, "y": side[0], "y2": side[1]}
        for at, side in enumerate(sides)
    ]


def _line(x: float, x2: float, y: float, y2: float) -> dict[str, float]:
    return {"x": x, "x2": x2, "y": y, "y2": y2}


def _within(value: float) -> float:
    return min(max(value, 0.0), float(ALL))


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
    """The strip as an ``<img>`` that holds its own picture and says it in words."""
    picture = base64.b64encode(strip_svg(found).encode()).decode("ascii")
    alt = html(words.sentence(found, lang))
    return f'<img class="nami-strip" alt="{alt}" src="data:image/svg+xml;base64,{picture}">'


def hundred_table(found: Hundred, lang: str) -> ChartTable:
    """How sure it is that at least so many of a hundred came back, for every tenth bar."""
    head = tuple(text(f"hundred.table.{name}", lang) for name in ("at_least", "sure"))
    rows = tuple((at, 100 * found.sure[at - 1]) for at in range(10, ALL + 1, 10))
    return ChartTable(
        head, rows, (lambda at: number(at, lang), lambda share: percent(share, lang, decimals=0))
    )
