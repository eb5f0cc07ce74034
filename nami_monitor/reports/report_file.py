"""Make a report: build the briefing, lay it out, arrange and render it, and write the file.

Order and what is left out hold from month to month; a headline and what is told with it speak of
the figures of one month, and hold in that month only. A decision is a record of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any, Final

from nami_monitor.briefing import decisions, wording
from nami_monitor.briefing.month import Briefing, Progress, briefing, no_progress
from nami_monitor.core.words import State
from nami_monitor.i18n import Lang
from nami_monitor.reports import deck, page_html, pdf, workbook
from nami_monitor.reports.branding import NEUTRAL, Branding
from nami_monitor.reports.document import Audience, Document, ReportPage
from nami_monitor.reports.pages import document
from nami_monitor.store import Transaction
from nami_monitor.store.journal import current, record

KIND: Final = "report"
LONGEST: Final = 2000
"""Signs that a person may write on a page, of each kind."""

Words = Mapping[str, str]
"""What was written, by the code of its page."""


@dataclass(frozen=True)
class Arrangement:
    """A person's arrangement of a report, instead of the proposal.

    Pages that ``order`` does not name keep their place behind the page that they follow. Titles and
    what is told with a page are of this month.
    """

    order: tuple[str, ...] = ()
    left_out: frozenset[str] = frozenset()
    titles: Words = field(default_factory=dict)
    told: Words = field(default_factory=dict)

    def wrote(self, page: ReportPage, *, title: str, told: str) -> Arrangement:
        """Set the texts of a page; texts equal to what the page proposed are not kept."""
        return replace(
            self,
            titles=_with(self.titles, page.code, title, ("", page.title)),
            told=_with(self.told, page.code, told, (page.told,)),
        )

    def moved(self, codes: Sequence[str], code: str, by: int) -> Arrangement:
        """Move a page so many places down, or up if negative, in the present order of codes."""
        order = [one for one in codes if one != code]
        at = min(max(list(codes).index(code) + by, 0), len(order))
        return replace(self, order=(*order[:at], code, *order[at:]))

    def with_page(self, code: str, *, shown: bool) -> Arrangement:
        """Show a page in the report, or leave it out."""
        left_out = self.left_out - {code} if shown else self.left_out | {code}
        return replace(self, left_out=left_out)


def _with(words: Words, code: str, said: str, proposals: Sequence[str]) -> Words:
    said = said.strip()[:LONGEST]
    others = {key: value for key, value in words.items() if key != code}
    return others if said in proposals else {**others, code: said}


def all_pages(document: Document, arrangement: Arrangement) -> tuple[ReportPage, ...]:
    """All pages in order, also those left out, with the texts that people wrote."""
    place = {code: no for no, code in enumerate(arrangement.order)}
    after, places = -1.0, {}
    for no, page in enumerate(document.pages):
        after = place.get(page.code, after)
        places[page.code] = (after, page.code not in place, no)
    pages = sorted(document.pages, key=lambda page: places[page.code])
    return tuple(
        replace(
            page,
            title=arrangement.titles.get(page.code, page.title),
            told=arrangement.told.get(page.code, page.told),
        )
        for page in pages
    )


def arranged(document: Document, arrangement: Arrangement) -> Document:
    """Apply an arrangement to a report; what is too many for the front goes to the appendix."""
    shown = [
        one for one in all_pages(document, arrangement) if one.code not in arrangement.left_out
    ]
    front = [one for one in shown if not one.appendix]
    behind = [replace(one, appendix=True) for one in front[document.front :]]
    behind += [one for one in shown if one.appendix]
    return replace(document, pages=(*front[: document.front], *behind))


def name_of(audience: Audience, lang: str, categories: Sequence[str]) -> str:
    """The journal name of the arrangement of a report, the same every month."""
    return f"{audience}:{lang}:{','.join(sorted(categories))}"


def saved(db: Transaction, name: str, month: date) -> Arrangement:
    """Read the arrangement, by the name of ``name_of``, that holds for a month."""
    found = current(db, KIND).get(name)
    body: Mapping[str, Any] = (found.body if found else None) or {}
    of_month = body.get("months", {}).get(f"{month:%Y-%m}", {})
    return Arrangement(
        order=tuple(body.get("order", ())),
        left_out=frozenset(body.get("left_out", ())),
        titles=dict(of_month.get("titles", {})),
        told=dict(of_month.get("comments", {})),
    )


def save(db: Transaction, name: str, month: date, arrangement: Arrangement, who: str) -> None:
    """Record an arrangement by the name of ``name_of``; texts of other months stay."""
    found = current(db, KIND).get(name)
    months = dict(((found.body if found else None) or {}).get("months", {}))
    months[f"{month:%Y-%m}"] = {
        "titles": dict(arrangement.titles),
        "comments": dict(arrangement.told),
    }
    body = {
        "order": list(arrangement.order),
        "left_out": sorted(arrangement.left_out),
        "months": months,
    }
    record(db, KIND, name, body, who)


class Format(StrEnum):
    """File formats of a report."""

    PPTX = "pptx"
    PDF = "pdf"
    XLSX = "xlsx"
    HTML = "html"


Render = Callable[[Document, Branding, Progress], bytes]

OF_PAGES: Final[dict[Format, Render]] = {
    Format.PPTX: deck.render,
    Format.PDF: pdf.render,
    Format.HTML: page_html.render,
}
"""Formats that are made of pages; the workbook is made of the briefing itself."""


@dataclass(frozen=True)
class ReportRequest:
    """The month, categories (everything together without any), audience, language and branding."""

    month: date
    categories: Sequence[str] = ()
    audience: Audience = Audience.MANAGEMENT
    lang: Lang = "nl"
    branding: Branding = field(default=NEUTRAL)

    @property
    def name(self) -> str:
        """The journal name of its arrangement."""
        return name_of(self.audience, self.lang, self.categories)


def render(
    found: Briefing,
    pages: Document,
    kind: Format,
    wanted: ReportRequest,
    progress: Progress = no_progress,
) -> bytes:
    """Render a report in a format: a workbook from the briefing, others from its pages."""
    if kind is Format.XLSX:
        return workbook.render(found, wanted.lang, wanted.branding)
    return OF_PAGES[kind](pages, wanted.branding, progress)


def report(
    db: Transaction, wanted: ReportRequest, kind: Format, progress: Progress = no_progress
) -> bytes:
    """Make a report; progress is told of the categories first and then of the pages.

    Raises:
        UserError: as ``briefing``.
    """
    found = briefing(db, wanted.month, wanted.categories, progress=progress)
    return render(found, arrange(db, found, wanted), kind, wanted, progress)


def proposed(db: Transaction, found: Briefing, wanted: ReportRequest) -> Document:
    """Lay a briefing out as pages, with the decisions as people filled them in."""
    asked = decisions.todos(found, decisions.kept(db), wanted.lang)
    organisation = wanted.branding.name
    return document(found, wanted.lang, wanted.audience, organisation=organisation, todos=asked)


def arrange(db: Transaction, found: Briefing, wanted: ReportRequest) -> Document:
    """Lay a briefing out as pages and apply the arrangement on record."""
    return arranged(proposed(db, found, wanted), saved(db, wanted.name, wanted.month))


FIXED: Final = "fixed_figures"


@dataclass(frozen=True)
class FixedFigures:
    """When figures were fixed and by whom, with the names of those that changed since.

    A report says what is known as of its month, so only a later delivery, correction or target
    changes it.
    """

    at: date
    who: str
    changed: tuple[str, ...]


def _figures(found: Briefing) -> dict[str, float]:
    """Every figure with a value, by category and code."""
    return {
        f"{section.category or ''}|{line.kpi.code}": line.result.value
        for section in found.sections
        for line in section.told
        if line.result.state is State.VALUE and line.result.value is not None
    }


def fix(db: Transaction, name: str, found: Briefing, who: str) -> None:
    """Record the figures of a report, by the name of its arrangement.

    Raises:
        UserError: as ``record``.
    """
    record(db, FIXED, f"{name}:{found.month:%Y-%m}", {"figures": _figures(found)}, who)


def fixed(db: Transaction, name: str, found: Briefing, lang: str) -> FixedFigures | None:
    """Read what was fixed of a report and compare it with the figures of now; None without it."""
    entry = current(db, FIXED).get(f"{name}:{found.month:%Y-%m}")
    if entry is None or entry.body is None:
        return None
    then: dict[str, Any] = dict(entry.body["figures"])
    now = _figures(found)
    names = {
        f"{section.category or ''}|{line.kpi.code}": wording.name(line, lang)
        for section in found.sections
        for line in section.glance.lines
    }
    changed = [
        names.get(key, key.rpartition("|")[2])
        for key in dict.fromkeys((*then, *now))
        if not _same(then.get(key), now.get(key))
    ]
    return FixedFigures(entry.at.date(), entry.who, tuple(changed))


def _same(then: float | None, now: float | None) -> bool:
    if then is None or now is None:
        return then is now
    return math.isclose(then, now, rel_tol=1e-9, abs_tol=1e-12)
