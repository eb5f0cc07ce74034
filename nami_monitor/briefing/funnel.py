"""Locations in a funnel plot: which differ by more than size and chance explain."""

from dataclasses import dataclass, replace
from typing import Final

from nami_monitor.briefing.why import Effect, effect
from nami_monitor.core.thresholds import FUNNEL_LOCATIONS
from nami_monitor.core.words import Flag, State, Unit
from nami_monitor.i18n import text
from nami_monitor.kpis import Ask, Kpi, KpiResult, Reason, compute
from nami_monitor.kpis.questions import RELATIONS
from nami_monitor.kpis.sentences import names, reason_sentence
from nami_monitor.signals.funnel import (
    Funnel,
    FunnelLocation,
    FunnelPoint,
    NoFunnel,
    RatioKind,
    Zone,
    funnel,
)
from nami_monitor.store import Transaction
from nami_monitor.store.rollups import is_sum

KINDS: Final = {
    Unit.PER_1000_UNIT_YEARS: RatioKind.RATE,
    Unit.COUNT_PER_ACTIVITY: RatioKind.RATE,
    Unit.BASE_PER_ACTIVITY: RatioKind.AMOUNT,
    Unit.EUR_PER_ACTIVITY: RatioKind.AMOUNT,
    Unit.KG_PER_ACTIVITY: RatioKind.AMOUNT,
    Unit.PERCENT: RatioKind.AMOUNT,
    Unit.YEARS: RatioKind.AMOUNT,
}
"""What a ratio in a unit is; a percentage of counts is a proportion."""

COUNTED: Final = frozenset(
    f"sum({name})" for name in ("requests", "decided", "resolved", "blocked", "refurbished",
                                "retired", "retired_early", "retired_warranted")
)  # fmt: skip
"""Sums of things that are counted one by one."""

ABOVE: Final = frozenset({Zone.ABOVE_LIMIT, Zone.ABOVE_WARNING})
OUTSIDE: Final = frozenset({Zone.ABOVE_LIMIT, Zone.BELOW_LIMIT})
DOUBTFUL: Final = frozenset({Zone.ABOVE_WARNING, Zone.BELOW_WARNING})

NAMED: Final = 8
"""How many locations the sentence names."""


@dataclass(frozen=True)
class FunnelSite:
    """A location in the funnel plot; ``remark`` says why one without a ``point`` is not compared.

    ``effect`` is better or worse than the whole, where it lies outside.
    """

    location: str | None
    name: str
    result: KpiResult
    point: FunnelPoint[str | None] | None
    effect: Effect
    remark: str


@dataclass(frozen=True)
class FunnelComparison:
    """The locations of one period against the limits of the funnel.

    Args:
        whole: the figure of all together.
        funnel: the limits, in numerator over denominator; None where there are none.
        sites: every location with data that may be shown, those that stand out first.
        hidden: how many are hidden to protect persons.
        sentence: what the comparison says, or why there is none.
    """

    kpi: Kpi
    whole: KpiResult
    funnel: Funnel[str | None] | None
    sites: tuple[FunnelSite, ...]
    hidden: int
    sentence: str


def kind_of(kpi: Kpi) -> RatioKind | None:
    """The kind of ratio of a KPI by location; None if a funnel does not suit it."""
    placed = any("location" in RELATIONS[name].dimensions for name in kpi.reads)
    if not placed or not kpi.is_ratio or not kpi.over_time.divides_sums:
        return None
    if {kpi.numerator, kpi.denominator} <= COUNTED:
        return RatioKind.PROPORTION
    return KINDS.get(kpi.unit)


def compare(db: Transaction, kpi: Kpi, ask: Ask, lang: str) -> FunnelComparison:
    """Set the locations of the last period of a question against limits for their size.

    In a sum of organisations these are what is compared.

    Raises:
        UserError: as ``compute`` says.
        ValueError: ``kind_of`` gives the KPI no kind.
    """
    kind = kind_of(kpi)
    if kind is None:
        raise ValueError(kpi.code)
    (whole,) = compute(db, kpi, replace(ask, last=1, by=()))
    by = "group" if is_sum(db) else "location"
    results = compute(db, kpi, replace(ask, last=1, by=(by,)))
    shown = [one for one in results if Flag.SMALL_CELL not in one.flags and _there(one)]
    hidden = sum(Flag.SMALL_CELL in one.flags for one in results)
    places = [
        FunnelLocation(one.keys[by], one.numerator or 0.0, one.denominator)
        for one in shown
        if one.state is State.VALUE
    ]
    told = funnel(kind, places)
    points = {} if isinstance(told, NoFunnel) else {point.key: point for point in told.points}
    called = names(db, by, [one.keys[by] for one in shown], lang)
    sites = [
        _site(kpi, one, points.get(one.keys[by]), (one.keys[by], called[one.keys[by]]), lang)
        for one in shown
    ]
    sites.sort(key=lambda site: -abs(site.point.z or 0.0) if site.point else 0.0)
    limits = None if isinstance(told, NoFunnel) else told
    made = FunnelComparison(kpi, whole, limits, tuple(sites), hidden, sentence="")
    return replace(made, sentence=_sentence(made, len(places), lang))


def _there(result: KpiResult) -> bool:
    """Whether a location has data in the period."""
    return result.reason is None or result.reason.key not in {"no_data", "not_begun"}


def _site(
    kpi: Kpi,
    result: KpiResult,
    point: FunnelPoint[str | None] | None,
    called: tuple[str | None, str],
    lang: str,
) -> FunnelSite:
    way = 0.0
    if point and point.zone in OUTSIDE:
        way = 1.0 if point.zone in ABOVE else -1.0
    remark = reason_sentence(result, lang) or ""
    return FunnelSite(*called, result, point, effect(kpi, way), remark)


def _sentence(made: FunnelComparison, count: int, lang: str) -> str:
    """The comparison in sentences."""
    if made.funnel is None:
        return _why_not(made, count, lang)
    zones = {site.location: site.point.zone for site in made.sites if site.point}
    outside = [site for site in made.sites if zones.get(site.location) in OUTSIDE]
    doubtful = sum(zone in DOUBTFUL for zone in zones.values())
    said = []
    if outside:
        ways = ["higher" if zones[site.location] in ABOVE else "lower" for site in outside]
        named = [
            text(f"funnel.{way}", lang, name=site.name)
            for site, way in zip(outside[:NAMED], ways, strict=False)
        ]
        more = len(outside) - len(named)
        named += [text("funnel.more", lang, n=more)] if more else []
        said.append(text("funnel.outside", lang, n=len(outside), of=count, named="; ".join(named)))
    else:
        said.append(text("funnel.inside", lang, n=count))
    if doubtful:
        said.append(text("funnel.doubtful", lang, n=doubtful))
    said.append(text("funnel.no_league", lang))
    if made.hidden:
        said.append(text("funnel.hidden", lang, n=made.hidden))
    return " ".join(said)


def _why_not(made: FunnelComparison, count: int, lang: str) -> str:
    """Why there is no funnel: no figures at all, or too few locations."""
    if not count and made.whole.reason:
        return reason_sentence(made.whole, lang) or ""
    values = {"count": count, "least": int(FUNNEL_LOCATIONS.value)}
    reason = Reason(NoFunnel.TOO_FEW_LOCATIONS, values)
    return reason_sentence(replace(made.whole, reason=reason), lang) or ""
