"""The report on the screen: choose, look page by page, rewrite, arrange, and take it away."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import streamlit as st

from nami_monitor.briefing.headline import headline as in_one_sentence
from nami_monitor.briefing.month import Briefing, BriefingSection, briefing
from nami_monitor.briefing.overview import KpiLine
from nami_monitor.core.errors import UserError
from nami_monitor.core.escapes import markdown, plain
from nami_monitor.core.words import State
from nami_monitor.i18n import LANGS, formats
from nami_monitor.kpis import KpiResult
from nami_monitor.reports import report_file
from nami_monitor.reports.branding import NEUTRAL, Branding, read_branding
from nami_monitor.reports.document import Audience, Document, ReportFigure, ReportPage
from nami_monitor.reports.pages import document, trend_key
from nami_monitor.reports.report_file import Arrangement, Format, ReportRequest, render
from nami_monitor.store import Work
from nami_monitor.ui import booking, cache, filters, links, trend_chart
from nami_monitor.ui.grid import Head, grid
from nami_monitor.ui.links import Filters
from nami_monitor.ui.session import Session

MIME: Final = {
    Format.PPTX: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    Format.PDF: "application/pdf",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.HTML: "text/html",
}
LANGUAGES: Final = {"nl": "Nederlands", "en": "English"}
CHOSEN: Final = "presentation.page"
LISTED: Final = "presentation.listed"
MADE: Final = "presentation.made"
ARRANGED: Final = "presentation_arranged"
BUILT: Final = "presentation.built"


@dataclass(frozen=True)
class ShownReport:
    """The report that is on the screen.

    Args:
        wanted: what it is to be.
        found: its briefing.
        proposed: its pages as proposed.
        arrangement: what people made of them.
    """

    wanted: ReportRequest
    found: Briefing
    proposed: Document
    arrangement: Arrangement

    @property
    def pages(self) -> tuple[ReportPage, ...]:
        """Every page in the order wanted."""
        return report_file.all_pages(self.proposed, self.arrangement)

    @property
    def arranged(self) -> Document:
        """The report without the pages that were left out."""
        return report_file.arranged(self.proposed, self.arrangement)


def branding_of(session: Session) -> Branding:
    """Name, colours and logo; what is wrong with the settings file is said."""
    try:
        return read_branding()
    except UserError as error:
        st.error(markdown(session.sentence(error)))
        return NEUTRAL


def choose(session: Session) -> ReportRequest:
    """What the report is to be: month, categories, audience and language."""
    offered = cache.choices(session.store)
    left, middle, right, last = st.columns([1, 2, 1, 1])
    with left:
        month = filters.month(session, offered.months)
    with middle:
        categories = _categories(session, list(offered.categories))
    with right:
        audience = filters.select(
            "audience",
            session.t("presentation.audience"),
            [str(month_offered) for month_offered in Audience],
            lambda code: session.t(f"presentation.audiences.{code}"),
        )
    with last:
        lang = filters.select(
            "report_lang",
            session.t("presentation.lang"),
            list(LANGS),
            lambda code: LANGUAGES[code],
            default=session.lang,
        )
    return ReportRequest(
        month,
        categories,
        Audience(audience),
        "en" if lang == "en" else "nl",
        branding_of(session),
    )


def _categories(session: Session, offered: list[str]) -> tuple[str, ...]:
    def read(codes: str) -> list[str] | None:
        named = [code for code in codes.split(",") if code]
        return named if set(named) <= set(offered) else None

    first = offered[:1]
    chosen = st.multiselect(
        session.t("presentation.categories"),
        offered,
        format_func=lambda code: plain(filters.category_name(session, code)),
        key=filters.take("categories", read, read(filters.last("category")) or first, ",".join),
        placeholder=session.t("presentation.everything"),
    )
    filters.remember("categories", ",".join(chosen), ",".join(first))
    return tuple(chosen)


def show(session: Session, wanted: ReportRequest) -> ShownReport:
    """Build the report; a bar says how far it is."""
    briefing_found = _built(session, wanted)
    proposed = document(
        briefing_found, wanted.lang, wanted.audience, organisation=wanted.branding.name
    )
    with session.store.read() as db:
        return ShownReport(
            wanted, briefing_found, proposed, report_file.saved(db, wanted.name, wanted.month)
        )


def _built(session: Session, wanted: ReportRequest) -> Briefing:
    """The briefing of what is wanted: of one category as the overview has it, else built once.

    Once is per visitor and data version.
    """
    if len(wanted.categories) == 1:
        return cache.briefed(session.store, wanted.month, wanted.categories[0], ())
    key = (str(session.store.path), session.store.version(), wanted.month, wanted.categories)
    kept = st.session_state.get(BUILT)
    if kept and kept[0] == key:
        briefing_found: Briefing = kept[1]
        return briefing_found
    bar = _bar(session, "presentation.building")
    with session.store.read() as db:
        briefing_found = briefing(db, wanted.month, wanted.categories, progress=bar.step)
    bar.done()
    st.session_state[BUILT] = (key, briefing_found)
    return briefing_found


@dataclass(frozen=True)
class _Bar:
    """A progress bar that goes away when it is done."""

    step: Callable[[int, int, str], None]
    done: Callable[[], None]


def _bar(session: Session, words: str) -> _Bar:
    bar = st.progress(0.0, session.t(words, name=""))

    def step(done: int, total: int, name: str) -> None:
        category = filters.category_name(session, name) if name else ""
        bar.progress(done / max(total, 1), session.t(words, name=category))

    def done() -> None:
        bar.empty()

    return _Bar(step, done)


def headline(session: Session, report: ShownReport) -> None:
    """The month in one sentence, and how the report was left."""
    st.markdown(f"**{markdown(in_one_sentence(report.found, session.lang))}**")
    left = len(report.pages) - len(report.arranged.pages)
    count = session.t("presentation.count", n=len(report.arranged.pages))
    st.caption(
        f"{markdown(count)} {session.md('presentation.left', n=left)}" if left else markdown(count)
    )


def pick(session: Session, report: ShownReport) -> ReportPage:
    """The page that is looked at, with buttons to go to the one before and after it.

    A browser knows a choice by its words, so it is told anew when a page gets another number.
    """
    pages = report.pages
    codes = [page.code for page in pages]
    names = {page.code: _listed(session, page, no, report) for no, page in enumerate(pages, 1)}
    before, listed = st.session_state.get(LISTED, ("", {}))
    code = st.session_state.get(CHOSEN, before)
    code = code if code in codes else codes[0]
    if names != listed or st.session_state.get(CHOSEN) != code:
        st.session_state[CHOSEN] = code
    st.session_state[LISTED] = (code, names)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            session.t("presentation.page"),
            codes,
            format_func=lambda code: plain(names[code]),
            key=CHOSEN,
        )
        at = codes.index(st.session_state[CHOSEN])
        for name, to, off in (("before", at - 1, at == 0), ("after", at + 1, at == len(codes) - 1)):
            st.button(
                session.t(f"presentation.{name}"),
                key=f"presentation_{name}",
                disabled=off,
                on_click=_go,
                args=(codes[min(max(to, 0), len(codes) - 1)],),
            )
    return pages[at]


def _listed(session: Session, page: ReportPage, no: int, report: ShownReport) -> str:
    label = f"{no}. {page.label}"
    if page.code in report.arrangement.left_out:
        return session.t("presentation.out", label=label)
    return label


def _go(code: str) -> None:
    st.session_state[CHOSEN] = code


def arrange_page(session: Session, report: ShownReport, page: ReportPage) -> None:
    """Where the page stands, and whether it is in the report."""
    codes = [report_page.code for report_page in report.pages]
    at = codes.index(page.code)
    key = f"presentation_in_{page.code}_{report.wanted.name}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.checkbox(
            session.t("presentation.include"),
            value=page.code not in report.arrangement.left_out,
            key=key,
            on_change=_toggle,
            args=(session, report, page.code, key),
        )
        for name, by, off in (("up", -1, at == 0), ("down", 1, at == len(codes) - 1)):
            st.button(
                session.t(f"presentation.{name}"),
                key=f"presentation_{name}",
                disabled=off,
                on_click=_move,
                args=(session, report, report.arrangement.moved(codes, page.code, by)),
            )
    booking.ask(session, ARRANGED)


def _move(session: Session, report: ShownReport, wanted: Arrangement) -> None:
    """Store an arrangement with a page in another place."""
    _save(session, report, wanted)


def _toggle(session: Session, report: ShownReport, code: str, key: str) -> None:
    """Store whether a page is included; nothing is written when that stays the same."""
    wanted = report.arrangement.with_page(code, shown=bool(st.session_state[key]))
    if wanted != report.arrangement and not _save(session, report, wanted):
        st.session_state[key] = not st.session_state[key]


def _save(session: Session, report: ShownReport, wanted: Arrangement) -> bool:
    """Store an arrangement; whether it was started, which needs to know who does it."""

    def write(who: str) -> None:
        with session.store.write(Work.NOTE, who) as db:
            report_file.save(db, report.wanted.name, report.wanted.month, wanted, who)

    return booking.keep(session, ARRANGED, write)


def _figures(found: Briefing, page: ReportPage) -> list[tuple[KpiResult | None, Filters]]:
    """The figures in the rows of a page's table, with the filters that gave them."""
    kind, _, key = page.code.partition(":")
    if kind == "targets":
        return [
            (line.aim.judged, _where(section, line))
            for section in found.sections
            for line in section.glance.targeted
            if line.aim
        ]
    return [
        (line.result, _where(section, line))
        for section in found.sections
        for line in (*section.told, *section.glance.of_categories)
        if line.result.state is State.VALUE
        and (
            (kind, key) == ("trend", trend_key(section, line))
            or ((kind, key) == ("kpis", section.category or "") and not line.names)
        )
    ]


