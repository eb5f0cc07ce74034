"""Interventions and pilots in sentences: verdict, cautions, figures, chances, what is lacking."""

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from string import ascii_uppercase
from types import MappingProxyType
from typing import Any, Final

from nami_monitor.briefing import arms as texts
from nami_monitor.core.errors import short as shortened
from nami_monitor.core.periods import add_months
from nami_monitor.core.thresholds import PLAN_POWER
from nami_monitor.core.words import PlanState, Unit, Verdict, Why
from nami_monitor.i18n import formats, text, word
from nami_monitor.kpis.interventions.comparison import Destination, DestinationKind
from nami_monitor.kpis.interventions.evaluation import MOVED, Evaluation, Portfolio
from nami_monitor.kpis.interventions.panel_data import PanelData
from nami_monitor.kpis.interventions.pilot import Pilot
from nami_monitor.kpis.interventions.plans import (
    EvaluationPlan,
    FrozenVerdict,
    Missing,
    PlanOnRecord,
)
from nami_monitor.kpis.interventions.register import Intervention, Limitation
from nami_monitor.kpis.sentences import reason_text
from nami_monitor.waterbed.outputs import WITHOUT_QUOTIENT, Caution, Estimate, PilotPlan, Result
from nami_monitor.waterbed.planning import PilotDesign, PlannedDesign, Recommendation
from nami_monitor.waterbed.verdicts import CLAIMS

BOTH: Final[Mapping[tuple[Verdict, ...], str]] = {
    (Verdict.WATERBED_SHOWN, Verdict.NET_REDUCTION_SHOWN): "waterbed_and_net",
    (Verdict.WATERBED_SHOWN, Verdict.BACKFIRE_SHOWN): "backfire_shown",
}
"""Verdicts that hold together, and the sentence for both."""

LACKING: Final = {
    Why.FEW_PRE_MONTHS: "pre_months",
    Why.FEW_CONTROLS: "controls",
    Why.FEW_POST_MONTHS: "post_months",
    Why.FEW_ORDER_MONTHS: "order_months",
    Why.RARE_ORDERS: "rare_orders",
}
"""Data that an estimate or a plan lacks, and the sentence that says what to do."""

MOST_CHARTED: Final = 12
"""More destinations than this are named in the table only."""

MOST_NAMED: Final = 8
"""More locations than this are named in the table only."""


def verdict(evaluation: Evaluation, lang: str) -> str:
    """What may be said, in one or two sentences; nothing beyond the verdict.

    Before the evaluation that is how far it is, and when the verdict comes. Where the strategy does
    not apply to the category: that, with why and when to look again.
    """
    if evaluation.excused:
        return reason_text(evaluation.excused, lang)
    if evaluation.frozen is not None:
        return _verdict(evaluation.frozen, lang)
    state, due = evaluation.judgement.state, formats.long_month(evaluation.due, lang)
    if state is PlanState.PROVISIONAL:
        return _so_far("running", evaluation, due, lang)
    late = _missing(evaluation.judgement.waiting, lang)
    said = text(f"waterbed.plan.{state}", lang, month=due, missing=late)
    return f"{said} {_so_far('so_far', evaluation, due, lang)}".strip()


def _verdict(frozen: FrozenVerdict, lang: str) -> str:
    """A verdict that was written down."""
    if frozen.missing:
        month = formats.long_month(frozen.month, lang)
        late = _missing(frozen.missing, lang)
        return text("waterbed.plan.not_delivered", lang, month=month, missing=late)
    held, quotient = frozen.verdicts, frozen.quotient
    if frozen.arms:
        said = texts.verdict(frozen.arms, lang)
        if not WITHOUT_QUOTIENT.isdisjoint(held):
            return said
        return f"{said} {text(f'waterbed.verdicts.{BOTH.get(held, held[-1])}', lang)}"
    sentences = [text(f"waterbed.verdicts.{BOTH.get(held, held[-1])}", lang)]
    if quotient is not None:
        key = "negative" if quotient.value < 0 else "quotient"
        key = key if _bounded(quotient) else f"{key}_open"
        sentences.append(text(f"waterbed.verdicts.{key}", lang, **_per_hundred(quotient, lang)))
    return " ".join(sentences)


