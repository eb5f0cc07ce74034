"""A lake: the order lines of organisations, with what belongs to them, as files for any engine.

    organisation=NAME/lines.json                        the manifest of what follows
    organisation=NAME/month=2026-03/batch=7.4f….parquet order lines, as in a snapshot
    organisation=NAME/registers/batches.4f….parquet     every other table that is stored
    organisation=NAME/rollups.json                      the manifest of roll-ups of them
    organisation=NAME/rollups-4f…/by_place/….parquet

No file ever changes. A manifest names those that count, with their hashes, and is replaced as a
whole after them: who reads it sees the old state or the new one. Each organisation has a folder of
its own, so who may read which figures is a matter of files. A lake is a folder, or a place on
object storage, see ``object_storage``.

The sum of the organisations in a lake is a database of their roll-ups and what these need. Places,
sources, contracts and assets are told apart by the name of their organisation before their code;
categories are shared. The organisation is the group of its places, so whatever is asked by group
compares organisations, with the protection that groups have. Nothing of a line, and nothing that
people wrote, is in it; nothing is imported into it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import polars as pl
from filelock import FileLock

from nami_monitor import __version__
from nami_monitor.core.errors import UserError, listed, short
from nami_monitor.core.settings_toml import read_settings, strict
from nami_monitor.store import lines, object_storage, schema, snapshots
from nami_monitor.store.backup_file import BackupPart
from nami_monitor.store.engine import Store, Work
from nami_monitor.store.export import whole
from nami_monitor.store.object_storage import is_remote
from nami_monitor.store.rollups import OF_ORDERS, SUM, is_sum
from nami_monitor.store.transaction import Transaction, literal, literals, now

FORM: Final = 1
"""The form of a lake; a later form is refused by this version."""
OF_LINES: Final = "lines.json"
OF_ROLLUPS: Final = "rollups.json"
REGISTERS: Final = "registers"
READ_AS_VIEWS: Final = ("contracts",)
"""Views of registers that order lines are joined to: they are written as they stand."""
ROWS_IN_ORDER: Final = ("merged", "product_spans", "contracts")
"""Registers that roll-ups read: equal rows give equal files, so no month is made anew for them."""
RUN: Final = "rollups-"
LOCK: Final = ".lock"
DRAFT: Final = ".draft"
FOLDER: Final = "organisation="
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")
"""The name of an organisation in a lake."""
STEP: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9=_.-]*")
"""A folder or a file in the name of a part: no sign by which an engine would find other files."""
OURS: Final = re.compile(
    rf"({OF_LINES}|{OF_ROLLUPS}|{REGISTERS}|{RUN}[0-9a-f]+|month=[0-9-]+|\..*)"
)
"""What stands in the folder of an organisation."""


@strict()
@dataclass(frozen=True)
class LakeManifest:
    """What an organisation has in a lake: its lines with their registers, or its roll-ups.

    Args:
        organisation: its name.
        schema: the version of the schema of the tables.
        data_version: that of the database from which the lines came.
        program: the version of the program.
        made_at: when (UTC).
        batches: the deliveries that count; without one it is as if that had never come.
        parts: the files, by their name below the folder of the organisation.
        of: of roll-ups the hash of the manifest of the lines; otherwise empty.
        months: of roll-ups what each month was made of, as ``lake_rollups`` tells it.
        read: of roll-ups what all months were made of, likewise.
        form: the form of the lake.
    """

    organisation: str
    schema: int
    data_version: int
    program: str
    made_at: datetime
    batches: tuple[int, ...]
    parts: tuple[BackupPart, ...]
    of: str = ""
    months: dict[str, str] = field(default_factory=dict)
    read: str = ""
    form: int = FORM

    def rollup(self, table: str) -> list[BackupPart]:
        """The files of a roll-up."""
        steps = ((part.name.split("/"), part) for part in self.parts)
        return [
            part for (run, *inside), part in steps if run.startswith(RUN) and inside[0] == table
        ]

    def register(self, table: str) -> BackupPart:
        """The file of a register.

        Raises:
            UserError: ``lake.missing``.
        """
        for part in self.parts:
            if part.name.startswith(f"{REGISTERS}/{table}."):
                return part
        raise UserError("lake.missing", path=OF_LINES, part=f"{REGISTERS}/{table}")


def hashed(file: Path) -> str:
    """The hash of the bytes of a small file, wherever it is."""
    return sha256(file.read_bytes()).hexdigest()


def part_of(name: str, file: Path) -> BackupPart:
    """A file of this disk as a manifest states it, under its name in the organisation's folder."""
    return BackupPart(name, file.stat().st_size, snapshots.sha256(file))


