"""What answers to the questions of a case are made of: sentences and small tables."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from nami_monitor.briefing.case_answers import CaseAnswer
from nami_monitor.core.escapes import Markdown, html, markdown
from nami_monitor.core.periods import Period
from nami_monitor.core.words import CaseQuestion, Flag, Unit
from nami_monitor.i18n import formats
from nami_monitor.kpis import KpiResult
from nami_monitor.kpis.questions import Programme
from nami_monitor.kpis.sentences import word
from nami_monitor.ui import links, words
from nami_monitor.ui.cards import traced
from nami_monitor.ui.grid import html_table
from nami_monitor.ui.session import Session


@dataclass(frozen=True)
class AnsweredCase:
    """The answers of a case, with the filters that hold for them and the names that they need."""

    where: Mapping[str, tuple[str, ...]]
    answers: tuple[CaseAnswer, ...]
    programmes: Mapping[str, Programme]
    locations: Mapping[str | None, str]


@dataclass(frozen=True)
class AnswerCell:
    """A figure or a name in a table, and where the figure is traced; empty where it is not."""

    text: str
    trace: str = ""


Row = tuple[str | AnswerCell, ...]


@dataclass(frozen=True)
class AnswerBlock:
    """What is said of one thing: sentences, a table below them, what to know, and how we know."""

    said: Sequence[Markdown]
    heads: Sequence[str] = ()
    rows: Sequence[Row] = ()
    notes: Sequence[Markdown] = ()
    how: Sequence[Markdown] = ()


def show_block(session: Session, question: CaseQuestion, block: AnswerBlock) -> None:
    """Show what is said of one thing.

    Args:
        session: for the words.
        question: the question that it answers.
        block: what is said.
    """
    for sentence in block.said:
        st.markdown(Markdown(sentence))
    if block.rows:
        name = session.t(f"cases.answers.{question}.question")
        rows = [_row(row, session.lang) for row in block.rows]
        st.html(html_table(block.heads, rows, name))
    for note in block.notes:
        st.caption(Markdown(note))
    if block.how:
        with st.expander(session.t("cases.answers.how")):
            st.markdown(Markdown("\n".join(f"- {remark}" for remark in block.how)))


def _row(row: Row, lang: str) -> tuple[str, list[str]]:
    """A row as HTML: its first cell names it, the others are figures that may be traced."""
    name, *others = (cell if isinstance(cell, AnswerCell) else AnswerCell(cell) for cell in row)
    cells = [traced(html(one.text), one.text, name.text, one.trace, lang) for one in others]
    return html(name.text), cells


class Telling:
    """Writes for one session what answers have in common."""

    def __init__(self, session: Session, around: AnsweredCase, question: CaseQuestion) -> None:
        self.session, self.around, self.lang = session, around, session.lang
        self.question = question

    def heads(self, *keys: str, **values: object) -> tuple[str, ...]:
        """Headings of the table of its question."""
        return tuple(self.say(f"heads.{key}", **values) for key in keys)

    def say(self, key: str, **values: object) -> str:
        """A text of its question, as it stands in the catalogue."""
        return self.session.t(f"cases.answers.{self.question}.{key}", **values)

    def md(self, key: str, **values: object) -> Markdown:
        """The same with its values escaped."""
        return self.session.md(f"cases.answers.{self.question}.{key}", **values)

    def n(self, value: float) -> str:
        """A number in three digits."""
        return formats.number(value, self.lang, significant=formats.SIGNIFICANT)

    def code(self, dimension: str, value: str | None, unknown: str = "words.unknown") -> str:
        """A value of a dimension in words; what the catalogue has for none."""
        return self.session.t(unknown) if value is None else word(dimension, value, self.lang)

    def count(self, value: float) -> str:
        """A whole number."""
        return formats.number(round(value), self.lang)

    def share(self, part: float, whole: float) -> str:
        """A part of a whole in percent; a dash where there is no whole."""
        return formats.percent(100 * part / whole, self.lang, decimals=0) if whole else words.NONE

    def quantity(self, value: float, unit: Unit) -> str:
        """A value with its unit."""
        return formats.quantity(value, unit, self.lang)

    def figure(self, result: KpiResult, where: links.Filters | None = None) -> AnswerCell:
        """A figure that can be traced, or its state; ``where`` are further filters."""
        every = {**self.around.where, **(where or {})}
        trace = links.trace_of_result(self.session, result, every)
        return AnswerCell(words.figure(self.session, result), trace)

    def period(self, period: Period) -> str:
        """A period: a programme by its title."""
        known = self.around.programmes.get(period.kind)
        return known.title if known else formats.period(period, self.lang)

    def flags(self, *results: KpiResult) -> tuple[Markdown, ...]:
        """What a reader must know of figures."""
        every: dict[Flag, None] = dict.fromkeys(flag for one in results for flag in one.flags)
        said = words.flags(self.session, tuple(every))
        return (markdown(f"{said[:1].upper()}{said[1:]}."),) if said else ()

    def change(self, before: float, after: float) -> str:
        """A change in percent; a dash where there was nothing before."""
        if not before:
            return words.NONE
        percent = 100 * (after - before) / before
        return formats.signed(percent, self.lang, lambda v, la: formats.percent(v, la, decimals=0))

    def listed(self, parts: Iterable[tuple[str, str]]) -> str:
        """Names with their figures, in one line."""
        return ", ".join(
            self.session.t("cases.answers.list", name=name, figure=figure) for name, figure in parts
        )
