"""``nami signals`` and ``nami lessons``: their rows, their words, and what is asked wrongly."""

import json

import pytest

from nami_monitor.core.words import KitSignal
from nami_monitor.kit import shipped
from nami_monitor.store import Store


@pytest.fixture
def run(nami, demo_folder):
    return lambda *args: nami(*args, "--db", str(demo_folder / "demo.duckdb"))


@pytest.mark.slow
def test_the_signals_of_a_category_with_their_lessons(run):
    found = json.loads(run("signals", "--category", "office_supplies", "--json").stdout)
    (one,) = (row for row in found if row["signal"] == "waterbed_shown")
    assert one["month"] == "2024-09"
    assert one["lessons"][0] in shipped().lessons
    assert 6 in shipped().lessons[one["lessons"][0]].cases
    assert one["size_eur"] > 0
    assert all(row["lessons"] for row in found)
    assert {row["category"] for row in found} == {"office_supplies"}
    sized = [row["size_eur"] * row["evidence"] for row in found if row["size_eur"]]
    assert sized == sorted(sized, reverse=True)


@pytest.mark.slow
def test_for_people_each_signal_has_its_sentence(run):
    said = run("signals", "--month", "2025-06", "--category", "sanitary_supplies", "--lang", "nl")
    assert said.exit_code == 0
    assert "databreuk" in said.stdout
    assert "zijn niet te vergelijken" in said.stdout


def test_without_data_there_are_no_signals(nami, tmp_path):
    at = ("--db", str(tmp_path / "new.duckdb"))
    store = Store(tmp_path / "new.duckdb")
    with store.write():
        pass
    store.close()
    assert json.loads(nami("signals", *at, "--json").stdout) == []
    assert "no signals" in nami("signals", *at, "--lang", "en").stdout


@pytest.mark.parametrize(
    "args",
    [("signals", "--category", "office"), ("signals", "--month", "2026-13"),
     ("lessons", "--signal", "waterbed"), ("lessons", "--case", "six")],
)  # fmt: skip
def test_what_is_asked_wrongly_is_wrong_usage(run, args):
    done = run(*args)
    assert done.exit_code == 2
    assert done.stderr


def test_lessons_are_searched_and_chosen(nami):
    found = json.loads(nami("lessons", "webshop", "cabinet", "--lang", "en", "--json").stdout)
    assert "web-shop-filled-the-cabinet" in [row["lesson"] for row in found][:3]
    signal = json.loads(nami("lessons", "--signal", "waterbed_shown", "--json").stdout)
    assert {row["lesson"] for row in signal} == {
        name for name, one in shipped().lessons.items() if KitSignal.WATERBED_SHOWN in one.signals
    }
    case = json.loads(nami("lessons", "--case", "5", "--json").stdout)
    assert case
    assert all(5 in row["cases"] for row in case)
    assert len(json.loads(nami("lessons", "--json").stdout)) == len(shipped().lessons)


def test_lessons_for_people_say_what_to_try(nami):
    said = nami("lessons", "goodies", "--lang", "en").stdout
    assert "To try:" in said
    assert "case 3" in said
    assert "No lesson fits" in nami("lessons", "xyzzyq", "--lang", "en").stdout
