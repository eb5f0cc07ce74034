"""The schema of the database file, made from the declarations of the tables.

Every input table ``t`` is stored as ``t_offered``: all rows that batches offered, each with its
batch, its line and its standing. The view ``t`` holds the rows that count: the live ones, with
their codes resolved and their source.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

from nami_monitor.core.errors import UserError, listed
from nami_monitor.core.thresholds import PREPARATION_MONTHS, PRICE_MONTHS, SHADOW_PRICES
from nami_monitor.core.words import LADDER, MARKS, RUNG_OF_STRATEGY
from nami_monitor.store.rollups import LINES_VIEW, ORDER_ROLLUPS
from nami_monitor.store.transaction import Transaction

if TYPE_CHECKING:
    from nami_monitor.tables import Column, InputTable

VERSION = 11
SHEET_LINES = 10_000_000
"""Line numbers of a second sheet start here; a spreadsheet has at most 1,048,576 rows."""

HIDDEN = {"orders": (("per_pack", "boolean"),)}


@cache
def script(name: str) -> str:
    """The text of ``sql/<name>.sql``."""
    return resources.files(__package__).joinpath("sql", f"{name}.sql").read_text("utf-8")


def version_of(db: Transaction) -> int:
    """The version of the schema of a database.

    Raises:
        UserError: ``store.foreign`` when another program made it.
    """
    tables = db.rows(
        "select table_name, list(column_name) from duckdb_columns()"
        " where database_name = current_database() and not internal group by 1 order by 1"
    )
    if "schema_version" not in dict(tables).get("meta", ()):
        raise UserError("store.foreign", tables=listed(name for name, _ in tables) or "-")
    return int(db.value("select schema_version from meta"))


def refuse_version(seen: int) -> None:
    """Refuse a schema that is newer than this program, or too old to be upgraded.

    Raises:
        UserError: ``store.newer`` or ``store.older``.
    """
    key = "store.newer" if seen > VERSION else "store.older"
    raise UserError(key, seen=seen, expected=VERSION)


def create(db: Transaction) -> None:
    """Create the schema in an empty file."""
    from nami_monitor.tables import TABLES  # noqa: PLC0415 - a first page need not wait

    db.run(script("control"))
    for name in TABLES:
        stored = "orders_stored" if name == "orders" else f"{name}_offered"
        db.run(f"create table {stored} ({offered_columns(name)})")
    db.run("create view orders_offered as from orders_stored")  # see store.lines
    offered = " union all ".join(
        f"select '{name}' as table_name, batch, line, standing from {name}_offered"
        for name in TABLES
    )
    db.run(f"create view offered as {offered}")
    db.run(_filled("views"))
    db.run(LINES_VIEW)
    for rollup in ORDER_ROLLUPS:
        db.run(rollup.ddl)
    db.run(_filled("ledgers"))
    db.run(_filled("projects"))
    db.run("insert into meta values (?, 0, false)", [VERSION])


@cache
def _filled(name: str) -> str:
    """A script with what stands elsewhere in the program: thresholds, marks, rungs and prices."""
    marks = "|".join(map(re.escape, MARKS))
    prices = ", ".join(
        f"('{price_set}', '{impact}', {price}::double)"
        for price_set, of_impact in SHADOW_PRICES.items()
        for impact, price in of_impact.items()
    )
    values = {
        "marks": rf"\b({marks})\b",
        "rungs": " ".join(f"when '{one}' then '{rung}'" for one, rung in RUNG_OF_STRATEGY.items()),
        "ladder": LADDER,
        "price_months": f"{PRICE_MONTHS.value:g}",
        "preparation_months": f"{PREPARATION_MONTHS.value:g}",
        "published_prices": prices,
    }
    text = script(name)
    for placeholder, value in values.items():
        text = text.replace(f"{{{placeholder}}}", value)
    return text


VIEW: Final = re.compile(r"^create view (\w+) as\s", re.MULTILINE)
END_OF_VIEW: Final = re.compile(r"\n\n|\n--|\ncreate")


@cache
def views() -> dict[str, str]:
    """The SQL of every view, by name, each after those that it reads."""
    scripts = (_filled("views"), LINES_VIEW, _filled("ledgers"), _filled("projects"))
    return {
        view[1]: END_OF_VIEW.split(script[view.end() :], maxsplit=1)[0].rstrip().removesuffix(";")
        for script in scripts
        for view in VIEW.finditer(script)
    }


def stored(db: Transaction) -> str:
    """The name of the database behind a transaction, whatever temporary tables hide."""
    return str(db.rows_again("select current_database()")[0][0])


def offered_fields(table: str) -> list[tuple[str, str]]:
    """The columns of an input table as it is stored, each with its SQL type."""
    from nami_monitor.tables import TABLES, columns  # noqa: PLC0415 - a first page need not wait

    return [
        ("batch", "integer"),
        ("line", "bigint"),
        ("standing", "varchar"),
        *((f'"{column.name}"', _stored_type(column, TABLES[table])) for column in columns(table)),
        *HIDDEN.get(table, ()),
    ]


def offered_columns(table: str) -> str:
    """SQL of the columns of an input table as it is stored."""
    return ", ".join(f"{name} {kind}" for name, kind in offered_fields(table))


def _stored_type(column: Column, table: InputTable) -> str:
    """The stored type of a column.

    Texts of lines that seldom repeat are compressed as they are: a search for repetitions takes
    four times as long as writing them, and the result is larger. Registers are too small for it.
    """
    apart = not table.key and (column.free_text or (column.identifier and not column.codes))
    return f"{column.sql_type} using compression zstd" if apart else column.sql_type


def field_names(table: str) -> list[str]:
    """The stored columns of a table, without batch, line and standing."""
    from nami_monitor.tables import columns  # noqa: PLC0415 - a first page need not wait for it

    return [f'"{column.name}"' for column in columns(table)] + [
        name for name, _ in HIDDEN.get(table, ())
    ]
