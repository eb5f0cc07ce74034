"""Charts of registers and deliveries: contracts in time, how long assets last, what came in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from nami_monitor.charts import palette
from nami_monitor.charts.axes import ValueAxis, month_index, value_axis
from nami_monitor.charts.plane import Mark, Plane, Span, Ticks, month_axis, rows_below
from nami_monitor.charts.spec import NO_TABLE, ChartTable, Drawn, Sign
from nami_monitor.core.periods import last_day
from nami_monitor.i18n import text
from nami_monitor.i18n.formats import day as written
from nami_monitor.i18n.formats import month as month_name
from nami_monitor.i18n.formats import number, percent

MOST: Final = 25
"""Contracts that are drawn at most."""
LANE, SOURCE, CURVE = 40, 34, 320
"""Px of a contract with its name, of a source, and of a curve."""
PARTS: Final = {"running": "#C9DDEE", "preparation": "#F2B179", "notice": palette.SECOND}
MOMENTS: Final = {"option": "diamond", "end": "M-0.25,-2L0.25,-2L0.25,2L-0.25,2Z"}
SHARES: Final = (0, 25, 50, 75, 100)


@dataclass(frozen=True)
class ContractLane:
    """One contract."""

    name: str  # what stands above its bar
    start: date | None  # its first day; None where it is not known
    end: date | None  # its last day; None for none, or none known
    options: tuple[date, ...] = ()  # days of options
    # from when to prepare for the soonest moment until its notice, if there is one
    preparation: tuple[date, date] | None = None
    notice: tuple[date, date] | None = None  # from then until that moment

    @property
    def dated(self) -> bool:
        """Whether any of its days is known."""
        return bool(self.start or self.end or self.options)


def timeline_chart(
    lanes: Sequence[ContractLane], window: tuple[date, date], month: date, lang: str
) -> Drawn:
    """How long contracts run, when to prepare, and when they can be left, months across.

    Args:
        lanes: at least one, from top to bottom; at most ``MOST`` are legible. Names stand above
            the bars, so that a phone has room for them.
        window: first and last month that are shown; what lies beyond is cut off.
        month: where the rule stands.
        lang: ``nl`` or ``en``.
    """
    ends = float(month_index(window[0])), float(month_index(window[1]) + 1)
    years = [year for year in range(window[0].year, window[1].year + 1) if ends[0] <= year * 12]
    few = [str(year) if year % 2 == 0 else "" for year in years]
    ticks = Ticks([year * 12 for year in years], [str(year) for year in years], few)
    top = LANE / 2
    plane = Plane(ends, rows_below([""] * len(lanes)), LANE * len(lanes) + top, ticks, top=top)
    now = _place(month)
    marks = [plane.upright(now, dash=(4, 3))]
    marks.append(plane.words(now, 0, month_name(month, lang), -12, dx=4, bold=True))
    drawn: dict[str, Sign] = {}
    for row, lane in enumerate(lanes):
        _, name = plane.words(ends[0], row + 0.3, _lane_name(lane, lang), dx=2, fit=True)
        marks += [("halo", name), ("words", name), *_lane_marks(plane, lane, row, lang, drawn)]
    kinds = [kind for kind in (*PARTS, *MOMENTS) if kind in drawn]
    alt = text("charts.contracts.alt", lang, n=len(lanes), month=month_name(month, lang))
    soon = sorted((lane.end, lane.name) for lane in lanes if lane.end and lane.end >= month)
    for day, first in soon[:1]:
        said = text("charts.contracts.alt_first", lang, name=first, day=written(day, lang))
        alt = f"{alt} {said}"
    signs = tuple(drawn[kind] for kind in kinds)
    return Drawn("contracts", plane.spec(marks, grid=False), alt, NO_TABLE, signs)


def _lane_name(lane: ContractLane, lang: str) -> str:
    """The name above a bar; where there is no bar, why."""
    return lane.name if lane.dated else text("charts.contracts.undated", lang, name=lane.name)


def _place(day: date) -> float:
    """A day on the axis: its month number, and how far the month is."""
    return month_index(day) + (day.day - 1) / last_day(day.replace(day=1)).day


def _lane_marks(
    plane: Plane, lane: ContractLane, row: int, lang: str, drawn: dict[str, Sign]
) -> list[Mark]:
    """The pieces of one bar, cut off at the window, and its moments; notes what they mean."""
    spans: dict[str, tuple[date | None, date | None] | None] = {
        "running": (lane.start, lane.end) if lane.dated else None,
        "preparation": lane.preparation,
        "notice": lane.notice,
    }
    low, high = plane.x
    marks = []
    for part, span in spans.items():
        if span is None:
            continue
        start = max(low, _place(span[0])) if span[0] else low
        end = min(high, _place(span[1])) if span[1] else high
        if start < end:
            name = text(f"charts.contracts.{part}", lang)
            days = " \N{EN DASH} ".join(written(day, lang) if day else "…" for day in span)
            said = f"{lane.name}, {name}: {days}"
            marks.append(plane.bar((start, end), (row + 0.55, row + 0.85), PARTS[part], said))
            drawn[part] = Sign("box", PARTS[part], name)
    moments = [*(("option", day) for day in lane.options), ("end", lane.end)]
    for kind, day in moments:
        if day and low <= _place(day) <= high:
            name = text(f"charts.contracts.{kind}", lang)
            said = f"{lane.name}, {name}: {written(day, lang)}"
            place = _place(day), row + 0.7
            marks.append(plane.point(*place, palette.INK, said, size=130, shape=MOMENTS[kind]))
            drawn[kind] = Sign(kind, palette.INK, name)
    return marks


@dataclass(frozen=True)
class SurvivalStep:
    """The curve after one age."""

    years: float  # the age
    at_risk: int  # how many assets were watched at it
    retired: int  # how many of them were retired at it
    share: float  # percent (0 to 100) still in use after it
    low: float  # lower limit of that percentage
    high: float  # upper limit


def survival_chart(steps: Sequence[SurvivalStep], warranty: float | None, lang: str) -> Drawn:
    """The share of assets still in use by age, as steps, with its interval as a band.

    Args:
        steps: by age, at least one.
        warranty: the age in years at which the warranty ends, if it is known.
        lang: ``nl`` or ``en``.
    """
    start = SurvivalStep(0, steps[0].at_risk, 0, 100, 100, 100)
    across = value_axis([0.0, steps[-1].years, warranty or 0.0], lang)
    plane = Plane(
        (0, across.high),
        ValueAxis(0, 100, SHARES, tuple(percent(share, lang) for share in SHARES)),
        CURVE,
        Ticks(across.ticks, across.labels),
        top=4,
        across=text("charts.survival.age", lang),
    )
    curve = [(start.years, start.share)]
    band, told = [], []
    for one, later in zip([start, *steps], [*steps, steps[-1]], strict=True):
        curve += [(later.years, one.share), (later.years, later.share)]
        band += [(x, one.low, one.high) for x in (one.years, later.years)]
        ends = (one.years, later.years if later.years > one.years else across.high)
        told.append(plane.hover(ends, (0, 100), _survival_words(one, lang)))
    marks = [plane.area(band, palette.PARTIAL, 0.45), plane.path(curve, palette.INK, 2.5), *told]
    last, words = steps[-1], {"share": percent(steps[-1].share, lang)}
    alt = text("charts.survival.alt", lang, years=_years(last.years, lang), **words)
    if warranty is not None:
        colour, label = palette.SECOND, text("charts.survival.warranty", lang)
        marks.append(plane.upright(warranty, colour, dash=(6, 3)))
        marks.append(plane.words(warranty, 0, label, -12, colour=colour, align="right", dx=-6))
        said = text("charts.survival.alt_warranty", lang, years=_years(warranty, lang))
        alt = f"{alt} {said}"
    signs = (
        Sign("line", palette.INK, text("charts.survival.in_use", lang)),
        Sign("box", palette.PARTIAL, text("charts.survival.interval", lang)),
    )
    return Drawn("survival", plane.spec(marks), alt, _survival_table(steps, lang), signs)


def _years(value: float, lang: str) -> str:
    return number(value, lang, significant=3)


def _survival_words(step: SurvivalStep, lang: str) -> str:
    shares = {key: percent(getattr(step, key), lang) for key in ("share", "low", "high")}
    return text("charts.survival.said", lang, **shares, years=_years(step.years, lang))


def _survival_table(steps: Sequence[SurvivalStep], lang: str) -> ChartTable:
    """The curve, with how many assets were watched at each age."""
    keys = ("years", "at_risk", "retired", "in_use", "low", "high")
    head = tuple(text(f"charts.survival.{key}", lang) for key in keys)
    rows = tuple((s.years, s.at_risk, s.retired, s.share, s.low, s.high) for s in steps)
    plain, share = (lambda value: _years(value, lang)), (lambda value: percent(value, lang))
    return ChartTable(head, rows, (plain, plain, plain, share, share, share))


class DeliveryState(StrEnum):
    """Whether a source delivered a month."""

    DELIVERED = "delivered"
    PARTIAL = "partial"
    MISSING = "missing"
    BREAK = "break"
    NOT_DUE = "not_due"


@dataclass(frozen=True)
class DeliveryCell:
    """A source's month, with words that say more ("4 van 5 locaties") if there are any."""

    source: str
    month: date
    state: DeliveryState
    note: str = ""


