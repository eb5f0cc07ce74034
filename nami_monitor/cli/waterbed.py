"""``nami waterbed`` and ``nami plan-pilot``: effects of interventions and of a pilot."""

import math
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Final

import typer

from nami_monitor.briefing import arms as of_arms
from nami_monitor.briefing import measures
from nami_monitor.briefing import waterbed as texts
from nami_monitor.cli.session import CommandSession, Month, Who, command, table
from nami_monitor.core.errors import UserError, refuse_unknown
from nami_monitor.core.words import Unit
from nami_monitor.kpis.interventions.arms import Scheme, new_seed, propose
from nami_monitor.kpis.interventions.evaluation import (
    Evaluation,
    Portfolio,
    evaluate,
    evaluate_in_every_unit,
    portfolio,
    primary,
)
from nami_monitor.kpis.interventions.panel_data import read_panel_data
from nami_monitor.kpis.interventions.pilot import Affordable, Pilot, assess_pilot
from nami_monitor.kpis.interventions.plans import ArmEffect, PlanOnRecord
from nami_monitor.kpis.interventions.register import chosen
from nami_monitor.kpis.interventions.register import interventions as interventions_of
from nami_monitor.kpis.interventions.sites import Sites
from nami_monitor.kpis.sentences import names
from nami_monitor.waterbed.outputs import Interval, PilotPlan
from nami_monitor.waterbed.planning import PlannedDesign


class EffectUnit(StrEnum):
    """The units in which an effect can be expressed."""

    BASE = "base"
    KG = "kg"
    EUR = "eur"


UnitOption = Annotated[EffectUnit, typer.Option("--unit", metavar="|".join(EffectUnit))]
PARTS: Final = ("gross", "spill", "net")


@command("waterbed")
def waterbed(
    session: CommandSession,
    interventions: Annotated[list[str] | None, typer.Argument(metavar="INTERVENTION")] = None,
    unit: Annotated[EffectUnit | None, typer.Option("--unit", metavar="|".join(EffectUnit))] = None,
    month: Month = None,
    again: Annotated[bool, typer.Option("--again")] = False,
    who: Who = "",
) -> None:
    """Estimate what interventions did, by default each in the unit of its verdict."""
    if again:
        _take_again(session, interventions or (), who)
    with session.read_month(month) as db:
        data = db.once("interventions", lambda: read_panel_data(db))
        every = portfolio(db)
        evaluations = [
            evaluate(intervention, data, Unit(unit))
            if unit
            else primary(evaluate_in_every_unit(intervention, data))
            for intervention in chosen(data.register, interventions or ())
        ]
    lines = [session.t("cli.waterbed.nothing")]
    if evaluations:
        lines = _lines(session, evaluations, every)
    rows = [
        as_row(session, one) | {"stands": sorted(every.standing.get(one.intervention.code, ()))}
        for one in evaluations
    ]
    session.show(rows, lines)


def _take_again(session: CommandSession, codes: Sequence[str], who: str) -> None:
    """Make the verdicts on some measures again."""
    from nami_monitor.ingest.book.verdicts import take_anew  # noqa: PLC0415 - seldom needed

    if not codes:
        raise UserError("waterbed.again_of_which")
    with session.open_store() as store:
        signed = session.signed_by(who)
        for code in codes:
            take_anew(store, code, signed)


