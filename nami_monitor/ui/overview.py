"""The overview's parts: cards, what needs attention, and the table of all KPIs."""

from __future__ import annotations

from html import escape
from typing import Any

import streamlit as st

from nami_monitor.briefing.overview import Line, Overview
from nami_monitor.charts.tables import Table
from nami_monitor.core.words import OverTime, State, Unit
from nami_monitor.i18n import formats
from nami_monitor.kpis import CATALOGUE
from nami_monitor.kpis.targets import Aim
from nami_monitor.signals.assess import Assessment
from nami_monitor.ui import words
from nami_monitor.ui.app import Session
from nami_monitor.ui.cards import Beside, Card, Chip, cards_html

CHIPS = {
    Assessment.IMPROVEMENT: Chip.IMPROVEMENT,
    Assessment.CONCERN: Chip.CONCERN,
    Assessment.NO_SIGNAL: Chip.NO_SIGNAL,
}


def headline(session: Session, glance: Overview) -> str:
    """The month in one sentence; it claims no more than the signals."""
    better = glance.count(Assessment.IMPROVEMENT)
    worse = glance.count(Assessment.CONCERN)
    absent = len(glance.blocked)
    said = [
        session.t("overview.headline.better", n=better)
        if better
        else session.t("overview.headline.level"),
        session.t("overview.headline.worse", n=worse)
        if worse
        else session.t("overview.headline.calm"),
    ]
    if absent:
        said.append(session.t("overview.headline.absent", n=absent))
    month = formats.month(glance.month, session.lang)
    return session.t("overview.headline.month", month=month, said=", ".join(said))


def say_headline(session: Session, glance: Overview) -> None:
    """The headline, in the size that it deserves."""
    st.html(f'<p class="nami-headline">{escape(headline(session, glance))}</p>')


def cards(session: Session, glance: Overview) -> None:
    """A card per KPI that the data gives; the others by name, with what to do."""
    shown = tuple(_card(session, line) for line in glance.lines if line.supported)
    st.html(cards_html(shown, session.lang))
    named = [words.kpi_name(session, line.kpi) for line in glance.unsupported]
    if named:
        st.caption(session.t("overview.unsupported", n=len(named), named=", ".join(named)))


def _card(session: Session, line: Line) -> Card:
    result = line.result
    name = words.kpi_name(session, line.kpi)
    strategy = session.t(f"strategies.{line.kpi.strategy}")
    if result.state is not State.VALUE:
        return Card(
            name=name,
            state=result.state,
            strategy=strategy,
            reason=words.reason(session, result),
        )
    activity = words.activity_name(session, result.activity)
    value, unit = _split(session, result.value or 0.0, result.unit, activity)
    return Card(
        name=name,
        strategy=strategy,
        value=value,
        unit=unit,
        beside=tuple(part for part in (_aim(session, line.aim), _year_ago(session, line)) if part),
        spark=line.spark,
        spark_alt=session.t(
            "overview.spark",
            name=name,
            value=words.figure(session, result),
            month=formats.month(result.month, session.lang),
        ),
        chip=CHIPS[line.assessment] if line.assessment else None,
        note=_note(session, line),
    )


def _split(
    session: Session, value: float, unit: Unit, activity: str | None = None
) -> tuple[str, str]:
    """A figure and what follows it; the signs of euro and percent stay with the figure."""
    written = formats.figure(value, unit, session.lang)
    label = formats.unit_label(unit, session.lang, activity=activity)
    if label.startswith("€") and "€" not in written:
        label = label.removeprefix("€").strip()
        whole = formats.quantity(value, unit, session.lang, activity=activity)
        return whole.removesuffix(label).rstrip(), label
    return written, "" if label in {"€", "%"} else label


def _note(session: Session, line: Line) -> str:
    said = words.flags(session, line.result.flags)
    if line.kpi.over_time is OverTime.DISTINCT_IN_WINDOW:
        window = session.t("overview.window")
        said = f"{window}; {said}" if said else window
    return said[:1].upper() + said[1:]


