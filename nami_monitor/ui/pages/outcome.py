"""What a measure brought: one picture, one date, one decision; and the list of all measures."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import streamlit as st

from nami_monitor.briefing import decisions
from nami_monitor.briefing import waterbed as briefing
from nami_monitor.briefing.as_of import read_as_of
from nami_monitor.charts import hundred_data as hundreds
from nami_monitor.charts.hundred import hundred_chart, strip_img
from nami_monitor.charts.hundred_data import Hundred, hundred_of
from nami_monitor.core.escapes import html, markdown
from nami_monitor.core.words import PlanState, Unit, Verdict
from nami_monitor.i18n import formats
from nami_monitor.kpis.interventions.comparison import Comparison, MonthlyMeans, compare
from nami_monitor.kpis.interventions.evaluation import (
    Evaluation,
    evaluate,
    in_primary_unit,
    primary,
)
from nami_monitor.kpis.interventions.panel_data import READINGS, read_panel_data
from nami_monitor.kpis.interventions.register import Intervention, chosen
from nami_monitor.store import Store
from nami_monitor.ui import app, cache, chart_card, doors, filters
from nami_monitor.ui.cache import cached
from nami_monitor.ui.grid import html_table
from nami_monitor.ui.pages import measures, waterbed
from nami_monitor.ui.pages.home import decision_form
from nami_monitor.ui.session import Session

MORE: Final = "more"
METHOD, FIGURES = "method", "figures"
ALL: Final = "measures.all"
SHOWN: Final = 12
"""So many measures are listed at first."""
CELLS: Final = ("state", "picture", "words", "date")
LISTED: Final = ("measure", *CELLS)
"""What the list of measures says of each."""
FEW: Final = 2
"""So many sentences at most say what is missing."""


@cached(entries=4, shared=True)
def every_measure(store: Store, month: date) -> tuple[Evaluation, ...]:
    """Every measure as of a month, in the unit of its verdict: what asks for attention first."""
    with read_as_of(store, month) as db:
        begun = in_primary_unit(db)
        data = db.once("interventions", lambda: read_panel_data(db))
        known = {one.intervention.code for one in begun}
        ahead = [one for one in data.register if one.code not in known]
        planned = (evaluate(one, data, Unit.BASE, with_destinations=False) for one in ahead)
        return tuple(sorted((*begun, *planned), key=_rank))


def ahead(session: Session, month: date) -> None:
    """Compute every measure, and in every unit the one that is shown first."""
    for one in every_measure(session.store, month)[:1]:
        waterbed.in_every_unit(session, one.intervention.code, month)


def _rank(one: Evaluation) -> tuple[bool, bool, bool]:
    return hundred_of(one) is None, one.frozen is not None, _ahead(one)


def _ahead(one: Evaluation) -> bool:
    """Whether a measure begins after the last month with data."""
    return one.last_month is not None and one.intervention.start_month > one.last_month


def part(session: Session) -> None:
    """The finding on a measure with its picture and decision; below it every measure."""
    register = cache.interventions(session.store)
    if not register or not cache.choices(session.store).months:
        app.heading(session.t("waterbed.title"))
        if not waterbed.empty(session, register):
            st.info(session.t("pilot.no_orders"))
        return
    above, below = st.container(), st.container()
    with below:
        with st.container(key="measures_head", horizontal=True, vertical_alignment="center"):
            st.header(session.t("measure.all"), anchor=False, width="content")
            month = filters.month(session)
        every = every_measure(session.store, month)
        with above:
            code = _chosen(session, [one.intervention.code for one in every])
        _list(session, every, code, month)
    with above:
        answers = waterbed.in_every_unit(session, code, month)
        _show(session, _told(answers), answers, month)


def _chosen(session: Session, codes: Sequence[str]) -> str:
    """The measure looked at: as the address asks, else as another page had it, else the first."""
    asked, first = st.query_params.get("intervention"), codes[0]
    wanted = asked or filters.elsewhere("intervention")
    code = wanted if wanted in codes else first
    filters.remember("intervention", code, first)
    if asked and asked not in codes:
        filters.say_unknown(session.t("waterbed.choose"), asked, code, codes)
    return code


def _told(answers: Sequence[Evaluation]) -> Evaluation:
    """The reading of the verdict where there is one, else the one that it will have."""
    frozen = answers[0].frozen
    found = [one for one in answers if frozen and one.unit is frozen.unit]
    return found[0] if found else primary(answers)


def _show(session: Session, one: Evaluation, answers: Sequence[Evaluation], month: date) -> None:
    found = hundred_of(one)
    left, right = st.columns([3.45, 1], gap="large")
    with left, st.container(key="measure"):
        st.html(f'<p class="nami-eyebrow">{_about(session, one.intervention)}</p>')
        app.heading(hundreds.finding(one, session.lang))
        if found is None:
            _none(session, one, month)
        else:
            cut = hundreds.clipped(found, session.lang)
            drawn = hundred_chart(found, session.lang)
            chart_card.show(session, drawn, key="hundred", caption=cut)
    with right:
        _card(session, one, month)
        other = _otherwise(session, one, answers)
        for said in filter(None, (*_changed(session, one), other)):
            st.html(f'<p class="nami-aside">{html(said)}</p>')
        shown = st.query_params.get(MORE, "")
        for name in (METHOD, FIGURES):
            _toggle(session, name, shown)
    if shown == METHOD:
        waterbed.method(session, one, answers, month)
    elif shown == FIGURES:
        waterbed.figures(session, answers)


def _toggle(session: Session, name: str, shown: str) -> None:
    """A link that opens what stands behind the picture, or closes it."""
    kept = {key: value for key, value in doors.choices().items() if key not in {MORE, doors.PART}}
    opened = name == shown
    label = session.t(f"measure.{name}{'.close' if opened else '.open'}")
    doors.link(
        "waterbed", label, part="answer", query_params=kept if opened else {**kept, MORE: name}
    )


def _about(session: Session, one: Intervention) -> str:
    """What the measure is called, on what, since when and where, on one line as HTML."""
    rest = (_category(session, one), _when(session, one), _where(session, one.locations))
    return f"<bdi>{html(one.title)}</bdi> · {html(' · '.join(rest))}"


def _category(session: Session, one: Intervention) -> str:
    names = measures.categories(session.store).get(one.category, {})
    return names.get(session.lang, one.category)


def _when(session: Session, one: Intervention) -> str:
    start = formats.day(one.starts_on, session.lang)
    if one.ends_on is None:
        return session.t("measure.since", start=start)
    return session.t("measure.span", start=start, end=formats.day(one.ends_on, session.lang))


def _where(session: Session, locations: Sequence[str]) -> str:
    """How many locations, and the only one by its name."""
    only = locations[0] if len(locations) == 1 else ""
    named = waterbed.place_names(session.store, session.lang) if only else {}
    return named.get(only) or session.t("measure.locations", n=len(locations))


def _none(session: Session, one: Evaluation, month: date) -> None:
    """A box that says why there is no picture, the plain numbers, and what would let it be one."""
    st.html(f'<p class="nami-none">{html(hundreds.why_none(one, session.lang))}</p>')
    if one.excused or _ahead(one):
        return
    numbers = _plain(session.store, one.intervention.category, one.intervention.code, month)
    if numbers is not None:
        _plain_table(session, one.intervention, numbers)
    lacks = briefing.what_would_show_more(one, session.lang) or briefing.remarks(one, session.lang)
    waterbed.bullets(lacks[:FEW])


@dataclass(frozen=True)
class BeforeAndAfter:
    """What one location ordered a month on average: by channel, of the measure and of the rest.

    ``months`` says over how many months before the start and after it.
    """

    unit: Unit
    months: tuple[int, int]
    target: tuple[MonthlyMeans | None, MonthlyMeans | None]
    substitute: tuple[MonthlyMeans | None, MonthlyMeans | None] | None


@cached(entries=50)
def _plain(store: Store, category: str, code: str, month: date) -> BeforeAndAfter | None:
    """The plain numbers of a measure; None where its months cannot be told apart."""
    data = waterbed.panel_data(store, category, (), month)
    (one,) = chosen(data.register, [code])
    found = compare(one, data, alone=True)
    if not isinstance(found, Comparison) or not (found.window.post and found.sites.treated):
        return None
    units = [unit for unit in READINGS if found.unreadable(unit) is None]
    if not units:
        return None
    target, substitute = (
        (found.means(parts, units[0], found.treated), found.means(parts, units[0], ~found.treated))
        for parts in (found.outcomes.target, found.outcomes.substitute)
    )
    months = found.settled, sum(one.on(month) for month in found.window.post)
    second = substitute if found.outcomes.substitute else None
    return BeforeAndAfter(units[0], months, target, second)


def _plain_table(session: Session, one: Intervention, numbers: BeforeAndAfter) -> None:
    lang = session.lang
    rows = [(briefing.channel(one.target_channel, lang), numbers.target)]
    if numbers.substitute:
        rows.append((hundreds.channels(one, lang)[1], numbers.substitute))

    def written(value: float) -> str:
        return html(formats.quantity(value, numbers.unit, lang))

    body = [
        (
            html(f"{name}, {session.t(f'measure.plain.{which}')}"),
            [written(means.before), written(means.after)],
        )
        for name, pair in rows
        for which, means in zip(("pilot", "rest"), pair, strict=True)
        if means is not None
    ]
    if not body:
        return
    before, after = numbers.months
    heads = (
        session.t("measure.plain.where"),
        session.t("measure.plain.before", n=before),
        session.t("measure.plain.after", n=after),
    )
    title = session.t("measure.plain.title")
    st.header(title, anchor=False)
    st.html(html_table(heads, body, title))
    st.caption(session.t("measure.plain.words"))


def stand(one: Evaluation) -> str:
    """Where a measure stands, as the catalogue names it."""
    state = one.judgement.state
    if one.excused:
        return "excused"
    if one.frozen is not None:
        return "judged"
    if state is PlanState.PROVISIONAL:
        return "planned" if _ahead(one) else "running"
    return str(state)


def _chip(session: Session, one: Evaluation) -> str:
    state = stand(one)
    words = html(session.t(f"measure.state.{state}"))
    return f'<span class="nami-stand nami-stand-{state}">{words}</span>'


def _card(session: Session, one: Evaluation, month: date) -> None:
    """Where the measure stands, when its verdict comes, and the decision that it asks."""
    with st.container(key="measure_card"):
        st.html(f"{_chip(session, one)}<p>{_dated(session, one)}</p>")
        if not one.excused:
            _decision(session, one, month)


def _decision(session: Session, one: Evaluation, month: date) -> None:
    """The decision record of the measure: what, who and before when."""
    with session.store.read() as db:
        asked = decisions.proposed(one, month, decisions.kept(db), session.lang)
    day = formats.day(asked.due, session.lang)
    owner = asked.owner or session.t("measure.no_owner")
    told = {
        "decision": asked.question,
        "decided": asked.decided,
        "owner": session.t("measure.owner_before", owner=owner, day=day),
    }
    terms = "".join(
        f"<dt>{html(session.t(f'measure.{name}'))}</dt><dd>{html(words)}</dd>"
        for name, words in told.items()
        if words
    )
    st.html(f"<dl>{terms}</dl>")
    label = session.t("measure.change" if asked.kept else "measure.fill_in")
    decision_form.offer(session, asked, key="measure_decide", label=label)


def _dated(session: Session, one: Evaluation) -> str:
    """When the verdict comes, or of when it is, as HTML."""
    state, frozen = stand(one), one.frozen
    month = frozen.month if frozen else one.due
    plan = frozen.plan if frozen else one.judgement.plan
    after = next(
        (
            n
            for n, day in zip(plan.months, plan.dates(one.intervention), strict=True)
            if day == month
        ),
        plan.months[-1],
    )
    when = formats.long_month(month, session.lang)
    bold = f"<strong>{html(when)}</strong>"
    said = session.t(f"measure.dated.{state}", month="|", n=after)
    return html(said).replace("|", bold)


def _changed(session: Session, one: Evaluation) -> Iterator[str]:
    """What changed in the data of a verdict since, and what is known after it."""
    judged = one.judgement
    if judged.changed:
        months = hundreds.listed(
            [formats.month(m, session.lang) for m in judged.changed], session.lang
        )
        yield session.t("measure.changed", months=months)


def _otherwise(session: Session, one: Evaluation, answers: Sequence[Evaluation]) -> str:
    """In which other units nothing is shown, where this one shows a net change; else empty."""
    net = Verdict.NET_REDUCTION_SHOWN
    if one.excused or net not in (one.claims or one.verdicts):
        return ""
    others = [each for each in answers if each.unit is not one.unit and each.estimated]
    silent = [
        session.t(f"measure.units.{each.unit}") for each in others if net not in each.verdicts
    ]
    if not silent:
        return ""
    return session.t("measure.otherwise", units=hundreds.listed(silent, session.lang))


def _list(session: Session, every: Sequence[Evaluation], chosen: str, month: date) -> None:
    """Every measure: where it stands, its strip or why there is none, words, and its date."""
    among = waterbed.evaluated(session.store, month)
    heads = {name: html(session.t(f"measure.list.{name}")) for name in LISTED}
    shown = every if st.session_state.get(ALL) else every[:SHOWN]
    with st.container(key="measures_list"):
        titles = "".join(f'<b class="nami-col-{name}">{heads[name]}</b>' for name in CELLS)
        st.html(
            f'<div class="nami-head-row" aria-hidden="true"><b>{heads["measure"]}</b>'
            f'<div class="nami-cells">{titles}</div></div>'
        )
        for at, one in enumerate(shown):
            here = "_here" if one.intervention.code == chosen else ""
            with st.container(key=f"measure_row_{at}{here}", horizontal=True):
                _name(session, one.intervention)
                stands = any(among.stands(one, each) for each in one.claims)
                st.html(_cells(session, one, heads, stands=stands))
    if len(shown) < len(every):
        rest = session.md("measure.list.rest", n=len(every) - len(shown))
        st.button(rest, key="measures_rest", on_click=st.session_state.update, args=({ALL: True},))
    chance = briefing.many(among, session.lang)
    marked = session.t("measure.list.stands") if any(among.standing.values()) else ""
    if chance:
        st.caption(markdown(f"{chance} {marked}".strip()))


def _name(session: Session, one: Intervention) -> None:
    """The name of a measure as the link that shows it, with what it is on and since when."""
    kept = {key: value for key, value in doors.choices().items() if key not in {MORE, doors.PART}}
    doors.link(
        "waterbed",
        one.title,
        part="answer",
        under=f"{_category(session, one)} · {_when(session, one)}",
        query_params={**kept, "intervention": one.code},
    )


def _cells(session: Session, one: Evaluation, heads: Mapping[str, str], *, stands: bool) -> str:
    lang, found = session.lang, hundred_of(one)
    none = f'<span class="nami-none">{html(hundreds.why_none(one, lang))}</span>'
    cells = (
        _chip(session, one),
        strip_img(found, lang) if found else none,
        html(_in_words(session, one, found, stands=stands)),
        html(_date(session, one)),
    )
    named = "".join(
        f'<div class="nami-col-{name}"><dt>{heads[name]}</dt><dd>{cell}</dd></div>'
        for name, cell in zip(CELLS, cells, strict=True)
    )
    return f'<dl class="nami-cells">{named}</dl>'


def _in_words(session: Session, one: Evaluation, found: Hundred | None, *, stands: bool) -> str:
    if found is not None:
        said = hundreds.in_words(found, session.lang)
        return f"{said}\N{NO-BREAK SPACE}◆" if stands else said
    if one.frozen is not None or one.excused:
        return briefing.short_verdict(one, session.lang)
    if _ahead(one):
        return session.t("measure.nothing_yet")
    lacks = briefing.what_would_show_more(one, session.lang) or briefing.remarks(one, session.lang)
    return lacks[0] if lacks else session.t("measure.nothing_yet")


def _date(session: Session, one: Evaluation) -> str:
    frozen = one.frozen
    if one.excused:
        return session.t("measure.list.none")
    return formats.month(frozen.month if frozen else one.due, session.lang)
