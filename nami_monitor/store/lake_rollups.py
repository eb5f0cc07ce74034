"""Roll-ups of the order lines in a lake, by the statements that the database runs, on any engine.

DuckDB runs them as they stand; for Spark they are translated (sqlglot). What a figure is made of is
said nowhere else: which lines count by ``lines.compared``, what a line is by the view ``orders``,
and what is added up by ``rollups.OF_ORDERS``.
"""

from __future__ import annotations

import math
import warnings
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from nami_monitor import __version__
from nami_monitor.core.errors import UserError, short
from nami_monitor.store import instance, lake, lines, schema, snapshots
from nami_monitor.store.lake import OF_LINES, OF_ROLLUPS, RUN, LakeManifest
from nami_monitor.store.rollups import FEEDS, LINES_AT_ONCE, OF_ORDERS, SPANS, runs
from nami_monitor.store.transaction import Transaction, literal

ENGINES: Final = ("duckdb", "spark")
MOST_TRIES: Final = 6
"""How often Spark is asked again when it does not answer; each time later, in all 17 seconds."""
REGISTERS_READ: Final = ("batch_months", "merged", "product_spans", "contracts")
VIEWS: Final = {
    "orders": schema.views()["orders"],
    "spans": SPANS,
    "feeds": FEEDS,
}
"""What the roll-ups read, each after those that it reads."""


class DuckDbEngine:
    """DuckDB, in this process; ``lines_at_once`` are added up in one statement."""

    lines_at_once: float = LINES_AT_ONCE

    def __init__(self, db: Transaction) -> None:
        self._db = db

    def files(self, name: str, files: Sequence[Path]) -> None:
        """Let SQL read files under a name."""
        self.view(name, f"from {lake.parquet(files)}")

    def view(self, name: str, sql: str) -> None:
        """Let SQL read the rows of a query under a name."""
        self._db.run(f"create or replace temp view {name} as {sql}")

    def write(self, sql: str, folder: Path) -> None:
        """Write the rows of a query."""
        folder.mkdir(parents=True)
        file = literal(str(folder / "part.parquet"))
        self._db.run(f"copy ({sql}) to {file} (format parquet, compression zstd)")


class SparkEngine:
    """Apache Spark, or what speaks its protocol, through Spark Connect.

    It must reach the files of the lake under the same paths.
    """

    lines_at_once: float = math.inf

    def __init__(self, session: Any) -> None:
        self._session = session

    def files(self, name: str, files: Sequence[Path]) -> None:
        """Let SQL read files under a name."""
        self._session.read.parquet(*map(str, files)).createOrReplaceTempView(name)

    def view(self, name: str, sql: str) -> None:
        """Let SQL read the rows of a query under a name."""
        self._session.sql(spark_sql(sql)).createOrReplaceTempView(name)

    def write(self, sql: str, folder: Path) -> None:
        """Write the rows of a query."""
        self._session.sql(spark_sql(sql)).write.parquet(str(folder))


Engine = DuckDbEngine | SparkEngine
"""What runs statements, in the SQL of DuckDB, over Parquet files."""


def spark_sql(sql: str) -> str:
    """A statement of the database in the SQL of Spark."""
    import sqlglot  # noqa: PLC0415 - of an extra that few install

    (translated,) = sqlglot.transpile(sql, read="duckdb", write="spark")
    return str(translated)


@contextmanager
def engine(name: str, remote: str | None = None) -> Iterator[Engine]:
    """The engine of a name, for as long as the block lasts.

    Args:
        name: one of ``ENGINES``.
        remote: where Spark Connect is, ``sc://host:port``; as SPARK_REMOTE says when left out.

    Raises:
        UserError: ``lake.no_spark`` when the extra is not installed, ``lake.engine`` when Spark
            does not answer or refuses.
    """
    if name == "duckdb":
        with closing(instance.start()) as root:
            yield DuckDbEngine(Transaction(root))
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of versions of pandas, and of what is an error anyway
        try:
            import sqlglot  # noqa: F401, PLC0415 - of an extra that few install
            from pyspark.errors import PySparkException  # noqa: PLC0415 - likewise
            from pyspark.sql.connect.client import retries  # noqa: PLC0415 - likewise
            from pyspark.sql.connect.session import SparkSession  # noqa: PLC0415 - likewise
        except ImportError as error:
            raise UserError("lake.no_spark", part=str(error.name)) from error
        try:
            builder = SparkSession.builder
            session = (builder.remote(remote) if remote else builder).create()
            session.client.set_retry_policies([retries.DefaultPolicy(max_retries=MOST_TRIES)])
            try:
                yield SparkEngine(session)
            finally:
                with suppress(PySparkException):
                    session.stop()
        except PySparkException as error:
            shown = (remote or "-").partition(";")[0]  # a token may stand behind it
            raise UserError("lake.engine", remote=shown, why=short(error, 300)) from error


