"""What a reader must know of a figure: total, interval, grade of evidence, coverage, flags."""

from collections.abc import Sequence
from typing import Any

from nami_monitor.briefing import wording
from nami_monitor.core.words import Evidence, State, Unit
from nami_monitor.i18n import formats
from nami_monitor.kpis import CATALOGUE, TRACED, KpiResult
from nami_monitor.kpis.result import absolute
from nami_monitor.kpis.sentences import bare_text, coverage_text, difference_text, limit_text
from nami_monitor.ui import links, words
from nami_monitor.ui.cards import Card, ComparedFigure
from nami_monitor.ui.links import Filters
from nami_monitor.ui.session import Session


def card(
    session: Session,
    result: KpiResult,
    where: Filters,
    beside: Sequence[ComparedFigure | None] = (),
    *,
    name: str = "",
    reason: str = "",
    step: str = "",
    **more: Any,
) -> Card:
    """The card of a figure: its total stands first among what it is compared with.

    Args:
        session: for the words.
        result: the figure.
        where: the filters of the question that gave it.
        beside: what else it is compared with.
        name: what it is called here, where that is not its own name.
        reason: why there is no value, where the figure does not say so itself.
        step: what would give a value.
        more: what else ``Card`` takes, of a figure with a value.
    """
    whole = total(session, result, where)
    every = tuple(each for each in (whole, *beside) if each)
    name = name or words.figure_name(session, result)
    strategy = session.t(f"strategies.{CATALOGUE[result.code].strategy}")
    if result.state is not State.VALUE or result.value is None:
        return Card(
            name,
            result.state,
            strategy=strategy,
            beside=every[:1] if whole else (),
            reason=reason or words.reason(session, result),
            next_step=step,
            undo=links.where_to_undo(session, result),
        )
    value, unit = split(session, result.value, result.unit, result.activity)
    return Card(
        name,
        strategy=strategy,
        value=value if result.low is None else bare_text(result, session.lang),
        unit=unit,
        beside=every,
        trace=links.trace_of_result(session, result, where),
        **more,
    )


def card_over_time(
    session: Session, results: Sequence[KpiResult], where: Filters, note: str
) -> Card:
    """The card of a figure of a register, drawn over its periods with the first beside the last.

    Args:
        session: for the words.
        results: the figure of each period, oldest first.
        where: the filters of the question that gave them.
        note: what a reader must know beside the value.
    """
    result, first, lang = results[-1], results[0], session.lang
    beside, more = None, dict[str, Any]()
    if len(results) > 1:
        name, value = words.figure_name(session, result), words.figure(session, result)
        more["spark_alt"] = session.t("notes.spark", name=name, value=value)
        more["spark"] = tuple(each.value for each in results)
    if len(results) > 1 and first.value is not None:
        beside = ComparedFigure(
            formats.period(first.period, lang),
            formats.figure(first.value, first.unit, lang),
            difference_text(first, result, lang),
            links.trace_of_result(session, first, where),
        )
    return card(session, result, where, [beside], note=note, **more)


def split(session: Session, value: float, unit: Unit, measure: str | None) -> tuple[str, str]:
    """A figure and what follows it; the signs of euro and percent stay with the figure.

    Args:
        session: for the words.
        value: in its unit.
        unit: of the figure.
        measure: the unit of activity that it is divided by; None for others.
    """
    activity = words.activity_name(session, measure)
    written = formats.figure(value, unit, session.lang)
    label = formats.unit_label(unit, session.lang, activity=activity)
    if label.startswith("€") and "€" not in written:
        label = label.removeprefix("€").strip()
        whole = formats.quantity(value, unit, session.lang, activity=activity)
        return whole.removesuffix(label).rstrip(), label
    return written, "" if label in {"€", "%"} else label


def total(session: Session, result: KpiResult, where: Filters) -> ComparedFigure | None:
    """The absolute figure beside one per activity, which is its numerator; None for others.

    Args:
        session: for the words.
        result: the figure.
        where: the filters of the question that gave it.
    """
    numerator = absolute(result)
    if numerator is None:
        return None
    written = formats.quantity(numerator.value, numerator.unit, session.lang)
    return ComparedFigure(
        session.t("notes.total"), written, trace=links.trace_of_result(session, result, where)
    )


def notes(session: Session, result: KpiResult) -> str:
    """What a reader must know beside a figure, as sentences; empty when that is nothing.

    Args:
        session: for the words.
        result: the figure.
    """
    sentences = [
        interval(session, result),
        _window(session, result),
        grade(session, result),
        coverage_text(result, session.lang),
        method(session, result),
        words.reason(session, result),
        words.flags(session, result.flags),
    ]
    return ". ".join(wording.begun(sentence.rstrip(".")) for sentence in sentences if sentence)


def complete(session: Session, result: KpiResult) -> str:
    """How complete a figure is, as a sentence; empty where that is not known."""
    if result.completeness is None:
        return ""
    share = formats.percent(100 * result.completeness, session.lang, decimals=0)
    return session.t("notes.complete", share=share)


def interval(session: Session, result: KpiResult) -> str:
    """The interval of an estimate; empty for what was counted."""
    if result.low is None or result.high is None:
        return ""
    low, high = (limit_text(result, limit, session.lang) for limit in (result.low, result.high))
    return session.t("assets.interval", low=low, high=high)


def grade(session: Session, result: KpiResult) -> str:
    """The grade of evidence, in words; empty where there is none."""
    if result.evidence is Evidence.NONE:
        return ""
    return session.t(f"requests.evidence.{result.evidence}")


def method(session: Session, result: KpiResult) -> str:
    """The price set or method that a figure rests on; empty where there is but one."""
    return session.t("notes.method", method=result.method) if result.method else ""


def _window(session: Session, result: KpiResult) -> str:
    looks_back = TRACED[result.code].over_time.looks_back
    return session.t("overview.window") if looks_back else ""
