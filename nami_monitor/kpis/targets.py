"""Targets: what was agreed, and the figure that is held against it.

A target is judged on the period for which it is stated, by the KPI's own rule over time.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from nami_monitor.core.periods import Period, months_between, parse_month, period_at
from nami_monitor.core.words import Direction, PeriodKind
from nami_monitor.kpis.context import exemptions, not_applicable
from nami_monitor.kpis.declare import Kpi, compute
from nami_monitor.kpis.questions import Ask
from nami_monitor.kpis.result import KpiResult
from nami_monitor.store import Transaction

Where = Mapping[str, tuple[str, ...]]

NOT_APPLICABLE = "not_applicable"
"""The reason where the strategy of the KPI does not apply."""

DECEMBER = 12
IN_PERIOD: Mapping[str, int] = {
    PeriodKind.MONTH: 1,
    PeriodKind.QUARTER: 3,
    **dict.fromkeys((PeriodKind.YEAR, PeriodKind.YTD, PeriodKind.R12), DECEMBER),
}
"""How many months a period has for which a sum is agreed."""
ABSOLUTE, CHANGE, PATH = "absolute", "change_from_baseline", "path"
STATED = ("kpi", "category", "kind", "period", "value", "baseline_period", "source")
"""What a target states: the columns that make one."""


@dataclass(frozen=True)
class Target:
    """An agreed aim.

    Args:
        kind: absolute, change_from_baseline or path.
        period: year, month (``2026-10``) or quarter (``2026-Q3``) for which it is stated.
        value: in the KPI's unit, or percent of change.
        baseline_period: the period that a change is measured from.
    """

    kpi: str
    category: str | None
    kind: str
    period: str
    value: float
    baseline_period: str | None
    source: str | None

    @property
    def last(self) -> date:
        """The last month of its period: a year, a quarter (``2026-Q3``) or a month."""
        return last_month(self.period)

    @property
    def year(self) -> int:
        """The year in which its period ends."""
        return int(self.period[:4])


@dataclass(frozen=True)
class JudgedTarget:
    """A target and how far the figure is from it.

    Args:
        value: in the KPI's unit; a change from a baseline is worked out; None when that cannot be.
        judged: the figure that is held against it: of its period once that is over, before then the
            year so far for what does not depend on the length of a period; None when there is none.
        baseline: the figure of the baseline period, for a change from it.
        met: whether the figure is at least as good; None when there is nothing to judge.
        why: why there is nothing to judge; the sentence stands in the catalogues under
            ``targets.why.``.
    """

    target: Target
    value: float | None
    judged: KpiResult | None
    baseline: KpiResult | None
    met: bool | None
    why: str | None = None

    @property
    def distance(self) -> float | None:
        """The figure less the target, in the KPI's unit; None when there is nothing to judge."""
        if self.value is None or self.judged is None or self.judged.value is None:
            return None
        return self.judged.value - self.value

    @property
    def final(self) -> bool:
        """Whether the figure is that of the whole period for which the target is stated."""
        return self.judged is not None and self.judged.period.kind == kind_of(self.target.period)


@dataclass(frozen=True)
class TrendGoal:
    """A target as a trend of months draws it.

    Args:
        value: in the KPI's unit.
        start: the first month of its period.
        end: the last one.
        a_month: whether ``value`` is what a month may be on average, of a target for more of them.
    """

    value: float
    start: date
    end: date
    a_month: bool = False


def targets(db: Transaction) -> tuple[Target, ...]:
    """Every target, by KPI, category and period."""
    sql = (
        f"select {', '.join(f't.{name}' for name in STATED)} from targets as t"
        " order by kpi, category, period, kind"
    )
    return db.once("targets", lambda: tuple(Target(*row) for row in db.rows(sql)))


def agreed(
    targets: Sequence[Target], kpi: str, category: str | None, month: date
) -> tuple[Target, ...]:
    """The targets that hold for the year of a month: those whose period ends next, else last.

    Of a category count its own, and nothing of other categories. More than one means that a period
    has two aims: both are shown. A path is one aim, however many periods it states.
    """
    own = [target for target in targets if target.kpi == kpi and target.category == category]
    plain = [target for target in own if target.kind != PATH and target.year == month.year]
    path = on_path([target for target in own if target.kind == PATH], month)
    held = sorted([*plain, *([path] if path else [])], key=lambda target: _from(month, target))
    return tuple(target for target in held if target.period == held[0].period)


