"""Which columns are about people."""

import polars as pl
import pytest

from nami_monitor.ingest.personal import names_person

PEOPLE = """
Besteller;E-mailadres;e-mail;EmailAddress;Naam besteller;Aanvrager;Voornaam;Achternaam;Medewerker
Card Number;CARD NO;Kaartnummer;Pasnr.;Customer Name;CustomerName;customer_id;Full Name;User
Checked Out To: First Name;Assigned to;Uitgegeven aan;BSN;Burgerservicenummer;Telefoonnummer;IBAN
Contactpersoon;Contact person;Besteld door;Ordered by;Personeelsnummer;Manager;Contractbeheerder
Mobile number;Tel. nr.;Goedgekeurd door;Gebruikersnaam
"""
THINGS = """
Artikelnummer;Omschrijving;Naam;Name;Product name;Leverancier;Merchant name;Vestiging;Locatie
Checked Out To: Location;Contractnummer;Contract holder;Company Reg No;Order number;Model Number
Aantal medewerkers;Telefoontoestellen;Aantal gebruikers;Mobiele telefonie;Categorie;Order ID
Bestelnummer;Serial;Afdeling;Kostenplaats;Usage;Manufacturer
"""


def listed(text):
    return [header for line in text.split("\n") for header in line.split(";") if header]


def cells(*texts):
    return pl.Series(texts, dtype=pl.String)


@pytest.mark.parametrize("header", listed(PEOPLE))
def test_a_header_that_names_people(header):
    assert names_person(header, cells())
    assert names_person(header.upper(), cells())


@pytest.mark.parametrize("header", listed(THINGS))
def test_a_header_that_names_things(header):
    assert not names_person(header, cells("A", None, "B"))


def test_addresses_betray_a_column_without_a_telling_header():
    assert names_person("c7", cells("a.jansen@example.nl", None, "onbekend"))
    assert not names_person("c7", cells("info@example.nl", *["los"] * 9))
    assert not names_person("c7", cells())
