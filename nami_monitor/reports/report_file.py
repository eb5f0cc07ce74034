"""Make a report: build the briefing, lay it out, render it in a format, and write the file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from nami_monitor.briefing.month import Briefing, Progress, briefing, no_progress
from nami_monitor.i18n import Lang
from nami_monitor.reports import deck, page_html, pdf, workbook
from nami_monitor.reports.arrangement import arranged, name_of, saved
from nami_monitor.reports.branding import NEUTRAL, Branding
from nami_monitor.reports.document import Audience, Document
from nami_monitor.reports.pages import document
from nami_monitor.store import Transaction


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


def arrange(db: Transaction, found: Briefing, wanted: ReportRequest) -> Document:
    """Lay a briefing out as pages and apply the arrangement on record."""
    proposed = document(found, wanted.lang, wanted.audience, organisation=wanted.branding.name)
    return arranged(proposed, saved(db, wanted.name, wanted.month))
