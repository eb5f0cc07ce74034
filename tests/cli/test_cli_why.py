import pytest

from nami_monitor.kpis import CATALOGUE


def test_the_contributions_add_up_to_the_change(loaded):
    found = loaded.json(
        "why", "impact_spend", "--until", "2025-02", "--against", "previous", "--by", "location"
    )
    assert (found["before"]["value"], found["after"]["value"]) == (120.5, 80)
    assert found["change"] == -40.5
    told = {one["name"]: one["contribution"] for one in found["contributions"]}
    assert told == {"Bijkantoor": -20.5, "Hoofdkantoor": -20}
    assert found["contributions"][0]["where"] == {"location": ["L2"]}
    assert found["reason"] is None


def test_a_table_for_people_says_it_in_their_language(loaded):
    shown = loaded(
        "why", "impact_spend", "--until", "2025-02", "--against", "previous", "--by", "channel",
        "--lang", "nl",
    ).stdout  # fmt: skip
    assert "Bijdrage" in shown
    assert "beter" in shown
    assert "€\N{NO-BREAK SPACE}120,50" in shown


def test_without_a_year_before_the_reason_is_given(loaded):
    found = loaded.json("why", "impact_spend", "--until", "2025-02")
    assert (found["change"], found["contributions"]) == (None, [])
    assert "Jan 2025" in found["reason"]


@pytest.mark.sampled(4)
@pytest.mark.parametrize("code", CATALOGUE)
def test_every_kpi_has_an_answer(loaded, code):
    found = loaded.json("why", code, "--until", "2025-02", "--against", "previous")
    assert found["contributions"] or found["reason"] or found["change"] == 0


@pytest.mark.parametrize(
    "args",
    [("nonsense",), ("impact_spend", "--by", "nonsense"), ("impact_spend", "--against", "never")],
)
def test_what_nobody_knows_is_wrong_usage(loaded, args):
    assert loaded("why", *args).exit_code == 2
