"""The five conclusions of the kit, each shown on the organisation's own data."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from nami_monitor.briefing.figure_signals import SignalScope
from nami_monitor.briefing.signals import AHA, COUNTED, fall_name, of_falls
from nami_monitor.core.words import RUNG_OF_STRATEGY, PeriodKind, Rung, Strategy
from nami_monitor.ingest.personal import signature
from nami_monitor.kpis import CATALOGUE, Ask, KpiResult, compute, latest_month
from nami_monitor.kpis.catalogue.steer import STEER_YEAR_END_SHARE
from nami_monitor.kpis.interventions.register import interventions, listed
from nami_monitor.kpis.over_time.added_up import added_up
from nami_monitor.kpis.questions import periods_of
from nami_monitor.signals.signal_rules import Signal
from nami_monitor.store import Transaction
from nami_monitor.store.journal import JournalEntry, current, record

DECEMBER: Final = 12
EVEN: Final = 100 / 12
"""December's share of a year in which all months are alike, %."""

YEARS: Final = 10
"""How far back it looks."""

LEAST: Final = 2
"""Earlier years without which there is no seasonality to speak of."""


@dataclass(frozen=True)
class YearEnd:
    """The references of December's share in a year: those of earlier years with a figure.

    In %, by year, oldest first.
    """

    year: int
    earlier: tuple[tuple[int, float], ...]

    @property
    def usual(self) -> tuple[float, float, float] | None:
        """Mean, lowest and highest share of the earlier years; None with fewer than two."""
        shares = [share for _, share in self.earlier]
        if len(shares) < LEAST:
            return None
        return sum(shares) / len(shares), min(shares), max(shares)


def year_end(db: Transaction, ask: Ask) -> YearEnd | None:
    """What the December of a question is held against, with the same filters.

    The question's last period, a year or twelve rolling months, holds one December. None for other
    kinds of period, and without any month.
    """
    if ask.kind not in STEER_YEAR_END_SHARE.only:
        return None
    ask = replace(ask, last=1, by=())
    periods = periods_of(db, ask)
    if not periods:
        return None
    last = periods[-1].last
    year = last.year if last.month == DECEMBER else last.year - 1
    before = replace(ask, kind=PeriodKind.YEAR, until=date(year - 1, DECEMBER, 1), last=YEARS)
    results = added_up(db, STEER_YEAR_END_SHARE, before)
    return YearEnd(
        year,
        tuple(
            (result.period.last.year, result.value)
            for result in results
            if result.value is not None
        ),
    )


YEAR_END: Final = "steer_year_end_share"
PREVENTED: Final = "refuse_avoided_spend"
OWN_SHARE: Final = "steer_volume_share"
CONFIRMED, REJECTED = "confirmed", "rejected"


@dataclass(frozen=True)
class MeasureDisciplines:
    """The disciplines of an intervention, and its policy.

    ``missing`` are the roles that its category names and that are not on record.
    """

    title: str
    category: str
    status: str
    present: tuple[str, ...]
    missing: tuple[str, ...]
    policy: str | None


@dataclass(frozen=True)
class December:
    """December's share of the spend of a category in the last whole year, %.

    ``usual`` is its mean share in earlier years, %, None with fewer than two; ``prevented`` euros
    of needs that were met without a purchase in that year.
    """

    category: str
    result: KpiResult
    usual: float | None
    prevented: KpiResult | None


@dataclass(frozen=True)
class HiddenReduction:
    """A real fall in volume without a sustainable intervention on record.

    The ``answer`` is None while nobody gave one.
    """

    signal: Signal
    answer: JournalEntry | None

    @property
    def rung(self) -> Rung:
        """Where the R-ladder puts it: R0 when nothing is bought any more, else R2."""
        gone = self.signal.numbers["part"] == 1
        return RUNG_OF_STRATEGY[Strategy.REFUSE if gone else Strategy.REDUCE]

    @property
    def name(self) -> str:
        """The journal name of its answer, one a year for the same product group."""
        return fall_name(self.signal)


