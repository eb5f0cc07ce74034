"""A target set by form: for which figure and category, of which kind, for which period."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import streamlit as st

from nami_monitor.briefing.aims import Line
from nami_monitor.core.errors import UserError
from nami_monitor.core.periods import period_at
from nami_monitor.core.words import Direction, PeriodKind
from nami_monitor.i18n import formats
from nami_monitor.kpis import CATALOGUE
from nami_monitor.kpis.targets import ABSOLUTE, CHANGE, PATH, kind_of, named
from nami_monitor.ui import entry, targets
from nami_monitor.ui.app import Session
from nami_monitor.ui.data import labels
from nami_monitor.ui.targets import Names

if TYPE_CHECKING:
    from nami_monitor.ingest.entry import Value

KINDS = (ABSOLUTE, CHANGE, PATH)
PERIODS = (PeriodKind.YEAR, PeriodKind.QUARTER, PeriodKind.MONTH)
FIRST_YEAR, LAST_YEAR = 2000, 2099
ALL = ""


def form(session: Session, found: Sequence[Line], names: Names, category: str = "") -> None:
    """Ask for a target and book it.

    Args:
        session: the visitor's session.
        found: the targets that stand.
        names: the categories' names.
        category: the one that the page is about; empty for none.
    """
    with st.expander(session.t("targets.form.title"), expanded=not found):
        st.markdown(session.t("targets.form.words"))
        st.page_link("pages/data.py", label=session.t("targets.form.load"))
        entry.in_demo(session)
        judged = [code for code, kpi in CATALOGUE.items() if kpi.better is not Direction.NEUTRAL]
        left, right = st.columns(2)
        with left:
            kpi = st.selectbox(
                session.t("columns.kpi"),
                judged,
                format_func=lambda code: targets.kpi_name(session, code),
                key="target_kpi",
            )
            kind = st.radio(
                session.t("columns.kind"),
                KINDS,
                format_func=lambda code: session.t(f"targets.kinds.{code}"),
                key="target_kind",
            )
        with right:
            category = st.selectbox(
                session.t("columns.category"),
                [*names, ALL],
                index=[*names, category].index(category) if category else 0,
                format_func=lambda code: targets.category_name(session, names, code or None),
                key="target_category",
            )
            period = _period(session, "target", session.t("targets.form.period"))
        baseline = None
        if kind == CHANGE:
            baseline = _baseline(session, period)
        value = st.text_input(
            session.t(f"targets.form.value_{kind}"),
            key="target_value",
            help=session.t("targets.form.value_help"),
        )
        source = st.text_input(session.t("targets.form.source"), key="target_source", max_chars=200)
        row: dict[str, Value] = {
            "kpi": kpi,
            "category": category or None,
            "kind": kind,
            "period": period,
            "baseline_period": baseline,
            "source": source.strip() or None,
        }
        _beside(session, found, row)
        if st.button(session.t("targets.form.book"), key="target_book", type="primary"):
            _book(session, row, value)


def _book(session: Session, row: dict[str, Value], value: str) -> None:
    try:
        read = float(formats.parse_decimal(value, session.lang))
    except UserError as error:
        st.error(session.sentence(error))
        return
    entry.book(session, "targets", [row | {"value": read}], session.t("targets.form.booked"))


def _beside(session: Session, found: Sequence[Line], row: dict[str, Value]) -> None:
    """Say which targets stand already for the same figure, category and period."""
    for line in found:
        one = line.target
        if (one.kpi, one.category, one.period) == (row["kpi"], row["category"], row["period"]):
            key = "replaces" if one.kind == row["kind"] else "beside"
            st.info(
                session.t(
                    f"targets.form.{key}",
                    goal=targets.goal(session, one),
                    kind=labels.value(session, one.kind),
                )
            )


def _period(session: Session, key: str, label: str) -> str:
    """A year, a quarter or a month."""
    kind = st.radio(
        label,
        PERIODS,
        format_func=lambda one: session.t(f"periods.{one}"),
        horizontal=True,
        key=f"{key}_period_kind",
    )
    return _within(session, key, kind)


def _within(session: Session, key: str, kind: PeriodKind, *, back: int = 0) -> str:
    today = date.today()  # noqa: DTZ011 - the year on the visitor's own calendar
    year = int(
        st.number_input(
            session.t("periods.year"),
            min_value=FIRST_YEAR,
            max_value=LAST_YEAR,
            value=today.year - back,
            format="%d",
            key=f"{key}_year",
        )
    )
    month = 12
    if kind is PeriodKind.QUARTER:
        quarter = st.selectbox(session.t("periods.quarter"), (1, 2, 3, 4), key=f"{key}_quarter")
        month = 3 * quarter
    elif kind is PeriodKind.MONTH:
        month = st.selectbox(
            session.t("periods.month"),
            tuple(range(1, 13)),
            format_func=lambda one: formats.month_name(one, session.lang),
            key=f"{key}_month",
        )
    return named(period_at(kind, date(year, month, 1)))


def _baseline(session: Session, period: str) -> str:
    """The period that a change is measured from, of the same kind as the target's."""
    st.markdown(session.t("targets.form.baseline"))
    return _within(session, "target_baseline", kind_of(period), back=1)
