"""The fields of a measure: what it is about, where it holds, where demand may go.

The planner of a pilot and the register ask them in the same words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import streamlit as st

from nami_monitor.briefing import measures as briefing
from nami_monitor.briefing.measures import ALL, GROUP, Named, Offered
from nami_monitor.kpis.interventions.register import listed
from nami_monitor.store import Store
from nami_monitor.ui import words
from nami_monitor.ui.app import Session
from nami_monitor.ui.cache import cached

Fields = Mapping[str, Any]
"""Fields of a measure by their names; of those that hold several values, a tuple."""

MOST_PERCENT: Final = 100
MOST_ANTICIPATION: Final = 24


@cached(entries=10)
def categories(store: Store) -> Mapping[str, Mapping[str, str]]:
    """Every category with order lines, with its names by language."""
    with store.read() as db:
        return briefing.categories(db)


@cached(entries=20)
def offered(store: Store, category: str) -> Offered:
    """What can be chosen for measures of a category."""
    with store.read() as db:
        return briefing.offered(db, category)


def channel_name(session: Session, code: str) -> str:
    """A channel in the reader's language."""
    return words.code_name(session, "channel", code)


def category(session: Session, key: str, begin: Fields) -> str:
    """Ask for the category."""
    known = categories(session.store)
    options = _with([*known], _several(begin, "category"))
    return st.selectbox(
        session.t("columns.category"),
        options,
        index=_index(options, begin.get("category")),
        format_func=lambda code: known.get(code, {}).get(session.lang, code),
        key=f"{key}_category",
    )


def where(session: Session, key: str, known: Offered, begin: Fields) -> dict[str, Any]:
    """Ask for the locations, by group or one by one, and whether it may spread to others."""
    chosen = _choose(
        session, "locations", f"{key}_locations", known.locations, _several(begin, "locations"),
        session.t("measures.form.locations_help"),
    )  # fmt: skip
    spread = st.checkbox(
        session.t("measures.form.may_spread"),
        value=bool(begin.get("may_spread")),
        key=f"{key}_may_spread",
        help=session.t("measures.form.may_spread_help"),
    )
    return {"locations": chosen, "may_spread": spread}


def channels(session: Session, key: str, known: Offered, begin: Fields) -> dict[str, Any]:
    """Ask where something is taken away, which articles, and where they may come back."""
    said = _several(begin, "target_channel")
    options = _with(list(known.channels), said)
    target = st.selectbox(
        session.t("columns.target_channel"),
        options,
        index=_index(options, said[0] if said else None),
        format_func=lambda code: channel_name(session, code),
        key=f"{key}_target",
        help=session.t("measures.form.target_help"),
    )
    products = _choose(
        session, "products", f"{key}_products_{target}", known.of([target]),
        _several(begin, "products"), session.t("measures.form.products_help"),
        empty=session.t("measures.form.whole_category"),
    )  # fmt: skip
    usual = _several(begin, "substitute_channels") or _other(known, target)
    instead = st.multiselect(
        session.t("columns.substitute_channels"),
        _with(list(known.channels), usual),
        default=usual,
        format_func=lambda code: channel_name(session, code),
        key=f"{key}_substitute_{target}",
        placeholder=session.t("data.choose"),
        help=session.t("measures.form.substitute_help"),
    )
    substitutes = _choose(
        session, "substitute_products", f"{key}_instead_{'_'.join(sorted(instead))}",
        known.of(instead), _several(begin, "substitute_products"),
        session.t("measures.form.instead_help"),
        empty=session.t("measures.form.whatever"),
    )  # fmt: skip
    return {
        "target_channel": target,
        "products": products,
        "substitute_channels": tuple(instead),
        "substitute_products": substitutes,
    }


def reduction(session: Session, key: str, begin: Fields, usual: int | None) -> float | None:
    """Ask which share is to go away; between 0 and 1, None where nobody says."""
    stated = begin.get("planned_reduction")
    percent: int | None = st.number_input(
        session.t("measures.form.reduction"),
        min_value=1,
        max_value=MOST_PERCENT,
        value=usual if stated is None else round(MOST_PERCENT * stated),
        key=f"{key}_reduction",
        help=session.t("measures.form.reduction_help"),
    )
    return None if percent is None else percent / MOST_PERCENT


def anticipation(session: Session, key: str, begin: Fields) -> int:
    """Ask for the months before the start in which people may see it coming."""
    return int(
        st.number_input(
            session.t("columns.anticipation_months"),
            min_value=0,
            max_value=MOST_ANTICIPATION,
            value=round(begin.get("anticipation_months", 1)),
            key=f"{key}_anticipation",
            help=session.t("measures.form.anticipation_help"),
        )
    )


def _choose(
    session: Session,
    column: str,
    key: str,
    known: Sequence[Named],
    begin: Sequence[str],
    help_text: str,
    *,
    empty: str | None = None,
) -> tuple[str, ...]:
    """Choose from a master, whole groups at once; what is on record stays, known or not."""
    names = {one.code: one.name for one in known}
    groups = briefing.groups(known)
    whole = [ALL] if len(known) > 1 and empty is None else []
    usual = briefing.fold(begin, known) if begin else []
    usual = usual if empty is None or ALL not in usual else list(begin)

    def shown(code: str) -> str:
        if code == ALL:
            return session.t("measures.form.all", n=len(known))
        if code.startswith(GROUP):
            name = code.removeprefix(GROUP)
            return session.t("measures.form.group", name=name, n=len(groups[name]))
        return f"{names[code]} ({code})" if names.get(code, code) != code else code

    chosen = st.multiselect(
        session.t(f"columns.{column}"),
        _with([*whole, *(f"{GROUP}{name}" for name in groups), *names], usual),
        default=usual,
        format_func=shown,
        key=key,
        placeholder=empty or session.t("data.choose"),
        help=help_text,
    )
    return briefing.unfold(chosen, known, begin)


def _other(known: Offered, target: str) -> list[str]:
    """The channel that is ordered through most beside the target; itself when it is the only."""
    return [code for code in known.channels if code != target][:1] or [target]


def _several(begin: Fields, name: str) -> list[str]:
    value = begin.get(name)
    return list(listed(value) if isinstance(value, str) or value is None else value)


def _with(options: Sequence[str], held: Sequence[str]) -> list[str]:
    """Options with those that are on record and that nobody offers any more."""
    return list(dict.fromkeys([*options, *held]))


def _index(options: Sequence[str], value: object) -> int:
    return options.index(str(value)) if value in options else 0
