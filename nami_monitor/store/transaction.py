"""SQL on the database file: one transaction, and texts that are quoted inside SQL."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, TypeVar

import duckdb
import polars as pl
import pyarrow as pa

Made = TypeVar("Made")
Parameters = Sequence[Any] | Mapping[str, Any] | None


class Transaction:
    """SQL on one cursor; everything is committed at its end, or nothing.

    Args:
        cursor: a cursor of the root connection, its catalogue set to the file.
        unchanging: whether no stored table can change while it lasts.

    Attributes:
        month: the month as of which it speaks, see ``store.as_of``; None for all that is there.
        discarded: whether it only tried something.
        dropping: whether no older snapshot may stay, because it holds what was undone.
        lines_open: whether order lines were added or opened to changes, see ``store.lines``.
        acts: what it does, for the trail.
    """

    def __init__(self, cursor: duckdb.DuckDBPyConnection, *, unchanging: bool = False) -> None:
        self._cursor = cursor
        self.month: date | None = None
        self._cached: dict[str, Any] | None = {} if unchanging else None
        self.discarded = False
        self.dropping = False
        self.lines_open = False
        self.acts: list[tuple[str, str, str]] = []

    def discard(self) -> None:
        """Roll back at the end instead of committing: the transaction only tried something."""
        self.discarded = True

    def drop_older(self) -> None:
        """Keep nothing of what was deleted.

        The older snapshots, which hold it, go as soon as nobody reads them; the free blocks of the
        next one go with ``Store.compact``.
        """
        self.dropping = True

    def did(self, act: str, about: str = "", name: object = "") -> None:
        """Say what the transaction does, for the trail; the same act is one."""
        said = str(act), about, str(name)
        if said not in self.acts:
            self.acts.append(said)

    def looking_back(self) -> tuple[duckdb.DuckDBPyConnection, bool]:
        """The cursor, and whether no stored table can change: what a look back is made of."""
        return self._cursor, self._cached is not None

    def make_ready(self, sql: str) -> None:
        """Make what a statement names, where names are made when they are needed."""

    def run(self, sql: str, parameters: Parameters = None) -> None:
        """Run a statement and ignore its rows."""
        self.rows(sql, parameters)

    def insert(self, table: str, values: Mapping[str, Any]) -> None:
        """Insert one row, by column; other columns stay empty."""
        marks = ", ".join("?" * len(values))
        self.run(f"insert into {table} ({', '.join(values)}) values ({marks})", [*values.values()])

    def rows(self, sql: str, parameters: Parameters = None) -> list[tuple[Any, ...]]:
        """All rows of a query, as tuples."""
        self.make_ready(sql)
        return self._cursor.execute(sql, parameters).fetchall()

    def rows_again(self, sql: str, parameters: Parameters = None) -> list[tuple[Any, ...]]:
        """The rows of a query on stored tables, cached while a reading transaction lasts."""
        return self.once(f"{sql}\0{parameters!r}", lambda: self.rows(sql, parameters))

    def once(self, name: str, make: Callable[[], Made]) -> Made:
        """A result derived from stored tables, cached by name while a reading transaction lasts."""
        if self._cached is None:
            return make()
        if name not in self._cached:
            self._cached[name] = make()
        made: Made = self._cached[name]
        return made

    def value(self, sql: str, parameters: Parameters = None) -> Any:
        """The first field of the first row, or None when there is no row."""
        rows = self.rows(sql, parameters)
        return rows[0][0] if rows else None

    def frame(self, sql: str, parameters: Parameters = None) -> pl.DataFrame:
        """All rows of a query, as a polars frame."""
        self.make_ready(sql)
        table: pa.Table = self._cursor.sql(sql, params=parameters).to_arrow_table()
        frame = pl.from_arrow(table)
        if not isinstance(frame, pl.DataFrame):
            raise TypeError(type(frame))
        return frame

    def keep_view(self, name: str, frame: pl.DataFrame) -> None:
        """Let SQL read a frame under ``name`` until the transaction ends."""
        self._cursor.register(name, frame.to_arrow())

    @contextmanager
    def table_of(self, name: str, sql: str) -> Iterator[str]:
        """Let SQL read the rows of a query, worked out once, for as long as the block lasts."""
        self.run(f"create temp table {name} as {sql}")
        yield name
        self.run(f"drop table temp.{name}")

    @contextmanager
    def view_of(self, name: str, frame: pl.DataFrame) -> Iterator[str]:
        """Let SQL read a frame under ``name`` for as long as the block lasts."""
        self._cursor.register(name, frame.to_arrow())
        yield name
        self._cursor.unregister(name)


def now() -> datetime:
    """The present moment as the database holds moments: UTC, without zone."""
    return datetime.now(UTC).replace(tzinfo=None)


def literal(text: str) -> str:
    """A text as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def literals(texts: Iterable[str]) -> str:
    """A list of SQL text literals in brackets, for ``in``."""
    return "(" + ", ".join(literal(text) for text in texts) + ")"


@lru_cache(maxsize=1024)
def pattern_error(pattern: str) -> str | None:
    """Why DuckDB (RE2) refuses a regular expression; None when it accepts it."""
    try:
        with duckdb.connect() as db:
            db.execute("select regexp_matches(?, ?)", ["", pattern]).fetchall()
    except duckdb.Error as error:
        return " ".join(str(error).split())
    return None