def _where(section: BriefingSection, line: KpiLine) -> Filters:
    """The filters that gave a line's figures."""
    category = line.aim.target.category if line.names and line.aim else None
    return {**section.glance.where, **({"category": (category,)} if category else {})}


def preview(session: Session, report: ShownReport, page: ReportPage) -> None:
    """The page as it will stand in the report; each figure of its table can be traced."""
    with st.container(border=True, key="presentation_page"):
        st.caption(markdown(page.label))
        st.header(markdown(page.title), anchor=False)
        if page.comment:
            st.markdown(f"**{session.t('report.comment')}:** {markdown(page.comment)}")
        for no, figure in enumerate(page.figures):
            _figure(session, figure, f"presentation_{no}")
        if page.points:
            st.markdown("\n".join(f"- {markdown(point)}" for point in page.points))
        if page.grid:
            heads = [Head(head) for head in page.grid.head]
            traced = [
                links.trace_of_result(session, result, where) if result else None
                for result, where in _figures(report.found, page)
            ]
            grid(session, heads, page.grid.rows, key="presentation_grid", name=page.label,
                 file=page.label, download=False,
                 traces={page.grid.head[1]: traced} if traced else None)  # fmt: skip
        if page.asked:
            st.info(f"**{session.t('report.asked')}**\n\n{markdown(page.asked)}")
        st.caption(f"{session.t('report.how')}: {markdown(page.notes)}")


