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
from nami_monitor.kpis.context import exemptions, flags_of, not_applicable, unconfirmed
from nami_monitor.kpis.declare import Kpi, OverTime
from nami_monitor.kpis.questions import EMPTY, RELATIONS, Ask, choose, latest_month, periods_of
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
        evaluations = _evaluations(db, kpi, ask)
        flags, excused, last = flags_of(db), exemptions(db), latest_month(db)
        results = []
        for keys in _groups(db, ask, evaluations):
            named: dict[str, str | None] = dict(zip(ask.by, keys, strict=True))
            own = [evaluation for evaluation in evaluations if _keys(evaluation, ask.by) == keys]
            spoken_of = ask.categories(named) or {
                evaluation.intervention.category for evaluation in own
            }
            ruled_out = not_applicable(excused, kpi.strategy, spoken_of)
            for period in periods_of(db, ask):
                blank = kpi.blank(period, named, flags=flags)
                if ruled_out:
                    results.append(replace(blank, state=State.NOT_APPLICABLE, reason=ruled_out))
                elif last is not None and period.first > last:
                    have = {"have": 0, "wanted": len(period.months)}
                    results.append(replace(blank, reason=Reason("outside_data", have)))
                elif not own:
                    results.append(replace(blank, reason=Reason("no_interventions")))
                else:
                    shares = _within(own, period)
                    compared = _compared(shares)
                    if compared and unconfirmed(db, RELATIONS["by_place"], *compared):
                        blank = replace(blank, flags=(*flags, Flag.PROVISIONAL))
                    results.append(_judge(kpi, blank, shares))
        return results

    def source_rows(
        self, db: Transaction, kpi: Kpi, ask: Ask, result: KpiResult
    ) -> tuple[SourceRows, ...]:
        """The lines of the channels and locations that were compared, over all months compared.

        They stand together for all estimates; there are none where nothing was estimated.
        """
        compared = _compared(_within(_evaluations(db, kpi, ask), result.period))
        if compared is None:
            return ()
        lines, periods = compared
        return (
            SourceRows(
                source=ORDER_LINES,
                relation=RELATIONS["order_lines"],
                periods=tuple(periods),
                filters=lines.filters,
            ),
        )


COUNTERFACTUAL: Final = Counterfactual()


def _groups(db: Transaction, ask: Ask, evaluations: Sequence[Evaluation]) -> list[tuple[str, ...]]:
    """The groups of a question; by category also those with orders and no intervention."""
    groups = {_keys(evaluation, ask.by) for evaluation in evaluations}
    if ask.by == ("category",):
        ordered = db.rows_again("select distinct category from by_place")
        wanted = ask.filters.get("category")
        groups |= {(code,) for (code,) in ordered if wanted is None or code in wanted}
    return sorted(groups) if ask.by else [()]


def _compared(shares: Sequence[PeriodShare]) -> tuple[Ask, list[Period]] | None:
    """The lines that estimates compare, as a question, and their months; None without any."""
    estimated = [share.evaluation for share in shares if share.months]
    windows = [evaluation.window for evaluation in estimated if evaluation.window]
    if not windows:
        return None
    first = min(window.months[0] for window in windows)
    last = max(window.months[-1] for window in windows)
    taken = [evaluation.intervention for evaluation in estimated]
    channels = {name for one in taken for name in (one.target_channel, *one.substitute_channels)}
    locations = {code for evaluation in estimated for code in evaluation.locations}
    where = {
        "category": tuple(sorted({one.category for one in taken})),
        "channel": tuple(sorted(channels)),
        "location": tuple(sorted(locations)),
    }
    return Ask(where=where), [Period(first, last, "window")]


def _within(evaluations: Sequence[Evaluation], period: Period) -> list[PeriodShare]:
    if not evaluations:
        return []
    from nami_monitor.kpis.interventions.evaluation import period_shares  # noqa: PLC0415 - see below

    return period_shares(evaluations, period)


def _evaluations(db: Transaction, kpi: Kpi, ask: Ask) -> list[Evaluation]:
    """What the interventions of a question did.

    The estimator is loaded here, because a first page of data without interventions need not wait
    for it.
    """
    if not db.value("select exists (select 1 from interventions)"):
        return []
    from nami_monitor.kpis.interventions.evaluation import evaluations  # noqa: PLC0415 - see above

    unit = Unit.BASE if kpi.unit is Unit.PERCENT else kpi.unit
    return [
        evaluation
        for evaluation in evaluations(db, unit)
        if all(
            (_named(evaluation)[name] or EMPTY) in values for name, values in ask.filters.items()
        )
    ]


def _named(evaluation: Evaluation) -> dict[str, str]:
    return {
        "category": evaluation.intervention.category,
        "intervention": evaluation.intervention.code,
    }


def _keys(evaluation: Evaluation, by: Sequence[str]) -> tuple[str, ...]:
    return tuple(_named(evaluation)[name] for name in by)


def _judge(kpi: Kpi, blank: KpiResult, shares: Sequence[PeriodShare]) -> KpiResult:
    if not shares:
        return replace(blank, reason=Reason("none_in_force"))
    counted = sum(share.months for share in shares)
    result = replace(blank, completeness=counted / sum(share.due for share in shares))
    if not counted:
        return replace(result, reason=Reason("not_estimated", {"count": len(shares)}))
    if result.completeness is not None and result.completeness < 1:
        result = replace(result, flags=(*result.flags, Flag.INCOMPLETE))
    counting = [share for share in shares if share.months]
    judge = _quotient if kpi.unit is Unit.PERCENT else _avoided
    return _until_evaluated(judge(result, counting), counting)


def _until_evaluated(result: KpiResult, shares: Sequence[PeriodShare]) -> KpiResult:
    """A value that says until when it is provisional, where some measure has no verdict yet."""
    due = [share.evaluation.due for share in shares if share.evaluation.frozen is None]
    if result.state is not State.VALUE or not due:
        return result
    return replace(result, reason=Reason("not_evaluated", {"month": max(due), "count": len(due)}))


def _avoided(result: KpiResult, shares: Sequence[PeriodShare]) -> KpiResult:
    """What was not bought on balance; variances are added up, as those of separate measures."""
    value = variance = 0.0
    for share in shares:
        net = share.evaluation.result.net if share.evaluation.result else None
        if net is not None:
            value -= share.months * net.value
            variance += (share.months * (net.high - net.value)) ** 2
    reach = math.sqrt(variance)
    made = replace(result, state=State.VALUE, value=value, numerator=value)
    return replace(made, low=value - reach, high=value + reach)


def _quotient(result: KpiResult, shares: Sequence[PeriodShare]) -> KpiResult:
    """The pooled quotient of all interventions: what was displaced over what was avoided."""
    from nami_monitor.waterbed.verdicts import pooled  # noqa: PLC0415 - as above

    results = [share.evaluation.result for share in shares if share.evaluation.result]
    total = pooled(results, [share.months for share in shares if share.evaluation.result])
    if total is None:
        return replace(result, reason=Reason("not_estimated", {"count": len(shares)}))
    totals = replace(result, numerator=total.spill.value, denominator=-total.gross.value)
    withheld = [verdict for verdict in total.verdicts if verdict in WITHHELD]
    if withheld:
        return replace(result, reason=Reason(f"waterbed_{withheld[0]}"))
    quotient = total.quotient
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
