"""Verdicts on measures: written by the delivery or undoing that completes their months.

They go into the journal, so that no later delivery changes them. A verdict without figures is made
anew as soon as the data of its months change: nothing was seen yet. One with figures is made anew
only by a person.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from nami_monitor.core.errors import UserError
from nami_monitor.core.periods import add_months
from nami_monitor.core.thresholds import EVALUATE_WAIT
from nami_monitor.core.words import PlanState
from nami_monitor.ingest.book import completeness
from nami_monitor.ingest.personal import signature
from nami_monitor.kpis.interventions.evaluation import Evaluation, at_its_date
from nami_monitor.kpis.interventions.panel_data import read_panel_data
from nami_monitor.kpis.interventions.plans import (
    VERDICT,
    FrozenVerdict,
    Judgement,
    Missing,
    judgements,
    overdue,
)
from nami_monitor.kpis.interventions.register import Intervention, chosen, interventions
from nami_monitor.kpis.questions import latest_month
from nami_monitor.store import Store, Transaction, Work
from nami_monitor.store.as_of import look_back
from nami_monitor.store.journal import record
from nami_monitor.waterbed.outputs import WITHOUT_QUOTIENT
from nami_monitor.waterbed.verdicts import CLAIMS, chances_of


def write_verdicts(db: Transaction) -> None:
    """Write the verdict of every measure whose date was reached and whose months are there."""
    latest = latest_month(db)
    if latest is None or not db.value("select exists (from interventions)"):
        return
    found = judgements(db)
    due: dict[date, list[tuple[Intervention, int]]] = defaultdict(list)
    for one in interventions(db):
        for at in _due(one, found[one.code], latest):
            due[found[one.code].plan.dates(one)[at]].append((one, at))
    for month in sorted(due):
        _write(db, month, due[month], latest)


def _due(one: Intervention, judged: Judgement, latest: date) -> Iterator[int]:
    """Which dates of the plan were reached and have no verdict yet, or one that saw nothing."""
    last = judged.last
    for at, month in enumerate(judged.plan.dates(one)):
        own = [each for each in judged.verdicts if each.month == month]
        unseen = own and own[-1] is last and judged.changed and not own[-1].estimated
        if month <= latest and (not own or unseen):
            yield at


def resting(db: Transaction) -> set[str]:
    """The measures with a verdict that rests on the data as they are."""
    return {code for code, one in judgements(db).items() if one.last and not one.changed}


def take_anew(store: Store, code: str, who: str) -> None:
    """Write the verdict on a measure again, from the data as they are now; the earlier one stays.

    It speaks as of the same month. Where a verdict is due and none is there yet, that is written.

    Raises:
        UserError: ``waterbed.no_intervention``, ``waterbed.too_early`` before the first date,
            ``waterbed.still_waiting`` where something is not delivered, ``entry.who``,
            ``personal.address``.
        DatabaseHeldError: another process holds the database.
    """
    signed = signature(who)
    with store.write(Work.VERDICT, signed) as db:
        (one,) = chosen(interventions(db), [code])
        judged = judgements(db)[code]
        dates = judged.plan.dates(one)
        month = judged.due if judged.state is PlanState.DUE or not judged.last else None
        month = month or (judged.last.month if judged.last else None)
        if month not in dates or month > (latest_month(db) or month):
            next_date = f"{judged.due:%Y-%m}" if judged.due else "-"
            raise UserError("waterbed.too_early", code=code, month=next_date)
        late = [each for each in judged.missing if each[1] <= month]
        if late:
            source, absent = late[0]
            raise UserError(
                "waterbed.still_waiting", code=code, source=source, month=f"{absent:%Y-%m}"
            )
        _write(db, month, [(one, dates.index(month))], month, signed)
        db.run("update meta set data_version = data_version + 1")


def _write(
    db: Transaction,
    month: date,
    measures: Sequence[tuple[Intervention, int]],
    latest: date,
    who: str = "",
) -> None:
    """Write the verdicts of a month, each with its place among the dates of the plan.

    What still waits for a delivery, with ``latest`` as the last month with data, is not written.
    """
    with look_back(db, month, completeness.refresh) as known:
        data = read_panel_data(known, {one.category for one, _ in measures})
        made = []
        for one, at in measures:
            missing = data.judgement(one).missing
            if not missing:
                made.append((one, verdict_of(at_its_date(one, data, at), month)))
            elif overdue(month, latest):
                found = replace(at_its_date(one, data, at), result=None, arms=())
                made.append((one, verdict_of(found, month, missing)))
    for one, verdict in made:
        record(db, VERDICT, one.code, verdict.body(), who)


def verdict_of(found: Evaluation, month: date, missing: Missing = ()) -> FrozenVerdict:
    """An evaluation as it is written down."""
    result, sites, window = found.result, found.sites, found.window
    fell = WITHOUT_QUOTIENT.isdisjoint(found.verdicts)
    waited = add_months(month, int(EVALUATE_WAIT.value)) if missing else month
    return FrozenVerdict(
        month=month,
        known=waited,
        plan=found.judgement.plan,
        unit=found.unit,
        verdicts=found.verdicts,
        design=found.design,
        gross=result.gross if result else None,
        spill=result.spill if result else None,
        net=result.net if result else None,
        quotient=found.quotient,
        pre_months=result.pre_months if result else len(window.pre) if window else 0,
        post_months=result.post_months if result else len(window.post) if window else 0,
        treated=len(sites.treated) if sites else 0,
        controls=len(sites.controls) if sites else 0,
        chances=chances_of(result) if result and fell else dict.fromkeys(CLAIMS, 1.0),
        missing=missing,
        rests_on=found.judgement.rests_on,
        arms=found.arms,
    )
