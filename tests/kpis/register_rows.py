"""What was loaded into the registers, and the rows that a figure rests on."""

from dataclasses import dataclass, field
from datetime import date

from nami_monitor.core.periods import last_day, months_between


@dataclass(frozen=True)
class World:
    """What was loaded: rows as dicts, codes as they hold after merging.

    Args:
        today: the day on which it was loaded.
        fte: FTE by location, the same in every month.
        products: rows of the articles, each from its ``valid_from`` on.
        orders: lines, with ``day``, ``quantity`` and ``amount``.
        requests: with ``product``.
        assets: as loaded.
        events: what happened to them, with ``day``.
        contracts: with ``options`` and ``replaces`` as lists.
        targets: of years, with ``baseline`` as a year.
    """

    today: date
    products: list = field(default_factory=list)
    orders: list = field(default_factory=list)
    requests: list = field(default_factory=list)
    assets: list = field(default_factory=list)
    events: list = field(default_factory=list)
    contracts: list = field(default_factory=list)
    targets: list = field(default_factory=list)
    fte: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Rows:
    """The rows of a group, and what its figure rests on.

    Args:
        world: what was loaded.
        rows: the rows of the group.
        months: the months that its figure rests on.
        places: the locations that it is divided by.
        until: the last month of which the register tells.
    """

    world: World
    rows: list
    months: list
    places: frozenset = frozenset()
    until: date | None = None

    def inside(self, key="month"):
        return [row for row in self.rows if row[key] and first(row[key]) in self.months]


def first(day):
    return day.replace(day=1)


def total(rows, key):
    return sum(row[key] for row in rows if row[key] is not None)


def whole_months(start, end):
    return months_between(start, end) - (end.day < start.day and end != last_day(first(end)))


HAPPENED = ("reissue", "surplus_matched")


def handed(own):
    """Each day on which a surplus asset was taken over or left, with the notice before it."""
    ends = {(e["kind"], e["day"]) for e in own if e["kind"] in {"surplus_matched", "retired"}}
    found, before = [], date.min
    for _, day in sorted(ends, key=lambda one: (one[1], one[0])):
        noticed = [e["day"] for e in own
                   if e["kind"] == "surplus_noticed" and before < e["day"] <= day]  # fmt: skip
        found += [(day, max(noticed))] if noticed else []
        before = day
    return found
