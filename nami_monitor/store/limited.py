"""A part of a database for who may not see the rest: the rows of some categories or organisations.

What stays is what is known to belong to them; of a row that is kept, what it says of others goes.
Places, their figures of activity and shadow prices stay: they have no category. Under a limit by
organisation goes what has no place: contracts, programmes, targets of a whole category.
"""

import json
from collections.abc import Collection, Mapping
from typing import Any, Final

from nami_monitor.core.errors import UserError
from nami_monitor.store import lines, rollups
from nami_monitor.store.transaction import Transaction

FORM: Final = 1
"""Raised with every change of what stays: a part that was made before is made anew."""

CONSIDERED: Final = (
    "meta", "batches", "batch_months", "line_groups", "code_offers", "codes", "code_actions",
    "kept", "source_months", "breaks", lines.STORED,
)  # fmt: skip
"""The stored tables besides input tables of which something stays; every other one is emptied, and
what follows from the rows is derived anew."""
STUB: Final = (
    "'source = ' || to_json(source) || chr(10) || 'grain = ' || to_json(grain) || chr(10)"
    " || '[[table]]' || chr(10) || 'name = \"orders\"' || chr(10)"
)
"""SQL of a profile that says of a delivery no more than what source it is of."""

CATEGORY: Final = (
    "coalesce((select to_code from merged where kind = 'categories' and code = {0}.category),"
    " {0}.category) in (from kept_categories)"
)
PLACE: Final = (
    "coalesce((select to_code from merged where kind = 'locations' and code = {0}.location_id),"
    " {0}.location_id) in (from kept_places)"
)
KEPT: Final[Mapping[str, str]] = {
    "categories": CATEGORY,
    "locations": PLACE,
    "products": "(select (b.products_of, {0}.product_id) from batches as b"
    " where b.batch = {0}.batch) in (select (source, code) from kept_products)",
    "contracts": "not by_place() and " + CATEGORY,
    "measurements": "case when {0}.location_id is null then not by_place() else " + PLACE + " end"
    " and ({0}.subject is null or (not by_place() and {0}.subject in (from kept_subjects)))",
    "assets": CATEGORY + " and " + PLACE,
    "asset_events": "{0}.asset_id in (select asset_id from assets_offered)",
    "requests": CATEGORY + " and " + PLACE,
    "interventions": CATEGORY + " and (not by_place() or not exists (select 1 from"
    " (select unnest(string_split({0}.locations, ';')) as one) where trim(one) <> ''"
    " and trim(one) not in (from kept_places)))",
    "assignments": "{0}.intervention_id in (select intervention_id from interventions_offered)"
    " and " + PLACE,
    "targets": "not by_place() and {0}.category is not null and " + CATEGORY,
    "programmes": "not by_place() and " + CATEGORY,
    "programme_units": "{0}.programme in (select programme from programmes_offered)",
    "materials": "not by_place() and case when {0}.project is null then"
    " (select (b.products_of, {0}.product_id) from batches as b where b.batch = {0}.batch)"
    " in (select (source, code) from kept_products)"
    " else {0}.project in (from kept_subjects) end",
    "shadow_prices": "true",
}
"""SQL of which live rows stay of each input table but that of order lines, each after those that it
reads; a table that stands not here keeps none."""

LISTED: Final = (
    "(select string_agg(one, ';') from (select trim(unnest(string_split(\"{0}\", ';'))) as one)"
    " where one in (from {1}))"
)
"""SQL of what is left of a list in a cell."""
OF_PRODUCT: Final = "case when product_id in (from kept_numbers) then product_id end"
BLANKED: Final[Mapping[str, Mapping[str, str]]] = {
    "contracts": {
        "parent_id": "case when parent_id in (from kept_contracts) then parent_id end",
        "replaces": LISTED.format("replaces", "kept_contracts"),
    },
    "products": {"same_as": "case when same_as in (from kept_numbers) then same_as end"},
    "requests": {"product_id": OF_PRODUCT},
    "assets": {"product_id": OF_PRODUCT},
    "asset_events": {
        "to_organisation": "case when not by_place() or to_organisation in (from kept_names)"
        " then to_organisation end"
    },
    "materials": {
        "product_id": OF_PRODUCT,
        "project": "case when project in (from kept_subjects) then project end",
    },
    "interventions": {
        name: LISTED.format(name, "kept_numbers") for name in ("products", "substitute_products")
    },
}
"""What the rows that stay say of others, with the SQL of what is left of it."""


