"""The overview of a period: every KPI with its target, year-ago figure and assessment.

Over other periods than months the same, without signals: a quarter or year is too few points.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nami_monitor.briefing.phases import months, phases
from nami_monitor.core.periods import Period, add_months, span, steps_in_year
from nami_monitor.core.words import Flag, PeriodKind, State
from nami_monitor.kpis import CATALOGUE, Ask, Kpi, KpiResult, compute
from nami_monitor.kpis.activity import activity_measures
from nami_monitor.kpis.over_time.added_up import MEASURE
from nami_monitor.kpis.questions import periods_of, programmes
from nami_monitor.kpis.targets import (
    JudgedTarget,
    Target,
    TrendGoal,
    agreed,
    in_force,
    judge_target,
    targets,
    trend_goals,
)
from nami_monitor.signals.scan import FOLLOWED, Assessment, LevelSignal, LevelSignals, Slope, assess
from nami_monitor.signals.xmr import Xmr, xmr
from nami_monitor.store import Transaction
from nami_monitor.store.journal import category_names


@dataclass(frozen=True)
class SourceBreak:
    """A month from which a source's series cannot be compared with before."""

    source: str
    month: date
    kinds: tuple[str, ...]
    detail: str | None


@dataclass(frozen=True)
class RegisterChoices:
    """Categories, with their names by language, and months, latest first, to choose from."""

    categories: Mapping[str, Mapping[str, str]]
    months: tuple[date, ...]


@dataclass(frozen=True)
class FilterChoices(RegisterChoices):
    """The options of the filters, from order lines.

    ``programmes`` are those with dates, which are periods too, with their titles; ``measures``
    those activity measures of which there are figures.
    """

    groups: tuple[str, ...]
    channels: tuple[str, ...]
    programmes: Mapping[str, str]
    measures: tuple[str, ...]


def register_choices(db: Transaction, relation: str, ranked: str) -> RegisterChoices:
    """Read the months of a relation, and the categories that ``category_names`` ranks."""
    months = db.rows(f"select distinct month from {relation} order by month desc")
    return RegisterChoices(category_names(db, ranked), tuple(month for (month,) in months))


def data_breaks(db: Transaction) -> tuple[SourceBreak, ...]:
    """Every data break, earliest first."""
    rows = db.rows_again(
        "select source, month, list(kind order by kind), any_value(detail) from breaks"
        " group by source, month order by month, source"
    )
    return tuple(
        SourceBreak(source, month, tuple(kinds), why) for source, month, kinds, why in rows
    )


def filter_choices(db: Transaction) -> FilterChoices:
    """Read the options of the filters from the data."""
    groups = db.rows(
        'select distinct l."group" from by_place as p join locations as l using (location_id)'
        ' where l."group" is not null order by 1'
    )
    channels = db.rows("select distinct channel from by_place order by 1")
    lines = "select category, sum(lines) as rank from by_place group by 1"
    return FilterChoices(
        **vars(register_choices(db, "by_place", lines)),
        groups=tuple(group for (group,) in groups),
        channels=tuple(channel for (channel,) in channels),
        programmes={code: one.title for code, one in programmes(db).items()},
        measures=activity_measures(db),
    )


SPARK_MONTHS = 24

SHOWN_MONTHS: Final = 48
"""How many months a page shows."""

LOOKED_AT: Final[Mapping[str, int]] = {
    PeriodKind.MONTH: FOLLOWED,
    PeriodKind.R12: 25,
    PeriodKind.QUARTER: 13,
}
"""How many periods of a kind are looked at."""

YEARS: Final = 4
"""The same for years, and for the same months of several years."""