def as_row(session: CommandSession, evaluation: Evaluation) -> dict[str, Any]:
    """An evaluation as plain data; effects are per month, limits without bound are null."""
    result, window, intervention = evaluation.result, evaluation.window, evaluation.intervention
    locations = _locations_row(evaluation.sites)
    figures, frozen, due = texts.told(evaluation), evaluation.frozen, evaluation.judgement.due
    return {
        "intervention": intervention.code,
        "title": intervention.title,
        "category": intervention.category,
        "applies": evaluation.excused is None,
        "state": str(evaluation.judgement.state),
        "verdicts": [] if evaluation.excused else list(map(str, evaluation.claims)),
        "verdict_unit": frozen and str(frozen.unit),
        "verdict_month": frozen and f"{frozen.month:%Y-%m}",
        "next_verdict": due and f"{due:%Y-%m}",
        "plan": _plan_row(evaluation.judgement.record),
        "changed": [f"{each:%Y-%m}" for each in evaluation.judgement.changed],
        "design": str(evaluation.design),
        "unit": str(evaluation.unit),
        **{part: _estimate_row(getattr(figures, part, None)) for part in PARTS},
        "quotient": _estimate_row(figures.quotient if figures else None),
        "since": {
            part: _estimate_row(getattr(texts.since_then(evaluation), part, None))
            for part in (*PARTS, "quotient")
        },
        "controls": len(result.controls if result else locations["control_locations"]),
        "pre_months": len(window.pre) if window else 0,
        "post_months": len(window.post) if window else 0,
        "anticipation_months": window.anticipation if window else 0,
        "reasons": list(texts.remarks(evaluation, session.lang)),
        "remarks": list(texts.plan_remarks(evaluation, session.lang)),
        "arms": [_arm_row(arm) for arm in of_arms.of(evaluation)],
        "destinations": [
            {
                "kind": str(destination.kind),
                "name": destination.name,
                "place": texts.destination_name(destination, session.lang),
                "effect": _estimate_row(destination.effect),
                "shown": destination.shown,
                "corrected": destination.corrected,
            }
            for destination in evaluation.destinations
        ],
        "treated": locations["treated_locations"],
        "control_locations": locations["control_locations"],
        "left_out": locations["left_out"],
        "sentence": texts.verdict(evaluation, session.lang),
    }


def _arm_row(arm: ArmEffect) -> dict[str, Any]:
    """What an arm changed as plain data; shares of what was expected."""
    return {
        "arm": arm.arm,
        "told": arm.told,
        "locations": arm.locations,
        "told_nothing": arm.nothing,
        "effect": _estimate_row(arm.effect),
        "chance": arm.chance,
        "shown": arm.shown,
        "placebo": _estimate_row(arm.placebo),
    }


def _plan_row(found: PlanOnRecord) -> dict[str, Any]:
    """The plan that holds as plain data, and how it was registered."""
    return {
        "evaluate_after": list(found.plan.months),
        "primary_unit": found.plan.unit and str(found.plan.unit),
        "design": found.plan.design and str(found.plan.design),
        "one_sided": found.plan.one_sided,
        "would_decide": found.plan.decision,
        "afterwards": found.afterwards,
        "changed": found.later is not None,
    }


def _locations_row(sites: Sites | None) -> dict[str, list[Any]]:
    """Treated locations, controls, and those left out with the reason."""
    return {
        "treated_locations": list(sites.treated) if sites else [],
        "control_locations": list(sites.controls) if sites else [],
        "left_out": [
            {"location": left_out.location, "why": str(left_out.why)}
            for left_out in (sites.left_out if sites else ())
        ],
    }


def _estimate_row(estimate: Interval | None) -> dict[str, float | None]:
    numbers = {name: getattr(estimate, name, math.nan) for name in ("value", "low", "high")}
    return {name: float(n) if math.isfinite(n) else None for name, n in numbers.items()}


def _lines(session: CommandSession, evaluations: list[Evaluation], every: Portfolio) -> list[str]:
    header = [
        session.t("cli.waterbed.intervention"),
        session.t("cli.waterbed.verdict"),
        *(session.t(f"waterbed.parts.{part}") for part in PARTS),
        session.t("cli.waterbed.quotient"),
    ]
    rows = [
        [
            evaluation.intervention.code,
            texts.short_verdict(evaluation, session.lang),
            *(_effect(session, evaluation, part) for part in PARTS),
            _quotient(session, evaluation),
        ]
        for evaluation in evaluations
    ]
    lines = [*table(header, rows, right=range(2, 6)), "", texts.many(every, session.lang)]
    for evaluation in evaluations:
        intervention = evaluation.intervention
        lines += ["", f"{intervention.code}: {intervention.title}"]
        lines += [texts.verdict(evaluation, session.lang)]
        if not evaluation.excused:
            lines += texts.plan_remarks(evaluation, session.lang)
        lines += _arm_lines(session, evaluation)
        lines += texts.standing(evaluation, every, session.lang)
        lines += texts.remarks(evaluation, session.lang)
    return lines


def _arm_lines(session: CommandSession, evaluation: Evaluation) -> list[str]:
    """What each arm of a measure changed."""
    rows = of_arms.effect_rows(evaluation, session.lang)
    if not rows:
        return []
    header = [session.t(f"waterbed.arms.heads.{name}") for name in of_arms.EFFECTS]
    return ["", *table(header, [list(row) for row in rows], right=sorted(of_arms.RIGHT)), ""]


