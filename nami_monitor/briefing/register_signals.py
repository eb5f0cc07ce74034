"""Signals from registers and batches: interventions, contracts, assets, requests, hidden falls."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from nami_monitor.briefing.contracts import contracts
from nami_monitor.briefing.figure_signals import SPEND, SignalScope
from nami_monitor.briefing.overview import SPARK_MONTHS, data_breaks
from nami_monitor.core.errors import UserError
from nami_monitor.core.periods import add_months, months_between
from nami_monitor.core.thresholds import UNSURE
from nami_monitor.core.words import KitSignal, PeriodKind, State, Unit
from nami_monitor.kpis import CATALOGUE, Ask, compute
from nami_monitor.kpis.interventions.evaluation import Evaluation, evaluations
from nami_monitor.kpis.interventions.register import Intervention
from nami_monitor.kpis.interventions.register import interventions as registered
from nami_monitor.kpis.over_time.hidden_reductions import BY, explanations, goods, unnamed
from nami_monitor.kpis.questions import RELATIONS, filter_sql
from nami_monitor.signals.figure_rules import (
    few_refused,
    long_contract,
    one_discipline,
    recent,
    retired_early,
    rolling_out,
)
from nami_monitor.signals.intervention_signals import fading, of_effect
from nami_monitor.signals.signal import Seen, Signal
from nami_monitor.store import Transaction
from nami_monitor.store.journal import current

YEAR: Final = 12
REFUSED: Final = "refuse_rate"
LIVES: Final = "reduce_asset_life"
ENDED: Final = "ended"


def of_breaks(db: Transaction, scope: SignalScope) -> Iterator[Signal]:
    """Breaks in the series of the sources behind the figures, of the last two years."""
    for one in data_breaks(db):
        if one.source in scope.sources and recent(one.month, scope.month, SPARK_MONTHS):
            yield Signal(
                kind=KitSignal.DATA_BREAK,
                month=one.month,
                subject=one.source,
                numbers={"name": one.source, "kinds": ",".join(one.kinds)},
                category=scope.category,
            )


def of_measures(db: Transaction, scope: SignalScope) -> Iterator[Signal]:
    """What measures brought, those under way, and large ones with one discipline."""
    for one in registered(db):
        if scope.holds(one.category) and one.start_month <= scope.month:
            yield from _rolling_out(one, scope)
            yield from _one_discipline(db, one, scope)
    in_euros = {one.intervention.code: one for one in evaluations(db, Unit.EUR)}
    for answer in evaluations(db, Unit.BASE):
        one = answer.intervention
        if scope.holds(one.category) and one.start_month <= scope.month:
            yield from _of_answer(answer, in_euros.get(one.code))


def _of_answer(answer: Evaluation, euros: Evaluation | None) -> Iterator[Signal]:
    """What the estimate of a measure shows; its size is what it took from the target in a year."""
    result, one = answer.result, answer.intervention
    if result is None or result.gross is None or answer.excused:
        return
    worth = euros.result.gross if euros and euros.result else None
    gross, quotient = result.gross, result.quotient
    for kind in of_effect(result):
        numbers: dict[str, Seen] = {
            "name": one.title,
            "gross": gross.value,
            "low": gross.low,
            "high": gross.high,
        }
        if quotient is not None and kind in OF_QUOTIENT:
            numbers |= {"quotient": quotient.value, "q_low": quotient.low, "q_high": quotient.high}
        faded = fading(result) if kind is KitSignal.EFFECT_FADING else None
        if faded is not None:
            numbers |= {"early": faded.early, "late": faded.late}
        yield Signal(
            kind=kind,
            month=one.start_month,
            subject=one.code,
            numbers=numbers,
            category=one.category,
            size=None if worth is None else YEAR * abs(worth.value),
            evidence=UNSURE.value if kind is KitSignal.WATERBED_SUSPECTED else 1.0,
        )


OF_QUOTIENT: Final = frozenset({KitSignal.WATERBED_SHOWN, KitSignal.WATERBED_SUSPECTED})


def _rolling_out(one: Intervention, scope: SignalScope) -> Iterator[Signal]:
    if one.status != ENDED and rolling_out(one.starts_on, one.ramp_months, scope.month):
        yield Signal(
            kind=KitSignal.GRADUAL_ROLLOUT,
            month=one.start_month,
            subject=one.code,
            numbers={"name": one.title, "months": one.ramp_months, "until": one.full_from},
            category=one.category,
        )


def _one_discipline(db: Transaction, one: Intervention, scope: SignalScope) -> Iterator[Signal]:
    if len(one.disciplines) != 1 or one.status == ENDED:
        return
    under = {"category": (one.category,), "location": one.locations}
    channel = {"channel": (one.target_channel,)}
    ask = Ask(kind=PeriodKind.R12, until=scope.month, where={**under, **channel})
    (part,) = compute(db, CATALOGUE[SPEND], ask)
    (whole,) = compute(db, CATALOGUE[SPEND], replace(ask, where={"category": (one.category,)}))
    share = part.value / whole.value if part.value and whole.value else None
    if share is not None and one_discipline(len(one.disciplines), share):
        yield Signal(
            kind=KitSignal.ONE_DISCIPLINE,
            month=one.start_month,
            subject=one.code,
            numbers={"name": one.title, "discipline": one.disciplines[0], "part": share},
            category=one.category,
            size=part.value,
        )


def of_contracts(db: Transaction, scope: SignalScope) -> Iterator[Signal]:
    """Contracts to prepare for now, and running ones that are long; size is a year's value."""
    for one in contracts(db, scope.month, scope.of_category):
        years = _years(one.starts_on, one.ends_on)
        size = one.value / years if one.value is not None and years else one.value
        due, long = one.due(scope.month), long_contract(one.starts_on, one.ends_on)
        if due is not None:
            yield Signal(
                kind=KitSignal.CONTRACT_WINDOW_OPEN,
                month=scope.month,
                subject=one.number,
                numbers={
                    "name": one.name,
                    "moment": due.kind,
                    "on": due.day,
                    "since": due.prepare_from,
                    "months": months_between(scope.month, due.day),
                },
                category=one.category,
                size=size,
            )
        if long is not None and one.runs:
            yield Signal(
                kind=KitSignal.LONG_CONTRACT,
                month=scope.month,
                subject=one.number,
                numbers={"name": one.name, "years": long},
                category=one.category,
                size=size,
            )


