"""What surrounds a figure: deliveries, breaks, grain, and strategies that do not apply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from nami_monitor.core.periods import Period
from nami_monitor.core.words import Flag, Grain, PeriodKind, Strategy
from nami_monitor.kpis.relations import Relation
from nami_monitor.kpis.result import Reason
from nami_monitor.kpis.scope import Ask, filter_sql, periods_sql
from nami_monitor.store import Transaction

FED_BY = ("category", "channel", "source", "stream", "contract")
"""Dimensions that tell which sources feed a group; a missing month strikes all its locations."""

GRAINS = tuple(Grain)
FINEST = {
    PeriodKind.MONTH: Grain.MONTH,
    PeriodKind.QUARTER: Grain.QUARTER,
    PeriodKind.YEAR: Grain.YEAR,
    PeriodKind.YTD: Grain.MONTH,
    PeriodKind.R12: Grain.MONTH,
}
"""The coarsest grain from which a period can be made."""

STEP = {Grain.QUARTER: 3, Grain.YEAR: 12, Grain.MONTH: 1, Grain.DAY: 1, Grain.LINE: 1}
"""How many months one delivery of a grain stands for."""

DECIDED = (Strategy.REFUSE, Strategy.RETHINK, Strategy.REDUCE)

Keys = tuple[str | None, ...]


@dataclass(frozen=True)
class Delivery:
    """What the feeding sources delivered of what they owed in a period.

    Args:
        share: how much of what was owed is there, 0 to 1.
        missing: source and month of what is missing altogether.
        months: months that any source owes or delivered.
        sources: the sources.
        broken: whether a series breaks in the period.
    """

    share: float
    missing: tuple[tuple[str, date], ...]
    months: int
    sources: tuple[str, ...]
    broken: bool


NOTHING = Delivery(0.0, (), 0, (), broken=False)


@dataclass(frozen=True)
class Around:
    """The surroundings of every group and period of a question.

    Args:
        by: the question's dimensions.
        periods: its periods.
        groups: first month with lines, by the keys of all dimensions.
        deliveries: by the keys of the feeding dimensions and the period's number.
        coarse: the coarsest grain of the feeding sources, by the same keys.
        excused: strategies that do not apply, by category and strategy.
        flagged: flags that hold for the whole database.
    """

    by: tuple[str, ...]
    periods: tuple[Period, ...]
    groups: Mapping[Keys, date]
    deliveries: Mapping[tuple[Keys, int], Delivery]
    coarse: Mapping[Keys, Grain]
    excused: Mapping[tuple[str, str], Reason]
    flagged: tuple[Flag, ...]

    def _fed(self, keys: Keys) -> Keys:
        return tuple(k for name, k in zip(self.by, keys, strict=True) if name in FED_BY)

    def delivery(self, keys: Keys, no: int) -> Delivery:
        """What was delivered for a group in a period."""
        return self.deliveries.get((self._fed(keys), no), NOTHING)

    def flags(self, keys: Keys, no: int) -> tuple[Flag, ...]:
        """What a reader must know beside the figure."""
        broken = (Flag.DATA_BREAK,) if self.delivery(keys, no).broken else ()
        return (*broken, *self.flagged)

    def not_applicable(self, strategy: Strategy, category: str | None) -> Reason | None:
        """The reason for which a strategy does not apply to a category."""
        return None if category is None else self.excused.get((category, strategy))

    def against(self, keys: Keys, no: int) -> Reason | None:
        """What stands against a figure before anything is divided."""
        return _begun(self.groups.get(keys), self.periods[no]) or self._undelivered(keys, no)

    def _undelivered(self, keys: Keys, no: int) -> Reason | None:
        period = self.periods[no]
        grain = self.coarse.get(self._fed(keys), Grain.LINE)
        wanted = _wanted(period)
        if GRAINS.index(grain) > GRAINS.index(wanted):
            return Reason("grain_too_coarse", {"grain": grain})
        delivery = self.delivery(keys, no)
        if delivery.months * STEP[grain] < len(period.months):
            return Reason("outside_data", {"have": delivery.months, "wanted": len(period.months)})
        missing = delivery.missing
        if missing:
            return Reason(
                "missing_month",
                {"source": missing[0][0], "month": missing[0][1], "n": len(missing)},
            )
        return None


def _begun(began: date | None, period: Period) -> Reason | None:
    if began is None:
        return Reason("no_data")
    if began > period.last:
        return Reason("not_begun", {"first": began})
    return None


def _wanted(period: Period) -> Grain:
    known = period.kind in set(PeriodKind)
    return FINEST[PeriodKind(period.kind)] if known else Grain.MONTH


def around(db: Transaction, relation: Relation, ask: Ask, periods: Sequence[Period]) -> Around:
    """Gather the surroundings of a question."""
    fed = [name for name in ask.by if name in FED_BY]
    deliveries, coarse = _deliveries(db, relation, ask, fed, periods)
    return Around(
        by=ask.by,
        periods=tuple(periods),
        groups=_groups(db, relation, ask),
        deliveries=deliveries,
        coarse=coarse,
        excused=_excused(db),
        flagged=_flagged(db),
    )


def _groups(db: Transaction, relation: Relation, ask: Ask) -> dict[Keys, date]:
    keys = "".join(f"{relation.dimensions[name]}, " for name in ask.by)
    test, parameters = filter_sql(relation, ask.filters)
    rows = db.rows(
        f"select {keys}min(r.month) from {relation.source(ask.used)} where {test} group by all",
        parameters,
    )
    return {row[:-1]: row[-1] for row in rows if row[-1] is not None}


def _deliveries(
    db: Transaction, relation: Relation, ask: Ask, fed: Sequence[str], periods: Sequence[Period]
) -> tuple[dict[tuple[Keys, int], Delivery], dict[Keys, Grain]]:
    filters = {name: values for name, values in ask.filters.items() if name in FED_BY}
    known = [name for name in fed if name in relation.dimensions]
    keys = "".join(f"{relation.dimensions[name]} as f{i}, " for i, name in enumerate(known))
    test, parameters = filter_sql(relation, filters)
    by = "".join(f"f{i}, " for i in range(len(known)))
    rows = db.rows(
        f"with feeds as (select distinct {keys}r.source from"
        f" {relation.source({*known, *filters})} where {test}),"
        " grains as (select source, arg_max(grain, batch) as grain from batches"
        " where undone_at is null group by source),"
        " broken as (select distinct source, month from breaks)"
        f" select {by}no, avg(s.share) filter (where s.owed),"
        " list((s.source, s.month) order by s.month, s.source)"
        " filter (where s.owed and s.share = 0),"
        " count(distinct s.month), list(distinct s.source order by s.source),"
        " bool_or(b.month is not null),"
        " list(distinct g.grain)"
        " from feeds join source_months as s on s.source = feeds.source"
        " and s.table_name = 'orders'"
        " left join grains as g on g.source = feeds.source"
        " left join broken as b on b.source = s.source and b.month = s.month"
        f" join {periods_sql(periods)} on s.month between first and last group by all",
        parameters,
    )
    deliveries: dict[tuple[Keys, int], Delivery] = {}
    coarse: dict[Keys, Grain] = {}
    for row in rows:
        own = row[: len(known)]
        no, share, missing, months, sources, broken, grains = row[len(known) :]
        deliveries[own, no] = Delivery(
            1.0 if share is None else float(share),
            tuple(missing or ()),
            months,
            tuple(sources),
            broken=bool(broken),
        )
        found = [Grain(grain) for grain in grains if grain]
        coarse[own] = max([coarse.get(own, Grain.LINE), *found], key=GRAINS.index)
    return deliveries, coarse


def _excused(db: Transaction) -> dict[tuple[str, str], Reason]:
    found = {}
    for strategy in DECIDED:
        for category, reason, basis, again in db.rows(
            f"select category, {strategy}_reason, {strategy}_legal_basis,"
            f" {strategy}_look_again_on from categories where {strategy}_applies = false"
        ):
            values = {"reason": reason or "-", "basis": basis or "-", "again": again}
            found[category, str(strategy)] = Reason("not_applicable", values)
    return found


def _flagged(db: Transaction) -> tuple[Flag, ...]:
    demo = db.value("select demo from meta")
    provisional = db.value("select count(*) from provisional")
    return (
        *((Flag.DEMO,) if demo else ()),
        *((Flag.PROVISIONAL,) if provisional else ()),
    )
