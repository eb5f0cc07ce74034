"""Making and changing a profile on the Data page, without a browser."""

import shutil

import pytest

from nami_monitor.core.settings import places
from nami_monitor.ingest.profiles.library import profiles_in
from nami_monitor.ingest.profiles.profile import load_profile, parse_profile, write_profile
from tests.pages.data_page import (
    GOOD,
    HEADER,
    PROFILE,
    ROOT,
    checked,
    keep,
    labelled,
    offer,
    opened,
    press,
    words,
)  # fmt: skip
from tests.support.slow import slow_but_for

pytestmark = pytest.mark.usefixtures("own_place")


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


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("label", "written"),
    [
        ("Of alle kolommen die passen", "(["),
        ("Of alle kolommen die passen", "(?=x)"),
        ("Van welke bron", " "),
        ("Vanaf (jaar-maand)", "ooit"),
        ("Werkblad", "9"),
        ("Hoeveel euro", "veel"),
    ],
)
def test_what_a_visitor_types_wrongly_is_said_and_breaks_nothing(label, written):
    keep(PROFILE)
    page = offer(opened(), ("januari.csv", HEADER + GOOD))
    labelled(page.toggle, "Profiel aanpassen").set_value(True)
    checked(page.run())
    if label.startswith("Hoeveel euro"):
        labelled(page.text_input, "Munt").set_value("GBP")
        checked(page.run())
    if label.startswith("Vanaf"):
        labelled(page.selectbox, "Een levering per").set_value("month")
    labelled(page.text_input, label).set_value(written)
    checked(page.run())
    assert page.error or label == "Werkblad"
    assert load_profile(places().profiles / "kantoor_x.toml") == parse_profile(PROFILE)


def test_amounts_are_not_kept_before_someone_said_whether_they_bear_vat():
    keep(PROFILE.replace('vat = "excl"\n', ""))
    page = offer(opened(), ("januari.csv", HEADER + GOOD))
    assert "btw" in page.error[0].value
    labelled(page.toggle, "Profiel aanpassen").set_value(True)
    checked(page.run())
    assert "met of zonder btw" in words(page)
    assert not [button for button in page.button if button.label.startswith("Bewaar")]
    labelled(page.selectbox, "Zijn de bedragen").set_value("excl")
    checked(page.run())
    press(page, "Bewaar en bekijk")
    assert load_profile(places().profiles / "kantoor_x.toml").vat == "excl"


FILES = {
    "activity": "bezetting_2022.xlsx",
    "sanitary_refills_packs": "sanitair_vullingen_2025_dozen.xlsx",
    "webshop": "webwinkel_2022.csv",
    "contracts": "contractregister.xlsx",
    "it_requests": "it_aanvragen.xlsx",
}


@pytest.mark.parametrize("name", slow_but_for(["contracts", "webshop"], FILES))
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