@dataclass(frozen=True)
class Parts:
    """The files that a manifest names, as files of this disk.

    Args:
        folder: that of the organisation.
        manifest: the manifest, which the files are compared with.
        copies: a folder of this disk for those of object storage.
    """

    folder: Path
    manifest: Path
    copies: Path

    def near(self, part: BackupPart) -> Path:
        """One of them, after its bytes were compared.

        Raises:
            UserError: ``lake.changed``.
        """
        file = object_storage.near(self.folder / part.name, self.copies, part.name)
        if file.stat().st_size != part.size or snapshots.sha256(file) != part.sha256:
            raise UserError("lake.changed", path=str(self.manifest), part=part.name)
        return file


def organisations(lake: Path, manifest: str) -> dict[str, Path]:
    """The folders of the organisations with a manifest, by name.

    Raises:
        UserError: ``lake.none`` when there is none.
    """
    steps = [name.split("/") for name in object_storage.sizes(lake, f"{FOLDER}*/{manifest}")]
    found = {
        own.removeprefix(FOLDER): lake / own
        for own, *within in sorted(steps)
        if len(within) == 1 and NAME.fullmatch(own.removeprefix(FOLDER))
    }
    if not found:
        raise UserError("lake.none", path=str(lake), part=manifest)
    return found


def read_lake(folder: Path, name: str) -> LakeManifest:
    """A manifest from anywhere, after it was looked at; its files are there in their size.

    What is in them is compared where they are read, see ``Parts``. ``folder`` is that of an
    organisation, ``name`` is ``OF_LINES`` or ``OF_ROLLUPS``.

    Raises:
        UserError: ``lake.damaged``, ``lake.newer``, ``lake.older``, ``lake.missing``,
            ``lake.changed``.
    """
    path = folder / name
    manifest = _stated(path)
    names = [step for part in manifest.parts for step in part.name.split("/")]
    if wrong := [step for step in names if not STEP.fullmatch(step)]:
        raise UserError("lake.damaged", path=str(path), part=short(wrong[0]))
    there = object_storage.sizes(folder)
    for part in manifest.parts:
        if part.name not in there:
            raise UserError("lake.missing", path=str(path), part=part.name)
        if there[part.name] != part.size:
            raise UserError("lake.changed", path=str(path), part=part.name)
    return manifest


def both(folder: Path, made: Path) -> tuple[LakeManifest, LakeManifest]:
    """The manifests of the lines in a folder of an organisation, and of their roll-ups in another.

    Raises:
        UserError: ``lake.other_lines`` when the roll-ups are of other lines, or what ``read_lake``
            raises.
    """
    manifest, rollups = read_lake(folder, OF_LINES), read_lake(made, OF_ROLLUPS)
    if rollups.of != hashed(folder / OF_LINES):
        raise UserError("lake.other_lines", path=str(made))
    return manifest, rollups


def _stated(path: Path) -> LakeManifest:
    """What a manifest says, if this version can read it."""

    def damaged(part: str) -> UserError:
        return UserError("lake.damaged", path=str(path), part=short(part))

    try:
        raw = json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        raise damaged(path.name) from error
    if not isinstance(raw, dict):
        raise damaged(path.name)
    for key, known in (("form", FORM), ("schema", schema.VERSION)):
        seen = raw.get(key)
        if isinstance(seen, int) and seen != known:
            which = "lake.newer" if seen > known else "lake.older"
            raise UserError(which, path=str(path), seen=seen, expected=known)
    return read_settings(LakeManifest, raw, lambda problem: damaged(problem.key))


