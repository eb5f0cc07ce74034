"""The rows that figures on projects, programmes and initiatives rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from nami_monitor.core.periods import Period
from nami_monitor.kpis.ground import Ground, Rows, between, same


def _of_project(table: str, columns: str) -> Rows:
    """The rows of ``by_project`` that one table gives, with further columns of it."""

    def rows(periods: Sequence[Period]) -> str:
        return (
            f"select r.*{columns} from project_rows as r join {table}_offered as o"
            " on o.batch = r.batch and o.line = r.line and o.standing = 'live'"
            f" where r.table_name = '{table}' and {between('r.month', periods)}"
        )

    return rows


def _units(periods: Sequence[Period]) -> str:
    """As ``by_unit``, for the last of its months: what the plan then says of each unit."""
    last = f"date '{periods[-1].last}'"
    return (
        f"select u.*, {last} as month, programme || '/' || unit_id as unit, 1 as stated,"
        " period as period_of_plan from unit_spans as u join registers as g"
        " on g.relation = 'by_unit' and g.source = u.source"
        f" where from_month <= {last} and {last} <= least(until_month, ends, g.last_month)"
    )


def _caps(periods: Sequence[Period]) -> str:
    return (
        "select p.batch, p.line, u.*, p.title, p.unit as counted_in, p.starts_on, p.ends_on"
        " from by_unit as u join programmes_offered as p"
        " on p.programme = u.programme and p.standing = 'live'"
        f" where u.cap is not null and {between('u.month', periods)}"
    )


def _initiatives(periods: Sequence[Period]) -> str:
    return (
        "select r.*, o.title, o.starts_on, o.disciplines, o.policy from initiative_rows as r"
        " join interventions_offered as o on o.batch = r.batch and o.line = r.line"
        f" and o.standing = 'live' where {between('r.month', periods)}"
    )


OF_PROJECTS: Final[Mapping[str, tuple[Ground, ...]]] = {
    "by_project": (
        Ground(
            "materials",
            _of_project("materials", ", o.mass_kg as stated_kg, o.impact, o.impact_value"),
            {
                **same("project", "scenario", "component", "material"),
                "mass_kg": "stated_kg",
                **same("origin", "end_route", "impact", "impact_value"),
                "impact_set": "price_set",
            },
            "month",
            gives=frozenset(
                {
                    "lines", "weighed", "mass_kg", "compared_kg", "baseline_kg", "baseline_lines",
                    "baseline_weighed", "impacts", "priced", "mki_eur", "mki_eur_per_year",
                    "timed", "told_kg", "mci_whole", "mci_linear",
                }
            ),
        ),
        Ground(
            "measurements",
            _of_project(
                "measurements",
                ", o.period_start, o.period_end, o.subject, o.activity_measure, o.unit, o.proxy,"
                " o.method as stated_method",
            ),
            {
                **same("period_start", "period_end", "subject", "activity_measure", "value",
                       "unit"),
                "method": "stated_method",
                "proxy": "proxy",
            },
            "period_start",
            gives=frozenset({"value", "reports", "proxies"}),
            names="measure",
        ),
    ),
    "by_unit": (
        Ground(
            "programme_units",
            _units,
            {
                **same("programme", "unit_id"),
                "period": "period_of_plan",
                **same("theme", "status", "outcome"),
            },
            "from_month",
            gives=frozenset({"stated"}),
        ),
        Ground(
            "programmes",
            _caps,
            {**same("programme", "title"), "unit": "counted_in",
             **same("cap", "starts_on", "ends_on")},
            "month",
            gives=frozenset({"cap"}),
        ),
    ),
    "by_initiative": (
        Ground(
            "interventions",
            _initiatives,
            same("intervention_id", "title", "category", "starts_on", "disciplines", "policy"),
            "starts_on",
        ),
    ),
}  # fmt: skip
"""Of each ledger of ``store/sql/projects.sql``."""
