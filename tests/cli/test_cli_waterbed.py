"""``nami waterbed`` on the demo: its rows, and what it says of a code that is not known."""

import json
from contextlib import closing
from datetime import date

import pytest

from nami_monitor.briefing.measures import on_record
from nami_monitor.demo.truth import TRUTH
from nami_monitor.i18n import text
from nami_monitor.kpis.interventions import evaluation
from nami_monitor.kpis.result import Reason
from nami_monitor.store import Store
from tests.support.databases import copy_database
from tests.support.entries import enter

INTERVAL = {"value", "low", "high"}


def run(nami, demo_folder, *args):
    return nami("waterbed", *args, "--db", str(demo_folder / "demo.duckdb"))


def asked(nami, demo_folder, *args):
    return json.loads(run(nami, demo_folder, *args, "--json").stdout)


def test_every_intervention_has_its_row(nami, demo_folder):
    found = asked(nami, demo_folder)
    in_order = [f"ZL-I-{k}" for k in (1, 2, 7, 3, 6, 4, 5)]
    assert [row["intervention"] for row in found] == in_order, "by their start"
    for row in found:
        assert row["design"] in {"controls", "no_controls"}
        assert bool(row["verdicts"]) == (row["state"] != "provisional")
        assert row["unit"] == ("kg" if row["category"] == "sanitary_supplies" else "base")
        for part in ("gross", "spill", "net", "quotient"):
            assert set(row[part]) == INTERVAL
        if row["state"] == "not_enough" or row["intervention"] == "ZL-I-5":
            assert row["net"] == dict.fromkeys(INTERVAL)
            assert row["reasons"]


def test_the_pilot_of_the_demo(nami, demo_folder):
    """Its verdict is yet to come, so there are figures and no verdict."""
    (row,) = asked(nami, demo_folder, "ZL-I-3", "--unit", "eur")
    assert (row["state"], row["verdicts"], row["verdict_month"]) == ("provisional", [], None)
    assert (row["next_verdict"], row["since"]["net"]["value"]) == ("2027-03", None)
    assert row["quotient"]["low"] < TRUTH.waterbed_quotient < row["quotient"]["high"]
    assert row["gross"]["high"] < 0 < row["spill"]["low"]
    assert (row["controls"], row["pre_months"], row["post_months"]) == (38, 28, 20)
    assert row["anticipation_months"] == 1
    assert row["treated"] == [TRUTH.pilot]
    assert {"location": TRUTH.tiny_location, "why": "small"} in row["left_out"]
    assert [place["kind"] for place in row["destinations"]][-1] == "before"


def test_a_verdict_of_the_past_stands_beside_what_is_known_since(nami, demo_folder):
    (row,) = asked(nami, demo_folder, "ZL-I-7", "--unit", "eur")
    assert row["verdicts"] == ["waterbed_shown", "net_reduction_shown"]
    assert (row["state"], row["verdict_unit"]) == ("evaluated", "base")
    assert (row["verdict_month"], row["next_verdict"]) == ("2025-09", None)
    assert row["quotient"]["low"] < TRUTH.request_quotient < row["quotient"]["high"]
    assert row["since"]["quotient"] == row["quotient"], "euros are those of all months"


def test_what_cannot_be_added_up_moves_to_a_unit_that_can_and_says_so(nami, demo_folder):
    """Packs and rolls of towels, at 25 locations that order some ten a month each."""
    (row,) = asked(nami, demo_folder, "ZL-I-4", "--lang", "nl")
    assert row["unit"] == "kg"
    assert row["verdicts"] == ["net_reduction_shown"]
    assert len(row["treated"]) + len(row["left_out"]) >= TRUTH.towel_locations
    assert row["quotient"]["low"] < 0 < row["quotient"]["high"]
    assert any("pak, rol" in reason and "kilogram" in reason for reason in row["reasons"])
    (base,) = asked(nami, demo_folder, "ZL-I-4", "--unit", "base")
    assert base["gross"] == dict.fromkeys(INTERVAL)
    assert (base["verdicts"], base["verdict_unit"]) == (row["verdicts"], "kg")


def test_where_refusing_does_not_apply_no_verdict_is_given(nami, demo_folder, monkeypatch):
    because = Reason("not_applicable", {"reason": "law", "basis": "act 1", "again": None})
    monkeypatch.setattr(evaluation, "_excused", lambda *_: because)
    (row,) = asked(nami, demo_folder, "ZL-I-7")
    assert (row["applies"], row["verdicts"]) == (False, [])
    assert "act 1" in row["sentence"]
    assert row["net"]["value"] < 0
    people = run(nami, demo_folder, "ZL-I-7", "--lang", "nl").stdout
    assert "niet van toepassing" in people
    assert text("waterbed.verdicts.waterbed_and_net", "nl") not in people