def _effect(session: CommandSession, evaluation: Evaluation, part: str) -> str:
    estimate = getattr(texts.told(evaluation), part, None)
    return "" if estimate is None else texts.effect_text(estimate, evaluation.unit, session.lang)


def _quotient(session: CommandSession, evaluation: Evaluation) -> str:
    quotient = getattr(texts.told(evaluation), "quotient", None)
    if quotient is None or math.isnan(quotient.value):
        return ""
    numbers = (quotient.value, quotient.low, quotient.high)
    value, low, high = (texts.share(number, session.lang) for number in numbers)
    return f"{value} ({session.t('waterbed.between', low=low, high=high)})"


@command("assign")
def assign(
    session: CommandSession,
    intervention: Annotated[str, typer.Argument(metavar="INTERVENTION")],
    arm: Annotated[list[str], typer.Option("--arm", metavar="NAME=MESSAGE")],
    scheme: Annotated[Scheme, typer.Option("--scheme", metavar="|".join(Scheme))] = Scheme.PAIRS,
    steps: Annotated[int, typer.Option("--steps", min=2)] = 3,
    every: Annotated[int, typer.Option("--every", min=1, max=12)] = 3,
    seed: Annotated[str, typer.Option("--seed")] = "",
    book: Annotated[bool, typer.Option("--book")] = False,
    who: Who = "",
) -> None:
    """Draw which locations of a measure get what, and register that when asked."""
    from nami_monitor.ingest.book.manual_entry import enter_together  # noqa: PLC0415 - as above

    signed = session.signed_by(who) if book else ""
    with session.open_store() as store:
        with store.read() as db:
            (one,) = chosen(interventions_of(db), [intervention])
            data = read_panel_data(db, [one.category], one.named_products)
            places = names(db, "location", list(data.locations), session.lang)
        proposal = propose(
            one,
            data,
            of_arms.messages("\n".join(arm)),
            scheme,
            seed or new_seed(),
            date.today(),  # noqa: DTZ011 - the user's own calendar
            steps=steps,
            every=every,
        )
        rows = of_arms.as_rows(one.code, proposal.assignment)
        if book:
            enter_together(store, "assignments", rows, signed)
    header = [session.t(f"waterbed.arms.heads.{name}") for name in of_arms.PLACES]
    written = of_arms.place_rows(proposal.assignment, places, proposal, session.lang)
    lines = table(header, [["" if cell is None else str(cell) for cell in row] for row in written])
    lines += of_arms.left_out(proposal, session.lang)
    lines.append(session.t("measures.arms.booked" if book else "cli.assign.not_booked"))
    session.show([{**row, "level": proposal.levels[row["location_id"]]} for row in rows], lines)


@command("plan-pilot")
def plan_pilot(
    session: CommandSession,
    category: Annotated[str, typer.Option("--category", metavar="CODE")],
    channel: Annotated[str, typer.Option("--channel", metavar="CHANNEL")],
    substitute: Annotated[list[str], typer.Option("--substitute", metavar="CHANNEL")],
    reduction: Annotated[float, typer.Option("--reduction", min=0.01, max=1)],
    location: Annotated[list[str] | None, typer.Option("--location", metavar="CODE")] = None,
    group: Annotated[list[str] | None, typer.Option("--group", metavar="GROUP")] = None,
    product: Annotated[list[str] | None, typer.Option("--product", metavar="NUMBER")] = None,
    substitute_product: Annotated[
        list[str] | None, typer.Option("--substitute-product", metavar="NUMBER")
    ] = None,
    months: Annotated[int, typer.Option("--months", min=1, max=60)] = 12,
    quotient: Annotated[float, typer.Option("--quotient", min=0, max=2)] = 0.7,
    anticipation: Annotated[int, typer.Option("--anticipation", min=0, max=24)] = 1,
    may_spread: Annotated[bool, typer.Option("--may-spread")] = False,
    most_sites: Annotated[int, typer.Option("--most-sites", min=1, max=10)] = 5,
    most_months: Annotated[int, typer.Option("--most-months", min=1, max=60)] = 24,
    most_groups: Annotated[int, typer.Option("--most-groups", min=1, max=5)] = 3,
    unit: UnitOption = EffectUnit.BASE,
) -> None:
    """Estimate what a pilot could show, and which designs show more."""
    products, substitutes = tuple(product or ()), tuple(substitute_product or ())
    with session.read() as db:
        _refuse("category", [category], measures.categories(db))
        offered = measures.offered(db, category)
        _refuse("channel", [channel, *substitute], offered.channels)
        known = [product.code for product in offered.of(offered.channels)]
        _refuse("product", [*products, *substitutes], known)
        draft = measures.as_intervention(
            {
                "category": category,
                "target_channel": channel,
                "substitute_channels": tuple(dict.fromkeys(substitute)),
                "locations": _pilot_locations(offered.locations, location or (), group or ()),
                "planned_reduction": reduction,
                "products": products,
                "substitute_products": substitutes,
                "anticipation_months": anticipation,
                "may_spread": may_spread,
            }
        )
        data = read_panel_data(db, [category], draft.named_products)
        affordable = Affordable(most_sites, most_months, most_groups)
        groups = measures.product_groups(offered, [channel, *substitute])
        pilot = assess_pilot(draft, data, Unit(unit), months, quotient, affordable, groups)
    session.show(_pilot_row(session, pilot), _pilot_lines(session, pilot))


