"""The Data page without a browser: from an offered file to a booked one, and back."""

import datetime as dt
import re
import subprocess
import tempfile

import pytest
import xlsxwriter

from nami_monitor.core.settings import places
from nami_monitor.ingest.parse import sheets
from nami_monitor.ingest.profiles.library import profile_versions, profiles_in
from nami_monitor.ingest.profiles.profile import parse_profile
from nami_monitor.ui import app
from nami_monitor.ui.pages.data import session_files
from tests.pages.data_page import (
    BAD,
    FILE,
    GOOD,
    HEADER,
    PROFILE,
    checked,
    html,
    imported,
    keep,
    labelled,
    offer,
    opened,
    press,
    role,
    rows,
    words,
)  # fmt: skip

pytestmark = pytest.mark.usefixtures("own_place")


@pytest.mark.slow
def test_a_new_file_is_asked_about_looked_at_and_booked():
    page = offer(opened(), ("Kantoor X 2026.csv", FILE))
    assert page.title[0].value == "7 kolommen zijn herkend; nog 3 vragen en het bestand kan mee"
    press(page, "Ja, dat klopt")
    assert role(page, "Besteldatum").value == "ordered_on"
    assert role(page, "Besteller").disabled
    assert "verborgen" in html(page)
    assert "Jansen" not in html(page)
    press(page, "webwinkel")
    press(page, "exclusief btw")
    assert "Nemen we ze uit dit bestand over?" in words(page)
    press(page, "Ja, neem ze over")
    assert page.title[0].value == "Het bestand kan mee: 2 regels"
    assert "**2 regels, €\N{NO-BREAK SPACE}68,25** gaan mee" in words(page)
    assert "**1 regel, €\N{NO-BREAK SPACE}12,00** gaat niet mee" in words(page)
    assert rows("select count(*) from batches") == [(0,)]
    press(page, "Boek 2 regels")
    assert page.title[0].value == "2 regels geboekt als levering 1"
    assert "Met fte erbij ziet u verbruik per fte" in words(page)
    (profile,) = profiles_in(places().profiles).values()
    assert (profile.vat, profile.source) == ("excl", "Kantoor x")
    assert rows("select who, file from batches") == [("cm", "Kantoor X 2026.csv")]
    assert rows("select sum(amount_eur), count(*) from orders") == [(68.25, 2)]
    assert rows("select distinct condition from orders order by 1") == [("new",), ("refurbished",)]


def test_the_sheet_shows_what_is_read_what_is_set_aside_and_what_is_no_data():
    keep(PROFILE)
    shown = html(offer(opened(), ("januari.csv", "Overzicht januari\n" + FILE)))
    assert "14\N{NO-BREAK SPACE}jan 2026" in shown
    assert "€\N{NO-BREAK SPACE}45,50" in shown
    assert re.search(r"concern-ground[^>]*title='Dit is geen bestaande datum.'>31-02-2026", shown)
    assert re.search(r"nami-grey\)'>Overzicht januari", shown)
    assert re.search(r"nami-grey\)'>Totaal", shown)


@pytest.mark.slow
def test_a_wrong_mapping_is_corrected_in_one_step_with_the_difference_shown_first():
    keep(PROFILE)
    page = offer(opened(), ("januari.csv", HEADER + GOOD))
    press(page, "Boek 2 regels")
    press(page, "Lees dit bestand anders")
    role(page, "Bedrag").set_value("")
    said = words(checked(page.run()))
    assert "eerst 2 regels, €\N{NO-BREAK SPACE}68,25, straks 2 regels." in said
    assert rows("select sum(amount_eur) from orders") == [(68.25,)]
    press(page, "Boek 2 regels in plaats van levering 1")
    assert rows("select sum(amount_eur), sum(quantity), count(*) from orders") == [(None, 15, 2)]
    assert rows("select batch from batches where undone_at is null") == [(2,)]
    again = offer(opened(), ("opnieuw.csv", HEADER + GOOD))
    assert "al bekend" in again.title[0].value
    role(again, "Bedrag").set_value("amount_eur")
    checked(again.run())
    assert "in plaats van levering 2" in "".join(button.label for button in again.button)


def test_another_page_loses_no_file_no_answer_and_no_month():
    keep(BY_MONTH, "kast")
    page = offer(opened(), ("kast.csv", "Plek;Groep;Stuks;Geteld\nP1;papier;6;\n"))
    labelled(page.selectbox, "Over welke maand").set_value(dt.date(2026, 3, 1))
    role(checked(page.run()), "Geteld").set_value("text")
    checked(page.run())
    page.query_params["part"] = "batches"
    assert not [box for box in checked(page.run()).selectbox if "kolom" in box.label]
    del page.query_params["part"]
    checked(page.run())
    assert role(page, "Geteld").value == "text"
    assert labelled(page.selectbox, "Over welke maand").value == dt.date(2026, 3, 1)
    press(page, "Ander bestand")
    assert not [box for box in page.selectbox if "kolom" in box.label]


