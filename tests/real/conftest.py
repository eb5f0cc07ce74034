"""Importing a real file with the profile that stands in tests/profiles."""

from pathlib import Path

import pytest

from nami_monitor.ingest.load import Answers, import_file
from nami_monitor.ingest.profile_toml import load_profile
from nami_monitor.store import Store

PROFILES = Path(__file__).parents[1] / "profiles"


class Import:
    """A database of its own, and what was imported into it."""

    def __init__(self, folder, data):
        self.store = Store(folder / "real.duckdb")
        self.data = data

    def __call__(self, file, profile, *, answers=None):
        made = load_profile(PROFILES / f"{profile}.toml") if isinstance(profile, str) else profile
        report = import_file(self.store, self.data / file, made, answers=answers or Answers.yes())
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
                " where not internal and table_name in (select table_name from duckdb_tables())"
            ):
                if "VARCHAR" in kind:
                    found = f'select distinct cast("{column}" as varchar) from "{table}"'
                    yield from (text for (text,) in db.rows(found) if text)


@pytest.fixture
def imported(tmp_path, real_data):
    made = Import(tmp_path, real_data)
    yield made
    made.store.close()
