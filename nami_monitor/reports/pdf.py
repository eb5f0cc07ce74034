"""The report as a tagged PDF that keeps to PDF/UA-1, set by typst."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import typst

from nami_monitor.charts.tables import ChartTable
from nami_monitor.i18n import text
from nami_monitor.reports import pictures
from nami_monitor.reports.branding import Branding
from nami_monitor.reports.document import (
    Document,
    Progress,
    ReportFigure,
    ReportGrid,
    ReportPage,
    no_progress,
)
from nami_monitor.reports.page_html import written
from nami_monitor.reports.slide_text import clean

TEMPLATE: Final = Path(__file__).with_name("pdf.typ")
STANDARD: Final = "ua-1"
REGIONS: Final = {"nl": "NL", "en": "GB"}
WIDTH: Final = 720
WORDS: Final = ("asked", "comment", "how", "demo", "contents", "tables")
SETTABLE: Final = re.compile(
    "[^\x09\x0a\x20-\x7e\xa0-\u024f\u0370-\u03ff\u0400-\u04ff\u2010-\u2044\u20ac\u2190-\u2193\u2212\u2248\u2260\u2264\u2265]"
)
"""Signs that no typeface may have which is sure to be there."""
UNKNOWN: Final = "?"


def render(document: Document, branding: Branding, progress: Progress = no_progress) -> bytes:
    """Render the report as PDF; a sign that no typeface of this machine has is a question mark."""
    said = _document(document, branding, progress)
    try:
        return _set(said)
    except typst.TypstError:
        return _set(_settable(said))


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
    """The typefaces: that of the charts, and for other scripts those of the machine."""
    return typst.Fonts(font_paths=[str(pictures.FONTS)])


def _settable(value: Any) -> Any:
    """Replace characters that may be in no typeface by question marks."""
    if isinstance(value, str):
        return SETTABLE.sub(UNKNOWN, value)
    if isinstance(value, list):
        return [_settable(one) for one in value]
    if isinstance(value, dict):
        return {key: _settable(one) for key, one in value.items()}
    return value


def _document(document: Document, branding: Branding, progress: Progress) -> dict[str, Any]:
    """The report as plain data, which is all that the template knows."""
    lang = document.lang
    pages, tables = [], []
    for no, page in enumerate(document.pages):
        progress(no, len(document.pages), page.label)
        pages.append(_page(page, no, branding))
        tables += [
            {"name": clean(page.label), "grid": _grid(_of_table(figure.table))}
            for figure in page.figures
        ]
    return {
        "title": clean(document.title),
        "about": clean(document.about),
        "subtitle": clean(document.subtitle),
        "organisation": clean(document.organisation),
        "source": clean(document.source),
        "foot": clean(f"{document.title}: {document.about}"),
        "lang": lang,
        "region": REGIONS[lang],
        "primary": branding.primary,
        "second": branding.second,
        "logo": list(branding.logo) if branding.logo else None,
        "logo-alt": clean(document.organisation) or text("report.logo", lang),
        "demo": document.demo,
        "words": {key: text(f"report.{key}", lang) for key in WORDS},
        "pages": pages,
        "tables": tables,
    }


def _page(page: ReportPage, no: int, branding: Branding) -> dict[str, Any]:
    return {
        "label": clean(page.label),
        "title": clean(page.title),
        "comment": clean(page.comment),
        "points": [clean(point) for point in page.points],
        "figures": [_figure(figure, branding) for figure in page.figures],
        "grid": _grid(page.grid) if page.grid else None,
        "asked": clean(page.asked),
        "notes": clean(page.notes),
        "breaks": no == 0 or bool(page.figures) or page.appendix,
    }


def _figure(figure: ReportFigure, branding: Branding) -> dict[str, str]:
    return {
        "svg": pictures.svg(figure.spec, WIDTH, branding),
        "alt": clean(figure.alt),
        "caption": clean(figure.caption),
    }


def _of_table(table: ChartTable) -> ReportGrid:
    head, rows = written(table)
    right = frozenset(range(1, len(head)))
    return ReportGrid(head, tuple(rows), right, tuple(1.0 for _ in head))


def _grid(grid: ReportGrid) -> dict[str, Any]:
    return {
        "head": [clean(cell) for cell in grid.head],
        "rows": [[clean(cell) for cell in row] for row in grid.rows],
        "right": sorted(grid.right),
        "widths": list(grid.widths),
    }
