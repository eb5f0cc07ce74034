"""What stands beside a trend: interventions, data breaks, and the choices of filters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from nami_monitor.kpis.activity import activity_measures
from nami_monitor.kpis.questions import programmes
from nami_monitor.store import Transaction
from nami_monitor.store.registers import category_names


@dataclass(frozen=True)
class Intervention:
    """A measure taken or planned, as far as a chart shows it."""

    code: str
    title: str
    category: str
    strategy: str
    status: str
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True)
class DataBreak:
    """A month from which a source's series cannot be compared with before."""

    source: str
    month: date
    kinds: tuple[str, ...]
    detail: str | None


@dataclass(frozen=True)
class Choices:
    """What the filters offer.

    Args:
        categories: categories with order lines, most lines first, with their names by language.
        groups: location groups with order lines.
        channels: channels with order lines.
        months: months with order lines, latest first.
        programmes: programmes with dates, which are periods too, with their titles.
        measures: activity measures of which there are figures.
    """

    categories: Mapping[str, Mapping[str, str]]
    groups: tuple[str, ...]
    channels: tuple[str, ...]
    months: tuple[date, ...]
    programmes: Mapping[str, str]
    measures: tuple[str, ...]


def interventions(db: Transaction) -> tuple[Intervention, ...]:
    """Every intervention, earliest first."""
    rows = db.rows(
        "select intervention_id, title, category, strategy, status, starts_on, ends_on"
        " from interventions order by starts_on, intervention_id"
    )
    return tuple(Intervention(*row) for row in rows)


def data_breaks(db: Transaction) -> tuple[DataBreak, ...]:
    """Every data break, earliest first."""
    rows = db.rows(
        "select source, month, list(kind order by kind), any_value(detail) from breaks"
        " group by source, month order by month, source"
    )
    return tuple(DataBreak(source, month, tuple(kinds), why) for source, month, kinds, why in rows)


def choices(db: Transaction) -> Choices:
    """What can be filtered on, from the data that is there."""
    groups = db.rows(
        'select distinct l."group" from by_place as p join locations as l using (location_id)'
        ' where l."group" is not null order by 1'
    )
    channels = db.rows("select distinct channel from by_place order by 1")
    months = db.rows("select distinct month from by_place order by month desc")
    return Choices(
        category_names(db, "select category, sum(lines) as rank from by_place group by 1"),
        tuple(group for (group,) in groups),
        tuple(channel for (channel,) in channels),
        tuple(month for (month,) in months),
        {code: one.title for code, one in programmes(db).items()},
        activity_measures(db),
    )
