"""The content of a report as pages of text, tables and charts, before it has a file format."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from nami_monitor.charts.spec import Spec
from nami_monitor.charts.tables import ChartTable
from nami_monitor.core.words import Unit


class Audience(StrEnum):
    """The readers of a report: management, or the team."""

    MANAGEMENT = "management"
    TEAM = "team"


class OfficeChartForm(StrEnum):
    """How a plain chart is drawn."""

    LINE = "line"
    STACKED = "stacked"


@dataclass(frozen=True)
class OfficeChart:
    """A chart by month, oldest first, that every office program can draw and edit.

    The values of a series are one per month; None where there is none.
    """

    shape: OfficeChartForm
    months: tuple[date, ...]
    series: tuple[tuple[str, tuple[float | None, ...]], ...]
    unit: Unit


@dataclass(frozen=True)
class ReportFigure:
    """A chart with its alternative text, spec and table; ``caption`` says what its signs mean.

    ``plain`` is the same for an office program, None for one that only a picture can show;
    ``slide`` a lower spec for a slide, where there is one.
    """

    alt: str
    spec: Spec
    table: ChartTable
    plain: OfficeChart | None = None
    caption: str = ""
    slide: Spec | None = None


@dataclass(frozen=True)
class ReportGrid:
    """A table with written cells; the columns with numbers in ``right`` stand to the right.

    ``widths`` say how wide each column is beside the others.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[int]
    widths: tuple[float, ...]


@dataclass(frozen=True)
class ReportPage:
    """A page of a report.

    Args:
        code: names it from month to month: ``kpis``, ``trend:paper:impact_spend``.
        figures: at most two charts.
        asked: what is asked to decide; may be empty.
        comment: what the maker added; may be empty.
        notes: method and source.
        appendix: whether it stands behind the report proper.
    """

    code: str
    label: str
    title: str
    points: tuple[str, ...] = ()
    figures: tuple[ReportFigure, ...] = ()
    grid: ReportGrid | None = None
    asked: str = ""
    comment: str = ""
    notes: str = ""
    appendix: bool = False


@dataclass(frozen=True)
class Document:
    """A whole report, with the month in one sentence (``subtitle``) and where figures come from.

    ``about`` is the subject with its month, ``organisation`` whose it is; empty when nobody said.
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
