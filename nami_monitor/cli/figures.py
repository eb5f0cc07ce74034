"""``nami kpi``, ``why``, ``trace``, ``measurability``, ``completeness``, and their options."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from nami_monitor.briefing import measuring
from nami_monitor.briefing.why import Explained, amount_text, explain, line_amount_text
from nami_monitor.cli.session import CommandSession, Month, command, table
from nami_monitor.core.errors import UserError, refuse_unknown
from nami_monitor.core.periods import parse_month
from nami_monitor.core.words import Flag, State
from nami_monitor.i18n import formats
from nami_monitor.kpis import CATALOGUE, TRACED, Ask, Kpi, KpiResult, as_row, compute, sentences
from nami_monitor.kpis.activity import activity_measures
from nami_monitor.kpis.measurability import Cell, Measurability, Unlock
from nami_monitor.kpis.measurability import measurability as measure
from nami_monitor.kpis.questions import choose
from nami_monitor.kpis.result import absolute
from nami_monitor.kpis.sentences import activity_of, coverage_text, figure_text, reason_sentence
from nami_monitor.kpis.trace import Trace
from nami_monitor.kpis.trace import export as export_rows
from nami_monitor.kpis.trace import trace as trace_figure
from nami_monitor.kpis.why import Against, dimensions
from nami_monitor.store import Transaction
from nami_monitor.store.export import FORMATS

Until = Annotated[str | None, typer.Option("--until", metavar="YYYY-MM")]
PeriodName = Annotated[
    str, typer.Option("--period", metavar="month|quarter|year|ytd|r12|YYYY-MM..YYYY-MM|PROGRAMME")
]
Activity = Annotated[str | None, typer.Option("--activity", metavar="MEASURE")]
Last = Annotated[int, typer.Option("--last", min=1, max=1200)]
MOST: Final = 25
"""So many groups stand in a table for people, the largest; JSON holds all."""
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
    """The figures of the named KPIs; else of all that have the dimensions asked for.

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


@command("kpi")
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
    with session.read_as_of(ask.until) as db:
        if activity:
            known = activity_measures(db)
            refuse_unknown("kpi.no_measure", activity, known, known=", ".join(known) or "-")
            ask = replace(ask, where={**ask.where, "activity": (activity,)})
        figures = answers(db, session, codes or (), ask)
    if session.json:
        session.show(as_rows(session, figures), ())
        return
    header = [
        *(session.t(f"cli.kpi.{name}") for name in ("kpi", "period")),
        *(session.t(f"dimensions.{name}") for name in ask.by),
        *(session.t(f"cli.kpi.{name}") for name in ("value", "complete", "remark")),
    ]
    shown = _largest(figures)
    rows = [_cells(session, result) for result in shown]
    value_at = 2 + len(ask.by)
    right = (value_at, value_at + 1)
    lines = table(header, rows, right=right) if rows else [session.t("cli.kpi.nothing")]
    if others := len(figures) - len(shown):
        lines += ["", session.t("cli.kpi.others", n=others, most=MOST)]
    session.show((), lines)


def _largest(figures: Sequence[tuple[Kpi, KpiResult]]) -> list[KpiResult]:
    """The figures of the ``MOST`` groups of each KPI with the largest ones, in the same order."""
    by_kpi: dict[str, dict[tuple[str | None, ...], float]] = defaultdict(dict)
    for kpi, result in figures:
        sizes, group = by_kpi[kpi.code], tuple(result.keys.values())
        sizes[group] = sizes.get(group, 0.0) + abs(result.value or 0.0)
    most = {
        code: set(sorted(sizes, key=sizes.__getitem__, reverse=True)[:MOST])
        for code, sizes in by_kpi.items()
    }
    return [result for kpi, result in figures if tuple(result.keys.values()) in most[kpi.code]]


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
    divided = absolute(result)
    if divided is None:
        return value
    total = formats.quantity(divided.value, divided.unit, lang)
    return session.t("cli.kpi.total", value=value, total=total)


