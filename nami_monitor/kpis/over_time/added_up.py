"""KPIs that are added up from months, and their change in a year: SQL adds up, functions judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nami_monitor.core.errors import UserError
from nami_monitor.core.periods import Period, add_months
from nami_monitor.core.thresholds import MIN_COMPLETENESS
from nami_monitor.core.words import Flag, State, Unit
from nami_monitor.kpis import activity, context, privacy
from nami_monitor.kpis.declare import Kpi, OverTime, measures_named
from nami_monitor.kpis.questions import (
    ORDERS,
    RELATIONS,
    Ask,
    Keys,
    Relation,
    choose_in,
    filter_sql,
    in_order,
    periods_of,
    periods_sql,
)
from nami_monitor.kpis.result import KpiResult, Reason, Series
from nami_monitor.kpis.source_rows import WORD, SourceRows, SourceTable, between, source_tables
from nami_monitor.store import Transaction
from nami_monitor.store.transaction import literals

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]

BY_FACTOR = {Unit.KG, Unit.KG_PER_ACTIVITY, Unit.KG_CO2E}
"""Units of figures that rest on what an article weighs."""

Question = tuple[str, list[Any]]
"""A statement with its parameters."""

MEASURE = "measure"
"""The dimension that tells measured figures apart."""


class Sums(NamedTuple):
    """What SQL added up for one period and group."""

    numerator: float | None
    denominator: float | None
    covered: float | None
    base_units: int
    methods: tuple[str, ...] = ()
    proxies: float | None = None
    longer: int = 0
    shares: tuple[float | None, ...] = ()


def added_up(
    db: Transaction, kpi: Kpi, ask: Ask, periods: Sequence[Period] | None = None
) -> list[KpiResult]:
    """The results of a KPI, by group and period, groups in order and periods oldest first.

    ``periods`` stand in for those of the question.

    Raises:
        UserError: what ``compute`` raises, or more results than are wanted.
    """
    periods = periods_of(db, ask) if periods is None else periods
    if not periods:
        return []
    found = _gathered(db, kpi, ask, periods)
    around, sums, divided = found.around, found.sums(db, ask), found.divided
    groups = in_order({keys for keys, _ in sums} | set(around.groups)) if ask.by else [()]
    if not ask.by and not (sums or around.knows_anything or divided):
        (told,) = _judge(kpi, ask, (), periods[:1], {}, around, None)
        return [replace(told, period=period) for period in periods]
    results = [
        result
        for keys in groups
        for result in _judge(kpi, ask, keys, periods, sums, around, divided)
    ]
    results = _broken(results) if kpi.method else results
    return privacy.hide_small_cells(db, results, ask, found.relation, kpi.named)


class _Gathered(NamedTuple):
    """All that the results of a question are judged by."""

    relation: Relation
    around: context.Surroundings
    question: Question | None
    divided: activity.Divided | None

    def sums(self, db: Transaction, ask: Ask) -> dict[tuple[Keys, int], Sums]:
        """What SQL added up, by group and number of the period."""
        size = len(ask.by)
        rows = db.rows_again(*self.question) if self.question else ()
        told = ((row[:size], row[size], row[size + 1 :]) for row in rows)
        return {
            (keys, no): Sums._make((*own[:4], tuple(own[4] or ()), *own[5:7], own[7:]))
            for keys, no, own in told
        }


def _gathered(db: Transaction, kpi: Kpi, ask: Ask, periods: Sequence[Period]) -> _Gathered:
    relation = choose_in(db, kpi.reads, ask.used)
    windows = [kpi.over_time.months(period)[-1] for period in periods]
    within = {kpi.within[0]: ("true",)} if kpi.within else {}
    spoken_of = replace(ask, where={**ask.where, **within})
    around = context.surroundings(db, relation, spoken_of, windows)
    around = replace(around, empty=nothing_loaded(kpi, relation))
    count = len(around.groups) * len(periods)
    if ask.most is not None and count > ask.most:
        raise UserError("kpi.too_many", count=count, most=ask.most)
    question = _question(kpi, relation, ask, windows) if around.groups or kpi.within else None
    divided = None
    if kpi.per_activity:
        own = {"activity": (kpi.activity,)} if kpi.activity else {}
        by_measure = replace(ask, where={**ask.where, **own})
        divided = activity.divide(db, by_measure, windows, relation)
    return _Gathered(relation, around, question, divided)


def added_up_series(
    db: Transaction, kpi: Kpi, ask: Ask, periods: Sequence[Period]
) -> dict[Keys, Series]:
    """What ``added_up`` gives of each group as numbers alone, in a twentieth of its time.

    For questions that speak of no places, of KPIs that rest on no method.
    """
    found = _gathered(db, kpi, ask, periods)
    around, divided = found.around, found.divided
    size, sums = len(ask.by), _sums(db, found.question, ask)
    keyed = list(zip(*(sums[f"by{at}"].to_list() for at in range(size)), strict=True))
    keyed = keyed if size else [()] * len(sums)
    groups = {keys: at for at, keys in enumerate(in_order({*keyed} | set(around.groups)))}
    shape = (len(groups), len(periods))
    above, below, covered = (np.full(shape, np.nan) for _ in range(3))
    there, unlike = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    if keyed:
        cells = np.array([groups[keys] for keys in keyed]), sums["no"].to_numpy()
        above[cells], below[cells], covered[cells] = (
            sums[name].to_numpy() for name in ("above", "below", "covered")
        )
        there[cells] = True
        unlike[cells] = sums["unlike"].to_numpy()
    known = np.where(np.isnan(covered), np.where(there, 1.0, _known(kpi, None)), covered)
    fits = ~unlike & (known >= MIN_COMPLETENESS.value)
    fits &= [_stated_on(kpi, period) is None for period in periods]
    broken, unsure, share = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool), known.copy()
    excused, sound = dict[Keys, Reason](), np.ones(shape, dtype=bool)
    fed: dict[int, tuple[Marks, Marks, Floats]] = {}
    for keys, at in groups.items():
        deliveries = around.of_group(keys)
        if id(deliveries) not in fed:
            whole = [one.lacking or around.unkept(kpi.needs, one) for one in deliveries]
            fed[id(deliveries)] = (
                np.array([reason is None for reason in whole]),
                np.array([one.broken for one in deliveries]),
                np.array([one.share for one in deliveries]),
            )
        began = around.groups.get(keys)
        begun = [began is not None and began <= period.last for period in around.periods]
        fits[at] &= fed[id(deliveries)][0] & begun
        broken[at] = fed[id(deliveries)][1]
        share[at] *= fed[id(deliveries)][2]
        categories = ask.categories(dict(zip(ask.by, keys, strict=True)))
        if why := context.not_applicable(around.excused, kpi.strategy, categories):
            fits[at], excused[keys] = False, why
        if divided:
            parts = divided.parts_of(keys)
            alone = divided.unmeasured(categories[0] if len(categories) == 1 else None)
            below[at], sound[at] = parts.value, parts.divides & (alone is None)
    for keys, no in around.unconfirmed:
        unsure[groups[keys], no] = True
    stands = fits & (share >= MIN_COMPLETENESS.value) & ~(sound & (below < 0))
    totals = np.where(stands & bool(divided), np.nan_to_num(above), np.nan)
    fits &= sound
    if kpi.is_ratio:
        part = np.nan_to_num(above)
        fits &= (below > 0) & (there | bool(divided))
        if kpi.unit is Unit.PERCENT:
            fits &= (part >= 0) & (kpi.beyond | (part <= below))
    values = np.nan_to_num(above) * kpi.factor / np.where(kpi.is_ratio & fits, below, 1.0)
    values = np.where(fits, np.maximum(values, 0.0) if kpi.unit is Unit.INDEX else values, np.nan)
    return {
        keys: Series(values[at], totals[at], broken[at], unsure[at], excused.get(keys))
        for keys, at in groups.items()
    }


def _broken(results: Sequence[KpiResult]) -> list[KpiResult]:
    """The results, with a break where another price set or method begins."""
    held: dict[tuple[str | None, ...], str] = {}
    found = []
    for result in results:
        keys = tuple(result.keys.values())
        if result.method and held.setdefault(keys, result.method) != result.method:
            held[keys] = result.method
            result = replace(result, flags=(Flag.DATA_BREAK, *result.flags))  # noqa: PLW2901
        found.append(result)
    return found


def nothing_loaded(kpi: Kpi, relation: Relation) -> Reason:
    """The reason where a relation has no rows for a KPI: it says what to load.

    Where several tables together give the relation, all of them are named.
    """
    lacking = kpi.within[1] if kpi.within else context.NOTHING_LOADED.get(relation.delivered_by)
    if lacking:
        return Reason(lacking)
    tables = dict.fromkeys(need.partition(".")[0] for need in kpi.needs)
    return Reason("not_loaded", {"tables": tuple(tables)})


def _sums(db: Transaction, question: Question | None, ask: Ask) -> pl.DataFrame:
    """What SQL added up, a row for each group and period; ``unlike`` as ``_unlike`` has it."""
    keys = [f"by{at}" for at in range(len(ask.by))]
    names = ("no", "above", "below", "covered", "base_units", "methods", "proxies", "longer")
    if question is None:
        return pl.DataFrame(schema=[*keys, *names[:4], "unlike"])
    sql, parameters = question
    several = "base_units > 1 or longer > 0 or coalesce(len(cast(methods as varchar[])), 0) > 1"
    return db.frame(
        f"select {', '.join((*keys, *names[:4]))}, {several} as unlike"
        f" from ({sql}) as found({', '.join((*keys, *names))})",
        parameters,
    )


def _question(kpi: Kpi, relation: Relation, ask: Ask, windows: Sequence[Period]) -> Question:
    """SQL that adds up by group and period: first by month, so that long periods cost no more."""
    needed = dict.fromkeys((*ask.by, *kpi.splits, *(kpi.method or ())[:1]))
    if kpi.in_base_units:
        needed["base_unit"] = None
    listed = "".join(f'{relation.dimensions[name]} as "{name}", ' for name in needed)
    listed += "r.begins, " if _spans(kpi, relation) else ""
    keys = "".join(f'cast("{name}" as varchar), ' for name in ask.by)
    shares = "".join(f", cast({sql} as double)" for sql in kpi.shares.values())
    units = (
        f"count(distinct coalesce(base_unit, '')) filter (where {relation.quantity} is not null)"
    )
    given = (
        f"cast({kpi.numerator} as double), cast({kpi.denominator or 'null'} as double),"
        f" cast({kpi.covered or '1'} as double), {units if kpi.in_base_units else '0'},"
        f" {_methods(kpi)}, cast({kpi.proxies or 'null'} as double),"
        f" {_longer(kpi, relation)}{shares}"
    )
    words = set(WORD.findall(given))
    measures = "".join(f", sum({name}) as {name}" for name in relation.measures if name in words)
    test, parameters = filter_sql(relation, ask.filters)
    first = min(window.first for window in windows)
    last = max(window.last for window in windows)
    sql = (
        f"with months as (select {listed}r.month{measures}"
        f" from {relation.source({*needed, *ask.filters})}"
        f" where r.month between ? and ? and {test} group by all)"
        f" select {keys}no, {given} from months join {periods_sql(windows)}"
        " on month between first and last group by all"
    )
    return sql, [first, last, *parameters]


def _spans(kpi: Kpi, relation: Relation) -> bool:
    """Whether figures may have been measured over more months than are asked for."""
    return relation.spans and MEASURE in kpi.splits


def _longer(kpi: Kpi, relation: Relation) -> str:
    """SQL of how many figures that count began before the period."""
    if not _spans(kpi, relation):
        return "0"
    named = literals(measures_named(kpi))
    return f"count(*) filter (where {MEASURE} in {named} and begins < first)"


def _methods(kpi: Kpi) -> str:
    """SQL of the price sets or methods that a figure rests on."""
    if kpi.method is None:
        return "null"
    dimension, measure = kpi.method
    return (
        f"list_sort(list(distinct {dimension})"
        f" filter (where {dimension} is not null and {measure} is not null))"
    )


def _judge(
    kpi: Kpi,
    ask: Ask,
    keys: Keys,
    periods: Sequence[Period],
    sums_of: Mapping[tuple[Keys, int], Sums],
    around: context.Surroundings,
    divided: activity.Divided | None,
) -> list[KpiResult]:
    """The results of a group: in each period its value, or the first reason why there is none.

    What does not change with the period is looked up once, and each result is made whole: a
    question can have a hundred thousand of them.
    """
    named = dict(zip(ask.by, keys, strict=True))
    categories = ask.categories(named)
    category = categories[0] if len(categories) == 1 else None
    excused = context.not_applicable(around.excused, kpi.strategy, categories)
    measure = divided.measure(category) if divided else None
    unmeasured = divided.unmeasured(category) if divided else None
    parts = divided.parts_of(keys) if divided else None
    silent = dict.fromkeys(kpi.shares)
    ratio, factor = kpi.is_ratio, kpi.factor
    results = []
    for no, (period, delivery) in enumerate(zip(periods, around.of_group(keys), strict=False)):
        sums = sums_of.get((keys, no))
        numerator, denominator, stated = (*sums[:2], sums.shares) if sums else NOTHING_ADDED
        shares = dict(zip(kpi.shares, stated, strict=True)) if stated else silent
        if parts:
            denominator = parts.at(no) if measure else None
        known = _known(kpi, sums)
        completeness = delivery.share * known
        flags = (*around.flags(keys, no, delivery), *_caveats(kpi, sums, known, completeness))
        value: float | None = None
        state, reason = State.NOT_COMPUTABLE, excused
        if reason:
            state, numerator, denominator = State.NOT_APPLICABLE, None, None
        else:
            reason = (
                _stated_on(kpi, period)
                or around.against(keys, no, delivery)
                or around.unkept(kpi.needs, delivery)
                or (_unlike(kpi, sums) if sums else None)
                or (unmeasured or parts.against(no, measure) if parts else None)
                or _too_little(kpi, known)
            )
            if numerator is None and (not ratio or divided):
                numerator = 0.0
            if reason is None and ratio:
                there = sums or divided
                reason = _indivisible(kpi, numerator, denominator) if there else NO_LINES
            if reason is None:
                numerator = numerator or 0.0
                state, value = State.VALUE, numerator * factor / (denominator or 1.0)
                value = max(0.0, value) if kpi.unit is Unit.INDEX else value
                flags = (*flags, *_above(kpi, numerator, denominator))
        made = KpiResult(
            code=kpi.code,
            period=period,
            keys=named,
            state=state,
            unit=kpi.unit,
            version=kpi.version,
            evidence=kpi.evidence,
            value=value,
            numerator=numerator,
            denominator=denominator,
            completeness=completeness,
            flags=flags,
            reason=reason,
            activity=measure,
            method=sums.methods[0] if sums and len(sums.methods) == 1 else None,
            sources=delivery.sources,
            shares=shares,
        )
        results.append(made)
    return results


NO_LINES: Final = Reason("no_lines")
NOTHING_ADDED: Final[tuple[None, None, tuple[float | None, ...]]] = (None, None, ())


def _above(kpi: Kpi, numerator: float, denominator: float | None) -> tuple[Flag, ...]:
    """The flag of a part that may be larger than its whole, and is."""
    above = kpi.beyond and numerator > (denominator or 0.0)
    return (Flag.ABOVE_WHOLE,) if above else ()


def _known(kpi: Kpi, sums: Sums | None) -> float:
    """The known share: 0 of a measured figure that nobody reported, 1 without order lines."""
    if sums is None:
        return 0.0 if MEASURE in kpi.splits else 1.0
    return 1.0 if sums.covered is None else sums.covered


def _caveats(kpi: Kpi, sums: Sums | None, known: float, completeness: float) -> tuple[Flag, ...]:
    """The flags that follow from what was added up."""
    proxy = (Flag.PROXY,) if sums and sums.proxies else ()
    if completeness >= 1 and known >= 1:
        return proxy
    gap = (Flag.FACTOR_GAP,) if known < 1 and kpi.unit in BY_FACTOR else ()
    return (*gap, *((Flag.INCOMPLETE,) if completeness < 1 else ()), *proxy)


def _stated_on(kpi: Kpi, period: Period) -> Reason | None:
    if kpi.only and period.kind not in kpi.only:
        return Reason("other_period", {"kinds": ", ".join(kpi.only)})
    return None


def _indivisible(kpi: Kpi, numerator: float | None, denominator: float | None) -> Reason | None:
    """The reason why a ratio has no value; refunds can make a part larger than the whole."""
    if not denominator:
        if denominator == 0:
            return Reason("zero_denominator")
        return Reason("nothing_known", {"columns": kpi.known_by or kpi.needs})
    most = float("inf") if kpi.beyond else denominator
    if denominator < 0 or (kpi.unit is Unit.PERCENT and not 0 <= (numerator or 0) <= most):
        return Reason("returns_exceed")
    return None


def _unlike(kpi: Kpi, sums: Sums) -> Reason | None:
    """The reason why what was added up is not of one unit, length or method."""
    if kpi.in_base_units and sums.base_units > 1:
        return Reason("mixed_units", {"count": sums.base_units})
    if sums.longer:
        return Reason("measured_longer")
    if len(sums.methods) > 1:
        return Reason("mixed_methods", {"methods": ", ".join(sums.methods)})
    return None


def _too_little(kpi: Kpi, known: float) -> Reason | None:
    if known < MIN_COMPLETENESS.value:
        seen = {"share": known, "needed": MIN_COMPLETENESS.value, "columns": kpi.known_by}
        return Reason("too_little_known", seen)
    return None


def rows_of_aggregates(
    db: Transaction, kpi: Kpi, ask: Ask, result: KpiResult, aggregates: tuple[str, str | None]
) -> tuple[SourceRows, ...]:
    """The rows that a figure rests on: those of its aggregates, and those of its activity.

    ``aggregates`` is SQL of the numerator and the denominator over the rows.
    """
    relation = choose_in(db, kpi.reads, ask.used)
    of_lines = relation.delivered_by == ORDERS
    numerator, denominator = aggregates
    found = [
        SourceRows(
            source=table,
            relation=RELATIONS["order_lines"] if of_lines else relation,
            periods=kpi.over_time.months(result.period),
            filters=_named(table, kpi, ask),
            splits=kpi.splits,
            numerator=_given(table, numerator),
            denominator=_given(table, denominator),
            covered=_given(table, kpi.covered),
            rolled=relation if of_lines and relation.name != "order_lines" else None,
        )
        for table in source_tables(relation.name)
    ]
    if kpi.per_activity and result.activity is not None:
        found.append(activity.activity_source_rows(db, relation, ask, result))
    return tuple(rows for rows in found if rows.aggregates)


def _named(table: SourceTable, kpi: Kpi, ask: Ask) -> Mapping[str, tuple[str, ...]]:
    """The filters, and where a table has several measures those that the aggregates name."""
    if table.names is None or table.names in ask.filters:
        return ask.filters
    return {**ask.filters, table.names: measures_named(kpi)}


def _given(table: SourceTable, aggregate: str | None) -> str | None:
    """The aggregate; None where the rows of the table have none of its measures."""
    if aggregate is None or table.gives is None:
        return aggregate
    return aggregate if table.gives & set(WORD.findall(aggregate)) else None


@dataclass(frozen=True)
class AddedUp(OverTime):
    """Figures that the aggregates of a KPI give over the months of a period.

    A ``window`` counts so many months instead, up to the last of the period.
    """

    window: int = 0

    def compute(self, db: Transaction, kpi: Kpi, ask: Ask) -> list[KpiResult]:
        """See ``added_up``."""
        return added_up(db, kpi, ask)

    def series(self, db: Transaction, kpi: Kpi, ask: Ask) -> dict[Keys, Series]:
        """See ``added_up_series``."""
        if kpi.method or privacy.PLACES & set(ask.used):
            return super().series(db, kpi, ask)
        return added_up_series(db, kpi, ask, periods_of(db, ask))

    def source_rows(
        self, db: Transaction, kpi: Kpi, ask: Ask, result: KpiResult
    ) -> tuple[SourceRows, ...]:
        """See ``OverTime.source_rows``."""
        return rows_of_aggregates(db, kpi, ask, result, (kpi.numerator, kpi.denominator))

    def months(self, period: Period) -> tuple[Period, ...]:
        """The window that ends with a period, or the period itself."""
        first = add_months(period.last, 1 - self.window) if self.window else period.first
        return (Period(first, period.last, period.kind),)


SUM: Final = AddedUp("sum", from_month_to_month=True, adds_months=True)
RATIO_OF_SUMS: Final = AddedUp("ratio_of_sums", from_month_to_month=True, divides_sums=True)
LAST: Final = AddedUp("last", window=1)
"""The state at the end of the period."""

DISTINCT_IN_WINDOW: Final = AddedUp(
    "distinct_in_window", window=12, looks_back=True, split_by="article"
)
"""Different values in the last twelve months; split by article, because one article can be counted
in several groups."""


@dataclass(frozen=True)
class ChangeInYear(OverTime):
    """What a sum is more or less than in the same period a year earlier.

    The numerator of a result is the later sum and its denominator the earlier one.
    """

    code: str = "change"
    forms: tuple[str, str] = ("change", "change")
    from_month_to_month: bool = True
    adds_months: bool = True
    in_parts: bool = False

    def compute(self, db: Transaction, kpi: Kpi, ask: Ask) -> list[KpiResult]:
        """See ``compute``."""
        summed = self.beneath(kpi)
        periods = periods_of(db, ask)
        earlier = [period.a_year_earlier() for period in periods]
        before = {
            _key(result, result.period): result for result in added_up(db, summed, ask, earlier)
        }
        return [
            _difference(result, before.get(_key(result, result.period.a_year_earlier())))
            for result in added_up(db, summed, ask, periods)
        ]

    def series(self, db: Transaction, kpi: Kpi, ask: Ask) -> dict[Keys, Series]:
        """The changes as numbers; what is broken in either period is."""
        if kpi.method or privacy.PLACES & set(ask.used):
            return super().series(db, kpi, ask)
        summed, periods = self.beneath(kpi), periods_of(db, ask)
        earlier = [period.a_year_earlier() for period in periods]
        before = added_up_series(db, summed, ask, earlier)
        return {
            keys: now._replace(
                values=now.values - before[keys].values,
                broken=now.broken | before[keys].broken,
                unsure=now.unsure | before[keys].unsure,
            )
            for keys, now in added_up_series(db, summed, ask, periods).items()
            if keys in before
        }

    def source_rows(
        self, db: Transaction, kpi: Kpi, ask: Ask, result: KpiResult
    ) -> tuple[SourceRows, ...]:
        """The rows of both periods."""
        earlier, later = (
            f"{kpi.numerator} filter (where {between('month', [period])})"
            for period in self.months(result.period)
        )
        return rows_of_aggregates(db, kpi, ask, result, (later, earlier))

    def months(self, period: Period) -> tuple[Period, ...]:
        """The same period a year earlier, and the period."""
        return (period.a_year_earlier(), period)

    def beneath(self, kpi: Kpi) -> Kpi:
        """The sum of which it is the change."""
        return replace(kpi, over_time=SUM)


CHANGE: Final = ChangeInYear()


def _key(result: KpiResult, period: Period) -> tuple[object, ...]:
    return (tuple(result.keys.values()), period)


def _difference(now: KpiResult, before: KpiResult | None) -> KpiResult:
    if now.state is not State.VALUE or before is None:
        return now
    if before.value is None or now.value is None:
        return replace(
            now,
            state=before.state,
            reason=before.reason,
            value=None,
            denominator=before.numerator,
            completeness=before.completeness,
        )
    known = [c for c in (now.completeness, before.completeness) if c is not None]
    return replace(
        now,
        value=now.value - before.value,
        denominator=before.value,
        completeness=min(known, default=None),
        flags=tuple(dict.fromkeys((*now.flags, *before.flags))),
    )
