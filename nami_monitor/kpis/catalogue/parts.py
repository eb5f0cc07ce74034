"""What several KPIs on projects share: which part of the lines is weighed, and measured figures."""

from __future__ import annotations

from typing import Final

WEIGHED: Final = "coalesce(sum(weighed) / nullif(sum(lines), 0), 0)"
"""Which share of the lines that speak of material states a mass; none without any line."""

OF_MATERIALS: Final = ("materials.project", "materials.mass_kg", "programmes.programme")
"""What every figure on material needs."""

OF_SUBJECTS: Final = (
    "measurements.subject",
    "measurements.activity_measure",
    "programmes.programme",
)
"""What every measured figure of a project or programme needs."""


def units(where: str = "true") -> str:
    """SQL aggregate: how many units of a programme are so, by what its plan then says."""
    return f"count(distinct unit) filter (where stated > 0 and {where})"


def stated(column: str, where: str = "true") -> str:
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


def proxies(*names: str) -> str:
    """SQL aggregate: how many of some measured figures are proxies."""
    listed = ", ".join(f"'{name}'" for name in names)
    return f"sum(proxies) filter (where measure in ({listed}))"


def answered(name: str, beside: str) -> str:
    """SQL aggregate: which share of the reports of one figure has the other beside it."""
    return (
        f"case when {reported(beside)} > 0 then least(1, {reported(name)} / {reported(beside)})"
        f" else cast({reported(name)} > 0 as integer) end"
    )
