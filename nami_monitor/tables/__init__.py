"""Each input table once: its columns, its key, its rules.

A table with a key is a master or a register: a later row with the same key takes the place of the
earlier one. A table without a key holds lines: two equal lines are two lines.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import pandera.polars as pa

from nami_monitor.tables import masters, records, steering
from nami_monitor.tables.column import AnyOf, Codes, NotBefore, RisingMonths, RowRule

__all__ = [
    "TABLES",
    "AnyOf",
    "Codes",
    "Column",
    "InputTable",
    "NotBefore",
    "RisingMonths",
    "RowRule",
    "columns",
]

SQL_TYPES = {"String": "varchar", "Float64": "double", "Date": "date", "Boolean": "boolean"}


@dataclass(frozen=True)
class ColumnCheck:
    """One check of one column: pandera's name for it and its parameters."""

    name: str
    statistics: dict[str, Any]


@dataclass(frozen=True)
class Column:
    """What the model says of one column.

    ``sql_type`` is ``varchar``, ``double``, ``date`` or ``boolean``; the other fields are those
    that ``column`` takes.
    """

    name: str
    sql_type: str
    optional: bool
    aliases: tuple[str, ...]
    hints: tuple[str, ...]
    codes: Codes | None
    listed: bool
    identifier: bool
    money: bool
    free_text: bool
    checks: tuple[ColumnCheck, ...]


@dataclass(frozen=True)
class InputTable:
    """An input table.

    Args:
        name: as in profiles and on the command line.
        key: columns that name a row; empty for lines.
        dated_by: the date that puts a row into a month, for completeness and replacement.
        rules: rules over several columns of a row.
        per_source: whether the key belongs to the source (an article number does).
        told_by: what tells a file of this table from others: of each group of columns one.
    """

    name: str
    model: type[pa.DataFrameModel]
    key: tuple[str, ...] = ()
    dated_by: str | None = None
    rules: tuple[RowRule, ...] = ()
    per_source: bool = False
    told_by: tuple[tuple[str, ...], ...] = ()


TABLES: dict[str, InputTable] = {
    table.name: table
    for table in (
        InputTable(
            "categories", masters.Categories, ("category",), told_by=(("category",), ("name_nl",))
        ),
        InputTable(
            "locations",
            masters.Locations,
            ("location_id",),
            rules=(NotBefore("closed_on", "opened_on"),),
            told_by=(("location_id",), ("name",), ("organisation", "group", "opened_on")),
        ),
        InputTable(
            "products",
            masters.Products,
            ("product_id", "valid_from"),
            per_source=True,
            told_by=(
                ("product_id", "name"),
                ("category", "product_group"),
                ("base_unit", "units_per_pack", "mass_kg", "co2e_kg"),
            ),
        ),
        InputTable(
            "contracts",
            masters.Contracts,
            ("contract_id",),
            rules=(NotBefore("ends_on", "starts_on"),),
            told_by=(("contract_id", "title"), ("starts_on",), ("ends_on",), ("supplier",)),
        ),
        InputTable(
            "orders",
            records.Orders,
            dated_by="ordered_on",
            rules=(AnyOf(("quantity", "amount_eur")),),
            told_by=(
                ("ordered_on",),
                ("amount_eur", "quantity"),
                ("supplier", "product_id", "category", "location_id"),
            ),
        ),
        InputTable(
            "measurements",
            records.Measurements,
            ("period_start", "period_end", "location_id", "subject", "activity_measure"),
            dated_by="period_start",
            rules=(NotBefore("period_end", "period_start"),),
            told_by=(("period_start",), ("value",), ("activity_measure", "location_id")),
        ),
        InputTable(
            "assets",
            records.Assets,
            ("asset_id",),
            rules=(NotBefore("warranty_until", "acquired_on"),),
            told_by=(("asset_id",), ("acquired_on", "warranty_until"), ("location_id",)),
        ),
        InputTable(
            "asset_events",
            records.AssetEvents,
            dated_by="happened_on",
            told_by=(("asset_id",), ("happened_on",), ("kind",)),
        ),
        InputTable(
            "requests",
            records.Requests,
            ("request_id",),
            dated_by="requested_on",
            rules=(NotBefore("decided_on", "requested_on"),),
            told_by=(("requested_on",), ("decision",), ("request_id", "quantity")),
        ),
        InputTable(
            "interventions",
            steering.Interventions,
            ("intervention_id",),
            rules=(NotBefore("ends_on", "starts_on"), RisingMonths("evaluate_after")),
        ),
        InputTable("assignments", steering.Assignments, ("intervention_id", "location_id")),
        InputTable("targets", steering.Targets, ("kpi", "category", "kind", "period")),
        InputTable(
            "programmes",
            steering.Programmes,
            ("programme",),
            rules=(NotBefore("ends_on", "starts_on"),),
        ),
        InputTable(
            "programme_units", steering.ProgrammeUnits, ("programme", "unit_id", "period", "theme")
        ),
        InputTable("materials", records.Materials, rules=(AnyOf(("project", "product_id")),)),
        InputTable("shadow_prices", records.ShadowPrices, ("impact_set", "impact")),
    )
}


@cache
def columns(table: str) -> tuple[Column, ...]:
    """The columns of a table, in order, read from its pandera model."""
    schema = TABLES[table].model.to_schema()
    return tuple(
        Column(
            name=name,
            sql_type=SQL_TYPES[str(spec.dtype.type)],
            optional=spec.nullable,
            **spec.metadata,
            checks=tuple(ColumnCheck(check.name, check.statistics or {}) for check in spec.checks),
        )
        for name, spec in schema.columns.items()
    )
