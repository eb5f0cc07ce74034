"""Names in other spellings and codes that no list has, on the Data page, without a browser."""

import pytest

from nami_monitor.core.settings import places
from nami_monitor.ingest.profiles.library import profiles_in
from tests.pages.data_page import checked, labelled, offer, opened, press, rows, words

pytestmark = pytest.mark.usefixtures("own_place")

PLACES = ("Stadhuis", "Werf Noord", "Bibliotheek", "Zwembad", "Loods")
FIRST = "Datum;Locatie;Categorie;Kanaal;Aantal\n" + "".join(
    f"{day:02}-01-2026;{place};papier;kast;1\n" for day in range(1, 4) for place in PLACES
)


def respelled(place):
    """Three other spellings of a place."""
    return place.upper(), f"{place}, Markt 1", place.replace(" ", "-") + "."


def test_fifteen_spellings_are_one_table_with_one_confirmation_for_this_file_and_the_next():
    page = press(offer(opened(), ("kast jan.csv", FIRST)), "Ja, neem ze over")
    press(page, "Boek 15 regels")
    press(page, "Ander bestand")
    again = [f"{d:02}-02-2026;{name};papier;kast;1\n" for d, place in enumerate(PLACES, 1)
             for name in respelled(place)]  # fmt: skip
    page = offer(page, ("kast feb.csv", FIRST.split("\n")[0] + "\n" + "".join(again)))
    assert "15 namen uit dit bestand" in words(page)
    asked = [box for box in page.selectbox if box.label.startswith("Locatie: ")]
    assert len(asked) == 15
    assert {box.value for box in asked} == set(PLACES)
    assert not [button for button in page.button if button.label.startswith("Boek")]
    other = next(box for box in asked if "Zwembad, Markt 1" in box.label)
    other.set_value("@new")
    checked(page.run())
    press(page, "Neem dit zo over")
    assert [box.label for box in page.selectbox if box.label.startswith("Locatie: ")] == []
    press(page, "Boek 15 regels")
    found = dict(rows("select location_id, sum(quantity) from orders group by 1"))
    assert found == {**dict.fromkeys(PLACES, 6), "Zwembad": 5, "Zwembad, Markt 1": 1}
    (profile,) = profiles_in(places().profiles).values()
    assert profile.tables[0].values["location_id"]["stadhuis, markt 1"] == "Stadhuis"
    press(page, "Ander bestand")
    page = offer(page, ("kast mrt.csv", FIRST.split("\n")[0] + "\n" + "".join(
        again).replace("-02-2026", "-03-2026")))  # fmt: skip
    press(page, "Boek 15 regels")


MASTER = (
    "category;name_nl;name_en\n"
    "office_supplies;Kantoorartikelen;Office supplies\nict;ICT-hardware;ICT hardware\n"
)
REGISTER = "Contractnummer;Titel;Leverancier;Categorie;Ingangsdatum;Einddatum\n" + "".join(
    f"C-{n};Raam {n};Bedrijf {n};{category};01-02-2025;31-12-2027\n"
    for n, category in enumerate(
        ("Kantoorartikelen", "ICT hardware", "Groen", "Groen", "Schoonmaak", "Meubilair"), 1
    )
)


def test_categories_that_a_contract_register_names_are_mapped_or_made_in_the_same_place():
    page = offer(opened(), ("categorieen.csv", MASTER))
    press(page, "Boek 2 regels")
    press(page, "Ander bestand")
    page = offer(page, ("contracten.csv", REGISTER))
    for label in [b.label for b in page.button if b.label == "Ja, dat klopt"]:
        press(page, label)
    boxes = {box.label: box.value for box in page.selectbox if box.label.startswith("Categorie: ")}
    assert boxes == {
        "Categorie: Kantoorartikelen (1 regel)": "office_supplies",
        "Categorie: ICT hardware (1 regel)": "ict",
        "Categorie: Groen (2 regels)": "@new",
        "Categorie: Schoonmaak (1 regel)": "@new",
        "Categorie: Meubilair (1 regel)": "@new",
    }
    labelled(page.selectbox, "Categorie: Meubilair").set_value("@apart")
    checked(page.run())
    press(page, "Neem dit zo over")
    press(page, "Boek 5 regels")
    assert dict(rows("select category, count(*) from contracts group by 1")) == {
        "office_supplies": 1, "ict": 1, "Groen": 2, "Schoonmaak": 1,
    }  # fmt: skip


def test_choices_that_are_not_taken_over_yet_stay_while_the_visitor_looks_elsewhere():
    content = FIRST + "05-01-2026;STADHUIS;papier;kast;1\n"
    page = offer(opened(), ("kast jan.csv", content))
    labelled(page.selectbox, "Locatie: STADHUIS").set_value("@apart")
    checked(page.run())
    page.query_params["part"] = "completeness"
    checked(page.run())
    page.query_params["part"] = "upload"
    checked(page.run())
    assert labelled(page.selectbox, "Locatie: STADHUIS").value == "@apart"


def test_the_channels_of_the_data_are_offered():
    page = press(
        offer(opened(), ("kast jan.csv", FIRST.replace("kast;", "balie;"))), "Ja, neem ze over"
    )
    press(page, "Boek 15 regels")
    press(page, "Ander bestand")
    lines = FIRST.replace("-01-2026", "-02-2026").replace(";Kanaal", ";Bijz").replace("kast;", ";")
    page = offer(page, ("opgave.csv", lines))
    for label in [b.label for b in page.button if b.label == "Bestellingen en verbruik"]:
        press(page, label)
    assert "Via welk kanaal" in words(page)
    assert [button.label for button in page.button if button.label == "balie"]
    assert not [button.label for button in page.button if button.label == "voorraadkast"]
