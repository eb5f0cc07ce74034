"""Roll-ups of the order lines in a lake, by the statements that the database runs, on any engine.

DuckDB runs them as they stand; for Spark they are translated (sqlglot). What a figure is made of is
said nowhere else: which lines count by ``lines.compared``, what a line is by the view ``orders``,
and what is added up by ``rollups.OF_ORDERS``.

Each month has files of its own. The manifest says what a month was made of: its deliveries, and of
the masters what its lines use. Where that is the same, its files stay.
"""

from __future__ import annotations

import json
import math
import re
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from nami_monitor import __version__
from nami_monitor.core.errors import UserError, short
from nami_monitor.store import instance, lake, lines, object_storage, schema
from nami_monitor.store.backup_file import BackupPart
from nami_monitor.store.integrity import TOLERANCE
from nami_monitor.store.lake import OF_LINES, OF_ROLLUPS, RUN, LakeManifest, Parts
from nami_monitor.store.object_storage import is_remote
from nami_monitor.store.rollups import FEEDS, LINES_AT_ONCE, OF_ORDERS, ORDER_ROLLUPS, SPANS, runs
from nami_monitor.store.transaction import Transaction, literal

ENGINES: Final = ("duckdb", "spark")
MOST_TRIES: Final = 6
"""How often Spark is asked again when it does not answer; each time later, in all 17 seconds."""
PLAIN_REMOTE: Final = re.compile(r"sc://[\w.-]+(:\d+)?(?=[/;]|$)")
"""What may be told of the address of Spark: a password may stand before it, a token behind."""
NO_ADDRESS: Final = "INVALID_CONNECT_URL"
"""How Spark names an address that is none."""
MASTERS: Final = ("merged", "product_spans", "contracts")
REGISTERS_READ: Final = {
    **{name: name for name in ("batch_months", "codes", *MASTERS)},
    "batches": "every_batch",
    "line_groups": "every_group",
}
"""The registers that statements read, and the name by which they read all rows of one."""
VIEWS: Final = {
    "orders": schema.views()["orders"],
    "spans": SPANS,
    "feeds": FEEDS,
}
"""What the roll-ups read, each after those that it reads."""

PART: Final = "part"
"""The column by whose value, a month, files of roll-ups are parted."""

GROUPS: Final = f"""
    with floors as (
        select * from batches where delivery = 'full_period'
            and batch in (select batch from batch_months where table_name = 'orders')
    )
    select b.source, g.month, g.file, g.lines, g.waiting,
        exists (from batches as f where f.source = b.source and f.batch <> g.batch
            and f.delivery = 'full_period'
            and g.month between f.replaces_first and f.replaces_last) as replaced,
        g.batch, b.products_of, {lines.POSITION} as position,
        (select max(f.batch) from floors as f where f.source = b.source
            and g.month between f.replaces_first and f.replaces_last) as least
    from line_groups as g join batches as b using (batch) order by all
"""
"""The files of lines that count, with all that decides which of their lines do."""

OF_MASTERS: Final = f"""
    with spans as ({SPANS}),
    codes_of as (select * exclude (span, kind) from spans),
    articles as (
        select source, product_id, md5(string_agg(c::varchar, '' order by c::varchar)) as digest
        from codes_of as c group by source, product_id
    ),
    late as (
        select code, source, min(holds_from) as day from spans group by code, source
        having day > date '0001-01-01'
        union all select code, source || to_code, null from merged where kind = 'products'
    ),
    used as (
        select distinct p.month, a.digest from by_product as p join articles as a
            on a.source = p.product_source and a.product_id = p.product_id
        union all
        select distinct p.month, md5(k.contract_id || coalesce(k.stream, ''))
        from by_place as p join contracts as k using (contract_id)
        union all
        select p.month, c.digest from (select distinct month from by_place) as p,
            (select string_agg(m::varchar, '' order by m::varchar) as digest from merged as m
            where kind <> 'products') as c
        union all
        select p.month, c.digest
        from (select distinct month from by_product where product_id is null) as p,
            (select string_agg(l::varchar, '' order by l::varchar) as digest from late as l) as c
    )
    select month, coalesce(md5(string_agg(digest, '' order by digest)), '') from used group by month
"""
"""Of the masters what the lines of each month use, as a digest.

A line without an article may get one when the first row of its code begins earlier, and may be
another article after a merge.
"""