@dataclass(frozen=True)
class KpiLine:
    """A KPI in one period, with history, target and assessment.

    Args:
        history: the last periods, oldest first, this one included; those of months reach back far
            enough to tell a signal that is kept.
        assessment: what the period shows; None where it has no value, or its months cannot be
            compared.
        aim: the target that holds, if one was agreed.
        aims: how many targets hold for the year: more than one is a contradiction to settle.
        names: the name of its category by language, where it stands among lines of all categories.
        signal: the change of level that stands in the period; None where there is none.
        drift: the steady drift of the months where no change of level stands; None without one.
        phases: months from which a person took a new level as the normal one.
        goals: the targets that hold for some of the periods shown.
    """

    kpi: Kpi
    result: KpiResult
    year_ago: KpiResult
    history: tuple[KpiResult, ...]
    assessment: Assessment | None
    aim: JudgedTarget | None
    aims: int = 0
    names: Mapping[str, str] = field(default_factory=dict)
    signal: LevelSignal | None = None
    drift: Slope | None = None
    phases: tuple[date, ...] = ()
    goals: tuple[TrendGoal, ...] = ()

    @property
    def comparable(self) -> bool:
        """Whether it has a value, and months that can be compared with each other."""
        return self.result.value is not None and independent(self.kpi, self.result.period.kind)

    @property
    def spark(self) -> tuple[float | None, ...]:
        """The values of the last periods, two years of months; None where there is none."""
        return tuple(
            result.value if result.method in {None, self.result.method} else None
            for result in self.history[-SPARK_MONTHS:]
        )

    @property
    def since(self) -> date | None:
        """The month in which the change that stands began; None where none stands."""
        return add_months(self.result.month, 1 - self.signal.months) if self.signal else None

    @property
    def briefly_known(self) -> bool:
        """Whether its history is too short to tell that it shows nothing."""
        provisional = self.signal is not None and self.signal.provisional
        return provisional or self.assessment is Assessment.TOO_EARLY

    @property
    def shown(self) -> tuple[KpiResult, ...]:
        """The periods of the history that a page shows."""
        return self.history[-SHOWN_MONTHS:]

    @property
    def supported(self) -> bool:
        """Whether the data ever gave this figure, or it was decided that it does not apply."""
        return self.result.state is State.NOT_APPLICABLE or any(
            result.state is State.VALUE for result in self.shown
        )

    @property
    def change(self) -> float | None:
        """The difference with the same period a year earlier, in the KPI's unit.

        None of estimates: how sure their difference is, nobody has worked out.
        """
        if self.result.value is None or self.year_ago.value is None or self.estimated:
            return None
        if self.result.method != self.year_ago.method or self._partly_answered:
            return None
        return self.result.value - self.year_ago.value

    @property
    def estimated(self) -> bool:
        """Whether it is an estimate, which stands with its interval."""
        return self.result.low is not None

    @property
    def _partly_answered(self) -> bool:
        """Whether it adds up reports that not everybody gave: such sums cannot be compared."""
        of_reports = self.kpi.over_time.adds_months and MEASURE in self.kpi.splits
        known = (self.result.completeness, self.year_ago.completeness)
        return of_reports and any(share is not None and share < 1 for share in known)


@dataclass(frozen=True)
class Overview:
    """Every KPI in one period, in the order of the catalogue, and the data breaks of two years.

    ``month`` is as it was asked for: whole quarters and years end no later. ``of_categories`` are
    the lines of the targets of categories, where all categories stand together.
    """

    month: date
    kind: str
    period: Period
    where: Mapping[str, tuple[str, ...]]
    lines: tuple[KpiLine, ...]
    breaks: tuple[SourceBreak, ...]
    of_categories: tuple[KpiLine, ...] = ()

    @property
    def targeted(self) -> tuple[KpiLine, ...]:
        """The line of every target that holds for the year of the month."""
        own = (line for line in self.lines if line.aim is not None)
        return (*own, *self.of_categories)

    def count(self, assessment: Assessment) -> int:
        """Count the KPIs with an assessment."""
        return sum(line.assessment is assessment for line in self.lines)

    @property
    def monthly(self) -> bool:
        """Whether its period is a month, for which there are signals."""
        return self.kind == PeriodKind.MONTH

    @property
    def valued(self) -> int:
        """How many KPIs have a figure."""
        return sum(line.result.state is State.VALUE for line in self.lines)

    @property
    def blocked(self) -> tuple[KpiLine, ...]:
        """Lines that the data gave before, and that cannot be computed over this period."""
        return tuple(
            line
            for line in self.lines
            if line.supported and line.result.state is State.NOT_COMPUTABLE
        )

    @property
    def listed(self) -> tuple[KpiLine, ...]:
        """Every line; those that the data gives first."""
        return tuple(sorted(self.lines, key=lambda line: not line.supported))

    @property
    def unsupported(self) -> tuple[KpiLine, ...]:
        """Lines that this data has never given: something must be loaded first."""
        return tuple(line for line in self.lines if not line.supported)


def overview(
    db: Transaction, month: date, where: Mapping[str, tuple[str, ...]], kind: str = PeriodKind.MONTH
) -> Overview:
    """Build the overview of a period that ends with a month; filters and kind are as in ``Ask``.

    Raises:
        UserError: as ``periods_of``.
    """
    stated = targets(db)
    category = next(iter(where.get("category", ())), None)
    (period,) = periods_of(db, Ask(kind=kind, until=month))
    same = kind if kind in set(PeriodKind) else span(period.first, period.last)
    lines = tuple(
        line_of(db, kpi, Ask(same, month, where=where), stated) for kpi in CATALOGUE.values()
    )
    of_categories = () if category else _of_categories(db, stated, Ask(same, month, where=where))
    since = add_months(period.last, 1 - SPARK_MONTHS)
    breaks = tuple(b for b in data_breaks(db) if since <= b.month <= period.last)
    return Overview(month, kind, period, where, lines, breaks, of_categories)