def publish(folder: Path, name: str, manifest: LakeManifest, since: str | None) -> None:
    """Let a manifest count whose files are complete, and remove those of the one before.

    ``since`` is what ``object_storage.stamp`` said of that one when the work began.
    """
    with object_storage.room_for(folder) as room:
        with whole(room / name) as half:
            stated = json.dumps(asdict(manifest), default=lambda day: day.isoformat(), indent=1)
            half.write_text(stated, "utf-8")
            snapshots.sync(half)
        if is_remote(folder):
            object_storage.move_over(room / name, folder / name, since)
    kinds = (RUN,) if name == OF_ROLLUPS else ("month=", REGISTERS, DRAFT)
    named = {part.name for part in manifest.parts}
    for inside in object_storage.sizes(folder):
        if inside.startswith(kinds) and inside not in named:
            with suppress(OSError):  # somebody reads it
                (folder / inside).unlink()
    if not is_remote(folder):
        for path in sorted(folder.rglob("*"), reverse=True):
            if path.is_dir() and path.relative_to(folder).as_posix().startswith(kinds):
                with suppress(OSError):  # it holds files
                    path.rmdir()


@contextmanager
def turn(lake: Path, organisation: str) -> Iterator[tuple[Path, Path]]:
    """The folder of an organisation, made if needed, and one of this disk to make its files in.

    On this disk one writer has it at a time; on object storage the first to publish counts.

    Raises:
        UserError: ``lake.name``, ``lake.foreign``.
    """
    if not NAME.fullmatch(organisation):
        raise UserError("lake.name", seen=short(organisation))
    folder = lake / f"{FOLDER}{organisation}"
    if is_remote(folder):
        names = {name.partition("/")[0] for name in object_storage.sizes(folder)}
    else:
        folder.mkdir(parents=True, exist_ok=True)
        names = {path.name for path in folder.iterdir()}
    if strange := sorted(name for name in names if not OURS.fullmatch(name)):
        raise UserError("lake.foreign", path=str(folder), names=listed(strange))
    with object_storage.room_for(folder) as room, FileLock(room / LOCK):
        yield folder, room


def export_lines(store: Store, lake: Path, organisation: str) -> LakeManifest:
    """Write all that a database holds to a lake; files that are there already stay.

    ``lake`` need not exist yet; ``organisation`` is the name under which it stands there.

    Returns:
        What is there then.

    Raises:
        UserError: ``export.unwritable``, ``lake.sum``, or what ``turn`` and reading a database
            raise.
    """
    with turn(lake, organisation) as (folder, room), store.read_files() as (db, files):
        if is_sum(db):
            raise UserError("lake.sum", path=str(store.path))
        there, since = object_storage.sizes(folder), object_storage.stamp(folder / OF_LINES)
        put = partial(_put, folder, room / DRAFT, there)
        groups = db.frame("from line_groups order by batch, month")
        parts = [_put_group(db, put, files, row) for row in groups.rows(named=True)]
        named = {
            "file": pl.Series([part.name for part in parts], dtype=pl.String),
            "sha256": pl.Series([part.sha256 for part in parts], dtype=pl.String),
        }
        tables = [name for name in stored_tables(db) if name not in {lines.STORED, *OF_ORDERS}]
        with db.view_of("named_groups", groups.with_columns(**named)) as view:
            for table in (*tables, *READ_AS_VIEWS):
                rows = view if table == "line_groups" else table
                parts.append(put(f"{REGISTERS}/{table}", partial(_copy, db, rows)))
        counting = db.rows("select batch from batches where undone_at is null order by batch")
        manifest = LakeManifest(
            organisation=organisation,
            schema=schema.VERSION,
            data_version=int(db.value("select data_version from meta")),
            program=__version__,
            made_at=datetime.now(UTC),
            batches=tuple(batch for (batch,) in counting),
            parts=tuple(parts),
        )
        publish(folder, OF_LINES, manifest, since)
    return manifest


