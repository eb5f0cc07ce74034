"""A KPI on a card as HTML: name, value, comparisons, sparkline and signal.

Nothing is worked out here: every figure arrives written, every judgement as an enum.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from nami_monitor.charts.sparkline import sparkline_img
from nami_monitor.core.escapes import html
from nami_monitor.core.words import State
from nami_monitor.i18n import text


class Chip(StrEnum):
    """What the latest figures say: better, worse, or neither."""

    IMPROVEMENT = "improvement"
    CONCERN = "concern"
    PLAIN = "no_signal"


ICONS: Final = {Chip.IMPROVEMENT: "✓", Chip.CONCERN: "!", Chip.PLAIN: "="}


@dataclass(frozen=True)
class ComparedFigure:
    """A figure to compare with: what it is ("Doel", "okt 2025"), its value, the difference.

    Where it can be traced stands in ``trace``; empty for what was agreed, not worked out.
    """

    label: str
    value: str
    difference: str = ""
    trace: str = ""


@dataclass(frozen=True)
class Card:
    """What one card shows, every text as it must appear; escaped here.

    Args:
        name: of the KPI.
        state: a value, or which of the two reasons for having none.
        value: the figure ("12,5"), empty without one.
        unit: what follows it ("%", "kg per werkdag").
        strategy: above the name ("Reduce").
        beside: total, target and same period last year, as far as there are any.
        spark: the last months' values, None where missing.
        spark_alt: the sentence in place of the sparkline.
        chip: what the figures say; None shows no chip.
        chip_words: that in words.
        note: what a reader must know beside the value ("voorlopig").
        reason: why there is no value.
        next_step: what would give one, or when to look again.
        trace: the address at which the value can be traced.
        undo: the address of the deliveries, where the reason tells to undo one.
    """

    name: str
    state: State = State.VALUE
    value: str = ""
    unit: str = ""
    strategy: str = ""
    beside: tuple[ComparedFigure, ...] = ()
    spark: tuple[float | None, ...] = ()
    spark_alt: str = ""
    chip: Chip | None = None
    chip_words: str = ""
    note: str = ""
    reason: str = ""
    next_step: str = ""
    trace: str = ""
    undo: str = ""


def cards_html(cards: tuple[Card, ...], lang: str) -> str:
    """Put cards in a grid that gives each the same height and wraps to the screen's width."""
    items = "".join(f'<li class="nami-card">{card_html(card, lang)}</li>' for card in cards)
    return f'<ul class="nami-cards" role="list">{items}</ul>'


def card_html(card: Card, lang: str) -> str:
    """Write one card.

    Args:
        card: what it shows.
        lang: ``nl`` or ``en``, for the words that are the same on every card.

    Returns:
        HTML for Streamlit's ``st.html``; classes are those of ``style.css``.
    """
    head = _part("p", "strategy", card.strategy) + _part("h2", "name", card.name)
    if card.state is State.VALUE:
        return head + _figures(card, lang)
    return head + _why(card, lang)


def _figures(card: Card, lang: str) -> str:
    number = _part("strong", "number", card.value)
    value = traced(number, card.value, card.name, card.trace, lang) + _part(
        "span", "unit", card.unit
    )
    picture = sparkline_img(card.spark, card.spark_alt) if card.spark else ""
    return (
        f'<p class="nami-value">{value}</p>'
        + _beside(card, lang)
        + _part("p", "note", card.note)
        + f'<div class="nami-foot">{picture}{_chip(card)}</div>'
    )


def traced(figure: str, value: str, name: str, address: str, lang: str) -> str:
    """A figure as the link that traces it; as it is without an address.

    Args:
        figure: as HTML.
        value: the figure as text.
        name: what it is of.
        address: where it can be traced.
        lang: ``nl`` or ``en``.
    """
    if not address:
        return figure
    label = html(text("trace.named", lang, value=value, name=name))
    return f'<a class="nami-trace" href="{html(address)}" aria-label="{label}">{figure}</a>'


def _beside(card: Card, lang: str) -> str:
    rows = "".join(
        f"<div><dt>{html(figure.label)}</dt><dd>"
        + traced(_part("span", "amount", figure.value), figure.value, card.name, figure.trace, lang)
        + f" {_part('span', 'difference', figure.difference)}</dd></div>"
        for figure in card.beside
    )
    return f'<dl class="nami-beside">{rows}</dl>' if rows else ""


def _why(card: Card, lang: str) -> str:
    step = card.next_step and (
        f'<p class="nami-next"><span class="nami-next-label">{_word("next_step", lang)}</span> '
        f"{html(card.next_step)}</p>"
    )
    state = f'<p class="nami-state">{_word(card.state.value, lang)}</p>'
    link = f'<a href="{html(card.undo)}">{html(text("jobs.to_undo", lang))}</a>'
    undo = card.undo and f'<p class="nami-note">{link}</p>'
    return state + _part("p", "reason", card.reason) + undo + _beside(card, lang) + step


def _chip(card: Card) -> str:
    if card.chip is None:
        return ""
    words = html(card.chip_words)
    icon = f'<span class="nami-chip-icon" aria-hidden="true">{ICONS[card.chip]}</span>'
    kind = card.chip.value.replace("_", "-")
    return f'<p class="nami-chip nami-chip-{kind}">{icon}<span>{words}</span></p>'


def _part(tag: str, kind: str, words: str) -> str:
    return f'<{tag} class="nami-{kind}">{html(words)}</{tag}>' if words else ""


def _word(key: str, lang: str) -> str:
    return html(text(f"cards.{key}", lang))
