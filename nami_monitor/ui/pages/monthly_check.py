"""The monthly check: findings with their lesson, ticks, changes, targets, and a mail."""

from urllib.parse import urlencode, urlsplit

import streamlit as st

from nami_monitor.briefing import wording
from nami_monitor.briefing.contracts import Contract
from nami_monitor.briefing.lessons import CalledLesson, MatchLevel
from nami_monitor.briefing.month import Briefing, Finding
from nami_monitor.briefing.overview import KpiLine, Overview
from nami_monitor.briefing.targets import lines_in_force
from nami_monitor.core.escapes import html, markdown, plain
from nami_monitor.i18n import formats
from nami_monitor.kpis.sentences import figure_text
from nami_monitor.store import Work
from nami_monitor.store.journal import JournalEntry, current, record
from nami_monitor.store.transaction import now
from nami_monitor.ui import app, booking, browser, doors, links, words
from nami_monitor.ui import visits as check
from nami_monitor.ui.filters import Selection
from nami_monitor.ui.pages import targets
from nami_monitor.ui.session import DATA, LANGUAGE, Session

SHOWN = 5
"""How many findings stand open; the others are one click away."""

NAMED_FILES = 3
"""How many files are named of those that came in."""

EVENTS = 3
"""How many of the last changes of targets are told."""


@st.fragment
def since(session: Session, briefing: Briefing, chosen: Selection) -> None:
    """What changed since the last visit, which the browser keeps; the present one is kept next.

    It has a place of its own: what moves on a page folds up, even while somebody writes in it.
    """
    place = st.empty()
    if briefing.month != briefing.last:
        return
    present = check.write_visit(check.visit(briefing, now()))
    name = urlencode(chosen.where, doseq=True)
    kept = browser.last_visit(session.store, name, present)
    before = check.read_visit(kept or "")
    if before is None:
        return
    with session.store.read() as db:
        changed = check.changes(briefing, before, check.deliveries(db, before.at))
    day = words.moment(session, changed.since)
    if changed.nothing:
        place.caption(session.md("check.since.nothing", day=day))
        return
    with place.expander(session.md("check.since.title", day=day)):
        st.markdown(
            "\n".join(f"- {markdown(change)}" for change in _told(session, briefing, changed))
        )


def _told(session: Session, briefing: Briefing, changed: check.ChangesSince) -> list[str]:
    sentences = []
    if changed.month != briefing.month:
        month = formats.month(changed.month, session.lang)
        sentences.append(session.t("check.since.other_month", month=month))
    for key, undone in (("came", False), ("back", True)):
        files = list(dict.fromkeys(one.file for one in changed.deliveries if one.undone is undone))
        if files:
            named = ", ".join(files[:NAMED_FILES]) + (", …" if len(files) > NAMED_FILES else "")
            sentences.append(session.t(f"check.since.{key}", n=len(files), files=named))
    sentences += [
        session.t("check.since.new", said=wording.full(one, briefing, session.lang))
        for one in changed.new
    ]
    sentences += [
        session.t(
            "check.since.restated",
            name=wording.name(one.line, session.lang),
            after=figure_text(one.line.result, session.lang),
            before=words.NONE
            if one.before is None
            else formats.quantity(
                one.before,
                one.line.result.unit,
                session.lang,
                activity=words.activity_name(session, one.line.result.activity),
            ),
        )
        for one in changed.restated
    ]
    if changed.gone:
        sentences.append(session.t("check.since.gone", n=changed.gone))
    return sentences


def attention(session: Session, briefing: Briefing, chosen: Selection) -> None:
    """Findings that ask for a decision, the most important first, with lessons and links."""
    st.header(session.t("check.attention"), anchor=False)
    st.caption(markdown(wording.chance(briefing, session.lang)))
    with session.store.read() as db:
        ticks = current(db, check.SEEN)
    fresh, ticked = check.split(briefing.findings, ticks)
    lessons = check.lesson_of(briefing)
    if not fresh:
        st.markdown(session.t("check.all_seen" if ticked else "check.calm"))
    for finding in fresh[:SHOWN]:
        _point(session, briefing, finding, chosen, lessons.get(finding.name))
    if fresh[SHOWN:]:
        with st.expander(session.md("check.more", n=len(fresh[SHOWN:]))):
            for finding in fresh[SHOWN:]:
                _point(session, briefing, finding, chosen, lessons.get(finding.name))
    if ticked:
        with st.expander(session.md("check.seen_list", n=len(ticked))):
            for finding in ticked:
                _point(session, briefing, finding, chosen, None, ticks[check.tick_name(finding)])
    good = [one for one in briefing.findings if one.good]
    if good:
        with st.expander(session.md("check.good", n=len(good))):
            st.markdown(
                "\n".join(
                    f"- {markdown(wording.full(one, briefing, session.lang))}" for one in good
                )
            )