def _so_far(key: str, evaluation: Evaluation, month: str, lang: str) -> str:
    """The figures up to now, none of which is a verdict, in one of the sentences of the plan."""
    one, last, quotient = evaluation.intervention, evaluation.last_month, evaluation.quotient
    if last is not None and one.start_month > last:
        start = formats.day(one.starts_on, lang)
        return text("waterbed.plan.ahead", lang, start=start, month=month)
    if evaluation.arms:
        arms = texts.so_far(evaluation.arms, lang)
        return text(f"waterbed.plan.{key}.arms", lang, month=month, arms=arms)
    if quotient is not None and _bounded(quotient) and quotient.value >= 0:
        values = _per_hundred(quotient, lang)
        return text(f"waterbed.plan.{key}.quotient", lang, month=month, **values)
    if evaluation.result is not None and evaluation.result.net is not None:
        net = effect_text(evaluation.result.net, evaluation.unit, lang)
        return text(f"waterbed.plan.{key}.net", lang, month=month, net=net)
    return text("waterbed.plan.running.nothing", lang, month=month) if key == "running" else ""


def _bounded(quotient: Estimate) -> bool:
    return math.isfinite(quotient.low) and math.isfinite(quotient.high)


def _per_hundred(quotient: Estimate, lang: str) -> dict[str, str]:
    """A quotient of every hundred that went away, with its limits; ``less`` if it is negative."""
    written = {
        name: _hundredths(getattr(quotient, name), lang) for name in ("value", "low", "high")
    }
    return written | {"less": _hundredths(-quotient.value, lang)}


def _missing(missing: Missing, lang: str) -> str:
    """What was not delivered, by source."""
    by_source: dict[str, list[date]] = {}
    for source, month in missing:
        by_source.setdefault(source, []).append(month)
    return "; ".join(
        text("waterbed.plan.source_month", lang, source=source, months=_months(months, lang))
        for source, months in by_source.items()
    )


def _months(months: Sequence[date], lang: str) -> str:
    return _listed([formats.month(month, lang) for month in months], lang)


def told(evaluation: Evaluation) -> Result | FrozenVerdict | None:
    """What holds the figures to show: the verdict in its unit, else the estimate of all months."""
    frozen = evaluation.frozen
    if frozen is not None and frozen.estimated and frozen.unit is evaluation.unit:
        return frozen
    return evaluation.result


def since_then(evaluation: Evaluation) -> Result | None:
    """The estimate of all months, where it says more than the verdict does."""
    frozen, last = evaluation.frozen, evaluation.last_month
    later = frozen is not None and last is not None and last > frozen.month
    return evaluation.result if later and evaluation.estimated else None


def plan_remarks(evaluation: Evaluation, lang: str) -> tuple[str, ...]:
    """What a reader must know of the plan and of the verdicts on record."""
    judged, one = evaluation.judgement, evaluation.intervention
    plan = judged.plan
    said = [
        *_on_verdicts(evaluation, lang),
        *texts.remarks(evaluation, lang),
        *_on_record(judged.record, lang),
    ]
    due = evaluation.due
    if judged.last is None and one.last_month is not None and one.last_month < due:
        said.append(_closed(one.last_month, due, lang))
    if plan.one_sided:
        said.append(text("waterbed.plan.one_sided", lang))
    if len(plan.months) > 1:
        said.append(text("waterbed.plan.several", lang, count=len(plan.months)))
    if plan.decision:
        said.append(text("waterbed.plan.decision", lang, decision=plan.decision))
    return tuple(said)


def _closed(ended: date, month: date, lang: str) -> str:
    return text(
        "waterbed.plan.closed",
        lang,
        ended=formats.long_month(ended, lang),
        month=formats.long_month(month, lang),
    )


