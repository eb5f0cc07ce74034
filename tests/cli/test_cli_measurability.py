"""``nami measurability``: for people and as JSON."""

import pytest

from nami_monitor.cli import figures
from nami_monitor.kpis import CATALOGUE


def test_every_kpi_is_told_as_json(loaded):
    found = loaded.json("measurability")
    assert found["month"] == "2025-02"
    figures = {one["code"]: one for one in found["figures"]}
    assert list(figures) == list(CATALOGUE)
    assert set(figures["impact_spend"]) == {
        "category", "code", "strategy", "state", "value", "period_start", "period_end", "unit",
        "evidence", "completeness", "reason", "lacks",
    }  # fmt: skip
    spend = figures["impact_spend"]
    assert (spend["state"], spend["value"], spend["completeness"]) == ("value", 80, 1)
    assert (spend["period_start"], spend["period_end"]) == ("2025-02-01", "2025-02-28")
    assert figures["refuse_rate"]["evidence"] == "A"
    assert figures["refuse_rate"]["lacks"] == [{"need": "requests", "filled": None}]
    assert {"need": "products", "filled": None} in figures["impact_mass"]["lacks"]
    assert all(one["reason"] for one in figures.values() if one["state"] != "value")
    assert not any(one["lacks"] for one in figures.values() if one["state"] == "value")


def test_what_unlocks_most_comes_first_as_json(loaded):
    unlocks = loaded.json("measurability")["unlocks"]
    sizes = [len(one["unlocks"]) for one in unlocks]
    assert sizes == sorted(sizes, reverse=True)
    requests = next(one for one in unlocks if one["need"] == "requests")
    assert {"category": "paper", "code": "refuse_rate"} in requests["unlocks"]
    mass = {"category": "paper", "code": "refuse_avoided_mass"}
    assert mass in next(
        one["unlocks"] for one in requests["together"] if one["with"] == ["products"]
    )


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("nl", ["cijfers zijn te berekenen", "feb 2025", "geen regels in Aanvragen", "Papier",
                "Aanvragen: ", "niet te berekenen"]),
        ("en", ["figures can be computed", "Feb 2025", "no rows in Requests", "Paper",
                "Requests: ", "not computable"]),
    ],
)  # fmt: skip
def test_people_read_it_in_their_language(loaded, lang, said):
    shown = loaded("measurability", "--lang", lang).stdout
    assert not [words for words in said if words not in shown]
    assert "measurability." not in shown


def test_one_category_alone(loaded):
    assert loaded.json("measurability", "--category", "paper") == loaded.json("measurability")


def test_a_category_that_does_not_occur_is_told_with_near_ones(loaded):
    done = loaded("measurability", "--category", "papier")
    assert done.exit_code != 0
    assert "papier" in done.stderr
    assert "paper" in done.stderr


def test_nothing_is_measurable_without_data(nami):
    nami.load("locations")
    assert nami.json("measurability") == {"month": None, "figures": [], "unlocks": []}
    assert "no data yet" in nami("measurability").stdout


def test_people_see_the_best_supplied_categories_and_how_many_more_there_are(loaded, monkeypatch):
    monkeypatch.setattr(figures, "MOST", 0)
    shown = loaded("measurability", "--lang", "en").stdout
    figures_told = loaded.json("measurability")["figures"]
    categories = {one["category"] for one in figures_told}
    assert f"({len(categories)})" in shown or f"other {len(categories)}" in shown
    assert len(figures_told) == len(categories) * len(CATALOGUE)
