"""KPIs that rest on estimates: what interventions saved on balance, and what leaked away.

An estimate speaks of all months after the start together, so a period takes its months' part of it:
periods add up. Interventions that showed nothing count as much as those that did, else only the
lucky ones would.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from nami_monitor.core.periods import Period
from nami_monitor.core.words import Flag, State, Unit, Verdict
from nami_monitor.kpis.context import excused_by, flags_of, not_applicable
from nami_monitor.kpis.declare import Kpi, OverTime
from nami_monitor.kpis.questions import EMPTY, RELATIONS, Ask, choose, periods_of
from nami_monitor.kpis.result import KpiResult, Reason
from nami_monitor.kpis.source_rows import ORDER_LINES, SourceRows
from nami_monitor.store import Transaction

if TYPE_CHECKING:
    from nami_monitor.kpis.interventions.evaluation import Evaluation, PeriodShare


@dataclass(frozen=True)
class Counterfactual(OverTime):
    """What the estimates of interventions say of a period, by category and intervention.

    A percentage is the quotient, any other unit the net effect in it. The completeness is the share
    of the months in which interventions held at full strength that the estimates speak of.
    """

    code: str = "counterfactual"
    forms: tuple[str, str] = ("counterfactual", "ratio")
    by_aggregates: bool = False
    rows_add_up: bool = False
    not_split: str = "why_counterfactual"
    nothing: str = "no_interventions"

    def compute(self, db: Transaction, kpi: Kpi, ask: Ask) -> list[KpiResult]:
        """See ``compute``.

        Raises:
            UserError: ``kpi.dimensions_apart`` for any other dimension, or what ``periods_of``
                raises.
        """
        choose(kpi.reads, ask.used)
        answers = _answers(db, kpi, ask)
        flags, excused = flags_of(db), excused_by(db)
        results = []
        for keys in _groups(db, ask, answers):
            named: dict[str, str | None] = dict(zip(ask.by, keys, strict=True))
            own = [one for one in answers if _keys(one, ask.by) == keys]
            spoken_of = ask.categories(named) or {one.intervention.category for one in own}
            ruled_out = not_applicable(excused, kpi.strategy, spoken_of)
            for period in periods_of(db, ask):
                blank = kpi.blank(period, named, flags=flags)
                if ruled_out:
                    results.append(replace(blank, state=State.NOT_APPLICABLE, reason=ruled_out))
                elif not own:
                    results.append(replace(blank, reason=Reason("no_interventions")))
                else:
                    results.append(_judge(kpi, blank, _within(own, period)))
        return results

    def source_rows(
        self, db: Transaction, kpi: Kpi, ask: Ask, result: KpiResult
    ) -> tuple[SourceRows, ...]:
        """The lines of the channels and locations that were compared, over all months compared.

        They stand together for all estimates; there are none where nothing was estimated.
        """
        shares = _within(_answers(db, kpi, ask), result.period)
        told = [share.evaluation for share in shares if share.months]
        windows = [one.window for one in told if one.window]
        if not windows:
            return ()
        first = min(window.months[0] for window in windows)
        last = max(window.months[-1] for window in windows)
        taken = [one.intervention for one in told]
        channels = {
            name for one in taken for name in (one.target_channel, *one.substitute_channels)
        }
        locations = {code for one in told for code in one.locations}
        return (
            SourceRows(
                source=ORDER_LINES,
                relation=RELATIONS["order_lines"],
                periods=(Period(first, last, "window"),),
                filters={
                    "category": tuple(sorted({one.category for one in taken})),
                    "channel": tuple(sorted(channels)),
                    "location": tuple(sorted(locations)),
                },
                splits=(),
                numerator=None,
                denominator=None,
            ),
        )


COUNTERFACTUAL: Final = Counterfactual()


def _groups(db: Transaction, ask: Ask, answers: Sequence[Evaluation]) -> list[tuple[str, ...]]:
    """The groups; by category also those in which something was ordered and nothing was tried."""
    found = {_keys(one, ask.by) for one in answers}
    if ask.by == ("category",):
        ordered = db.rows_again("select distinct category from by_place")
        wanted = ask.filters.get("category")
        found |= {(code,) for (code,) in ordered if wanted is None or code in wanted}
    return sorted(found) if ask.by else [()]


def _within(answers: Sequence[Evaluation], period: Period) -> list[PeriodShare]:
    if not answers:
        return []
    from nami_monitor.kpis.interventions.evaluation import period_shares  # noqa: PLC0415 - see below

    return period_shares(answers, period)


def _answers(db: Transaction, kpi: Kpi, ask: Ask) -> list[Evaluation]:
    """What the interventions of a question did.

    The estimator is loaded here, because a first page of data without interventions need not wait
    for it.
    """
    if not db.value("select exists (select 1 from interventions)"):
        return []
    from nami_monitor.kpis.interventions.evaluation import evaluations  # noqa: PLC0415 - see above

    unit = Unit.BASE if kpi.unit is Unit.PERCENT else kpi.unit
    return [one for one in evaluations(db, unit) if _wanted(one, ask)]


def _named(one: Evaluation) -> dict[str, str]:
    return {"category": one.intervention.category, "intervention": one.intervention.code}


def _keys(one: Evaluation, by: Sequence[str]) -> tuple[str, ...]:
    return tuple(_named(one)[name] for name in by)


def _wanted(one: Evaluation, ask: Ask) -> bool:
    named = _named(one)
    return all((named[name] or EMPTY) in values for name, values in ask.filters.items())


def _judge(kpi: Kpi, blank: KpiResult, held: Sequence[PeriodShare]) -> KpiResult:
    if not held:
        return replace(blank, reason=Reason("none_in_force"))
    counted = sum(one.months for one in held)
    made = replace(blank, completeness=counted / sum(one.due for one in held))
    if not counted:
        return replace(made, reason=Reason("not_estimated", {"count": len(held)}))
    if made.completeness is not None and made.completeness < 1:
        made = replace(made, flags=(*made.flags, Flag.INCOMPLETE))
    told = [one for one in held if one.months]
    return _quotient(made, told) if kpi.unit is Unit.PERCENT else _avoided(made, told)


def _avoided(made: KpiResult, held: Sequence[PeriodShare]) -> KpiResult:
    """What was not bought on balance.

    Limits are added up, so that they hold however errors go together.
    """
    value = low = high = 0.0
    for one in held:
        net = one.evaluation.result.net if one.evaluation.result else None
        if net is not None:
            value -= one.months * net.value
            low -= one.months * net.high
            high -= one.months * net.low
    return replace(made, state=State.VALUE, value=value, low=low, high=high, numerator=value)


def _quotient(made: KpiResult, held: Sequence[PeriodShare]) -> KpiResult:
    """What came back of what went, over all interventions together: never a mean of quotients."""
    from nami_monitor.waterbed.verdicts import pooled  # noqa: PLC0415 - as above

    results = [one.evaluation.result for one in held if one.evaluation.result]
    found = pooled(results, [one.months for one in held if one.evaluation.result])
    if found is None:
        return replace(made, reason=Reason("not_estimated", {"count": len(held)}))
    totals = replace(made, numerator=found.spill.value, denominator=-found.gross.value)
    withheld = [verdict for verdict in found.verdicts if verdict in WITHHELD]
    if withheld:
        return replace(made, reason=Reason(f"waterbed_{withheld[0]}"))
    quotient = found.quotient
    return replace(
        totals,
        state=State.VALUE,
        value=_steady(100 * quotient.value),
        low=_finite(_steady(100 * quotient.low)),
        high=_finite(_steady(100 * quotient.high)),
    )


WITHHELD: Final = (Verdict.NO_DECREASE_SHOWN, Verdict.TARGET_ROSE)


def _steady(value: float) -> float:
    """The value to twelve digits: months added up in another order give no other quotient."""
    return float(f"{value:.12g}")


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
