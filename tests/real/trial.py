"""Importing a real file with a profile of tests/profiles into a database of its own."""

from dataclasses import replace
from pathlib import Path

from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.profiles.profile import load_profile
from nami_monitor.store import Store

PROFILES = Path(__file__).parents[1] / "profiles"


def kept(name):
    """A profile of tests/profiles."""
    return load_profile(PROFILES / f"{name}.toml")


def mapped(name, **origins):
    """A kept profile with other columns in its first table; None takes one out."""
    made = kept(name)
    table = made.tables[0]
    columns = {**table.columns, **origins}
    columns = {name: origin for name, origin in columns.items() if origin is not None}
    return replace(made, tables=(replace(table, columns=columns), *made.tables[1:]))


class Import:
    """A database of its own, and what was imported into it."""

    def __init__(self, folder, data):
        self.store = Store(folder / "real.duckdb")
        self.data = data

    def __call__(self, file, profile, *, answers=None):
        made = kept(profile) if isinstance(profile, str) else profile
        report = import_file(
            self.store, self.data / file, made, answers=answers or Answers.yes(), who="t"
        )
        for counts in report.tables.values():
            assert counts.read == counts.received + sum(counts.skipped.values())
            assert counts.received == counts.accepted + counts.set_aside + counts.known
        return report

    def rows(self, sql):
        with self.store.read() as db:
            return db.rows(sql)

    def value(self, sql):
        return self.rows(sql)[0][0]

    def words(self):
        """Every text in every table, whatever holds it."""
        with self.store.read() as db:
            for table, column, kind in db.rows(
                "select table_name, column_name, data_type from duckdb_columns()"
                " where not internal and database_name = current_database() and table_name in"
                " (select table_name from duckdb_tables())"
            ):
                if "VARCHAR" in kind:
                    found = f'select distinct cast("{column}" as varchar) from "{table}"'
                    yield from (text for (text,) in db.rows(found) if text)
