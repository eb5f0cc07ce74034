"""KPIs on projects, programmes and initiatives, on tables that can be worked out by hand."""

import datetime as dt

import pytest

from nami_monitor.briefing.overview import overview
from nami_monitor.core.words import Flag, State
from nami_monitor.kpis import CATALOGUE, Ask
from nami_monitor.kpis.result import absolute
from nami_monitor.kpis.trace import rows, trace
from tests.kpis.kpi_tables import LOCATIONS

CATEGORIES = """
category name_nl name_en cpv        roles
works    Werk    Works   45252127-4 "inkoop;inhoud;gebruikers;duurzaamheid"
events   Event   Events  79952000-2 .
ballots  Biljet  Ballots .          .
"""
# T ends in June, D in December; the election E takes two months, the year plans all of 2024.
PROGRAMMES = """
programme title      category unit   cap starts_on  ends_on
T         Terwolde   works    werk   .   2024-01-01 2024-06-30
D         Dijk       works    werk   .   2024-01-01 2024-12-20
N         Nieuw      works    werk   .   2025-01-01 2025-03-01
E         Verkiezing ballots  stem   .   2024-05-01 2024-06-06
P         Plannen    events   post   4   2024-01-01 2024-12-31
V         Velden     works    veld   2   2023-01-01 2029-12-31
"""
# T is built: what was designed counts no more. Its frame weighs nobody knows what.
MATERIALS = """
project scenario component material mass_kg origin  end_route second_life_contract in_passport
T       baseline frame     steel    200     virgin  landfill  .                    .
T       baseline wall      concrete 800     virgin  landfill  .                    .
T       design   frame     steel    999     virgin  landfill  .                    .
T       as_built frame     steel    100     virgin  Recycling true                 true
T       as_built floor     Staal    50      reused  reuse     true                 true
T       as_built wall      concrete 300     recycled recycling .                   false
T       as_built tank      concrete 50      kept    landfill  .                    .
T       as_built pump      steel    .       virgin  .         .                    .
D       design   infill    SBR      30      virgin  energy    .                    false
D       design   infill    cork     10      biobased composting .                  false
E       as_built ballot    paper    600     recycled recycling .                   .
E       as_built sheet     papier   200     virgin  .         .                    .
E       as_built crate     plastic  50      reused  reuse     .                    .
"""
MEASURED = """
period_start period_end subject activity_measure             value method proxy
2024-05-01   2024-06-06 E       voters                       1000  .      false
2024-06-01   2024-06-30 T       new_stormwater_connections   2     .      false
2024-12-01   2024-12-31 D       new_stormwater_connections   1     .      false
2024-06-01   2024-06-30 T       pef_per_year                 300   PEF~3.0 false
2024-12-01   2024-12-31 D       pef_per_year                 500   PEF~3.1 false
2024-03-01   2024-03-31 ROM     events                       4     .      false
2024-03-01   2024-03-31 PAR     events                       6     .      false
2024-03-01   2024-03-31 ROM     goodies                      10    .      false
2024-03-01   2024-03-31 PAR     goodies                      20    .      false
2024-03-01   2024-03-31 ROM     printed_invitations          100   .      false
2024-03-01   2024-03-31 ROM     meals                        50    .      false
2024-03-01   2024-03-31 ROM     vegetarian_meals             20    .      false
2024-04-01   2024-04-30 ROM     events                       1     .      false
2024-03-01   2024-03-31 events  towels                       90    .      false
2024-03-01   2024-03-31 events  dryings                      60    doors  true
2024-03-01   2024-03-31 events  own_volume                   30    .      false
2024-03-01   2024-03-31 events  joint_volume                 120   .      false
"""
# ROM plans on two themes, PAR has no measure on climate, BER does not answer, LON still must.
UNITS = """
programme unit_id period  theme    status      outcome       measure
P         ROM     2024-02 climate  done        .             trein
P         ROM     2024-02 circular done        .             .
P         PAR     2024-03 climate  done        .             .
P         PAR     2024-03 circular done        .             huur
P         BER     2024-03 .        no_response .             .
P         LON     2024    climate  planned     .             .
V         V1      2023-Q4 .        done        natural_grass .
V         V2      2024-03 .        done        artificial    .
V         V3      2024-06 .        done        .             .
V         V4      2024    .        planned     .             .
V         V4      2024-11 .        deferred    .             .
V         V5      2023    .        planned     .             .
"""
INTERVENTIONS = """
intervention_id category starts_on  disciplines                policy
I1              works    2024-03-01 "inkoop;Inhoud;kantine"     2030
I2              works    2024-05-01 inkoop                     .
I3              works    2024-09-01 .                          2030
"""
OF_INTERVENTIONS = {
    "title": "Titel", "strategy": "reduce", "status": "running", "ramp_months": "0",
    "anticipation_months": "0", "target_channel": "a", "substitute_channels": "b",
    "locations": "A", "may_spread": "false",
}  # fmt: skip