def _remark(session: CommandSession, result: KpiResult) -> str:
    """Why there is no value; else what it rests on, the coverage of factors, and flags."""
    reason = reason_sentence(result, session.lang)
    if reason and result.state is not State.VALUE:
        return reason
    remarks = [reason] if reason else []
    if result.evidence:
        remarks.append(session.t(f"requests.evidence.{result.evidence}").rstrip("."))
    if coverage := coverage_text(result, session.lang):
        remarks.append(coverage)
    remarks += [session.t(f"flags.{flag}") for flag in result.flags if flag is not Flag.DEMO]
    return "; ".join(remarks)


@command("completeness")
def completeness(session: CommandSession) -> None:
    """Show by source and month what was expected, what is there, and where a series breaks."""
    from nami_monitor.ingest.deliveries import source_months  # noqa: PLC0415 - slow to load

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


SplitBy = Annotated[str | None, typer.Option("--by", metavar="DIMENSION")]
AgainstOption = Annotated[Against, typer.Option("--against", metavar="|".join(Against))]


@command("why")
def why(
    session: CommandSession,
    code: Annotated[str, typer.Argument(metavar="CODE")],
    until: Until = None,
    period: PeriodName = "month",
    by: SplitBy = None,
    against: AgainstOption = Against.YEAR,
    where: Where = None,
) -> None:
    """Say why a KPI changed."""
    refuse_unknown("kpi.no_code", code, CATALOGUE)
    kpi = CATALOGUE[code]
    ask = question(until, period, 1, None, where)
    dimension = by or next(iter(dimensions(kpi, ask)), "location")
    with session.read_as_of(ask.until) as db:
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


HEADS = ("batch", "source", "file", "table", "imported", "rows", "numerator", "denominator")


@command("trace")
def trace(
    session: CommandSession,
    code: Annotated[str, typer.Argument(metavar="CODE")],
    until: Until = None,
    period: PeriodName = "month",
    where: Where = None,
    rows: Annotated[bool, typer.Option("--rows")] = False,
    out: Annotated[Path | None, typer.Option("--out")] = None,
    of: Annotated[str | None, typer.Option("--table", metavar="TABLE")] = None,
) -> None:
    """Trace a figure to its formula, batches and rows."""
    refuse_unknown("kpi.no_code", code, TRACED)
    if rows and out is None:
        raise UserError("trace.need_out")
    kpi, ask = TRACED[code], question(until, period, 1, None, where)
    file: dict[str, Any] = {}
    with session.read_as_of(ask.until) as db:
        traced = trace_figure(db, kpi, ask)
        lines = _trace_lines(session, traced)
        if rows and out:
            kind = out.suffix.lower().removeprefix(".")
            kind = kind if kind in FORMATS else FORMATS[0]
            written = export_rows(db, kpi, ask, out, kind, table=of)
            session.acted("export", of or "", kpi.code)
            lines.append(session.t("cli.export.done", n=written, file=out))
            given = (part.table for part in traced.batches if part.numerator is not None)
            of = of or next(given, None)
            left_out = sum(part.rows for part in traced.batches if part.table == of) - written
            if left_out:
                lines.append(session.t("cli.export.hidden", n=left_out))
            file = {"file": str(out), "rows": written, "hidden": left_out}
    session.show({**_trace_row(session, traced), **file}, lines)


def _trace_row(session: CommandSession, traced: Trace) -> dict[str, Any]:
    """The trace as plain data."""
    (figure,) = as_rows(session, [(TRACED[traced.result.code], traced.result)])
    return {
        "figure": figure,
        "formula": session.t(f"kpis.{traced.result.code}.formula"),
        "numerator_sql": traced.kpi.numerator,
        "denominator_sql": traced.kpi.denominator,
        "covered_sql": traced.kpi.covered,
        "activity": traced.result.activity,
        "relation": traced.relation,
        "months": [
            {"first": f"{period.first:%Y-%m}", "last": f"{period.last:%Y-%m}"}
            for period in traced.periods
        ],
        "batches": [
            asdict(part) | {"imported_at": when and when.isoformat(timespec="seconds")}
            for part in traced.batches
            for when in (part.imported_at,)
        ],
    }


