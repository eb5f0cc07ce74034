"""pandera and SQL set aside the same rows for the same reasons, on every table."""

import datetime as dt

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nami_monitor.ingest.book.stage import model_checks, pandera_failures
from nami_monitor.ingest.profiles.convert import LINE_SIGNS
from nami_monitor.tables import TABLES, columns

TYPES = {"varchar": pl.String, "double": pl.Float64, "date": pl.Date, "boolean": pl.Boolean}
NUMBERS = st.sampled_from([-1.0, 0.0, 0.5, 1.0, 24.0, 24.5, 60.5, 120.0, 121.0, 1979.0, 2100.5])
DAYS = st.sampled_from([dt.date(2024, 2, 29), dt.date(2025, 1, 1), dt.date(2025, 1, 2)])
TEXTS = ["x", "", "a\nb", "c\td", "\u00e9" * 80, "y" * 81, "z" * 201, "2025", "2025-Q3", "2025-13"]


def values(column) -> st.SearchStrategy:
    allowed = [
        value for check in column.checks for value in check.statistics.get("allowed_values", ())
    ]
    kinds = {
        "double": NUMBERS,
        "date": DAYS,
        "boolean": st.booleans(),
        "varchar": st.sampled_from([*TEXTS, *allowed]),
    }
    return st.none() | kinds[column.sql_type]


@pytest.mark.sampled(4)
@pytest.mark.parametrize("table", TABLES)
def test_both_ways_of_checking_find_the_same(table):
    schema = {column.name: TYPES[column.sql_type] for column in columns(table)}
    row = st.tuples(*(values(column) for column in columns(table)))

    @settings(max_examples=3)
    @given(rows=st.lists(row, min_size=20, max_size=40))
    def check(rows):
        frame = pl.DataFrame(rows, schema=schema, orient="row")
        found = set(pandera_failures(table, frame).rows())
        with duckdb.connect() as db:
            db.register("rows", frame.with_row_index("row").to_arrow())
            lines = {
                name
                for name in frame.columns
                if not any(set(LINE_SIGNS) & set(str(value)) for value in frame[name])
            }
            for one_line in ((), lines):
                listed = " union all ".join(
                    f"select row, '{rule.column}', '{rule.rule}' from rows where {rule.broken}"
                    for rule in model_checks(table, one_line)
                )
                assert set(db.execute(listed).fetchall()) == found

    check()


@pytest.mark.parametrize("table", TABLES)
def test_predicates_are_never_null(table):
    names = ", ".join(f'null::{column.sql_type} as "{column.name}"' for column in columns(table))
    with duckdb.connect() as db:
        for check in model_checks(table):
            query = f"select ({check.broken}) is null from (select {names})"
            assert db.execute(query).fetchall() == [(False,)], check
