"""What the owner of a case asks, answered from the data at hand and as of its month.

A question belongs to no case by itself: the file of a case names those that it answers. What a KPI,
a comparison or a bridge gives already is taken from there.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import ceil
from typing import Any, Final

from nami_monitor.briefing.cases import (
    OF_CATEGORY,
    categories_of,
    kinds_of,
    last_month_of,
    needed_tables,
)
from nami_monitor.briefing.contracts import Contract, contracts
from nami_monitor.briefing.overview import LOOKED_AT, YEARS
from nami_monitor.core.periods import Period, add_months, months_between, period_at, steps_in_year
from nami_monitor.core.thresholds import PACE_MONTHS
from nami_monitor.core.words import CaseQuestion, PeriodKind, State
from nami_monitor.kit import Case, CaseFigure
from nami_monitor.kpis import CATALOGUE, Ask, KpiResult, compute
from nami_monitor.kpis.bridge import FamilySpend, spend_by_stream
from nami_monitor.kpis.interventions.comparison import Comparison, MonthlyMeans
from nami_monitor.kpis.interventions.evaluation import (
    Evaluation,
    compare_as_planned,
    in_primary_unit,
)
from nami_monitor.kpis.interventions.panel_data import read_panel_data
from nami_monitor.kpis.interventions.register import interventions
from nami_monitor.kpis.privacy import may_be_told
from nami_monitor.kpis.questions import Programme, latest_month, periods_of, programmes
from nami_monitor.kpis.result import Reason, absolute
from nami_monitor.store import Transaction

PROGRESS: Final = "steer_programme_progress"
PAPER: Final = "reduce_paper_per_voter"
VOLUME: Final = "reduce_volume_per_activity"
SPEND: Final = "impact_spend"
SECOND_LIFE: Final = "impact_second_life_share"
NON_RESPONSE: Final = "steer_non_response"


@dataclass(frozen=True)
class CaseAnswer:
    """The answer to a question of a case's owner from the data at hand.

    ``parts`` are of one kind for each question, one for each thing that it speaks of; without any,
    ``reason`` says why there is no answer.
    """

    question: CaseQuestion
    parts: tuple[Any, ...] = ()
    reason: Reason | None = None


@dataclass(frozen=True)
class Scope:
    """What answers speak of: a case, its categories, and a period of ``kinds_of``."""

    case: Case
    categories: tuple[str, ...]
    kind: str

    @property
    def where(self) -> dict[str, tuple[str, ...]]:
        """The filters of every answer."""
        return {"category": self.categories}

    def ask(self, last: int = 1, **where: tuple[str, ...]) -> Ask:
        """A question about the last periods of the kind, with further filters."""
        return Ask(self.kind, last=last, where={**self.where, **where})

    @property
    def back(self) -> int:
        """How many periods there are from the one before to this one, both counted."""
        return 1 + steps_in_year(self.kind)


Parts = tuple[Any, ...] | Reason


def answers(db: Transaction, case: Case, kind: str = "") -> tuple[CaseAnswer, ...]:
    """Answer the questions of a case; ``kind`` is as in ``monitor``."""
    categories = categories_of(db, case)
    kinds = kinds_of(db, case, categories)
    scope = Scope(case, categories, kind if kind in kinds else kinds[0])
    found = []
    for question in case.answers:
        parts = ANSWERS[question](db, scope)
        if isinstance(parts, Reason):
            found.append(CaseAnswer(question, reason=parts))
        else:
            found.append(CaseAnswer(question, parts))
    return tuple(found)


def _not_loaded(code: str) -> Reason:
    return Reason("not_loaded", {"tables": needed_tables(CATALOGUE[code])})


@dataclass(frozen=True)
class Pace:
    """How far a programme with a cap is, and where it ends if it goes on as it went.

    Args:
        progress: done of the cap, in the last month of which its plan reports.
        month: the month of the page.
        done: units done by that month.
        last_year: of those, in the twelve months before it.
        reason: why no pace can be told; None where it can.
    """

    programme: Programme
    progress: KpiResult
    month: date
    done: int
    last_year: int
    reason: Reason | None = None

    @property
    def cap(self) -> int:
        """How many units it has at most."""
        return int(self.progress.denominator or 0)

    @property
    def term(self) -> int:
        """The months of its term."""
        return len(self.programme.period.months)

    @property
    def passed(self) -> int:
        """How many of them have passed by the month of the page."""
        return min(self._months_until(self.month), self.term)

    @property
    def a_year(self) -> float:
        """Units done a year since the start."""
        return 12 * self.done / self._months_until(self.progress.month)

    @property
    def rates(self) -> tuple[float, float]:
        """Units done a year: since the start, and in the last twelve months."""
        return self.a_year, float(self.last_year)

    @property
    def left(self) -> int:
        """The months of the term after the last month reported."""
        return months_between(self.progress.month, self.programme.period.last)

    @property
    def needed(self) -> float | None:
        """Units a year that reach the cap by the end; None when the term is over."""
        return 12 * (self.cap - self.done) / self.left if self.left > 0 else None

    def at_end(self, rate: float) -> float:
        """Units done by the end at so many a year."""
        return self.done + rate * self.left / 12

    def reached(self, rate: float) -> date | None:
        """The month in which the cap is reached at so many a year; None when it never is."""
        if not rate:
            return None
        return add_months(self.progress.month, ceil(round(12 * (self.cap - self.done) / rate, 6)))

    @property
    def in_time(self) -> tuple[bool, bool]:
        """Whether the cap is reached by the end, at either of the ``rates``."""
        since, lately = (self.at_end(rate) >= self.cap for rate in self.rates)
        return since, lately

    def _months_until(self, month: date) -> int:
        return months_between(self.programme.period.first, month) + 1


def _pace(db: Transaction, scope: Scope) -> Parts:
    kpi = CATALOGUE[PROGRESS]
    month = last_month_of(db, kpi, scope.categories)
    known = programmes(db)
    reported = db.rows(
        "select programme, max(from_month) from unit_spans where status <> 'planned'"
        f" and {OF_CATEGORY} and from_month <= ? group by 1 order by 1",
        [list(scope.categories), month],
    )
    found = []
    for code, last in reported:
        if month is None or code not in known:
            continue
        at = min(last, known[code].period.last)
        where = {**scope.where, "programme": (code,)}
        history = compute(db, kpi, Ask(until=at, last=13, where=where))
        done, before = (int(one.numerator or 0) for one in (history[-1], history[0]))
        begun = months_between(known[code].period.first, at) + 1
        reason = history[-1].reason
        if reason is None and begun < PACE_MONTHS.value:
            reason = Reason("pace_young", {"n": begun, "least": int(PACE_MONTHS.value)})
        if reason is None and months_between(last, month) > PACE_MONTHS.value:
            reason = Reason("pace_old", {"month": last})
        found.append(Pace(known[code], history[-1], month, done, done - before, reason))
    return tuple(found) or _not_loaded(PROGRESS)


@dataclass(frozen=True)
class Answering:
    """What the units of a programme reported of a period, per unit that answered.

    Args:
        silence: the share that did not answer.
        before: the period before; None without one.
        reported: by measured figure, and by unit what it reported of the period.
        earlier: the same of the period before.
    """

    silence: KpiResult
    period: Period
    before: Period | None
    reported: Mapping[str, Mapping[str, float]]
    earlier: Mapping[str, Mapping[str, float]]

    def both(self, measure: str) -> tuple[str, ...]:
        """The units that reported a figure in both periods."""
        now, before = self.reported[measure], self.earlier.get(measure, {})
        return tuple(unit for unit in now if unit in before)


def per_unit(reported: Mapping[str, float], units: Sequence[str] | None = None) -> float | None:
    """The mean of what units reported, of all of them or of some; None without any."""
    values = list(reported.values()) if units is None else [reported[unit] for unit in units]
    return sum(values) / len(values) if values else None


def _per_answer(db: Transaction, scope: Scope) -> Parts:
    periods = periods_of(db, scope.ask(2))
    if not periods:
        return _not_loaded(NON_RESPONSE)
    (silence,) = compute(db, CATALOGUE[NON_RESPONSE], scope.ask()) or (None,)
    reported = [_reported(db, scope, period) for period in periods]
    if silence is None or not reported[-1]:
        return Reason("not_loaded", {"tables": ("measurements", "programme_units", "programmes")})
    earlier = reported[0] if len(periods) > 1 else {}
    before = periods[0] if len(periods) > 1 else None
    return (Answering(silence, periods[-1], before, reported[-1], earlier),)


def _reported(db: Transaction, scope: Scope, period: Period) -> dict[str, dict[str, float]]:
    """What units of programmes reported of a period, by measured figure."""
    found: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for measure, unit, value in db.rows(
        "select measure, project, sum(value) from by_project where reports > 0"
        f" and {OF_CATEGORY} and begins >= ? and month between ? and ?"
        " and project in (select unit_id from unit_spans) group by 1, 2 order by 1, 2",
        [list(scope.categories), period.first, period.first, period.last],
    ):
        found[measure][unit] = value
    return dict(found)


def _second_life(db: Transaction, scope: Scope) -> Parts:
    """The shares of the last periods, oldest first; their numbers are kilograms."""
    results = compute(db, CATALOGUE[SECOND_LIFE], scope.ask(LOOKED_AT.get(scope.kind, YEARS)))
    told = tuple(one for one in results if one.state is State.VALUE)
    return told or (results[-1].reason if results else None) or _not_loaded(SECOND_LIFE)


@dataclass(frozen=True)
class ElectionPaper:
    """The paper of an election, in total and by component.

    ``components`` are kilograms per voter; None stands for what the data does not name.
    """

    total: KpiResult
    components: Mapping[str | None, float]


def _paper(db: Transaction, scope: Scope) -> Parts:
    """The last elections of one kind, oldest first."""
    kpi, ask = CATALOGUE[PAPER], scope.ask(YEARS)
    results = compute(db, kpi, ask)
    by_component = compute(db, kpi, replace(ask, by=("component",)))
    found = tuple(
        ElectionPaper(
            total,
            {
                part.keys["component"]: part.numerator / total.denominator
                for part in by_component
                if part.period == total.period and part.numerator and total.denominator
            },
        )
        for total in results
        if total.state is State.VALUE
    )
    return found or (results[-1].reason if results else None) or _not_loaded(PAPER)


@dataclass(frozen=True)
class ContractTerm:
    """A contract that runs, and how much of its term has passed by a month."""

    contract: Contract
    month: date

    @property
    def months(self) -> tuple[int, int] | None:
        """Months passed and months of the term; None where its start or end is not stated."""
        begin, end = self.contract.starts_on, self.contract.ends_on
        if begin is None or end is None:
            return None
        whole = months_between(begin, end) + 1
        return min(months_between(begin, self.month) + 1, whole), whole


def _contracts(db: Transaction, scope: Scope) -> Parts:
    month = latest_month(db)
    running = contracts(db, month, scope.where) if month else ()
    found = tuple(ContractTerm(one, month) for one in running if month and one.runs)
    return found or Reason("no_contracts")


@dataclass(frozen=True)
class ChannelVolume:
    """What was ordered through a channel in a period, and in the one before.

    Args:
        channel: None for what the data does not name, and for all channels together.
        whole: whether it is all channels together.
        where: the filters of the figures.
        after: volume per activity in the period.
        before: the same a year earlier; None without one.
    """

    channel: str | None
    whole: bool
    where: Mapping[str, tuple[str, ...]]
    after: KpiResult
    before: KpiResult | None


def _channels(db: Transaction, scope: Scope) -> Parts:
    """Each channel, most ordered first, and all together last."""
    figure = next((one for one in scope.case.figures if one.code == VOLUME), CaseFigure(VOLUME))
    ask = scope.ask(scope.back, **figure.where)
    found: list[ChannelVolume] = []
    for by in (("channel",), ()):
        history: defaultdict[str | None, list[KpiResult]] = defaultdict(list)
        for result in compute(db, CATALOGUE[VOLUME], replace(ask, by=by)):
            history[result.keys.get("channel")].append(result)
        own = [
            ChannelVolume(name, not by, ask.where, told[-1], told[0] if told[1:] else None)
            for name, told in history.items()
        ]
        found += sorted(own, key=lambda one: -(one.after.numerator or 0.0))
    if not found or absolute(found[-1].after) is None:
        return (found[-1].after.reason if found else None) or _not_loaded(VOLUME)
    return tuple(found)


@dataclass(frozen=True)
class PlainNumbers:
    """What was ordered a month in the channels of a measure, at its locations and at the rest.

    The means are of one location; None where there is nothing to compare.
    """

    treated: MonthlyMeans | None
    others: MonthlyMeans | None


@dataclass(frozen=True)
class MeasureNumbers:
    """The plain numbers of a measure beside its evaluation: target first, then substitute.

    ``numbers`` is empty where nothing can be compared, as the evaluation says.
    """

    evaluation: Evaluation
    numbers: tuple[PlainNumbers, ...]


def _measures(db: Transaction, scope: Scope) -> Parts:
    found = [one for one in in_primary_unit(db) if one.intervention.category in scope.categories]
    if not found:
        known = any(one.category in scope.categories for one in interventions(db))
        return Reason("none_in_force" if known else "no_interventions")
    data = db.once("interventions", lambda: read_panel_data(db))
    return tuple(
        MeasureNumbers(one, _numbers(compare_as_planned(one.intervention, data), one))
        for one in found
    )


def _numbers(found: object, one: Evaluation) -> tuple[PlainNumbers, ...]:
    if not isinstance(found, Comparison) or not found.window.post or not one.readable:
        return ()
    sets = (found.outcomes.target, found.outcomes.substitute)
    return tuple(
        PlainNumbers(*(found.means(parts, one.unit, at) for at in (found.treated, ~found.treated)))
        for parts in sets
    )


@dataclass(frozen=True)
class SplitContract:
    """What changed per stream since a contract was split, twelve months against twelve.

    ``family`` is the number of the oldest of the successive contracts.
    """

    family: str
    since: date
    spend: FamilySpend


def _streams(db: Transaction, scope: Scope) -> Parts:
    month = latest_month(db)
    found = []
    for family, since in db.rows(
        "select f.family, month_of(min(k.starts_on)) from contract_families as f"
        " join contracts as k using (contract_id) where k.replaces is not null"
        f" and k.stream is not null and k.starts_on is not null and k.{OF_CATEGORY}"
        " group by 1 order by 2, 1",
        [list(scope.categories)],
    ):
        if month is None or since > month:
            continue
        there = months_between(since, month) + 1
        if there < PACE_MONTHS.value:
            values = {"n": there, "least": int(PACE_MONTHS.value), "month": since}
            return Reason("split_young", values)
        before = Period(add_months(since, -12), add_months(since, -1), PeriodKind.R12)
        ask = Ask(where={**scope.where, "family": (family,)})
        spend = spend_by_stream(db, ask, before, period_at(PeriodKind.R12, month))
        if spend.before.reason is not None:
            return spend.before.reason
        found.append(SplitContract(family, since, spend))
    return tuple(found) or Reason("no_streams")


@dataclass(frozen=True)
class IdleAsset:
    """Something that was noticed as surplus and that nobody took since."""

    asset: str
    location: str
    noticed_on: date


@dataclass(frozen=True)
class Idle:
    """What stands idle at a month, beside what is bought new.

    Args:
        count: how many pieces stand idle.
        longest: the day on which the first of them was noticed; None without any.
        told: those that may be told one by one, the longest first.
        pieces: what was bought new, whose numerator is base units.
        spend: what that cost.
    """

    month: date
    count: int
    longest: date | None
    told: tuple[IdleAsset, ...]
    pieces: KpiResult
    spend: KpiResult

    @property
    def bought(self) -> float | None:
        """How many base units were bought new; None where that is not known."""
        known = absolute(self.pieces)
        return known.value if known else None

    @property
    def worth(self) -> float | None:
        """What as many new pieces would cost at the mean price paid, EUR; None without one."""
        if not self.bought or self.spend.value is None:
            return None
        return self.count * self.spend.value / self.bought


NOTICED: Final = (
    "select a.asset_id, a.location_id, a.category, max(e.happened_on)"
    " filter (where e.kind = 'surplus_noticed') as noticed, max(e.happened_on)"
    " filter (where e.kind in ('surplus_matched', 'reissue', 'retired')) as taken"
    " from asset_events as e join asset_lives as a using (asset_id)"
    f" where not a.spoilt and a.{OF_CATEGORY} group by 1, 2, 3"
)
"""When each asset was last noticed as surplus, and last taken or left."""


def _idle(db: Transaction, scope: Scope) -> Parts:
    month = latest_month(db)
    if month is None or not db.rows_again("select 1 from by_asset limit 1"):
        return Reason("not_loaded", {"tables": ("assets", "asset_events", "orders")})
    idle = (
        f"with noticed as ({NOTICED}) %s from noticed where noticed > coalesce(taken, '0001-01-01')"
    )
    categories = [list(scope.categories)]
    ((count, longest),) = db.rows(idle % "select count(*), min(noticed)", categories)
    told = db.rows(
        idle % "select asset_id, location_id, noticed"
        + f" and {may_be_told(db, 'assets')} order by noticed, asset_id",
        categories,
    )
    new = scope.ask(condition=("new",))
    (pieces,), (spend,) = (compute(db, CATALOGUE[code], new) for code in (VOLUME, SPEND))
    listed = tuple(IdleAsset(*row) for row in told)
    return (Idle(month, count, longest, listed, pieces, spend),)


ANSWERS: Final[Mapping[CaseQuestion, Callable[[Transaction, Scope], Parts]]] = {
    CaseQuestion.PACE: _pace,
    CaseQuestion.PER_ANSWER: _per_answer,
    CaseQuestion.SECOND_LIFE: _second_life,
    CaseQuestion.PAPER: _paper,
    CaseQuestion.CONTRACTS: _contracts,
    CaseQuestion.CHANNELS: _channels,
    CaseQuestion.MEASURES: _measures,
    CaseQuestion.STREAMS: _streams,
    CaseQuestion.IDLE: _idle,
}