WRONG: Final = {
    "lines": (
        f"select count(*) from (select batch, {lines.MONTH} as month, count(*) as found"
        f" from orders_offered group by batch, {lines.MONTH}) as f"
        " full join (select batch, month, lines - waiting as stated from groups_made"
        " where lines > waiting) as g on g.batch = f.batch and g.month = f.month"
        " where coalesce(f.found, 0) <> coalesce(g.stated, 0)"
    ),
    **{
        name: (
            f"select count(*) from (select {lines.MONTH} as month, count(*) as lines,"
            " sum(amount_eur) as amount_eur, sum(abs(amount_eur)) as size"
            f" from orders_offered where standing = 'live' group by {lines.MONTH}) as o"
            " full join (select month, sum(lines) as lines, sum(amount_eur) as amount_eur"
            f" from {name} group by month) as r on r.month = o.month"
            " where coalesce(o.lines, 0) <> coalesce(r.lines, 0)"
            " or abs(coalesce(o.amount_eur, 0) - coalesce(r.amount_eur, 0))"
            f" > {TOLERANCE} * (1 + coalesce(o.size, 0))"
        )
        for name in ("by_place", "by_product")
    },
}
"""What does not add up: groups that hold other lines than their register says, and months whose
roll-up differs from their lines. ``_unknown`` adds lines that count with an unknown code."""

NO_SOURCE: Final = literal("")

STATED: Final = json.dumps(
    [
        OF_ORDERS,
        VIEWS,
        GROUPS,
        OF_MASTERS,
        lines.compared("", "orders", "ordered_on", "", [date.min], kept=())[0],
    ]
)
"""The statements by which months are made: with others every month is made anew."""


class DuckDbEngine:
    """DuckDB, in this process; ``lines_at_once`` are added up in one statement."""

    lines_at_once: float = LINES_AT_ONCE
    on_this_disk = True

    def __init__(self, db: Transaction) -> None:
        self._db = db

    def files(self, name: str, files: Sequence[Path]) -> None:
        """Let SQL read files under a name."""
        self.view(name, f"from {lake.parquet(files)}")

    def view(self, name: str, sql: str) -> None:
        """Let SQL read the rows of a query under a name."""
        self._db.run(f"create or replace temp view {name} as {sql}")

    def write(self, sql: str, folder: Path, *, parted: bool) -> None:
        """Write the rows of a query to a new folder, by ``PART`` or in one file."""
        (folder.parent if parted else folder).mkdir(parents=True, exist_ok=True)
        target = folder if parted else folder / "part.parquet"
        form = f"format parquet, compression zstd{f', partition_by ({PART})' * parted}"
        self._db.run(f"copy ({sql}) to {literal(str(target))} ({form})")

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The few rows of a query."""
        return self._db.rows(sql)


class SparkEngine:
    """Apache Spark, or what speaks its protocol, through Spark Connect.

    It must reach the files of the lake under the same paths; those on object storage by connectors
    and credentials of its own.
    """

    lines_at_once: float = math.inf
    on_this_disk = False

    def __init__(self, session: Any) -> None:
        self._session = session

    def files(self, name: str, files: Sequence[Path]) -> None:
        """Let SQL read files under a name."""
        self._session.read.parquet(*map(str, files)).createOrReplaceTempView(name)

    def view(self, name: str, sql: str) -> None:
        """Let SQL read the rows of a query under a name."""
        self._session.sql(spark_sql(sql)).createOrReplaceTempView(name)

    def write(self, sql: str, folder: Path, *, parted: bool) -> None:
        """Write the rows of a query to a new folder, by ``PART`` or as they come."""
        found = self._session.sql(spark_sql(sql))
        writer = found.repartition(PART).write.partitionBy(PART) if parted else found.write
        writer.parquet(str(folder))

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The few rows of a query."""
        return [tuple(row) for row in self._session.sql(spark_sql(sql)).collect()]


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
        told = PLAIN_REMOTE.match(remote or "")
        where = told[0] if told else "-"
        try:
            builder = SparkSession.builder
            try:
                session = (builder.remote(remote) if remote else builder).create()
            except ValueError:  # of an address, which it repeats
                raise UserError("lake.engine", remote=where, why=NO_ADDRESS) from None
            session.client.set_retry_policies([retries.DefaultPolicy(max_retries=MOST_TRIES)])
            try:
                yield SparkEngine(session)
            finally:
                with suppress(PySparkException):
                    session.stop()
        except PySparkException as error:
            raise UserError("lake.engine", remote=where, why=short(error, 300)) from error


