"""What a reader must know of a figure: total, interval, grade of evidence, coverage, flags."""

from collections.abc import Sequence

from nami_monitor.core.words import Evidence, State, Unit
from nami_monitor.i18n import formats
from nami_monitor.kpis import CATALOGUE, TRACED, KpiResult
from nami_monitor.kpis.result import absolute
from nami_monitor.kpis.sentences import bare_text, coverage_text, difference_text, limit_text
from nami_monitor.ui import links, words
from nami_monitor.ui.cards import Card, ComparedFigure
from nami_monitor.ui.links import Filters
from nami_monitor.ui.session import Session


def card(session: Session, results: Sequence[KpiResult], where: Filters, note: str = "") -> Card:
    """The card of a figure of a register.

    Args:
        session: for the words.
        results: the figure of each period, oldest first; with several, the last is set beside the
            first, and all are drawn.
        where: the filters of the question that gave them.
        note: what a reader must know beside the value.
    """
    result, first, lang = results[-1], results[0], session.lang
    name = words.figure_name(session, result)
    strategy = session.t(f"strategies.{CATALOGUE[result.code].strategy}")
    whole = total(session, result, where)
    beside = (whole,) if whole else ()
    if result.state is not State.VALUE or result.value is None:
        why = words.reason(session, result)
        return Card(name, result.state, strategy=strategy, reason=why, beside=beside)
    if len(results) > 1 and first.value is not None:
        before = ComparedFigure(
            formats.period(first.period, lang),
            formats.figure(first.value, first.unit, lang),
            difference_text(first, result, lang),
            links.trace_of_result(session, first, where),
        )
        beside = (*beside, before)
    written = words.figure(session, result)
    return Card(
        name,
        strategy=strategy,
        value=bare_text(result, lang),
        unit="" if result.unit in {Unit.EUR, Unit.PERCENT} else words.unit(session, result),
        beside=beside,
        spark=tuple(each.value for each in results) if len(results) > 1 else (),
        spark_alt=session.t("notes.spark", name=name, value=written),
        note=note,
        trace=links.trace_of_result(session, result, where),
    )


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
    return ". ".join(_begun(sentence.rstrip(".")) for sentence in sentences if sentence)


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


def _begun(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
