"""The monthly check: findings and their ticks, changes since the last visit, and the mail."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from pydantic import TypeAdapter, ValidationError

from nami_monitor.briefing import wording
from nami_monitor.briefing.decisions import Decision, Kept, asked_of, todos
from nami_monitor.briefing.headline import NOTHING, headline
from nami_monitor.briefing.lessons import CalledLesson
from nami_monitor.briefing.month import Briefing, Finding
from nami_monitor.briefing.overview import KpiLine
from nami_monitor.core.words import KitSignal
from nami_monitor.i18n import formats, text
from nami_monitor.store import Transaction
from nami_monitor.store.journal import JournalEntry

SEEN: Final = "seen"
"""The kind under which ticks are kept; the name is the month and the finding."""

MAILED: Final = 8
"""How many findings a mail names; it says how many more there are."""


@dataclass(frozen=True)
class Visit:
    """What was seen at a visit (UTC without zone), to be kept by the visitor's browser.

    ``findings`` are their names; ``values`` figures by KPI, None without a value.
    """

    at: datetime
    month: date
    findings: frozenset[str]
    values: Mapping[str, float | None]


VISIT: Final = TypeAdapter(Visit)


@dataclass(frozen=True)
class CheckDelivery:
    """A file that was imported, or taken back."""

    file: str
    undone: bool


@dataclass(frozen=True)
class RestatedFigure:
    """A figure that changed for the same month; ``before`` is None without a value."""

    line: KpiLine
    before: float | None


@dataclass(frozen=True)
class ChangesSince:
    """What changed since the last visit (UTC): ``deliveries`` came in or were taken back since.

    ``restated`` figures changed, and ``gone`` findings are there no more; empty and zero when
    another month was looked at.
    """

    since: datetime
    month: date
    deliveries: tuple[CheckDelivery, ...]
    restated: tuple[RestatedFigure, ...]
    new: tuple[Finding, ...]
    gone: int

    @property
    def nothing(self) -> bool:
        """Whether nothing changed."""
        return not (self.deliveries or self.restated or self.new or self.gone)


def tick_name(one: Decision) -> str:
    """The journal name of a tick: month and to-do."""
    about = one.about
    return f"{one.seen.month:%Y-%m}:{about.name if isinstance(about, Finding) else one.name}"


def split(
    told: Iterable[Decision], ticks: Mapping[str, JournalEntry]
) -> tuple[tuple[Decision, ...], tuple[Decision, ...]]:
    """Split to-dos into open ones, and those that were decided or ticked."""
    every = tuple(told)
    done = [one for one in every if one.chosen is not None or tick_name(one) in ticks]
    return tuple(one for one in every if one not in done), tuple(done)


def lesson_of(found: Briefing) -> dict[str, CalledLesson]:
    """The closest lesson of each finding that calls one up, by the finding's name.

    Findings that are alike share their lessons: each takes the next one, until there are no more.
    """
    left = list(found.lessons)
    taken = {}
    for finding in found.findings:
        kind, category = finding.kind, finding.category
        called = next((one for one in left if _is_of(one, kind, category)), None)
        if called is not None:
            left.remove(called)
            taken[finding.name] = called
    return taken


def _is_of(one: CalledLesson, kind: KitSignal, category: str | None) -> bool:
    by = one.by.signal
    return by is not None and (by.kind, by.category) == (kind, category)


def visit(found: Briefing, at: datetime) -> Visit:
    """What is seen in a briefing at a moment (UTC)."""
    lines = [line for section in found.sections for line in section.glance.lines]
    values = {line.kpi.code: line.result.value for line in lines}
    return Visit(at, found.month, frozenset(one.name for one in found.findings), values)


def write_visit(seen: Visit) -> str:
    """A visit as text, for a browser to keep."""
    return VISIT.dump_json(seen).decode()


def read_visit(kept: str) -> Visit | None:
    """The visit in a text of ``write_visit``; None where a browser gives anything else."""
    try:
        return VISIT.validate_json(kept)
    except ValidationError:
        return None


def changes(found: Briefing, before: Visit, deliveries: Sequence[CheckDelivery]) -> ChangesSince:
    """Compare a briefing with an earlier visit and the deliveries since."""
    known, values = before.findings, before.values
    same = before.month == found.month
    lines = [line for section in found.sections for line in section.glance.lines]
    restated = tuple(
        RestatedFigure(line, values[line.kpi.code])
        for line in lines
        if same and line.kpi.code in values and _differ(values[line.kpi.code], line)
    )
    new = tuple(one for one in found.findings if one.name not in known)
    gone = len(known - {one.name for one in found.findings}) if same else 0
    return ChangesSince(before.at, before.month, tuple(deliveries), restated, new, gone)


def _differ(before: float | None, line: KpiLine) -> bool:
    """Whether two values differ by more than floating-point noise."""
    after = line.result.value
    if before is None or after is None:
        return before is not after
    unit = line.result.unit
    return formats.figure(before, unit, "nl") != formats.figure(after, unit, "nl")


def deliveries(db: Transaction, since: datetime) -> tuple[CheckDelivery, ...]:
    """Batches imported or undone since a moment (UTC); one that was both is left out."""
    rows = db.rows(
        "select file, undone_at is not null from batches where not coalesce(automatic, false)"
        " and ((imported_at > $since and undone_at is null)"
        " or (undone_at > $since and imported_at <= $since)) order by batch",
        {"since": since},
    )
    return tuple(CheckDelivery(file or "-", undone) for file, undone in rows)


def mail(found: Briefing, address: str, lang: str, filled: Kept = NOTHING) -> str:
    """The text of a mail: findings, decisions asked for, caveats, and the page's address if any.

    ``filled`` is what people kept of decisions.
    """
    asking = [one for one in found.findings if not one.good]
    good = [one for one in found.findings if one.good]
    parts = [headline(found, lang, filled)]
    parts += _block("check.mail.attention", asking, found, lang)
    parts += _block("check.mail.good", good, found, lang)
    asked = [f"- {asked_of(one, lang)}" for one in todos(found, filled, lang) if one.chosen is None]
    if asked:
        parts += ["", text("check.mail.questions", lang), *asked[:MAILED]]
    caveats = wording.caveats(found, lang)
    if caveats:
        parts += ["", text("check.mail.caveats", lang), *(f"- {one}" for one in caveats)]
    parts += ["", wording.source(found, lang)]
    if address:
        parts += [text("check.mail.address", lang, address=address)]
    return "\n".join(parts)


def _block(key_: str, findings: Sequence[Finding], found: Briefing, lang: str) -> list[str]:
    if not findings:
        return []
    said = [f"- {wording.full(one, found, lang)}" for one in findings[:MAILED]]
    more = len(findings) - MAILED
    if more > 0:
        said.append(f"- {text('check.mail.more', lang, n=more)}")
    return ["", text(key_, lang), *said]