def roll_up(places: tuple[Path, Path], organisation: str, by: Engine) -> LakeManifest:
    """Add up the lines of an organisation in a lake, and let the outcome count once it is whole.

    Args:
        places: the folder of the lake, and the one for the roll-ups, which may be the same.
        organisation: its name in both.
        by: the engine.

    Returns:
        What was made.

    Raises:
        UserError: what ``read_lake`` and ``turn`` raise.
    """
    source = places[0].absolute() / f"{lake.FOLDER}{organisation}"
    manifest = lake.read_lake(source, OF_LINES)
    with lake.turn(places[1].absolute(), organisation) as folder:
        run = folder / f"{RUN}{uuid4().hex[:12]}"
        _write(by, source, manifest, run)
        files = [path for name in OF_ORDERS for path in _parquet_in(run / name)]
        made = replace(
            manifest,
            program=__version__,
            made_at=datetime.now(UTC),
            parts=tuple(lake.part_of(folder, file) for file in files),
            of=snapshots.sha256(source / OF_LINES),
        )
        lake.publish(folder, OF_ROLLUPS, made)
    return made


def _parquet_in(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.parquet"))


def _write(by: Engine, source: Path, manifest: LakeManifest, run: Path) -> None:
    """Write the roll-ups of lines to a new folder, each to a folder of its name."""
    batches = lake.parquet([manifest.register(source, "batches")])
    with closing(instance.start()) as root:
        groups = Transaction(root).rows(
            f"with counting as (from {batches} where list_contains(?, batch))"
            " select b.source, g.month, g.file, g.lines, exists (from counting as f where"
            " f.source = b.source and f.batch <> g.batch and f.delivery = 'full_period'"
            " and g.month between f.replaces_first and f.replaces_last) as replaced"
            f" from {lake.parquet([manifest.register(source, 'line_groups')])} as g"
            " join counting as b using (batch) order by all",
            [list(manifest.batches)],
        )
    for table in REGISTERS_READ:
        by.files(table, [manifest.register(source, table)])
    by.files("every_batch", [manifest.register(source, "batches")])
    counting = ", ".join(map(str, manifest.batches)) or "null"
    by.view("batches", f"select * from every_batch where batch in ({counting})")
    if not groups:
        return
    _show_lines(by, source, groups, run / "compared")
    for name, sql in VIEWS.items():
        by.view(name, sql)
    totals: dict[date, int] = defaultdict(int)
    for _, month, _, count, _ in groups:
        totals[month] += count
    for first, end in runs(sorted(totals.items()), by.lines_at_once):
        for name, sql in OF_ORDERS.items():
            _keep(by, name, filled(sql, [first, end]), run / name / f"{first:%Y-%m}")


def _keep(by: Engine, name: str, sql: str, folder: Path) -> None:
    """Write the rows of a query to a new folder, and let SQL read them there under a name."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    by.write(sql, folder)
    if files := _parquet_in(folder):
        by.files(name, files)
    else:  # some engines write no file without rows
        by.view(name, sql)


def _show_lines(by: Engine, source: Path, groups: Sequence[tuple[Any, ...]], run: Path) -> None:
    """Let SQL read the lines that count as ``orders_offered``.

    Where batches of a source meet in a month, or another replaces it, lines are compared.
    """
    fields = ("batch", "line", *schema.field_names("orders"))
    found: dict[tuple[str, date], list[tuple[str, bool]]] = defaultdict(list)
    for of, month, file, _, replaced in groups:
        found[of, month].append((file, replaced))
    alone: list[str] = []
    meeting: dict[str, dict[date, list[str]]] = defaultdict(dict)
    for (of, month), files in found.items():
        if len(files) == 1 and not files[0][1]:
            alone.append(files[0][0])
        else:
            meeting[of][month] = [file for file, _ in files]
    parts = []
    if alone:
        by.files("lines_alone", [source / file for file in alone])
        parts.append(
            f"select {', '.join(fields)}, 'live' as standing from lines_alone"
            " where standing <> 'unknown_code'"
        )
    for number, (of, months) in enumerate(meeting.items()):
        by.files("lines_meeting", [source / file for files in months.values() for file in files])
        query = lines.compared(
            "lines_meeting", "orders", "ordered_on", of, sorted(months), kept=fields
        )
        _keep(by, f"lines_{number}", filled(*query), run / str(number))
        parts.append(f"select {', '.join(fields)}, standing from lines_{number}")
    by.view("orders_offered", " union all ".join(parts))


def filled(sql: str, parameters: Sequence[Any]) -> str:
    """A statement with its parameters as literals: texts, days, and lists of days."""
    parts = sql.split("?")
    return "".join(
        part + more for part, more in zip(parts, [*map(_literal, parameters), ""], strict=True)
    )


def _literal(value: Any) -> str:
    if isinstance(value, date):
        return f"date '{value:%Y-%m-%d}'"
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    return literal(str(value))