def _on_verdicts(evaluation: Evaluation, lang: str) -> Iterable[str]:
    """What to know of the verdicts: of which month, made when, what came before and since."""
    judged, last = evaluation.judgement, evaluation.frozen
    if last is None:
        return
    month, day = formats.long_month(last.month, lang), formats.day(last.at, lang)
    yield text("waterbed.plan.of", lang, month=month, day=day)
    before = [each for each in judged.verdicts[:-1] if each.month == last.month]
    if before:
        who = last.who or text("waterbed.plan.by_delivery", lang)
        first = formats.day(before[-1].at, lang)
        short = _short(before[-1], lang)
        yield text("waterbed.plan.again", lang, who=who, short=short, day=first)
    latest = {each.month: each for each in judged.verdicts if each.month != last.month}
    for each in latest.values():
        earlier, short = formats.long_month(each.month, lang), _short(each, lang)
        yield text("waterbed.plan.earlier", lang, month=earlier, short=short)
    if judged.changed:
        yield text("waterbed.plan.changed", lang, months=_months(judged.changed, lang))
    if since_then(evaluation) is not None and evaluation.last_month is not None:
        until = formats.long_month(evaluation.last_month, lang)
        yield _so_far("since", evaluation, until, lang)
    ended = evaluation.intervention.last_month
    if ended is not None and ended < last.month:
        yield _closed(ended, last.month, lang)
    if judged.waiting:
        late, due = _missing(judged.waiting, lang), formats.long_month(evaluation.due, lang)
        yield text("waterbed.plan.waiting", lang, month=due, missing=late)
    elif judged.due is not None:
        yield text("waterbed.plan.next", lang, month=formats.long_month(judged.due, lang))


def _on_record(record: PlanOnRecord, lang: str) -> Iterable[str]:
    """What to know of the plans on record, and which of them holds."""
    held = plan_words(record.plan, lang)
    if record.before is not None:
        before = plan_words(record.before, lang)
        yield text("waterbed.plan.two_plans", lang, held=held, before=before)
    if record.afterwards:
        yield text("waterbed.plan.afterwards", lang)
    if record.later is not None and record.since is not None:
        key = "asked_later" if record.afterwards else "modified"
        day, later = formats.day(record.since, lang), plan_words(record.later, lang)
        yield text(f"waterbed.plan.{key}", lang, day=day, held=held, later=later)


def plan_words(plan: EvaluationPlan, lang: str) -> str:
    """The date, unit, sides and design of a plan."""
    *first, last = (formats.number(months, lang) for months in plan.months)
    months = text("waterbed.plan.and", lang, first=", ".join(first), last=last) if first else last
    sides = "one_sided" if plan.one_sided else "two_sided"
    words = text(
        "waterbed.plan.words",
        lang,
        months=months,
        unit=text(f"allowed.{plan.unit}.name" if plan.unit else "waterbed.plan.any_unit", lang),
        sides=text(f"allowed.{sides}.name", lang),
        design=text(
            f"allowed.{plan.design}.name" if plan.design else "waterbed.plan.any_design", lang
        ),
    )
    return f"{words}; {text('allowed.weighed.name', lang)}" if plan.weighed else words


def _hundredths(share: float, lang: str) -> str:
    return formats.number(100 * share, lang, decimals=0) if math.isfinite(share) else "-"


def short_verdict(evaluation: Evaluation, lang: str) -> str:
    """The verdicts in a few words; before the evaluation when they come."""
    if evaluation.excused:
        return text("words.not_applicable", lang)
    if evaluation.frozen is not None:
        return _short(evaluation.frozen, lang)
    month = formats.month(evaluation.due, lang)
    return text(f"waterbed.plan.short.{evaluation.judgement.state}", lang, month=month)


def _short(frozen: FrozenVerdict, lang: str) -> str:
    if frozen.arms:
        return texts.short(frozen.arms, lang)
    return ", ".join(text(f"waterbed.short.{held}", lang) for held in frozen.verdicts)


def many(found: Portfolio, lang: str) -> str:
    """What chance alone would show of so many evaluated measures; empty without any."""
    if not found.evaluated:
        return ""
    expected = formats.number(found.by_chance, lang, decimals=1 if found.by_chance >= 1 else 2)
    return text("waterbed.many.chance", lang, n=found.evaluated, expected=expected)