def stored_tables(db: Transaction) -> list[str]:
    """The tables of a database, by name."""
    query = (
        "select table_name from duckdb_tables() where database_name = current_database()"
        " order by table_name"
    )
    return [name for (name,) in db.rows(query)]


def _put_group(
    db: Transaction,
    put: Callable[..., BackupPart],
    files: Mapping[str, Path],
    group: Mapping[str, Any],
) -> BackupPart:
    """The file of a group of lines: that of the snapshot, or one of lines of the table."""
    batch, month, name = group["batch"], group["month"], group["file"]
    if name is None:
        write = partial(lines.copy_group, db, lines.STORED, batch, month)
        return put(lines.name_of(batch, month), write)
    copy = partial(snapshots.copy_file, files[f"{snapshots.LINES}/{name}"])
    return put(name, copy, group["sha256"])


def _copy(db: Transaction, table: str, path: Path) -> None:
    rows = f"from {table}" + (" order by all" if table in ROWS_IN_ORDER else "")
    db.run(f"copy ({rows}) to {literal(str(path))} (format parquet, compression zstd)")


def _put(
    folder: Path,
    draft: Path,
    there: Mapping[str, int],
    name: str,
    write: Callable[[Path], object],
    known: str = "",
) -> BackupPart:
    """Write a file, unless it is ``there`` already: the files in the folder, with their size.

    It is made at ``draft``. Without a hash ``name`` is the first part of its name, and its content
    gives the last; ``known`` is the hash of its content, where that is known.
    """
    if known and name in there:
        return BackupPart(name, there[name], known)
    write(draft)
    snapshots.sync(draft)
    part = part_of(name, draft)
    if not known:
        part = replace(part, name=f"{name}.{part.sha256[:12]}.parquet")
    if part.name in there and is_remote(folder):
        draft.unlink()
    else:
        object_storage.move(draft, folder / part.name)
    return part


def open_lake(
    store: Store, places: tuple[Path, Path], organisation: str, who: str, *, demo: bool = True
) -> LakeManifest:
    """Make a database without data the one from which an organisation's files in a lake came.

    Roll-ups are taken as they are, wherever they were made; large files of lines are linked.
    ``places`` are the folder of the lake and the one of its roll-ups; with ``demo`` it may be the
    demo.

    Returns:
        What the lake says of the lines.

    Raises:
        UserError: ``lake.left_out`` when the manifest leaves a delivery out that its registers do
            not call undone, ``lake.holds_data``, ``lake.demo``, or what ``both`` and writing a
            database raise.
    """
    folder, made = (place / f"{FOLDER}{organisation}" for place in places)
    manifest, rollups = both(folder, made)
    with (
        object_storage.room_for(*places, beside=store.path) as room,
        store.write(Work.RESTORE, who) as db,
    ):
        near = Parts(folder, folder / OF_LINES, room / "lines").near
        rolled = Parts(made, made / OF_ROLLUPS, room / "rollups").near
        if db.value("select exists (from batches)"):
            raise UserError("lake.holds_data", path=str(store.path))
        for table in stored_tables(db):
            if table in OF_ORDERS:
                fill(db, table, [rolled(part) for part in rollups.rollup(table)])
            elif table == "trail":  # no row of it goes, and none comes twice
                rows = parquet([near(manifest.register(table))])
                db.run(
                    f"insert into trail by name from {rows} where id not in (select id from trail)"
                )
            elif table != lines.STORED:
                fill(db, table, [near(manifest.register(table))])
        if not demo and db.value("select demo from meta"):
            raise UserError("lake.demo", path=str(folder))
        counting = db.rows("select batch from batches where undone_at is null order by batch")
        if manifest.batches != tuple(batch for (batch,) in counting):
            raise UserError("lake.left_out", path=str(folder))
        named = {part.name: near(part) for part in manifest.parts if lines.is_group(part.name)}
        lines.take_over(db, store.path.absolute() / snapshots.LINES, named)
    return manifest


