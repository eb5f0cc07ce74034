"""The checks of a table, run by pandera on small files and as SQL on large ones.

Both readings come from the one pandera model of the table, and set aside the same rows for the same
rules; a property test holds them together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import pandera.polars as pa
import polars as pl

from nami_monitor.store.transaction import literal, literals
from nami_monitor.tables import TABLES, AnyOf, Column, columns

MISSING = "missing"
"""The rule of a required column that is empty."""


@dataclass(frozen=True)
class Failure:
    """A SQL predicate that is true where a rule is broken.

    Args:
        column: the canonical column to blame.
        rule: the rule's key in reports and catalogues.
        predicate: never null.
    """

    column: str
    rule: str
    predicate: str


PLAIN_TEXT = re.compile(r"\^\(\?:\[\^\\r\\n\\t\]\{1,(\d+)\}\)\$")
"""Patterns of texts of one line: nearly every value is seen to fit without the pattern."""


def _misses(column: str, pattern: str, *, one_line: bool) -> str:
    """SQL that is true where a text does not fit a pattern."""
    misses = f"not regexp_matches({column}, {literal(pattern)})"
    plain = PLAIN_TEXT.fullmatch(pattern)
    if not plain:
        return misses
    fits = [f"strlen({column}) between 1 and {plain[1]}"]
    if not one_line:
        fits += [f"not contains({column}, chr({ord(sign)}))" for sign in LINE_SIGNS]
    return f"case when {' and '.join(fits)} then false else {misses} end"


LINE_SIGNS = "\t\n\r"
"""What a text of one line does not hold."""

Compiler = Callable[[str, Mapping[str, Any]], str]

CHECKS: dict[str, tuple[str, Compiler]] = {
    "greater_than_or_equal_to": ("too_low", lambda c, s: f"{c} < {s['min_value']!r}"),
    "less_than_or_equal_to": ("too_high", lambda c, s: f"{c} > {s['max_value']!r}"),
    "greater_than": ("too_low", lambda c, s: f"{c} <= {s['min_value']!r}"),
    "isin": ("not_allowed", lambda c, s: f"{c} not in {literals(tuple(s['allowed_values']))}"),
    "str_matches": ("bad_form", lambda c, s: _misses(c, _pattern(s["pattern"]), one_line=False)),
}
"""pandera's check name to our rule and to the SQL that is true where it is broken."""


def sql_failures(table: str, one_line: Collection[str] = ()) -> tuple[Failure, ...]:
    """Every check of a table's model as SQL over its typed columns, missing values included.

    Args:
        table: the table's name.
        one_line: columns of which it is known that no text holds a tab or a line break.
    """
    found = []
    for column in columns(table):
        name = f'"{column.name}"'
        if not column.optional:
            found.append(Failure(column.name, MISSING, f"{name} is null"))
        for check in column.checks:
            rule, compiler = CHECKS[check.name]
            broken = compiler(name, check.statistics)
            if column.name in one_line and check.name == "str_matches":
                broken = _misses(name, _pattern(check.statistics["pattern"]), one_line=True)
            found.append(Failure(column.name, rule, f"coalesce({broken}, false)"))
    found.extend(
        Failure(row_rule.columns[0], row_rule.name, f"not {row_rule.sql}")
        for row_rule in TABLES[table].rules
    )
    return tuple(found)


def explained_by(table: str, column: str, rule: str) -> tuple[str, ...]:
    """The columns whose unreadable value explains that a rule is broken: one cause, one reason."""
    if rule == MISSING:
        return (column,)
    found = (r.columns for r in TABLES[table].rules if isinstance(r, AnyOf) and r.name == rule)
    return next(found, ())


def pandera_failures(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Run the model over a frame.

    Args:
        table: the table's name.
        frame: its typed columns, in any order.

    Returns:
        One row per broken rule: ``row`` (index into the frame), ``column_name``, ``rule``.
    """
    schema = TABLES[table].model.to_schema()
    schema.checks = [
        pa.Check(_holds(rule.holds), name=rule.name, title=rule.columns[0])
        for rule in TABLES[table].rules
    ]
    blamed = {rule.name: rule.columns[0] for rule in TABLES[table].rules}
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases: pl.DataFrame = errors.failure_cases
        check = pl.col("check").str.extract(r"^([a-z_0-9]+)")
        rules = {name: rule for name, (rule, _) in CHECKS.items()} | {"not_nullable": MISSING}
        return cases.select(
            pl.col("index").cast(pl.Int64).alias("row"),
            pl.coalesce(check.replace_strict(blamed, default=None), pl.col("column")).alias(
                "column_name"
            ),
            check.replace(rules).alias("rule"),
        ).sort("row", "column_name", "rule")
    return pl.DataFrame(schema={"row": pl.Int64, "column_name": pl.String, "rule": pl.String})


def key_predicate(table: str) -> tuple[list[str], list[str]]:
    """The quoted key columns of a table and its other columns; the key is empty for lines."""
    key = [f'"{name}"' for name in TABLES[table].key]
    rest = [f'"{column.name}"' for column in columns(table) if column.name not in TABLES[table].key]
    return key, rest


def required(table: str) -> tuple[Column, ...]:
    """The columns that a file or its profile must fill."""
    return tuple(column for column in columns(table) if not column.optional)


def _pattern(pattern: Any) -> str:
    return str(getattr(pattern, "pattern", pattern))


def _holds(expression: pl.Expr) -> Callable[[pa.PolarsData], pl.LazyFrame]:
    def check(data: pa.PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(expression)

    return check
