"""Checks of a database file: counts add up, no row is orphaned, derived tables are up to date."""

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from nami_monitor.core.errors import UserError
from nami_monitor.store import lines
from nami_monitor.store.transaction import Transaction
from nami_monitor.tables import TABLES, Codes, columns

TOLERANCE: Final = 1e-9
"""Relative difference that sums of the same numbers in another order may have."""
LINES_OFFERED: Final = "orders_offered"
"""The view of order lines, which names the files of its own database."""
EXCLUDED: Final = re.compile(r"EXCLUDE \(([^()]*)\)")
"""Columns that a view leaves out; DuckDB writes them in any order."""
OF_BATCHES: Final = ("set_aside", "abandoned", "code_offers", "batch_months")


@dataclass(frozen=True)
class Inconsistency:
    """An inconsistency in the file: ``counts``, ``orphans``, ``codes``, ``keys`` or ``derived``.

    The subject is a table, a column of it, or a batch and its table; ``count`` is how many rows, or
    by how many rows it differs.
    """

    check: str
    subject: str
    count: int


def read_whole(db: Transaction) -> None:
    """Read every value of every table, and compare each file of order lines with its hash.

    Raises:
        UserError: ``store.damaged`` when a part cannot be read, or a file was changed.
    """
    changed = lines.changed_files(db)
    if changed:
        raise UserError("store.damaged", path=changed[0])
    tables = db.rows(
        "select table_name from duckdb_tables() where database_name = current_database()"
        " and schema_name = 'main'"
    )
    for name in [*(name for (name,) in tables), "orders_offered"]:
        db.value(f'select bit_xor(hash(t)) from "{name}" as t')


def unlike(db: Transaction, fresh: Transaction) -> list[str]:
    """The names of what a database defines otherwise than a new one of this program.

    A file from elsewhere could hold a view that reads other files of this machine. Call it where
    the view of order lines was just made anew, see ``lines.show``.
    """
    return sorted({name for _, name, _ in _definitions(db) ^ _definitions(fresh)})


def _definitions(db: Transaction) -> set[tuple[str, str, str]]:
    here = "database_name = current_database()"
    return {
        (kind, name, EXCLUDED.sub(lambda found: str(sorted(found[1].split(", "))), sql or ""))
        for kind, name, sql in db.rows(
            f"select 'table', table_name, sql from duckdb_tables() where {here}"
            f" union all select 'view', view_name, sql from duckdb_views() where {here}"
            " and not internal"
            f" union all select 'index', index_name, sql from duckdb_indexes() where {here}"
            f" union all select 'trigger', trigger_name, sql from duckdb_triggers() where {here}"
            " union all select 'macro', function_name, macro_definition from duckdb_functions()"
            f" where {here} and not internal"
        )
        if name != LINES_OFFERED
    }


def counts(db: Transaction) -> Iterator[Inconsistency]:
    """Batches whose report does not add up, or differs from what they booked and set aside."""
    booked = _per_batch(db, "select batch, table_name, count(*) from offered group by all")
    aside = _per_batch(
        db,
        "select batch, table_name, count(distinct line) from set_aside"
        " where rule <> 'unknown_code' group by all",
    )
    for batch, report, profile in db.rows(
        "select batch, report, profile from batches"
        " where undone_at is null and report is not null order by batch"
    ):
        several_in_a_line = "unpivot" in tomllib.loads(profile)
        for table, reported in json.loads(report)["tables"].items():
            stored = booked.get((batch, table), 0)
            received = reported["received"]
            off = [
                reported["read"] - received - sum(reported["skipped"].values()),
                received - reported["accepted"] - reported["set_aside"] - reported["known"],
                min(0, received - stored)
                if several_in_a_line
                else received - stored - aside.get((batch, table), 0),
            ]
            if any(off):
                yield Inconsistency("counts", f"{batch}/{table}", max(map(abs, off)))


def _per_batch(db: Transaction, sql: str) -> dict[tuple[int, str], int]:
    return {(batch, table): count for batch, table, count in db.rows(sql)}


