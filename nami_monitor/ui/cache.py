"""Results that are computed once per database, data version and arguments, for every visitor."""

import functools
import hashlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any, Concatenate, Final, ParamSpec, TypeVar, cast

import streamlit as st

from nami_monitor.briefing import decisions, headline, signals
from nami_monitor.briefing import overview as glances
from nami_monitor.briefing import phases as accepted_phases
from nami_monitor.briefing.as_of import read_as_of
from nami_monitor.briefing.decisions import Decision
from nami_monitor.briefing.lessons import CalledLesson, Cases, cases_of, lessons_of_chart
from nami_monitor.briefing.month import Briefing, BriefingSection, briefing
from nami_monitor.briefing.overview import Overview
from nami_monitor.briefing.phases import AcceptedPhase
from nami_monitor.core.thresholds import SCREEN_ROWS
from nami_monitor.core.words import PeriodKind
from nami_monitor.kpis import CATALOGUE, Ask, KpiResult, compute
from nami_monitor.kpis.interventions import register
from nami_monitor.signals.signal_rules import Signal
from nami_monitor.store import Store
from nami_monitor.store.journal import JournalEntry, current
from nami_monitor.store.journal import category_names as names_of_categories
from nami_monitor.ui import visits

P = ParamSpec("P")
R = TypeVar("R")

DRAWN: Final = "48MB"
"""So much is kept of what was drawn; what nobody saw for longest goes first."""

Where = tuple[tuple[str, tuple[str, ...]], ...]
"""Filters as pairs of a dimension and its values: hashable, unlike a dictionary."""


def cached(
    *, entries: int, shared: bool = False
) -> Callable[[Callable[Concatenate[Store, P], R]], Callable[Concatenate[Store, P], R]]:
    """Compute a function of a database once per database, data version and arguments.

    Arguments must be hashable, an ``Ask`` or a mapping. As in Streamlit, an argument whose name
    begins with an underscore is not part of the key.

    Args:
        entries: how many results are kept; the oldest goes first.
        shared: whether all visitors get the same object, which nobody may change; else each call
            gets a copy of its own.
    """
    keep = st.cache_resource if shared else st.cache_data

    def decorate(compute: Callable[Concatenate[Store, P], R]) -> Callable[Concatenate[Store, P], R]:
        signature, plain = inspect.signature(compute), cast("Callable[..., R]", compute)

        def result(path: str, version: int, key: str, _store: Store, _args: tuple[Any, ...]) -> R:
            del path, version, key
            return plain(_store, *_args)

        # Streamlit tells functions apart by module, name and source: those of ``compute``.
        own = inspect.signature(result)
        functools.update_wrapper(result, compute)
        result.__signature__ = own  # type: ignore[attr-defined]
        stored = keep(show_spinner=False, max_entries=entries)(result)

        @functools.wraps(compute)
        def look_up(store: Store, /, *args: P.args, **kwargs: P.kwargs) -> R:
            bound = signature.bind(store, *args, **kwargs)
            bound.apply_defaults()
            _, *values = bound.arguments.items()
            parts = tuple(_hashable(value) for name, value in values if not name.startswith("_"))
            key = repr(parts)  # Streamlit would hash each of its parts, which takes far longer
            arguments = tuple(value for _, value in values)
            return stored(str(store.path), store.version(), key, store, arguments)

        return look_up

    return decorate


def drawn(content: object, draw: Callable[[], object]) -> None:
    """Draw elements that nobody can change, and draw them again without any work.

    Streamlit keeps what it sent to a browser and sends it to the next one as it is.

    Args:
        content: all that the elements show, whoever looks; its ``repr`` must tell any two apart.
        draw: draws them.
    """
    _drawn(hashlib.sha256(repr(content).encode("utf-8", "surrogatepass")).hexdigest(), draw)


@st.cache_data(show_spinner=False, max_size=DRAWN)
def _drawn(content: str, _draw: Callable[[], object]) -> None:
    del content
    _draw()


def _hashable(value: object) -> object:
    """An argument as a part of a key: filters in a fixed order."""
    if isinstance(value, Ask):
        return tuple(_hashable(part) for part in vars(value).values())
    if isinstance(value, Mapping):
        return tuple(sorted(value.items()))
    return value


def last_period(ask: Ask) -> Ask:
    """The same question about its last period alone, ungrouped."""
    return Ask(kind=ask.kind, until=ask.until, where=ask.where)


@cached(entries=400)
def figures(store: Store, code: str, ask: Ask) -> list[KpiResult]:
    """The results of a KPI.

    Raises:
        UserError: as ``compute``; ``kpi.too_many`` beyond what a screen can show.
    """
    with read_as_of(store, ask.until) as db:
        return compute(db, CATALOGUE[code], replace(ask, most=int(SCREEN_ROWS.value)))


@cached(entries=100)
def at_a_glance(store: Store, month: date, where: Where, kind: str = PeriodKind.MONTH) -> Overview:
    """The overview of the period that ends with a month."""
    with read_as_of(store, month) as db:
        return glances.overview(db, month, dict(where), kind)


def briefed(store: Store, month: date, category: str, where: Where) -> Briefing:
    """The briefing of a month, of one category or of everything."""
    within = tuple((name, values) for name, values in where if name != "category")
    return _briefed(store, month, category, within)


