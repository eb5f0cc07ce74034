"""Makes a database with measures: every location orders every product group in two channels."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from made import add_batch

from nami_monitor.core.periods import add_months
from nami_monitor.ingest.book import codes
from nami_monitor.ingest.book.standing import refresh_derived
from nami_monitor.store import Store, Transaction
from nami_monitor.store.lines import begin_changes, rows_of

LOCATIONS, GROUPS, MONTHS = 650, 40, 60
FIRST = date(2020, 1, 1)
START = 40
"""The first measure starts in this month, the others in the twelve months from then on."""
LEFT, BACK = 0.5, 0.7
"""What a measure leaves of the target, and the share of the rest that comes back."""


def database(path: Path) -> int:
    """Make it: one line for each location, group, channel and month; one measure for each group.

    Returns:
        How many lines there are.
    """
    store = Store(path)
    with store.write() as db:
        _masters(db)
        for month in range(MONTHS):
            _orders(db, month)
        codes.derive(db)
        refresh_derived(db)
        count = int(db.value("select count(*) from orders_offered"))
    store.close()
    return count


def _masters(db: Transaction) -> None:
    add_batch(db, 1, "masters")
    db.run(
        "insert into locations_offered by name select 1 as batch, n + 2 as line,"
        " 'live' as standing, printf('L%04d', n) as location_id, 'Locatie ' || n as name,"
        " 'Dienst' as organisation, 'Groep ' || n % 65 as \"group\""
        f" from range({LOCATIONS}) as t(n)"
    )
    db.run(
        "insert into categories_offered by name select 1 as batch, 2 as line,"
        " 'live' as standing, 'C01' as category, 'Kantoor' as name_nl, 'Office' as name_en"
    )
    db.run(
        "insert into products_offered by name select 1 as batch, n + 2 as line,"
        " 'live' as standing, printf('P%02d', n) as product_id, 'Artikel ' || n as name,"
        " 'C01' as category, printf('G%02d', n) as product_group, 'stuk' as base_unit,"
        f" 0.1 + n % 7 as mass_kg from range({GROUPS}) as t(n)"
    )
    for table, kind, column in (
        ("locations", "locations", "location_id"),
        ("categories", "categories", "category"),
        ("products", "products", "product_id"),
    ):
        source = "groot" if kind == "products" else ""
        db.run(
            f"insert into code_offers select 1, '{kind}', '{source}', {column}, 'master'"
            f" from {table}_offered"
        )
        db.run(f"insert into batch_months select 1, '{table}', null, count(*) from {table}_offered")
    add_batch(db, 2, "measures")
    db.run(
        "insert into interventions_offered by name select 2 as batch, n + 2 as line,"
        " 'live' as standing, printf('M%02d', n) as intervention_id, 'Maatregel ' || n as title,"
        " 'C01' as category, 'refuse' as strategy, 'running' as status,"
        f" date '{FIRST}' + to_months(cast({START} + n % 12 as integer)) as starts_on,"
        " 0.0 as ramp_months, 1.0 as anticipation_months, 'kast' as target_channel,"
        " 'webwinkel' as substitute_channels, printf('P%02d', n) as products,"
        " printf('P%02d', n) as substitute_products, printf('L%04d', n) as locations,"
        f" true as may_spread from range({GROUPS}) as t(n)"
    )
    db.run(f"insert into batch_months values (2, 'interventions', null, {GROUPS})")


def _orders(db: Transaction, month: int) -> None:
    first, batch = add_months(FIRST, month), month + 3
    add_batch(db, batch, f"{first:%Y-%m}")
    chance = f"(hash(n, 1, {month}) % 1000003 / 1000003.0)"
    size = "exp((hash(place, 2) % 1000003 / 1000003.0) - 0.5)"
    taste = "exp((hash(place, grp, 3) % 1000003 / 1000003.0) - 0.5)"
    expected = f"60 * {size} * {taste} * (0.75 + 0.5 * {chance})"
    held = f"(grp = place and {month} >= {START} + grp % 12)"
    changed = f"case when not {held} then 1 when channel = 0 then {LEFT} else {1 + BACK * LEFT} end"
    begin_changes(db, "orders")
    db.run(
        f"insert into {rows_of('orders')} by name select {batch} as batch, n + 2 as line,"
        f" 'live' as standing, date '{first}' as ordered_on,"
        " printf('L%04d', place) as location_id, 'C01' as category,"
        " printf('P%02d', grp) as product_id,"
        " case channel when 0 then 'kast' else 'webwinkel' end as channel,"
        f" greatest(1.0, round({expected} * {changed})) as quantity,"
        " 2.5 * quantity as amount_eur, 'new' as condition, false as per_pack"
        f" from (select n, n % {LOCATIONS} as place, n // {LOCATIONS} % {GROUPS} as grp,"
        f" n // {LOCATIONS * GROUPS} as channel from range({2 * LOCATIONS * GROUPS}) as t(n))"
        " order by location_id, product_id"
    )
    db.run(
        f"insert into batch_months values (?, 'orders', ?, {2 * LOCATIONS * GROUPS})",
        [batch, first],
    )
    for kind, column, source in (
        ("locations", "location_id", ""),
        ("categories", "category", ""),
        ("products", "product_id", "groot"),
    ):
        db.run(
            f"insert into code_offers select distinct {batch}, '{kind}', '{source}', {column},"
            f" 'use' from {rows_of('orders')} where batch = {batch}"
        )
