"""The content of a report as pages of text, tables and charts, before it has a file format."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from nami_monitor.charts.spec import ChartTable, Spec
from nami_monitor.kpis import KpiResult


class Audience(StrEnum):
    """The readers of a report: management, or the team."""

    MANAGEMENT = "management"
    TEAM = "team"


@dataclass(frozen=True)
class ReportFigure:
    """A chart with its alternative text, spec and table; ``caption`` says what its signs mean.

    Args:
        legend: the same in sentences for a slide, the most needed first.
        pixels: how wide it is drawn across a slide, so that its smallest letters are 16 points.
        slide: a lower spec for that, where there is one.
    """

    alt: str
    spec: Spec
    table: ChartTable
    caption: str = ""
    legend: tuple[str, ...] = ()
    pixels: int = 656
    slide: Spec | None = None


@dataclass(frozen=True)
class ReportGrid:
    """A table with written cells; the columns with numbers in ``right`` stand to the right.

    ``widths`` say how wide each column is beside the others, ``on_slide`` which columns a slide has
    room for; all of them where it is empty.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[int]
    widths: tuple[float, ...]
    on_slide: tuple[int, ...] = ()

    def filled(self) -> "ReportGrid":
        """The same without the columns in which no row has a word; the first one stays."""
        kept = [at for at in range(len(self.head)) if not at or any(row[at] for row in self.rows)]
        places = {column: at for at, column in enumerate(kept)}
        return ReportGrid(
            tuple(self.head[at] for at in kept),
            tuple(tuple(row[at] for at in kept) for row in self.rows),
            frozenset(places[at] for at in self.right if at in places),
            tuple(self.widths[at] for at in kept),
            tuple(places[at] for at in self.on_slide if at in places),
        )


@dataclass(frozen=True)
class Fact:
    """A figure that a decision rests on: its value, what it is, and whether it asks attention."""

    value: str
    words: str
    concern: bool


@dataclass(frozen=True)
class AskedDecision:
    """A decision that is asked for, in words.

    Args:
        name: of its record.
        options: each choice with what it gives, which may be empty.
        proposed: which is proposed, from 0; None for none.
        chosen: which was decided on; None while it is open.
        who: who decides, as a role; empty while nobody is named.
        before: the day before which.
    """

    name: str
    question: str
    options: tuple[tuple[str, str], ...]
    proposed: int | None
    chosen: int | None
    who: str
    before: str

    @property
    def shown(self) -> int | None:
        """The choice that stands out: what was decided, else what is proposed."""
        return self.proposed if self.chosen is None else self.chosen


@dataclass(frozen=True)
class FigureOnPage:
    """A figure that stands on a page, with the filters that gave it, so that it can be traced."""

    value: str
    name: str
    result: KpiResult
    where: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class ReportPage:
    """A page of a report.

    Args:
        code: names it from month to month: ``kpis``, ``trend:paper:impact_spend``.
        title: its own conclusion.
        told: what is told with it; may be empty.
        brief: what a slide says of it beside its chart, instead of the points.
        figures: at most one chart.
        facts: at most three figures.
        notes: method and source.
        foot: its source, where that is not the report's.
        stands_on: the figures that it shows or rests on.
        appendix: whether it stands behind the report proper.
    """

    code: str
    label: str
    title: str
    told: str = ""
    points: tuple[str, ...] = ()
    brief: tuple[str, ...] = ()
    figures: tuple[ReportFigure, ...] = ()
    grid: ReportGrid | None = None
    facts: tuple[Fact, ...] = ()
    decision: AskedDecision | None = None
    notes: str = ""
    foot: str = ""
    stands_on: tuple[FigureOnPage, ...] = ()
    appendix: bool = False


@dataclass(frozen=True)
class Document:
    """A whole report, with the month in one sentence (``subtitle``) and where figures come from.

    ``about`` is the subject with its month, ``organisation`` whose it is, empty when nobody said;
    ``foot`` is the source in a few words, as it stands below a slide, and ``front`` how many pages
    at most stand before the appendix.
    """

    lang: str
    title: str
    subtitle: str
    about: str
    month: date
    source: str
    pages: tuple[ReportPage, ...]
    demo: bool
    organisation: str = ""
    foot: str = ""
    front: int = 99
