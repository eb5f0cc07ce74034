"""A database cut after a month: without the rows that are dated later, and all made from them."""

import shutil
from contextlib import closing

import polars as pl

from nami_monitor.core.periods import add_months
from nami_monitor.ingest.book import completeness
from nami_monitor.store import Store, lines, rollups

DATES = {
    "orders": "ordered_on",
    "measurements": "period_end",
    "assets": "acquired_on",
    "asset_events": "happened_on",
    "requests": "coalesce(decided_on, requested_on)",
    "contracts": "starts_on",
    "interventions": "starts_on",
    "programme_units": "case when status <> 'planned' then period_last(period) end",
}
"""SQL of the date of a row, by input table; rows of the others have none."""

LATER_VERDICTS = "kind = 'verdict' and body->>'known' >= ?"

UNSAID = {"batches", "batch_months", "line_groups", "code_offers", "codes", "set_aside", "offered",
          "order_lines", "interventions", "initiative_rows", "by_cell"}  # fmt: skip
"""Tables of what was booked, not of what the data says; ``orders`` holds the lines, and a measure
that has not begun stands in the register all the same. ``by_cell`` says what is protected, which is
formed over all data."""


def cut_after(path, month, into):
    """A copy of a database, cut after a month."""
    shutil.copytree(path, into)
    after = add_months(month, 1)
    with closing(Store(into)) as store, store.write() as db:
        lines.open_lines(db, "orders")
        for table, dated in DATES.items():
            db.run(f"delete from {lines.rows_of(table)} where {dated} >= ?", [after])
        db.run(f"delete from kept where {LATER_VERDICTS}", [f"{after:%Y-%m}"])
        rollups.refresh_order_rollups(db, None)
        rollups.refresh_facts(db)
        rollups.refresh_registers(db)
        completeness.refresh(db)
    return into


def rows_by_name(db):
    """The rows of every table and view that says something of the data, by name."""
    names = db.rows(
        "select table_name from information_schema.tables where table_schema = 'main'"
        " and table_catalog = current_database() order by 1"
    )
    found = {}
    for (name,) in names:
        if name in UNSAID or name.endswith(("_made", "_offered", "_stored")):
            continue
        frame = db.frame(f"from {name}").drop("rowid", strict=False)
        numbers = [one for one, kind in frame.schema.items() if kind == pl.Float64]
        frame = frame.with_columns(pl.col(numbers).round_sig_figs(9)).select(sorted(frame.columns))
        found[name] = sorted(map(repr, frame.rows()))
    return found
