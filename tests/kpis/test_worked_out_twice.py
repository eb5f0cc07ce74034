"""Which file works out which KPI a second time, from the input: together they leave none out."""

from nami_monitor.kpis import CATALOGUE
from tests.kpis import (
    projects_again,
    registers_again,
    test_against_polars,
    test_falls_counted,
    waterbed_again,
)

WORKED_OUT_AGAIN = {
    "test_against_polars.py": test_against_polars.EXPECTED,
    "test_registers_against_polars.py": registers_again.EXPECTED,
    "test_projects_against_plain_rows.py": projects_again.EXPECTED,
    "test_falls_counted.py": test_falls_counted.EXPECTED,
    "interventions/test_kpis_again.py": waterbed_again.EXPECTED,
}


def test_every_kpi_is_worked_out_twice_in_one_file():
    codes = [code for found in WORKED_OUT_AGAIN.values() for code in found]
    assert sorted(codes) == sorted(CATALOGUE)