def _aim(session: Session, aim: Aim | None) -> Beside | None:
    if aim is None or aim.value is None:
        return None
    kpi = CATALOGUE[aim.target.kpi]
    measure = aim.judged.activity if aim.judged else None
    activity = words.activity_name(session, measure)
    difference = session.t("overview.aim.later", period=aim.target.period)
    if aim.distance is not None and aim.judged is not None:
        gap = formats.difference(
            aim.distance, kpi.unit, session.lang, activity=activity, like=aim.value
        )
        difference = session.t(
            "overview.aim.distance",
            period=formats.period(
                aim.judged.period.start, aim.judged.period.end, aim.judged.period.kind, session.lang
            ),
            gap=gap,
        )
    return Beside(
        session.t("overview.aim.label", period=aim.target.period),
        _split(session, aim.value, kpi.unit, activity)[0],
        difference,
    )


def _year_ago(session: Session, line: Line) -> Beside | None:
    if line.year_ago.value is None or line.change is None:
        return None
    unit = line.result.unit
    activity = words.activity_name(session, line.result.activity)
    difference = formats.difference(
        line.change, unit, session.lang, activity=activity, like=line.year_ago.value
    )
    return Beside(
        formats.month(line.year_ago.month, session.lang),
        _split(session, line.year_ago.value, unit, activity)[0],
        difference if line.change else session.t("overview.same"),
    )


def attention(session: Session, glance: Overview) -> None:
    """What needs attention, most important first, each with a way on."""
    said = [_attention_line(session, line) for line in glance.attention]
    said += [
        session.t(
            "overview.attention.break",
            source=found.source,
            month=formats.month(found.month, session.lang),
            kinds=", ".join(session.t(f"breaks.{kind}") for kind in found.kinds),
        )
        for found in glance.breaks
    ]
    st.header(session.t("overview.attention.title"), anchor=False)
    if said:
        st.markdown("\n".join(f"- {one}" for one in said))
    else:
        st.markdown(session.t("overview.attention.none", n=len(glance.lines)))


def _attention_line(session: Session, line: Line) -> str:
    name = f"**{words.kpi_name(session, line.kpi)}**"
    if line.result.state is State.NOT_COMPUTABLE:
        return f"{name}: {words.reason(session, line.result)}"
    return session.t(
        "overview.attention.concern",
        name=name,
        value=words.figure(session, line.result),
        month=formats.month(line.result.month, session.lang),
    )


def table(session: Session, glance: Overview) -> list[dict[str, Any]]:
    """Every KPI as a row of words, for the table and its download."""
    rows = []
    for line in glance.lines:
        result = line.result
        completeness = result.completeness
        rows.append(
            {
                session.t("overview.table.strategy"): session.t(f"strategies.{line.kpi.strategy}"),
                session.t("overview.table.kpi"): words.kpi_name(session, line.kpi),
                session.t("overview.table.value"): words.figure(session, result),
                session.t("overview.table.year_ago"): words.figure(session, line.year_ago),
                session.t("overview.table.signal"): _signal(session, line),
                session.t("overview.table.completeness"): words.NONE
                if completeness is None
                else formats.percent(100 * completeness, session.lang, decimals=0),
                session.t("overview.table.remark"): words.reason(session, result)
                or words.flags(session, result.flags),
            }
        )
    return rows


def sheet(session: Session, glance: Overview) -> Table:
    """Every KPI as a row of values, for the download."""
    columns = ("strategy", "kpi", "value", "unit", "year_ago", "signal", "completeness", "remark")
    rows = tuple(
        (
            session.t(f"strategies.{line.kpi.strategy}"),
            words.kpi_name(session, line.kpi),
            line.result.value,
            words.unit(session, line.result),
            line.year_ago.value,
            _signal(session, line),
            None if line.result.completeness is None else 100 * line.result.completeness,
            words.reason(session, line.result) or words.flags(session, line.result.flags),
        )
        for line in glance.lines
    )
    return Table(tuple(session.t(f"overview.table.{name}") for name in columns), rows)


def _signal(session: Session, line: Line) -> str:
    if line.result.state is not State.VALUE:
        return session.t(f"words.{line.result.state}")
    if line.assessment is None:
        return words.NONE
    return session.t(f"cards.{CHIPS[line.assessment]}")
