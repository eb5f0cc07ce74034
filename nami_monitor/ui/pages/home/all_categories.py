"""All categories in one table: what each strategy says, the months, the year, the first to-do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import streamlit as st

from nami_monitor.briefing import decisions, wording
from nami_monitor.briefing.decisions import Decision, Kept
from nami_monitor.briefing.headline import headline_of
from nami_monitor.briefing.month import BriefingSection
from nami_monitor.briefing.overview import KpiLine
from nami_monitor.charts.sparkline import sparkline_img
from nami_monitor.core.escapes import html, markdown
from nami_monitor.core.words import PeriodKind, State, Strategy
from nami_monitor.i18n import formats
from nami_monitor.kpis import Ask, KpiResult
from nami_monitor.store import Store
from nami_monitor.ui import app, cache, links, words
from nami_monitor.ui.cache import Where
from nami_monitor.ui.filters import Selection
from nami_monitor.ui.pages.home import chips
from nami_monitor.ui.pages.home.chips import CONCERN, PLAIN, StateChip
from nami_monitor.ui.pages.home.one_category import (
    MASS,
    SPEND,
    STRATEGIES,
    YEAR,
    change_of,
    foremost,
    known_share,
    value_link,
    where_decided,
)
from nami_monitor.ui.session import Session

MOST: Final = 25
"""So many categories stand in the table, the largest by euros; a search finds the rest."""
FEW: Final = 12
FIT: Final = 8
"""Of more than a few, so many rows fit on a screen; a button shows the others."""
WHOLE: Final = "home_whole"
PROGRESS: Final = "steer_programme_progress"
MONTHLY: Final = ("reduce_volume_per_activity", "reduce_spend_per_activity", SPEND)
"""Of which figure the months are drawn: the first that a category has."""
UNKNOWN: Final = frozenset({"nothing_known", "too_little_known"})
"""Reasons why a sum has no value that say that its parts are not known."""
COLUMNS: Final = ("category", *STRATEGIES, "months", "spent", "weighed", "todo")

NOTHING: Final = " class='nami-nothing'"
"""Of a cell that says nothing, which a phone leaves out."""

Pair = tuple[KpiResult, KpiResult]
Pairs = Mapping[str | None, Pair]


@dataclass(frozen=True)
class CategoryRow:
    """A category in the table: its part of the briefing, to-dos, and twelve months of each."""

    section: BriefingSection
    todos: tuple[Decision, ...]
    spend: Pair | None
    mass: Pair | None

    @property
    def euros(self) -> float:
        """Euros of the last twelve months; below zero where there are none."""
        value = self.spend[0].value if self.spend else None
        return -1.0 if value is None else value


def show(session: Session, chosen: Selection) -> None:
    """The page of all categories in one month."""
    names = cache.category_names(session.store)
    month, where = chosen.month, chosen.where
    spend, mass = (_by_category(session.store, code, month, where) for code in (SPEND, MASS))
    codes = _searched(session, names, _ordered(session.store, spend))
    filled = cache.kept(session.store, decisions.KIND)
    shown = cache.sections(session.store, chosen.month, codes, chosen.where)
    app.heading(headline_of(shown, session.lang, filled))
    rows = [_row(session, section, filled, spend, mass) for section in shown]
    whole = st.session_state.get(WHOLE) or len(rows) <= FEW
    rest = 0 if whole else len(rows) - FIT
    fit = rows[:FIT] if rest else rows
    st.html(table(session, fit, chosen, _value_of_all(session, chosen)))
    if rest:
        st.button(
            session.md("home.all.rest", n=rest),
            key="home_rest",
            type="tertiary",
            on_click=st.session_state.update,
            args=({WHOLE: True},),
        )
    more = len(names) - len(codes)
    note = [session.t("home.all.period", month=formats.long_month(chosen.month, session.lang))]
    if more > 0:
        note.append(session.t("home.all.left_out", n=more))
    st.caption(markdown(" ".join(note)))


def _searched(
    session: Session, names: Mapping[str, Mapping[str, str]], order: Sequence[str]
) -> list[str]:
    """The largest categories, or those whose name holds what was typed."""
    if len(order) <= MOST:
        return list(order)
    wanted = st.text_input(
        session.t("home.all.search"), key="home_search", max_chars=60, width=360
    ).casefold()
    found = [code for code in order if wanted in names[code][session.lang].casefold()]
    return (found if wanted else list(order))[:MOST]


def _row(
    session: Session, section: BriefingSection, filled: Kept, spend: Pairs, mass: Pairs
) -> CategoryRow:
    told = decisions.todos_of(section, filled, session.lang)
    open_ = tuple(one for one in told if one.chosen is None)
    return CategoryRow(section, open_, spend.get(section.category), mass.get(section.category))


def _by_category(store: Store, code: str, month: date, where: Where) -> Pairs:
    """Twelve months of a sum and those a year earlier, by category."""
    found: dict[str | None, list[KpiResult]] = {}
    ask = Ask(PeriodKind.R12, month, 1 + YEAR, ("category",), dict(where))
    for one in cache.figures(store, code, ask):
        found.setdefault(one.keys.get("category"), []).append(one)
    return {code: (own[-1], own[0]) for code, own in found.items() if own[-1].period.last == month}


def largest(store: Store, month: date) -> list[str]:
    """The categories that the table shows at first: the largest by euros."""
    return _ordered(store, _by_category(store, SPEND, month, ()))[:MOST]


def _ordered(store: Store, spend: Pairs) -> list[str]:
    return sorted(cache.category_names(store), key=lambda code: -_value(spend.get(code)))


def _value(pair: Pair | None) -> float:
    value = pair[0].value if pair else None
    return -1.0 if value is None else value


def _value_of_all(session: Session, chosen: Selection) -> Pair:
    ask = Ask(PeriodKind.R12, chosen.month, 1 + YEAR, where=dict(chosen.where))
    results = cache.figures(session.store, SPEND, ask)
    return results[-1], results[0]


def table(session: Session, rows: Sequence[CategoryRow], chosen: Selection, total: Pair) -> str:
    """The table as HTML: categories with euros, their sum, and those measured in another way."""
    bought = [row for row in rows if row.euros >= 0]
    others = [row for row in rows if row.euros < 0]
    heads = "".join(
        f"<th scope='col' class='nami-{name}'>{_head(session, name)}</th>" for name in COLUMNS
    )
    body = "".join(_line(session, row, chosen) for row in bought)
    if len(bought) > 1:
        body += _sum(session, chosen, total)
    if others and bought:
        said = html(session.t("home.all.otherwise"))
        body += f"<tr class='nami-part'><th scope='rowgroup' colspan='8'>{said}</th></tr>"
    body += "".join(_line(session, row, chosen, short=bool(bought)) for row in others)
    caption = html(session.t("home.all.caption"))
    return (
        f"<div class='nami-scroll' tabindex='0' role='region' aria-label='{caption}'>"
        f"<table class='nami-all'><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
        "</div>"
    )


def _head(session: Session, name: str) -> str:
    if name in set(Strategy):
        said, small = (session.t(f"home.{name}.{part}") for part in ("name", "kit"))
    else:
        said, small = (session.t(f"home.all.{name}.{part}") for part in ("name", "small"))
    return f"{html(said)}<small>{html(small)}</small>"


def _line(session: Session, row: CategoryRow, chosen: Selection, *, short: bool = False) -> str:
    """A row; a short one says each figure and its name in one line, without a chip."""
    section = row.section
    where = {**dict(chosen.where), "category": (section.category or "",)}
    name = html(wording.section_name(section, session.lang))
    plain = {key: values[0] for key, values in where.items()}
    address = links.address(session, "", {**plain, "month": f"{chosen.month:%Y-%m}"})
    states = [_state(session, section, one, chosen, short=short) for one in STRATEGIES]
    cells = "".join(f"<td{NOTHING * (said == words.NONE)}>{said}</td>" for said in states)
    return (
        f"<tr><th scope='row'><a href='{html(address)}'>{name}</a></th>{cells}"
        f"<td class='nami-months'>{_months(session, section)}</td>"
        f"{_sum_cell(session, 'spent', _amount(session, row.spend, where))}"
        f"{_sum_cell(session, 'weighed', _amount(session, row.mass, where, 'home.all.unweighed'))}"
        f"<td class='nami-first'>{_first(session, row, chosen)}</td></tr>"
    )


def _state(
    session: Session,
    section: BriefingSection,
    strategy: Strategy,
    chosen: Selection,
    *,
    short: bool,
) -> str:
    """What a strategy says: the figure that says most, its name, and that its target was missed."""
    own = [line for line in section.glance.lines if line.kpi.strategy is strategy]
    lines = foremost(own, strategy)
    if not lines:
        return _no_state(session, own, strategy)
    line = lines[0]
    chip, note = chips.of_line(session, line), words.figure_name(session, line.result)
    value = words.figure(session, line.result)
    missed = line.aim if line.aim is not None and line.aim.met is False else None
    goal = chips.goal(session, line)
    if missed and line.signal is not None:
        note = f"{note}; {session.t(f'home.all.{chips.missed_key(missed)}', goal=goal)}"
    elif missed:
        chip, value = StateChip(CONCERN, "!", ""), f"{value}, {goal}"
    tag = StateChip(chip.look, chip.sign, value)
    address = links.trace_of_result(
        session, line.result, {**dict(chosen.where), "category": (section.category or "",)}
    )
    said = html(chips.of_line(session, line).words)
    if short and tag.look == PLAIN:
        link = f"<a href='{html(address)}' title='{said}'>{html(value)}</a>"
        return f"<small>{link} {html(wording.in_sentence(note))}</small>"
    return f"<a href='{html(address)}' title='{said}'>{tag.html()}</a><small>{html(note)}</small>"


def _no_state(session: Session, own: Sequence[KpiLine], strategy: Strategy) -> str:
    """Not applicable, with the law that says so; else a dash."""
    exempt = next((one.result for one in own if one.result.state is State.NOT_APPLICABLE), None)
    if exempt is None or exempt.reason is None:
        return words.NONE
    law = str(exempt.reason.values.get("basis") or "")
    said = html(
        session.t("home.all.exempt", law=law) if law else session.t("home.all.exempt_plain")
    )
    head = html(session.t(f"home.{strategy}.name"))
    return f"<span data-head='{head}' title='{html(words.reason(session, exempt))}'>{said}</span>"


def _months(session: Session, section: BriefingSection) -> str:
    """The months of one figure as a small line; else how far its programme is."""
    lines = {line.kpi.code: line for line in section.glance.lines}
    code = next((code for code in MONTHLY if any(_known(lines.get(code)))), None)
    if code is not None:
        line = lines[code]
        last = formats.month(line.result.month, session.lang)
        alt = session.t(
            "overview.spark",
            name=words.figure_name(session, line.result),
            value=words.figure(session, line.result),
            month=last,
        )
        return sparkline_img(line.spark, alt)
    done = lines.get(PROGRESS)
    if done is not None and done.result.value is not None:
        return html(session.t("home.all.done", share=words.figure(session, done.result)))
    return words.NONE


def _known(line: KpiLine | None) -> list[bool]:
    return [] if line is None else [value is not None for value in line.spark]


def _amount(session: Session, pair: Pair | None, where: links.Filters, lacking: str = "") -> str:
    """Twelve months of a sum; a dash without any, above what is ``lacking`` where there are."""
    if pair is None:
        return words.NONE
    if pair[0].value is None:
        why = pair[0].reason.key if pair[0].reason else ""
        small = html(session.t(lacking)) if lacking and why in UNKNOWN else ""
        return f"{words.NONE}<small>{small}</small>"
    share = known_share(session, pair[0])
    beside = [change_of(session, pair) or session.t("home.all.no_year"),
              share and session.t("home.spent_known", share=share)]  # fmt: skip
    small = " · ".join(part for part in beside if part)
    return f"{value_link(session, pair[0], dict(where))}<small>{html(small)}</small>"


def _first(session: Session, row: CategoryRow, chosen: Selection) -> str:
    if not row.todos:
        return f"<span class='nami-calm'>{html(session.t('home.all.nothing'))}</span>"
    one = row.todos[0]
    screen, _, parameters = where_decided(session, one, chosen)
    address = links.address(session, screen, parameters)
    day = formats.day(one.due, session.lang)
    small = [session.t("home.all.before", owner=one.owner or session.t("decisions.form.nobody"),
                       day=day)]  # fmt: skip
    if row.todos[1:]:
        small.append(session.t("headline.more", n=len(row.todos) - 1))
    title, beside = html(one.seen.title), html(" · ".join(small))
    return f"<a href='{html(address)}'>{title}</a><small>{beside}</small>"


def _sum(session: Session, chosen: Selection, total: Pair) -> str:
    where = dict(chosen.where)
    said = html(session.t("home.all.together"))
    return (
        f"<tr class='nami-total'><th scope='row'>{said}</th><td colspan='4'></td>"
        f"{_sum_cell(session, 'spent', _amount(session, total, where))}<td colspan='2'></td></tr>"
    )


def _sum_cell(session: Session, column: str, said: str) -> str:
    """A cell of sums; on a phone, where columns have no heads, it names its own."""
    nothing = " nami-nothing" * (said == words.NONE)
    head = html(session.t(f"home.all.{column}.name"))
    return f"<td class='nami-sum{nothing}' data-head='{head}'>{said}</td>"