def standing(evaluation: Evaluation, found: Portfolio, lang: str) -> tuple[str, ...]:
    """Of each claim of a measure whether it also stands among all evaluated measures."""
    shown = () if evaluation.excused else evaluation.claims
    return tuple(
        text(
            f"waterbed.many.{'stands' if found.stands(evaluation, claim) else 'alone'}",
            lang,
            claim=text(f"waterbed.short.{claim}", lang),
            n=found.evaluated,
        )
        for claim in CLAIMS
        if claim in shown and found.evaluated > 1
    )


def amount(effect: Estimate, unit: Unit, lang: str) -> str:
    """An effect with its sign and unit, no finer than it is known."""
    return in_unit(formats.estimated(effect.value, effect.se, unit, lang), unit, lang)


def in_unit(written: str, unit: Unit, lang: str) -> str:
    """An effect as written, with its unit; a euro sign stands with it already."""
    if unit is Unit.EUR:
        return written
    return f"{written}{formats.NBSP}{formats.unit_label(unit, lang)}"


def interval(effect: Estimate, unit: Unit, lang: str) -> str:
    """The limits of an effect in words."""
    return text(
        "waterbed.between",
        lang,
        low=formats.estimated(effect.low, effect.se, unit, lang),
        high=formats.estimated(effect.high, effect.se, unit, lang),
    )


def effect_text(effect: Estimate, unit: Unit, lang: str) -> str:
    """An effect with its unit and its limits."""
    return f"{amount(effect, unit, lang)} ({interval(effect, unit, lang)})"


def mean_effects(evaluation: Evaluation, lang: str) -> tuple[str, str, str]:
    """Gross, spill-over and net effect of an evaluation that has them, each with its limits."""
    parts = (getattr(evaluation.result, part) for part in ("gross", "spill", "net"))
    gross, spill, together = (effect_text(part, evaluation.unit, lang) for part in parts)
    return gross, spill, together


def holds_zero(effect: Estimate) -> bool:
    """Whether neither a decrease nor a rise is shown."""
    return effect.low <= 0 <= effect.high


def share(value: float, lang: str) -> str:
    """A quotient or one of its limits, as a percentage; without bound in words."""
    if not math.isfinite(value):
        return text("waterbed.no_limit", lang)
    return formats.percent(100 * value, lang, decimals=0)


def limitation_sentence(limitation: Limitation, lang: str) -> str:
    """What was left out of a comparison, or stands in its way."""
    values = {name: _written(name, value, lang) for name, value in limitation.values.items()}
    return text(f"waterbed.notes.{limitation.key}", lang, **values)


def moved(evaluation: Evaluation, lang: str) -> tuple[str, ...]:
    """Why the effect is not given in base units or in the unit of the plan; empty where it is."""
    return tuple(
        limitation_sentence(each, lang) for each in evaluation.limitations if each.key in MOVED
    )


def caution_sentence(caution: Caution, locations: Sequence[str], lang: str) -> str:
    """What the estimator found missing, or warns of, with the locations of its arrays."""
    of_groups = caution.key in {Why.UNTOUCHED_TOUCHED, Why.UNTOUCHED_MISSING}
    named = () if of_groups else tuple(locations[at] for at in caution.locations)
    return text(
        f"waterbed.why.{caution.key}",
        lang,
        seen=number(caution.seen, lang),
        needed=number(caution.needed, lang),
        locations=_listed(named, lang) if named else "-",
    )


def remarks(found: Evaluation | Pilot, lang: str) -> tuple[str, ...]:
    """Everything that a reader must know; where something stands in the way, only that."""
    stops = [limitation for limitation in found.limitations if limitation.stops]
    sentences = [
        *(caution_sentence(caution, found.locations, lang) for caution in found.cautions),
        *(limitation_sentence(each, lang) for each in stops or found.limitations),
    ]
    return tuple(dict.fromkeys(sentences))


