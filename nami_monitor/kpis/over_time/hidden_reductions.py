"""Real falls in volume that no sustainable measure on record explains: was this buying less?

``HiddenReductions`` counts the goods that fell so; signals name them one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nami_monitor.core.errors import UserError
from nami_monitor.core.periods import Period, add_months, months_between
from nami_monitor.core.thresholds import FALL_CHANCE, REAL_FALL
from nami_monitor.core.words import Flag, PeriodKind, State
from nami_monitor.kpis.context import flags_of
from nami_monitor.kpis.declare import Kpi, OverTime
from nami_monitor.kpis.interventions.register import Intervention, interventions
from nami_monitor.kpis.privacy import hide_small_cells
from nami_monitor.kpis.questions import RELATIONS, Ask, periods_of
from nami_monitor.kpis.result import KpiResult, Reason, Series
from nami_monitor.kpis.source_rows import ORDER_LINES, SourceRows
from nami_monitor.signals.scan import logged, step_since
from nami_monitor.signals.windows import WINDOW, critical
from nami_monitor.store import Transaction
from nami_monitor.store.transaction import literal

YEAR = 12


@dataclass(frozen=True)
class Fall:
    """A real fall in volume, from the year before to the last twelve months."""

    before: float
    after: float

    @property
    def less(self) -> float:
        """How much less was bought in a year; positive."""
        return self.before - self.after

    @property
    def share(self) -> float:
        """The same as a share (0 to 1) of the year before."""
        return self.less / self.before


def real_fall(volume: Floats, per_activity: Floats | None = None) -> Fall | None:
    """Whether a volume really fell.

    The last twelve months lie at least ``REAL_FALL`` below the year before, and by more than chance
    (``FALL_CHANCE``) below all months before them.

    Args:
        volume: base units per month, at most ``WINDOW``, NaN where a month is missing.
        per_activity: the same divided by activity, which must have fallen as well: fewer people
            use less. None where there is no activity; a missing month says nothing.

    Returns:
        The fall; None where there is none, or where the last two years are not whole.
    """
    if len(volume) < 2 * YEAR or np.isnan(volume[-2 * YEAR :]).any():
        return None
    before, after = (float(part.sum()) for part in np.split(volume[-2 * YEAR :], 2))
    if before <= 0 or 1 - after / before < REAL_FALL.value:
        return None
    known = int(np.count_nonzero(~np.isnan(volume)))
    step = step_since(logged(volume), len(volume) - YEAR)
    if step.t > -critical(2 * FALL_CHANCE.value, known):
        return None
    if per_activity is not None:
        earlier, later = (float(part.mean()) for part in np.split(per_activity[-2 * YEAR :], 2))
        if not later <= earlier * (1 - REAL_FALL.value):
            return None
    return Fall(before, after)


Floats = NDArray[np.float64]
Filters = Mapping[str, tuple[str, ...]]

BY: Final = ("category", "product_group", "base_unit")
"""What tells goods apart: only goods of one unit have a volume."""

COMPARED: Final = 2 * YEAR
"""Months that are compared: the last twelve with the twelve before."""

LOOKED_BACK: Final = 24
"""Months before the month in which a measure explains a fall."""


@dataclass(frozen=True)
class Goods:
    """Goods of one unit in a product group of a category, by the dimensions of ``BY``.

    Of ``series`` the totals are base units per month, and the values the same per activity;
    ``last`` is its last month.
    """

    keys: Mapping[str, str | None]
    series: Series
    last: date

    def _until(self, month: date, most: int) -> slice:
        end = len(self.series.values) - months_between(month, self.last)
        return slice(max(0, end - most), end)

    def known(self, month: date) -> int:
        """In how many of the months that are compared the volume is known."""
        return int(np.isfinite(self.series.totals[self._until(month, COMPARED)]).sum())

    def judged(self, month: date) -> bool:
        """Whether the volume is known in all months compared, without a break."""
        broken = self.series.broken[self._until(month, COMPARED)].any()
        return self.known(month) == COMPARED and not broken

    def unsure(self, month: date) -> bool:
        """Whether any of the months compared rests on provisional codes."""
        return bool(self.series.unsure[self._until(month, COMPARED)].any())

    def fall(self, month: date) -> Fall | None:
        """Their real fall up to a month; None where there is none, or it cannot be judged."""
        if not self.judged(month):
            return None
        looked_at = self._until(month, WINDOW)
        since = max(np.flatnonzero(self.series.broken[looked_at]), default=0)
        rates = self.series.values[looked_at][since:]
        volume = self.series.totals[looked_at][since:]
        return real_fall(volume, None if np.isnan(rates).all() else rates)


def goods(db: Transaction, volume: Kpi, where: Filters, first: date, last: date) -> list[Goods]:
    """The goods of a selection, with enough months to judge every month from first to last.

    ``volume`` is the KPI that gives their volume per activity.

    Raises:
        UserError: a filter that goes with no product group.
    """
    wanted = months_between(first, last) + WINDOW
    ask = Ask(PeriodKind.MONTH, until=last, last=wanted, by=BY, where=where)
    found = volume.over_time.series(db, volume, ask)
    return [Goods(dict(zip(BY, keys, strict=True)), own, last) for keys, own in found.items()]


def explanations(db: Transaction) -> tuple[Intervention, ...]:
    """The measures that may explain a fall in their category.

    They are on record, were not taken for money or otherwise, and hold at half of the category's
    locations or more.
    """
    sql = "select category, count(distinct location_id) from by_place group by category"
    places = dict(db.rows_again(sql))
    return tuple(
        intervention
        for intervention in interventions(db)
        if intervention.motive in {None, "sustainability"}
        and 2 * len(intervention.locations) >= places.get(intervention.category, 0)
    )


def unnamed(
    items: Sequence[Goods], measures: Sequence[Intervention], month: date
) -> Iterator[tuple[Goods, Fall]]:
    """The goods that really fell up to a month without a sustainable measure behind it.

    A measure is behind it when it began by that month and did not end over two years earlier.
    """
    earliest = add_months(month, -LOOKED_BACK)
    explained = {
        measure.category
        for measure in measures
        if measure.start_month <= month and (measure.last_month or month) >= earliest
    }
    for item in items:
        if item.keys["category"] not in explained and (fall := item.fall(month)):
            yield item, fall


NAMED: Final = " || ' / ' || ".join(f"coalesce(r.{name}, '')" for name in BY)
"""SQL of the name of goods, in rows of order lines."""


@dataclass(frozen=True)
class HiddenReductions(OverTime):
    """How many goods really fell up to the end of a period without a measure behind it.

    The completeness is the share of the goods of which it can be said that they fell or did not.
    ``volume`` is the KPI that gives their volume per activity.
    """

    code: str = "falls"
    by_aggregates: bool = False
    grouped_by: tuple[str, ...] | None = BY
    not_split: str = "why_falls"
    volume: Kpi = field(kw_only=True)

    def compute(self, db: Transaction, kpi: Kpi, ask: Ask) -> list[KpiResult]:
        """See ``compute``.

        Raises:
            UserError: ``kpi.dimensions_apart`` for another dimension than tells goods apart, or
                what ``periods_of`` raises.
        """
        apart = [name for name in ask.by if name not in BY]
        if apart:
            raise UserError("kpi.dimensions_apart", seen=", ".join(apart))
        periods = periods_of(db, ask)
        if not periods:
            return []
        ends = [period.last for period in periods]
        items = goods(db, self.volume, ask.where, min(ends), max(ends))
        groups: dict[tuple[str | None, ...], list[Goods]] = {} if ask.by else {(): []}
        for item in items:
            groups.setdefault(tuple(item.keys[name] for name in ask.by), []).append(item)
        flags = flags_of(db)
        measures = explanations(db)
        fell = [{id(item) for item, _ in unnamed(items, measures, end)} for end in ends]
        results = [
            _judge(
                kpi.blank(period, dict(zip(ask.by, keys, strict=True)), flags=flags), own, fell[no]
            )
            for keys, own in groups.items()
            for no, period in enumerate(periods)
        ]
        return hide_small_cells(db, results, ask, RELATIONS["order_lines"], BY)

    def source_rows(
        self, db: Transaction, kpi: Kpi, ask: Ask, result: KpiResult
    ) -> tuple[SourceRows, ...]:
        """The order lines of the goods of which something can be said, over the months compared."""
        last = result.month
        items = goods(db, self.volume, ask.where, last, last)
        judged = [item for item in items if item.judged(last)]
        if not judged:
            return ()
        fallen = unnamed(judged, explanations(db), last)
        fell = ", ".join(literal(_name(item)) for item, _ in fallen)
        lines = RELATIONS["order_lines"]
        more = {
            "goods": NAMED,
            "fallen": f"case when {NAMED} in (select unnest([{fell}]::varchar[])) then {NAMED} end",
        }
        return (
            SourceRows(
                source=ORDER_LINES,
                relation=replace(lines, dimensions={**lines.dimensions, **more}),
                periods=(Period(add_months(last, 1 - COMPARED), last, result.period.kind),),
                filters={**ask.filters, "goods": tuple(map(_name, judged))},
                splits=("fallen",),
                numerator=kpi.numerator,
            ),
        )


def _judge(blank: KpiResult, own: Sequence[Goods], fell: set[int]) -> KpiResult:
    """The count of a group; why there is none where nothing can be said of any of its goods."""
    if not own:
        return replace(blank, reason=Reason("no_data"))
    month = blank.month
    judged = [item for item in own if item.judged(month)]
    share = len(judged) / len(own)
    if any(item.unsure(month) for item in judged):
        blank = replace(blank, flags=(*blank.flags, Flag.PROVISIONAL))
    if judged:
        count = float(sum(id(item) in fell for item in judged))
        flags = (*blank.flags, Flag.INCOMPLETE) if share < 1 else blank.flags
        made = replace(blank, completeness=share, flags=flags)
        return replace(made, state=State.VALUE, value=count, numerator=count)
    if all(item.series.excused for item in own):
        return replace(blank, state=State.NOT_APPLICABLE, reason=own[0].series.excused)
    if any(item.known(month) == COMPARED for item in own):
        return replace(blank, reason=Reason("fall_over_break"))
    known = max(item.known(month) for item in own)
    return replace(blank, reason=Reason("fall_not_whole", {"known": known, "wanted": COMPARED}))


def _name(item: Goods) -> str:
    return " / ".join(item.keys[name] or "" for name in BY)
