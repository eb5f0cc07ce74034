"""Every figure leads back to its batches and rows, and they add up to it."""

import tempfile
from collections import Counter
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from nami_monitor.core.periods import period_at
from nami_monitor.core.words import PeriodKind
from nami_monitor.kpis import CATALOGUE, Ask
from nami_monitor.kpis.questions import EMPTY
from tests.kpis import test_against_polars as lines
from tests.kpis.test_against_polars import measured
from tests.kpis.test_every_period import KINDS, small
from tests.kpis.traced import checked
from tests.support.databases import copy_database
from tests.support.monitor import Monitor
from tests.support.slow import LONGER, examples, slow_but_for

__all__ = ["measured", "small"]
UNTIL = date(2024, 12, 1)
TRACED = 1 if LONGER > 1 else 3
"""Of so many KPIs one is traced over a kind of period: over the seven kinds, each KPI twice."""
PAGED = 2
"""Of so many that are traced one is asked in pages."""


@pytest.mark.parametrize("kind", slow_but_for([], KINDS))
def test_parts_and_rows_of_every_kpi_add_up_over_every_kind_of_period(small, kind):
    with small.store.read() as db:
        for number, (code, kpi) in enumerate(CATALOGUE.items(), start=KINDS.index(kind)):
            if number % TRACED:
                continue
            ask = Ask(kind=kind, until=UNTIL)
            traced, by_table = checked(db, kpi, ask, in_pages=not number // TRACED % PAGED)
            assert traced.result.period.kind == kind
            estimated = kpi.over_time.code == "counterfactual"  # see test_waterbed_trace
            assert bool(by_table) is not estimated, code


def rested_on(kpi, period):
    """The months of which order lines count, said anew."""
    if kpi.over_time.code == "change":
        return [*period.a_year_earlier().months, *period.months]
    if kpi.over_time.code == "distinct_in_window":
        return period_at(PeriodKind.R12, period.last).months
    return period.months


@pytest.mark.slow
@settings(
    max_examples=examples(4),
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(lines.line, max_size=40),
    st.lists(lines.line, max_size=20),
    st.integers(0, len(lines.DIMENSIONS) - 1),
    st.sampled_from(PeriodKind),
)
def test_the_rows_of_order_lines_are_exactly_those_that_belong(measured, first, second, turn, kind):
    """Two deliveries, of which some months hold both; filters by every dimension in turn."""
    with tempfile.TemporaryDirectory() as name:
        monitor = Monitor(Path(name))
        copy_database(measured, monitor.store.path)
        parts = [
            [
                [f"{m.replace(day=day)}", place, category, product, *rest]
                for m, day, place, (category, product), *rest in given
            ]
            for given in (lines.ALWAYS + first, second or lines.ALWAYS[:1])
        ]
        for rows in parts:
            monitor.load_rows("orders", lines.HEADER.split(), rows, source="S")
        every = pl.concat(
            lines.frame([[*row] for row in rows]).with_columns(file=pl.lit(f"orders_{number}.csv"))
            for number, rows in enumerate(parts, start=1)
        )
        compare(monitor, every, turn, kind)
        monitor.store.close()


SEEN = ["file", "ordered_on", "location_id", "category", "channel", "amount_eur", "condition",
        "contract_id"]  # fmt: skip


def compare(monitor, every, turn, kind):
    """Each KPI as a whole and by one filter, each by another."""
    dimensions = list(lines.DIMENSIONS.items())
    with monitor.store.read() as db:
        for at, code in enumerate(lines.EXPECTED, start=turn):
            dimension, column = dimensions[at % len(dimensions)]
            value = [EMPTY, *every[column].drop_nulls().unique().sort()][-1 if at % 2 else 0]
            kpi = CATALOGUE[code]
            ask = Ask(kind=kind, until=UNTIL, where={dimension: (value,)} if at % 3 else {})
            traced, by_table = checked(db, kpi, ask, in_pages=not at % PAGED)
            wanted = pl.lit(None if value == EMPTY else value, pl.String)
            mine = every.filter(pl.col(column).eq_missing(wanted)) if at % 3 else every
            months = rested_on(kpi, traced.result.period)
            mine = mine.filter(pl.col("ordered_on").dt.truncate("1mo").is_in(months))
            listed = Counter(
                tuple(row[name] for name in SEEN) for row in by_table.get("orders", [])
            )
            assert listed == Counter(mine.select(SEEN).iter_rows()), (code, dimension)
