"""The Data page without a browser: from an offered file to a booked one, and back."""

import shutil
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from nami_monitor.core.settings import places
from nami_monitor.ingest.library import profiles_in
from nami_monitor.ingest.load import Answers, import_file
from nami_monitor.ingest.profile_toml import load_profile, parse_profile, write_profile
from nami_monitor.store import Store
from nami_monitor.ui import app

ROOT = Path(__file__).parents[2]
HEADER = "Besteldatum;Locatie;Assortiment;Artikelnr;Aantal;Bedrag;Staat;Besteller\n"
GOOD = (
    "14-01-2026;Stadhuis;Papier;A4-80;10;45,50;nieuw;J. Jansen\n"
    "15-01-2026;Werf;Pennen;PEN-1;5;22,75;refurbished;P. de Vries\n"
)
BAD = "31-02-2026;Werf;Pennen;PEN-1;20;12,00;nieuw;K. Bakker\n"
FILE = HEADER + GOOD + BAD + "Totaal;;;;35;80,25;;\n"

PROFILE = """
source = "Kantoor X"
vat = "excl"
[[table]]
name = "orders"
[table.columns]
ordered_on = "Besteldatum"
location_id = "Locatie"
category = "Assortiment"
product_id = "Artikelnr"
quantity = "Aantal"
amount_eur = "Bedrag"
condition = "Staat"
[table.constants]
channel = "webshop"
[table.values.condition]
"nieuw" = "new"
[table.codes]
location_id = "create"
category = "create"
product_id = "create"
"""