def keep_only(db: Transaction, categories: Collection[str], organisations: Collection[str]) -> None:
    """Remove all rows but those of some categories and organisations, and derive the rest anew.

    Args:
        db: a transaction that writes, on a copy of a snapshot.
        categories: codes; empty for all of them.
        organisations: names; empty for all of them.
    """
    from nami_monitor.tables import TABLES  # noqa: PLC0415 - a first page need not wait for it

    if rollups.is_sum(db):  # its figures stand on no lines that could be left out
        raise UserError("access.sum")
    _name_what_stays(db, list(categories), list(organisations))
    _lines(db)
    tables = {
        table: f"{table}_offered" for table in (*KEPT, *(TABLES.keys() - KEPT.keys() - {"orders"}))
    }
    for table, stored in tables.items():
        stays = KEPT.get(table, "false").format(stored)
        db.run(f"delete from {stored} where standing <> 'live' or not coalesce({stays}, false)")
    for table, blanks in BLANKED.items():
        stated = ", ".join(f'"{name}" = {left}' for name, left in blanks.items())
        db.run(f"update {table}_offered set {stated}")
    _codes(db)
    _kept(db, by_place=bool(organisations))
    _batches(db)
    for (table,) in db.rows(
        "select table_name from duckdb_tables()"
        " where database_name = current_database() and not temporary"
    ):
        if table not in {*CONSIDERED, *tables.values()}:
            db.run(f"delete from {table}")
    rollups.refresh_merged(db)
    rollups.refresh_facts(db)
    rollups.refresh_order_rollups(db, None)
    rollups.refresh_registers(db)
    _completeness(db)
    for name in ("kept_categories", "kept_places", "kept_products", "kept_numbers", "kept_names",
                 "kept_contracts", "kept_subjects"):  # fmt: skip
        db.run(f"drop table temp.{name}")
    db.run("drop macro temp.by_place")


def unknown(
    db: Transaction, categories: Collection[str], organisations: Collection[str]
) -> list[str]:
    """The codes of categories and names of organisations that a database does not know."""
    query = (
        "select one from (select unnest(?::varchar[]) as one) where one not in"
        " (select code from codes where kind = 'categories') union all"
        " select one from (select unnest(?::varchar[]) as one) where one not in"
        " (select organisation from locations where organisation is not null)"
    )
    return [one for (one,) in db.rows(query, [list(categories), list(organisations)])]


def _name_what_stays(db: Transaction, categories: list[str], organisations: list[str]) -> None:
    """Work out, before anything goes, which codes stay."""
    place = "true" if organisations else "false"
    db.run(f"create temp macro by_place() as {place}")
    tables = {
        "kept_categories": (
            (
                "select distinct coalesce(m.to_code, c.code) as code from"
                " (select unnest(?::varchar[]) as code union all select code from codes"
                " where kind = 'categories' and len(?::varchar[]) = 0) as c"
                " left join merged as m on m.kind = 'categories' and m.code = c.code"
            ),
            [categories, categories],
        ),
        "kept_places": (
            (
                "select location_id from locations where location_id is not null"
                " and (len(?::varchar[]) = 0 or organisation in (select unnest(?::varchar[])))"
            ),
            [organisations, organisations],
        ),
        "kept_names": ("select unnest(?::varchar[])", [organisations]),
        "kept_contracts": (
            (
                "select contract_id as id from contracts"
                " where not by_place() and category in (from kept_categories)"
            ),
            [],
        ),
        "kept_subjects": (
            "select project from project_facts where category in (from kept_categories)",
            [],
        ),
    }
    for name, (rows, values) in tables.items():
        db.run(f"create temp table {name} as {rows}", values)


def _lines(db: Transaction) -> None:
    """Keep the order lines, each under the category that it counts in, and name its articles."""
    lines.open_lines(db, "orders")
    lines.begin_changes(db, "orders")
    spans = (
        "left join merged as mp on mp.kind = 'products' and mp.source = b.products_of"
        " and mp.code = o.product_id left join product_spans as p on p.source = b.products_of"
        " and p.product_id = coalesce(mp.to_code, o.product_id)"
        " and o.ordered_on >= p.holds_from and o.ordered_on < p.holds_until"
    )
    counts_in = "coalesce(p.category, mc.to_code, o.category)"
    contract = (
        "case when by_place() then null"
        " when o.contract_id in (select contract_id from contracts)"
        " and o.contract_id not in (from kept_contracts) then null else o.contract_id end"
    )
    db.run(
        "create temp table lines_that_stay as select o.* replace"
        f" ({counts_in} as category, {contract} as contract_id),"
        " coalesce(mp.to_code, o.product_id) as counts_as, b.products_of"
        f" from {lines.CHANGED} as o join batches as b on b.batch = o.batch {spans}"
        " left join merged as mc on mc.kind = 'categories' and mc.code = o.category"
        " left join merged as ml on ml.kind = 'locations' and ml.code = o.location_id"
        f" where o.standing = 'live' and {counts_in} in (from kept_categories)"
        " and coalesce(ml.to_code, o.location_id) in (from kept_places)"
    )
    db.run(
        "create temp table kept_products as select distinct source, code from ("
        " select source, product_id as code from products where not by_place()"
        " and category in (from kept_categories)"
        " union all select products_of, counts_as from lines_that_stay"
        " union all select r.product_source, r.product_id from requests as r where by_place()"
        " and r.category in (from kept_categories) and r.location_id in (from kept_places)"
        ") where code is not null"
    )
    db.run(
        "insert into kept_products select m.source, m.code from merged as m"
        " where m.kind = 'products' and (m.source, m.to_code)"
        " in (select (source, code) from kept_products)"
    )
    db.run(
        "delete from kept_products where (source, code) in (select (p.source, p.product_id)"
        " from products as p where p.category not in (from kept_categories))"
    )
    db.run(
        "create temp table kept_numbers as select code as number from kept_products"
        " union select source || '/' || code from kept_products"
    )
    db.run(f"delete from {lines.CHANGED}")
    db.run(
        f"insert into {lines.CHANGED} select * exclude (counts_as, products_of)"
        " from lines_that_stay"
    )
    db.run("drop table temp.lines_that_stay")


