"""``nami kpi`` and ``nami completeness``: figures, and how complete the data behind them is.

Also the options that the commands about figures share.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

import typer

from nami_monitor.cli.session import CommandSession, command, table
from nami_monitor.core.errors import UserError, refuse_unknown
from nami_monitor.core.periods import parse_month
from nami_monitor.core.words import Flag
from nami_monitor.i18n import formats
from nami_monitor.ingest.deliveries import source_months
from nami_monitor.kpis import CATALOGUE, Ask, Kpi, KpiResult, as_row, compute
from nami_monitor.kpis.activity import activity_measures
from nami_monitor.kpis.questions import choose
from nami_monitor.kpis.result import absolute
from nami_monitor.kpis.sentences import coverage_text, figure_text, reason_sentence
from nami_monitor.store import Transaction

app = typer.Typer(rich_markup_mode=None)

Until = Annotated[str | None, typer.Option("--until", metavar="YYYY-MM")]
PeriodName = Annotated[
    str,
    typer.Option("--period", metavar="month|quarter|year|ytd|r12|YYYY-MM..YYYY-MM|PROGRAMME"),
]
Activity = Annotated[str | None, typer.Option("--activity", metavar="MEASURE")]
Last = Annotated[int, typer.Option("--last", min=1, max=1200)]
By = Annotated[list[str] | None, typer.Option("--by", metavar="DIMENSION,...")]
Where = Annotated[list[str] | None, typer.Option("--where", metavar="DIMENSION=VALUE")]


def question(
    until: str | None, period: str, last: int, by: list[str] | None, where: list[str] | None
) -> Ask:
    """The question to the data that the options of a command state.

    Raises:
        UserError: ``periods.month``.
        BadParameter: a filter without ``=``.
    """
    wanted: dict[str, tuple[str, ...]] = {}
    for condition in where or ():
        key, sign, value = (part.strip() for part in condition.partition("="))
        if not (sign and key):
            raise typer.BadParameter(condition, param_hint="--where")
        wanted[key] = (*wanted.get(key, ()), value)
    named = [name.strip() for part in by or () for name in part.split(",") if name.strip()]
    return Ask(
        kind=period,
        until=parse_month(until) if until else None,
        last=last,
        by=tuple(dict.fromkeys(named)),
        where=wanted,
    )


def answers(
    db: Transaction, session: CommandSession, codes: Sequence[str], ask: Ask
) -> list[tuple[Kpi, KpiResult]]:
    """The figures of the named KPIs, or of all.

    When none is named, those without the dimensions asked for are left out, and named on standard
    error.

    Raises:
        UserError: ``kpi.no_code``, or what ``compute`` raises.
    """
    figures = []
    for code in codes or CATALOGUE:
        refuse_unknown("kpi.no_code", code, CATALOGUE)
        kpi = CATALOGUE[code]
        try:
            choose(kpi.reads, ask.used)
            figures += [(kpi, result) for result in compute(db, kpi, ask)]
        except UserError as error:
            if codes or error.key != "kpi.dimensions_apart":
                raise
            session.tell(session.t("cli.kpi.left_out", code=code))
    return figures


def as_rows(
    session: CommandSession, figures: Sequence[tuple[Kpi, KpiResult]]
) -> list[dict[str, Any]]:
    """Figures as plain data."""
    return [as_row(kpi, result, reason_sentence(result, session.lang)) for kpi, result in figures]


@command(app, "kpi")
def kpi(
    session: CommandSession,
    codes: Annotated[list[str] | None, typer.Argument(metavar="CODE")] = None,
    until: Until = None,
    period: PeriodName = "month",
    last: Last = 1,
    by: By = None,
    where: Where = None,
    activity: Activity = None,
) -> None:
    """Give the figures of KPIs."""
    ask = question(until, period, last, by, where)
    with session.read() as db:
        if activity:
            known = activity_measures(db)
            refuse_unknown("kpi.no_measure", activity, known, known=", ".join(known) or "-")
            ask = replace(ask, where={**ask.where, "activity": (activity,)})
        figures = answers(db, session, codes or (), ask)
    header = [
        *(session.t(f"cli.kpi.{name}") for name in ("kpi", "period")),
        *(session.t(f"dimensions.{name}") for name in ask.by),
        *(session.t(f"cli.kpi.{name}") for name in ("value", "complete", "remark")),
    ]
    rows = [_cells(session, result) for _, result in figures]
    value_at = 2 + len(ask.by)
    right = (value_at, value_at + 1)
    lines = table(header, rows, right=right) if rows else [session.t("cli.kpi.nothing")]
    session.show(as_rows(session, figures), lines)


def _cells(session: CommandSession, result: KpiResult) -> list[str]:
    """A figure for people."""
    lang = session.lang
    return [
        session.t(f"kpis.{result.code}.name"),
        formats.period(result.period, lang),
        *(session.t("words.unknown") if key is None else key for key in result.keys.values()),
        _value(session, result),
        session.percent(result.completeness),
        _remark(session, result),
    ]


def _value(session: CommandSession, result: KpiResult) -> str:
    """The value with its interval; a ratio per activity with the total that it divides."""
    lang = session.lang
    value = figure_text(result, lang)
    if result.low is not None and result.high is not None:
        low, high = (
            formats.figure(limit, result.unit, lang) for limit in (result.low, result.high)
        )
        value = session.t("cli.kpi.interval", value=value, low=low, high=high)
    divided = absolute(result)
    if divided is None:
        return value
    total = formats.quantity(divided.value, divided.unit, lang)
    return session.t("cli.kpi.total", value=value, total=total)


def _remark(session: CommandSession, result: KpiResult) -> str:
    """Why there is no value; else its grade of evidence, the coverage of factors, and flags."""
    reason = reason_sentence(result, session.lang)
    if reason:
        return reason
    remarks = []
    if result.evidence:
        remarks.append(session.t("measurability.evidence", grade=result.evidence))
    if coverage := coverage_text(result, session.lang):
        remarks.append(coverage)
    remarks += [session.t(f"flags.{flag}") for flag in result.flags if flag is not Flag.DEMO]
    return "; ".join(remarks)


@command(app, "completeness")
def completeness(session: CommandSession) -> None:
    """Show by source and month what was expected, what is there, and where a series breaks."""
    with session.read() as db:
        months = source_months(db)
    document = [
        {
            "table": row.table,
            "source": row.source,
            "month": f"{row.month:%Y-%m}",
            "expected": row.owed,
            "present": row.lines > 0,
            "share": row.share,
            "expected_locations": row.expected_locations,
            "locations": row.locations,
            "lines": row.lines,
            "learnt": row.learnt,
            "breaks": row.breaks,
        }
        for row in months
    ]
    heads = ("source", "month", "expected", "present", "share", "breaks")
    header = [session.t(f"cli.completeness.{name}") for name in heads]
    yes_no = {True: session.t("cli.yes"), False: session.t("cli.no")}
    rows = [
        [
            row.source,
            formats.month(row.month, session.lang),
            yes_no[row.owed],
            yes_no[row.lines > 0],
            session.percent(row.share),
            ", ".join(session.t(f"breaks.{kind}") for kind in row.breaks),
        ]
        for row in months
    ]
    session.show(document, table(header, rows, right=(4,)))