def fill(db: Transaction, table: str, files: Sequence[Path]) -> None:
    """Put the rows of files in the place of those of a table."""
    db.run(f"delete from {table}")
    if files:
        db.run(f"insert into {table} by name from {parquet(files)}")


def parquet(files: Sequence[Path]) -> str:
    """SQL of the rows of Parquet files."""
    named = ", ".join(literal(str(file)) for file in files)
    return f"read_parquet([{named}], hive_partitioning = false)"


FEWEST: Final = 5
"""Of fewer organisations the sum tells too much of each: who knows one takes it off."""

OFFSET: Final = ("batch", "parent", "position", "since_batch")
APART: Final = (
    "source", "products_of", "product_source", "location_id", "contract_id", "asset_id",
    "request_id", "parent_id", "family", "article",
)  # fmt: skip
"""Columns of codes that mean something within an organisation."""
LEFT_OUT: Final = (
    "who", "undone_by", "file", "content_hash", "profile", "report", "header", "same_as",
)  # fmt: skip
"""Columns that stay empty: what people or files are called, and what articles are the same as."""
OF_CODES: Final = ("locations", "contracts", "assets")
GROUPS: Final = ("organisation", "group", "location_group")

LIVE: Final = "standing = 'live'"
SUMMED: Final[Mapping[str, str]] = {
    "batches": "undone_at is null",
    "batch_months": "true",
    "codes": "kind <> 'programmes'",
    "code_actions": "kind <> 'programmes' and (kind, what) <> ('categories', 'merge')",
    "merged": "kind not in ('categories', 'programmes')",
    "categories_offered": LIVE,
    "locations_offered": LIVE,
    "products_offered": LIVE,
    "contracts_offered": LIVE,
    "requests_offered": LIVE,
    "assets_offered": LIVE,
    "asset_events_offered": LIVE,
    "measurements_offered": f"{LIVE} and location_id is not null and subject is null",
    "product_spans": "true",
    "activity": "true",
    "location_facts": "true",
    "category_facts": "true",
    "source_months": "true",
    "breaks": "true",
    "by_request": "true",
    "by_asset": "true",
    "by_life": "true",
    "by_contract": "true",
    "registers": "relation in ('by_request', 'by_asset', 'by_life', 'by_contract')",
    **dict.fromkeys(OF_ORDERS, "true"),
}
"""The tables of the sum, with the rows that are taken. Projects, measures and targets are not: a
target of one is none of all, and prices of one would count for others."""


def open_sum(
    store: Store, places: tuple[Path, Path], who: str, *, demo: bool = True
) -> list[LakeManifest]:
    """Make a database without data the sum of the organisations in a lake.

    ``places`` are the folder of the lake and the one of its roll-ups; with ``demo`` one of them may
    be the demo.

    Returns:
        What the lake says of the lines of each.

    Raises:
        UserError: ``lake.too_few``, or what ``open_lake`` raises.
    """
    named = organisations(places[1], OF_ROLLUPS)
    if len(named) < FEWEST:
        raise UserError("lake.too_few", n=len(named), least=FEWEST)
    manifests = []
    with (
        object_storage.room_for(*places, beside=store.path) as room,
        store.write(Work.RESTORE, who) as db,
    ):
        if db.value("select exists (from batches)"):
            raise UserError("lake.holds_data", path=str(store.path))
        db.run("alter table category_facts add column organisation varchar")
        for name, made in named.items():
            folder = places[0] / made.name
            manifest, rollups = both(folder, made)
            near = Parts(folder, folder / OF_LINES, room / name / "lines").near
            rolled = Parts(made, made / OF_ROLLUPS, room / name / "rollups").near
            files = {
                table: [rolled(part) for part in rollups.rollup(table)]
                if table in OF_ORDERS
                else [near(manifest.register(table))]
                for table in ("meta", *SUMMED)
            }
            _add(db, name, files)
            manifests.append(manifest)
        if not demo and db.value("select demo from meta"):
            raise UserError("lake.demo", path=str(places[0]))
        _share_categories(db)
        told = json.dumps([*named])
        db.run("insert into kept values (?, '', ?, ?, ?)", [SUM, told, who, now()])
    return manifests


