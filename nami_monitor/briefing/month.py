"""The briefing of a month: sections by category, each with its figures and findings."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Final

from nami_monitor.briefing.as_of import as_of, changed_since, refuse_month
from nami_monitor.briefing.contracts import Contract
from nami_monitor.briefing.contracts import contracts as contracts_of
from nami_monitor.briefing.lessons import CalledLesson, cases_of, lessons_of_chart
from nami_monitor.briefing.notes import Note, notes
from nami_monitor.briefing.overview import KpiLine, Overview, overview
from nami_monitor.briefing.signals import at_the_top, signals
from nami_monitor.core.errors import refuse_unknown
from nami_monitor.core.words import KitSignal, State
from nami_monitor.kpis import latest_month
from nami_monitor.kpis.interventions.evaluation import (
    Evaluation,
    Portfolio,
    in_primary_unit,
    portfolio,
)
from nami_monitor.kpis.interventions.register import Intervention, interventions
from nami_monitor.kpis.targets import Where
from nami_monitor.signals.signal_rules import Signal, attention
from nami_monitor.store import Transaction
from nami_monitor.store.journal import category_names

GOOD: Final = frozenset({KitSignal.BETTER, KitSignal.TARGET_MET})
"""Signals that ask for nothing."""
WORSE: Final = frozenset({KitSignal.WORSE, KitSignal.REFURBISHED_SHARE_FALLING})
"""Figures of which the level changed, the wrong way."""
OF_TARGETS: Final = frozenset(
    {KitSignal.TARGET_MISSED, KitSignal.TARGET_MET, KitSignal.HIT_AND_MISS}
)
"""Signals of targets."""


@dataclass(frozen=True)
class Finding:
    """A signal in the month in which it is told, with what it is about.

    That is None for a source, a product group, or what nobody holds a figure of.
    """

    signal: Signal
    month: date
    about: KpiLine | Evaluation | Contract | None = None

    @property
    def kind(self) -> KitSignal:
        """The kind of signal."""
        return self.signal.kind

    @property
    def category(self) -> str | None:
        """Its category; None for all together."""
        return self.signal.category

    @property
    def name(self) -> str:
        """A stable name: kind, category and subject."""
        return f"{self.kind}:{self.category or ''}:{self.signal.subject}"

    @property
    def good(self) -> bool:
        """Whether it is good news, which asks for nothing."""
        return self.kind in GOOD

    @property
    def line(self) -> KpiLine | None:
        """The line it is about; None if it is about something else."""
        return self.about if isinstance(self.about, KpiLine) else None


Progress = Callable[[int, int, str], None]
"""Told how many steps are done, of how many, and which is next: a category's code."""


@dataclass(frozen=True)
class BriefingSection:
    """The part of a briefing on one category, or on all together.

    Args:
        category: its code; None for all categories together.
        names: its name by language; empty for all together.
        answers: what its interventions did, each in the first unit in which that can be said.
        findings: what it shows, the weightiest first.
        watched: how many series are watched for a change of level.
        by_chance: how many of those would give a new signal if nothing happened at all.
        notes: what people wrote at its figures, by month.
    """

    category: str | None
    names: Mapping[str, str]
    glance: Overview
    answers: tuple[Evaluation, ...]
    contracts: tuple[Contract, ...]
    findings: tuple[Finding, ...]
    watched: int
    by_chance: float
    notes: tuple[Note, ...] = ()

    @property
    def told(self) -> tuple[KpiLine, ...]:
        """The lines of KPIs that the data supports or that do not apply."""
        return tuple(line for line in self.glance.lines if line.result.state in KNOWN)


KNOWN = (State.VALUE, State.NOT_APPLICABLE)


NO_MEASURES: Final = Portfolio(0, MappingProxyType({}))


