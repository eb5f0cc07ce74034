"""The report as one HTML file, which loads nothing from other servers; and a slide for the screen.

A slide grows and shrinks with what holds it: lengths are shares of it and letters hundredths of its
width, so that the same markup is a small picture and a large one.
"""

import base64
from collections.abc import Iterator
from typing import Final

from nami_monitor.briefing.month import Progress, no_progress
from nami_monitor.charts import palette
from nami_monitor.charts.spec import ChartTable, Write
from nami_monitor.core.escapes import html
from nami_monitor.i18n import text
from nami_monitor.reports.branding import Branding, png, svg
from nami_monitor.reports.document import (
    AskedDecision,
    Document,
    ReportFigure,
    ReportGrid,
    ReportPage,
)
from nami_monitor.reports.slides import (
    CELL_INSET,
    FOOT,
    FOOT_LINE,
    HEIGHT,
    INDENT,
    LETTERS,
    LINE_SPACING,
    LOGO,
    NUMBER,
    POINTS_PER_INCH,
    RULE,
    TITLE,
    TITLE_SIZE,
    WIDTH,
    Box,
    Ground,
    Paragraph,
    Part,
    Picture,
    Slide,
    SlideTable,
    Tone,
    Words,
)

PAGE_WIDTH: Final = 960