def roll_up(places: tuple[Path, Path], organisation: str, by: Engine) -> LakeManifest:
    """Add up the lines of an organisation in a lake, and let the outcome count once it is whole.

    Months of which nothing changed since the last time are left as they are.

    Args:
        places: the folder of the lake, and the one for the roll-ups, which may be the same.
        organisation: its name in both.
        by: the engine.

    Returns:
        What is there then.

    Raises:
        UserError: ``lake.adds_up`` when the outcome differs from the lines or these from their
            registers, or what ``read_lake`` and ``turn`` raise.
    """
    source, out = (place.absolute() / f"{lake.FOLDER}{organisation}" for place in places)
    manifest = lake.read_lake(source, OF_LINES)
    with (
        lake.turn(out.parent, organisation) as (folder, room),
        object_storage.room_for(source, folder) as copies,
        closing(instance.start()) as root,
    ):
        since = object_storage.stamp(folder / OF_ROLLUPS)
        here = DuckDbEngine(Transaction(root))
        of_lines = Parts(source, source / OF_LINES, copies / "lines")
        _show_registers(here, of_lines, manifest)
        groups = here.rows(GROUPS)
        by_month: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        for group in groups:
            by_month[group[1].isoformat()].append(group)
        digests = {month: _digest(rows) for month, rows in by_month.items()}
        read = f"{_digest(STATED)}.{_digest([manifest.register(name).name for name in MASTERS])}"
        kept, old = _kept(here, folder, copies / "old", digests, read)
        run = (room if by.on_this_disk else folder) / f"{RUN}{uuid4().hex[:12]}"
        due = [group for group in groups if group[1].isoformat() not in kept]
        if due:
            _write(by, of_lines, manifest, due, run)
        files = {
            f"{run.name}/{name}": object_storage.near(run / name, copies / run.name, name)
            for name in sorted(object_storage.sizes(run))
            if name.endswith(".parquet") and name.partition("/")[0] in OF_ORDERS
        }
        made = replace(
            manifest,
            program=__version__,
            made_at=datetime.now(UTC),
            parts=(*old, *(lake.part_of(name, file) for name, file in files.items())),
            of=lake.hashed(source / OF_LINES),
            read=read,
        )
        masters = _of_masters(here, files)
        of_due = {
            month: f"{digest}.{masters.get(month, '')}"
            for month, digest in digests.items()
            if month not in kept
        }
        if by.on_this_disk and is_remote(folder):
            for name, file in files.items():
                object_storage.move(file, folder / name)
        made = replace(made, months=dict(sorted((kept | of_due).items())))
        lake.publish(folder, OF_ROLLUPS, made, since)
    return made


def _digest(of: object) -> str:
    return sha256(repr(of).encode()).hexdigest()[:16]


def _show_registers(by: Engine, of_lines: Parts, manifest: LakeManifest) -> None:
    """Let SQL read the registers, of batches those that count."""
    for table, name in REGISTERS_READ.items():
        by.files(name, [_readable(by, of_lines, manifest.register(table))])
    counting = ", ".join(map(str, manifest.batches)) or "null"
    by.view("batches", f"select * from every_batch where batch in ({counting})")
    by.view("line_groups", f"select * from every_group where batch in ({counting})")


def _readable(by: Engine, of_lines: Parts, part: BackupPart) -> Path:
    """A file as an engine reads it; its bytes were compared, unless only the engine reads them."""
    if is_remote(of_lines.folder) and not by.on_this_disk:
        return of_lines.folder / part.name
    return of_lines.near(part)


def _kept(
    here: DuckDbEngine, folder: Path, copies: Path, digests: Mapping[str, str], read: str
) -> tuple[dict[str, str], list[BackupPart]]:
    """The months that were made before of what there is now, and their files.

    Args:
        here: shows the masters of now.
        folder: of the organisation's roll-ups.
        copies: for files of object storage.
        digests: of the deliveries of each month.
        read: of the statements and of the masters.
    """
    try:
        before = lake.read_lake(folder, OF_ROLLUPS)
    except (UserError, FileNotFoundError):
        return {}, []
    stated, _, masters = read.partition(".")
    of_statements, _, of_masters = before.read.partition(".")
    if stated != of_statements:
        return {}, []
    parts: dict[str, list[BackupPart]] = {
        month: [] for month, made in before.months.items()
        if digests.get(month) == made.partition(".")[0]
    }  # fmt: skip
    for part in before.parts:
        parts.get(part.name.split("/")[-2].removeprefix(f"{PART}="), []).append(part)
    old = Parts(folder, folder / OF_ROLLUPS, copies)
    try:
        if not is_remote(folder) or masters != of_masters:
            files = {part.name: old.near(part) for own in parts.values() for part in own}
        if masters != of_masters:
            found = _of_masters(here, files)
            parts = {
                month: own for month, own in parts.items()
                if before.months[month].partition(".")[2] == found.get(month, "")
            }  # fmt: skip
    except UserError:  # a file was changed: all is made anew
        return {}, []
    kept = {month: before.months[month] for month in parts}
    return kept, [part for own in parts.values() for part in own]


