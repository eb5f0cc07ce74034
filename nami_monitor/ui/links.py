"""Addresses of figures: the page that traces a figure, and the one with its trend."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final
from urllib.parse import urlencode

import streamlit as st

from nami_monitor.core.errors import refuse_unknown
from nami_monitor.core.escapes import markdown
from nami_monitor.core.periods import SPAN, Period, parse_month, span
from nami_monitor.core.words import PeriodKind
from nami_monitor.i18n import formats
from nami_monitor.kpis import TRACED, Ask, Kpi, KpiResult
from nami_monitor.kpis.questions import DIMENSIONS, EMPTY, OPTIONS
from nami_monitor.kpis.sentences import reason_sentence
from nami_monitor.ui import doors, filters
from nami_monitor.ui.app import DEMO, OWN
from nami_monitor.ui.session import DATA, LANGUAGE, Session

USUAL = "impact_spend"
"""The figure of an address that names none."""

Filters = Mapping[str, tuple[str, ...]]
Address = Mapping[str, str | Sequence[str]]


def figure_address(code: str, period: Period, where: Filters) -> Address:
    """The parameters of an address that name one figure.

    Args:
        code: the KPI.
        period: its period; one of no kind of the calendar is told by its months.
        where: every filter that holds for it.
    """
    kind = period.kind if period.kind in set(PeriodKind) else span(period.first, period.last)
    month = f"{period.last:%Y-%m}"
    fixed = {"kpi": code, **filters.in_address(kind), "month": month}
    return {**{name: [value] for name, value in fixed.items()},
            **{name: list(values) for name, values in where.items()}}  # fmt: skip


def result_address(result: KpiResult, where: Filters) -> Address:
    """The parameters of an address that name a result.

    Args:
        result: the figure; its group is a filter too.
        where: the filters of the question that gave it.
    """
    own = {name: (EMPTY if value is None else value,) for name, value in result.keys.items()}
    return figure_address(result.code, result.period, {**where, **own})


def read_figure(address: Mapping[str, Sequence[str]], latest: date | None) -> tuple[Kpi, Ask]:
    """The figure that an address names: the inverse of ``figure_address``.

    Args:
        address: every value of each name in the address.
        latest: the month that is meant where none is named.

    Raises:
        UserError: ``kpi.no_code``, or ``periods.month``.
    """
    first = {name: values[0] for name, values in address.items() if values and values[0]}
    code = first.get("kpi", USUAL)
    refuse_unknown("kpi.no_code", code, TRACED)
    month = parse_month(first["month"]) if "month" in first else latest
    kind = first.get("period", PeriodKind.MONTH)
    if kind == SPAN and month:
        kind = span(parse_month(first["from"]) if "from" in first else month, month)
    where = {
        name: values
        for name in (*DIMENSIONS, *OPTIONS)
        if (values := tuple(value for value in address.get(name, ()) if value))
    }
    return TRACED[code], Ask(kind=kind, until=month, where=where)


def address(session: Session, screen: str, parameters: Address, part: str = "") -> str:
    """The address of a screen, with the session's language and data.

    Args:
        session: for language and data.
        screen: file in ``pages/``; empty for the one that is shown.
        parameters: what else the address says.
        part: part of the screen, where it has several.
    """
    fixed = {LANGUAGE: session.lang, DATA: DEMO if session.demo else OWN}
    url, asked = doors.place(screen, part) if screen else ("", {})
    return f"{url}?{urlencode({**fixed, **parameters, **asked}, doseq=True)}"


TO_UNDO: Final = frozenset({"activity_twice", "activity_twice_whole"})
"""Reasons for no value that tell to undo a delivery."""


def where_to_undo(session: Session, result: KpiResult) -> str:
    """The address of the deliveries where a figure has no value until one is undone; else empty."""
    told = result.reason and result.reason.key in TO_UNDO
    return address(session, "data", {}, "batches") if told else ""


def offer_deliveries(session: Session) -> None:
    """A link to the deliveries, to undo one."""
    data = DEMO if session.demo else OWN
    doors.link(
        "data",
        session.t("jobs.to_undo"),
        part="batches",
        query_params={LANGUAGE: session.lang, DATA: data},
    )


def why_none(session: Session, result: KpiResult) -> None:
    """Why a figure has no value; a link to the deliveries beside it where one must be undone."""
    st.info(markdown(reason_sentence(result, session.lang) or ""))
    if where_to_undo(session, result):
        offer_deliveries(session)


def trace_of_result(session: Session, result: KpiResult, where: Filters) -> str:
    """The address that traces a result; see ``result_address``."""
    return address(session, "trace", result_address(result, where))


def trace_of_figure(session: Session, code: str, period: Period, where: Filters) -> str:
    """The address that traces a figure; see ``figure_address``."""
    return address(session, "trace", figure_address(code, period, where))


def offer_figure(session: Session, code: str, period: Period, where: Filters) -> None:
    """A link that traces a figure, named by the figure and its period."""
    when = formats.period(period, session.lang)
    name = f"{session.t(f'kpis.{code}.name')}, {when}"
    offer_trace(session.t("trace.figure", name=name), figure_address(code, period, where))


def offer_trace(label: str, parameters: Address) -> None:
    """A link that traces a figure.

    Args:
        label: which figure.
        parameters: as ``figure_address`` gives it.
    """
    doors.link("trace", label, icon=":material/account_tree:", query_params=parameters)