@pytest.fixture(scope="module")
def projects(kept):
    kept.load("categories", CATEGORIES)
    kept.load("locations", LOCATIONS)
    kept.load("programmes", PROGRAMMES)
    kept.load("materials", MATERIALS)
    kept.load("measurements", MEASURED, unit="n")
    kept.load("programme_units", UNITS)
    kept.load("interventions", INTERVENTIONS, **OF_INTERVENTIONS)
    return kept


YEAR = {"kind": "year"}
WORKS = {**YEAR, "where": {"category": ("works",)}}


def of(**where):
    return {"where": {name: (value,) for name, value in where.items()}}


@pytest.mark.parametrize(
    ("code", "until", "question", "expected"),
    [
        # 50 reused, 300 recycled and 50 kept of 500; of 5 lines 4 are weighed
        ("reduce_reused_mass_share", "2024-06", of(project="T"), {(): 100 * 400 / 500}),
        ("reduce_reused_mass_share", "2024-12", WORKS, {(): 100 * 400 / 540}),
        ("reduce_reused_mass_share", "2024-06", of(component="wall"), {(): 100}),
        ("impact_recycled_content", "2024-06", of(project="T"), {(): 60}),
        ("reduce_mass_against_baseline", "2024-12", WORKS, {(): 50}),
        ("reduce_new_steel", "2024-12", WORKS, {(): 100}),
        ("impact_passport_coverage", "2024-06", of(project="T"), {(): 100 * 150 / 450}),
        ("impact_second_life_mass", "2024-06", of(project="T"), {(): 150}),
        ("impact_second_life_share", "2024-06", of(project="T"), {(): 100 * 150 / 500}),
        ("impact_end_route_share", "2024-06", of(project="T"), {(): 90}),
        ("impact_end_route_share", "2024-12", WORKS, {(): 100 * (450 + 10) / 540}),
        ("refuse_polymer_infill", "2024-12", WORKS, {(): 30}),
        ("refuse_polymer_infill", "2024-06", of(project="T"), {(): 0}),
        ("reduce_paper_per_voter", "2024-12", YEAR, {(): 0.8}),
        ("reduce_paper_per_voter", None, {"kind": "E"}, {(): 0.8}),
        ("reduce_paper_per_voter", "2024-06", {}, {(): "measured_longer"}),
        ("reduce_paper_per_voter", "2024-12", WORKS, {(): "nothing_known"}),
        ("refuse_new_stormwater", "2024-12", WORKS, {(): 3}),
        ("refuse_new_stormwater", "2024-06", of(category="works"), {(): 2}),
        ("refuse_new_stormwater", "2024-08", of(category="works"), {(): "too_little_known"}),
        ("impact_pef_per_unit_year", "2024-06", of(category="works"), {(): 300}),
        ("impact_pef_per_unit_year", "2024-12", WORKS, {(): "mixed_methods"}),
        ("impact_pef_per_unit_year", "2024-12", {**WORKS, "by": ("method",)},
         {("PEF 3.0",): 300, ("PEF 3.1",): 500, (None,): "too_little_known"}),
        ("refuse_goodies_per_event", "2024-03", {}, {(): 3}),
        ("refuse_goodies_per_event", "2024-04", {}, {(): "too_little_known"}),
        ("reduce_printed_invitations", "2024-03", {}, {(): 100}),
        ("rethink_vegetarian_share", "2024-03", {}, {(): 40}),
        ("reduce_use_per_event", "2024-03", of(category="events"), {(): 1.5}),
        ("steer_volume_share", "2024-03", of(category="events"), {(): 25}),
        ("rethink_plan_coverage", "2024-12", of(programme="P"), {(): 100}),
        ("rethink_plan_coverage", "2024-03", {**of(programme="P"), "by": ("theme",)},
         {("circular",): 50, ("climate",): 50, (None,): "zero_denominator"}),
        ("rethink_plan_coverage", "2024-01", of(programme="P"), {(): "too_little_known"}),
        ("steer_programme_progress", "2024-12", of(programme="P"), {(): 50}),
        ("steer_programme_progress", "2024-02", of(programme="P"), {(): 25}),
        ("steer_programme_progress", None, {"kind": "P", **of(category="events")}, {(): 50}),
        ("steer_programme_progress", "2024-06", of(programme="V"), {(): 150}),
        ("steer_programme_progress", "2023-11", of(programme="V"), {(): 0}),
        ("steer_non_response", "2024-03", of(programme="P"), {(): 100 / 3}),
        ("refuse_deferred_share", "2024-10", of(programme="V"), {(): 0}),
        ("refuse_deferred_share", "2024-11", of(programme="V"), {(): 20}),
        ("refuse_natural_grass_share", "2024-06", of(programme="V"), {(): 50}),
        ("refuse_natural_grass_share", "2024-01", of(programme="V"), {(): 100}),
        ("steer_disciplines_present", "2024-03", {}, {(): 50}),
        ("steer_disciplines_present", "2024-09", {}, {(): "too_little_known"}),
        ("steer_policy_linked_share", "2024-03", {}, {(): 100}),
        ("steer_policy_linked_share", "2024-05", {}, {(): 0}),
    ],
)  # fmt: skip
def test_figures_are_those_of_the_table(projects, code, until, question, expected):
    assert projects.values(code, until, **question) == pytest.approx(expected)