def lacking(cautions: Iterable[Caution], room: str, lang: str) -> list[str]:
    """What data would be needed, in sentences of the catalogue ``waterbed`` or ``pilot``."""
    return [
        text(
            f"{room}.more.{LACKING[caution.key]}",
            lang,
            seen=number(caution.seen, lang),
            needed=number(caution.needed, lang),
        )
        for caution in cautions
        if caution.key in LACKING
    ]


def what_would_show_more(evaluation: Evaluation, lang: str) -> tuple[str, ...]:
    """What would be needed to say more than the verdict does."""
    result = evaluation.result
    if result is None:
        return ()
    sentences = lacking(result.cautions, "waterbed", lang)
    if sentences or not evaluation.estimated:
        return tuple(sentences)
    if Verdict.NET_REDUCTION_SHOWN in evaluation.claims and len(evaluation.claims) > 1:
        return (text("waterbed.more.none", lang),)
    quotient = result.quotient
    if quotient is not None and math.isfinite(quotient.high - quotient.low):
        width = formats.number(100 * (quotient.high - quotient.low), lang, decimals=0)
        sentences.append(text("waterbed.more.width", lang, width=width))
        if quotient.high >= 1:
            sentences.append(text("waterbed.more.below", lang))
        elif quotient.low <= 0:
            sentences.append(text("waterbed.more.above", lang))
    treated = formats.number(len(result.treated), lang)
    return (
        *sentences,
        text("waterbed.more.locations", lang, treated=treated),
        text("waterbed.more.months", lang, post=formats.number(result.post_months, lang)),
        text("waterbed.more.planner", lang),
    )


def bias_points(bias: float, lang: str) -> str:
    """What a leak of a tenth would change, in percentage points."""
    return formats.signed(100 * bias / 10, lang, formats.points)


def location_roles(evaluation: Evaluation, lang: str) -> list[tuple[str, str, str]]:
    """Every location with its role, and why it was left out; those that were compared first.

    The role is ``treated``, ``control`` or ``out``; the reason is empty for none.
    """
    sites = evaluation.sites
    if sites is None:
        return []
    return [
        *((code, "treated", "") for code in sites.treated),
        *((code, "control", "") for code in sites.controls),
        *(
            (each.location, "out", text(f"waterbed.out.{each.why}", lang))
            for each in sites.left_out
        ),
    ]


def destination_rows(evaluation: Evaluation, lang: str) -> list[tuple[str, str, str, str, str]]:
    """Every destination: name, effect, interval, whether it is shown, whether it is corrected."""

    def answered(yes: object) -> str:
        return text(f"waterbed.went.{'yes' if yes else 'no'}", lang)

    rows = []
    for each in evaluation.destinations:
        effect, shown = (text("waterbed.went.unknown", lang), ""), ""
        if each.effect is not None:
            shown = answered(each.shown)
            effect = (
                amount(each.effect, evaluation.unit, lang),
                interval(each.effect, evaluation.unit, lang),
            )
        rows.append((destination_name(each, lang), *effect, shown, answered(each.corrected)))
    return rows


def charted_destinations(evaluation: Evaluation) -> tuple[Destination, ...]:
    """The destinations with an effect that a chart has room for: registered, shown, the largest."""

    def weight(each: Destination) -> tuple[bool, bool, float]:
        value = each.effect.value if each.effect else 0.0
        return each.kind is DestinationKind.REGISTERED, each.shown, abs(value)

    estimated = [each for each in evaluation.destinations if each.effect is not None]
    charted = sorted(estimated, key=weight, reverse=True)[:MOST_CHARTED]
    return tuple(each for each in estimated if each in charted)


def destination_name(destination: Destination, lang: str) -> str:
    """A destination of the demand, in words."""
    name, kind = destination.name, destination.kind
    if kind in {DestinationKind.REGISTERED, DestinationKind.SUBSTITUTE, DestinationKind.CHANNEL}:
        name = _channels(name.split(";"), lang)
    elif kind is DestinationKind.GROUP and not name:
        name = text("waterbed.kinds.no_group", lang)
    return text(f"waterbed.kinds.{kind}", lang, name=name)


