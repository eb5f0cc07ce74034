"""A profile: how the files of one source become rows of tables.

It is kept as a small TOML file that a person can read (``profile_toml``); the Data page writes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nami_monitor.core.words import DeliveryKind, Grain
from nami_monitor.ingest.cells import Layout

BASES = ("ordered", "delivered", "invoiced", "issued")
CREATE = "create"
SET_ASIDE = "set_aside"


@dataclass(frozen=True)
class Currency:
    """Amounts in another currency: EUR = amount x ``to_eur``."""

    code: str
    to_eur: float
    source: str


@dataclass(frozen=True)
class Sign:
    """Amounts are negative where ``column`` holds one of ``negative``."""

    column: str
    negative: tuple[str, ...]


@dataclass(frozen=True)
class Origin:
    """Where the values of one canonical column come from.

    Args:
        columns: source columns, or places such as ``@file`` and ``@cell:B2``.
        how: ``first`` of those that exist, ``join`` of their texts, or ``sum`` of their numbers.
        format: date pattern of the joined text.
        regex: the part of the text that counts: its first group, or the whole match.
        scale: factor on the number.
        scale_by: a column whose words name the factor, and those factors.
        sign: where the number is negative.
        unit: ``pack``, ``base``, or a column that says which.
    """

    columns: tuple[str, ...]
    how: str = "first"
    format: str | None = None
    regex: str | None = None
    scale: float = 1.0
    scale_by: tuple[str, Mapping[str, float]] | None = None
    sign: Sign | None = None
    unit: str | None = None


@dataclass(frozen=True)
class TableMap:
    """How one table is filled from the file.

    Args:
        name: the table.
        columns: canonical column to its origin.
        constants: canonical column to a fixed text.
        values: canonical column to a map of trimmed, case-folded texts; ``*`` is everything else.
        codes: canonical column to ``set_aside`` or ``create`` for codes that no master knows.
    """

    name: str
    columns: Mapping[str, Origin]
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Unpivot:
    """Columns that are months (or another heading) become rows.

    Args:
        columns: their headers, or one pattern.
        name: the name under which the heading is mapped.
        value: the name under which the cell is mapped.
    """

    columns: tuple[str, ...] | str
    name: str
    value: str


@dataclass(frozen=True)
class DropRule:
    """Rows whose ``column`` matches are no data."""

    column: str
    matches: str


@dataclass(frozen=True)
class Expects:
    """What a source owes.

    Args:
        first: first month, ``2022-11``; None from its first delivery.
        last: last month; None for a source that goes on.
        every: ``month``, ``quarter`` or ``year``.
        locations: ``all`` when every open location is owed each time.
    """

    first: str | None = None
    last: str | None = None
    every: str = "month"
    locations: str | None = None


@dataclass(frozen=True)
class Profile:
    """The whole of it; see the module and the user's guide for the keys."""

    source: str
    tables: tuple[TableMap, ...]
    grain: Grain = Grain.LINE
    delivery: DeliveryKind = DeliveryKind.ADDS
    basis: str = "ordered"
    vat: str | None = None
    vat_rate: float | None = None
    currency: Currency | None = None
    products_of: str | None = None
    layout: Layout = field(default_factory=Layout)
    decimal: str | None = None
    dates: tuple[str, ...] = ()
    unpivot: Unpivot | None = None
    drop: tuple[DropRule, ...] | None = None
    expects: Expects | None = None

    @property
    def product_source(self) -> str:
        """The source whose article numbers the lines use."""
        return self.products_of or self.source

    @property
    def places(self) -> tuple[str, ...]:
        """What is mapped from outside the columns: ``@file``, ``@sheet``, ``@period``, cells."""
        made = {self.unpivot.name, self.unpivot.value} if self.unpivot else set()
        return tuple(
            dict.fromkeys(
                name
                for table in self.tables
                for origin in table.columns.values()
                for name in origin.columns
                if name.startswith("@") and name not in made
            )
        )