STYLE: Final = """
body{{margin:0;font:1rem/1.5 "Source Sans 3","Source Sans Pro",Arial,sans-serif;color:{body};
background:#fff;border-top:.4rem solid {primary}}}
main,header,footer,nav{{max-width:62rem;margin:0 auto;padding:0 1.25rem;box-sizing:border-box}}
header{{padding-top:2rem}}
header img{{max-height:4rem;max-width:14rem}}
h1,h2,h3{{color:{primary};font-family:"Source Serif 4","Source Serif Pro",Georgia,serif;
font-weight:600;line-height:1.25;text-wrap:balance}}
h1{{font-size:2rem;margin:.5rem 0}}
h2{{font-size:1.5rem;margin:0 0 .75rem}}
.lead{{font-size:1.2rem}}
.label{{color:{grey};margin:0;font-weight:600}}
section{{border-top:1px solid {grid};padding:1.5rem 0 2rem}}
figure{{margin:1rem 0}}
figure img{{max-width:100%;height:auto}}
figcaption,.method,footer{{color:{grey};font-size:.95rem}}
.scroll{{overflow-x:auto}}
table{{border-collapse:collapse;width:100%;margin:1rem 0}}
th,td{{padding:.4rem .6rem;text-align:left;vertical-align:top;border-bottom:1px solid {grid}}}
thead th{{border-bottom:2px solid {primary};color:{primary};vertical-align:bottom}}
tbody th{{font-weight:600}}
.right{{text-align:right}}
.facts{{display:grid;grid-template-columns:repeat(auto-fit,minmax(14rem,1fr));gap:1rem}}
.facts div{{display:flex;flex-direction:column-reverse;justify-content:flex-end;
border-top:1px solid {grid};padding-top:.5rem}}
.facts dd{{margin:0;font-size:2rem;font-weight:700;line-height:1.2;color:{primary}}}
.facts dd.concern{{color:{second}}}
.asked{{border-left:.3rem solid {second};background:{paper};padding:1rem 1.25rem;margin:1rem 0}}
.asked h3{{margin:0 0 .5rem;color:{second};font-size:1.25rem}}
.asked p{{margin:.5rem 0 0}}
.asked ol{{margin:.5rem 0;padding-left:1.75rem}}
.asked li{{margin:.35rem 0}}
.asked li::marker{{color:{primary};font-weight:700}}
.asked span{{color:{grey}}}
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
        grid=palette.GRID,
        paper=palette.PAPER,
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
        drawn = _data("image/png", branding.logo)
        yield f'<img src="{drawn}" alt="{html(document.organisation)}">'
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
    if page.told:
        yield f'<p dir="auto">{_broken(page.told)}</p>'
    if page.facts:
        yield '<dl class="facts">'
        for fact in page.facts:
            tone = ' class="concern"' if fact.concern else ""
            yield f"<div><dt>{html(fact.words)}</dt><dd{tone}>{html(fact.value)}</dd></div>"
        yield "</dl>"
    for figure in page.figures:
        yield from _figure(figure, lang, branding)
    if page.points:
        yield "<ul>"
        yield from (f'<li dir="auto">{html(point)}</li>' for point in page.points)
        yield "</ul>"
    if page.grid:
        yield from _grid(page.grid, page.label)
    if page.decision:
        yield from _asked(page.decision, lang)
    head = html(text("report.how", lang))
    source = page.foot or document.source
    yield f'<p class="method">{head}: {html(page.notes)} {html(source)}</p></section>'


def _asked(asked: AskedDecision, lang: str) -> Iterator[str]:
    """The choices on paper, the proposal bold, with who decides before when."""
    yield f'<div class="asked"><h3>{html(text("report.asked", lang))}</h3>'
    if asked.question:
        yield f'<p dir="auto">{html(asked.question)}</p>'
    yield '<ol type="A">'
    for at, (what, gives) in enumerate(asked.options):
        said, more = html(what), gives
        if at == asked.shown:
            said = f"<strong>{said}</strong>"
            key = "report.proposal" if asked.chosen is None else "report.decided"
            more = f"{text(key, lang)} {gives}".strip()
        grey = f"<br><span>{html(more)}</span>" if more else ""
        yield f'<li dir="auto">{said}{grey}</li>'
    who = html(asked.who or text("report.nobody", lang))
    yield f"</ol><p>{html(text('report.who', lang))} <strong>{who}</strong> · "
    yield f"{html(text('report.before', lang))} <strong>{html(asked.before)}</strong></p></div>"


def _broken(written: str) -> str:
    """What a person wrote, with the line breaks that they put in it."""
    return "<br>".join(html(line) for line in written.splitlines())


def _figure(figure: ReportFigure, lang: str, branding: Branding) -> Iterator[str]:
    drawn = _data("image/svg+xml", svg(figure.spec, PAGE_WIDTH, branding).encode())
    yield f'<figure><img src="{drawn}" alt="{html(figure.alt)}">'
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
    return ReportGrid(table.head, rows, frozenset(range(1, len(table.head))), widths).filled()


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


SLIDE_SERIF: Final = "'Source Serif',Georgia,serif"
SLIDE_SANS: Final = "'Source Sans','Source Sans Pro',Arial,sans-serif"


def slide_html(slide: Slide, number: int, branding: Branding, *, small: bool = False) -> str:
    """A slide as an element that is as wide as its place, 16 by 9.

    Args:
        slide: the slide.
        number: what stands in its corner.
        branding: colours and logo.
        small: for a small picture of it, which is passed by when the page is read aloud.
    """
    colours = _colours(branding)
    heading = "div" if small else "h2"
    look = (
        f"{_place(TITLE)};font:600 {_letters(TITLE_SIZE)}/{LINE_SPACING} {SLIDE_SERIF};margin:0;"
        f"padding:0;color:{colours[Tone.INK]};overflow:hidden"
    )
    inner = [
        _plane(RULE, colours[Tone.INK]),
        f'<{heading} dir="auto" style="{look}">{html(slide.title)}</{heading}>',
        *(_slide_part(part, colours, branding, small=small) for part in slide.parts),
        _plane(FOOT_LINE, colours[Tone.LINE]),
        _line(FOOT, slide.foot, colours),
        _line(NUMBER, str(number), colours, right=True),
    ]
    if branding.logo:
        drawn = _data("image/png", branding.logo)
        inner.append(
            f'<img alt="" src="{drawn}" style="{_place(LOGO)};object-fit:contain;'
            'object-position:right">'
        )
    hidden = ' aria-hidden="true"' if small else ""
    return (
        f'<div class="nami-slide"{hidden} style="position:relative;container-type:inline-size;'
        f"width:100%;text-rendering:geometricPrecision;aspect-ratio:{WIDTH}/{HEIGHT};background:{palette.WHITE};overflow:hidden;"
        f"box-sizing:border-box;border:1px solid {palette.GRID};"
        f'color:{palette.BODY}">{"".join(inner)}</div>'
    )


def _colours(branding: Branding) -> dict[Tone, str]:
    return {
        Tone.INK: branding.primary,
        Tone.SECOND: branding.second,
        Tone.BODY: palette.BODY,
        Tone.GREY: palette.GREY_TEXT,
        Tone.PAPER: palette.PAPER,
        Tone.LINE: palette.GRID,
    }


def _place(box: Box) -> str:
    across, down = 100 / WIDTH, 100 / HEIGHT
    return (
        f"position:absolute;left:{box.left * across:.3f}%;top:{box.top * down:.3f}%;"
        f"width:{box.width * across:.3f}%;height:{box.height * down:.3f}%"
    )


def _inches(length: float) -> str:
    return f"{100 * length / WIDTH:.3f}cqw"


def _letters(points: float) -> str:
    return _inches(points / POINTS_PER_INCH)


def _plane(box: Box, colour: str) -> str:
    return f'<div style="{_place(box)};min-height:1px;background:{colour}"></div>'


def _line(box: Box, words: str, colours: dict[Tone, str], *, right: bool = False) -> str:
    side = ";text-align:right" if right else ""
    return (
        f'<div style="{_place(box)};font:400 {_letters(LETTERS)}/{LINE_SPACING} {SLIDE_SANS};'
        f'color:{colours[Tone.GREY]};white-space:nowrap;overflow:hidden{side}">{html(words)}</div>'
    )


def _slide_part(part: Part, colours: dict[Tone, str], branding: Branding, *, small: bool) -> str:
    if isinstance(part, Ground):
        return _plane(part.box, colours[part.tone])
    if isinstance(part, Words):
        return _words(part, colours)
    if isinstance(part, Picture):
        figure = part.figure
        drawn = _data(
            "image/png",
            png(figure.slide or figure.spec, figure.pixels, branding, 1.0 if small else 2.0),
        )
        alt = "" if small else html(figure.alt)
        return (
            f'<img alt="{alt}" src="{drawn}" style="{_place(part.box)};object-fit:contain;'
            'object-position:left top">'
        )
    return _table(part, colours)


def _data(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def _words(part: Words, colours: dict[Tone, str]) -> str:
    middle = ";display:flex;flex-direction:column;justify-content:center" if part.middle else ""
    said = "".join(_paragraph(one, colours) for one in part.paragraphs)
    return f'<div style="{_place(part.box)};overflow:hidden{middle}">{said}</div>'


def _paragraph(one: Paragraph, colours: dict[Tone, str]) -> str:
    said = "".join(
        f'<span style="color:{colours[run.tone]};font-weight:{_weight(one, bold=run.bold)}">'
        f"{html(run.words)}</span>"
        for run in one.runs
    )
    inset = f";padding-left:{_inches(INDENT)}" if one.mark or one.indented else ""
    mark = ""
    if one.mark:
        mark = (
            f'<span style="display:inline-block;width:{_inches(INDENT)};'
            f"margin-left:-{_inches(INDENT)};font-weight:700;"
            f'color:{colours[Tone.INK]}">{html(one.mark)}</span>'
        )
    face = SLIDE_SERIF if one.serif else SLIDE_SANS
    return (
        f'<p dir="auto" style="margin:{_letters(one.before)} 0 0;max-width:none;'
        f'font:400 {_letters(one.size)}/{LINE_SPACING} {face}{inset}">{mark}{said}</p>'
    )


def _weight(one: Paragraph, *, bold: bool) -> int:
    return 400 if not bold else 600 if one.serif else 700


def _table(part: SlideTable, colours: dict[Tone, str]) -> str:
    grid = part.grid
    whole = sum(grid.widths)
    cell = f"padding:{_inches(0.05)} {_inches(CELL_INSET / 2)};vertical-align:top;border:0;"

    def written(row: tuple[str, ...], tag: str, look: str) -> str:
        cells = "".join(
            f'<{tag} style="{cell}{look};text-align:{"right" if at in grid.right else "left"}">'
            f"{html(words)}</{tag}>"
            for at, words in enumerate(row)
        )
        return f"<tr>{cells}</tr>"

    columns = "".join(f'<col style="width:{100 * wide / whole:.2f}%">' for wide in grid.widths)
    head = f"font-weight:700;color:{colours[Tone.INK]};border-bottom:2px solid {colours[Tone.INK]}"
    line = f"border-bottom:1px solid {colours[Tone.LINE]}"
    rows = "".join(written(row, "td", line) for row in grid.rows)
    return (
        f'<div style="{_place(part.box)};overflow:hidden"><table style="width:100%;'
        f"table-layout:fixed;border-collapse:collapse;margin:0;"
        f'font:400 {_letters(LETTERS)}/{LINE_SPACING} {SLIDE_SANS}"><colgroup>{columns}</colgroup>'
        f"<thead>{written(grid.head, 'th', head)}</thead><tbody>{rows}</tbody></table></div>"
    )