def channel(code: str, lang: str, apart: str = "") -> str:
    """A channel by the catalogue's word for it, else its code.

    Where another channel, ``apart``, has the same name, the code stands behind it.
    """
    name = word(code, lang, f"codes.channel.{code}")
    alike = apart and apart != code and name == channel(apart, lang)
    return f"{name} ({code})" if alike else name


def back_through(measure: Intervention, lang: str) -> str:
    """The channels through which demand may come back, each told apart from where it was less."""
    target = measure.target_channel
    return ", ".join(channel(code, lang, target) for code in measure.substitute_channels)


def number(value: float | None, lang: str) -> str:
    """A number that decides something: whole, or with one decimal; a dash without one."""
    if value is None:
        return "-"
    return formats.number(value, lang, decimals=None if value % 1 == 0 else 1)


def _written(name: str, value: Any, lang: str) -> object:
    """The value of a placeholder, as people read it."""
    if name in WRITERS:
        return WRITERS[name](value, lang)
    if isinstance(value, date):
        return formats.day(value, lang)
    if isinstance(value, tuple):
        return _listed(
            [formats.month(v, lang) if isinstance(v, date) else str(v) for v in value], lang
        )
    return value


def _channels(codes: Collection[str], lang: str) -> str:
    return ", ".join(channel(code, lang) for code in codes)


WRITERS: Final[Mapping[str, Callable[[Any, str], str]]] = {
    "reading": lambda unit, lang: text(f"waterbed.readings.{unit}", lang),
    "asked": lambda unit, lang: text(f"waterbed.readings.{unit}", lang),
    "channel": channel,
    "channels": _channels,
    "grain": lambda grain, lang: text(f"reasons.grains.{grain}", lang),
    "month": formats.month,
    "share": share,
}
"""How values of limitations are written by name; any other is a day, a list or text already."""


def _listed(names: Sequence[str], lang: str) -> str:
    """The first few names, and how many more there are."""
    first = ", ".join(shortened(name) for name in names[:MOST_NAMED])
    more = len(names) - MOST_NAMED
    return text("waterbed.and_more", lang, some=first, n=more) if more > 0 else first


EVEN: Final = 0.5
"""A chance from here on is called even."""


def next_start(data: PanelData, category: str, today: date) -> date | None:
    """The first month after today and the order lines of a category; None without any."""
    cube = data.cubes.get(category)
    last = max(cube.months[-1], today.replace(day=1)) if cube else None
    return add_months(last, 1) if last else None


def pilot_chance(value: float, lang: str) -> str:
    """A chance in words, between below 1% and above 99%."""
    share = min(max(value, 0.01), 0.99)
    written = formats.percent(100 * share, lang, decimals=0)
    if value < share:
        return text("pilot.below", lang, share=written)
    return text("pilot.above", lang, share=written) if value > share else written


def pilot_chances(plan: PilotPlan, lang: str) -> tuple[str, str, str]:
    """The chances to show a decrease, a waterbed and a net reduction; empty without any."""
    values = (plan.chance_decrease, plan.chance_waterbed, plan.chance_net_reduction)
    decrease, shown, net = ("" if value is None else pilot_chance(value, lang) for value in values)
    return decrease, shown, net


def _odds(value: float) -> str:
    return "good" if value >= PLAN_POWER.value else "even" if value >= EVEN else "poor"


def pilot_headline(found: Pilot, lang: str) -> str:
    """What the pilot could show, in two sentences; one sentence where it has no chances."""
    plan = found.plan
    if plan is None or plan.chance_waterbed is None or plan.chance_net_reduction is None:
        return text("pilot.nothing", lang)
    seen, net = plan.chance_waterbed, plan.chance_net_reduction
    return " ".join(
        (
            text(f"pilot.waterbed.{_odds(seen)}", lang, chance=pilot_chance(seen, lang)),
            text(f"pilot.net.{_odds(net)}", lang, chance=pilot_chance(net, lang)),
        )
    )