def test_for_people_in_dutch(nami, demo_folder):
    said = run(nami, demo_folder, "ZL-I-7", "ZL-I-5", "--lang", "nl").stdout
    assert text("waterbed.verdicts.waterbed_and_net", "nl") in said
    assert "Dit is het oordeel over september 2025" in said
    assert "Sinds dan, tot en met oktober 2026: voorlopig " in said
    assert "pas na de start vastgelegd" in said
    assert "De maatregel begint op 1\N{NO-BREAK SPACE}jan 2027." in said
    assert "loopt, oordeel over jan 2028" in said


def test_a_verdict_to_come_is_announced_in_dutch(nami, demo_folder):
    said = run(nami, demo_folder, "ZL-I-3", "--lang", "nl").stdout
    assert "voorlopig 78 van elke 100 terug (63 tot 98), oordeel over maart 2027." in said
    assert "Komt minder dan alles terug" in said, "what will be decided was written down before"
    assert "pas na de start vastgelegd" not in said


def test_a_verdict_is_made_again_and_both_stay(nami, demo_folder, tmp_path):
    path = copy_database(demo_folder / "demo.duckdb", tmp_path / "own.duckdb")
    here = ("--db", str(path), "--who", "chef")
    (before,) = json.loads(nami("waterbed", "ZL-I-7", *here, "--json").stdout)
    (after,) = json.loads(nami("waterbed", "ZL-I-7", "--again", *here, "--json").stdout)
    assert (before["state"], after["state"]) == ("evaluated", "again")
    assert after["gross"] == pytest.approx(before["gross"])
    assert any("chef" in said for said in after["remarks"])
    for wrong, said in ((("--again",), "nami waterbed M-1"), (("ZL-I-5", "--again"), "2028-01")):
        done = nami("waterbed", *wrong, *here)
        assert done.exit_code
        assert said in done.stderr


def test_arms_are_given_with_what_each_changed(nami, demo_folder):
    (row,) = asked(nami, demo_folder, "ZL-I-6")
    assert [(arm["arm"], arm["shown"]) for arm in row["arms"]] == [
        ("bericht", False),
        ("bordje", True),
    ]
    for arm in row["arms"]:
        assert set(arm["effect"]) == set(arm["placebo"]) == INTERVAL
    said = run(nami, demo_folder, "ZL-I-6", "--lang", "nl").stdout
    assert "Kans bij toeval" in said
    assert "lotnummer bordjes-1" in said


def test_an_assignment_is_drawn_registered_and_not_drawn_again(nami, demo_folder, tmp_path):
    path = copy_database(demo_folder / "demo.duckdb", tmp_path / "own.duckdb")
    here = ("--db", str(path), "--who", "chef")
    with closing(Store(path)) as store:
        with store.read() as db:
            planned = on_record(db, "ZL-I-3")
        places = ";".join(f"ZL-{at:03d}" for at in range(10, 25))
        changed = {"intervention_id": "T", "locations": places, "starts_on": date(2100, 1, 1)}
        enter(store, "interventions", {**planned, **changed}, "chef")
    arms = ("--arm", "niets", "--arm", "bordje=Eén is genoeg", "--seed", "8")
    drawn = json.loads(nami("assign", "T", *arms, *here, "--json").stdout)
    assert {(row["arm"], row["told"]) for row in drawn} == {
        ("niets", None),
        ("bordje", "Eén is genoeg"),
    }
    assert len(drawn) == 15
    assert "--book" in nami("assign", "T", *arms, *here).stdout
    booked = json.loads(nami("assign", "T", *arms, "--book", *here, "--json").stdout)
    assert booked == drawn
    for wrong, said in (
        (("T", *arms), "Undo that delivery"),
        (("ZL-I-3", *arms), "begun already"),
        (("ZL-I-5", *arms), "ZL-I-2"),
        (("T", "--arm", "a", "--arm", "a=b"), "twice"),
    ):
        done = nami("assign", *wrong, *here)
        assert done.exit_code
        assert said in done.stderr


def test_a_code_that_is_not_known_is_wrong_usage(nami, demo_folder):
    done = run(nami, demo_folder, "ZL-I-33")
    assert done.exit_code == 2
    assert "ZL-I-33" in done.stderr
    assert "ZL-I-3" in done.stderr


def test_without_interventions_it_says_what_to_do(loaded):
    assert loaded.json("waterbed") == []
    assert "No measures are registered" in loaded("waterbed").stdout


def test_less_than_nothing_never_came_back(nami, demo_folder):
    """Where the substitute was ordered less too, that is said; it is no negative amount."""
    (row,) = asked(nami, demo_folder, "ZL-I-4")
    assert row["quotient"]["value"] < 0
    for lang, said in (("nl", "kwam er niets terug"), ("en", "Nothing came back")):
        told = run(nami, demo_folder, "ZL-I-4", "--lang", lang).stdout
        assert said in told
        assert "100 die wegvielen kwamen er" not in told
        assert "100 that went away, an estimated" not in told
