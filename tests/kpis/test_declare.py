"""A declaration that is not whole is refused where it stands."""

from dataclasses import replace
from datetime import date

import pytest

from nami_monitor.core.words import Evidence, Unit
from nami_monitor.kpis import CATALOGUE
from nami_monitor.kpis.catalogue import _declared
from nami_monitor.kpis.catalogue import impact as impact_file
from nami_monitor.kpis.declare import Change
from nami_monitor.kpis.over_time.added_up import RATIO_OF_SUMS
from nami_monitor.tables import columns

SPEND = CATALOGUE["impact_spend"]
SHARE = CATALOGUE["rethink_circular_share"]
PER_DAY = CATALOGUE["reduce_spend_per_activity"]


@pytest.mark.parametrize(
    ("kpi", "change", "field"),
    [
        (SPEND, {"code": "Impact Spend"}, "code"),
        (SPEND, {"history": (Change(3, date(2026, 1, 1)),)}, "history"),
        (SPEND, {"history": (Change(2, date(2026, 1, 5)),)}, "history"),
        (
            SPEND,
            {"history": (Change(2, date(2026, 5, 1)), Change(3, date(2026, 5, 1)))},
            "history",
        ),
        (SPEND, {"reads": ("orders",)}, "reads"),
        (SPEND, {"numerator": "count(distinct product)"}, "splits"),
        (SPEND, {"denominator": "sum(lines)"}, "denominator"),
        (SPEND, {"over_time": RATIO_OF_SUMS}, "denominator"),
        (SHARE, {"denominator": None}, "denominator"),
        (PER_DAY, {"denominator": "sum(lines)"}, "denominator"),
        (PER_DAY, {"unit": Unit.EUR}, "denominator"),
    ],
)
def test_what_is_not_whole_is_refused(kpi, change, field):
    with pytest.raises(ValueError, match=rf"\.{field}: "):
        replace(kpi, **change)


def test_a_changed_definition_says_since_when():
    changed = replace(SPEND, history=(Change(2, date(2026, 5, 1)),))
    assert changed.history[0].since == date(2026, 5, 1)


@pytest.mark.parametrize("kpi", CATALOGUE.values(), ids=CATALOGUE)
def test_every_need_is_a_column(kpi):
    for need in (*kpi.needs, *kpi.known_by):
        table, _, column = need.partition(".")
        assert column in {field.name for field in columns(table)}


def test_a_code_is_declared_once():
    with pytest.raises(ValueError, match="impact_spend"):
        _declared(impact_file, impact_file)


def test_every_code_stands_under_itself():
    assert all(kpi.code == code for code, kpi in CATALOGUE.items())


GRADED = {"by_request": Evidence.LOGGED, "interventions": Evidence.COUNTERFACTUAL}
"""Relations whose rows bear a grade of evidence."""


@pytest.mark.parametrize("kpi", CATALOGUE.values(), ids=CATALOGUE)
def test_grades_are_never_added_up(kpi):
    """A figure reads rows of one grade alone, and says that grade."""
    assert {GRADED.get(name, Evidence.NONE) for name in kpi.reads} == {kpi.evidence}