@pytest.mark.slow
def test_one_measure_of_activity_is_chosen_at_once_for_every_category():
    keep(PROFILE)
    page = offer(opened(), ("januari.csv", HEADER + GOOD))
    press(page, "Boek 2 regels")
    staff = "Locatie;jan 2026;feb 2026;mrt 2026\nStadhuis;20;20;21\nWerf;4;4;4\n"
    page = offer(opened(), ("fte 2026.csv", staff))
    press(page, "Boek 6 regels")
    assert rows("select distinct activity_measure, sum(value) from measurements group by 1") == [
        ("fte", 73)
    ]
    press(page, "Meet hiermee")
    assert rows("select category, activity_measure from categories order by 1") == [
        ("Papier", "fte"), ("Pennen", "fte"),
    ]  # fmt: skip


def test_nobody_books_without_saying_who():
    keep(PROFILE)
    page = offer(opened(who=""), ("januari.csv", HEADER + GOOD))
    press(page, "Boek 2 regels")
    assert "Vul eerst uw rol" in words(page)
    assert rows("select count(*) from batches") == [(0,)]
    beside = next(field for field in page.text_input if field.key.startswith("who_for_book_"))
    beside.set_value(" cm ")
    checked(page.run())
    assert "Vul eerst uw rol" not in words(page)
    assert "U boekt als cm. Druk nu opnieuw op de knop." in words(page)
    press(page, "Boek 2 regels")
    assert rows("select who from batches") == [("cm",)]


@pytest.mark.slow
def test_several_recognised_files_are_booked_at_once_and_one_again_changes_nothing():
    keep(PROFILE)
    other = HEADER + GOOD.replace("-01-2026", "-02-2026")
    page = offer(opened(), ("jan.csv", HEADER + GOOD), ("feb.csv", other))
    press(page, "Boek alle 2")
    assert rows("select file from batches order by 1") == [("feb.csv",), ("jan.csv",)]
    again = offer(opened(), ("jan opnieuw.csv", other))
    assert "al bekend" in again.title[0].value
    assert not [button for button in again.button if button.label.startswith("Boek")]


@pytest.mark.slow
def test_a_spreadsheet_is_parsed_once_and_its_cells_go_when_it_is_booked(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    run, started = subprocess.run, []
    monkeypatch.setattr(
        sheets.subprocess,
        "run",
        lambda *args, **options: started.append(args) or run(*args, **options),
    )
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet()
        for number, line in enumerate((HEADER + GOOD).splitlines()):
            sheet.write_row(number, 0, line.split(";"))
    keep(PROFILE)
    page = offer(opened(), ("januari.xlsx", (tmp_path / "a.xlsx").read_bytes()))
    role(page, "Bedrag").set_value("")
    role(checked(page.run()), "Bedrag").set_value("amount_eur")
    checked(page.run())
    assert [*tmp_path.rglob("*.jsonl")]
    press(page, "Boek 2 regels")
    assert rows("select count(*) from orders") == [(2,)]
    assert len(started) == 1
    assert not [one for one in tmp_path.rglob("*.jsonl") if "versions" not in one.name]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7 something", "pdf"),
        (b"", "leeg"),
        (HEADER.encode(), "kopregel"),
        (b"PK\x03\x04 broken", "broken.csv"),
    ],
)
def test_a_file_that_cannot_be_understood_is_refused_with_a_sentence(content, said):
    page = offer(opened(), ("broken.csv", content))
    assert any(said in error.value for error in page.error)
    assert not [button for button in page.button if button.label.startswith("Boek")]


def test_a_profile_that_a_colleague_passed_on_is_kept_when_it_is_one_and_somebody_says_so():
    page = offer(opened(), ("van marie.toml", PROFILE), ("kapot.toml", "source = "))
    assert len(page.error) == 1
    assert not profiles_in(places().profiles)
    press(page, "Bewaar dit profiel")
    assert "Profiel van Kantoor X bewaard" in words(page)
    assert "zoals het al bewaard is" in words(page)
    assert profiles_in(places().profiles) == {"van_marie": parse_profile(PROFILE)}


