"""Figures that stay as long as the data does: kept by database, data version and question."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import streamlit as st

from nami_monitor.briefing import beside, registers
from nami_monitor.briefing.lessons import Called, Cases, cases_of
from nami_monitor.briefing.lessons import beside as called_beside
from nami_monitor.briefing.month import Briefing, briefing
from nami_monitor.briefing.overview import Overview, overview
from nami_monitor.core.thresholds import SCREEN_ROWS
from nami_monitor.core.words import PeriodKind
from nami_monitor.kpis import CATALOGUE, Ask, KpiResult, compute, targets
from nami_monitor.signals.signal import Signal
from nami_monitor.store import Store

Where = tuple[tuple[str, tuple[str, ...]], ...]
"""Filters in a form that can be a key."""


def figures(store: Store, code: str, ask: Ask) -> list[KpiResult]:
    """The results of a KPI; asked once per data version.

    Raises:
        UserError: as ``compute``; ``kpi.too_many`` beyond what a screen can show.
    """
    key = (ask.kind, ask.until, ask.last, ask.by, tuple(sorted(ask.where.items())))
    return _figures(store, str(store.path), store.version(), code, key)


@st.cache_data(show_spinner=False, max_entries=400)
def _figures(
    _store: Store, path: str, version: int, code: str, key: tuple[Any, ...]
) -> list[KpiResult]:
    del path, version  # they are part of the key only
    kind, until, last, by, where = key
    most = int(SCREEN_ROWS.value)
    ask = Ask(kind=kind, until=until, last=last, by=by, where=dict(where), most=most)
    with _store.read() as db:
        return compute(db, CATALOGUE[code], ask)


def at_a_glance(store: Store, month: date, where: Where, kind: str = PeriodKind.MONTH) -> Overview:
    """The overview of the period that ends with a month; built once per data version."""
    return _glance(store, str(store.path), store.version(), month, where, str(kind))


@st.cache_data(show_spinner=False, max_entries=100)
def _glance(
    _store: Store, path: str, version: int, month: date, where: Where, kind: str
) -> Overview:
    del path, version
    with _store.read() as db:
        return overview(db, month, dict(where), kind)


def briefed(store: Store, month: date, category: str, where: Where) -> Briefing:
    """The briefing of a month, of one category or of everything; built once per data version."""
    within = tuple((name, values) for name, values in where if name != "category")
    return _briefed(store, str(store.path), store.version(), month, category, within)


@st.cache_resource(show_spinner=False, max_entries=50)  # frozen, and bears what cannot be copied
def _briefed(
    _store: Store, path: str, version: int, month: date, category: str, within: Where
) -> Briefing:
    del path, version
    with _store.read() as db:
        return briefing(db, month, [category] if category else [], within=dict(within))


def signals_of_trend(
    store: Store, code: str, results: Sequence[KpiResult], where: Where, restarts: tuple[date, ...]
) -> tuple[Signal, ...]:
    """The signals in a trend; worked out once per data version."""
    first, last = results[0], results[-1]
    shown = (
        first.month,
        last.month,
        last.period.kind,
        tuple(last.keys),
        last.activity,
        len(results),
    )
    key = (code, where, restarts, shown)
    return _signals_of_trend(store, str(store.path), store.version(), results, key)


@st.cache_data(show_spinner=False, max_entries=200)
def _signals_of_trend(
    _store: Store, path: str, version: int, _results: Sequence[KpiResult], key: tuple[Any, ...]
) -> tuple[Signal, ...]:
    code, where, restarts, _ = key
    measures = _signals_of_measures(_store, path, version, _results[-1].month)
    with _store.read() as db:
        kpi = CATALOGUE[code]
        return beside.signals_of_trend(db, kpi, _results, dict(where), measures, restarts=restarts)


@st.cache_data(show_spinner=False, max_entries=20)
def _signals_of_measures(_store: Store, path: str, version: int, month: date) -> tuple[Signal, ...]:
    del path, version
    with _store.read() as db:
        return beside.signals_of_measures(db, month)


def lessons_of_measure(store: Store, code: str, month: date) -> tuple[Called, ...]:
    """The lessons that one measure calls up, from what is known up to a month."""
    found = _signals_of_measures(store, str(store.path), store.version(), month)
    return called_beside(code, [one for one in found if one.subject == code], cases(store))


def cases(store: Store) -> Cases:
    """The cases of the kit that reach each category."""
    return _cases(store, str(store.path), store.version())


@st.cache_data(show_spinner=False, max_entries=20)
def _cases(_store: Store, path: str, version: int) -> Cases:
    del path, version
    with _store.read() as db:
        return cases_of(db)


@st.cache_data(show_spinner=False, max_entries=20)
def _registers(
    _store: Store, path: str, version: int
) -> tuple[
    registers.Choices,
    tuple[registers.Intervention, ...],
    tuple[registers.DataBreak, ...],
    tuple[targets.Target, ...],
]:
    del path, version
    with _store.read() as db:
        return (
            registers.choices(db),
            registers.interventions(db),
            registers.data_breaks(db),
            targets.targets(db),
        )


def choices(store: Store) -> registers.Choices:
    """What the filters offer."""
    return _registers(store, str(store.path), store.version())[0]


def interventions(store: Store) -> tuple[registers.Intervention, ...]:
    """Every intervention."""
    return _registers(store, str(store.path), store.version())[1]


def data_breaks(store: Store) -> tuple[registers.DataBreak, ...]:
    """Every data break."""
    return _registers(store, str(store.path), store.version())[2]
