"""The spend bridge as a split of a change: the chart, what each step means, and every article."""

import streamlit as st

from nami_monitor.briefing.as_of import read_as_of
from nami_monitor.charts.bars import NamedAmount, waterfall_chart
from nami_monitor.core.escapes import html, markdown
from nami_monitor.core.periods import Period
from nami_monitor.core.words import Unit
from nami_monitor.i18n import formats
from nami_monitor.kpis import Ask, KpiResult
from nami_monitor.kpis.bridge import (
    ARTICLE,
    NO_ARTICLE,
    Bought,
    Bridge,
    BridgePart,
    Product,
    SpendBridge,
    SpendSplit,
    spend_bridge,
)
from nami_monitor.kpis.questions import EMPTY
from nami_monitor.kpis.sentences import names
from nami_monitor.store import Store
from nami_monitor.ui import chart_card, links, words
from nami_monitor.ui.cache import cached
from nami_monitor.ui.grid import Head, grid, is_open
from nami_monitor.ui.links import Filters
from nami_monitor.ui.session import Session

SPEND = "impact_spend"
"""The figure of either period."""
CHANGE = "reduce_spend_bridge"
"""The figure that is the change itself: it rests on the lines of both periods."""

EXPLAINED = frozenset({SPEND, CHANGE})
"""The figures of which the bridge is a split."""

SHOWN = "bridge_table_shown"
"""Whether a reader opened the table."""


def show(session: Session, ask: Ask) -> None:
    """The bridge of a period against a year earlier, or why there is none.

    Args:
        session: for the words.
        ask: the period and the filters.
    """
    spend, article_names = _bridge(session.store, ask, session.lang)
    if spend.bridge is None:
        st.info(markdown(_lacking(session, spend)))
        return
    st.html(f'<p class="nami-sub">{html(_sentence(session, spend, spend.bridge.total))}</p>')
    notes = _notes(session, spend)
    _draw(session, spend, spend.bridge)
    if not is_open(session, SHOWN, "bridge_toggle"):
        return
    if notes:
        st.warning(markdown(notes))
    _explain(session, spend.bridge.total)
    for result in (spend.before, spend.after):
        links.offer_figure(session, SPEND, result.period, ask.where)
    links.offer_figure(session, CHANGE, spend.after.period, ask.where)
    _table(session, spend, spend.bridge, article_names, ask.where)


@cached(entries=50)
def _bridge(store: Store, ask: Ask, lang: str) -> tuple[SpendBridge, dict[str | None, str]]:
    """The bridge, and the names of its articles."""
    with read_as_of(store, ask.until) as db:
        spend = spend_bridge(db, ask)
        return spend, names(db, ARTICLE, list(spend.products), lang)


def _period(session: Session, result: KpiResult) -> str:
    return formats.period(result.period, session.lang)


def _lacking(session: Session, spend: SpendBridge) -> str:
    reason = words.reason(session, spend.lacking) if spend.lacking else ""
    if spend.lacking and spend.lacking.period == spend.before.period:
        return session.t("why.lacking", period=_period(session, spend.before), reason=reason)
    return reason


def _more(session: Session, amount: float) -> str:
    """An amount with its sign, without the last digits that adding up leaves behind."""
    return formats.signed_quantity(round(amount, 6), Unit.EUR, session.lang)


def _sentence(session: Session, spend: SpendBridge, total: SpendSplit) -> str:
    change = float(total.change)
    before, after = spend.before.value or 0.0, spend.after.value or 0.0
    figures = {
        "before": formats.money(before, session.lang),
        "before_period": _period(session, spend.before),
        "after": formats.money(after, session.lang),
        "after_period": _period(session, spend.after),
    }
    if not round(change, 2):
        return session.t("bridge.same", **figures)
    largest = max(BridgePart, key=lambda part: abs(getattr(total, part)))
    return session.t(
        "bridge.sentence",
        **figures,
        change=formats.difference(before, after, Unit.EUR, session.lang),
        largest=session.t(f"bridge.parts.{largest}"),
        amount=_more(session, float(getattr(total, largest))),
    )


def _notes(session: Session, spend: SpendBridge) -> str:
    """What a reader must know: breaks, refunds, and quantities that are not stated."""
    flags = words.flags(session, spend.flags)
    notes = [session.t("why.flags", flags=flags)] if flags else []
    if spend.refunds:
        notes.append(session.t("bridge.refunds", n=spend.refunds))
    if spend.unknown:
        notes.append(session.t("bridge.unknown", n=spend.unknown))
    return " ".join(notes)


