"""All signals of a month: from registers and batches, for an overview, and for one KPI's trend."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from statistics import fmean
from typing import Final

import numpy as np

from nami_monitor.briefing.contracts import contracts
from nami_monitor.briefing.figure_signals import (
    SPEND,
    SignalScope,
    changed,
    changes_of,
    of_aim,
    of_december,
    of_figures,
    of_knowledge,
    scope_of,
    values_of,
    with_spend,
)
from nami_monitor.briefing.notes import Note, notes, of_series
from nami_monitor.briefing.overview import (
    SHOWN_MONTHS,
    SPARK_MONTHS,
    KpiLine,
    Overview,
    data_breaks,
    independent,
    line_of_aim,
    looked_at,
    shown_periods,
)
from nami_monitor.briefing.phases import months, phases
from nami_monitor.core.errors import UserError
from nami_monitor.core.periods import Period, add_months, month_range, months_between
from nami_monitor.core.thresholds import UNSURE
from nami_monitor.core.words import Direction, KitSignal, PeriodKind, State, Unit
from nami_monitor.kpis import CATALOGUE, Ask, Kpi, KpiResult, compute
from nami_monitor.kpis.context import surroundings
from nami_monitor.kpis.interventions.evaluation import Evaluation, evaluations, in_primary_unit
from nami_monitor.kpis.interventions.register import Intervention
from nami_monitor.kpis.interventions.register import interventions as registered
from nami_monitor.kpis.over_time.hidden_reductions import BY, explanations, goods, unnamed
from nami_monitor.kpis.questions import RELATIONS, choose, filter_sql
from nami_monitor.kpis.result import Series
from nami_monitor.kpis.targets import Target, Where, in_force, targets
from nami_monitor.signals.scan import FOLLOWED, LevelSignal, LevelSignals, in_last_month
from nami_monitor.signals.signal_rules import (
    Attention,
    Seen,
    Signal,
    attention,
    fading,
    few_refused,
    long_contract,
    of_effect,
    one_discipline,
    ranked,
    recent,
    retired_early,
    rolling_out,
)
from nami_monitor.store import Transaction
from nami_monitor.store.journal import current

YEAR: Final = 12
REFUSED: Final = "refuse_rate"
LIVES: Final = "reduce_asset_life"
ENDED: Final = "ended"


def of_breaks(db: Transaction, scope: SignalScope, months: int = SPARK_MONTHS) -> Iterator[Signal]:
    """Breaks in the series of the sources behind the figures, of the last so many months."""
    for one in data_breaks(db):
        if one.source in scope.sources and recent(one.month, scope.month, months):
            numbers: dict[str, Seen] = {"name": one.source, "kinds": ",".join(one.kinds)}
            yield scope.signal(KitSignal.DATA_BREAK, one.source, numbers, month=one.month)


def of_measures(db: Transaction, scope: SignalScope) -> Iterator[Signal]:
    """What measures brought, those under way, and large ones with one discipline."""
    for one in registered(db):
        if scope.holds(one.category) and one.start_month <= scope.month:
            yield from _rolling_out(one, scope)
            yield from _one_discipline(db, one, scope)
    in_euros = {one.intervention.code: one for one in evaluations(db, Unit.EUR)}
    for answer in in_primary_unit(db):
        one = answer.intervention
        if scope.holds(one.category) and one.start_month <= scope.month:
            yield from _of_answer(answer, in_euros.get(one.code))


def _of_answer(answer: Evaluation, euros: Evaluation | None) -> Iterator[Signal]:
    """What the verdict on a measure shows, and whether that fades; nothing before its evaluation.

    Its size is what the measure took from the target in a year.
    """
    frozen, result, one = answer.frozen, answer.result, answer.intervention
    if frozen is None or frozen.gross is None or answer.excused:
        return
    worth = euros.result.gross if euros and euros.result else None
    gross, quotient = frozen.gross, frozen.quotient
    for kind in of_effect(frozen.verdicts, quotient, result):
        faded = fading(result) if result and kind is KitSignal.EFFECT_FADING else None
        effect, told = ("smaller", faded.smaller) if faded else ("gross", gross)
        numbers: dict[str, Seen] = {"name": one.title, "reading": str(frozen.unit)}
        numbers |= {effect: told.value, "low": told.low, "high": told.high}
        if quotient is not None and kind in OF_QUOTIENT:
            numbers |= {"quotient": quotient.value, "q_low": quotient.low, "q_high": quotient.high}
        size = None if worth is None else YEAR * abs(worth.value)
        evidence = UNSURE.value if kind is KitSignal.WATERBED_SUSPECTED else 1.0
        yield _of_measure(kind, one, numbers, size=size, evidence=evidence)


def _of_measure(
    kind: KitSignal,
    one: Intervention,
    numbers: Mapping[str, Seen],
    size: float | None = None,
    evidence: float = 1.0,
) -> Signal:
    return Signal(kind, one.start_month, one.code, numbers, None, one.category, size, evidence)


OF_QUOTIENT: Final = frozenset({KitSignal.WATERBED_SHOWN, KitSignal.WATERBED_SUSPECTED})


def _rolling_out(one: Intervention, scope: SignalScope) -> Iterator[Signal]:
    if one.status != ENDED and rolling_out(one.starts_on, one.ramp_months, scope.month):
        numbers: dict[str, Seen] = {"name": one.title, "months": one.ramp_months}
        numbers["until"] = one.full_from
        yield _of_measure(KitSignal.GRADUAL_ROLLOUT, one, numbers)


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
        numbers: dict[str, Seen] = {"name": one.title, "discipline": one.disciplines[0]}
        numbers["part"] = share
        yield _of_measure(KitSignal.ONE_DISCIPLINE, one, numbers, size=part.value)


def of_contracts(db: Transaction, scope: SignalScope) -> Iterator[Signal]:
    """Contracts to prepare for now, and running ones that are long; size is a year's value."""
    for one in contracts(db, scope.month, scope.of_category):
        years = _years(one.starts_on, one.ends_on)
        size = one.value / years if one.value is not None and years else one.value
        due, long = one.due(scope.month), long_contract(one.starts_on, one.ends_on)
        if due is not None:
            numbers: dict[str, Seen] = {"name": one.name, "moment": due.kind, "on": due.day}
            numbers |= {"since": due.prepare_from, "months": months_between(scope.month, due.day)}
            yield scope.signal(
                KitSignal.CONTRACT_WINDOW_OPEN,
                one.number,
                numbers,
                category=one.category,
                size=size,
            )
        if long is not None and one.runs:
            told: dict[str, Seen] = {"name": one.name, "years": long}
            kind = KitSignal.LONG_CONTRACT
            yield scope.signal(kind, one.number, told, category=one.category, size=size)


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
            numbers = {"part": early / warranted, "n": early, "of": warranted}
            yield scope.signal(
                KitSignal.EARLY_RETIREMENT, LIVES, numbers, kpi=LIVES, category=category
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
    for found in compute(db, kpi, Ask(kind=PeriodKind.R12, until=scope.month, where=scope.where)):
        yield from _few_refused(found, scope)


def _refused_by_category(db: Transaction, month: date) -> Iterator[Signal]:
    """The same of every category."""
    ask = Ask(kind=PeriodKind.R12, until=month, by=("category",))
    for found in compute(db, CATALOGUE[REFUSED], ask):
        category = found.keys["category"]
        if category is not None:
            yield from _few_refused(found, SignalScope(month, {"category": (category,)}))


def _few_refused(found: KpiResult, scope: SignalScope) -> Iterator[Signal]:
    resolved, decided = found.numerator, found.denominator
    if found.state is State.VALUE and decided and few_refused(resolved or 0.0, decided):
        n = resolved or 0.0
        numbers = {"part": n / decided, "n": n, "of": decided}
        yield scope.signal(KitSignal.REFUSAL_RATE_LOW, REFUSED, numbers, kpi=REFUSED)


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
        numbers: dict[str, Seen] = {"name": name or "", "part": fall.share, "less": fall.less}
        numbers |= {key: n for key, n in (("eur", less), ("kg", mass)) if n is not None}
        subject = " / ".join(part for part in (name, unit) if part)
        signal = scope.signal(
            KitSignal.HIDDEN_REDUCTION, subject, numbers, kpi=VOLUME, category=category, size=less
        )
        if fall_name(signal) not in answers:
            yield signal


def _values(db: Transaction, code: str, ask: Ask) -> Mapping[Group, float]:
    found = compute(db, CATALOGUE[code], ask)
    return {tuple(one.keys.values()): one.value for one in found if one.value is not None}


REGISTERS = (of_breaks, of_measures, of_contracts, of_assets, of_requests, of_falls)
"""What looks into registers for signals."""


def signals(db: Transaction, glance: Overview, where: Where) -> tuple[Signal, ...]:
    """Every signal of an overview, made with the same filters, the weightiest first.

    Changes of level are those that stand in the last month; signals of registers hold then too.
    """
    scope = scope_of(glance, where)
    found = [*of_figures(glance, scope), *of_targets(db, glance, scope), *of_december(scope)]
    for look in REGISTERS:
        found += look(db, scope)
    return ranked(found)


def signals_by_category(
    db: Transaction, month: date, categories: Sequence[str]
) -> dict[str, tuple[Signal, ...]]:
    """What ``signals`` gives of the overview of each of some categories in a month.

    Questions are asked once for all of them, and no figure is worked out that no signal needs: a
    thousand categories take seconds. Each looks at registers as a whole.
    """
    whole = SignalScope(month, {})
    histories = {kpi.code: _histories(db, kpi, month, categories) for kpi in WATCHED}
    spent, levels = histories[SPEND], _levels(db, histories)
    aimed = _aimed(db, targets(db), month, categories)
    sources = _sources(db, month, categories) if data_breaks(db) else {}
    registers = [_apart(look(db, whole)) for look in (of_measures, of_contracts, of_assets)]
    registers += [_apart(_refused_by_category(db, month)), _apart(of_falls(db, whole))]
    found = {}
    for category in categories:
        where = {"category": (category,)}
        own = SignalScope(month, where, sources=sources.get(category, frozenset()))
        history = spent.get(category)
        scope = with_spend(own, history.months(SHOWN_MONTHS) if history else ())
        found[category] = ranked([
            *(changed(*level, scope) for level in levels.get(category, ())),
            *(one for line in aimed.get(category, ()) for one in of_aim(line, scope)),
            *of_december(scope),
            *of_breaks(db, scope),
            *(one for all_of in registers for one in all_of.get(category, ())),
        ])  # fmt: skip
    return found


def signals_of_targets(db: Transaction, month: date) -> tuple[Signal, ...]:
    """The signals of the targets that hold for all categories together."""
    stated = targets(db)
    held = {one.kpi for one in in_force(stated, month) if one.category is None}
    if not held:
        return ()
    ask = Ask(until=month)
    spent = compute(db, CATALOGUE[SPEND], replace(ask, last=SHOWN_MONTHS))
    scope = with_spend(SignalScope(month, {}), values_of(spent))
    own = (kpi for kpi in CATALOGUE.values() if kpi.code in held)
    return tuple(one for kpi in own for one in of_aim(line_of_aim(db, kpi, ask, stated), scope))


def _aimed(
    db: Transaction, stated: Sequence[Target], month: date, categories: Sequence[str]
) -> dict[str, list[KpiLine]]:
    """The lines of the targets that hold for categories; a KPI is asked once for all of them."""
    held = in_force([one for one in stated if one.category in set(categories)], month)
    found: dict[str, list[KpiLine]] = defaultdict(list)
    for kpi in CATALOGUE.values():
        own = sorted(one.category or "" for one in held if one.kpi == kpi.code)
        asked = Ask(until=month, by=("category",), where={"category": tuple(own)})
        history: dict[str | None, list[KpiResult]] = defaultdict(list)
        for one in compute(db, kpi, looked_at(kpi, asked)) if own else ():
            history[one.keys["category"]].append(one)
        for category in own:
            ask = Ask(until=month, where={"category": (category,)})
            found[category].append(line_of_aim(db, kpi, ask, stated, history[category]))
    return found


WATCHED: Final = tuple(
    kpi
    for kpi in CATALOGUE.values()
    if kpi.better is not Direction.NEUTRAL
    and independent(kpi, PeriodKind.MONTH)
    and not (kpi.only and PeriodKind.MONTH not in kpi.only)
)
"""The KPIs that are watched for a change of level in a month."""


@dataclass(frozen=True)
class _History:
    """The months of a KPI for one category, up to the last one, with the figure of that."""

    series: Series
    last: KpiResult

    def months(self, count: int) -> list[tuple[date, float]]:
        """The last so many months with their values, NaN where there is none."""
        values = self.series.values[-count:]
        first = add_months(self.last.month, 1 - len(values))
        return list(zip(month_range(first, self.last.month), values, strict=True))

    def points(self, months: Iterable[date]) -> tuple[int, ...]:
        """Where in the series months stand, but for the first."""
        last = len(self.series.values) - 1
        points = [last - months_between(month, self.last.month) for month in months]
        return tuple(sorted(point for point in points if 0 < point <= last))


def _histories(
    db: Transaction, kpi: Kpi, month: date, categories: Sequence[str]
) -> dict[str, _History]:
    """The months of a KPI by category, of those with a figure in the last one; of spend all."""
    ask = Ask(until=month, by=("category",), where={"category": tuple(categories)})
    last = {
        one.keys["category"] or "": one
        for one in compute(db, kpi, ask)
        if one.value is not None or kpi.code == SPEND
    }
    if not last:
        return {}
    series = kpi.over_time.series(db, kpi, replace(ask, last=FOLLOWED))
    return {code: _History(series[code,], one) for code, one in last.items()}


def _levels(
    db: Transaction, histories: Mapping[str, Mapping[str, _History]]
) -> dict[str, list[tuple[Kpi, KpiResult, LevelSignal]]]:
    """The changes of level that stand in the last month, by category.

    ``histories`` are by KPI and category; all of them are looked at side by side.
    """
    known = [
        (code, category, history)
        for code, all_of in histories.items()
        for category, history in all_of.items()
        if history.last.value is not None
    ]
    series = []
    for code, category, history in known:
        accepted = months(phases(db, CATALOGUE[code], {"category": (category,)}))
        breaks = np.flatnonzero(history.series.broken).tolist()
        points = history.points(accepted)
        series.append(LevelSignals(history.series.values, tuple(breaks), points))
    found: dict[str, list[tuple[Kpi, KpiResult, LevelSignal]]] = defaultdict(list)
    for (code, category, history), level in zip(known, in_last_month(series), strict=True):
        if level is not None:
            found[category].append((CATALOGUE[code], history.last, level))
    return found


def _sources(
    db: Transaction, month: date, categories: Sequence[str]
) -> dict[str | None, frozenset[str]]:
    """The sources behind the figures of an overview, by category."""
    first: dict[str, date] = {}
    ask = Ask(by=("category",), where={"category": tuple(categories)})
    for kpi in CATALOGUE.values():
        relation = choose(kpi.reads, ask.used)
        if "source" in relation.dimensions:
            begun = kpi.over_time.months(shown_periods(db, kpi, month)[0])[-1].first
            first[relation.name] = min(begun, first.get(relation.name, begun))
    found: dict[str | None, frozenset[str]] = defaultdict(frozenset)
    for name, begun in first.items():
        window = Period(begun, month, PeriodKind.MONTH)
        around = surroundings(db, RELATIONS[name], ask, [window])
        for (category,) in around.deliveries:
            found[category] |= set(around.delivery((category,), 0).sources)
    return found


def _apart(found: Iterable[Signal]) -> dict[str | None, list[Signal]]:
    """Signals by their category."""
    by_category: dict[str | None, list[Signal]] = defaultdict(list)
    for one in found:
        by_category[one.category].append(one)
    return by_category


def of_targets(db: Transaction, glance: Overview, scope: SignalScope) -> Iterator[Signal]:
    """Yield the signal of every target that holds, also of categories within all of them."""
    spend = _spend_of_categories(db, glance) if glance.of_categories else {}
    for line in glance.targeted:
        category = line.aim.target.category if line.aim else None
        if line.names and category is not None:
            where = {**scope.where, "category": (category,)}
            yield from of_aim(line, replace(scope, where=where, spend=spend.get(category)))
        else:
            yield from of_aim(line, scope)


def _spend_of_categories(db: Transaction, glance: Overview) -> dict[str | None, float]:
    """Euros a year of each category: twelve times the mean of its known months."""
    ask = Ask(until=glance.period.last, last=YEAR, by=("category",), where=glance.where)
    known: dict[str | None, list[float]] = defaultdict(list)
    for one in compute(db, CATALOGUE[SPEND], ask):
        if one.value is not None:
            known[one.keys["category"]].append(one.value)
    return {category: YEAR * fmean(values) for category, values in known.items()}


def at_the_top(found: tuple[Signal, ...], glance: Overview) -> Attention:
    """The few of an overview's signals that deserve attention first, and what chance would give."""
    watched = Counter(
        line.briefly_known
        for line in glance.lines
        if line.assessment is not None
        and line.kpi.better is not Direction.NEUTRAL
        and line.result.value is not None
    )
    return attention(found, watched[False], watched[True])


OF_REGISTER = {LIVES: of_assets, REFUSED: of_requests}
"""Figures with a signal that a register shows."""


def signals_of_trend(
    db: Transaction,
    kpi: Kpi,
    results: Sequence[KpiResult],
    where: Where,
    measures: Sequence[Signal],
    *,
    restarts: Sequence[date] = (),
) -> tuple[Signal, ...]:
    """What a trend shows within its months: breaks, what measures brought, then the latest.

    The results are one per month and group, oldest first; several series bear no signals of their
    own. ``measures`` is what measures show, of any category; from the months of ``restarts`` a
    person took a new phase. The months may reach back further than what is shown.
    """
    if not results:
        return ()
    scope = SignalScope(
        month=results[-1].month,
        where=where,
        spent=_spent(kpi, results),
        sources=frozenset(source for one in results for source in one.sources),
    )
    shown = set(month_range(results[-SHOWN_MONTHS:][0].month, results[-1].month))
    single = len({tuple(one.keys.values()) for one in results}) == 1
    found = [
        *of_breaks(db, scope, SHOWN_MONTHS),
        *(one for one in measures if scope.holds(one.category)),
        *(_signals_of_series(db, kpi, results, scope, restarts) if single else ()),
    ]
    return tuple(one for one in found if one.month in shown)


def signals_of_measures(db: Transaction, month: date) -> tuple[Signal, ...]:
    """What measures of any category show at a month; the same for every trend."""
    return tuple(of_measures(db, SignalScope(month, {})))


def _signals_of_series(
    db: Transaction,
    kpi: Kpi,
    results: Sequence[KpiResult],
    scope: SignalScope,
    restarts: Sequence[date],
) -> Iterator[Signal]:
    yield from changes_of(kpi, results, scope, restarts)
    yield from of_december(scope)
    yield from of_knowledge(kpi, results[-1], scope)
    if kpi.code in OF_REGISTER:
        yield from OF_REGISTER[kpi.code](db, scope)


def _spent(kpi: Kpi, results: Sequence[KpiResult]) -> dict[date, float]:
    """Spend by month, where that is what the trend shows."""
    if kpi.code != SPEND or results[-1].period.kind != PeriodKind.MONTH:
        return {}
    return {one.month: one.value for one in results if one.value is not None}


def notes_of_kpi(db: Transaction, kpi: Kpi, category: str | None) -> tuple[Note, ...]:
    """The notes that people wrote at one figure, by month."""
    return of_series(notes(db), kpi.code, category)