def _codes(db: Transaction) -> None:
    """Keep the codes of what stays, and what was done to them."""
    stays = {
        "categories": "coalesce((select to_code from merged as m where m.kind = 'categories'"
        " and m.code = codes.code), codes.code) in (from kept_categories)",
        "locations": "coalesce((select to_code from merged as m where m.kind = 'locations'"
        " and m.code = codes.code), codes.code) in (from kept_places)",
        "products": "(codes.source, codes.code) in (select (source, code) from kept_products)",
        "contracts": "codes.code in (from kept_contracts)",
        "assets": "codes.code in (select asset_id from assets_offered)",
        "programmes": "codes.code in (select programme from programmes_offered)",
    }
    test = " or ".join(f"(kind = '{kind}' and {sql})" for kind, sql in stays.items())
    db.run(f"delete from codes where not coalesce({test}, false)")
    known = "(select (c.kind, c.source, c.code) from codes as c)"
    db.run(
        "delete from code_actions where undone_at is not null"
        f" or (kind, source, code) not in {known}"
        f" or (to_code is not null and (kind, source, to_code) not in {known})"
    )


def _kept(db: Transaction, *, by_place: bool) -> None:
    """Keep what people wrote of what stays: where that is not certain, it goes."""
    categories = {code for (code,) in db.rows("from kept_categories")}
    measures = {code for (code,) in db.rows("select intervention_id from interventions_offered")}
    stays = [
        rowid
        for rowid, kind, name, body in db.rows("select rowid, kind, name, body::varchar from kept")
        if body and _belongs(kind, name, json.loads(body), categories, measures, by_place)
    ]
    db.run("delete from kept where rowid not in (select unnest(?::bigint[]))", [stays])


def _belongs(
    kind: str,
    name: str,
    body: Mapping[str, Any],
    categories: Collection[str],
    measures: Collection[str],
    by_place: bool,
) -> bool:
    """Whether something that was written is of the categories, and of nothing else."""
    if kind == "verdict":
        return name in measures
    if by_place:
        return False
    if kind in {"note", "decision"}:
        return body.get("category") in categories
    if kind == "phase":
        filters = dict(json.loads(name.rpartition(" ")[0])[1])
        of = filters.get("category") or [""]
        return body.get("measure") in measures and set(of) <= set(categories)
    if kind == "report":
        of = name.split(":", 2)[-1].split(",")
        return set(of) <= set(categories)
    return False


def _batches(db: Transaction) -> None:
    """Keep the deliveries of which something stays, without what their files say."""
    from nami_monitor.tables import TABLES  # noqa: PLC0415 - a first page need not wait for it

    db.run("delete from batch_months")
    for name, table in TABLES.items():
        month = lines.month_in(table.dated_by)
        db.run(
            f"insert into batch_months select batch, '{name}', {month} as month, count(*)"
            f" from {name}_offered group by batch, month"
        )
    db.run("delete from batches where batch not in (select batch from batch_months)")
    db.run(
        "delete from code_offers where batch not in (select batch from batches)"
        " or (kind, source, code) not in (select (c.kind, c.source, c.code) from codes as c)"
    )
    db.run(
        "update batches set parent = null, file = '-', content_hash = null, report = null,"
        f" header = null, undone_by = null, profile = {STUB}"
    )


def _completeness(db: Transaction) -> None:
    """Keep what is known of the sources that stay; their counts are those of what stays."""
    for table in ("source_months", "breaks"):
        db.run(f"delete from {table} where source not in (select source from batches)")
    db.run("update source_months set lines = 0, locations = 0, expected_locations = 0")
    db.run(
        "update source_months as s set lines = d.lines, locations = d.locations from delivered as d"
        " where s.table_name = 'orders' and d.source = s.source and d.month = s.month"
    )