@pytest.fixture(autouse=True)
def _own_place(tmp_path, monkeypatch):
    monkeypatch.setenv("NAMI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NAMI_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("NAMI_DB", raising=False)
    monkeypatch.setattr(st, "page_link", lambda *_, **__: None)
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


def opened(part="upload", *, lang="nl", data=app.OWN):
    page = AppTest.from_file(str(ROOT / "pages" / "data.py"), default_timeout=60)
    page.session_state[app.NAVIGATED] = True
    page.session_state[app.LANGUAGE] = lang
    page.session_state[app.DATA] = data
    page.session_state[app.WHO] = "cm"
    page.query_params["part"] = part
    return checked(page.run())


def checked(page):
    assert not page.exception, page.exception
    return page


def offer(page, *files):
    uploads = [
        (name, content.encode() if isinstance(content, str) else content, "text/csv")
        for name, content in files
    ]
    page.file_uploader[0].set_value(uploads)
    return checked(page.run())


def labelled(elements, label):
    return next(element for element in elements if element.label.startswith(label))


def press(page, label):
    labelled(page.button, label).click()
    return checked(page.run())


def keep(profile, name="kantoor_x"):
    folder = places().profiles
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.toml").write_text(profile, "utf-8")


def imported(tmp_path, content=FILE):
    """A database in which a file was booked."""
    keep(PROFILE)
    file = tmp_path / "januari.csv"
    file.write_text(content, "utf-8")
    store = Store(places().own)
    import_file(store, file, parse_profile(PROFILE), answers=Answers.yes(), who="ab")
    store.close()


def rows(query):
    store = Store(places().own)
    with store.read() as db:
        found = db.rows(query)
    store.close()
    return found


def words(page):
    said = [*page.markdown, *page.success, *page.info, *page.error, *page.caption]
    return "\n".join(str(element.value) for element in said) + html(page)


def html(page):
    return " ".join(element.proto.body for element in page.get("html"))


def test_a_new_file_is_mapped_looked_at_and_booked():
    page = offer(opened(), ("Kantoor X 2026.csv", FILE))
    assert labelled(page.text_input, "Van welke bron").value == "Kantoor x"
    assert labelled(page.selectbox, "Datum").value == "Besteldatum"
    assert "Nog te koppelen: Kanaal" in words(page)
    labelled(page.text_input, "Vaste waarde voor Kanaal").set_value("webshop")
    labelled(page.selectbox, "Zijn de bedragen").set_value("excl")
    checked(page.run())
    assert "nieuw" not in [value for frame in page.dataframe for value in frame.value.columns]
    press(page, "Bewaar en bekijk")
    (profile,) = profiles_in(places().profiles).values()
    assert profile.vat == "excl"
    assert profile.tables[0].values["condition"] == {"nieuw": "new", "refurbished": "refurbished"}
    assert "Herkend als **Kantoor x**" in words(page)
    assert "Beantwoord eerst" in words(page)
    assert "3 regels apart gezet: Deze code is niet bekend" in words(page)
    assert rows("select count(*) from batches") == [(0,)]
    page.radio[0].set_value("create")
    checked(page.run())
    press(page, "Boek 2 regels")
    assert "Geboekt als levering 1" in words(page)
    assert "Besteller" in words(page)
    assert rows("select who, file from batches") == [("cm", "Kantoor X 2026.csv")]
    assert rows("select sum(amount_eur), count(*) from orders") == [(68.25, 2)]
    assert rows("select distinct condition from orders order by 1") == [("new",), ("refurbished",)]


def test_nobody_books_without_saying_who():
    keep(PROFILE)
    page = offer(opened(), ("januari.csv", HEADER + GOOD))
    labelled(page.text_input, "Uw rol").set_value(" ")
    press(page, "Boek 2 regels")
    assert "Vul eerst uw rol" in words(page)
    assert rows("select count(*) from batches") == [(0,)]


def test_several_recognised_files_are_booked_at_once_and_one_again_changes_nothing():
    keep(PROFILE)
    other = HEADER + GOOD.replace("-01-2026", "-02-2026")
    page = offer(opened(), ("jan.csv", HEADER + GOOD), ("feb.csv", other))
    press(page, "Boek alle 2")
    assert rows("select file from batches order by 1") == [("feb.csv",), ("jan.csv",)]
    again = offer(opened(), ("jan opnieuw.csv", other))
    assert "al bekend" in words(again)
    assert not [button for button in again.button if button.label.startswith("Boek")]


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


def test_a_date_order_that_the_file_does_not_prove_is_asked():
    content = "Datum;Locatie;Categorie;Kanaal;Aantal\n01/02/2026;A;p;w;1\n03/04/2026;A;p;w;2\n"
    page = offer(opened(), ("twijfel.csv", content))
    radio = next(one for one in page.radio if one.label.startswith("Hoe lezen we datums"))
    assert radio.value is None
    radio.set_value("%d/%m/%Y")
    checked(page.run())
    assert list(page.dataframe[-1].value["Datum"].dt.month) == [2, 4]
    press(page, "Bewaar en bekijk")
    (profile,) = profiles_in(places().profiles).values()
    assert profile.dates == ("%d/%m/%Y",)


def test_a_profile_that_a_colleague_passed_on_is_kept_when_it_is_one():
    page = offer(opened(), ("van marie.toml", PROFILE), ("kapot.toml", "source = "))
    assert "Kantoor X" in words(page)
    assert [error.value for error in page.error]
    assert profiles_in(places().profiles) == {"van_marie": parse_profile(PROFILE)}


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


def test_undo_shows_what_goes_before_anything_is_done(tmp_path):
    imported(tmp_path)
    page = opened("batches")
    assert list(page.dataframe[0].value["Geboekt"]) == [2]
    labelled(page.selectbox, "Bekijk een levering").select_index(0)
    checked(page.run())
    labelled(page.toggle, "Ongedaan maken").set_value(True)
    checked(page.run())
    assert "2 regels gaan weg (Bestellingen en verbruik)" in words(page)
    assert "68,25" in words(page)
    assert rows("select count(*) from orders") == [(2,)]
    press(page, "Maak deze levering ongedaan")
    assert rows("select count(*) from orders") == [(0,)]
    assert rows("select undone_by from batches") == [("cm",)]


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


FILES = {
    "activity": "bezetting_2022.xlsx",
    "sanitary_refills_packs": "sanitair_vullingen_2025_dozen.xlsx",
    "webshop": "webwinkel_2022.csv",
    "contracts": "contractregister.xlsx",
    "it_requests": "it_aanvragen.xlsx",
}


@pytest.mark.parametrize("name", FILES)
def test_changing_a_profile_loses_nothing_of_it(name):
    places().profiles.mkdir(parents=True)
    shutil.copy(ROOT / "data" / "profiles" / f"{name}.toml", places().profiles)
    assert_kept(name, (FILES[name], (ROOT / "data" / "demo" / FILES[name]).read_bytes()))


EVERYTHING = """
source = "Alles"
grain = "month"
delivery = "full_period"
basis = "invoiced"
vat = "incl"
vat_rate = 0.09
products_of = "Elders"
currency = { code = "GBP", to_eur = 1.17, source = "ECB, average 2014" }
[file]
format = "csv"
encoding = "utf-8"
delimiter = ";"
decimal = ","
dates = ["%d-%m-%Y", "%Y %b"]
header_rows = 1
skip_rows = 1
fill_down = ["Locatie"]
[unpivot]
columns = "^(jan|feb)$"
name = "@month"
value = "Waarde"
[drop]
where = [{ column = "Artikel", matches = "^(sub)?totaal" }]
[expects]
from = "2026-01"
until = "2026-12"
every = "quarter"
locations = "all"
[[table]]
name = "orders"
[table.columns]
ordered_on = { join = ["Jaar", "@month"], format = "%Y %b" }
location_id = ["Vestiging", "Locatie"]
category = { from = "Groep", regex = "^([a-z]+)" }
product_id = "Artikel"
amount_eur = { sum = ["Waarde", "Vracht"], scale = 10, sign = { column = "D/C", negative = ["c"] } }
quantity = { from = "Aantal", unit = "pack", scale_by = { column = "Eenheid", miljoen = 1e6 } }
[table.constants]
channel = "webshop"
[table.values.category]
"papier" = "office_supplies"
"*" = "other"
[table.codes]
location_id = "create"
[[table]]
name = "products"
[table.columns]
product_id = "Artikel"
name = "Omschrijving"
category = "Groep"
[table.constants]
base_unit = "stuk"
"""


def test_changing_a_profile_with_every_key_loses_nothing_of_it():
    keep(EVERYTHING, "alles")
    content = (
        "Verkoopoverzicht\n"
        "Jaar;Locatie;Groep;Artikel;Omschrijving;jan;feb;Vracht;D/C;Aantal;Eenheid\n"
        "2026;A;papier;P1;Papier A4;1,50;2,50;0,10;d;1;miljoen\n"
        "2026;;pennen;P2;Balpen;3,00;4,00;0,20;c;2;\n"
    )
    assert_kept("alles", ("alles.csv", content))


def assert_kept(name, file):
    """Open a kept profile to change it, and keep it again untouched."""
    path = places().profiles / f"{name}.toml"
    before = load_profile(path)
    page = offer(opened(), file)
    labelled(page.toggle, "Profiel aanpassen").set_value(True)
    checked(page.run())
    assert not page.error, [error.value for error in page.error]
    press(page, "Bewaar en bekijk")
    assert (
        write_profile(load_profile(path)) == write_profile(before) or load_profile(path) == before
    )
