"""``nami why``: the change of a KPI as contributions that add up to it exactly."""

from typing import Annotated, Any

import typer

from nami_monitor.briefing.why import (
    Explained,
    amount_text,
    explain,
    line_amount_text,
)
from nami_monitor.cli.figures import PeriodName, Until, Where, as_rows, question
from nami_monitor.cli.session import CommandSession, command, table
from nami_monitor.core.errors import refuse_unknown
from nami_monitor.i18n import formats
from nami_monitor.kpis import CATALOGUE
from nami_monitor.kpis.sentences import activity_of, reason_sentence
from nami_monitor.kpis.why import Against, dimensions

app = typer.Typer(rich_markup_mode=None)

By = Annotated[str | None, typer.Option("--by", metavar="DIMENSION")]
AgainstOption = Annotated[Against, typer.Option("--against", metavar="|".join(Against))]


@command(app, "why")
def why(
    session: CommandSession,
    code: Annotated[str, typer.Argument(metavar="CODE")],
    until: Until = None,
    period: PeriodName = "month",
    by: By = None,
    against: AgainstOption = Against.YEAR,
    where: Where = None,
) -> None:
    """Say why a KPI changed."""
    refuse_unknown("kpi.no_code", code, CATALOGUE)
    kpi = CATALOGUE[code]
    ask = question(until, period, 1, None, where)
    dimension = by or next(iter(dimensions(kpi, ask)), "location")
    with session.read() as db:
        explained = explain(db, kpi, ask, dimension, against, session.lang)
    lines = [explained.sentence, *explained.notes]
    if explained.lines:
        lines += ["", *_why_table(session, explained)]
    for heading, articles in (explained.lists or {}).items():
        lines += ["", f"{heading}: {'; '.join(articles)}"]
    session.show(_why_row(session, explained), lines)


def _why_row(session: CommandSession, explained: Explained) -> dict[str, Any]:
    """The change as plain data; the contributions are in the unit of the KPI."""
    change = explained.why
    before, after = as_rows(session, [(change.kpi, change.before), (change.kpi, change.after)])
    return {
        "code": change.kpi.code,
        "dimension": change.dimension,
        "unit": str(change.kpi.unit),
        "before": before,
        "after": after,
        "change": None if change.change is None else float(change.change),
        "contributions": [
            {
                "name": line.name,
                "before": line.before,
                "after": line.after,
                "contribution": line.amount,
                "within": line.within,
                "mix": line.mix,
                "effect": str(line.effect),
                "where": line.where and {name: list(codes) for name, codes in line.where.items()},
            }
            for line in explained.lines
        ],
        "new": list(change.came),
        "vanished": list(change.went),
        "hidden": change.others.hidden if change.others else 0,
        "sentence": explained.sentence,
        "reason": change.lacking and reason_sentence(change.lacking, session.lang),
    }


def _why_table(session: CommandSession, explained: Explained) -> list[str]:
    change = explained.why
    lang = session.lang
    columns = ("before", "after", "amount", *(("within", "mix") if change.mixes else ()), "effect")
    header = [
        session.t(f"dimensions.{change.dimension}"),
        *(session.t(f"why.table.{name}") for name in columns),
    ]

    def figure(value: float | None) -> str:
        if value is None:
            return ""
        activity = activity_of(change.after, lang)
        return formats.quantity(value, change.kpi.unit, lang, activity=activity)

    def contribution(value: float | None) -> str:
        return "" if value is None else amount_text(change, value, lang)

    rows = [
        [
            line.name,
            figure(line.before),
            figure(line.after),
            line_amount_text(change, line, lang),
            *((contribution(line.within), contribution(line.mix)) if change.mixes else ()),
            session.t(f"why.effects.{line.effect}"),
        ]
        for line in explained.lines
    ]
    period = " > ".join(formats.period(one.period, lang) for one in (change.before, change.after))
    return [period, *table(header, rows, right=range(1, len(columns)))]