def test_a_profile_replaces_another_one_after_a_look_at_the_difference_and_there_is_a_way_back():
    keep(PROFILE)
    page = offer(opened(), ("kantoor x.toml", PROFILE.replace('"excl"', '"incl"\nvat_rate = 0.21')))
    (difference,) = page.code
    assert {'-vat = "excl"', '+vat = "incl"'} <= set(difference.value.splitlines())
    assert profiles_in(places().profiles)["kantoor_x"].vat == "excl"
    press(page, "Vervang het profiel")
    assert profiles_in(places().profiles)["kantoor_x"].vat == "incl"
    page = opened(who="ab")
    page.selectbox(key="version_kantoor_x").select_index(0)
    assert '+vat = "excl"' in [line for code in checked(page.run()).code
                               for line in code.value.splitlines()]  # fmt: skip
    press(page, "Vervang het profiel")
    file = places().profiles / "kantoor_x.toml"
    assert profiles_in(places().profiles)["kantoor_x"] == parse_profile(PROFILE)
    assert [version.who for version in profile_versions(file)] == ["", "cm", "ab"]


def test_a_profile_is_kept_under_another_name_beside_the_one_that_stands_there():
    keep(PROFILE)
    page = offer(opened(), ("kantoor x.toml", PROFILE.replace("Kantoor X", "Kantoor Y")))
    labelled(page.text_input, "Bewaar als").set_value("Kantoor Y")
    press(checked(page.run()), "Bewaar dit profiel")
    sources = {name: one.source for name, one in profiles_in(places().profiles).items()}
    assert sources == {"kantoor_x": "Kantoor X", "kantoor_y": "Kantoor Y"}


class Upload:
    """An upload as Streamlit offers it; it notes how much is asked of it at once."""

    def __init__(self, size):
        self.left, self.most = size, 0

    def seek(self, place):
        assert place == 0

    def read(self, size):
        self.most = max(self.most, size)
        size, self.left = min(size, self.left), self.left - min(size, self.left)
        return b"x" * size


def test_an_upload_goes_to_disk_in_pieces(tmp_path):
    upload = Upload(30_000_000)
    digest, copy = session_files._copied(upload, tmp_path)
    assert 0 < upload.most <= 1 << 20
    assert copy.stat().st_size == 30_000_000
    assert len(digest) == 24


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("januari.csv", "januari.csv"),
        ("../../map/januari.csv", "januari.csv"),
        ("..", "file"),
        ("", "file"),
        ("a\0b.csv", "ab.csv"),
        ("\N{SNOWMAN}" * 300 + ".csv", "\N{SNOWMAN}" * 65 + ".csv"),
    ],
)
def test_any_name_of_an_upload_becomes_a_name_on_disk(name, kept):
    assert session_files.name_on_disk(name) == kept


def test_the_page_says_what_takes_files_that_are_too_large_to_upload():
    for part, command in (("upload", "nami import"), ("backup", "nami restore")):
        assert command in words(opened(part))


def test_what_was_set_aside_is_told_and_can_be_given_up(tmp_path):
    imported(tmp_path)
    page = opened("set_aside")
    assert list(page.dataframe[0].value["Waarde"]) == ["31-02-2026"]
    assert list(page.dataframe[0].value["Wat er niet klopt"]) == ["Dit is geen bestaande datum."]
    labelled(page.toggle, "Regels opgeven").set_value(True)
    checked(page.run())
    press(page, "Geef deze regels op")
    assert "1 regel van januari.csv opgegeven" in words(page)
    assert rows("select state from set_aside_rows") == [("abandoned",)]


@pytest.mark.slow
def test_undo_shows_what_goes_before_anything_is_done(tmp_path):
    imported(tmp_path)
    page = opened("batches")
    assert list(page.dataframe[0].value["Geboekt"]) == [2]
    labelled(page.selectbox, "Bekijk een levering").select_index(0)
    checked(page.run())
    labelled(page.toggle, "Levering 1 ongedaan maken").set_value(True)
    checked(page.run())
    assert "2 regels gaan weg (Bestellingen en verbruik)" in words(page)
    assert "68,25" in words(page)
    assert rows("select count(*) from orders") == [(2,)]
    press(page, "Maak levering 1 ongedaan")
    assert rows("select count(*) from orders") == [(0,)]
    assert rows("select undone_by from batches") == [("cm",)]


@pytest.mark.slow
def test_codes_are_confirmed_merged_and_taken_back(tmp_path):
    imported(tmp_path)
    page = opened("codes")
    press(page, "Bevestig 6 codes")
    assert rows("select count(*) from provisional") == [(0,)]
    page.selectbox(key="code_kind").set_value("locations")
    checked(page.run())
    page.selectbox(key="code_locations").select_index(1)
    checked(page.run())
    labelled(page.selectbox, "Gaat op in").set_value("Stadhuis")
    press(page, "Voeg samen")
    assert rows("select distinct location_id from by_place") == [("Stadhuis",)]
    labelled(page.selectbox, "Terugdraaien").select_index(0)
    checked(page.run())
    press(page, "Draai terug")
    assert rows("select count(distinct location_id) from by_place") == [(2,)]