def _point(
    session: Session,
    briefing: Briefing,
    finding: Finding,
    chosen: Selection,
    match: CalledLesson | None,
    ticked: JournalEntry | None = None,
) -> None:
    tick = check.tick_name(finding)
    with st.container(border=True, key=f"point_{finding.name.replace(':', '_')}"):
        st.markdown(f"**{markdown(wording.full(finding, briefing, session.lang))}**")
        question = wording.question(finding, session.lang)
        if question and ticked is None:
            st.markdown(f"{session.t('check.decide')}: {markdown(question)}")
        if match is not None:
            _lesson(session, match)
        with st.container(horizontal=True, vertical_alignment="center"):
            page, key, address = way(session, finding, chosen)
            doors.link(page, session.t(f"check.to.{key}"), query_params=address)
            if finding.line:
                judged = finding.line.aim and finding.line.aim.judged
                result = judged or finding.line.result
                name = wording.name(finding.line, session.lang)
                where = dict(chosen.where)
                if finding.line.names and finding.category:
                    where["category"] = (finding.category,)
                links.offer_trace(
                    session.t(
                        "trace.figure",
                        name=f"{name}, {formats.period(result.period, session.lang)}",
                    ),
                    links.result_address(result, where),
                )
            key = f"seen_{tick}_{ticked is not None}"
            st.checkbox(
                session.t("check.seen"),
                value=ticked is not None,
                key=key,
                on_change=_tick,
                args=(session, key, tick, ticked is None),
                help=session.t("check.seen_help"),
            )
            if ticked is not None:
                who = ticked.who or session.t("check.someone")
                st.caption(
                    session.md("check.seen_by", who=who, day=words.moment(session, ticked.at))
                )
        booking.ask(session, key)


def _tick(session: Session, key: str, name: str, seen: bool) -> None:
    def write(who: str) -> None:
        with session.store.write(Work.NOTE, who) as db:
            record(db, check.SEEN, name, {} if seen else None, who)

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


def way(session: Session, finding: Finding, chosen: Selection) -> tuple[str, str, dict[str, str]]:
    """Where a finding leads: the page, the words of its link, and the filters in the address."""
    address = {LANGUAGE: session.lang, DATA: app.DEMO if session.demo else app.OWN}
    address["category"] = finding.category or ""
    about = finding.about
    if about is None:
        return "data", "data", address
    if isinstance(about, KpiLine):
        month = {"month": f"{finding.month:%Y-%m}"}
        where = {name: values[0] for name, values in chosen.where}
        return "trends", "trends", {**address, **where, **month, "kpi": about.kpi.code}
    if isinstance(about, Contract):
        return "contracts", "contracts", address
    return (
        "waterbed",
        "waterbed",
        {
            **address,
            "intervention": about.intervention.code,
            "month": f"{finding.month:%Y-%m}",
        },
    )


def caveats(session: Session, briefing: Briefing) -> None:
    """Caveats about the figures of this page."""
    sentences = wording.caveats(briefing, session.lang)
    if sentences:
        with st.expander(session.md("check.caveats", n=len(sentences))):
            st.markdown("\n".join(f"- {markdown(sentence)}" for sentence in sentences))


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


def mail(session: Session, briefing: Briefing) -> None:
    """The month as a text for a mail, to copy."""
    with st.expander(session.t("check.mail_title")):
        st.caption(session.t("check.mail_help"))
        text = check.mail(briefing, _address(), session.lang)
        st.code(plain(text), language=None, wrap_lines=True)


def _address() -> str:
    """Where this page is, filters and all; empty where the browser does not say."""
    url = urlsplit(st.context.url or "")
    if not url.netloc:
        return ""
    return f"{url.scheme}://{url.netloc}{url.path}?{urlencode(dict(st.query_params))}"


def headline(session: Session, briefing: Briefing) -> None:
    """The month in one sentence, as a headline."""
    st.html(f'<p class="nami-headline">{html(wording.headline(briefing, session.lang))}</p>')
