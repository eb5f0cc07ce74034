"""Everything else of the month: to-dos with lessons, cards, tables, targets, caveats, a mail."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode, urlsplit

import streamlit as st

from nami_monitor.access.roles import Role
from nami_monitor.briefing import wording
from nami_monitor.briefing.decisions import Decision
from nami_monitor.briefing.lessons import CalledLesson, MatchLevel
from nami_monitor.briefing.month import Briefing, Finding
from nami_monitor.briefing.overview import Overview
from nami_monitor.briefing.targets import lines_in_force
from nami_monitor.core.escapes import Markdown, markdown, plain
from nami_monitor.core.words import PeriodKind
from nami_monitor.i18n import formats
from nami_monitor.store import Work
from nami_monitor.store.journal import JournalEntry, record
from nami_monitor.ui import app, booking, cache, doors, filters, links, visits, words
from nami_monitor.ui.filters import Selection
from nami_monitor.ui.pages import overview, targets
from nami_monitor.ui.pages.home import decision_form, one_category
from nami_monitor.ui.session import DATA, LANGUAGE, Session

EVENTS = 3
"""How many of the last changes of targets are told."""


def show(session: Session) -> None:
    """The page of one period with everything on it, of one category or of all together."""
    kept = {name: st.query_params[name] for name in (LANGUAGE, DATA) if name in st.query_params}
    doors.link("overview", session.t("home.view.back"), query_params=kept)
    app.heading(session.t("home.view.more"))
    chosen = filters.row(session)
    if chosen.kind != PeriodKind.MONTH:
        glance = cache.at_a_glance(session.store, chosen.month, chosen.where, chosen.kind)
        overview.say_headline(session, glance)
        overview.cards(session, glance)
        overview.attention(session, glance)
        overview.table(session, glance)
        return
    found = cache.briefed(session.store, chosen.month, chosen.category, chosen.where)
    glance = found.sections[0].glance
    attention(session, found, chosen)
    overview.cards(session, glance)
    overview.table(session, glance)
    caveats(session, found)
    goals(session, glance, chosen.category)
    mail(session, chosen)


def attention(session: Session, briefing: Briefing, chosen: Selection) -> None:
    """Every to-do in its order, with lessons and links; then what goes well."""
    st.header(session.t("check.attention"), anchor=False)
    st.caption(markdown(wording.chance(briefing, session.lang)))
    ticks = cache.kept(session.store, visits.SEEN)
    told = cache.told(
        session.store, chosen.month, chosen.category, chosen.where, session.lang
    ).todos
    open_, done = visits.split(told, ticks)
    lessons = visits.lesson_of(briefing)
    if not open_:
        st.markdown(session.t("check.all_seen" if done else "check.calm"))
    for one in open_:
        _point(session, one, chosen, lessons)
    if done:
        with st.expander(session.md("check.seen_list", n=len(done))):
            for one in done:
                _point(session, one, chosen, {}, ticks.get(visits.tick_name(one)))
    good = [one for one in briefing.findings if one.good]
    if good:
        with st.expander(session.md("check.good", n=len(good))):
            st.markdown(_bullets([wording.full(one, briefing, session.lang) for one in good]))


def _bullets(said: Sequence[str]) -> Markdown:
    return Markdown("\n".join(f"- {markdown(one)}" for one in said))


def _point(
    session: Session,
    one: Decision,
    chosen: Selection,
    lessons: Mapping[str, CalledLesson],
    ticked: JournalEntry | None = None,
) -> None:
    tick = visits.tick_name(one)
    with st.container(border=True, key=f"point_{one.name}"):
        st.markdown(f"**{markdown(one.seen.title)}** {markdown(one.seen.sentence)}")
        if one.chosen is None:
            st.markdown(f"**{session.t('home.decision')}** {markdown(one.question)}")
        else:
            st.markdown(session.md("decisions.form.decided", what=one.decided))
        if isinstance(one.about, Finding) and one.about.name in lessons:
            _lesson(session, lessons[one.about.name])
        with st.container(horizontal=True, vertical_alignment="center"):
            decision_form.offer(session, one, key=f"decide_{one.name}")
            screen, key, address = one_category.where_decided(session, one, chosen)
            doors.link(screen, session.t(f"home.to.{key}"), query_params=address)
            _trace(session, one, chosen)
            if one.chosen is None:
                _seen(session, tick, ticked)


def _trace(session: Session, one: Decision, chosen: Selection) -> None:
    """A link that traces the figure that a to-do is about."""
    line = one.about.line if isinstance(one.about, Finding) else None
    if line is None:
        return
    result = (line.aim and line.aim.judged) or line.result
    name = f"{wording.name(line, session.lang)}, {formats.period(result.period, session.lang)}"
    where = dict(chosen.where)
    if line.names and one.category:
        where["category"] = (one.category,)
    links.offer_trace(session.t("trace.figure", name=name), links.result_address(result, where))


def _seen(session: Session, tick: str, ticked: JournalEntry | None) -> None:
    key = f"seen_{tick}_{ticked is not None}"
    st.checkbox(
        session.t("check.seen"),
        value=ticked is not None,
        key=key,
        on_change=_tick,
        args=(session, key, tick, ticked is None),
        **booking.locked(Role.WRITE, {"help": session.t("check.seen_help")}),
    )
    if ticked is not None:
        who, day = ticked.who or session.t("check.someone"), words.moment(session, ticked.at)
        st.caption(session.md("check.seen_by", who=who, day=day))
    booking.ask(session, key)


def _tick(session: Session, key: str, name: str, seen: bool) -> None:
    def write(who: str) -> None:
        with session.store.write(Work.NOTE, who) as db:
            record(db, visits.SEEN, name, {} if seen else None, who)

    if not booking.keep(session, key, write):
        st.session_state[key] = not seen


def _lesson(session: Session, match: CalledLesson) -> None:
    lesson = match.lesson.words[session.lang]
    with st.expander(session.md("check.lesson", title=lesson.title)):
        st.markdown(markdown(lesson.text))
        st.markdown(f"**{session.t('check.lesson_try')}:** {markdown(lesson.to_try)}")
        if match.lesson.advice:
            st.caption(session.t("check.lesson_advice"))
            return
        if match.reach is MatchLevel.KIT:
            st.caption(
                session.md("check.lesson_kit", kind=session.t(f"kit.kinds.{match.lesson.kind}"))
            )
            return
        cases = ", ".join(map(str, match.lesson.cases))
        reach = "category" if match.reach is MatchLevel.CATEGORY else "other"
        origin = session.t("check.lesson_cases", n=len(match.lesson.cases), cases=cases)
        st.caption(f"{markdown(origin)} {session.t(f'check.lesson_{reach}')}")


def caveats(session: Session, briefing: Briefing) -> None:
    """Caveats about the figures of this page."""
    sentences = wording.caveats(briefing, session.lang)
    if sentences:
        with st.expander(session.md("check.caveats", n=len(sentences))):
            st.markdown(_bullets(sentences))


def goals(session: Session, glance: Overview, category: str) -> None:
    """The targets of a category: those that hold, who set them, forms to set and change one."""
    st.header(session.t("check.goals"), anchor=False)
    lines, events, names = targets.known(session.store, glance.month)
    own = [line for line in lines if category in {"", line.target.category or ""}]
    held = lines_in_force(glance, [line.target for line in lines])
    if held:
        targets.table(session, held, names)
    elif not own:
        st.markdown(session.t("check.goals_none"))
    own_events = [
        event_of_target
        for event_of_target in events
        if event_of_target.target is None or event_of_target.target in {x.target for x in own}
    ]
    for event in own_events[:EVENTS]:
        st.caption(
            markdown(
                session.t(
                    f"check.goal.{event.what}",
                    who=event.change.who or session.t("check.someone"),
                    day=words.moment(session, event.change.when),
                )
                + (f": {targets.name(session, names, event.target)}" if event.target else "")
            )
        )
    booking.who_field(session)
    targets.form(session, lines, names, category)
    chosen = targets.choose(session, own, names) if own else None
    if chosen:
        targets.change(session, chosen)
    doors.link("targets", session.t("check.goals_page"))


def mail(session: Session, chosen: Selection) -> None:
    """The month as a text for a mail, to copy."""
    with st.expander(session.t("check.mail_title")):
        st.caption(session.t("check.mail_help"))
        at = (chosen.month, chosen.category, chosen.where)
        text = cache.told(session.store, *at, session.lang, _address()).mail
        st.code(plain(text), language=None, wrap_lines=True)


def _address() -> str:
    """Where this page is, filters and all; empty where the browser does not say."""
    url = urlsplit(st.context.url or "")
    if not url.netloc:
        return ""
    return f"{url.scheme}://{url.netloc}{url.path}?{urlencode(dict(st.query_params))}"
