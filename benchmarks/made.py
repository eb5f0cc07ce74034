"""Makes what the benchmarks run on: a large text file, and a database of a large organisation.

Both are drawn from hashes of the line number, so that every run makes the same. Locations, products
and days are skewed as in practice: few of them take most of the lines.
"""

from __future__ import annotations

import os
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from nami_monitor.core.periods import add_months
from nami_monitor.ingest.book import codes
from nami_monitor.ingest.book.standing import refresh_derived
from nami_monitor.store import Store, Transaction
from nami_monitor.store.lines import begin_changes, rows_of

MONTHS = 60
FIRST = date(2020, 1, 1)


class Shape(NamedTuple):
    """How many different codes an organisation's lines have."""

    locations: int = 600
    products: int = 2000
    categories: int = 12


LARGE = Shape()
WIDE = Shape(2000, 20_000, 1000)
MINISTRY = Shape(2000, 20_000, 100)
PROFILE = """
source = "groot"
delivery = "{delivery}"
vat = "excl"
{file}
[[table]]
name = "orders"
[table.columns]
ordered_on = "Datum"
location_id = "Vestiging"
product_id = "Artikel"
category = "Groep"
channel = "Kanaal"
quantity = "Aantal"
amount_eur = "Bedrag"
condition = "Conditie"
order_ref = "Bestelnr"
[table.values.condition]
"nieuw" = "new"
"hergebruikt" = "reused"
[table.codes]
location_id = "create"
product_id = "create"
category = "create"
"""


def skewed(salt: int, size: int) -> str:
    """SQL of a number from 0 to ``size`` - 1 of which small ones are the most frequent."""
    even = f"(hash(n, {salt}) % 1000003 / 1000003.0)"
    return f"cast(floor({size} * pow({even}, 3)) as integer)"


def lines(month: str, first: int, count: int, shape: Shape = LARGE) -> str:
    """SQL of ``count`` order lines in a month, from line number ``first``."""
    product = skewed(2, shape.products)
    return (
        f"select {month} + cast(hash(n, 1) % 28 as integer) as ordered_on,"
        f" printf('L%04d', {skewed(3, shape.locations)}) as location_id,"
        f" printf('C%02d', {product} % {shape.categories}) as category,"
        f" printf('P%05d', {product}) as product_id,"
        " case when hash(n, 4) % 10 < 7 then 'webwinkel' else 'kast' end as channel,"
        " cast(1 + hash(n, 5) % 40 as double) as quantity,"
        " cast((100 + hash(n, 6) % 50000) / 100.0 as double) as amount_eur,"
        " case when hash(n, 7) % 20 = 0 then 'reused' else 'new' end as condition,"
        " 'B' || n as order_ref"
        f" from (select unnest(range({first}, {first + count})) as n)"
    )


def database(path: Path, total: int, largest: int, shape: Shape = LARGE) -> None:
    """Make a database of monthly deliveries; the last month has ``largest`` lines.

    A database that is there goes on with the first month that it lacks.
    """
    store = Store(path)
    with store.read() as db:
        there = {batch for (batch,) in db.rows("select batch from batches")}
    if not there:
        with store.write() as db:
            _masters(db, shape)
            codes.derive(db)
            refresh_derived(db)
    usual = (total - largest) // (MONTHS - 1)
    for k in range(MONTHS):
        if k + 2 in there:
            continue
        with store.write() as db:
            month, count = add_months(FIRST, k), largest if k == MONTHS - 1 else usual
            _delivery(db, k + 2, month, k * usual, count, shape)
            refresh_derived(db, [month], {"orders"})
    store.close()


def copied(source: Path, target: Path) -> None:
    """Copy a database; a file of lines never changes, so a second name for it does."""

    def copy(one: str, other: str) -> None:
        (os.link if one.endswith(".parquet") else shutil.copy2)(one, other)

    shutil.copytree(source, target, copy_function=copy)


