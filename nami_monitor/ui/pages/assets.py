"""The page on assets: cards, ages, lifetimes, and routes of what was retired."""

from datetime import date

import streamlit as st

from nami_monitor.briefing import assets as briefing
from nami_monitor.briefing.as_of import read_as_of
from nami_monitor.briefing.assets import BANDS, AssetRegister
from nami_monitor.briefing.overview import RegisterChoices
from nami_monitor.charts.columns import ages_chart
from nami_monitor.charts.registers import SurvivalStep, survival_chart
from nami_monitor.charts.spec import ChartTable
from nami_monitor.core.escapes import markdown
from nami_monitor.core.periods import Period
from nami_monitor.core.words import PeriodKind, State
from nami_monitor.i18n import formats
from nami_monitor.kpis import CATALOGUE, KpiResult
from nami_monitor.kpis.over_time.survival import WatchedAssets
from nami_monitor.kpis.sentences import bare_text, limit_text
from nami_monitor.store import Store
from nami_monitor.ui import app, chart_card, figure_notes, links, scaffold, words
from nami_monitor.ui.cache import Where, cached
from nami_monitor.ui.filters import Selection
from nami_monitor.ui.session import Session

YEAR = 12
IN_USE, RETIRED = "assets_in_use", "assets_retired"
"""What the page counts beside its KPIs."""


@cached(entries=20)
def choices(store: Store) -> RegisterChoices:
    """What the page offers."""
    with store.read() as db:
        return briefing.choices(db)


@cached(entries=50)
def _register(store: Store, month: date, where: Where, kind: str) -> AssetRegister:
    with read_as_of(store, month) as db:
        return briefing.register(db, month, dict(where), kind)


def register(session: Session, picked: Selection) -> AssetRegister:
    """The assets and their figures in the chosen period."""
    return _register(session.store, picked.month, picked.where, str(picked.kind))


def headline(session: Session, register: AssetRegister) -> None:
    """How many assets are in use as the heading, and a warning for rows with impossible dates."""
    month = formats.month(register.month, session.lang)
    count = formats.number(register.in_use, session.lang)
    app.heading(session.t("assets.headline", n=count, month=month))
    if register.spoilt:
        st.warning(session.md("assets.spoilt", n=register.spoilt))


def cards(session: Session, register: AssetRegister) -> None:
    """A card per figure."""
    where = register.where
    scaffold.cards(
        session,
        (
            figure_notes.card(session, each, where, note=figure_notes.notes(session, each))
            for each in register.figures
        ),
    )
    over = formats.period(register.period, session.lang)
    st.caption(session.md("assets.over", period=over))


def stock(session: Session, register: AssetRegister) -> None:
    """How old the assets in use are, and in which condition they came."""
    title = scaffold.header(session.t("assets.ages"))
    if not register.ages:
        st.info(session.t("assets.none_in_use"))
        return
    names = {code: words.code_name(session, "condition", code) for _, code in register.ages}
    drawn = ages_chart(register.ages, BANDS, names, session.lang)
    chart_card.show(session, drawn, key="ages", name=title)
    at = Period(register.month, register.month, PeriodKind.MONTH)
    links.offer_figure(session, IN_USE, at, register.where)


def lasting(session: Session, register: AssetRegister) -> None:
    """How long they last, from all that were watched until the month."""
    title = scaffold.header(session.t("assets.lasting"))
    result = _survival(register)
    if result.state is State.NOT_APPLICABLE:
        st.info(markdown(words.reason(session, result)))
        return
    if register.lives is None or not len(register.lives.curve.ages):
        st.info(session.t("assets.nothing_watched"))
        return
    steps = _steps(register.lives)
    warranty = None if register.lives.warranty is None else register.lives.warranty / YEAR
    st.markdown(markdown(_at_warranty(session, register)))
    drawn = survival_chart(steps, warranty, session.lang)
    method = session.t("assets.method")
    chart_card.show(session, drawn, key="survival", name=title, caption=method)
    name = words.kpi_name(session, CATALOGUE[result.code])
    links.offer_trace(
        session.t("trace.figure", name=name), links.result_address(result, register.where)
    )


def _steps(lives: WatchedAssets) -> list[SurvivalStep]:
    curve = lives.curve
    columns = (curve.survival, curve.low, curve.high)
    return [
        SurvivalStep(
            float(age + 1) / YEAR, int(n), int(gone), *(100 * float(share) for share in shares)
        )
        for age, n, gone, *shares in zip(
            curve.ages, curve.at_risk, curve.retired, *columns, strict=True
        )
    ]


def _survival(register: AssetRegister) -> KpiResult:
    return next(r for r in register.figures if r.code == briefing.SURVIVAL)


def _at_warranty(session: Session, register: AssetRegister) -> str:
    result = _survival(register)
    if result.value is None or result.low is None or result.high is None:
        return words.reason(session, result)
    lives = register.lives
    years = (lives.warranty or 0) / YEAR if lives else 0
    return session.t(
        "assets.at_warranty",
        years=formats.number(years, session.lang, significant=3),
        share=bare_text(result, session.lang),
        low=limit_text(result, result.low, session.lang),
        high=limit_text(result, result.high, session.lang),
    )


def gone(session: Session, register: AssetRegister) -> None:
    """Which assets were retired, by which route, and how many of them too early."""
    title = scaffold.header(session.t("assets.gone"))
    if not register.retired:
        st.info(session.t("assets.none_retired"))
        return
    counts = {
        "retired": register.retired,
        "early": register.early,
        "warranted": register.warranted,
        "unknown": register.retired - register.warranted,
    }
    written = {name: formats.number(n, session.lang) for name, n in counts.items()}
    parts = ["assets.early", *["assets.unwarranted"] * (counts["unknown"] > 0)]
    st.markdown(" ".join(session.md(part, **written) for part in parts))
    routes = sorted({route for _, route in register.routes}, key=lambda r: (r is None, r or ""))
    years = sorted({year for year, _ in register.routes}, reverse=True)
    head = (session.t("assets.year"), *(_route(session, route) for route in routes))
    rows = tuple(
        (str(year), *(register.routes.get((year, route), 0) for route in routes)) for year in years
    )
    table = ChartTable(
        head, rows, (None, *((lambda n: formats.number(n, session.lang),) * len(routes)))
    )
    traces = [
        links.trace_of_figure(session, RETIRED, _year(year, register.month), register.where)
        for year in years
    ]
    chart_card.show_table(session, table, "routes", title, {head[0]: traces})


def _year(year: int, month: date) -> Period:
    """A year, until the last month of the register."""
    return Period(date(year, 1, 1), min(date(year, YEAR, 1), month), PeriodKind.YTD)


def _route(session: Session, route: str | None) -> str:
    """A route in words; as it was written where the catalogue has none."""
    return words.code_name(session, "route", route) if route else session.t("assets.no_route")