def _figure(session: Session, figure: ReportFigure, key: str) -> None:
    st.vega_lite_chart(figure.spec, theme=None, key=key, alt=plain(figure.alt))
    if figure.caption:
        st.caption(markdown(figure.caption))
    with st.expander(session.t("trends.as_table")):
        trend_chart.show_table(session, figure.table, f"{key}_table", session.t("report.as_table"))


def edit(session: Session, report: ShownReport, page: ReportPage) -> None:
    """Rewrite the headline, a comment and what is asked; the proposal can be had back."""
    proposal = next(
        proposed_page for proposed_page in report.proposed.pages if proposed_page.code == page.code
    )
    month = formats.month(report.wanted.month, session.lang)
    with st.form(f"presentation_edit_{page.code}_{report.wanted.name}", border=True):
        st.subheader(session.t("presentation.edit"), anchor=False)
        title = st.text_area(
            session.t("presentation.title_field"), page.title, max_chars=report_file.LONGEST,
            help=session.md("presentation.of_month", month=month),
        )  # fmt: skip
        comment = st.text_area(
            session.t("report.comment"), page.comment, max_chars=report_file.LONGEST,
            help=session.md("presentation.of_month", month=month),
        )  # fmt: skip
        question = st.text_area(
            session.t("report.asked"), page.asked, max_chars=report_file.LONGEST,
            help=session.t("presentation.stays"),
        )  # fmt: skip
        with st.container(horizontal=True):
            booking.submit(session.t("presentation.keep"), "presentation_keep", type="primary")
            booking.submit(session.t("presentation.back"), "presentation_back")
    kept = booking.taken(session, "presentation_keep")
    back = booking.taken(session, "presentation_back")
    if kept or back:
        if back:
            title, comment, question = proposal.title, "", proposal.asked
        wrote = report.arrangement.wrote(proposal, title=title, comment=comment, asked=question)
        _save(session, report, wrote)
        st.rerun()


def downloads(session: Session, report: ShownReport) -> None:
    """Make a file, with a bar that says how far it is, and offer it."""
    st.header(session.t("presentation.take"), anchor=False)
    if not report.arranged.pages:
        st.warning(session.t("presentation.no_pages"))
        return
    files = st.session_state.setdefault(MADE, {})
    key = (_version(session, report), report.wanted)
    if files.get("key") != key:
        files = st.session_state[MADE] = {"key": key}
    for kind, column in zip(Format, st.columns(len(Format)), strict=True):
        with column:
            name = session.t(f"presentation.formats.{kind}")
            if st.button(session.md("presentation.make", name=name), key=f"make_{kind}"):
                bar = _bar(session, "presentation.making")
                files[kind] = render(report.found, report.arranged, kind, report.wanted, bar.step)
                bar.done()
            if kind in files:
                st.download_button(
                    session.md("presentation.download", name=name),
                    files[kind],
                    file_name=f"nami-{report.wanted.month:%Y-%m}-{report.wanted.audience}.{kind}",
                    mime=MIME[kind],
                    key=f"download_{kind}",
                    on_click="ignore",
                )


def _version(session: Session, report: ShownReport) -> tuple[str, int, Arrangement]:
    return str(session.store.path), session.store.version(), report.arrangement