def orphans(db: Transaction) -> Iterator[Inconsistency]:
    """Rows of batches that do not exist or were undone, and batches without their parent."""
    alive = "batch in (select batch from batches where undone_at is null)"
    tables = {f"{name}_offered": name for name in TABLES} | {name: name for name in OF_BATCHES}
    for stored, name in tables.items():
        count = db.value(f"select count(*) from {stored} where not {alive}")
        if count:
            yield Inconsistency("orphans", name, count)
    lost = db.value("select count(*) from batches where parent not in (select batch from batches)")
    if lost:
        yield Inconsistency("orphans", "batches", lost)


def code_lookup(column: str, kind: Codes) -> str:
    """SQL of the row in ``codes`` for a column of an offered row ``o`` of a batch ``b``."""
    source = "b.products_of" if kind == Codes.PRODUCT else "''"
    return f"codes as c where c.kind = '{kind}' and c.code = o.\"{column}\" and c.source = {source}"


def unknown_codes(db: Transaction) -> Iterator[Inconsistency]:
    """Rows that count although they use a code that no batch made known."""
    for name in TABLES:
        for column in columns(name):
            if not column.codes:
                continue
            count = db.value(
                f"select count(*) from {name}_offered as o join batches as b using (batch)"
                f" where o.standing = 'live' and o.\"{column.name}\" is not null"
                f" and not exists (from {code_lookup(column.name, column.codes)})"
            )
            if count:
                yield Inconsistency("codes", f"{name}.{column.name}", count)


def repeated_keys(db: Transaction) -> Iterator[Inconsistency]:
    """Keys under which more than one row counts."""
    for name, table in TABLES.items():
        if not table.key:
            continue
        key = ", ".join(f'o."{column}"' for column in table.key)
        owner = "b.products_of, " if table.per_source else ""
        count = db.value(
            f"select count(*) from (select 1 from {name}_offered as o join batches as b"
            f" using (batch) where o.standing = 'live' group by {owner}{key} having count(*) > 1)"
        )
        if count:
            yield Inconsistency("keys", name, count)


def stale(
    db: Transaction, derived: Sequence[str], refresh: Callable[[Transaction], None]
) -> Iterator[Inconsistency]:
    """Derived tables that differ from what is derived again.

    ``refresh`` derives the tables again, in a transaction that is rolled back afterwards.
    """
    for name in derived:
        db.run(f"create temp table {name}_stored as select * from {name}")
    refresh(db)
    for name in derived:
        count = different(db, f"{name}_stored", name)
        if count:
            yield Inconsistency("derived", name, count)


def different(db: Transaction, stored: str, derived: str) -> int:
    """How many rows differ; numbers with decimals may differ by ``TOLERANCE``."""
    seen = [db.rows(f"select count(*), sum(hash(t)) from {t} as t") for t in (stored, derived)]
    if seen[0] == seen[1]:  # to the last digit, so no row needs to find its like
        return 0
    described = db.rows(f"describe {derived}")
    sums = [f'"{name}"' for name, kind, *_ in described if kind == "DOUBLE"]
    keys = [f'"{name}"' for name, kind, *_ in described if kind != "DOUBLE"]
    listed = ", ".join(keys)
    same = " and ".join(
        [f"f.{key} is not distinct from m.{key}" for key in keys] + ["f.copy = m.copy"]
    )
    far = [
        f"(f.{name} is null) <> (m.{name} is null) or abs(f.{name} - m.{name})"
        f" > {TOLERANCE} * greatest(1, abs(f.{name}), abs(m.{name}))"
        for name in sums
    ]
    off = " or ".join(["f.copy is null", "m.copy is null", *far])
    order = f" order by {', '.join(sums)}" if sums else ""
    numbered = f"select *, row_number() over (partition by {listed}{order}) as copy from"
    return int(
        db.value(
            f"select count(*) from ({numbered} {stored}) as f"
            f" full join ({numbered} {derived}) as m on {same} where {off}"
        )
    )