def _of_categories(db: Transaction, stated: Sequence[Target], ask: Ask) -> tuple[KpiLine, ...]:
    """The lines of the targets that hold for categories."""
    names = category_names(db)
    found = []
    for target in in_force(stated, ask.until or date.max):
        kpi, category = CATALOGUE.get(target.kpi), target.category
        if kpi is not None and category is not None:
            own = replace(ask, where={**ask.where, "category": (category,)})
            of = names.get(category, {"nl": category, "en": category})
            found.append(replace(line_of(db, kpi, own, stated), names=of))
    return tuple(found)


def _kind(kpi: Kpi, kind: str) -> str:
    """The kind of period over which a KPI stands in an overview of another kind."""
    of_a_year = bool(kpi.only) and kind not in kpi.only
    return PeriodKind.R12 if of_a_year else kpi.over_time.shown_over(kind)


def shown_periods(db: Transaction, kpi: Kpi, month: date) -> list[Period]:
    """The periods of a KPI that an overview of a month shows, oldest first."""
    return periods_of(db, looked_at(kpi, Ask(until=month)))[-SHOWN_MONTHS:]


def line_of(db: Transaction, kpi: Kpi, ask: Ask, stated: Sequence[Target]) -> KpiLine:
    """The line of one KPI in the period that ends with the month of a question."""
    line = line_of_aim(db, kpi, ask, stated)
    signal, assessment, drift = None, None, None
    if line.comparable:
        series, last = level_signals(line.history, line.phases), len(line.history) - 1
        signal, drift = series.at(last), series.drift
        assessment = assess(signal, kpi.better, enough=series.enough(last))
    shown = [one.month for one in line.shown]
    goals = trend_goals(db, stated, kpi, ask.where, shown, line.result.period.kind)
    return replace(line, assessment=assessment, signal=signal, drift=drift, goals=goals)


def looked_at(kpi: Kpi, ask: Ask) -> Ask:
    """The question of the history of one KPI in the period of another."""
    kind = _kind(kpi, ask.kind)
    return replace(ask, kind=kind, last=LOOKED_AT.get(kind, YEARS))


def line_of_aim(
    db: Transaction, kpi: Kpi, ask: Ask, stated: Sequence[Target], history: Sequence[KpiResult] = ()
) -> KpiLine:
    """The same with its target alone: without what its months show, and without other targets.

    ``history`` is what ``looked_at`` asks, where somebody asked it already.
    """
    history = history or compute(db, kpi, looked_at(kpi, ask))
    month = ask.until or history[-1].month
    category = next(iter(ask.where.get("category", ())), None)
    found = agreed(stated, kpi.code, category, month)
    aim = judge_target(db, kpi, month, ask.where, found[0]) if found else None
    now, year_ago = history[-1], history[-1 - steps_in_year(_kind(kpi, ask.kind))]
    made = KpiLine(kpi, now, year_ago, tuple(history), None, aim, len(found))
    return replace(made, phases=months(phases(db, kpi, ask.where)))


def independent(kpi: Kpi, kind: str) -> bool:
    """Whether successive figures rest on different months, as limits and a scan presume."""
    return kind == PeriodKind.MONTH and kpi.over_time.from_month_to_month


def chart_of(results: Sequence[KpiResult], restarts: Sequence[date] = ()) -> Xmr:
    """The mean and limits of one series of months, oldest first; months without a value are gaps.

    They start anew at data breaks, and at the months of ``restarts``.
    """
    starts = sorted({*breaks_in(results), *_points(results, restarts)} - {0})
    return xmr(_values(results), calendar_month=results[0].month.month, phases=starts)


def level_signals(results: Sequence[KpiResult], accepted: Sequence[date] = ()) -> LevelSignals:
    """What the months of one series show, oldest first, each as of itself.

    From the months of ``accepted`` a person took the new level as the normal one.
    """
    return LevelSignals(_values(results), breaks_in(results), _points(results, accepted))


def breaks_in(results: Sequence[KpiResult]) -> tuple[int, ...]:
    """The points from which the figures of a series cannot be compared with before."""
    return tuple(at for at, one in enumerate(results) if Flag.DATA_BREAK in one.flags)


def _points(results: Sequence[KpiResult], months: Sequence[date]) -> tuple[int, ...]:
    return tuple(at for at, one in enumerate(results) if at and one.month in months)


def _values(results: Sequence[KpiResult]) -> NDArray[np.float64]:
    return np.array([np.nan if r.value is None else r.value for r in results], dtype=np.float64)