@dataclass(frozen=True)
class Briefing:
    """The briefing of a month.

    Args:
        sections: one for each chosen category, or a single one for everything together.
        first: the few findings of all sections that deserve attention first.
        others: the other findings, the weightiest first.
        lessons: what the findings call up, the closest first, each lesson once.
        sources: the feeds that the figures rest on.
        delivered: when data came in last, UTC; None without a delivery.
        last: the last month with data up to the month.
        changed: what has no date and was changed since, see ``changed_since``.
        measures: all evaluated measures of the organisation.
        names: of every category, by language.
    """

    month: date
    sections: tuple[BriefingSection, ...]
    first: tuple[Finding, ...]
    others: tuple[Finding, ...]
    lessons: tuple[CalledLesson, ...]
    sources: tuple[str, ...]
    delivered: datetime | None
    last: date
    demo: bool
    changed: Mapping[str, int]
    measures: Portfolio = NO_MEASURES
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding: the first few, then the others."""
        return (*self.first, *self.others)

    @property
    def asked(self) -> tuple[Finding, ...]:
        """The findings that ask for something."""
        return tuple(finding for finding in self.findings if not finding.good)


def no_progress(done: int, total: int, name: str) -> None:
    """Report no progress."""


def briefing(
    db: Transaction,
    month: date,
    categories: Sequence[str] = (),
    *,
    within: Where = MappingProxyType({}),
    progress: Progress = no_progress,
    made: Mapping[str, BriefingSection] = MappingProxyType({}),
) -> Briefing:
    """Build the briefing of a month; each of the ``categories`` is told apart, if there are any.

    ``within`` are further filters on the key figures, as in ``Ask``; ``progress`` is told how far
    it is; ``made`` are sections of the same month, data and filters that need not be made again.

    It is made of the data as of the month, see ``as_of``.

    Raises:
        UserError: ``briefing.no_category`` for a code that nobody knows, ``briefing.nothing``
            without any data, and ``briefing.no_month`` for a month that it does not reach.
    """
    names = category_names(db)
    for code in categories:
        refuse_unknown("briefing.no_category", code, names, seen=code[:40])
    refuse_month(db, month)
    wanted: list[str | None] = list(dict.fromkeys(categories)) or [None]
    with as_of(db, month) as known:
        return _briefing(known, month, wanted, names, within, progress, made)


def _briefing(
    db: Transaction,
    month: date,
    wanted: Sequence[str | None],
    names: Mapping[str, Mapping[str, str]],
    within: Where,
    progress: Progress,
    made: Mapping[str, BriefingSection],
) -> Briefing:
    last = latest_month(db) or month
    begun = [one for one in interventions(db) if one.start_month <= month]
    sections = []
    for done, category in enumerate(wanted):
        progress(done, len(wanted), category or "")
        taken = [one for one in begun if category in {None, one.category}]
        section = made.get(category or "")
        sections.append(section or _section(db, month, category, names, taken, within))
    progress(len(wanted), len(wanted), "")
    of = {id(one.signal): one for section in sections for one in section.findings}
    ranked = attention((one.signal for one in of.values()), 0)
    top, others = (tuple(of[id(one)] for one in part) for part in (ranked.first, ranked.others))
    used = {
        source for section in sections for line in section.told for source in line.result.sources
    }
    delivered, demo = db.rows(
        "select (select max(imported_at) from batches where undone_at is null), demo from meta"
    )[0]
    lessons = lessons_of_chart([one.signal for one in (*top, *others)], cases_of(db))
    sources = tuple(sorted(used))
    return Briefing(
        *(month, tuple(sections), top, others, lessons, sources, delivered, last, bool(demo)),
        changed=changed_since(db, month),
        measures=portfolio(db),
        names=names,
    )


def _section(
    db: Transaction,
    month: date,
    category: str | None,
    names: Mapping[str, Mapping[str, str]],
    taken: Sequence[Intervention],
    within: Where,
) -> BriefingSection:
    where = {"category": (category,)} if category else {}
    glance = overview(db, month, {**within, **where})
    known = {one.intervention.code: one for one in in_primary_unit(db)} if taken else {}
    answered = tuple(known[one.code] for one in taken)
    contracts = contracts_of(db, month, where)
    found = signals(db, glance, {**within, **where})
    top = at_the_top(found, glance)
    about: dict[str, KpiLine | Evaluation | Contract] = {
        **{one.number: one for one in contracts},
        **{one.intervention.code: one for one in answered},
        **{line.kpi.code: line for line in glance.lines},
    }
    held = {(line.aim.target.category, line.kpi.code): line for line in glance.targeted if line.aim}
    findings = tuple(
        Finding(one, glance.month, held.get((one.category, one.subject)))
        if one.kind in OF_TARGETS
        else Finding(one, glance.month, about.get(one.subject))
        for one in found
    )
    own = tuple(one for one in notes(db) if one.category == category and one.month <= month)
    called, chance = names[category] if category else {}, (top.watched, top.by_chance)
    return BriefingSection(category, called, glance, answered, contracts, findings, *chance, own)
