"""The change of a figure in sentences, with its contributions named and written."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from nami_monitor.core.words import Direction
from nami_monitor.i18n import formats, text
from nami_monitor.kpis import Ask, Kpi, KpiResult
from nami_monitor.kpis.sentences import (
    activity_of,
    difference_text,
    figure_name,
    figure_text,
    flags_text,
    names,
    reason_sentence,
)
from nami_monitor.kpis.why import Against, Explanation, why
from nami_monitor.store import Transaction

LEADING = 2
"""How many contributions the sentence names."""


class Effect(StrEnum):
    """The effect of a contribution, judged by the KPI's direction."""

    BETTER = "better"
    WORSE = "worse"
    UP = "up"
    DOWN = "down"
    NONE = "none"


@dataclass(frozen=True)
class ContributionLine:
    """A contribution with its name and effect.

    Args:
        before: its own figure before, in the unit of the KPI.
        after: likewise.
        amount: what it contributed, in the unit of the KPI.
        within: of that, by the change of its own figure; None where that says nothing.
        mix: of that, because it weighs more or less in the whole; likewise.
        where: the filters that lead to its own trend; None for what is added up.
    """

    name: str
    amount: float
    effect: Effect
    before: float | None = None
    after: float | None = None
    within: float | None = None
    mix: float | None = None
    where: Mapping[str, tuple[str, ...]] | None = None


@dataclass(frozen=True)
class Explained:
    """An explanation with its sentences.

    Args:
        lines: its parts, largest first, what is added up last; they add up to the change.
        sentence: the change in a sentence; where nothing is split, why not.
        notes: what a reader must know beside it.
        lists: headings with the articles that came and went.
    """

    why: Explanation
    lines: tuple[ContributionLine, ...]
    sentence: str
    notes: tuple[str, ...] = ()
    lists: Mapping[str, tuple[str, ...]] | None = None


def explain(
    db: Transaction, kpi: Kpi, ask: Ask, dimension: str, against: Against, lang: str
) -> Explained:
    """Explain the change to a period, split by a dimension, in sentences.

    Raises:
        UserError: as ``why`` says.
    """
    found = why(db, kpi, ask, dimension, against)
    if found.lacking:
        return Explained(found, (), _lacking(found, found.lacking, lang))
    keys = [one.key for one in found.slices]
    called = names(db, found.dimension, [*keys, *found.came, *found.went], lang)
    lines = tuple(
        ContributionLine(
            *(called[one.key], float(one.amount), effect(kpi, one.amount)),
            *(_float(one.before), _float(one.after)),
            *(
                _float(one.within if found.mixes else None),
                _float(one.mix if found.mixes else None),
            ),
            found.filters_of(one),
        )
        for one in found.slices
    )
    lists = {}
    if found.came or found.went:
        moved = {"came": found.came, "went": found.went}
        lists = {
            text(f"why.articles.{name}", lang): tuple(called[key] for key in keys)
            for name, keys in moved.items()
            if keys
        }
        lines = tuple(_moved(kpi, name, keys, lang) for name, keys in moved.items() if keys)
    lines += _others(found, lang)
    return Explained(found, lines, _sentence(found, lines, lang), _notes(found, lang), lists)


def effect(kpi: Kpi, amount: Fraction | float) -> Effect:
    """Whether a contribution made the figure better or worse."""
    if not amount:
        return Effect.NONE
    if kpi.better is Direction.NEUTRAL:
        return Effect.UP if amount > 0 else Effect.DOWN
    return Effect.BETTER if (amount > 0) == (kpi.better is Direction.UP) else Effect.WORSE


def amount_text(found: Explanation, amount: float, lang: str, *, bare: bool = False) -> str:
    """A contribution with its sign and unit, or without the unit where it is named elsewhere."""
    activity = activity_of(found.after, lang)
    return formats.signed_quantity(
        _rounded(amount), found.kpi.unit, lang, activity=activity, bare=bare
    )


def line_amount_text(
    found: Explanation, line: ContributionLine, lang: str, *, bare: bool = False
) -> str:
    """The contribution of a line that stands beside its figures before and after.

    It is their difference, unless groups weigh more or less in the whole as well.
    """
    if found.mixes or line.before is None or line.after is None:
        return amount_text(found, line.amount, lang, bare=bare)
    unit, activity = found.kpi.unit, activity_of(found.after, lang)
    return formats.difference(line.before, line.after, unit, lang, activity=activity, bare=bare)


def whole_text(explained: Explained, lang: str) -> str:
    """The sentence that says what the contributions add up to."""
    found = explained.why
    amounts = [_rounded(line.amount) for line in explained.lines]
    whole = float(found.change or 0)
    key = "exact" if formats.add_up(amounts, _rounded(whole), found.kpi.unit) else "exact_rounded"
    return text(f"why.{key}", lang, change=amount_text(found, whole, lang))


def _rounded(amount: float) -> float:
    """Round off the noise of floating-point sums."""
    return float(f"{amount:.12g}")


def _float(amount: Fraction | None) -> float | None:
    return None if amount is None else float(amount)


def _moved(kpi: Kpi, name: str, keys: tuple[str, ...], lang: str) -> ContributionLine:
    amount = len(keys) if name == "came" else -len(keys)
    return ContributionLine(text(f"why.articles.{name}", lang), amount, effect(kpi, amount))


def _others(found: Explanation, lang: str) -> tuple[ContributionLine, ...]:
    others = found.others
    if others is None:
        return ()
    said, way = text("why.others", lang, n=others.count), effect(found.kpi, others.amount)
    within, mix = (others.within, others.mix) if found.mixes else (None, None)
    return (
        ContributionLine(said, float(others.amount), way, within=_float(within), mix=_float(mix)),
    )


def _sentence(found: Explanation, lines: tuple[ContributionLine, ...], lang: str) -> str:
    said = text(
        "why.sentence",
        lang,
        name=figure_name(found.after, lang),
        before=figure_text(found.before, lang),
        before_period=formats.period(found.before.period, lang),
        after=figure_text(found.after, lang),
        after_period=formats.period(found.after.period, lang),
        change=_change(found, lang),
    )
    if found.came or found.went:
        moved = {"came": len(found.came), "went": len(found.went)}
        parts = [text(f"why.moved.{name}", lang, n=n) for name, n in moved.items()]
        return " ".join([said, *parts])
    first = [line for line in lines if line.where is not None and line.amount][:LEADING]
    if not first:
        return said
    led = [f"{line.name} ({amount_text(found, line.amount, lang)})" for line in first]
    return f"{said} {text('why.most', lang, n=len(led), named='; '.join(led))}"


def _change(found: Explanation, lang: str) -> str:
    """The difference of the two figures."""
    if not found.change:
        return text("why.same", lang)
    return difference_text(found.before, found.after, lang)


def _lacking(found: Explanation, lacking: KpiResult, lang: str) -> str:
    """Why a change is not split; names the earlier period if that lacks a figure."""
    reason = reason_sentence(lacking, lang) or ""
    if lacking.period == found.before.period:
        period = formats.period(lacking.period, lang)
        return text("why.lacking", lang, period=period, reason=reason)
    return reason


def _notes(found: Explanation, lang: str) -> tuple[str, ...]:
    flags = flags_text(found.flags, lang)
    notes = [text("why.flags", lang, flags=flags)] if flags else []
    if found.others and found.others.hidden:
        notes.append(text("why.hidden", lang, n=found.others.hidden))
    if found.mixes:
        notes.append(text("why.mixes", lang))
    elif found.kpi.is_ratio:
        notes.append(text("why.shared", lang))
    return tuple(notes)