def _years(starts_on: date | None, ends_on: date | None) -> float | None:
    if starts_on is None or ends_on is None or ends_on <= starts_on:
        return None
    return max((ends_on - starts_on).days / 365.25, 1.0)


def of_assets(db: Transaction, scope: SignalScope) -> Iterator[Signal]:
    """Whether many of the assets retired in the last twelve months had warranty left."""
    test, parameters = _of_relation("by_asset", scope)
    if test is None:
        return
    rows = db.rows(
        "select r.category, sum(retired_early), sum(retired_warranted) from by_asset as r"
        f" where r.month between ? and ? and {test} group by r.category order by r.category",
        [add_months(scope.month, 1 - YEAR), scope.month, *parameters],
    )
    for category, early, warranted in rows:
        if retired_early(early, warranted):
            yield Signal(
                kind=KitSignal.EARLY_RETIREMENT,
                month=scope.month,
                subject=LIVES,
                numbers={"part": early / warranted, "n": early, "of": warranted},
                kpi=LIVES,
                category=category,
            )


def _of_relation(name: str, scope: SignalScope) -> tuple[str | None, list[str]]:
    """The filters as SQL; None where the relation does not know one of them."""
    relation = RELATIONS[name]
    plain = {key: found for key, found in relation.dimensions.items() if found.startswith("r.")}
    if not set(scope.where) <= set(plain):
        return None, []
    test, parameters = filter_sql(relation, scope.where)
    return test, list(parameters)


def of_requests(db: Transaction, scope: SignalScope) -> Iterator[Signal]:
    """Whether few of the requests of the last twelve months were met without a purchase."""
    kpi = CATALOGUE[REFUSED]
    if not set(scope.where) <= set(RELATIONS[kpi.reads[0]].dimensions):
        return
    ask = Ask(kind=PeriodKind.R12, until=scope.month, where=scope.where)
    for found in compute(db, kpi, ask):
        resolved, decided = found.numerator, found.denominator
        if found.state is State.VALUE and decided and few_refused(resolved or 0.0, decided):
            yield Signal(
                kind=KitSignal.REFUSAL_RATE_LOW,
                month=scope.month,
                subject=REFUSED,
                numbers={"part": (resolved or 0.0) / decided, "n": resolved or 0.0, "of": decided},
                kpi=REFUSED,
                category=scope.category,
            )


Group = tuple[str | None, ...]

COUNTED: Final = "aha_reductions"
VOLUME: Final = "reduce_volume_per_activity"
MASS: Final = "impact_mass"

AHA: Final = "aha"
"""The kind under which answers to falls are kept."""


def fall_name(signal: Signal) -> str:
    """Under which the answer to a fall is kept: the same fall asks once a year."""
    return f"{signal.category}|{signal.subject}|{signal.month.year}"


def of_falls(db: Transaction, scope: SignalScope, *, answered: bool = False) -> Iterator[Signal]:
    """Each of the falls that ``aha_reductions`` counts, with the money and the mass behind it.

    Money and mass are what the year before had more, at its own mean price and mass per unit. Falls
    that somebody confirmed or rejected are left out, unless ``answered``.
    """
    answers = {} if answered else current(db, AHA)
    try:
        found = goods(db, CATALOGUE[VOLUME], scope.where, scope.month, scope.month)
    except UserError:  # a filter that goes with no product group
        return
    falls = list(unnamed(found, explanations(db), scope.month))
    if not falls:
        return
    before = add_months(scope.month, -12)
    year = Ask(kind=PeriodKind.R12, until=before, by=BY, where=scope.where)
    euros, kilos = (_values(db, code, year) for code in (SPEND, MASS))
    for one, fall in falls:
        category, name, unit = group = tuple(one.keys.values())
        less = fall.share * euros[group] if group in euros else None
        mass = fall.share * kilos[group] if group in kilos else None
        signal = Signal(
            kind=KitSignal.HIDDEN_REDUCTION,
            month=scope.month,
            subject=" / ".join(part for part in (name, unit) if part),
            numbers={
                "name": name or "",
                "part": fall.share,
                "less": fall.less,
                **({} if less is None else {"eur": less}),
                **({} if mass is None else {"kg": mass}),
            },
            kpi=VOLUME,
            category=category,
            size=less,
        )
        if fall_name(signal) not in answers:
            yield signal


def _values(db: Transaction, code: str, ask: Ask) -> Mapping[Group, float]:
    found = compute(db, CATALOGUE[code], ask)
    return {tuple(one.keys.values()): one.value for one in found if one.value is not None}