def in_force(targets: Sequence[Target], month: date) -> tuple[Target, ...]:
    """The targets that hold for the year of a month, one for each KPI and category.

    Whatever counts targets of a month counts these.
    """
    of: dict[tuple[str, str | None], list[Target]] = defaultdict(list)
    for target in targets:
        of[target.kpi, target.category].append(target)
    held = (agreed(own, kpi, category, month) for (kpi, category), own in of.items())
    return tuple(found[0] for found in held if found)


def _from(month: date, target: Target) -> tuple[bool, int]:
    """The order of targets: the period that ends next first, then the one that ended last."""
    away = months_between(month, target.last)
    return away < 0, abs(away)


def on_path(stated: Sequence[Target], month: date) -> Target | None:
    """The aim of a month's year on a path: stated, or on the straight line between stated periods.

    Of several periods stated in the year counts the one that ends next.
    """
    own = [step for step in stated if step.year == month.year]
    if own:
        return min(own, key=lambda step: _from(month, step))
    december = date(month.year, DECEMBER, 1)
    for before, after in pairwise(sorted(stated, key=lambda step: step.last)):
        if before.last < december < after.last:
            share = months_between(before.last, december) / months_between(before.last, after.last)
            value = before.value + share * (after.value - before.value)
            return replace(after, period=str(month.year), value=value, baseline_period=None)
    return None


def due(targets: Sequence[Target], months: Sequence[date]) -> tuple[tuple[Target, Target], ...]:
    """The targets whose period ends in some months, each with the one that states it.

    A path also aims at the years between those it states; the next one states them.
    """
    ended = [(target, target) for target in targets if target.last in months]
    paths: dict[tuple[str, str | None], list[Target]] = defaultdict(list)
    for target in targets:
        if target.kind == PATH:
            paths[target.kpi, target.category].append(target)
    for stated in paths.values():
        for month in months:
            step = on_path(stated, month) if month.month == DECEMBER else None
            if step is not None and step not in stated:
                later = (one for one in stated if one.last > month)
                ended.append((step, min(later, key=lambda one: one.last)))
    return tuple(ended)


def contradictions(targets: Sequence[Target]) -> tuple[tuple[Target, ...], ...]:
    """Targets of one KPI and category that are stated for the same period: only one can hold.

    A path states its years in between too, so another target for such a year contradicts it.
    """
    paths: dict[tuple[str, str | None], list[Target]] = defaultdict(list)
    held: dict[tuple[str, str | None, str], list[Target]] = defaultdict(list)
    for target in targets:
        held[target.kpi, target.category, target.period].append(target)
        if target.kind == PATH:
            paths[target.kpi, target.category].append(target)
    for (kpi, category, period), stated in held.items():
        if kind_of(period) == PeriodKind.YEAR and PATH not in {target.kind for target in stated}:
            between = on_path(paths[kpi, category], stated[0].last)
            stated.extend([between] if between and between.period == period else [])
    return tuple(tuple(stated) for stated in held.values() if len(stated) > 1)


def judge_target(
    db: Transaction, kpi: Kpi, month: date, where: Where, target: Target
) -> JudgedTarget:
    """Hold the figure against a target.

    ``month`` is the latest month that counts; ``where`` filters, as in ``Ask``.
    """
    baseline = None
    if target.kind == CHANGE and target.baseline_period is not None:
        baseline = _figure(db, kpi, where, target.baseline_period)
    judged = _judged(db, kpi, month, where, target)
    goal, why = _goal(kpi, where, target, baseline)
    if not_applicable(exemptions(db), kpi.strategy, where.get("category", ())):
        (result,) = compute(db, kpi, Ask(until=month, where=where))
        return JudgedTarget(target, goal, result, baseline, None, NOT_APPLICABLE)
    if why is None:
        why = _unjudged(kpi, judged)
    met = None
    if why is None and goal is not None and judged is not None and judged.value is not None:
        met = judged.value >= goal if kpi.better is Direction.UP else judged.value <= goal
    return JudgedTarget(target, goal, judged, baseline, met, why)


def _goal(
    kpi: Kpi, where: Where, target: Target, baseline: KpiResult | None
) -> tuple[float | None, str | None]:
    """The target in the KPI's unit, or why it cannot be worked out."""
    if target.kind != CHANGE:
        part = kpi.over_time.adds_months and set(where) - {"category"}
        return (None, "part") if part else (target.value, None)
    if baseline is None or target.baseline_period is None:
        return None, "no_baseline_period"
    if kpi.over_time.adds_months and kind_of(target.baseline_period) != kind_of(target.period):
        return None, "baseline_other_kind"
    if baseline.value is None:
        return None, "no_baseline"
    if baseline.value == 0:
        return None, "baseline_zero"
    return baseline.value * (1 + target.value / 100), None