def _of_masters(here: DuckDbEngine, files: Mapping[str, Path]) -> dict[str, str]:
    """Of the masters what the lines of each month use, told by files of roll-ups by their name."""
    tables = {
        table: [file for name, file in files.items() if name.split("/")[1] == table]
        for table in (rollup.name for rollup in ORDER_ROLLUPS)
    }
    if not all(tables.values()):
        return {}
    for table, own in tables.items():
        here.files(table, own)
    return {month.isoformat(): digest for month, digest in here.rows(OF_MASTERS)}


def _write(
    by: Engine,
    of_lines: Parts,
    manifest: LakeManifest,
    groups: Sequence[tuple[Any, ...]],
    run: Path,
) -> None:
    """Write the roll-ups of groups of lines to a new folder, each to a folder of its name.

    Raises:
        UserError: ``lake.adds_up``.
    """
    _show_registers(by, of_lines, manifest)
    totals: dict[date, int] = defaultdict(int)
    for _, month, _, count, *_ in groups:
        totals[month] += count
    named = {part.name: part for part in manifest.parts}
    files = {group[2]: _readable(by, of_lines, named[group[2]]) for group in groups}
    _show_lines(by, files, groups, run / "compared")
    for name, sql in VIEWS.items():
        by.view(name, sql)
    for first, end in runs(sorted(totals.items()), by.lines_at_once):
        for name, sql in OF_ORDERS.items():
            parted = (
                f"select *, cast(month as varchar) as {PART} from ({filled(sql, [first, end])})"
            )
            _keep(by, name, parted, run / name / f"{first:%Y-%m}", parted=True)
    for name in OF_ORDERS:
        if files_of := _parquet_in(run / name):
            by.files(name, files_of)
    months = ", ".join(f"date '{month}'" for month in totals)
    by.view("groups_made", f"select * from line_groups where month in ({months})")
    for name, sql in (WRONG | {"codes": _unknown()}).items():
        if wrong := by.rows(sql)[0][0]:
            raise UserError("lake.adds_up", path=str(of_lines.folder), part=name, n=wrong)


def _unknown() -> str:
    """SQL of how many lines count although they use a code that no batch made known."""
    from nami_monitor.tables import Codes, columns  # noqa: PLC0415 - help need not wait for it

    coded = [column for column in columns("orders") if column.codes]
    joins = "".join(
        " left join (select distinct code, source from codes"
        f" where kind = '{column.codes}') as c{n}"
        f" on c{n}.code = o.{column.name}"
        f" and c{n}.source = {'b.products_of' if column.codes == Codes.PRODUCT else NO_SOURCE}"
        for n, column in enumerate(coded)
    )
    tests = " or ".join(
        f"(o.{column.name} is not null and c{n}.code is null)" for n, column in enumerate(coded)
    )
    return (
        "select count(*) from orders_offered as o join batches as b on b.batch = o.batch"
        f"{joins} where o.standing = 'live' and ({tests})"
    )


def _parquet_in(folder: Path) -> list[Path]:
    return [
        folder / name for name in sorted(object_storage.sizes(folder)) if name.endswith(".parquet")
    ]


def _keep(by: Engine, name: str, sql: str, folder: Path, *, parted: bool = False) -> None:
    """Write the rows of a query to a new folder, and let SQL read them there under a name."""
    by.write(sql, folder, parted=parted)
    if files := _parquet_in(folder):
        by.files(name, files)
    else:  # some engines write no file without rows
        by.view(name, sql)


def _show_lines(
    by: Engine, paths: Mapping[str, Path], groups: Sequence[tuple[Any, ...]], run: Path
) -> None:
    """Let SQL read the lines that count as ``orders_offered``.

    Where batches of a source meet in a month, or another replaces it, lines are compared.
    """
    fields = ("batch", "line", *schema.field_names("orders"))
    found: dict[tuple[str, date], list[tuple[str, bool]]] = defaultdict(list)
    for of, month, file, _, _, replaced, *_ in groups:
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
        by.files("lines_alone", [paths[file] for file in alone])
        parts.append(
            f"select {', '.join(fields)}, 'live' as standing from lines_alone"
            " where standing <> 'unknown_code'"
        )
    for number, (of, months) in enumerate(meeting.items()):
        by.files("lines_meeting", [paths[file] for files in months.values() for file in files])
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
