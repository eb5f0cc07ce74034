"""The slides of a month: look, rewrite, decide, arrange, and take them along."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import streamlit as st

from nami_monitor.access.roles import Role
from nami_monitor.briefing import decisions, wording
from nami_monitor.briefing.decisions import Decision, DecisionOption
from nami_monitor.briefing.month import Briefing, briefing
from nami_monitor.core.errors import UserError
from nami_monitor.core.escapes import html, markdown, plain
from nami_monitor.i18n import LANGS, formats, has_text
from nami_monitor.reports import report_file
from nami_monitor.reports.branding import NEUTRAL, Branding, read_branding
from nami_monitor.reports.document import Audience, Document, ReportPage
from nami_monitor.reports.page_html import slide_html
from nami_monitor.reports.report_file import (
    Arrangement,
    FixedFigures,
    Format,
    ReportRequest,
    render,
)
from nami_monitor.reports.slides import fits_title, slide_of
from nami_monitor.store import Store, Work
from nami_monitor.ui import app, booking, cache, doors, filters, links
from nami_monitor.ui.session import Session

MIME: Final = {
    Format.PPTX: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    Format.PDF: "application/pdf",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.HTML: "text/html",
}
OFFERED: Final = (Format.HTML, Format.PDF, Format.XLSX, Format.PPTX)
LANGUAGES: Final = {"nl": "Nederlands", "en": "English"}
CHOSEN: Final = "presentation.page"
ARRANGED: Final = "presentation_arranged"
FIXED: Final = "presentation_fix"
BUILT: Final = "presentation.built"
MOST_LINKS: Final = 6
FIELD: Final = 140
"""Width of a short field in pixels; two stand side by side where there is room."""
DATES: Final = booking.DATES


@dataclass(frozen=True)
class ShownReport:
    """The report that is on the screen.

    Args:
        wanted: what it is to be.
        found: its briefing.
        proposed: its pages as proposed, with the decisions as people filled them in.
        arrangement: what people made of it.
        todos: the decisions, by name.
        fixed: its figures as somebody fixed them; None without it.
    """

    wanted: ReportRequest
    found: Briefing
    proposed: Document
    arrangement: Arrangement
    todos: Mapping[str, Decision]
    fixed: FixedFigures | None

    @property
    def arranged(self) -> Document:
        """The report without the pages that were left out."""
        return report_file.arranged(self.proposed, self.arrangement)

    @property
    def left_out(self) -> tuple[ReportPage, ...]:
        """The pages that were left out."""
        pages = report_file.all_pages(self.proposed, self.arrangement)
        return tuple(page for page in pages if page.code in self.arrangement.left_out)


def show(session: Session) -> None:
    """The page: choices and files on top, slides left, one large, its fields beside it."""
    with st.container(key="presentation_top", horizontal=True, vertical_alignment="bottom"):
        wanted = choose(session)
        files = st.container(
            key="presentation_files", horizontal=True, horizontal_alignment="right"
        )
    report = _report(session, wanted)
    shown = report.arranged
    with files:
        _fix(session, report)
        _downloads(session, report)
    front = [page for page in shown.pages if not page.appendix]
    behind = [page for page in shown.pages if page.appendix]
    app.heading(_heading(session, front))
    booking.ask(session, FIXED)
    if report.fixed:
        st.caption(markdown(_fixed_words(session, report.fixed)))
    if not shown.pages:
        st.info(session.t("presentation.no_pages"))
        _left_out(session, report)
        return
    page = _chosen([*front, *behind])
    left, middle, right = st.columns([2, 8, 3], gap="medium")
    with left:
        _thumbs(report, front, page)
        with st.container(key="presentation_lists", horizontal=True):
            _appendix(session, behind)
            _left_out(session, report)
    with middle:
        _large(session, report, front, page)
    with right:
        _edit(session, report, page)
        booking.who_field(session)


def ahead(session: Session, month: date, category: str) -> None:
    """Draw the slides that are shown first.

    Raises:
        UserError: as ``read_branding``.
    """
    first = next(iter(Audience))
    wanted = ReportRequest(month, (category,), first, session.lang, read_branding())
    report = _report(session, wanted)
    for no, page in enumerate(report.arranged.pages, start=1):
        if not page.appendix:
            slide = slide_of(page, report.proposed)
            slide_html(slide, no, wanted.branding, small=no > 1)


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
    month = filters.month(session, offered.months)
    categories = _categories(session, list(offered.categories))
    audience = filters.select(
        "audience",
        session.t("presentation.audience"),
        [str(one) for one in Audience],
        lambda code: session.t(f"presentation.audiences.{code}"),
    )
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
    """The categories: in a window of their own, since there may be several."""

    def read(codes: str) -> list[str] | None:
        named = [code for code in codes.split(",") if code]
        return named if set(named) <= set(offered) else None

    first = offered[:1]
    asked = st.query_params.get("categories", "")
    key = filters.take("categories", read, read(filters.elsewhere("category")) or first, ",".join)
    now = [code for code in st.session_state.get(key, first) if code in offered]
    st.session_state[key] = now  # a window that opens later would not know it otherwise
    names = [filters.category_name(session, code) for code in now]
    several = session.t("presentation.several", n=len(names))
    said = (
        names[0] if len(names) == 1 else several if names else session.t("presentation.everything")
    )
    with st.popover(session.md("presentation.of_categories", said=said)):
        chosen = st.multiselect(
            session.t("presentation.categories"),
            offered,
            format_func=lambda code: plain(filters.category_name(session, code)),
            key=key,
            placeholder=session.t("presentation.everything"),
        )
    filters.remember("categories", ",".join(chosen), ",".join(first))
    if read(asked) is None:
        every = [filters.category_name(session, code) for code in offered]
        filters.say_unknown(session.t("presentation.categories"), asked, said, every)
    return tuple(chosen)


def _report(session: Session, wanted: ReportRequest) -> ShownReport:
    written = session.store.written()  # first: what is read later may be newer, and never older
    found = _built(session, wanted)
    return _laid_out(session.store, written, wanted, session.lang, found)


@cache.cached(entries=10, shared=True)  # frozen, and holds what cannot be copied
def _laid_out(
    store: Store, written: tuple[int, float], wanted: ReportRequest, lang: str, _found: Briefing
) -> ShownReport:
    """A report in a language of the screen; every write may change it."""
    del written
    with store.read() as db:
        proposed = report_file.proposed(db, _found, wanted)
        arrangement = report_file.saved(db, wanted.name, wanted.month)
        todos = decisions.todos(_found, decisions.kept(db), wanted.lang)
        before = report_file.fixed(db, wanted.name, _found, lang)
    by_name = {one.name: one for one in todos}
    return ShownReport(wanted, _found, proposed, arrangement, by_name, before)


def _built(session: Session, wanted: ReportRequest) -> Briefing:
    """The briefing of what is wanted: of one category as the home page has it, else built once.

    Once is per visitor and data version.
    """
    if len(wanted.categories) == 1:
        return cache.briefed(session.store, wanted.month, wanted.categories[0], ())
    key = (str(session.store.path), session.store.version(), wanted.month, wanted.categories)
    kept = st.session_state.get(BUILT)
    if kept and kept[0] == key:
        found: Briefing = kept[1]
        return found
    bar = st.progress(0.0, session.t("presentation.building", name=""))

    def step(done: int, total: int, name: str) -> None:
        category = filters.category_name(session, name) if name else ""
        bar.progress(done / max(total, 1), session.t("presentation.building", name=category))

    with session.store.read() as db:
        found = briefing(db, wanted.month, wanted.categories, progress=step)
    bar.empty()
    st.session_state[BUILT] = (key, found)
    return found


def _heading(session: Session, front: list[ReportPage]) -> str:
    """How many slides there are, and how many decisions they ask for: the page's finding."""
    asked = sum(page.decision is not None for page in front)

    def counted(n: int) -> str:
        key = f"presentation.number.{n}"
        return session.t(key) if has_text(key, session.lang) else str(n)

    slides = session.t("presentation.slides", n=len(front), said=counted(len(front)))
    decided = session.t("presentation.asked", n=asked, said=counted(asked))
    return wording.begun(session.t("presentation.heading", slides=slides, asked=decided))


