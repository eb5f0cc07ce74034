"""A database in which every text of every input table bears markup."""

import contextlib
import datetime as dt

from nami_monitor.briefing import notes
from nami_monitor.store import Store, Work, instance
from nami_monitor.tables import TABLES, columns
from tests.support.databases import newest_file
from tests.support.markup import PIECES, planted

MEANING = {"kpi", "kit_cases", "cpv", "option_dates", "category", "activity_measure", "unit",
           "evaluate_after"}  # fmt: skip
"""Columns whose values the monitor knows: with another value, pages would show nothing."""
CATEGORY = "artificial_pitches"
"""The category whose code bears markup too."""
SAME = {
    "group": ["location_group"],
    "contract_id": ["family"],
    "source": ["product_source", "products_of", "delivered_by"],
    "unit_id": ["project", "subject"],
}
"""Other names under which the store keeps a column."""
PAIRS = {"article", "unit"}
"""Columns of the store that hold two codes, parted by a slash."""
OF_BATCHES = {"file", "who", "value"}


def text_columns(stored):
    """The columns of a stored table in which anybody may write what they like: whether listed."""
    own = TABLES.get(stored.removesuffix("_offered").removesuffix("_stored"))
    free, fixed = dict.fromkeys({"source", *OF_BATCHES}, False), set(MEANING)
    for table in [own.name] if own else TABLES:
        for column in columns(table):
            known = {check.name for check in column.checks} & {"isin"}
            if known or column.sql_type != "varchar" or "period" in column.name:
                fixed.add(column.name)
                continue
            for name in (column.name, *SAME.get(column.name, ())):
                free[name] = column.listed
    return {name: listed for name, listed in free.items() if name not in fixed}


def plant(path):
    """Put markup behind every text of a database; a code bears the same wherever it stands."""
    with contextlib.closing(instance.start()) as root:
        root.execute(f"attach '{newest_file(path)}' as planted")
        root.execute("use planted")
        listed = ", ".join(_quoted(planted(kind)) for kind in PIECES)
        root.execute(
            f"create temp macro marked(v) as case when v = '' then v else"
            f" v || ' ' || ([{listed}])[1 + (hash(v) % {len(PIECES)})::bigint] end"
        )
        for table, column in root.execute(
            "select c.table_name, column_name from duckdb_columns() c"
            " join duckdb_tables() t on c.table_name = t.table_name"
            " and c.database_name = t.database_name"
            " where c.database_name = 'planted' and data_type = 'VARCHAR'"
        ).fetchall():
            told = _marked(column, text_columns(table))
            if told:
                there = f'"{column}" is not null'
                root.execute(f'update "{table}" set "{column}" = {told} where {there}')
    _write_notes(path)


def _marked(column, texts):
    name = f'"{column}"'
    if column == "category":
        return f"case when {name} = '{CATEGORY}' then marked({name}) else {name} end"
    if column in PAIRS:
        first, rest = f"split_part({name}, '/', 1)", f"{name}[strpos({name}, '/') + 1:]"
        both = f"marked({first}) || '/' || marked({rest})"
        return f"case when {name} like '%/%' then {both} else {name} end"
    if texts.get(column):
        return f"array_to_string([marked(x) for x in string_split({name}, ';')], ';')"
    if column == "code" or column in texts:
        return f"marked({name})"
    return None


def _quoted(words):
    return "'" + words.replace("'", "''") + "'"


def _write_notes(path):
    """Notes of people; in these an address of a person is refused."""
    with contextlib.closing(Store(path)) as store, store.write(Work.NOTE, "rol") as db:
        for at, kind in enumerate(kind for kind in PIECES if kind != "address"):
            notes.write(
                db, month=dt.date(2026, 1 + at % 6, 1), kpi="impact_spend", category=None,
                text=planted(kind), lesson=None, who=planted(kind)[:40],
            )  # fmt: skip
