"""The context of a figure: deliveries, breaks, grain, and strategies that do not apply."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

from nami_monitor.core.periods import Period, add_months, month_range, months_between
from nami_monitor.core.words import Flag, Grain, PeriodKind, Strategy
from nami_monitor.kpis.questions import (
    OF_ORDERS,
    ORDERS,
    RELATIONS,
    Ask,
    Keys,
    Relation,
    filter_sql,
    periods_sql,
)
from nami_monitor.kpis.result import Reason
from nami_monitor.store import Transaction

FED_BY = (
    *("category", "channel", "source", "stream", "streamed", "contract"),
    *("programme", "project", "product", "product_group", "article"),
)
"""Dimensions by which sources differ: a group is fed by the sources that have its values. Locations
are not among them, so a missing month of a source counts for all locations."""

GRAINS = tuple(Grain)
COARSEST: Mapping[str, Grain] = {PeriodKind.QUARTER: Grain.QUARTER, PeriodKind.YEAR: Grain.YEAR}
"""The coarsest grain from which a period can be made; months for the other kinds."""

STEP = {Grain.QUARTER: 3, Grain.YEAR: 12}
"""How many months one figure of a grain stands for; one month for the others."""

NOTHING_LOADED = {
    ORDERS: "no_data",
    "by_request": "no_requests",
    "by_asset": "no_assets",
    "by_contract": "no_contracts",
}
"""The reason where nothing was loaded, by what delivers the months: it says what to load."""

EVENTS = "asset_events.kind"

DECIDED = (Strategy.REFUSE, Strategy.RETHINK, Strategy.REDUCE)

Exemptions = Mapping[tuple[str, str], Reason]


@dataclass(frozen=True, order=True)
class DeliveredMonth:
    """What a source delivered for a month, or for the longer span that begins there."""

    month: date
    source: str
    owed: bool
    share: float
    grain: Grain
    broken: bool


@dataclass(frozen=True)
class PeriodDelivery:
    """What the feeding sources delivered of what they owed in a period.

    Args:
        share: how much of what was owed is there, 0 to 1.
        missing: source and month of what is missing altogether.
        months: months that any source owes or delivered.
        grain: the coarsest of their grains.
        broken: whether a series breaks in the period.
        lacking: the reason why the period has no figure; None where it may have one.
    """

    share: float
    missing: tuple[tuple[str, date], ...]
    months: int
    sources: tuple[str, ...]
    grain: Grain
    broken: bool
    lacking: Reason | None = None


_Fed = tuple[frozenset[str], Period]
"""Sources, and a period in which they delivered."""


@dataclass(frozen=True)
class Surroundings:
    """The context of every group and period of a question.

    Args:
        groups: first month with lines, by the keys of all dimensions.
        deliveries: those of every period, by the keys of the feeding dimensions.
        excused: strategies that do not apply, by category and strategy.
        flagged: flags that hold for the whole database.
        empty: the reason where there is nothing at all; None where the KPI's needs tell it.
        uneventful: sources of assets that record no events.
        unconfirmed: the groups, by period's number, that rest on provisional codes.
    """

    by: tuple[str, ...]
    periods: tuple[Period, ...]
    groups: Mapping[Keys, date]
    deliveries: Mapping[Keys, Sequence[PeriodDelivery]]
    excused: Exemptions
    flagged: tuple[Flag, ...]
    empty: Reason | None
    uneventful: frozenset[str] = frozenset()
    unconfirmed: frozenset[tuple[Keys, int]] = frozenset()

    @property
    def knows_anything(self) -> bool:
        """Whether there is anything of any group; without, every period has the same reason."""
        return bool(self.groups or self.deliveries or self.unconfirmed)

    def of_group(self, keys: Keys) -> Sequence[PeriodDelivery]:
        """What was delivered for a group in each period."""
        fed = keys if self._all_feed else tuple(keys[at] for at in self._feeding)
        found = self.deliveries.get(fed)
        return self._nothing if found is None else found

    def delivery(self, keys: Keys, no: int) -> PeriodDelivery:
        """What was delivered for a group in a period."""
        return self.of_group(keys)[no]

    @cached_property
    def _nothing(self) -> tuple[PeriodDelivery, ...]:
        return tuple(_delivery((), period) for period in self.periods)

    @cached_property
    def _feeding(self) -> tuple[int, ...]:
        """Where the feeding dimensions stand in the keys."""
        return tuple(at for at, name in enumerate(self.by) if name in FED_BY)

    @cached_property
    def _all_feed(self) -> bool:
        return len(self._feeding) == len(self.by)

    def flags(self, keys: Keys, no: int, delivery: PeriodDelivery) -> tuple[Flag, ...]:
        """The flags of a group's figure in a period, for which something was delivered."""
        broken = (Flag.DATA_BREAK, *self.flagged) if delivery.broken else self.flagged
        unsure = self.unconfirmed and (keys, no) in self.unconfirmed
        return (*broken, Flag.PROVISIONAL) if unsure else broken

    def against(self, keys: Keys, no: int, delivery: PeriodDelivery) -> Reason | None:
        """The reason why a group has no figure in a period, before anything is divided."""
        began = self.groups.get(keys)
        if began is None:
            return self.empty
        if began > self.periods[no].last:
            return Reason("not_begun", {"first": began})
        return delivery.lacking

    def unkept(self, needs: Collection[str], delivery: PeriodDelivery) -> Reason | None:
        """The reason why no events means unknown: the sources of these assets record no events."""
        sources = delivery.sources
        if sources and EVENTS in needs and self.uneventful.issuperset(sources):
            return Reason("no_events")
        return None