def _chosen(pages: list[ReportPage]) -> ReportPage:
    """The page that is looked at; the first one where the choice is gone."""
    code = st.session_state.get(CHOSEN)
    page = next((page for page in pages if page.code == code), pages[0])
    st.session_state[CHOSEN] = page.code
    return page


def _go(code: str) -> None:
    st.session_state[CHOSEN] = code


def _thumbs(report: ShownReport, front: list[ReportPage], page: ReportPage) -> None:
    """Every slide small, with its number; the whole picture is the button."""
    with st.container(key="presentation_thumbs"):
        for no, one in enumerate(front, start=1):
            here = "_here" if one.code == page.code else ""
            with st.container(key=f"thumb_{no}{here}"):
                st.button(
                    markdown(f"{no} {one.label}"),
                    key=f"presentation_to_{no}",
                    on_click=_go,
                    args=(one.code,),
                )
                slide = slide_of(one, report.proposed)
                _draw(slide_html(slide, no, report.wanted.branding, small=True))


def _draw(slide: str) -> None:
    cache.drawn(slide, lambda: st.html(slide))


def _appendix(session: Session, behind: list[ReportPage]) -> None:
    if behind:
        with st.popover(session.md("presentation.behind", n=len(behind)), type="tertiary"):
            for no, one in enumerate(behind):
                st.button(
                    markdown(one.label),
                    key=f"presentation_behind_{no}",
                    type="tertiary",
                    on_click=_go,
                    args=(one.code,),
                )


