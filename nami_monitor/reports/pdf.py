"""The report as a tagged PDF that keeps to PDF/UA-1, set by typst."""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import typst

from nami_monitor.briefing.month import Progress, no_progress
from nami_monitor.core.escapes import plain, rewritten
from nami_monitor.i18n import text
from nami_monitor.reports.branding import SANS, SERIF, Branding, svg
from nami_monitor.reports.document import Document, ReportGrid, ReportPage
from nami_monitor.reports.page_html import as_grid

TEMPLATE: Final = Path(__file__).with_name("pdf.typ")
STANDARD: Final = "ua-1"
REGIONS: Final = {"nl": "NL", "en": "GB"}
WIDTH: Final = 720
WORDS: Final = (
    *("asked", "how", "demo", "contents", "tables", "who", "before", "nobody"),
    *("proposal", "decided", "appendix"),
)
SETTABLE: Final = re.compile(
    "[^\x09\x0a\x20-\x7e\xa0-\u024f\u0370-\u03ff\u0400-\u04ff\u2010-\u2044\u20ac\u2190-\u2193\u2212\u2248\u2260\u2264\u2265]"
)
"""Signs that no typeface may have which is sure to be there."""


def render(document: Document, branding: Branding, progress: Progress = no_progress) -> bytes:
    """Render the report as PDF; a sign that no typeface of this machine has is a question mark."""
    said = rewritten(_document(document, branding, progress), plain)
    try:
        return _set(said)
    except typst.TypstError:
        return _set(rewritten(said, lambda words: SETTABLE.sub("?", words)))


def _set(said: Mapping[str, Any]) -> bytes:
    made = typst.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        font_paths=_fonts(),
        sys_inputs={"data": json.dumps(said)},
        pdf_standards=[STANDARD],
    )
    return bytes(made)


@cache
def _fonts() -> typst.Fonts:
    """The typefaces of text and titles, and for other scripts those of the machine."""
    return typst.Fonts(font_paths=[str(SANS), str(SERIF.parent)])


def _document(document: Document, branding: Branding, progress: Progress) -> dict[str, Any]:
    """The report as plain data, which is all that the template knows."""
    lang = document.lang
    pages, tables = [], []
    for no, page in enumerate(document.pages):
        progress(no, len(document.pages), page.label)
        pages.append(_page(page, branding))
        tables += [
            {"name": page.label, "grid": _grid(as_grid(figure.table))} for figure in page.figures
        ]
    return {
        **vars(document),
        "month": f"{document.month:%Y-%m}",
        "foot-line": f"{document.title}: {document.about}",
        "region": REGIONS[lang],
        "primary": branding.primary,
        "second": branding.second,
        "logo": list(branding.logo) if branding.logo else None,
        "logo-alt": document.organisation or text("report.logo", lang),
        "words": {key: text(f"report.{key}", lang) for key in WORDS},
        "pages": pages,
        "tables": tables,
    }


def _page(page: ReportPage, branding: Branding) -> dict[str, Any]:
    return {
        **{name: value for name, value in vars(page).items() if name != "stands_on"},
        "figures": [
            {
                "svg": svg(figure.slide or figure.spec, WIDTH, branding),
                "alt": figure.alt,
                "caption": " ".join(figure.legend) or figure.caption,
            }
            for figure in page.figures
        ],
        "grid": page.grid and _grid(page.grid),
        "facts": [vars(fact) for fact in page.facts],
        "decision": page.decision and {**vars(page.decision), "shown": page.decision.shown},
    }


def _grid(grid: ReportGrid) -> dict[str, Any]:
    return {**vars(grid), "right": sorted(grid.right)}