def registers(path: Path, count: int, shape: Shape = LARGE) -> None:
    """Add ``count`` assets with their events and ``count`` requests to a database of lines."""
    store = Store(path)
    with store.write() as db:
        for batch, name in ((900, "assets"), (901, "requests")):
            add_batch(db, batch, name)
        spread = f"date '{FIRST}' + cast(hash(n, 11) % {MONTHS * 30 - 30} as integer)"
        db.run(
            "insert into assets_offered by name select 900 as batch, n + 2 as line,"
            " 'live' as standing, 'A' || n as asset_id,"
            f" printf('C%02d', hash(n, 12) % {shape.categories}) as category,"
            f" printf('L%04d', {skewed(13, shape.locations)}) as location_id,"
            f" {spread} as acquired_on,"
            " case when hash(n, 14) % 4 = 0 then 'reused' else 'new' end as condition,"
            f" {spread} + 1095 as warranty_until from range({count}) as t(n)"
        )
        db.run(
            "insert into asset_events_offered by name select 900 as batch, line,"
            " 'live' as standing, asset_id,"
            " least(acquired_on + cast(hash(line, 15) % 1400 as integer),"
            f" date '{add_months(FIRST, MONTHS - 1)}') as happened_on,"
            " case when line % 3 = 0 then 'failure' else 'retired' end as kind"
            " from assets_offered where line % 3 < 2"
        )
        decisions = "['from_stock', 'shared', 'repaired', 'refurbished', 'bought', 'blocked']"
        db.run(
            "insert into requests_offered by name select 901 as batch, n + 2 as line,"
            f" 'live' as standing, 'R' || n as request_id, {spread} as requested_on,"
            f" printf('L%04d', {skewed(16, shape.locations)}) as location_id,"
            f" printf('C%02d', {skewed(17, shape.products)} % {shape.categories}) as category,"
            f" printf('P%05d', {skewed(17, shape.products)}) as product_id,"
            " cast(1 + hash(n, 18) % 3 as double) as quantity,"
            f" {decisions}[1 + cast(hash(n, 19) % 6 as integer)] as decision"
            f" from range({count}) as t(n)"
        )
        for table, batch in (("assets", 900), ("asset_events", 900), ("requests", 901)):
            codes.book_months(db, table, batch)
        refresh_derived(db, [])
    store.close()


def _masters(db: Transaction, shape: Shape) -> None:
    add_batch(db, 1, "masters")
    db.run(
        "insert into locations_offered by name select 1 as batch, n + 2 as line,"
        " 'live' as standing, printf('L%04d', n) as location_id, 'Locatie ' || n as name,"
        f" 'Dienst' as organisation from range({shape.locations}) as t(n)"
    )
    db.run(
        "insert into categories_offered by name select 1 as batch, n + 2 as line,"
        " 'live' as standing, printf('C%02d', n) as category, 'Groep ' || n as name_nl,"
        f" 'Group ' || n as name_en from range({shape.categories}) as t(n)"
    )
    db.run(
        "insert into products_offered by name select 1 as batch, n + 2 as line,"
        " 'live' as standing, printf('P%05d', n) as product_id, 'Artikel ' || n as name,"
        f" printf('C%02d', n % {shape.categories}) as category, 'stuk' as base_unit,"
        f" 0.1 + n % 7 as mass_kg from range({shape.products}) as t(n)"
    )
    for table, (kind, column) in {
        "locations": ("locations", "location_id"),
        "categories": ("categories", "category"),
        "products": ("products", "product_id"),
    }.items():
        source = "groot" if kind == "products" else ""
        db.run(
            f"insert into code_offers select 1, '{kind}', '{source}', {column}, 'master'"
            f" from {table}_offered"
        )
        db.run(f"insert into batch_months select 1, '{table}', null, count(*) from {table}_offered")