def pilot_assumptions(plan: PilotPlan, unit: Unit, lang: str) -> str:
    """The assumptions of the chances: reduction, expected quotient, months and locations."""
    return text(
        "pilot.assumed",
        lang,
        reduction=formats.quantity(plan.reduction, unit, lang),
        back=formats.number(100 * plan.quotient, lang, decimals=0),
        post=formats.number(plan.post_months, lang),
        pre=formats.number(plan.pre_months, lang),
        n=plan.treated,
        controls=formats.number(plan.controls, lang),
    )


def smallest_quotient_text(plan: PilotPlan, lang: str) -> str:
    """The smallest leak that is shown in four of five cases; in words where it is beyond all."""
    least = plan.smallest_quotient
    if least is None or not math.isfinite(least):
        return text("pilot.smallest.none", lang)
    if least > 1:
        return text("pilot.smallest.beyond", lang)
    return formats.percent(100 * least, lang, decimals=0)


def pilot_advice(found: Pilot, lang: str) -> tuple[str, ...]:
    """What is missing where the pilot can show nothing, and what its designs come to."""
    if found.plan is None:
        return ()
    if not found.planned:
        return tuple(lacking(found.plan.cautions, "pilot", lang))
    return tuple(_advised(one, lang) for one in found.recommendations)


def _advised(found: Recommendation, lang: str) -> str:
    """How many designs show a claim often enough; else how often the best of them does."""
    claim = CLAIM_NAMES[found.claim]
    power = formats.percent(100 * PLAN_POWER.value, lang, decimals=0)
    if found.enough:
        cost = design_cost(found.enough[0].design, lang)
        return text(f"pilot.advice.{claim}.enough", lang, power=power, cost=cost)
    if found.best is None:
        return text("pilot.advice.no_designs", lang)
    chance = pilot_chance(found.best.chance(found.claim), lang)
    return text(f"pilot.advice.{claim}.best", lang, power=power, chance=chance)


CLAIM_NAMES: Final = {Verdict.WATERBED_SHOWN: "waterbed", Verdict.NET_REDUCTION_SHOWN: "net"}
"""The claims that a pilot is to show, as the catalogues name them."""


def design_words(design: PilotDesign, lang: str) -> str:
    """What a design is: locations, months, product groups, and how it is registered."""
    parts = [
        text("pilot.design.locations", lang, n=design.sites),
        text("pilot.design.months", lang, n=design.months),
    ]
    if design.groups > 1:
        parts.append(text("pilot.design.groups", lang, n=design.groups))
    if design.turn:
        parts.append(text("pilot.design.turns", lang, n=design.turn))
    if design.one_sided:
        parts.append(text("pilot.design.one_sided", lang))
    return ", ".join(parts)


def design_cost(design: PilotDesign, lang: str) -> str:
    """What a design takes: locations times months in which it is on, times product groups."""
    return text(
        "pilot.design.cost", lang, n=formats.number(design.effort, lang), count=design.effort
    )


def offered_designs(found: Pilot, lang: str) -> tuple[tuple[str, PlannedDesign], ...]:
    """The pilot as it was asked for, then what is recommended; each with a letter."""
    if found.plan is None or not found.planned:
        return ()
    own = PilotDesign(found.plan.post_months, sites=found.plan.treated)
    every = (PlannedDesign(own, found.plan), *found.offers)
    return tuple(
        (text("pilot.design.letter", lang, letter=ascii_uppercase[at]), one)
        for at, one in enumerate(every)
    )


def design_remark(
    found: Pilot, design: PilotDesign, lang: str, names: Mapping[str, str] = MappingProxyType({})
) -> str:
    """Which locations, by name where that is known, and product groups a design takes.

    Empty for the pilot that was asked for.
    """
    places = [names.get(code, code) for code in found.sites_of(design)]
    groups = found.groups_of(design)
    said = [text("pilot.design.places", lang, places=", ".join(places))] if places else []
    if groups:
        said.append(text("pilot.design.with_groups", lang, groups=", ".join(groups)))
    return " ".join(said)