CROSS: Final = "M-.8,-.6L-.6,-.8L0,-.2L.6,-.8L.8,-.6L.2,0L.8,.6L.6,.8L0,.2L-.6,.8L-.8,.6L-.2,0Z"
SHAPES: Final = {
    DeliveryState.DELIVERED: ("M-1,-1H1V1H-1Z", palette.INK),
    DeliveryState.PARTIAL: ("M-1,0H1V1H-1Z", palette.LINK),
    DeliveryState.MISSING: (CROSS, palette.SECOND),
    DeliveryState.BREAK: ("M0,-1L1,1H-1Z", palette.SECOND),
    DeliveryState.NOT_DUE: ("M-.2,-.2H.2V.2H-.2Z", palette.BORDER),
}
"""Each state has its own shape as well as its own colour."""


def completeness_chart(cells: tuple[DeliveryCell, ...], lang: str, alt: str) -> Drawn:
    """What each source has delivered: a row for each in the order given, months across.

    Args:
        cells: at most one for a source and month; at least one.
        lang: ``nl`` or ``en``.
        alt: the chart in a sentence.
    """
    months = [cell.month for cell in cells]
    first, last = min(months), max(months)
    ends: Span = (month_index(first) - 0.5, month_index(last) + 0.5)
    sources = list(dict.fromkeys(cell.source for cell in cells))
    rows, ticks = rows_below(sources), month_axis(first, last, lang)
    plane = Plane(ends, rows, SOURCE * len(sources), ticks)
    names = {state: text(f"charts.completeness.{state}", lang) for state in DeliveryState}
    marks = []
    for cell in cells:
        shape, colour = SHAPES[cell.state]
        state = f"{names[cell.state]} ({cell.note})" if cell.note else names[cell.state]
        said = f"{cell.source}, {month_name(cell.month, lang)}: {state}"
        place = month_index(cell.month), sources.index(cell.source) + 0.5
        span = int(ends[1] - ends[0])
        marks.append(plane.point(*place, colour, said, shape=shape, span=span))
    signs = tuple(
        Sign(f"delivery_{state}", SHAPES[state][1], names[state]) for state in DeliveryState
    )
    return Drawn("completeness", plane.spec(marks), alt, NO_TABLE, signs)
