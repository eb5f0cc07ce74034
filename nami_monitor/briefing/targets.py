"""Targets with their figures, course and history; strategies that do not apply, and why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from nami_monitor.briefing.overview import Overview
from nami_monitor.core.errors import near_matches
from nami_monitor.core.periods import Period, months_between, period_at, periods_until
from nami_monitor.core.words import PeriodKind, Strategy
from nami_monitor.kpis import CATALOGUE, Ask, Kpi, KpiResult, compute, latest_month
from nami_monitor.kpis.targets import (
    CHANGE,
    PATH,
    JudgedTarget,
    Target,
    Where,
    contradictions,
    judge_target,
    kind_of,
    named,
    on_path,
    period_of,
    targets,
)
from nami_monitor.store import Transaction
from nami_monitor.store.journal import RowChange, latest_first, row_changes
from nami_monitor.store.schema import field_names

STEPS_BACK: Final = {PeriodKind.YEAR: 4, PeriodKind.QUARTER: 8, PeriodKind.MONTH: 13}
"""How many periods before the latest month a course begins, unless its target begins earlier."""
MOST_STEPS: Final = 36
NEAR: Final = 2
LENGTH: Final = {PeriodKind.YEAR: 12, PeriodKind.QUARTER: 3, PeriodKind.MONTH: 1}


@dataclass(frozen=True)
class TargetLine:
    """A target as the list shows it.

    ``aim`` is the figure held against it, None when nobody knows its KPI or there is no data yet;
    ``near`` are known KPIs that resemble an unknown one, ``against`` other targets for the same.
    """

    target: Target
    aim: JudgedTarget | None
    near: tuple[str, ...] = ()
    against: tuple[Target, ...] = ()

    @property
    def kpi(self) -> Kpi | None:
        """The KPI of which it speaks."""
        return CATALOGUE.get(self.target.kpi)


@dataclass(frozen=True)
class TargetStep:
    """A period on the course of a target; ``final`` once the figure is that of the whole period.

    ``result`` is None for periods that have not begun, ``goal`` (in the KPI's unit) where none was
    set.
    """

    period: str
    result: KpiResult | None
    goal: float | None
    final: bool


@dataclass(frozen=True)
class TargetEvent:
    """Something that was done to a target: ``set``, ``changed``, ``withdrawn``, or ``undone``.

    ``target`` is None for a delivery that was undone, whose rows are gone.
    """

    change: RowChange
    what: str
    target: Target | None
    before: float | None = None


def where_of(target: Target) -> Where:
    """The filters under which a target's figure stands."""
    return {"category": (target.category,)} if target.category else {}


def lines_in_force(glance: Overview, stated: Sequence[Target]) -> tuple[TargetLine, ...]:
    """The targets that hold for the year of an overview's month, as the overview judges them."""
    clashes = contradictions(stated)
    return tuple(
        TargetLine(line.aim.target, line.aim, against=_against(clashes, line.aim.target))
        for line in glance.targeted
        if line.aim
    )


def _against(clashes: Sequence[Sequence[Target]], target: Target) -> tuple[Target, ...]:
    """The other targets for the same."""
    return tuple(o for clash in clashes if target in clash for o in clash if o != target)


def lines(db: Transaction) -> tuple[TargetLine, ...]:
    """Every target with its figure at the latest month."""
    stated, month = targets(db), latest_month(db)
    clashes = contradictions(stated)
    found = []
    for target in stated:
        kpi = CATALOGUE.get(target.kpi)
        judged = judge_target(db, kpi, month, where_of(target), target) if kpi and month else None
        alike = () if kpi else near_matches(target.kpi, CATALOGUE, most=NEAR)
        found.append(TargetLine(target, judged, alike, _against(clashes, target)))
    return tuple(found)


def course(db: Transaction, target: Target) -> tuple[TargetStep, ...]:
    """The figure of a known KPI period by period beside what was agreed, the oldest first.

    A change from a baseline is drawn from the baseline's figure to the goal, a path through all of
    its periods; an absolute target stands for its own period alone.
    """
    kpi, month = CATALOGUE[target.kpi], latest_month(db)
    if month is None:
        return ()
    kind = kind_of(target.period)
    stated = _stated(db, target)
    periods = _span(kind, month, [*(one.period for one in stated), *_baseline(target)])
    figures = _figures(db, kpi, periods, month, where_of(target))
    own = judge_target(db, kpi, month, where_of(target), target)
    found = []
    for period in periods:
        name = named(period)
        result = figures.get(name)
        goal = own.value if name == target.period else _goal(own, stated, period)
        final = result is not None and result.period.kind == kind
        found.append(TargetStep(name, result, goal, final))
    while (
        found and found[0].goal is None and (not found[0].result or found[0].result.value is None)
    ):
        found.pop(0)
    return tuple(found)


def _stated(db: Transaction, target: Target) -> list[Target]:
    """The periods that belong to a target: of a path all of the same kind, else its own."""
    if target.kind != PATH:
        return [target]
    key = (target.kpi, target.category, PATH, kind_of(target.period))
    return [
        one for one in targets(db) if (one.kpi, one.category, one.kind, kind_of(one.period)) == key
    ]


def _baseline(target: Target) -> Iterator[str]:
    if target.baseline_period and kind_of(target.baseline_period) == kind_of(target.period):
        yield target.baseline_period


def _span(kind: PeriodKind, month: date, wanted: Sequence[str]) -> list[Period]:
    """The periods from the earliest to the latest wanted, with some before the latest month."""
    ends = [period_of(name).last for name in wanted]
    recent = periods_until(kind, period_at(kind, month).last, STEPS_BACK[kind])
    last = max(*ends, period_at(kind, month).last)
    first = min(*ends, recent[0].last)
    count = min(months_between(first, last) // LENGTH[kind] + 1, MOST_STEPS)
    return periods_until(kind, last, count)


def _figures(
    db: Transaction, kpi: Kpi, periods: Sequence[Period], month: date, where: Where
) -> dict[str, KpiResult]:
    """The figures of whole periods, and for the running one of the part that is over."""
    over = [period for period in periods if period.last <= month]
    found = {}
    if over:
        ask = Ask(kind=over[-1].kind, until=over[-1].last, last=len(over), where=where)
        found = {named(result.period): result for result in compute(db, kpi, ask)}
    for period in periods:
        if period.first <= month < period.last:
            running = Target(kpi.code, None, "absolute", named(period), 0, None, None)
            judged = judge_target(db, kpi, month, where, running).judged
            if judged:
                found[named(period)] = judged
    return found


def _goal(own: JudgedTarget, stated: Sequence[Target], period: Period) -> float | None:
    """What was agreed for a period other than the target's own."""
    if own.target.kind == PATH:
        exact = [one for one in stated if one.period == named(period)]
        if exact:
            return exact[0].value
        between = on_path(stated, period.last) if period.kind == PeriodKind.YEAR else None
        return between.value if between else None
    if own.target.kind == CHANGE and own.baseline and own.value is not None:
        start = own.baseline.period.last
        if own.baseline.value is not None and start <= period.last < own.target.last:
            share = months_between(start, period.last) / months_between(start, own.target.last)
            return own.baseline.value + share * (own.value - own.baseline.value)
    return None


def on_record(db: Transaction, target: Target) -> tuple[Target, ...]:
    """The rows that state a target, with their category as it was written before any merge."""
    rows = db.rows(
        "select o.kpi, o.category, o.kind, o.period, o.value, o.baseline_period, o.source"
        " from targets_offered as o"
        " left join merged as m on m.kind = 'categories' and m.code = o.category"
        " where o.standing = 'live' and not coalesce(o.withdrawn, false)"
        " and o.kpi = ? and o.kind = ? and o.period = ?"
        " and coalesce(m.to_code, o.category) is not distinct from ?",
        [target.kpi, target.kind, target.period, target.category],
    )
    return tuple(Target(*row) for row in rows)


def history(db: Transaction) -> tuple[TargetEvent, ...]:
    """Who set, changed or withdrew which target when, the latest first."""
    events = []
    for change in latest_first(row_changes(db, "targets")):
        if not change.row:
            events.append(TargetEvent(change, "undone", None))
            continue
        target, withdrawn = _target_of(change.row)
        before = None
        if change.before:
            earlier, ended = _target_of(change.before)
            before = None if ended else earlier
        if withdrawn if before is None else before == target and not withdrawn:
            continue
        what = "withdrawn" if withdrawn else "set" if before is None else "changed"
        old = before.value if before and what == "changed" else None
        events.append(TargetEvent(change, what, target, old))
    return tuple(events)


def _target_of(row: Mapping[str, Any]) -> tuple[Target, bool]:
    """The target of a row of its table, and whether the row withdraws it."""
    values = {name: value for name, value in row.items() if name != "withdrawn"}
    return Target(**values), bool(row["withdrawn"])


STRATEGIES: Final = (Strategy.REFUSE, Strategy.RETHINK, Strategy.REDUCE)
PARTS: Final = ("applies", "reason", "legal_basis", "look_again_on")


@dataclass(frozen=True)
class StrategyException:
    """A strategy that does not apply to a category: why, by which law, and when to look again."""

    category: str
    strategy: Strategy
    reason: str | None
    legal_basis: str | None
    look_again_on: date | None


@dataclass(frozen=True)
class Ruling:
    """A moment at which it was decided whether a strategy applies, and why not."""

    change: RowChange
    said: StrategyException
    applies: bool


def exceptions(db: Transaction) -> tuple[StrategyException, ...]:
    """What does not apply now, by category and strategy."""
    columns = ", ".join(f"{s}_{part}" for s in STRATEGIES for part in PARTS)
    found = []
    for category, *stated in db.rows(f"select category, {columns} from categories order by 1"):
        for at, strategy in enumerate(STRATEGIES):
            applies, *why = stated[4 * at : 4 * at + 4]
            if applies is False:
                found.append(StrategyException(category, strategy, *why))
    return tuple(found)


def row_of(db: Transaction, category: str) -> dict[str, Any]:
    """A category's own row as it was delivered; its code as its name where only lines name it."""
    names = field_names("categories")
    rows = db.rows(
        f"select {', '.join(names)} from categories_offered"
        " where standing = 'live' and category = ?",
        [category],
    )
    if not rows:
        return {"category": category, "name_nl": category, "name_en": category}
    return dict(zip((name.strip('"') for name in names), rows[0], strict=True))


def ruled(row: Mapping[str, Any], said: StrategyException, *, applies: bool) -> dict[str, Any]:
    """A category's row with a decision on one strategy; without reasons when it applies."""
    why = (None, None, None) if applies else (said.reason, said.legal_basis, said.look_again_on)
    names = (f"{said.strategy}_{part}" for part in PARTS)
    return {**row, **dict(zip(names, (applies, *why), strict=True))}


def rulings(db: Transaction) -> tuple[Ruling, ...]:
    """Every decision on whether a strategy applies, the latest first.

    A first delivery that says that everything applies decides nothing.
    """
    decided = []
    for change in row_changes(db, "categories"):
        for strategy in STRATEGIES if change.row else ():
            decision = _decision(change.row, strategy)
            if decision != _decision(change.before, strategy):
                said = StrategyException(
                    change.row["category"], strategy, *_reasons(change.row, strategy)
                )
                decided.append(Ruling(change, said, decision[0]))
    return tuple(reversed(decided))


def _reasons(row: Mapping[str, Any], strategy: Strategy) -> list[Any]:
    return [row[f"{strategy}_{part}"] for part in PARTS[1:]]


def _decision(row: Mapping[str, Any], strategy: Strategy) -> list[Any]:
    """Whether a strategy applies, and the reasons when it does not."""
    applies = row.get(f"{strategy}_applies") is not False
    return [applies, *(() if applies else _reasons(row, strategy))]