def _add(db: Transaction, organisation: str, files: Mapping[str, Sequence[Path]]) -> None:
    """Add what an organisation has, told apart by its name."""
    first = {
        "batch": db.value("select coalesce(max(batch), 0) from batches"),
        "action": db.value("select coalesce(max(action), 0) from code_actions"),
    }
    db.run(f"update meta set demo = demo or (select demo from {parquet(files['meta'])})")
    for table, rows in SUMMED.items():
        if files[table]:
            read = parquet(files[table])
            names = [name for name, *_ in db.rows(f"describe from {read}")]
            own = {name for name, *_ in db.rows(f"describe {table}")}
            if strange := [name for name in names if name not in own]:  # it would stand in SQL
                path, part = str(files[table][0]), short(strange[0])
                raise UserError("lake.damaged", path=path, part=part)
            listed = ", ".join(
                f'{_told(table, column, organisation, first)} as "{column}"' for column in names
            )
            more = f", {literal(organisation)} as organisation" * (table == "category_facts")
            db.run(f"insert into {table} by name select {listed}{more} from {read} where {rows}")


def _told(table: str, column: str, organisation: str, first: Mapping[str, int]) -> str:
    """SQL of a column of an organisation, as it stands in the sum."""
    before = literal(f"{organisation}/")
    found = f'"{column}"'
    if column in OFFSET:
        found = f'"{column}" + {first["batch"]}'
    elif column == "action":
        found = f"action + {first['action']}"
    elif column in LEFT_OUT:
        found = "null"
    elif column in GROUPS and table in {"locations_offered", "location_facts"}:
        found = literal(organisation)
    elif column == "replaces":
        each = f"lambda one: {before} || trim(one)"
        found = f"array_to_string(list_transform(string_split(replaces, ';'), {each}), ';')"
    elif column in {"code", "to_code"}:
        apart = f"kind in {literals(OF_CODES)}"
        found = f'case when {apart} then {before} || "{column}" else "{column}" end'
    elif column in APART:
        found = f"case when \"{column}\" = '' then '' else {before} || \"{column}\" end"
    return found


def _share_categories(db: Transaction) -> None:
    """Let a category be one of all; what those that use it do not agree on is unknown."""
    facts = [
        name
        for name, *_ in db.rows("describe category_facts")
        if name not in {"category", "organisation"}
    ]
    listed = ", ".join(
        f"case when count(distinct coalesce({name}::varchar, '')) = 1 then any_value({name}) end"
        f" as {name}"
        for name in facts
    )
    used = "select distinct split_part(location_id, '/', 1), category from by_place"
    with db.table_of(
        "agreed",
        f"with used as ({used} where category is not null) select category, {listed}"
        " from category_facts where (organisation, category) in (from used)"
        " or category not in (select category from used) group by category",
    ) as agreed:
        db.run("delete from category_facts")
        db.run("alter table category_facts drop column organisation")
        db.run(f"insert into category_facts by name from {agreed}")
    db.run(
        "delete from categories_offered where (category, batch, line) not in"
        " (select (category, min(batch), arg_min(line, batch)) from categories_offered"
        " group by category)"
    )
    one = (
        "select kind, source, code, min(since_batch) as since_batch, bool_and(provisional)"
        " as provisional from codes where kind = 'categories' group by kind, source, code"
    )
    with db.table_of("shared", one) as shared:
        db.run("delete from codes where kind = 'categories'")
        db.run(f"insert into codes by name from {shared}")