def _undelivered(
    period: Period, grain: Grain, months: int, missing: Sequence[tuple[str, date]]
) -> Reason | None:
    """The reason why what was delivered gives no figure of a period."""
    coarsest = COARSEST.get(period.kind, Grain.MONTH)
    if GRAINS.index(grain) > GRAINS.index(coarsest):
        return Reason("grain_too_coarse", {"grain": grain})
    wanted = months_between(period.first, period.last) + 1
    if months < wanted:
        return Reason("outside_data", {"have": months, "wanted": wanted})
    if missing:
        source, month = missing[0]
        return Reason("missing_month", {"source": source, "month": month, "n": len(missing)})
    return None


def surroundings(
    db: Transaction, relation: Relation, ask: Ask, periods: Sequence[Period]
) -> Surroundings:
    """The context of a question."""
    lacking = NOTHING_LOADED.get(relation.delivered_by)
    uneventful = (
        "select source from by_asset group by source having"
        " sum(retired + failures + spoilt + reissued + matched + handed) = 0"
    )
    silent = db.rows_again(uneventful) if relation.delivered_by == "by_asset" else []
    groups = _groups(db, relation, ask)
    known = db.once(f"in periods\0{relation.delivered_by}", dict[_Fed, PeriodDelivery])
    deliveries = _deliveries(_feeds(db, relation, ask), _history(db, relation), periods, known)
    return Surroundings(
        *(ask.by, tuple(periods), groups, deliveries, exemptions(db), flags_of(db)),
        empty=Reason(lacking) if lacking else None,
        uneventful=frozenset(source for (source,) in silent),
        unconfirmed=unconfirmed(db, relation, ask, periods),
    )


CODE_OF: Final = {
    "categories": ("category", "r.category"),
    "locations": ("location", "r.location_id"),
    "products": ("product", "r.product_source || '/' || r.product_id"),
}
"""By kind of code the dimension of a relation that holds it, and the SQL of the code there."""


def unconfirmed(
    db: Transaction, relation: Relation, ask: Ask, periods: Sequence[Period]
) -> frozenset[tuple[Keys, int]]:
    """The groups of a question, by period's number, with rows under a provisional code.

    Where the roll-up that is read has no such codes, another one with the same lines tells.
    """
    codes: dict[str, list[str]] = defaultdict(list)
    for kind, source, code in db.rows_again("select kind, source, code from provisional"):
        codes[kind].append(f"{source}/{code}" if kind == "products" else code)
    found: set[tuple[Keys, int]] = set()
    for kind, (dimension, column) in CODE_OF.items() if codes and periods else ():
        reads = [relation.name] if relation.delivered_by != ORDERS else OF_ORDERS
        told = {*ask.used, dimension}
        seen = next((RELATIONS[x] for x in reads if told <= RELATIONS[x].dimensions.keys()), None)
        if codes[kind] and seen is not None:
            keys = "".join(f"{seen.dimensions[name]}, " for name in ask.by)
            test, parameters = filter_sql(seen, ask.filters)
            rows = db.rows_again(
                f"select distinct {keys}no from {seen.source(ask.used)}"
                f" join {periods_sql(periods)} on r.month between first and last"
                f" where {test} and {column} in (select unnest(?::varchar[]))",
                [*parameters, codes[kind]],
            )
            found |= {(tuple(row[:-1]), row[-1]) for row in rows}
    return frozenset(found)


def _groups(db: Transaction, relation: Relation, ask: Ask) -> dict[Keys, date]:
    keys = "".join(f"cast({relation.dimensions[name]} as varchar), " for name in ask.by)
    test, parameters = filter_sql(relation, ask.filters)
    rows = db.rows_again(
        f"select {keys}min(r.month) from {relation.source(ask.used)} where {test} group by all",
        parameters,
    )
    return {row[:-1]: row[-1] for row in rows if row[-1] is not None}


def _feeds(db: Transaction, relation: Relation, ask: Ask) -> dict[Keys, frozenset[str]]:
    """The sources that ever fed a group, by the keys of the feeding dimensions."""
    fed = [name for name in ask.by if name in FED_BY]
    filters = {name: values for name, values in ask.filters.items() if name in FED_BY}
    keys = "".join(f"cast({relation.dimensions[name]} as varchar), " for name in fed)
    test, parameters = filter_sql(relation, filters)
    rows = db.rows_again(
        f"select {keys}list(distinct r.source) from {relation.source({*fed, *filters})}"
        f" where {test} group by all",
        parameters,
    )
    return {row[:-1]: frozenset(row[-1]) for row in rows if row[-1]}


