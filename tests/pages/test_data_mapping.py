"""Making and changing a profile on the Data page, without a browser."""

import io
import shutil

import pytest
import xlsxwriter

from nami_monitor.core.settings import places
from nami_monitor.ingest.profiles import proposal
from nami_monitor.ingest.profiles.library import profiles_in
from nami_monitor.ingest.profiles.profile import load_profile, parse_profile
from tests.pages.data_page import (
    GOOD,
    HEADER,
    PROFILE,
    ROOT,
    checked,
    html,
    keep,
    labelled,
    offer,
    opened,
    press,
    role,
    rows,
    words,
)  # fmt: skip
from tests.support.slow import slow_but_for

pytestmark = pytest.mark.usefixtures("own_place")


def test_a_date_order_that_the_file_does_not_prove_is_asked():
    content = "Datum;Locatie;Categorie;Kanaal;Aantal\n01/02/2026;A;p;w;1\n03/04/2026;A;p;w;2\n"
    page = offer(opened(), ("twijfel.csv", content))
    assert "Hoe lezen we datums zoals 01/02/2026?" in words(page)
    press(page, "dag/maand/jaar")
    assert "1\N{NO-BREAK SPACE}feb 2026" in html(page)
    press(page, "Ja, neem ze over")
    press(page, "Boek 2 regels")
    (profile,) = profiles_in(places().profiles).values()
    assert profile.dates == ("%d/%m/%Y",)


def test_cancelled_lines_are_asked_about_with_how_many_there_are():
    content = (
        "Datum;Locatie;Categorie;Kanaal;Aantal;Orderstatus\n13-02-2026;A;p;w;1;Geleverd\n"
        "14-02-2026;A;p;w;2;Geannuleerd\n15-02-2026;A;p;w;4;Geleverd\n"
    )
    page = offer(opened(), ("webshop.csv", content))
    asked = "1 van de 3 bekeken regels ging niet door (Orderstatus: Geannuleerd)."
    assert asked in words(page)
    press(page, "Ja, laat ze weg")
    assert role(page, "Orderstatus").value == proposal.DROPPED
    press(page, "Ja, neem ze over")
    press(page, "Boek 2 regels")
    (profile,) = profiles_in(places().profiles).values()
    assert [rule.column for rule in profile.drop] == ["Orderstatus"]


@pytest.mark.parametrize("first", ["Ja, laat ze weg", "Ja, trek ze af"])
def test_a_column_of_cancelled_and_of_credit_lines_has_both_its_questions(first):
    content = (
        "Datum;Locatie;Categorie;Kanaal;Aantal;Status\n13-02-2026;A;p;w;8;Geleverd\n"
        "14-02-2026;A;p;w;2;Geannuleerd\n15-02-2026;A;p;w;4;Retour\n"
    )
    page = offer(opened(), ("webshop.csv", content))
    press(page, first)
    press(page, {"Ja, laat ze weg", "Ja, trek ze af"}.difference({first}).pop())
    press(page, "Ja, neem ze over")
    press(page, "Boek 2 regels")
    (profile,) = profiles_in(places().profiles).values()
    assert profile.tables[0].columns["quantity"].sign.negative == ("retour",)
    assert [rule.column for rule in profile.drop] == ["Status"]


def test_things_with_a_day_on_which_they_went_are_booked_with_their_events():
    content = (
        "Middelnummer;Categorie;Locatie;Aanschafdatum;Afgevoerd op\n"
        "D1;Dispenser;A;13-02-2023;\nD2;Dispenser;A;14-02-2023;15-03-2026\n"
    )
    page = offer(opened(), ("dispensers.csv", content))
    assert role(page, "Afgevoerd op").value == "happened_on"
    press(page, "Ja, neem ze over")
    press(page, "Boek 2 regels")
    (profile,) = profiles_in(places().profiles).values()
    assert [table.name for table in profile.tables] == ["assets", "asset_events"]


