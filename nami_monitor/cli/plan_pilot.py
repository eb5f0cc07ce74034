"""``nami plan-pilot``: what a pilot could show, before anything starts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer

from nami_monitor.briefing import measures
from nami_monitor.briefing import pilot as briefing
from nami_monitor.cli.database import opened
from nami_monitor.cli.session import Session, command, table
from nami_monitor.cli.waterbed import EffectUnit, In
from nami_monitor.core.errors import UserError
from nami_monitor.core.near_matches import refuse_unknown
from nami_monitor.core.words import Unit
from nami_monitor.i18n import formats
from nami_monitor.kpis.interventions.panel_data import read_panel_data
from nami_monitor.kpis.interventions.pilot import Pilot, assess_pilot
from nami_monitor.store import Transaction
from nami_monitor.waterbed.result import PilotPlan

app = typer.Typer(rich_markup_mode=None)


Category = Annotated[str, typer.Option("--category", metavar="CODE")]
Target = Annotated[str, typer.Option("--channel", metavar="CHANNEL")]
Substitute = Annotated[list[str], typer.Option("--substitute", metavar="CHANNEL")]
Locations = Annotated[list[str] | None, typer.Option("--location", metavar="CODE")]
Groups = Annotated[list[str] | None, typer.Option("--group", metavar="GROUP")]
Products = Annotated[list[str] | None, typer.Option("--product", metavar="NUMBER")]
Instead = Annotated[list[str] | None, typer.Option("--substitute-product", metavar="NUMBER")]
Reduction = Annotated[float, typer.Option("--reduction", min=0.01, max=1)]
Months = Annotated[int, typer.Option("--months", min=1, max=60)]
Quotient = Annotated[float, typer.Option("--quotient", min=0, max=2)]
Anticipation = Annotated[int, typer.Option("--anticipation", min=0, max=24)]
Spread = Annotated[bool, typer.Option("--may-spread")]


@command(app, "plan-pilot")
def plan_pilot(
    session: Session,
    category: Category,
    channel: Target,
    substitute: Substitute,
    reduction: Reduction,
    location: Locations = None,
    group: Groups = None,
    product: Products = None,
    substitute_product: Instead = None,
    months: Months = 12,
    quotient: Quotient = 0.7,
    anticipation: Anticipation = 1,
    may_spread: Spread = False,
    unit: In = EffectUnit.BASE,
) -> None:
    """Say what a pilot could show."""
    with opened(session) as store, store.read() as db:
        _check(
            db, category, [channel, *substitute], [*(product or ()), *(substitute_product or ())]
        )
        one = briefing.draft(
            category,
            target_channel=channel,
            substitute_channels=tuple(dict.fromkeys(substitute)),
            locations=_locations(db, category, location or (), group or ()),
            reduction=reduction,
            products=tuple(product or ()),
            substitute_products=tuple(substitute_product or ()),
            anticipation_months=anticipation,
            may_spread=may_spread,
        )
        found = assess_pilot(
            one, read_panel_data(db, [category], one.named_products), Unit(unit), months, quotient
        )
    session.show(as_row(session, found), _lines(session, found))


def _check(
    db: Transaction, category: str, channels: Sequence[str], products: Sequence[str]
) -> None:
    """Refuse what nobody orders.

    Raises:
        UserError: ``pilot.unknown``.
    """
    _known("category", [category], measures.categories(db))
    offered = measures.offered(db, category)
    _known("channel", channels, offered.channels)
    _known("product", products, [one.code for one in offered.of(offered.channels)])


def _locations(
    db: Transaction, category: str, codes: Sequence[str], groups: Sequence[str]
) -> tuple[str, ...]:
    """The locations of a pilot, from codes and groups.

    Raises:
        UserError: ``pilot.unknown``, or ``pilot.no_locations`` without any.
    """
    places = measures.offered(db, category).locations
    _known("location", codes, [one.code for one in places])
    _known("group", groups, {one.group for one in places if one.group})
    found = {*codes, *(one.code for one in places if one.group in set(groups))}
    if not found:
        raise UserError("pilot.no_locations")
    return tuple(sorted(found))


def _known(what: str, seen: Sequence[str], known: Collection[str]) -> None:
    for code in seen:
        refuse_unknown("pilot.unknown", code, sorted(known), what=what)


def as_row(session: Session, found: Pilot) -> dict[str, Any]:
    """A pilot as plain data; shares lie between 0 and 1, amounts are per month."""
    one, sites = found.intervention, found.sites
    return {
        "category": one.category,
        "target_channel": one.target_channel,
        "substitute_channels": list(one.substitute_channels),
        "unit": str(found.unit),
        "planned_reduction": one.planned_reduction,
        "anticipation_months": one.anticipation_months,
        **(_chances(found.plan) if found.plan else {}),
        "lengths": [_chances(plan) for plan in found.lengths],
        "enough": asdict(found.enough) if found.enough else None,
        "reasons": list(briefing.remarks(found, session.lang)),
        "advice": list(briefing.advice(found, session.lang)),
        "treated_locations": list(sites.treated) if sites else [],
        "control_locations": list(sites.controls) if sites else [],
        "left_out": [
            {"location": left.location, "why": str(left.why)}
            for left in (sites.left_out if sites else ())
        ],
        "sentence": briefing.headline(found, session.lang),
    }


def _chances(plan: PilotPlan) -> dict[str, Any]:
    return {name: value for name, value in asdict(plan).items() if name != "cautions"}


def _lines(session: Session, found: Pilot) -> list[str]:
    lines = [briefing.headline(found, session.lang)]
    if found.plan and found.planned:
        lines.append(briefing.assumed(found.plan, found.unit, session.lang))
    if briefing.told(found):
        keys = ("months", "decrease", "waterbed", "net", "smallest")
        header = [session.t(f"pilot.table.{key}") for key in keys]
        rows = [_row(session, plan) for plan in briefing.told(found)]
        lines += ["", *table(header, rows, right=range(len(keys))), ""]
    return [
        *lines,
        *briefing.remarks(found, session.lang),
        *briefing.advice(found, session.lang),
    ]


def _row(session: Session, plan: PilotPlan) -> list[str]:
    return [
        formats.number(plan.post_months, session.lang),
        *briefing.chances(plan, session.lang),
        briefing.smallest(plan, session.lang),
    ]
