"""The sum of the organisations in a lake: a database of their roll-ups and what these need.

Places, sources, contracts and assets are told apart by the name of their organisation before their
code; categories are shared. The organisation is the group of its places, so whatever is asked by
group compares organisations, with the protection that groups have. Nothing of a line, and nothing
that people wrote, is in it; nothing is imported into it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from nami_monitor.core.errors import UserError, short
from nami_monitor.store import lake, object_storage
from nami_monitor.store.engine import Store, Work
from nami_monitor.store.rollups import OF_ORDERS, SUM
from nami_monitor.store.transaction import Transaction, literal, literals, now

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
) -> list[lake.LakeManifest]:
    """Make a database without data the sum of the organisations in a lake.

    Args:
        store: the database, which need not exist yet.
        places: the folder of the lake, and the one of its roll-ups.
        who: role or initials of who does this.
        demo: whether one of them may be the demo.

    Returns:
        What the lake says of the lines of each.

    Raises:
        UserError: ``lake.too_few``, or what ``lake.open_lake`` raises.
    """
    named = lake.organisations(places[1], lake.OF_ROLLUPS)
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
            manifest, rollups = lake.both(folder, made)
            near = lake.Parts(folder, folder / lake.OF_LINES, room / name / "lines").near
            rolled = lake.Parts(made, made / lake.OF_ROLLUPS, room / name / "rollups").near
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
    db.run(f"update meta set demo = demo or (select demo from {lake.parquet(files['meta'])})")
    for table, rows in SUMMED.items():
        if files[table]:
            read = lake.parquet(files[table])
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
