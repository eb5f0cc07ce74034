"""The handbook tells every KPI in full, in the reader's language."""

from dataclasses import replace
from datetime import date

import pytest

from nami_monitor import i18n
from nami_monitor.briefing.handbook import changes, entry
from nami_monitor.core.words import Evidence
from nami_monitor.i18n import LANGS, text
from nami_monitor.kpis import CATALOGUE
from nami_monitor.kpis.declare import Change

CHANGED = replace(CATALOGUE["impact_spend"], history=(Change(2, date(2026, 5, 1)),))


def words(found):
    return {part.label: part.words for part in found.parts}


def part(kpi, name, lang="en"):
    return words(entry(kpi, lang)).get(text(f"handbook.parts.{name}", lang))


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kpi", CATALOGUE.values(), ids=CATALOGUE)
def test_every_entry_is_whole(kpi, lang):
    found = entry(kpi, lang)
    said = [found.name, found.says, found.says_not, *(part.words for part in found.parts)]
    assert all(one and "{" not in one for one in said), said
    assert found.says.endswith(".")
    assert found.says_not.endswith(".")
    assert [need.code for need in found.needs] == list(kpi.needs)
    assert len({part.label for part in found.parts}) == len(found.parts)


@pytest.mark.parametrize("kpi", CATALOGUE.values(), ids=CATALOGUE)
def test_no_english_stands_in_a_dutch_entry(kpi):
    dutch, english = entry(kpi, "nl"), entry(kpi, "en")
    same = {part.words for part in dutch.parts} & {part.words for part in english.parts}
    signs = {"€", "kg", "kg CO2e", "%", str(kpi.version)}
    assert all(one in signs or one.startswith(("R", "Impact")) for one in same), same


def test_the_ladder_is_told_with_its_version_and_where_it_differs_from_the_kit():
    assert part(CATALOGUE["refuse_rate"], "ladder") == "R0 Refuse · R-ladder CBS/PBL 2018"
    circular = part(CATALOGUE["rethink_circular_share"], "ladder")
    assert circular.startswith("R3 Reuse, R5 Refurbish · R-ladder CBS/PBL 2018. The kit files")
    assert part(CATALOGUE["impact_spend"], "ladder") is None


@pytest.mark.parametrize("grade", [grade for grade in Evidence if grade])
def test_a_grade_is_explained_and_never_added_up(grade):
    said = part(replace(CATALOGUE["refuse_rate"], evidence=grade), "evidence")
    assert said.startswith(f"{grade}: ")
    assert said.endswith("never added up.")


def test_limits_in_the_words_are_those_that_decide():
    assert "at most 24 months" in part(CATALOGUE["refuse_avoided_spend"], "pitfalls")
    assert "50%" in part(CATALOGUE["rethink_circular_share"], "pitfalls")


def test_what_judges_other_figures_shows_no_sql():
    assert entry(CATALOGUE["steer_target_attainment"], "en").sql == ()
    assert entry(CATALOGUE["reduce_new_assets_per_fte"], "en").sql[1].words.endswith("'fte'")


def test_a_changed_definition_tells_what_changed_and_since_when(monkeypatch):
    known = i18n.catalogue("en")
    more = {**known, "kpis.impact_spend.changes.2": "Returns count in the month of the order."}
    monkeypatch.setattr(i18n, "catalogue", lambda _: more)
    (said,) = changes(CHANGED, "en")
    assert said == (
        "Version 2 holds from May 2026: Returns count in the month of the order."
        " Figures shared before rest on the former definition."
    )
    assert part(CHANGED, "version") == f"2 {said}"
