"""The report as one HTML file, which loads nothing from other servers."""

import base64
from collections.abc import Iterator
from typing import Final

from nami_monitor.briefing.month import Progress, no_progress
from nami_monitor.charts import palette
from nami_monitor.charts.tables import ChartTable, Write
from nami_monitor.core.escapes import html
from nami_monitor.i18n import text
from nami_monitor.reports.branding import Branding, svg
from nami_monitor.reports.document import Document, ReportFigure, ReportGrid, ReportPage

WIDTH: Final = 960

STYLE: Final = """
body{{margin:0;font:1rem/1.5 "Source Sans Pro",Arial,sans-serif;color:{body};background:#fff}}
main,header,footer,nav{{max-width:62rem;margin:0 auto;padding:0 1.25rem;box-sizing:border-box}}
header{{padding-top:2rem}}
header img{{max-height:4rem;max-width:14rem}}
h1,h2{{color:{primary};line-height:1.25;text-wrap:balance}}
h1{{font-size:2rem;margin:.5rem 0}}
h2{{font-size:1.5rem;margin:0 0 .75rem}}
.lead{{font-size:1.2rem}}
.label{{color:{grey};margin:0;font-weight:600}}
section{{border-top:2px solid {primary};padding:1.25rem 0 2rem}}
figure{{margin:1rem 0}}
figure img{{max-width:100%;height:auto}}
figcaption,.method,footer{{color:{grey};font-size:.95rem}}
.scroll{{overflow-x:auto}}
table{{border-collapse:collapse;width:100%;margin:1rem 0}}
th,td{{padding:.4rem .6rem;text-align:left;vertical-align:top;border-bottom:1px solid {border}}}
thead th{{background:{surface};color:{primary}}}
tbody th{{font-weight:600}}
.right{{text-align:right}}
.asked{{border-left:.4rem solid {second};background:#FDEBDD;padding:.75rem 1rem;margin:1rem 0}}
.asked p{{margin:0}}
.demo{{background:{surface};padding:.6rem 1rem;font-weight:600}}
a{{color:{link}}}
@media print{{section{{break-inside:avoid}}details{{display:none}}}}
"""


def render(document: Document, branding: Branding, progress: Progress = no_progress) -> bytes:
    """Write a report as one HTML file."""
    return "\n".join(_lines(document, branding, progress)).encode()


def _lines(document: Document, branding: Branding, progress: Progress) -> Iterator[str]:
    lang = document.lang
    style = STYLE.format(
        body=palette.BODY,
        primary=branding.primary,
        second=branding.second,
        grey=palette.GREY_TEXT,
        border=palette.BORDER,
        surface=palette.SURFACE,
        link=palette.LINK,
    )
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    yield "<!DOCTYPE html>"
    yield f'<html lang="{lang}"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{html(document.title)}: {html(document.about)}</title>"
    yield f"<style>{style}</style></head><body><header>"
    if branding.logo:
        data = base64.b64encode(branding.logo).decode("ascii")
        yield f'<img src="data:image/png;base64,{data}" alt="{html(document.organisation)}">'
    elif document.organisation:
        yield f'<p class="label">{html(document.organisation)}</p>'
    yield f"<h1>{html(document.title)}</h1>"
    yield f'<p class="lead" dir="auto">{html(document.about)}</p>'
    if document.demo:
        yield f'<p class="demo">{html(text("report.demo", lang))}</p>'
    contents = html(text("report.contents", lang))
    yield f'</header><nav aria-label="{contents}"><h2>{contents}</h2><ol>'
    for no, page in enumerate(document.pages, 1):
        yield f'<li><a href="#p{no}">{html(page.label)}</a></li>'
    yield "</ol></nav><main>"
    for no, page in enumerate(document.pages, 1):
        progress(no - 1, len(document.pages), page.label)
        yield from _page(page, no, document, branding)
    yield f"</main><footer><p>{html(document.source)}</p></footer></body></html>"


def _page(page: ReportPage, no: int, document: Document, branding: Branding) -> Iterator[str]:
    lang = document.lang
    yield f'<section id="p{no}" aria-labelledby="t{no}"><p class="label">{html(page.label)}</p>'
    yield f'<h2 id="t{no}" dir="auto">{html(page.title)}</h2>'
    if page.comment:
        head = html(text("report.comment", lang))
        yield f'<p dir="auto"><strong>{head}:</strong> {_broken(page.comment)}</p>'
    for figure in page.figures:
        yield from _figure(figure, lang, branding)
    if page.points:
        yield "<ul>"
        yield from (f'<li dir="auto">{html(point)}</li>' for point in page.points)
        yield "</ul>"
    if page.grid:
        yield from _grid(page.grid, page.label)
    if page.asked:
        head = html(text("report.asked", lang))
        yield f'<div class="asked" dir="auto"><p><strong>{head}</strong></p>'
        yield f"<p>{_broken(page.asked)}</p></div>"
    head = html(text("report.how", lang))
    yield f'<p class="method">{head}: {html(page.notes)} {html(document.source)}</p></section>'


def _broken(written: str) -> str:
    """What a person wrote, with the line breaks that they put in it."""
    return "<br>".join(html(line) for line in written.splitlines())


def _figure(figure: ReportFigure, lang: str, branding: Branding) -> Iterator[str]:
    drawn = base64.b64encode(svg(figure.spec, WIDTH, branding).encode()).decode("ascii")
    alt = html(figure.alt)
    yield f'<figure><img src="data:image/svg+xml;base64,{drawn}" alt="{alt}">'
    if figure.caption:
        yield f"<figcaption>{html(figure.caption)}</figcaption>"
    name = text("report.as_table", lang)
    yield f"</figure><details><summary>{html(name)}</summary>"
    yield from _grid(as_grid(figure.table), name)
    yield "</details>"


def as_grid(table: ChartTable) -> ReportGrid:
    """A chart's table with every cell as people read it, all but the first column as figures."""
    writers: tuple[Write | None, ...] = table.write or (None,) * len(table.head)
    rows = tuple(
        tuple(
            "" if cell is None else write(cell) if write else str(cell)
            for cell, write in zip(row, writers, strict=True)
        )
        for row in table.rows
    )
    widths = (1.0,) * len(table.head)
    return ReportGrid(table.head, rows, frozenset(range(1, len(table.head))), widths)


def _grid(grid: ReportGrid, name: str) -> Iterator[str]:
    def kind(at: int) -> str:
        return ' class="right"' if at in grid.right else ""

    label = html(name)
    yield f'<div class="scroll" role="region" aria-label="{label}" tabindex="0"><table><thead><tr>'
    for at, cell in enumerate(grid.head):
        yield f'<th scope="col"{kind(at)}>{html(cell)}</th>'
    yield "</tr></thead><tbody>"
    for row in grid.rows:
        cells = "".join(f"<td{kind(at)}>{html(cell)}</td>" for at, cell in enumerate(row) if at)
        yield f'<tr><th scope="row">{html(row[0])}</th>{cells}</tr>'
    yield "</tbody></table></div>"
