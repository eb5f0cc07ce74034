"""``nami why``: the change of a KPI as contributions that add up to it exactly."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from nami_monitor.briefing.why import (
    Explained,
    Line,
    activity_of,
    change_written,
    explain,
    period_written,
)
from nami_monitor.cli.database import opened
from nami_monitor.cli.figures import PeriodName, Until, Where, as_rows, question
from nami_monitor.cli.session import Session, command, table
from nami_monitor.core.near_matches import refuse_unknown
from nami_monitor.i18n import formats
from nami_monitor.kpis import CATALOGUE
from nami_monitor.kpis.sentences import reason_sentence
from nami_monitor.kpis.why import Against, dimensions

app = typer.Typer(rich_markup_mode=None)

By = Annotated[str | None, typer.Option("--by", metavar="DIMENSION")]
Compared = Annotated[Against, typer.Option("--against", metavar="|".join(Against))]


@command(app, "why")
def why(
    session: Session,
    code: Annotated[str, typer.Argument(metavar="CODE")],
    until: Until = None,
    period: PeriodName = "month",
    by: By = None,
    against: Compared = Against.YEAR,
    where: Where = None,
) -> None:
    """Say why a KPI changed."""
    refuse_unknown("kpi.no_code", code, CATALOGUE)
    kpi = CATALOGUE[code]
    ask = question(until, period, 1, None, where)
    dimension = by or next(iter(dimensions(kpi, ask)), "location")
    with opened(session) as store, store.read() as db:
        found = explain(db, kpi, ask, dimension, against, session.lang)
    lines = [found.sentence, *found.notes]
    if found.lines:
        lines += ["", *_table(session, found)]
    for heading, articles in (found.lists or {}).items():
        lines += ["", f"{heading}: {'; '.join(articles)}"]
    session.show(_document(session, found), lines)


def _document(session: Session, found: Explained) -> dict[str, Any]:
    """The change as plain data; the contributions are in the unit of the KPI."""
    told = found.why
    before, after = as_rows(session, [(told.kpi, told.before), (told.kpi, told.after)])
    return {
        "code": told.kpi.code,
        "dimension": told.dimension,
        "unit": str(told.kpi.unit),
        "before": before,
        "after": after,
        "change": None if told.change is None else float(told.change),
        "contributions": [_row(line) for line in found.lines],
        "new": list(told.came),
        "vanished": list(told.went),
        "hidden": told.others.hidden if told.others else 0,
        "sentence": found.sentence,
        "reason": told.lacking and reason_sentence(told.lacking, session.lang),
    }


def _row(line: Line) -> dict[str, Any]:
    return {
        "name": line.name,
        "before": line.before,
        "after": line.after,
        "contribution": line.amount,
        "within": line.within,
        "mix": line.mix,
        "effect": str(line.effect),
        "where": None if line.where is None else {k: list(v) for k, v in line.where.items()},
    }


def _table(session: Session, found: Explained) -> list[str]:
    told = found.why
    lang = session.lang
    columns = ("before", "after", "amount", *(("within", "mix") if told.mixes else ()), "effect")
    header = [
        session.t(f"dimensions.{told.dimension}"),
        *(session.t(f"why.table.{name}") for name in columns),
    ]

    def figure(value: float | None) -> str:
        activity = activity_of(told.after, lang)
        return (
            "" if value is None else formats.quantity(value, told.kpi.unit, lang, activity=activity)
        )

    def change(value: float | None) -> str:
        return "" if value is None else change_written(told, value, lang)

    rows = [
        [
            line.name,
            figure(line.before),
            figure(line.after),
            change(line.amount),
            *((change(line.within), change(line.mix)) if told.mixes else ()),
            session.t(f"why.effects.{line.effect}"),
        ]
        for line in found.lines
    ]
    period = f"{period_written(told.before, lang)} > {period_written(told.after, lang)}"
    return [period, *table(header, rows, right=range(1, len(columns)))]