def _trace_lines(session: CommandSession, traced: Trace) -> list[str]:
    lang, result = session.lang, traced.result
    period = formats.period(result.period, lang)
    lines = [
        f"{session.t(f'kpis.{result.code}.name')}, {period}: {sentences.figure_text(result, lang)}",
        session.t(f"kpis.{result.code}.formula"),
        sentences.formula_text(traced, lang),
        "",
    ]
    if not traced.batches:
        return [*lines, session.t("trace.nothing")]
    header = [session.t(f"trace.heads.{name}") for name in HEADS]
    rows = [
        [
            str(part.batch),
            part.source,
            part.file,
            session.t(f"tables.{part.table}.name"),
            "" if part.imported_at is None else formats.day(part.imported_at, lang),
            formats.number(part.rows, lang),
            *(
                "" if share is None else sentences.amount_text(share, lang)
                for share in (part.numerator, part.denominator)
            ),
        ]
        for part in traced.batches
    ]
    return [*lines, *table(header, rows, right=(0, 5, 6, 7))]


@command("measurability")
def measurability(
    session: CommandSession,
    category: Annotated[str | None, typer.Option("--category", metavar="CATEGORY")] = None,
    month: Month = None,
) -> None:
    """Say which KPIs the data supports by category, and what would unlock most."""
    with session.read_month(month) as db:
        measured = measure(db, measuring.watched(), category)
        names = measuring.names(db, measured.categories, session.lang)
    if not session.json:
        session.show((), _measured_lines(session, measured, names))
        return
    document = {
        "month": measured.month and f"{measured.month:%Y-%m}",
        "figures": [_cell_row(session, cell) for cell in measured.cells],
        "unlocks": [_unlock_row(unlock) for unlock in measured.unlocks],
    }
    session.show(document, ())


def _measured_lines(
    session: CommandSession, measured: Measurability, names: dict[str, str]
) -> list[str]:
    """What can be measured, of the ``MOST`` categories that are supported best."""
    lines = [measuring.headline(measured, session.lang), ""]
    lines += _cell_table(session, measured, names)
    if others := len(measured.categories[MOST:]):
        lines += ["", session.t("cli.measurability.others", n=others)]
    unlocks = (measuring.unlock_sentence(unlock, session.lang) for unlock in measured.unlocks)
    return [*lines, "", *unlocks]


def _cell_row(session: CommandSession, cell: Cell) -> dict[str, Any]:
    return {
        "category": cell.category,
        "code": cell.kpi.code,
        "strategy": str(cell.kpi.strategy),
        "state": str(cell.result.state),
        "value": cell.result.value,
        "period_start": cell.result.period.start.isoformat(),
        "period_end": cell.result.period.end.isoformat(),
        "unit": str(cell.result.unit),
        "evidence": str(cell.result.evidence),
        "completeness": cell.result.completeness,
        "reason": reason_sentence(cell.result, session.lang),
        "lacks": [{"need": lack.need, "filled": lack.share} for lack in cell.lacks],
    }


def _unlock_row(unlock: Unlock) -> dict[str, Any]:
    def pairs(figures: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
        return [{"category": category, "code": code} for category, code in figures]

    return {
        "need": unlock.need,
        "unlocks": pairs(unlock.alone),
        "together": [
            {"with": list(others), "unlocks": pairs(figures)}
            for others, figures in unlock.together.items()
        ],
    }


def _cell_table(
    session: CommandSession, measured: Measurability, names: dict[str, str]
) -> list[str]:
    heads = ("category", "kpi", "state", "period", "evidence", "completeness", "remark")
    rows = [
        [
            names[cell.category],
            session.t(f"kpis.{cell.kpi.code}.name"),
            session.t(f"words.{cell.result.state}"),
            measuring.period(cell, session.lang),
            str(cell.result.evidence),
            session.percent(cell.result.completeness),
            "" if cell.result.state is State.VALUE else measuring.why(cell, session.lang),
        ]
        for cell in measuring.by_category(measured, MOST)
    ]
    return table([session.t(f"measurability.heads.{name}") for name in heads], rows, right=(5,))
