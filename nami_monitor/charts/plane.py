"""A plane on which a chart places marks that state their own look."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from nami_monitor.charts.axes import ValueAxis, month_words
from nami_monitor.charts.palette import BODY, GREY_TEXT, LINK, WHITE
from nami_monitor.charts.spec import Row, Spec, filled, word

LETTERS: Final = 13
NAME_PX: Final = 180
Mark = tuple[str, Row]
"""The layer of a mark, and its row."""
Span = tuple[float, float]


@dataclass(frozen=True)
class Ticks:
    """Where words stand below a plot, the words, and those of a narrow plot."""

    at: Sequence[float] = ()
    words: Sequence[str] = ()
    few: Sequence[str] = ()


def named(words: Sequence[str]) -> Ticks:
    """The places 0, 1, 2 and so on with their names."""
    return Ticks(range(len(words)), words)


def month_axis(first: date, last: date, lang: str) -> Ticks:
    """The months of a plot."""
    few, words, at = month_words(first, last, lang)
    return Ticks(at, words, few)


def rows_below(names: Sequence[str]) -> ValueAxis:
    """A scale of rows below each other, row ``n`` between ``n`` and ``n + 1``, with their names."""
    n = len(names)
    middles = tuple(at + 0.5 for at in range(n)) if any(names) else ()
    return ValueAxis(float(n), 0.0, middles, tuple(names) if middles else ())


@dataclass(frozen=True)
class Plane:
    """A plot with numbers across and a scale upwards."""

    x: Span  # the numbers at both edges
    y: ValueAxis  # the scale upwards
    height: float  # px of the plot
    ticks: Ticks = field(default_factory=Ticks)  # the words below it
    top: float = 0  # px kept free above the scale
    end: float | None = None  # the number at which its hairlines end; the right edge without
    across: str = ""  # what the numbers across are
    above: str = ""  # what the values are

    def px(self, value: float) -> float:
        """The px from the top at which a value stands."""
        share = (self.y.high - value) / (self.y.high - self.y.low)
        return self.top + share * (self.height - self.top)

    def bar(self, x: Span, y: Span, colour: str, said: str = "", pale: float = 1) -> Mark:
        """A bar, with what is told where a mouse is; a ``pale`` one lets through."""
        return "bar", {**self._span(x, y), "colour": colour, "pale": pale, "said": said}

    def rule(
        self,
        x: Span,
        y: Span,
        colour: str = GREY_TEXT,
        wide: float = 1.5,
        dash: Span = (1, 0),
        said: str = "",
    ) -> Mark:
        """A straight line."""
        look = {"colour": colour, "wide": wide, "dash": list(dash), "said": said}
        return "rule", {**self._span(x, y), **look}

    def goal(self, x: Span, y: float, said: str) -> list[Mark]:
        """Long dashes at what was agreed, on white so that a dark bar does not hide them."""
        ground = self.rule(x, (y, y), WHITE, wide=4)
        return [ground, self.rule(x, (y, y), BODY, dash=(9, 5), said=said)]

    def path(
        self,
        points: Iterable[Span],
        colour: str,
        wide: float = 2,
        dash: Span = (1, 0),
        layer: str = "path",
    ) -> Mark:
        """A line through points; one in the layer ``under`` lies below surfaces and bars."""
        xs, ys = zip(*points, strict=True)
        look = {"colour": colour, "wide": wide, "dash": list(dash), "path": 0}
        return layer, {"x": list(xs), "py": [round(self.px(y), 1) for y in ys], **look}

    def area(
        self, points: Iterable[tuple[float, float, float]], colour: str, pale: float = 1
    ) -> Mark:
        """A surface between low and high values."""
        xs, lows, highs = zip(*points, strict=True)
        edges = {"py": [self.px(low) for low in lows], "py2": [self.px(high) for high in highs]}
        return "area", {"x": list(xs), **edges, "colour": colour, "pale": pale, "path": 0}

    def hover(self, x: Span, y: Span, said: str) -> Mark:
        """What is told where a mouse is."""
        return "hover", {**self._span(x, y), "said": said}

    def point(
        self,
        x: float,
        y: float,
        colour: str,
        said: str = "",
        *,
        size: float = 40,
        shape: str = "circle",
        span: int = 0,
    ) -> Mark:
        """A symbol of so many px2; with a ``span`` as large as lets so many stand in a row."""
        look = {"colour": colour, "shape": shape, "size": size, "span": span}
        return "point", {"x": x, "py": self.px(y), **look, "said": said}

    def words(self, x: float, y: float, said: str, dy: float = 0, **look: Any) -> Mark:
        """Words at a value, ``dy`` px lower; see ``spec.word``."""
        return "words", word(x, self.px(y) + dy, said, LETTERS, **look)

    def upright(self, x: float, colour: str = BODY, **look: Any) -> Mark:
        """A line from the top of the scale to the foot of the plot."""
        return self.rule((x, x), (self.y.low, self.y.high), colour, **look)

    def level(self, y: float, colour: str = BODY, **look: Any) -> Mark:
        """A line over the whole width of the scale."""
        return self.rule((self.x[0], self._end), (y, y), colour, **look)

    @property
    def _end(self) -> float:
        return self.x[1] if self.end is None else self.end

    def _span(self, x: Span, y: Span) -> Row:
        return {"x": x[0], "x2": x[1], "py": self.px(y[0]), "py2": self.px(y[1])}

    def spec(self, marks: Iterable[Mark], *, grid: bool = True, colour: str = GREY_TEXT) -> Spec:
        """The plane with its marks as a Vega-Lite spec.

        Args:
            marks: what stands on it.
            grid: whether a hairline stands at each value that is named.
            colour: of the words at its axes.
        """
        rows: dict[str, list[Row]] = {"frame": [{"x": self.x[0], "y": self.y.low}]}
        if grid:
            ends = {"x": self.x[0], "x2": self._end}
            rows["grid"] = [{**ends, "y": tick} for tick in self.y.ticks]
        for number, (layer, row) in enumerate(marks):
            own = {"path": number} if "path" in row else {}
            rows.setdefault(layer, []).append({**row, **own})
        rows["lesson_touch"] = rows.get("lesson", [])
        settings = {
            "xDomain": list(self.x),
            "xTicks": list(self.ticks.at),
            "xLabels": list(self.ticks.words),
            "xFew": list(self.ticks.few or self.ticks.words),
            "xLimit": 110,
            "yDomain": [self.y.low, self.y.high],
            "yTicks": list(self.y.ticks),
            "yLabels": list(self.y.labels),
            "yLimit": NAME_PX,
            "disc": 2.3 * LETTERS**2,
        }
        return filled(
            "plane",
            rows,
            settings,
            height=self.height,
            scale=(self.height, self.top),
            padding={"left": 2, "top": 4, "right": 8, "bottom": 4},
            letters=LETTERS,
            colour=colour,
            across=self.across,
            above=self.above,
        )


def lesson_marks(at: Sequence[tuple[float, float, Any]]) -> list[Mark]:
    """The diamonds of lessons at places in px, which a click selects by their code."""
    return [
        mark
        for x, py, lesson in at
        for mark in (
            ("lesson", {"x": x, "py": py, "dx": 0, "code": lesson.code, "title": lesson.title,
                        "fill": LINK}),
            ("words", word(x, py + 0.5, lesson.code.removeprefix("L"), 12, colour=WHITE, bold=True,
                           align="center")),
        )
    ]  # fmt: skip
