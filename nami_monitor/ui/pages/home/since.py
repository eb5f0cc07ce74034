"""What changed since the last visit: the month in three figures, then files, figures, to-dos."""

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlencode

import streamlit as st

from nami_monitor.briefing import wording
from nami_monitor.briefing.month import Briefing, BriefingSection
from nami_monitor.briefing.overview import KpiLine
from nami_monitor.core.escapes import html, markdown
from nami_monitor.core.words import State, Unit
from nami_monitor.i18n import formats
from nami_monitor.kpis import KpiResult
from nami_monitor.kpis.result import absolute
from nami_monitor.kpis.sentences import figure_text
from nami_monitor.store.transaction import now
from nami_monitor.ui import browser, visits, words
from nami_monitor.ui.filters import Selection
from nami_monitor.ui.session import Session

NAMED_FILES: Final = 3
"""How many files are named of those that came in."""
FIGURES: Final = ("impact_spend", "reduce_volume_per_activity", "impact_mass")
"""What leads: euros, units and kilograms of the month."""
YEAR: Final = 12


def offer(session: Session, briefing: Briefing, chosen: Selection) -> None:
    """A button that opens it; for the last month alone."""
    if briefing.month == briefing.last:
        with st.popover(session.t("visits.button"), key="since"):
            _since(session, briefing, chosen)


@st.fragment
def _since(session: Session, briefing: Briefing, chosen: Selection) -> None:
    """What changed; the browser keeps the last visit, and the present one is kept next."""
    table = figures(session, briefing.sections[0])
    if table:
        st.html(table)
    present = visits.write_visit(visits.visit(briefing, now()))
    name = urlencode(chosen.where, doseq=True)
    kept = browser.last_visit(session.store, name, present)
    before = visits.read_visit(kept or "")
    if before is None:
        return
    with session.store.read() as db:
        changed = visits.changes(briefing, before, visits.deliveries(db, before.at))
    day = words.moment(session, changed.since)
    if changed.nothing:
        st.caption(session.md("check.since.nothing", day=day))
        return
    said = "\n".join(f"- {markdown(change)}" for change in _told(session, briefing, changed))
    st.markdown(f"**{session.md('check.since.title', day=day)}**\n\n{said}")


def figures(session: Session, section: BriefingSection) -> str:
    """Euros, units and kilograms of the month beside the month and the year before, as HTML."""
    rows = "".join(
        f"<tr><th scope='row'>{html(name)}</th>"
        + "".join(f"<td>{html(said)}</td>" for said in told)
        + "</tr>"
        for name, told in _rows(session, section)
    )
    if not rows:
        return ""
    heads = "".join(
        f"<th scope='col'>{html(session.t(f'visits.{name}'))}</th>"
        for name in ("figure", "month", "before", "year_before")
    )
    return f"<table class='nami-table'><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _rows(session: Session, section: BriefingSection) -> Iterator[tuple[str, list[str]]]:
    lines = {line.kpi.code: line for line in section.glance.lines}
    for code in FIGURES:
        line = lines.get(code)
        if line is None or line.result.state is not State.VALUE:
            continue
        now_, *earlier = (_amount(line, back) for back in (1, 2, 1 + YEAR))
        if now_ is None:
            continue
        value, unit = now_
        said = [formats.quantity(value, unit, session.lang)]
        said += [
            words.NONE
            if one is None
            else f"{formats.quantity(one[0], unit, session.lang)}"
            f" ({formats.difference(one[0], value, unit, session.lang)})"
            for one in earlier
        ]
        yield session.t(f"visits.{code}"), said


def _amount(line: KpiLine, back: int) -> tuple[float, Unit] | None:
    """The amount of a month, so many from the end; of one per activity what it divides."""
    if len(line.history) < back:
        return None
    result: KpiResult = line.history[-back]
    whole = absolute(result)
    if whole is not None:
        return whole.value, whole.unit
    return None if result.value is None else (result.value, result.unit)


def _told(session: Session, briefing: Briefing, changed: visits.ChangesSince) -> list[str]:
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
