"""What one month has to say of the chosen categories, built once; everything else renders it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from rapidfuzz import process

from nami_monitor.briefing import contracts as register
from nami_monitor.briefing.contracts import Contract
from nami_monitor.briefing.findings import (
    CALLS_UP,
    Finding,
    of_answers,
    of_contracts,
    of_lines,
    ordered,
)
from nami_monitor.briefing.overview import Line, Overview, overview
from nami_monitor.core.errors import UserError
from nami_monitor.core.words import State
from nami_monitor.kit.load import Kit, shipped
from nami_monitor.kit.matching import Match, Occasion, place
from nami_monitor.kpis import latest_month
from nami_monitor.kpis.interventions.answer import Answer, readings, shown_by
from nami_monitor.kpis.interventions.ground import ground
from nami_monitor.kpis.interventions.register import Intervention, interventions, listed
from nami_monitor.store import Transaction

Progress = Callable[[int, int, str], None]
"""Told how many steps are done, of how many, and which is next: a category's code."""

Where = Mapping[str, tuple[str, ...]]
"""Filters, as in ``Ask``."""

ALL = "-"
"""The name of the lessons' only place."""


@dataclass(frozen=True)
class Section:
    """A category, or everything together.

    Args:
        category: its code; None for all categories together.
        names: its name by language; empty for all together.
        glance: its key figures in the month, with targets and signals.
        answers: what its interventions did, each in the first unit in which that can be said.
        contracts: its contracts, the soonest moment first.
        findings: what it shows, the most important first.
    """

    category: str | None
    names: Mapping[str, str]
    glance: Overview
    answers: tuple[Answer, ...]
    contracts: tuple[Contract, ...]
    findings: tuple[Finding, ...]

    @property
    def told(self) -> tuple[Line, ...]:
        """The lines that have a figure, or a reason why they never will."""
        return tuple(line for line in self.glance.lines if line.result.state in KNOWN)


KNOWN = (State.VALUE, State.NOT_APPLICABLE)


@dataclass(frozen=True)
class Briefing:
    """All that is said of a month.

    Args:
        month: the month.
        sections: one for each chosen category, or a single one for everything together.
        findings: of all sections, the most important first.
        lessons: what the findings call up, the closest first, each lesson once.
        sources: the feeds that the figures rest on.
        delivered: when data came in last, UTC; None without a delivery.
        last: the last month with data, which may lie after the month.
        demo: whether it is about the demo's organisation.
    """

    month: date
    sections: tuple[Section, ...]
    findings: tuple[Finding, ...]
    lessons: tuple[Match, ...]
    sources: tuple[str, ...]
    delivered: datetime | None
    last: date
    demo: bool

    @property
    def asked(self) -> tuple[Finding, ...]:
        """The findings that ask for something."""
        return tuple(finding for finding in self.findings if not finding.good)


def silent(done: int, total: int, name: str) -> None:
    """Tell nobody."""


def briefing(
    db: Transaction,
    month: date,
    categories: Sequence[str] = (),
    *,
    within: Where = MappingProxyType({}),
    kit: Kit | None = None,
    progress: Progress = silent,
) -> Briefing:
    """Build the briefing of a month.

    Args:
        db: a consistent look at the file.
        month: the month.
        categories: codes of categories, each told apart; everything together without any.
        within: further filters on the key figures, as in ``Ask``.
        kit: cases and lessons; those that ship without one.
        progress: is told how far it is.

    Raises:
        UserError: ``briefing.no_category`` for a code that nobody knows, ``briefing.nothing``
            without any data, and ``briefing.no_month`` for a month that it does not reach.
    """
    names, cases = _categories(db)
    for code in categories:
        if code not in names:
            near = [hit for hit, _, _ in process.extract(code, list(names), limit=3)]
            raise UserError("briefing.no_category", seen=code[:40], near=", ".join(near) or "-")
    first, last = _reach(db)
    if first is None or last is None:
        raise UserError("briefing.nothing")
    if not first <= month <= last:
        raise UserError(
            "briefing.no_month",
            month=f"{month:%Y-%m}",
            first=f"{first:%Y-%m}",
            last=f"{last:%Y-%m}",
        )
    wanted: list[str | None] = list(dict.fromkeys(categories)) or [None]
    begun = [one for one in interventions(db) if one.start_month <= month]
    sections = []
    for done, category in enumerate(wanted):
        progress(done, len(wanted), category or "")
        sections.append(_section(db, month, category, names, begun, within))
    progress(len(wanted), len(wanted), "")
    findings = ordered(finding for section in sections for finding in section.findings)
    used = {
        source for section in sections for line in section.told for source in line.result.sources
    }
    delivered, demo = db.rows(
        "select (select max(imported_at) from batches where undone_at is null), demo from meta"
    )[0]
    return Briefing(
        month=month,
        sections=tuple(sections),
        findings=findings,
        lessons=_lessons(findings, cases, kit or shipped()),
        sources=tuple(sorted(used)),
        delivered=delivered,
        last=last,
        demo=bool(demo),
    )


def _reach(db: Transaction) -> tuple[date | None, date | None]:
    """The first and last month of which anything is known."""
    first: date | None = db.value("select min(month) from by_place")
    last = latest_month(db)
    return first or last, last


def _categories(
    db: Transaction,
) -> tuple[dict[str, Mapping[str, str]], dict[str, frozenset[int]]]:
    """The names of every category by language, and the cases of the kit that reach it."""
    rows = db.rows("select category, name_nl, name_en, kit_cases from categories order by category")
    names: dict[str, Mapping[str, str]] = {
        code: {"nl": nl or code, "en": en or code} for code, nl, en, _ in rows
    }
    cases = {
        code: frozenset(int(one) for one in listed(said) if one.isdecimal())
        for code, _, _, said in rows
    }
    return names, cases


def _section(
    db: Transaction,
    month: date,
    category: str | None,
    names: Mapping[str, Mapping[str, str]],
    begun: Sequence[Intervention],
    within: Where,
) -> Section:
    where = {"category": (category,)} if category else {}
    glance = overview(db, month, {**within, **where})
    taken = [one for one in begun if category in {None, one.category}]
    read = ground(db, sorted({one.category for one in taken})) if taken else None
    answers = tuple(shown_by(readings(one, read)) for one in taken) if read else ()
    contracts = register.contracts(db, month, where)
    return Section(
        category=category,
        names=names[category] if category else {},
        glance=glance,
        answers=answers,
        contracts=contracts,
        findings=ordered(
            [
                *of_lines(glance, category),
                *of_answers(answers, month),
                *of_contracts(contracts, month),
            ]
        ),
    )


def _lessons(
    findings: Sequence[Finding], cases: Mapping[str, frozenset[int]], kit: Kit
) -> tuple[Match, ...]:
    """What the findings call up; of several findings, each has its best lesson first."""
    occasions = [
        Occasion(
            ALL,
            CALLS_UP[one.kind],
            cases.get(one.category or "", frozenset()),
            one.line.kpi.strategy if one.line else None,
        )
        for one in findings
        if one.kind in CALLS_UP
    ]
    placed = place(list(dict.fromkeys(occasions)), kit.lessons)
    return (*placed[ALL].on_chart, *placed[ALL].listed) if placed else ()
