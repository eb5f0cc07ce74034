"""``nami plan-pilot`` on the demo: its row, its table, and what it says of wrong names."""

import json

import pytest

from nami_monitor.demo.truth import TRUTH

SCOPE = (
    *("--category", "office_supplies", "--channel", "cabinet", "--substitute", "webshop"),
    *("--reduction", "0.5"),
)
CHANCES = {
    *("treated", "controls", "pre_months", "post_months", "reduction", "quotient"),
    *("gross_se", "spill_se", "smallest_quotient"),
    *("chance_decrease", "chance_waterbed", "chance_net_reduction"),
}


def run(nami, demo_folder, *args):
    return nami("plan-pilot", *SCOPE, *args, "--db", str(demo_folder / "demo.duckdb"))


def asked(nami, demo_folder, *args):
    return json.loads(run(nami, demo_folder, *args, "--json").stdout)


def test_the_row_of_a_pilot(nami, demo_folder):
    row = asked(nami, demo_folder, "--location", "ZL-008", "--months", "12", "--unit", "base")
    assert set(row) >= CHANCES
    assert (row["treated"], row["pre_months"], row["post_months"]) == (1, 48, 12)
    assert row["treated_locations"] == ["ZL-008"]
    assert len(row["control_locations"]) == row["controls"]
    assert {"location": TRUTH.pilot, "why": "other_measure"} in row["left_out"]
    assert [one["claim"] for one in row["recommended"]] == ["waterbed_shown", "net_reduction_shown"]
    for one in row["recommended"]:
        for design in one["designs"]:
            assert len(design["locations"]) == design["sites"] == design["treated"]
            assert TRUTH.pilot not in design["locations"]
    assert row["reduction"] > 0
    assert 0 < row["chance_net_reduction"] < row["chance_waterbed"] <= 1


def test_a_group_is_all_of_its_locations_and_sees_smaller_leaks(nami, demo_folder):
    one = asked(nami, demo_folder, "--location", "ZL-008")
    group = asked(nami, demo_folder, "--group", "Regio West", "--location", "ZL-008")
    assert group["treated"] > one["treated"]
    assert group["smallest_quotient"] < one["smallest_quotient"]


def test_for_people(nami, demo_folder):
    said = run(nami, demo_folder, "--location", "ZL-008", "--lang", "nl").stdout
    assert "Kleinste lek dat opvalt" in said
    assert "op 1 locatie" in said
    short = run(nami, demo_folder, "--location", "ZL-008", "--months", "3", "--lang", "nl").stdout
    assert "Laat de proef minstens 6 maanden duren." in short
    assert "Kleinste lek dat opvalt" not in short


@pytest.mark.parametrize(
    ("args", "seen", "near"),
    [
        (("--location", "ZL-08"), "ZL-08", "ZL-008"),
        (("--group", "Oost"), "Oost", "Regio Oost"),
        (("--location", "ZL-008", "--product", "zzz"), "zzz", ""),
        (("--location", "ZL-008", "--substitute", "web"), "web", "webshop"),
    ],
)
def test_a_name_that_is_not_known_is_wrong_usage(nami, demo_folder, args, seen, near):
    done = run(nami, demo_folder, *args)
    assert done.exit_code == 2
    assert seen in done.stderr
    assert near in done.stderr


def test_a_pilot_without_locations_is_wrong_usage(nami, demo_folder):
    done = run(nami, demo_folder, "--lang", "nl")
    assert done.exit_code == 2
    assert "--location" in done.stderr