def test_a_line_without_a_mass_lowers_what_is_known(projects):
    share = projects.one("reduce_reused_mass_share", "2024-06", **of(project="T"))
    assert share.completeness == pytest.approx(4 / 5)
    assert Flag.INCOMPLETE in share.flags


def test_who_did_not_answer_is_unknown_and_not_zero(projects):
    """BER and LON did not hand in a plan, on no theme."""
    whole = projects.one("rethink_plan_coverage", "2024-06", **of(programme="P"))
    assert (whole.value, whole.completeness) == (100, 0.5)
    climate = projects.one("rethink_plan_coverage", "2024-06", **of(programme="P", theme="climate"))
    assert (climate.value, climate.completeness) == (50, 0.5)


def test_more_done_than_the_cap_is_shown_and_said(projects):
    over = projects.one("steer_programme_progress", "2024-06", **of(programme="V"))
    assert (over.numerator, over.denominator) == (3, 2)
    assert Flag.ABOVE_WHOLE in over.flags
    assert over.state is State.VALUE


def test_a_declared_proxy_stands_beside_the_figure(projects):
    assert Flag.PROXY in projects.one("reduce_use_per_event", "2024-03").flags
    assert Flag.PROXY not in projects.one("steer_volume_share", "2024-03").flags


SILENT_PROGRAMMES = """
programme title category unit starts_on  ends_on
P23       Plan  events   post 2023-01-01 2023-12-31
P24       Plan  events   post 2024-01-01 2024-12-31
"""
SILENT_UNITS = """
programme unit_id period  status
P23       A       2023-02 done
P23       B       2023-02 done
P23       C       2023-02 no_response
P23       D       2023-02 no_response
P24       A       2024-02 done
P24       B       2024-02 done
P24       C       2024-02 done
P24       D       2024-02 no_response
"""
SILENT_REPORTS = """
period_start period_end subject activity_measure    value
2023-01-01   2023-12-31 A       printed_invitations 30
2023-01-01   2023-12-31 B       printed_invitations 50
2024-01-01   2024-12-31 A       printed_invitations 10
2024-01-01   2024-12-31 B       printed_invitations 20
2024-01-01   2024-12-31 C       printed_invitations 30
2023-01-01   2023-12-31 A       goodies             6
2023-01-01   2023-12-31 A       events              2
2023-01-01   2023-12-31 B       goodies             9
2023-01-01   2023-12-31 B       events              3
"""


def test_units_that_did_not_answer_are_missing_and_never_zero(monitor):
    """Half answered in 2023 and three of four in 2024: each unit that answered printed half."""
    monitor.load("categories", CATEGORIES)
    monitor.load("programmes", SILENT_PROGRAMMES)
    monitor.load("programme_units", SILENT_UNITS)
    monitor.load("measurements", SILENT_REPORTS, unit="-", proxy="false")
    found = monitor.ask("reduce_printed_invitations", kind="year", last=2)
    assert [(one.numerator, one.denominator, one.value) for one in found] == [
        (80, 2, 40), (60, 3, 20),
    ]  # fmt: skip
    assert [one.completeness for one in found] == [0.5, 0.75]
    assert all(Flag.INCOMPLETE in one.flags for one in found)
    assert absolute(found[1]).value == 60
    ratio = monitor.one("refuse_goodies_per_event", "2023-12", kind="year")
    assert (ratio.value, ratio.completeness) == (3, 0.5)
    of_units = monitor.values("reduce_printed_invitations", kind="year", by=("project",))
    assert of_units[("D",)] == "too_little_known"
    assert of_units[("C",)] == 30
    with monitor.store.read() as db:
        ask = Ask("year", found[1].month)
        listed = rows(db, CATALOGUE["reduce_printed_invitations"], ask, table="programme_units")
        parts = trace(db, CATALOGUE["reduce_printed_invitations"], ask).batches
    assert [row[listed.columns.index("unit_id")] for row in listed.rows] == ["D"]
    assert sum(part.numerator or 0 for part in parts) == 60
    assert sum(part.denominator or 0 for part in parts) == 3


def test_a_sum_of_which_reports_are_missing_is_not_compared(monitor):
    monitor.load("categories", CATEGORIES)
    monitor.load("programmes", SILENT_PROGRAMMES)
    monitor.load("programme_units", SILENT_UNITS)
    reports = SILENT_REPORTS.replace("printed_invitations", "new_stormwater_connections")
    monitor.load("measurements", reports, unit="-", proxy="false")
    with monitor.store.read() as db:
        glance = overview(db, dt.date(2024, 12, 1), {}, "year")
    (line,) = (one for one in glance.lines if one.kpi.code == "refuse_new_stormwater")
    assert (line.result.value, line.result.completeness) == (60, 0.75)
    assert (line.year_ago.value, line.change) == (80, None)
    (other,) = (one for one in glance.lines if one.kpi.code == "reduce_printed_invitations")
    assert other.change is None
