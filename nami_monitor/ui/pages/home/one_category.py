"""One category on one screen: the month in a sentence, three to-dos, six small charts."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

import streamlit as st

from nami_monitor.briefing import measuring
from nami_monitor.briefing.decisions import Decision, DecisionOn, FollowUp
from nami_monitor.briefing.month import BriefingSection, Finding
from nami_monitor.briefing.overview import KpiLine
from nami_monitor.charts import hundred, hundred_data
from nami_monitor.charts.hundred_data import hundred_of
from nami_monitor.core.escapes import html, markdown
from nami_monitor.core.words import Flag, KitSignal, PeriodKind, State, Strategy
from nami_monitor.i18n import formats
from nami_monitor.kpis import Ask, KpiResult
from nami_monitor.kpis.interventions.evaluation import Evaluation
from nami_monitor.ui import app, cache, chart_card, doors, links, trend_chart, visits, words
from nami_monitor.ui.app import DEMO, OWN
from nami_monitor.ui.filters import Selection
from nami_monitor.ui.pages.home import chips, decision_form
from nami_monitor.ui.pages.home.chips import RUNNING, StateChip
from nami_monitor.ui.session import DATA, LANGUAGE, Session

TODOS: Final = 3
PANELS: Final = 2
STRATEGIES: Final = (Strategy.REFUSE, Strategy.RETHINK, Strategy.REDUCE)
MONTHS: Final = 36
"""So many months are charted."""
SPEND: Final = "impact_spend"
MASS: Final = "impact_mass"
YEAR: Final = 12
WHOLE: Final = 0.9995
REGISTERED: Final = {
    DecisionOn.CONTRACT: ("contracts", "contract"),
    DecisionOn.LESSON: ("kit", "lesson"),
}
"""Where decisions on what stands in a list lead, and the words of that link."""


def show(session: Session, chosen: Selection) -> None:
    """The page of one category in one month."""
    found = cache.briefed(session.store, chosen.month, chosen.category, chosen.where)
    section = found.sections[0]
    said = cache.told(session.store, chosen.month, chosen.category, chosen.where, session.lang)
    app.heading(said.heading)
    told = said.todos
    open_, _ = visits.split(told, cache.kept(session.store, visits.SEEN))
    todos(session, open_[:TODOS], chosen)
    wall(session, section, chosen)
    bottom(session, section, len(told), chosen)


def ahead(session: Session, chosen: Selection) -> None:
    """Compute the sentences, charts and sums of the page of one category, and draw nothing."""
    section = cache.briefed(session.store, chosen.month, chosen.category, chosen.where).sections[0]
    cache.told(session.store, chosen.month, chosen.category, chosen.where, session.lang)
    where = dict(chosen.where)
    for strategy in STRATEGIES:
        for line in foremost(section.glance.lines, strategy)[:PANELS]:
            trend_chart.small_chart(session, line, where)
    for code in (SPEND, MASS):
        year(session, code, chosen.month, where)


def todos(session: Session, told: Sequence[Decision], chosen: Selection) -> None:
    """At most three to-dos side by side."""
    if not told:
        return
    with st.container(key="todos"):
        for at, (one, place) in enumerate(zip(told, st.columns(TODOS), strict=False), start=1):
            with place, st.container(key=f"todo{at}"):
                todo(session, one, chosen, number=at)


def todo(session: Session, one: Decision, chosen: Selection, *, number: int) -> None:
    """What was seen, what is to be decided, who, before when, and where."""
    st.html(
        f"<h2>{number}. {html(one.seen.title)}</h2>"
        f'<p class="nami-seen">{html(one.seen.sentence)}</p>'
        f"<p><strong>{html(session.t('home.decision'))}</strong> {html(one.question)}</p>"
    )
    with st.container(horizontal=True, vertical_alignment="center", key=f"todo{number}_foot"):
        decision_form.offer(session, one, key=f"decide{number}")
        way(session, one, chosen, primary=number == 1)


def way(session: Session, one: Decision, chosen: Selection, *, primary: bool = False) -> None:
    """The link to where a to-do is decided."""
    screen, key, address = where_decided(session, one, chosen)
    name = f"{'first' if primary else 'other'}_way_{one.name}"
    with st.container(key=name.replace("|", "_"), width="content"):
        doors.link(screen, session.t(f"home.to.{key}"), query_params=address)


def where_decided(
    session: Session, one: Decision, chosen: Selection
) -> tuple[str, str, dict[str, str]]:
    """Where a to-do leads: the screen, the words of its link, and what the address says."""
    data = DEMO if session.demo else OWN
    address = {LANGUAGE: session.lang, DATA: data, "category": one.category or ""}
    month = {"month": f"{one.seen.month:%Y-%m}"}
    about = one.about.about if isinstance(one.about, Finding) else one.about
    if isinstance(about, Evaluation):
        return "waterbed", "measure", {**address, **month, "intervention": about.intervention.code}
    if one.on in REGISTERED:
        return *REGISTERED[one.on], address
    if isinstance(about, FollowUp):
        kpi = {"kpi": about.line.kpi.code} if about.line else {}
        return "trends", "outcome", {**address, **kpi, **month}
    if isinstance(about, KpiLine):
        where = {name: values[0] for name, values in chosen.where if name != "category"}
        return "trends", "trend", {**address, **where, **month, "kpi": about.kpi.code}
    if isinstance(one.about, Finding) and one.about.kind is KitSignal.HIDDEN_REDUCTION:
        return "conclusions", "fall", address
    return "data", "data", address


def foremost(lines: Iterable[KpiLine], strategy: Strategy) -> list[KpiLine]:
    """The figures of a strategy, those that say most first.

    A change that stands comes before a target, and that before all others. Estimates stand with
    their measure, and a figure without a direction says nothing by itself.
    """

    def rank(line: KpiLine) -> int:
        if line.signal is not None:
            return 0
        return 1 if line.aim is not None else 2

    own = [
        line
        for line in lines
        if line.kpi.strategy is strategy
        and line.result.state is State.VALUE
        and not line.estimated
        and line.kpi.better != "neutral"
    ]
    return sorted(own, key=rank)


def wall(session: Session, section: BriefingSection, chosen: Selection) -> None:
    """Three columns, one for each strategy, with at most two panels each."""
    told = measure_told(section)
    with st.container(key="wall"):
        for strategy, place in zip(STRATEGIES, st.columns(len(STRATEGIES)), strict=True):
            with place:
                name, small = (session.t(f"home.{strategy}.{part}") for part in ("name", "kit"))
                st.html(f'<h2 class="nami-strategy">{html(name)} <small>{html(small)}</small></h2>')
                column(session, section, strategy, told, chosen)


def column(
    session: Session,
    section: BriefingSection,
    strategy: Strategy,
    told: Evaluation | None,
    chosen: Selection,
) -> None:
    """The panels of one strategy; why there are none where there are none."""
    own = told if told is not None and told.intervention.strategy == strategy else None
    lines = foremost(section.glance.lines, strategy)
    for line in lines[: PANELS - 1 if own else PANELS]:
        panel(session, line, chosen)
    if own is not None:
        measure_panel(session, own, chosen)
    if not lines and own is None:
        nothing(session, section, strategy)


def nothing(session: Session, section: BriefingSection, strategy: Strategy) -> None:
    """Why a strategy has no figure: it does not apply, or something must be read in first."""
    own = [line.result for line in section.glance.lines if line.kpi.strategy is strategy]
    exempt = next((one for one in own if one.state is State.NOT_APPLICABLE), None)
    if exempt is not None:
        st.caption(markdown(words.reason(session, exempt)))
        return
    lacking = Counter(
        _first_lack(line)
        for line in section.glance.unsupported
        if line.kpi.strategy is strategy and line.result.state is State.NOT_COMPUTABLE
    )
    for need, n in lacking.most_common(1):
        st.caption(session.md("home.read_in", need=measuring.need(need, session.lang), n=n))
    if not lacking:
        st.caption(session.t("home.no_figure"))
    doors.link("measurability", session.t("overview.needed"))


def _first_lack(line: KpiLine) -> str:
    """What must be read in first for a figure: a column where its table is there, else a table."""
    columns = line.result.reason.values.get("columns") if line.result.reason else None
    return str(next(iter(columns or ()), line.kpi.needs[0].partition(".")[0]))


def panel(session: Session, line: KpiLine, chosen: Selection) -> None:
    """A figure: its name, what it says, and its months with the target."""
    head(words.figure_name(session, line.result), chips.of_line(session, line),
         trend_address(session, line, chosen))  # fmt: skip
    trend_chart.small(session, line, dict(chosen.where), key=f"small_{line.kpi.code}")


def head(name: str, chip: StateChip, address: str) -> None:
    """The name of a panel, which leads to more of it, and its chip."""
    st.html(
        f'<div class="nami-head"><h3><a href="{html(address)}">{html(name)}</a></h3>{chip.html()}'
        "</div>"
    )


def trend_address(session: Session, line: KpiLine, chosen: Selection) -> str:
    """Where a figure is shown at large, with the same filters and month."""
    where = {name: values[0] for name, values in chosen.where}
    month = f"{chosen.month:%Y-%m}"
    return links.address(session, "trends", {**where, "month": month, "kpi": line.kpi.code})


def measure_told(section: BriefingSection) -> Evaluation | None:
    """The measure that is told: of those with a hundred the next to be judged, else the latest."""
    with_hundred = [one for one in section.answers if hundred_of(one) is not None]
    running = [one for one in with_hundred if one.frozen is None]
    found = running or with_hundred or list(section.answers)
    return max(found, key=lambda one: one.intervention.starts_on, default=None)


def measure_panel(session: Session, one: Evaluation, chosen: Selection) -> None:
    """What became of a hundred less by one measure; why that cannot be said where it cannot."""
    found, month = hundred_of(one), formats.month(one.due, session.lang)
    if one.frozen is None:
        chip = StateChip(RUNNING, "○", session.t("home.chip.running", month=month))
    else:
        chip = StateChip(chips.PLAIN, "●", session.t("home.chip.judged", month=month))
    address = links.address(
        session,
        "waterbed",
        {"category": one.intervention.category, "month": f"{chosen.month:%Y-%m}",
         "intervention": one.intervention.code},
    )  # fmt: skip
    head(one.intervention.title, chip, address)
    if found is None:
        why = hundred_data.why_none(one, session.lang)
        st.html(f'<p class="nami-none">{html(why)}</p>')
        return
    drawn = hundred.hundred_chart(found, session.lang, hundred.PANEL)
    chart_card.picture(drawn, key="small_hundred")


def bottom(session: Session, section: BriefingSection, asked: int, chosen: Selection) -> None:
    """The last twelve months in euros and kilograms, and the ways to all the rest."""
    where = dict(chosen.where)
    parts = (
        _part(session, key, year(session, code, chosen.month, where), where)
        for key, code in (("spent", SPEND), ("weighed", MASS))
    )
    said = [part for part in parts if part]
    left = f"{html(session.t('home.year'))} {_and(session, said)}" if said else ""
    more = sum(line.supported for line in section.glance.lines) - len(STRATEGIES) * PANELS
    rest = asked - TODOS
    last = formats.long_month(chosen.month, session.lang)
    address = links.address(session, "", {**_kept(chosen), "view": "more"})
    ways = [html(session.t("home.until", month=last))]
    for n, key in ((rest, "more_todos"), (more, "more_figures")):
        if n > 0:
            ways.append(f'<a href="{html(address)}">{html(session.t(f"home.{key}", n=n))}</a>')
    ways.append(f'<a href="{html(address)}">{html(session.t("home.as_table"))}</a>')
    with st.container(key="bottom", horizontal=True, vertical_alignment="center"):
        st.html(
            f'<div class="nami-bottom"><p>{left}</p>'
            f'<p class="nami-seen">{" · ".join(ways)}</p></div>',
            width="content",
        )
        chart_card.link(session, chart_card.TREND, "home")


def _kept(chosen: Selection) -> dict[str, str]:
    where = {name: values[0] for name, values in chosen.where}
    return {**where, "month": f"{chosen.month:%Y-%m}"}


def year(
    session: Session, code: str, month: date, where: dict[str, tuple[str, ...]]
) -> tuple[KpiResult, KpiResult]:
    """A figure over the last twelve months, and over those a year earlier."""
    ask = Ask(PeriodKind.R12, month, 1 + YEAR, where=where)
    results = cache.figures(session.store, code, ask)
    return results[-1], results[0]


def change_of(session: Session, pair: tuple[KpiResult, KpiResult]) -> str:
    """By what share a figure differs from a year earlier; empty where they cannot be compared."""
    now, before = pair
    if now.value is None or not before.value or now.method != before.method:
        return ""
    if Flag.DATA_BREAK in now.flags or now.low is not None:
        return ""
    share = 100 * (now.value - before.value) / before.value
    return formats.signed(share, session.lang, lambda v, la: formats.percent(v, la, decimals=1))


def value_link(session: Session, result: KpiResult, where: dict[str, tuple[str, ...]]) -> str:
    """A figure as the link that traces it."""
    written = words.figure(session, result)
    address = links.trace_of_result(session, result, where)
    return f'<a class="nami-trace" href="{html(address)}"><strong>{html(written)}</strong></a>'


def known_share(session: Session, result: KpiResult) -> str:
    """How much of it is known; empty where that is all."""
    if result.completeness is None or result.completeness >= WHOLE:
        return ""
    return formats.percent(100 * result.completeness, session.lang, decimals=0)


def _part(
    session: Session,
    key: str,
    pair: tuple[KpiResult, KpiResult],
    where: dict[str, tuple[str, ...]],
) -> str:
    now = pair[0]
    if now.value is None:
        return ""
    known = known_share(session, now)
    remarks = [change_of(session, pair), known and session.t(f"home.{key}_known", share=known)]
    beside = "; ".join(remark for remark in remarks if remark)
    said = html(session.t(f"home.{key}"))
    return f"{value_link(session, now, where)} {said}" + (f" ({html(beside)})" if beside else "")


def _and(session: Session, parts: Sequence[str]) -> str:
    return f" {html(session.t('home.and'))} ".join(parts)