def _draw(session: Session, spend: SpendBridge, bridge: Bridge[str]) -> None:
    steps = tuple(
        NamedAmount(session.t(f"bridge.parts.{part}"), amount, _more(session, amount))
        for part in BridgePart
        if (amount := float(getattr(bridge.total, part)))
    )
    before, after = spend.before.value or 0.0, spend.after.value or 0.0
    ends = [
        NamedAmount(_period(session, result), amount, formats.money(amount, session.lang))
        for result, amount in ((spend.before, before), (spend.after, after))
    ]
    steps_said = "; ".join(f"{step.name} {step.label}" for step in steps)
    alt = session.t("bridge.alt", start=ends[0].label, end=ends[1].label, steps=steps_said)
    change = float(bridge.total.change)
    exact = formats.add_up([step.amount for step in steps], round(change, 6), Unit.EUR)
    key = "bridge.exact" if exact else "bridge.exact_rounded"
    said = session.t(key, change=_more(session, change))
    drawn = waterfall_chart(ends[0], steps, ends[1], alt)
    chart_card.show(session, drawn, key="bridge_chart", caption=said)


def _explain(session: Session, total: SpendSplit) -> None:
    """Each part with its amount and what it means."""
    rows = [
        {
            session.t("bridge.table.part"): session.t(f"bridge.parts.{part}"),
            session.t("bridge.table.amount"): _more(session, float(getattr(total, part))),
            session.t("bridge.table.means"): session.t(f"bridge.means.{part}"),
        }
        for part in BridgePart
    ]
    st.table(rows, border="horizontal", hide_index=True, alt=session.t("bridge.title"))


def _table(
    session: Session,
    spend: SpendBridge,
    bridge: Bridge[str],
    article_names: dict[str | None, str],
    where: Filters,
) -> None:
    """Every article, the largest change first."""
    st.subheader(session.t("bridge.articles"), anchor=False)

    def money(value: float) -> str:
        return formats.money(value, session.lang)

    def more(value: float) -> str:
        return _more(session, value)

    heads = [
        Head(session.t(f"dimensions.{ARTICLE}")),
        Head(_period(session, spend.before), money),
        Head(_period(session, spend.after), money),
        Head(session.t("bridge.table.change"), more),
        *(Head(session.t(f"bridge.parts.{part}"), more) for part in BridgePart),
    ]
    order = [key for key, _ in bridge.largest()]
    order += [key for key in bridge.products if key not in set(order)]
    rows = [
        (
            session.t("bridge.no_article") if key == NO_ARTICLE else article_names[key],
            _amount(spend.products[key].before),
            _amount(spend.products[key].after),
            float(bridge.products[key].change),
            *(float(getattr(bridge.products[key], part)) for part in BridgePart),
        )
        for key in order
    ]
    title = session.t("bridge.title")
    traces = [
        links.trace_of_figure(session, *_rests_on(spend, key), {**where, ARTICLE: (key or EMPTY,)})
        for key in order
    ]
    grid(
        session,
        heads,
        rows,
        key="bridge_table",
        name=session.t("bridge.articles"),
        file=title,
        traces={heads[3].title: traces},
    )
    if not all(_adds_up(spend.products[key], bridge.products[key]) for key in order):
        st.caption(session.t("bridge.rounded"))


def _rests_on(spend: SpendBridge, key: str) -> tuple[str, Period]:
    """The figure behind an article: the change, or the spend of the one period that has it."""
    bought = spend.products[key]
    if not _amount(bought.before):
        return SPEND, spend.after.period
    if not _amount(bought.after):
        return SPEND, spend.before.period
    return CHANGE, spend.after.period


def _adds_up(bought: Product[str], split: SpendSplit) -> bool:
    """Whether the amounts of an article add up as they are shown."""
    change = float(split.change)
    before, after = _amount(bought.before), _amount(bought.after)
    parts = [float(getattr(split, part)) for part in BridgePart]
    return formats.add_up([before, change], after, Unit.EUR) and formats.add_up(
        parts, change, Unit.EUR
    )


def _amount(bought: Bought | None) -> float:
    return float(bought.amount) if bought else 0.0