def _pilot_locations(
    locations: Sequence[measures.MeasureOption], codes: Sequence[str], groups: Sequence[str]
) -> tuple[str, ...]:
    """The locations of a pilot, from codes and groups; at least one."""
    _refuse("location", codes, [location.code for location in locations])
    _refuse("group", groups, {location.group for location in locations if location.group})
    in_groups = (location.code for location in locations if location.group in set(groups))
    named = {*codes, *in_groups}
    if not named:
        raise UserError("pilot.no_locations")
    return tuple(sorted(named))


def _refuse(what: str, named: Sequence[str], known: Collection[str]) -> None:
    for name in named:
        refuse_unknown("pilot.unknown", name, sorted(known), what=what)


def _pilot_row(session: CommandSession, pilot: Pilot) -> dict[str, Any]:
    """A pilot as plain data; shares lie between 0 and 1, amounts are per month."""
    draft = pilot.intervention
    return {
        "category": draft.category,
        "target_channel": draft.target_channel,
        "substitute_channels": list(draft.substitute_channels),
        "unit": str(pilot.unit),
        "planned_reduction": draft.planned_reduction,
        "anticipation_months": draft.anticipation_months,
        **(_pilot_plan_row(pilot.plan) if pilot.plan else {}),
        "recommended": [
            {
                "claim": str(advised.claim),
                "enough": bool(advised.enough),
                "designs": [_design_row(pilot, one) for one in advised.designs],
            }
            for advised in pilot.recommendations
        ],
        "reasons": list(texts.remarks(pilot, session.lang)),
        "advice": list(texts.pilot_advice(pilot, session.lang)),
        **_locations_row(pilot.sites),
        "sentence": texts.pilot_headline(pilot, session.lang),
    }


def _pilot_plan_row(plan: PilotPlan) -> dict[str, Any]:
    return {name: value for name, value in asdict(plan).items() if name != "cautions"}


def _design_row(pilot: Pilot, one: PlannedDesign) -> dict[str, Any]:
    """A design as plain data, with what it takes and its chances."""
    return {
        **asdict(one.design),
        "effort": one.design.effort,
        "locations": list(pilot.sites_of(one.design)),
        "product_groups": list(pilot.groups_of(one.design)),
        **_pilot_plan_row(one.plan),
    }


def _pilot_lines(session: CommandSession, pilot: Pilot) -> list[str]:
    lang = session.lang
    lines = [texts.pilot_headline(pilot, lang)]
    if pilot.plan and pilot.planned:
        lines.append(texts.pilot_assumptions(pilot.plan, pilot.unit, lang))
    designs = texts.offered_designs(pilot, lang)
    if designs:
        keys = ("design", "cost", "decrease", "waterbed", "net", "smallest")
        header = ["", *(session.t(f"pilot.table.{key}") for key in keys)]
        rows = [
            [
                name,
                texts.design_words(one.design, lang),
                texts.design_cost(one.design, lang),
                *texts.pilot_chances(one.plan, lang),
                texts.smallest_quotient_text(one.plan, lang),
            ]
            for name, one in designs
        ]
        lines += ["", *table(header, rows, right=range(3, 1 + len(keys))), ""]
        lines += [
            f"{name}. {remark}"
            for name, one in designs[1:]
            if (remark := texts.design_remark(pilot, one.design, lang))
        ]
    return [*lines, *texts.remarks(pilot, lang), *texts.pilot_advice(pilot, lang)]