def add_batch(db: Transaction, batch: int, file: str) -> None:
    text = PROFILE.format(delivery="full_period", file="")
    db.run(
        "insert into batches by name select ? as batch, false as automatic, 'groot' as source,"
        " 'groot' as products_of, ? as file, ? as content_hash, ? as profile, 'line' as grain,"
        " 'adds' as delivery, 'ordered' as basis, 'excl' as vat, ? as imported_at",
        [batch, file, file, text, datetime.now(UTC).replace(tzinfo=None)],
    )


def _delivery(
    db: Transaction, batch: int, month: date, first: int, count: int, shape: Shape
) -> None:
    add_batch(db, batch, f"{month:%Y-%m}")
    made = lines(f"date '{month}'", first, count, shape)
    begin_changes(db, "orders")
    db.run(
        f"insert into {rows_of('orders')} by name select {batch} as batch,"
        " 1 + row_number() over (order by ordered_on, location_id) as line, 'live' as standing,"
        f" *, false as per_pack from ({made})"
        " order by ordered_on, location_id"
    )
    db.run("insert into batch_months values (?, 'orders', ?, ?)", [batch, month, count])
    for kind, column, source in (
        ("locations", "location_id", ""),
        ("categories", "category", ""),
        ("products", "product_id", "groot"),
    ):
        db.run(
            f"insert into code_offers select distinct {batch}, '{kind}', '{source}', {column},"
            f" 'use' from {rows_of('orders')} where batch = {batch}"
        )


def text_file(path: Path, count: int, bad: int) -> dict[str, int]:
    """Write a text file of order lines, some of them bad in seven ways; how many of each."""
    spoil = {
        "too_many_fields": "t || ';x'",
        "too_few_fields": "d || ';' || l",
        "not_a_date": "'31-02-2024;' || substr(t, 12)",
        "not_a_number": "d || ';' || l || ';' || p || ';' || c || ';' || k || ';veel;1,5;nieuw;B'",
        "missing": "d || ';;' || p || ';' || c || ';' || k || ';1;1,5;nieuw;B'",
        "not_allowed": "d || ';' || l || ';' || p || ';' || c || ';' || k || ';1;1,5;kapot;B'",
        "open_quote": "d || ';\"' || l || ';' || p || ';' || c || ';' || k || ';1;1,5;nieuw;B'",
    }
    every = count // bad
    cases = " ".join(f"when {index} then {sql}" for index, sql in enumerate(spoil.values()))
    month = f"date '{FIRST}' + cast(hash(n, 9) % {MONTHS * 30} as integer)"
    sql = (
        f"select case when (row_number() over () % {every}) = 7"
        f" then case (row_number() over () // {every}) % 7 {cases} end else t end"
        f" from ({texts(lines(month, 0, count))})"
    )
    _write(path, sql)
    spoilt = (count - 7) // every + 1
    return {rule: (spoilt + 6 - index) // 7 for index, rule in enumerate(spoil)}


def text_month(path: Path, month: date, count: int, shape: Shape = LARGE) -> None:
    """Write the order lines of one month."""
    _write(path, f"select t from ({texts(lines(f'date {str(month)!r}', 7, count, shape))})")


def texts(orders: str) -> str:
    """SQL of order lines as text, ``t``, with the parts that spoiling needs."""
    day = "strftime(ordered_on, '%d-%m-%Y')"
    amount = "replace(printf('%.2f', amount_eur), '.', ',')"
    return (
        f"select {day} as d, location_id as l, product_id as p, category as c, channel as k,"
        f" concat_ws(';', {day}, location_id, product_id, category, channel,"
        f" cast(quantity as integer), {amount},"
        " case condition when 'new' then 'nieuw' else 'hergebruikt' end, order_ref) as t"
        f" from ({orders})"
    )


def _write(path: Path, sql: str) -> None:
    head = "Datum;Vestiging;Artikel;Groep;Kanaal;Aantal;Bedrag;Conditie;Bestelnr"
    store = Store(path.with_suffix(".making"))
    with store.trial() as db:
        db.run(
            f"copy (select '{head}' union all ({sql})) to '{path}'"
            " (format csv, header false, quote '', escape '', delimiter '\x02')"
        )
    store.close()