@dataclass(frozen=True)
class Conclusions:
    """The data of the five conclusions.

    ``tables`` are the measures with their disciplines and policy, latest first; ``own_share`` that
    of a supplier's or joint volume; ``decembers`` by category, the highest share first; ``falls``
    those to be confirmed or rejected, and those that were, of which ``counted`` says how many; None
    without data.
    """

    month: date | None
    tables: tuple[MeasureDisciplines, ...]
    own_share: KpiResult | None
    decembers: tuple[December, ...]
    falls: tuple[HiddenReduction, ...]
    counted: KpiResult | None = None

    @property
    def together(self) -> int:
        """Measures with more than one discipline on record."""
        return sum(len(one.present) > 1 for one in self.tables)

    @property
    def linked(self) -> int:
        """Measures that are linked to a policy."""
        return sum(one.policy is not None for one in self.tables)

    @property
    def open(self) -> tuple[HiddenReduction, ...]:
        """Hidden reductions without an answer."""
        return tuple(one for one in self.falls if one.answer is None)


def conclusions(db: Transaction) -> Conclusions:
    """Compute the five conclusions at the last month with data."""
    month = latest_month(db)
    if month is None:
        return Conclusions(None, (), None, (), ())
    year = Ask(kind=PeriodKind.YEAR, until=month)
    own_share = next(iter(compute(db, CATALOGUE[OWN_SHARE], year)), None)
    answers = current(db, AHA)
    falls = tuple(
        HiddenReduction(one, answers.get(fall_name(one)))
        for one in of_falls(db, SignalScope(month, {}), answered=True)
    )
    counted = next(iter(compute(db, CATALOGUE[COUNTED], Ask(until=month))), None)
    return Conclusions(month, _tables(db, month), own_share, _decembers(db, month), falls, counted)


def _tables(db: Transaction, month: date) -> tuple[MeasureDisciplines, ...]:
    """The measures that had begun."""
    rows = db.rows("select category, roles from categories where roles is not null")
    wanted = {category: listed(roles) for category, roles in rows}
    return tuple(
        MeasureDisciplines(
            *(one.title, one.category, one.status, one.disciplines),
            tuple(role for role in wanted.get(one.category, ()) if role not in one.disciplines),
            one.policy,
        )
        for one in reversed(interventions(db))
        if one.start_month <= month
    )


def _decembers(db: Transaction, month: date) -> tuple[December, ...]:
    ask = Ask(kind=PeriodKind.YEAR, until=month, by=("category",))
    prevented = {one.keys["category"]: one for one in compute(db, CATALOGUE[PREVENTED], ask)}
    found = []
    for one in compute(db, CATALOGUE[YEAR_END], ask):
        category = one.keys["category"] or ""
        where = {"category": (category,)}
        beside = year_end(db, Ask(kind=PeriodKind.YEAR, until=month, where=where))
        usual = beside.usual if beside else None
        found.append(December(category, one, usual[0] if usual else None, prevented.get(category)))
    return tuple(sorted(found, key=lambda one: -(one.result.value or 0.0)))


def answer(db: Transaction, name: str, said: str | None, who: str) -> None:
    """Record ``confirmed`` or ``rejected`` for a hidden reduction's name; None withdraws it.

    Raises:
        UserError: ``entry.who`` when nobody says who answers, ``personal.address``.
    """
    record(db, AHA, name, None if said is None else {"answer": said}, signature(who))


def shares(found: Sequence[HiddenReduction]) -> tuple[float, float]:
    """Euros and kilograms a year of the falls that were confirmed, as far as they are known."""
    confirmed = [
        one.signal.numbers
        for one in found
        if one.answer and one.answer.body and one.answer.body["answer"] == CONFIRMED
    ]
    euros, kilos = (
        sum(value for one in confirmed if isinstance(value := one.get(unit), float))
        for unit in ("eur", "kg")
    )
    return euros, kilos