def _left_out(session: Session, report: ShownReport) -> None:
    """The pages that were left out, to take them in again."""
    if report.left_out:
        with st.popover(session.md("presentation.left", n=len(report.left_out)), type="tertiary"):
            for no, one in enumerate(report.left_out):
                st.button(
                    session.md("presentation.back_in", label=one.label),
                    key=f"presentation_in_{no}",
                    type="tertiary",
                    on_click=_arrange,
                    args=(session, report, report.arrangement.with_page(one.code, shown=True)),
                    **booking.locked(Role.WRITE),
                )


def _large(
    session: Session, report: ShownReport, front: list[ReportPage], page: ReportPage
) -> None:
    """One slide large, the way to others, what is told with it, and where figures come from."""
    codes = [one.code for one in report.arranged.pages]
    at = codes.index(page.code)
    with st.container(key="presentation_slide"):
        slide = slide_of(page, report.proposed)
        _draw(slide_html(slide, at + 1, report.wanted.branding))
    with st.container(key="presentation_moves", horizontal=True, vertical_alignment="center"):
        for name, to in (("before", at - 1), ("after", at + 1)):
            st.button(
                session.t(f"presentation.{name}"),
                key=f"presentation_{name}",
                disabled=not 0 <= to < len(codes),
                on_click=_go,
                args=(codes[min(max(to, 0), len(codes) - 1)],),
            )
        where = {"n": at + 1, "all": len(front)}
        key = "presentation.in_appendix" if page.appendix else "presentation.slide_of"
        st.html(f'<p class="nami-unit">{html(session.t(key, **where))}</p>', width="content")
        for name, by in (("up", -1), ("down", 1)):
            st.button(
                session.t(f"presentation.{name}"),
                key=f"presentation_{name}",
                on_click=_arrange,
                args=(session, report, report.arrangement.moved(codes, page.code, by)),
                **{"disabled": not 0 <= at + by < len(codes), **booking.locked(Role.WRITE)},
            )
        next_one = codes[at + 1] if at + 1 < len(codes) else codes[at - 1]
        st.button(
            session.t("presentation.leave_out"),
            key="presentation_out",
            on_click=_leave_out,
            args=(session, report, page.code, next_one),
            **booking.locked(Role.WRITE),
        )
    booking.ask(session, ARRANGED)
    with st.container(key="presentation_below"):
        told, traced = st.columns(2, gap="medium")
        with told:
            st.subheader(session.t("presentation.told"), anchor=False)
            st.markdown(markdown(page.told or page.notes))
        with traced:
            st.subheader(session.t("presentation.sources"), anchor=False)
            _sources(session, page)


def _arrange(session: Session, report: ShownReport, wanted: Arrangement) -> None:
    """Store an arrangement, for a button."""
    _save(session, report, wanted)


def _leave_out(session: Session, report: ShownReport, code: str, then: str) -> None:
    """Leave a page out, and look at the one that takes its place."""
    if _save(session, report, report.arrangement.with_page(code, shown=False)):
        _go(then)


def _sources(session: Session, page: ReportPage) -> None:
    """Every figure of the slide as a link that traces it; without figures, where they stand."""
    with st.container(horizontal=True, key="presentation_sources", gap="small"):
        for one in page.stands_on[:MOST_LINKS]:
            doors.link(
                "trace",
                " ".join(filter(None, (one.value, one.name))),
                query_params=links.result_address(one.result, one.where),
                width="content",
            )
        kind = page.code.partition(":")[0]
        if kind in REGISTERS:
            screen, name = REGISTERS[kind]
            doors.link(screen, session.t(name), width="content")


REGISTERS: Final = {
    "waterbed": ("waterbed", "doors.measures"),
    "arms": ("waterbed", "doors.measures"),
    "contracts": ("contracts", "doors.part.contracts"),
    "targets": ("targets", "doors.part.targets"),
    "lessons": ("kit", "doors.lessons"),
    "definitions": ("handbook", "handbook.nav"),
}
"""The screen of what a page tells that is no figure, and its name."""