def test_a_scale_that_a_heading_says_is_asked_and_its_answer_kept():
    content = "Datum;Locatie;Categorie;Kanaal;Aantal (x 1000)\n13-02-2026;A;p;w;2\n"
    page = offer(opened(), ("veel.csv", content))
    press(page, "Ja, neem ze over")
    assert "staat: x 1000" in words(page)
    press(page, "Duizendtallen: keer 1.000")
    press(page, "Boek 1 regel")
    (profile,) = profiles_in(places().profiles).values()
    assert profile.tables[0].columns["quantity"].scale == 1000
    assert rows("select quantity from orders") == [(2000.0,)]


def test_which_of_several_sheets_is_read_is_asked():
    heads = ("Datum", "Locatie", "Categorie", "Kanaal", "Aantal")
    book = io.BytesIO()
    with xlsxwriter.Workbook(book) as written:
        for name in ("jan", "feb"):
            page = written.add_worksheet(name)
            for at, row in enumerate([heads, ("13-02-2026", "A", "p", "w", 2)]):
                page.write_row(at, 0, row)
    page = offer(opened(), ("maanden.xlsx", book.getvalue()))
    assert "meerdere werkbladen: “jan”, “feb”. Welk lezen we?" in words(page)
    assert not page.error
    assert labelled(page.button, "Werkblad feb")
    press(page, "Alle werkbladen")
    press(page, "Ja, neem ze over")
    press(page, "Boek 2 regels")
    (profile,) = profiles_in(places().profiles).values()
    assert profile.layout.sheet == "*"


def test_a_profile_written_as_text_is_taken_over_or_what_is_wrong_is_said():
    keep(PROFILE)
    page = offer(opened(), ("januari.csv", HEADER + GOOD))
    text = page.text_area[0]
    text.set_value(text.value.replace('vat = "excl"', 'vat = "veel"'))
    checked(page.run())
    assert page.error
    text = page.text_area[0]
    text.set_value(text.value.replace('vat = "excl"', 'vat = "incl"\nvat_rate = 0.06'))
    checked(page.run())
    assert not page.error
    assert labelled(page.selectbox, "Zijn de bedragen").value == "incl_other"
    assert load_profile(places().profiles / "kantoor_x.toml") == parse_profile(PROFILE)


def test_a_sheet_that_is_not_there_is_said_and_can_be_put_right():
    keep(PROFILE)
    page = offer(opened(), ("januari.csv", HEADER + GOOD))
    labelled(page.selectbox, "Scheidingsteken").set_value("|")
    checked(page.run())
    assert page.error
    labelled(page.selectbox, "Scheidingsteken").set_value("")
    checked(page.run())
    assert not page.error
    assert page.title[0].value == "Herkend als Kantoor X: 2 regels kunnen mee"


def test_amounts_are_not_booked_before_someone_said_whether_they_bear_vat():
    keep(PROFILE.replace('vat = "excl"\n', ""))
    page = offer(opened(), ("januari.csv", HEADER + GOOD))
    assert "Zijn de bedragen met of zonder btw?" in words(page)
    assert not [button for button in page.button if button.label.startswith("Boek")]
    press(page, "exclusief btw")
    press(page, "Boek 2 regels")
    assert load_profile(places().profiles / "kantoor_x.toml").vat == "excl"


def test_at_most_three_questions_are_shown_and_each_says_what_was_seen():
    content = "Kolom 1;Kolom 2;Datum\nA;1;01-02-2026\nB;2;15-02-2026\n"
    page = offer(opened(), ("lijst.csv", content))
    numbers = [m.value for m in page.markdown if m.value.startswith("**")]
    asked = [value for value in numbers if value[2:3].isdigit()]
    assert 1 <= len(asked) <= 3
    assert any("Kolom 1" in value for value in asked)


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
    """Change a kept profile by one answer and back: nothing else of it changes."""
    before = load_profile(places().profiles / f"{name}.toml")
    page = offer(opened(), file)
    assert not page.error, [error.value for error in page.error]
    (source,) = (field for field in page.text_input if field.label.startswith("Van welke bron"))
    source.set_value("Iets anders")
    checked(page.run())
    (source,) = (field for field in page.text_input if field.label.startswith("Van welke bron"))
    source.set_value(before.source)
    checked(page.run())
    assert parse_profile(page.text_area[0].value) == before
    assert not page.error, [error.value for error in page.error]