def test_an_expectation_that_was_learnt_is_confirmed_and_kept(tmp_path):
    line = "15-{month}-2026;Werf;Pennen;PEN-1;5;22,75;nieuw;x\n"
    imported(tmp_path, HEADER + "".join(line.format(month=m) for m in ("01", "02", "03")))
    page = opened("completeness")
    assert "**Kantoor X** leverde 3 maanden" in words(page)
    press(page, "Bevestig")
    assert rows("select distinct learnt from source_months") == [(False,)]
    assert profiles_in(places().profiles)["kantoor_x"].expects.first == "2026-01"


@pytest.mark.sampled(3)
@pytest.mark.parametrize("part", ["upload", "set_aside", "batches", "completeness", "codes"])
@pytest.mark.parametrize("lang", ["nl", "en"])
def test_an_empty_database_says_what_to_do(part, lang):
    page = opened(part, lang=lang)
    assert words(page)
    assert not page.error


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_nothing_can_be_read_into_the_demo(demo, lang):
    assert demo.exists()
    page = opened(lang=lang, data=app.DEMO)
    assert not page.file_uploader
    assert page.info
    page.button(key="own_data_upload").click()
    checked(page.run())
    assert page.file_uploader


BY_MONTH = """
source = "Kast"
grain = "month"
delivery = "full_period"
[[table]]
name = "orders"
[table.columns]
ordered_on = "@period"
location_id = "Plek"
category = "Groep"
quantity = "Stuks"
[table.constants]
channel = "kast"
[table.codes]
location_id = "create"
category = "create"
"""


@pytest.mark.slow
def test_each_file_of_several_is_booked_for_the_month_that_it_tells():
    keep(BY_MONTH, "kast")
    head = "Plek;Groep;Stuks;Geteld\n"
    page = offer(
        opened(),
        ("kast-2025-11.csv", head + "P1;papier;4;\n"),
        ("december.csv", head + "P1;papier;6;04-12-2025\n"),
        ("kast.csv", head + "P1;papier;9;\n"),
    )
    boxes = [box for box in page.selectbox if box.label == "Over welke maand gaat dit bestand?"]
    assert [str(box.value)[:7] for box in boxes] == ["2025-11", "2025-12", "None"]
    assert "uit de bestandsnaam" in words(page)
    assert "omdat de datums in het bestand" in words(page)
    press(page, "Boek alle 2")
    assert rows("select file, min(ordered_on)::varchar from orders join batches using (batch)"
                " group by 1 order by 1") == [
        ("december.csv", "2025-12-01"), ("kast-2025-11.csv", "2025-11-01"),
    ]  # fmt: skip


def test_a_month_that_the_dates_contradict_is_refused_on_the_page():
    keep(BY_MONTH, "kast")
    page = offer(opened(), ("kast.csv", "Plek;Groep;Stuks;Geteld\nP1;papier;6;04-12-2025\n"))
    box = labelled(page.selectbox, "Over welke maand")
    box.set_value(dt.date(2025, 10, 1))
    checked(page.run())
    assert "Er is niets geboekt" in words(page)
    assert not [button for button in page.button if button.label.startswith("Boek")]


@pytest.mark.slow
def test_what_a_file_overwrites_sets_aside_and_leaves_unclear_is_said():
    places_of = 'source = "Panden"\n[[table]]\nname = "locations"\n[table.columns]\n'
    keep(places_of + 'location_id = "Pand"\nname = "Straat"\norganisation = "Wie"\n', "panden")
    page = offer(opened(), ("a.csv", "Pand;Straat;Wie\nP1;Dorpsstraat;Dienst\n"))
    press(page, "Boek 1 regel")
    page = offer(opened(), ("b.csv", "Pand;Straat;Wie\nP1;Kerk*straat*;Dienst\n"))
    said = words(page)
    assert "1 eerdere regel vervalt" in said
    assert "P1 (uit levering 1): Naam: Dorpsstraat → Kerk\\*straat\\*" in said
    keep(PROFILE)
    unit = (
        (HEADER + GOOD + BAD).replace("Staat;", "Staat;Eenheid;").replace("nieuw;", "nieuw;doos;")
    )
    page = offer(opened(), ("kantoor.csv", unit.replace("refurbished;", "refurbished;stuk;")))
    assert "De kolom Eenheid zegt in welke eenheid" in words(page)
    assert "wat geen leesbare datum heeft" in words(page)
    assert not [button for button in page.button if button.label.startswith("Boek")]
    press(page, "Ja, losse eenheden")
    press(page, "Boek 2 regels")
    assert rows("select sum(quantity) from orders") == [(15,)]