def _unjudged(kpi: Kpi, judged: KpiResult | None) -> str | None:
    if kpi.better is Direction.NEUTRAL:
        return "neutral"
    if judged is None:
        return "not_over"
    return "no_figure" if judged.value is None else None


def _judged(
    db: Transaction, kpi: Kpi, month: date, where: Where, target: Target
) -> KpiResult | None:
    """The figure on the period for which the target is stated, as far as it has come.

    A ratio of the year so far can be held against a year's target; a sum, and anything about a
    quarter or month, only when its period is over.
    """
    if target.last <= month:
        return _figure(db, kpi, where, target.period)
    begun = month.year == target.year and kind_of(target.period) == PeriodKind.YEAR
    if not begun or kpi.over_time.adds_months or kpi.only:
        return None
    return _answer(db, kpi, Ask(kind=PeriodKind.YTD, until=month, where=where))


def _figure(db: Transaction, kpi: Kpi, where: Where, period: str) -> KpiResult | None:
    """The figure of a period as targets name it."""
    return _answer(db, kpi, Ask(kind=kind_of(period), until=last_month(period), where=where))


def _answer(db: Transaction, kpi: Kpi, ask: Ask) -> KpiResult | None:
    """The figure of a question; those of all categories with a target are worked out at once."""
    of = {one.category for one in targets(db) if one.kpi == kpi.code and one.category}
    together = replace(ask, by=("category",), where={"category": tuple(sorted(of))})
    chosen = ask.where.get("category", ())
    if len(ask.where) == len(chosen) == 1 and chosen[0] in of:
        known = db.once(
            f"{kpi.code} {together}",
            lambda: {one.keys["category"]: one for one in compute(db, kpi, together)},
        )
        if chosen[0] in known:
            return replace(known[chosen[0]], keys={})
    return next(iter(compute(db, kpi, ask)), None)


def kind_of(period: str) -> PeriodKind:
    """The kind of a period as targets name it: ``2026``, ``2026-Q3`` or ``2026-10``."""
    if "Q" in period:
        return PeriodKind.QUARTER
    return PeriodKind.MONTH if "-" in period else PeriodKind.YEAR


def last_month(period: str) -> date:
    """The last month of a period as targets name it."""
    if "Q" in period:
        return date(int(period[:4]), int(period[-1]) * 3, 1)
    if "-" in period:
        return parse_month(period)
    return date(int(period), 12, 1)


def period_of(period: str) -> Period:
    """The months of a period as targets name it."""
    return period_at(kind_of(period), last_month(period))


def named(period: Period) -> str:
    """A year, quarter or month as targets name it."""
    year, month = period.last.year, period.last.month
    return {
        PeriodKind.YEAR: f"{year}",
        PeriodKind.QUARTER: f"{year}-Q{month // 3}",
        PeriodKind.MONTH: f"{year}-{month:02}",
    }[PeriodKind(period.kind)]


def trend_goals(
    db: Transaction,
    stated: Sequence[Target],
    kpi: Kpi,
    where: Where,
    months: Sequence[date],
    kind: str,
) -> tuple[TrendGoal, ...]:
    """The targets that hold for some of the months of a trend, in the KPI's unit.

    A target for a sum over several months is divided among them where single months or quarters
    are shown, and left out where it is no whole number of periods.

    Args:
        db: the database.
        stated: every target, as ``targets`` gives them.
        kpi: the declaration.
        where: the filters of the trend; its category has the targets.
        months: of the trend, oldest first.
        kind: of the periods that are shown.
    """
    category = next(iter(where.get("category", ())), None)
    own = [one for one in stated if (one.kpi, one.category) == (kpi.code, category)]
    plain = [target for target in own if target.kind != PATH]
    path = [target for target in own if target.kind == PATH]
    of_years = []
    for year in sorted({month.year for month in months}):
        steps = [target for target in path if target.year == year]
        between = on_path(path, date(year, DECEMBER, 1))
        of_years += steps or ([between] if between else [])
    goals = []
    for target in (*plain, *of_years):
        period = period_of(target.period)
        if period.last < months[0] or period.first > months[-1]:
            continue
        value = judge_target(db, kpi, months[-1], where, target).value
        length = months_between(period.first, period.last) + 1
        shown = IN_PERIOD.get(kind) if kpi.over_time.adds_months else length
        if value is None or not shown or length % shown:
            continue
        value = value * shown / length
        goals.append(TrendGoal(value, period.first, period.last, shown == 1 < length))
    return tuple(goals)