def _edit(session: Session, report: ShownReport, page: ReportPage) -> None:
    """The fields of a slide: its conclusion, the decision asked for, what is told with it."""
    todo = report.todos.get(page.decision.name) if page.decision else None
    month = report.wanted.month
    with st.form(f"presentation_edit_{page.code}_{report.wanted.name}_{month}", border=False):
        st.header(session.t("presentation.edit"), anchor=False)
        title = st.text_area(
            session.t("presentation.title_field"),
            page.title,
            max_chars=report_file.LONGEST,
            height=96,
        )
        stated = _decision_fields(session, todo) if todo else None
        told = st.text_area(
            session.t("presentation.told"),
            page.told,
            max_chars=report_file.LONGEST,
            height=96,
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            booking.submit(session.t("presentation.keep"), "presentation_keep", type="primary")
            booking.submit(session.t("presentation.back"), "presentation_back", type="tertiary")
        if todo:
            st.caption(session.t("presentation.also"))
    fits = "fits" if fits_title(page.title) else "too_long"
    st.html(f'<p class="nami-fits">{html(session.t(f"presentation.{fits}"))}</p>')
    kept = booking.taken(session, "presentation_keep")
    back = booking.taken(session, "presentation_back")
    if kept or back:
        plain_page = next(one for one in report.proposed.pages if one.code == page.code)
        if back:
            title, told, stated = plain_page.title, plain_page.told, None
        wrote = report.arrangement.wrote(plain_page, title=title, told=told)
        changed = stated if stated != todo else None
        _save(session, report, wrote, changed, withdrawn=todo.name if todo and back else "")
        st.rerun()


def _decision_fields(session: Session, todo: Decision) -> Decision:
    """The fields of a decision record, as they were filled in."""
    options = []
    for at, letter in enumerate("ABC"[: decisions.MOST_OPTIONS]):
        known = todo.options[at] if at < len(todo.options) else DecisionOption("")
        key = "presentation.proposed" if at == todo.proposed else "presentation.option"
        what = st.text_input(session.md(key, letter=letter), known.what)
        options.append(known if what.strip() == known.what else DecisionOption(what))
    proposed = st.selectbox(
        session.t("presentation.proposal"),
        [None, *range(decisions.MOST_OPTIONS)],
        index=0 if todo.proposed is None else todo.proposed + 1,
        format_func=lambda at: session.t("presentation.no_proposal") if at is None else "ABC"[at],
    )
    with st.container(horizontal=True):
        owner = st.text_input(session.t("presentation.who"), todo.owner, width=FIELD)
        due = st.date_input(
            session.t("presentation.due"), todo.due, format=DATES[session.lang], width=FIELD
        )
    return replace(
        todo,
        options=tuple(one for at, one in enumerate(options) if one.what or at < len(todo.options)),
        proposed=proposed,
        owner=owner,
        due=due if isinstance(due, date) else todo.due,
    )


def _save(
    session: Session,
    report: ShownReport,
    wanted: Arrangement,
    stated: Decision | None = None,
    *,
    withdrawn: str = "",
) -> bool:
    """Store an arrangement and a decision; whether it was started, which needs to know who."""

    def write(who: str) -> None:
        with session.store.write(Work.NOTE, who) as db:
            if wanted != report.arrangement:
                report_file.save(db, report.wanted.name, report.wanted.month, wanted, who)
            if stated is not None:
                decisions.save(db, stated, report.wanted.lang, who)
            if withdrawn:
                decisions.withdraw(db, withdrawn, who)

    return booking.keep(session, ARRANGED, write)


def _fix(session: Session, report: ShownReport) -> None:
    """Keep the figures as they are presented, so that it can be seen what changes later."""

    def keep() -> None:
        def write(who: str) -> None:
            with session.store.write(Work.NOTE, who) as db:
                report_file.fix(db, report.wanted.name, report.found, who)

        booking.keep(session, FIXED, write)

    st.button(
        session.t("presentation.fix"),
        key=FIXED,
        on_click=keep,
        **booking.locked(Role.WRITE, {"help": session.t("presentation.fix_help")}),
    )


def _fixed_words(session: Session, before: FixedFigures) -> str:
    """When the figures were fixed, and what changed since."""
    day = formats.day(before.at, session.lang)
    if not before.changed:
        return session.t("presentation.fixed", day=day, who=before.who)
    names = ", ".join(before.changed[:MOST_LINKS])
    n = len(before.changed)
    return session.t("presentation.fixed_changed", day=day, who=before.who, n=n, names=names)


def _downloads(session: Session, report: ShownReport) -> None:
    """The report as files, each made when it is asked for."""
    pages = report.arranged

    def made(kind: Format) -> Any:
        return lambda: render(report.found, pages, kind, report.wanted)

    for kind in OFFERED if pages.pages else ():
        booking.download(
            session,
            session.t(f"presentation.formats.{kind}"),
            made(kind),
            f"nami-{report.wanted.month:%Y-%m}-{report.wanted.audience}.{kind}",
            act="report",
            about=" ".join(report.wanted.categories),
            name=f"{report.wanted.month:%Y-%m} {kind}",
            mime=MIME[kind],
            key=f"download_{kind}",
            type="primary" if kind is Format.PPTX else "secondary",
        )
