"""The contract register: contracts to prepare, end dates, options and value.

A contract can be left or let go at its end or at an option. Preparation should have begun at that
moment less the notice and the months that its category needs; without any stated for the category
that is two years, which practice example 7 of the kit needed to look at a need afresh.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from nami_monitor.briefing.overview import LOOKED_AT, YEARS, RegisterChoices, register_choices
from nami_monitor.core.periods import Period, add_months, last_day, steps_in_year
from nami_monitor.core.words import PeriodKind
from nami_monitor.kpis import CATALOGUE, Ask, KpiResult, compute, latest_month
from nami_monitor.kpis.questions import RELATIONS, filter_sql, periods_of
from nami_monitor.kpis.targets import Where
from nami_monitor.store import Transaction

WINDOW: Final = "steer_contract_window"
FUNCTIONAL: Final = "rethink_functional_share"
STREAMS: Final = "rethink_stream_spend"
CARDS: Final = (WINDOW, FUNCTIONAL)
"""KPIs of which the page shows a card."""

CHARTED: Final = 48
"""Months of value and of spend that are charted; of other periods as many as an overview tells."""


@dataclass(frozen=True)
class ContractMoment:
    """A date at which a contract ends or can be extended: ``end`` or ``option``.

    ``preparation`` is how many months that takes, ``prepare_from`` when it should begin.
    """

    day: date
    kind: str
    preparation: float
    prepare_from: date


@dataclass(frozen=True)
class Contract:
    """A contract as the register states it; None where it states nothing.

    Args:
        note: a code instead of an end, such as ``rolling``.
        standing: what that means: ``running``, ``preparing``, ``ended`` or ``dropped``.
        runs: whether it counts as running in the month.
        counted: its value as it counts then: none for a framework whose call-offs state values.
        moments: its end and options, earliest first.
    """

    number: str
    title: str | None
    supplier: str | None
    category: str
    stream: str | None
    value: float | None
    starts_on: date | None
    ends_on: date | None
    note: str | None
    notice: float | None
    specification: str | None
    form: str | None
    status: str | None
    standing: str
    runs: bool
    counted: float | None
    moments: tuple[ContractMoment, ...] = ()

    @property
    def name(self) -> str:
        """Its title, or its number without one."""
        return self.title or self.number

    def coming(self, month: date) -> ContractMoment | None:
        """The soonest moment that is not past at the start of a month."""
        return next((one for one in self.moments if one.day >= month), None)

    def option(self, month: date) -> date | None:
        """The next option."""
        left = (one.day for one in self.moments if one.kind == "option" and one.day >= month)
        return next(left, None)

    def due(self, month: date) -> ContractMoment | None:
        """The soonest moment for which preparation should have begun by the end of a month."""
        until = last_day(month)
        reached = (one for one in self.moments if one.day >= month and one.prepare_from <= until)
        return next(reached, None) if self.runs else None

    def overdue(self, month: date) -> bool:
        """Whether its end date has passed while its status says running."""
        return self.standing == "running" and self.ends_on is not None and self.ends_on < month

    def current(self, month: date) -> bool:
        """Whether it runs, is in preparation, or should have its end mended."""
        return self.runs or self.standing == "preparing" or self.overdue(month)


@dataclass(frozen=True)
class Replacement:
    """A contract, or lots starting in the same month, that replace earlier contracts."""

    month: date
    names: tuple[str, ...]


@dataclass(frozen=True)
class ContractSplit:
    """Spend of successive contracts of which a successor covers one stream only.

    Args:
        family: the number of the oldest contract.
        periods: the periods, by their last month.
        total: spend by last month of the period; None where it cannot be computed, as when one of
            the contracts' sources is missing.
        streams: the same by stream; None where the lines do not say.
        replacements: where successors start, earliest first.
    """

    family: str
    name: str
    kind: str
    periods: Mapping[date, Period]
    total: Mapping[date, float | None]
    streams: Mapping[str | None, Mapping[date, float]]
    replacements: tuple[Replacement, ...]


@dataclass(frozen=True)
class CategoryContracts:
    """The number of running contracts by specification and form; None where it is not stated.

    ``value`` is euros of those that state a value, none of it twice; None when none does.
    """

    specification: str | None
    form: str | None
    count: int
    value: float | None


def _worth(contracts: Iterable[Contract]) -> float | None:
    stated = [one.counted for one in contracts if one.counted is not None]
    return sum(stated) if stated else None


@dataclass(frozen=True)
class ContractRegister:
    """The contract register at a month: first the contracts with the soonest moment.

    ``figures`` are the KPIs of the cards, from the period a year earlier to this one; ``values``
    euros of the running contracts, by month and category; ``splits`` families split in streams,
    most spend first.
    """

    month: date
    where: Where
    contracts: tuple[Contract, ...]
    figures: Mapping[str, tuple[KpiResult, ...]]
    values: Mapping[tuple[date, str], float]
    splits: tuple[ContractSplit, ...]

    @property
    def due(self) -> tuple[tuple[Contract, ContractMoment], ...]:
        """Contracts to start preparing now, the soonest moment first."""
        found = [(one, due) for one in self.contracts if (due := one.due(self.month))]
        return tuple(sorted(found, key=lambda pair: (pair[1].day, pair[0].number)))

    @property
    def overdue(self) -> tuple[Contract, ...]:
        """Contracts whose end is past while their status says that they run."""
        return tuple(one for one in self.contracts if one.overdue(self.month))

    @property
    def shapes(self) -> tuple[CategoryContracts, ...]:
        """The running contracts by specification and form, most first."""
        found: dict[tuple[str | None, str | None], list[Contract]] = {}
        for one in self.contracts:
            if one.runs:
                found.setdefault((one.specification, one.form), []).append(one)
        return tuple(
            CategoryContracts(*key, len(alike), _worth(alike))
            for key, alike in sorted(found.items(), key=lambda pair: -len(pair[1]))
        )

    @property
    def without_value(self) -> int:
        """How many contracts state no value."""
        return sum(one.value is None for one in self.contracts)

    @property
    def without_end(self) -> int:
        """How many state no end, with or without a note."""
        return sum(one.ends_on is None for one in self.contracts)

    @property
    def end_unsaid(self) -> int:
        """How many contracts state neither an end nor a note on why."""
        return sum(one.ends_on is None and one.note is None for one in self.contracts)


def choices(db: Transaction) -> RegisterChoices:
    """Read the categories with contracts and the months of which the register speaks."""
    ranked = "select category, count(*) as rank from contracts group by 1"
    return register_choices(db, "by_contract", ranked)


def register(
    db: Transaction, month: date, where: Where, kind: str = PeriodKind.MONTH
) -> ContractRegister:
    """Build the contract register at a month; of quarters and years the last that ended by then.

    Raises:
        UserError: as ``periods_of``.
    """
    ask = Ask(kind, month, 1 + steps_in_year(kind), where=where)
    month = periods_of(db, ask)[-1].last
    figures = {code: tuple(compute(db, CATALOGUE[code], ask)) for code in CARDS}
    values, splits = _values(db, month, where), _splits(db, ask, month)
    return ContractRegister(month, where, contracts(db, month, where), figures, values, splits)


def contracts(db: Transaction, month: date, where: Where) -> tuple[Contract, ...]:
    """Every contract; those with the soonest moment after a month first, those without one last."""
    test, parameters = filter_sql(RELATIONS["by_contract"], where)
    moments: dict[str, list[ContractMoment]] = {}
    for number, *rest in db.rows(
        "select contract_id, moment, kind, preparation_months, prepare_from from contract_moments"
        " order by moment, kind"
    ):
        moments.setdefault(number, []).append(ContractMoment(*rest))
    rows = db.rows(
        "select r.contract_id, title, supplier, category, stream, value_eur, starts_on, ends_on,"
        " ends_on_note, notice_months, specification, form, status, standing,"
        " running is not null, counted"
        " from contracts as r join contract_standings using (contract_id) left join"
        " (select contract_id, running, value_eur as counted from by_contract where month = ?)"
        f" using (contract_id) where {test}"
        " order by contract_id",
        [month, *parameters],
    )
    found = [replace(Contract(*row), moments=tuple(moments.get(row[0], ()))) for row in rows]

    def soonest(one: Contract) -> tuple[bool, date, str]:
        coming = one.coming(month) if one.current(month) else None
        return (coming is None, coming.day if coming else date.max, one.number)

    return tuple(sorted(found, key=soonest))


def _values(db: Transaction, month: date, where: Where) -> dict[tuple[date, str], float]:
    test, parameters = filter_sql(RELATIONS["by_contract"], where)
    rows = db.rows(
        "select r.month, r.category, sum(r.value_eur) from by_contract as r"
        f" where r.month between ? and ? and r.value_eur is not null and {test}"
        " group by 1, 2 order by 1, 2",
        [add_months(month, 1 - CHARTED), month, *parameters],
    )
    return {(at, category): float(value) for at, category, value in rows}


def _splits(db: Transaction, ask: Ask, month: date) -> tuple[ContractSplit, ...]:
    """Find the contract splits, with the spend of each contract by month."""
    replacements: dict[str, dict[date, list[str]]] = {}
    streamed = set()
    for family, starts, name, stream in db.rows(
        "select f.family, cast(date_trunc('month', k.starts_on) as date),"
        " coalesce(k.title, k.contract_id), k.stream"
        " from contract_families as f join contracts as k using (contract_id)"
        " where k.replaces is not null and k.starts_on is not null order by 1, 2, k.contract_id"
    ):
        replacements.setdefault(family, {}).setdefault(starts, []).append(name)
        if stream:
            streamed.add(family)
    latest = latest_month(db)
    if not streamed or latest is None:
        return ()
    ask = replace(
        ask,
        until=min(month, latest),
        last=CHARTED if ask.kind == PeriodKind.MONTH else LOOKED_AT.get(ask.kind, YEARS),
        by=("family", "stream"),
        where={**ask.where, "family": tuple(sorted(streamed))},
    )
    spent: dict[str, dict[str | None, dict[date, float]]] = {}
    totals: dict[str, dict[date, float | None]] = {}
    periods: dict[date, Period] = {}
    for result in compute(db, CATALOGUE[STREAMS], ask):
        family = result.keys["family"]
        if family is not None and result.value is not None:
            by_stream = spent.setdefault(family, {}).setdefault(result.keys["stream"], {})
            by_stream[result.month] = result.value
    for result in compute(db, CATALOGUE[STREAMS], replace(ask, by=("family",))):
        totals.setdefault(result.keys["family"] or "", {})[result.month] = result.value
        periods[result.month] = result.period
    called = dict(db.rows("select contract_id, coalesce(title, contract_id) from contracts"))
    found = [
        ContractSplit(
            *(family, called.get(family, family), ask.kind, periods, totals[family], streams),
            tuple(Replacement(at, tuple(own)) for at, own in sorted(replacements[family].items())),
        )
        for family, streams in spent.items()
        if any(value for months in streams.values() for value in months.values())
    ]
    return tuple(sorted(found, key=lambda one: -sum(value or 0 for value in one.total.values())))