def sections(
    store: Store, month: date, categories: Sequence[str], where: Where
) -> list[BriefingSection]:
    """The sections of some categories: those that nobody asked for yet are made in one reading."""
    known = _sections(store, month, where)
    lacking = [code for code in categories if code not in known]
    if lacking:
        with store.read() as db:
            found = briefing(db, month, lacking, within=dict(where))
        known.update(zip(lacking, found.sections, strict=True))
    return [known[code] for code in categories]


@cached(entries=4, shared=True)
def _sections(store: Store, month: date, within: Where) -> dict[str, BriefingSection]:
    """The sections that were made, by category; empty for that of everything together."""
    del store, month, within
    return {}


@cached(entries=60, shared=True)  # frozen, and holds what cannot be copied
def _briefed(store: Store, month: date, category: str, within: Where) -> Briefing:
    known = _sections(store, month, within)
    with store.read() as db:
        codes = [category] if category else []
        found = briefing(db, month, codes, within=dict(within), made=known.copy())
    known[category] = found.sections[0]
    return found


def signals_of_trend(
    store: Store, code: str, results: Sequence[KpiResult], where: Where, restarts: tuple[date, ...]
) -> tuple[Signal, ...]:
    """The signals in a trend.

    Args:
        store: the database.
        code: the KPI.
        results: its results, oldest first; at least one.
        where: the filters that gave them.
        restarts: months from which limits are computed anew.
    """
    first, last = results[0], results[-1]
    scope = (first.month, last.month, last.period.kind, tuple(last.keys), last.activity)
    return _signals_of_trend(store, code, where, restarts, (*scope, len(results)), results)


@cached(entries=200)
def _signals_of_trend(
    store: Store,
    code: str,
    where: Where,
    restarts: tuple[date, ...],
    scope: tuple[Any, ...],
    _results: Sequence[KpiResult],
) -> tuple[Signal, ...]:
    del scope  # it tells one list of results from another
    month = _results[-1].month
    measures = signals_of_measures(store, month)
    with read_as_of(store, month) as db:
        kpi = CATALOGUE[code]
        return signals.signals_of_trend(db, kpi, _results, dict(where), measures, restarts=restarts)


@cached(entries=200)
def phases(
    store: Store, code: str, where: Mapping[str, tuple[str, ...]]
) -> tuple[AcceptedPhase, ...]:
    """The phases that were accepted for a figure under its filters."""
    with store.read() as db:
        return accepted_phases.phases(db, CATALOGUE[code], where)


@cached(entries=20)
def signals_of_measures(store: Store, month: date) -> tuple[Signal, ...]:
    """The signals of every measure, from what is known up to a month."""
    with read_as_of(store, month) as db:
        return signals.signals_of_measures(db, month)


def lessons_of_measure(store: Store, code: str, month: date) -> tuple[CalledLesson, ...]:
    """The lessons that one measure calls up, from what is known up to a month."""
    found = signals_of_measures(store, month)
    return lessons_of_chart([one for one in found if one.subject == code], cases(store))


def kept(store: Store, kind: str) -> Mapping[str, JournalEntry]:
    """The entries of a kind of the journal that hold, as ``current``: read once after a write."""
    return _kept(store, store.written(), kind)


@cached(entries=20, shared=True)
def _kept(store: Store, written: tuple[int, float], kind: str) -> Mapping[str, JournalEntry]:
    del written
    with store.read() as db:
        return MappingProxyType(current(db, kind))


@dataclass(frozen=True)
class MonthTold:
    """What a briefing says in a language: its heading, its to-dos, and the same as a mail."""

    heading: str
    todos: tuple[Decision, ...]
    mail: str


def told(
    store: Store, month: date, category: str, where: Where, lang: str, address: str = ""
) -> MonthTold:
    """The words of a briefing with what people filled in: made anew after any write.

    Args:
        store: the database.
        month: that of the briefing.
        category: its only category, or empty for everything together.
        where: further filters.
        lang: the language.
        address: of the page, for the mail.
    """
    written = store.written()  # first: what is read later may be newer, and never older
    found, filled = briefed(store, month, category, where), kept(store, decisions.KIND)
    within = tuple((name, values) for name, values in where if name != "category")
    return _told(store, (written, month, category, within, lang, address), found, filled)


@cached(entries=100, shared=True)
def _told(
    store: Store, key: tuple[Any, ...], _found: Briefing, _filled: Mapping[str, JournalEntry]
) -> MonthTold:
    del store
    lang, address = key[-2:]
    todos = decisions.todos(_found, _filled, lang)
    heading = headline.conclusion(_found.sections[0], lang, _filled)
    return MonthTold(heading, todos, visits.mail(_found, address, lang, _filled))


@cached(entries=20)
def cases(store: Store) -> Cases:
    """The cases of the kit that reach each category."""
    with store.read() as db:
        return cases_of(db)


@cached(entries=20)
def choices(store: Store) -> glances.FilterChoices:
    """What the filters offer."""
    with store.read() as db:
        return glances.filter_choices(db)


@cached(entries=20)
def category_names(store: Store) -> dict[str, dict[str, str]]:
    """The names of all categories, by code and language."""
    with store.read() as db:
        return names_of_categories(db)


@cached(entries=20)
def interventions(store: Store) -> tuple[register.Intervention, ...]:
    """Every intervention."""
    with store.read() as db:
        return register.interventions(db)


@cached(entries=20)
def data_breaks(store: Store, month: date) -> tuple[glances.SourceBreak, ...]:
    """Every data break that was known at a month."""
    with read_as_of(store, month) as db:
        return glances.data_breaks(db)
