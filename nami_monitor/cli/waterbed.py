"""``nami waterbed``: what interventions did, and what came back elsewhere."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Annotated, Any

import typer

from nami_monitor.briefing import waterbed as briefing
from nami_monitor.cli.database import opened
from nami_monitor.cli.session import Session, command, table
from nami_monitor.core.words import Unit
from nami_monitor.kpis.interventions.comparison import Destination
from nami_monitor.kpis.interventions.evaluation import Evaluation, evaluate
from nami_monitor.kpis.interventions.panel_data import read_panel_data
from nami_monitor.kpis.interventions.register import chosen
from nami_monitor.waterbed.result import Interval

app = typer.Typer(rich_markup_mode=None)


class EffectUnit(StrEnum):
    """The units in which an effect can be read."""

    BASE = "base"
    KG = "kg"
    EUR = "eur"


In = Annotated[EffectUnit, typer.Option("--unit", metavar="|".join(EffectUnit))]
PARTS = ("gross", "spill", "net")


@command(app, "waterbed")
def waterbed(
    session: Session,
    interventions: Annotated[list[str] | None, typer.Argument(metavar="INTERVENTION")] = None,
    unit: In = EffectUnit.BASE,
) -> None:
    """Say what interventions did."""
    with opened(session) as store, store.read() as db:
        read = read_panel_data(db)
        found = [
            evaluate(one, read, Unit(unit)) for one in chosen(read.register, interventions or ())
        ]
    lines = _table(session, found) if found else [session.t("cli.waterbed.nothing")]
    session.show([as_row(session, one) for one in found], lines)


def as_row(session: Session, one: Evaluation) -> dict[str, Any]:
    """An answer as plain data; effects are per month, limits without bound are null."""
    result, window, found = one.result, one.window, one.sites
    return {
        "intervention": one.intervention.code,
        "title": one.intervention.title,
        "category": one.intervention.category,
        "applies": one.excused is None,
        "verdicts": [] if one.excused else [str(verdict) for verdict in one.verdicts],
        "design": str(one.design),
        "unit": str(one.unit),
        **{part: _interval(getattr(result, part) if result else None) for part in PARTS},
        "quotient": _interval(result.quotient if result else None),
        "controls": len(result.controls) if result else len(found.controls) if found else 0,
        "pre_months": len(window.pre) if window else 0,
        "post_months": len(window.post) if window else 0,
        "anticipation_months": window.anticipation if window else 0,
        "reasons": list(briefing.remarks(one, session.lang)),
        "destinations": [_went(session, went) for went in one.destinations],
        "treated": list(found.treated) if found else [],
        "control_locations": list(found.controls) if found else [],
        "left_out": [
            {"location": left.location, "why": str(left.why)}
            for left in (found.left_out if found else ())
        ],
        "sentence": briefing.verdict(one, session.lang),
    }


def _interval(found: Interval | None) -> dict[str, float | None]:
    names = ("value", "low", "high")
    return {name: _finite(getattr(found, name)) if found else None for name in names}


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _went(session: Session, went: Destination) -> dict[str, Any]:
    return {
        "kind": str(went.kind),
        "name": went.name,
        "place": briefing.place(went, session.lang),
        "effect": _interval(went.effect),
        "shown": went.shown,
        "corrected": went.corrected,
    }


def _table(session: Session, found: list[Evaluation]) -> list[str]:
    header = [
        session.t("cli.waterbed.intervention"),
        session.t("cli.waterbed.verdict"),
        *(session.t(f"waterbed.parts.{part}") for part in PARTS),
        session.t("cli.waterbed.quotient"),
    ]
    rows = [
        [
            one.intervention.code,
            briefing.short(one, session.lang),
            *(_effect(session, one, part) for part in PARTS),
            _quotient(session, one),
        ]
        for one in found
    ]
    lines = table(header, rows, right=range(2, 6))
    for one in found:
        lines += ["", f"{one.intervention.code}: {one.intervention.title}"]
        lines += [briefing.verdict(one, session.lang), *briefing.remarks(one, session.lang)]
    return lines


def _effect(session: Session, one: Evaluation, part: str) -> str:
    found = getattr(one.result, part) if one.result else None
    if found is None:
        return ""
    value = briefing.amount(found, one.unit, session.lang)
    return f"{value} ({briefing.span(found, one.unit, session.lang)})"


def _quotient(session: Session, one: Evaluation) -> str:
    found = one.result.quotient if one.result else None
    if found is None or math.isnan(found.value):
        return ""
    value, low, high = (
        briefing.share(each, session.lang) for each in (found.value, found.low, found.high)
    )
    return f"{value} ({session.t('waterbed.between', low=low, high=high)})"