def _history(db: Transaction, relation: Relation) -> dict[str, dict[date, DeliveredMonth]]:
    """What each source owed and delivered, by month; a quarter stands under three months."""
    named = relation.delivered_by
    return db.once(
        f"history\0{named}",
        lambda: order_deliveries(db) if named == ORDERS else _register_deliveries(db, named),
    )


def _register_deliveries(db: Transaction, named: str) -> dict[str, dict[date, DeliveredMonth]]:
    """What each source of a register delivered, by month."""
    rows = db.rows_again(
        "select source, first_month, last_month from registers where relation = ?", [named]
    )
    return {
        source: {
            month: DeliveredMonth(month, source, owed=True, share=1, grain=Grain.LINE, broken=False)
            for month in month_range(first, last)
        }
        for source, first, last in rows
    }


def order_deliveries(db: Transaction) -> dict[str, dict[date, DeliveredMonth]]:
    """What each source of order lines owed and delivered, by month.

    A quarterly or yearly figure stands under each of its months.
    """
    rows = db.rows_again(
        "select s.month, s.source, s.owed, s.share, coalesce(g.grain, 'line'),"
        " (s.source, s.month) in (select (b.source, b.month) from breaks as b)"
        " from source_months as s left join"
        " (select source, arg_max(grain, batch) as grain from batches"
        " where undone_at is null group by source) as g on g.source = s.source"
        " where s.table_name = 'orders' order by s.month"
    )
    history: dict[str, dict[date, DeliveredMonth]] = defaultdict(dict)
    for month, source, owed, share, grain, broken in rows:
        delivered = DeliveredMonth(month, source, owed, share, Grain(grain), broken)
        for step in range(STEP.get(delivered.grain, 1)):
            history[source][add_months(month, step)] = delivered
    return history


def _deliveries(
    feeds: Mapping[Keys, frozenset[str]],
    history: Mapping[str, Mapping[date, DeliveredMonth]],
    periods: Sequence[Period],
    known: dict[_Fed, PeriodDelivery],
) -> dict[Keys, tuple[PeriodDelivery, ...]]:
    """What was delivered in each period; groups fed by the same sources share it.

    What is not ``known`` yet is worked out, and known from then on.
    """
    made = {}
    for sources in set(feeds.values()):
        fed = [history[source] for source in sources if source in history]
        for period in periods:
            if (sources, period) not in known:
                known[sources, period] = _delivery(fed, period)
        made[sources] = tuple(known[sources, period] for period in periods)
    return {keys: made[sources] for keys, sources in feeds.items()}


def _delivery(history: Sequence[Mapping[date, DeliveredMonth]], period: Period) -> PeriodDelivery:
    """What sources delivered of what they owed in one period."""
    months = {month: [h[month] for h in history if month in h] for month in period.months}
    found = sorted({delivered for present in months.values() for delivered in present})
    owed = [delivered.share for delivered in found if delivered.owed]
    missing = tuple((one.source, one.month) for one in found if one.owed and not one.share)
    there = sum(1 for present in months.values() if present)
    grain = max((delivered.grain for delivered in found), key=GRAINS.index, default=Grain.LINE)
    return PeriodDelivery(
        share=sum(owed) / len(owed) if owed else float(bool(found)),
        missing=missing,
        months=there,
        sources=tuple(sorted({delivered.source for delivered in found})),
        grain=grain,
        broken=any(delivered.broken and delivered.month in months for delivered in found),
        lacking=_undelivered(period, grain, there, missing),
    )


def not_applicable(
    excused: Exemptions, strategy: Strategy, categories: Collection[str | None]
) -> Reason | None:
    """Why a strategy applies to none of the categories; None where it applies to some.

    A figure that speaks of no category speaks of all.
    """
    found = [excused.get((category or "", strategy)) for category in categories]
    return found[0] if all(found) and found else None


def exemptions(db: Transaction) -> Exemptions:
    """The strategies that do not apply: the reason, by category and strategy."""
    columns = ", ".join(
        f"{s}_applies, {s}_reason, {s}_legal_basis, {s}_look_again_on" for s in DECIDED
    )
    found = {}
    test = " and ".join(f"{s}_applies" for s in DECIDED)
    sql = f"select category, {columns} from category_facts where not ({test})"
    for category, *stated in db.rows_again(sql):
        for at, strategy in enumerate(DECIDED):
            applies, reason, basis, again = stated[4 * at : 4 * at + 4]
            if applies is False:
                values = {"reason": reason or "-", "basis": basis or "-", "again": again}
                found[category, str(strategy)] = Reason("not_applicable", values)
    return found


def flags_of(db: Transaction) -> tuple[Flag, ...]:
    """The flags that hold for every figure of the database."""
    ((demo,),) = db.rows_again("select demo from meta")
    return (Flag.DEMO,) if demo else ()
