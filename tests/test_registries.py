"""Every registry is whole: what is half added fails here."""

from pathlib import Path

import pytest

import nami_monitor
from nami_monitor.core import thresholds
from nami_monitor.ingest.book.stage import CHECKS, model_checks
from nami_monitor.ingest.readers import READERS
from nami_monitor.ingest.sniff.formats import sniff_format
from nami_monitor.kpis import CATALOGUE
from nami_monitor.store.rollups import ORDER_ROLLUPS, REGISTER_ROLLUPS
from nami_monitor.tables import TABLES, columns


@pytest.mark.parametrize("table", TABLES)
def test_every_check_of_a_table_has_its_sql(table):
    named = {check.name for column in columns(table) for check in column.checks}
    assert named <= set(CHECKS)
    assert len(model_checks(table)) >= len(named)


def test_no_sql_is_kept_for_checks_that_no_column_has():
    named = {check.name for table in TABLES for column in columns(table) for check in column.checks}
    assert set(CHECKS) == named


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_table_names_its_own_columns(table):
    own = {column.name for column in columns(table.name)}
    assert set(table.key) <= own
    assert table.dated_by is None or table.dated_by in own
    assert {name for rule in table.rules for name in rule.columns} <= own


@pytest.mark.parametrize("table", TABLES)
def test_a_header_maps_to_one_column_of_a_table(table):
    names = [
        alias.casefold() for column in columns(table) for alias in {*column.aliases, column.name}
    ]
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_kpis_are_found_under_their_codes():
    assert all(code == kpi.code for code, kpi in CATALOGUE.items())


@pytest.mark.parametrize("kpi", CATALOGUE.values(), ids=CATALOGUE)
def test_a_roll_up_answers_before_a_larger_relation(kpi):
    sums = {*(rollup.name for rollup in ORDER_ROLLUPS), *REGISTER_ROLLUPS}
    assert kpi.reads
    assert kpi.reads[0] in sums | {"interventions"}  # an estimate adds up no relation


def test_every_format_that_is_read_is_told_by_its_content(tmp_path):
    file = tmp_path / "a.xlsx"
    file.write_text("a;b\n1;2\n3;4\n", encoding="utf-8")
    assert sniff_format(file) in READERS


def test_every_threshold_decides_something():
    declared = {
        name for name, one in vars(thresholds).items() if isinstance(one, thresholds.Threshold)
    }
    code = "".join(
        file.read_text("utf-8")
        for file in Path(nami_monitor.__file__).parent.rglob("*.py")
        if file != Path(thresholds.__file__)
    )
    assert declared
    assert sorted(name for name in declared if name not in code) == []
