"""What several KPIs share: which part of the data is known, and the aggregates of projects."""

from datetime import date
from typing import Final

from nami_monitor.core.words import PeriodKind
from nami_monitor.kpis.declare import Change, Known

WHOLE_YEARS: Final = (PeriodKind.YEAR, PeriodKind.R12)

AMOUNTS_KNOWN: Final = Known(
    "least(1, sum(lines_with_amount) / nullif(sum(lines_with_quantity), 0))", ("orders.amount_eur",)
)
QUANTITIES_KNOWN: Final = Known(
    "least(1, sum(lines_with_quantity) / nullif(sum(lines_with_amount), 0))", ("orders.quantity",)
)
"""Which share of the lines that state the one state the other.

A supplier that sends amounts and quantities in two files leaves nothing out, so lines are compared
as totals and not one by one.
"""

MASS_KNOWN: Final = Known(
    "coalesce(least(1, sum(lines_with_quantity) / nullif(sum(lines_with_amount), 0)), 1)"
    " * coalesce(sum(handled_with_mass) / nullif(sum(handled), 0),"
    " case when sum(handled) = 0 then 1 else 0 end)",
    ("orders.quantity", "products.mass_kg"),
)
"""Which share of the lines states a quantity, times which share of that has a mass."""

WEIGHED: Final = Known("coalesce(sum(weighed) / nullif(sum(lines), 0), 0)", ("materials.mass_kg",))
"""Which share of the lines that speak of material states a mass; none without any line."""

OF_MATERIALS: Final = ("materials.project", "materials.mass_kg", "programmes.programme")
"""What every figure on material needs."""

OF_SUBJECTS: Final = (
    "measurements.subject",
    "measurements.activity_measure",
    "programmes.programme",
)
"""What every measured figure of a project or programme needs."""


SILENCE_COUNTS: Final = (Change(2, date(2026, 12, 1)),)
"""Since when units that did not answer lower the completeness of what others reported."""


def units(where: str = "true") -> str:
    """SQL aggregate: how many units of a programme are so, by what its plan then says."""
    return f"count(distinct unit) filter (where stated > 0 and {where})"


def stated(column: str) -> Known:
    """The share of the mass of the lines of which a column is filled."""
    return Known(stated_sql(column), (f"materials.{column}",))


def stated_sql(column: str, where: str = "true") -> str:
    """SQL aggregate: the share of the mass of some lines of which a column is filled."""
    return (
        f"coalesce(sum(mass_kg) filter (where {column} is not null and {where})"
        f" / nullif(sum(mass_kg) filter (where {where}), 0), 0)"
    )


def measured(name: str) -> str:
    """SQL aggregate: the sum of a measured figure."""
    return f"sum(value) filter (where measure = '{name}')"


def reported(name: str) -> str:
    """SQL aggregate: how often a measured figure was reported."""
    return f"coalesce(sum(reports) filter (where measure = '{name}'), 0)"


def silent(name: str) -> str:
    """SQL aggregate: how often a unit gave no answer where others reported a measured figure."""
    return f"coalesce(sum(silent) filter (where measure = '{name}'), 0)"


def answering(name: str) -> str:
    """SQL aggregate: how many subjects reported a measured figure."""
    return f"count(distinct project) filter (where measure = '{name}' and reports > 0)"


def proxies(*names: str) -> str:
    """SQL aggregate: how many of some measured figures are proxies."""
    listed = ", ".join(f"'{name}'" for name in names)
    return f"sum(proxies) filter (where measure in ({listed}))"


def was_reported(name: str) -> Known:
    """Which share of those that report a measured figure did; none where nobody did."""
    asked = f"{reported(name)} + {silent(name)}"
    return Known(f"coalesce({reported(name)} / nullif({asked}, 0), 0)", ("measurements.value",))


def answered(name: str, beside: str) -> Known:
    """Which share reported one figure, of those that report it and those that report the other."""
    asked = f"greatest({reported(name)} + {silent(name)}, {reported(beside)})"
    return Known(f"coalesce({reported(name)} / nullif({asked}, 0), 0)", ("measurements.value",))
