"""What a first look at a file proposes, and what is left to ask."""

from dataclasses import replace

import pytest

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.cells import Layout
from nami_monitor.ingest.profiles import proposal
from nami_monitor.ingest.profiles.library import read_sheets
from nami_monitor.ingest.profiles.profile import (
    Origin,
    Profile,
    Sign,
    TableMap,
    parse_profile,
    write_profile,
)
from nami_monitor.tables import Codes
from tests.support import supplied


def looked_at(tmp_path, kind):
    name, content = getattr(supplied, kind)()
    file = tmp_path / name
    file.write_bytes(content)
    (sheet,) = read_sheets(file, Layout())
    return sheet, proposal.proposed(sheet, name)


@pytest.mark.parametrize("kind", supplied.TABLES)
def test_at_most_six_questions_are_asked_and_every_answer_answers_its_own(tmp_path, kind):
    sheet, profile = looked_at(tmp_path, kind)
    agreed = set()
    asked = []
    while questions := proposal.asks(sheet, profile, {"channel": ["webshop"]}, agreed=agreed):
        first = questions[0]
        assert (first.key, first.column, first.seen) not in asked
        asked.append((first.key, first.column, first.seen))
        agreed.add(first.key)
        if first.choices and first.column != "category":
            profile = first.choices[0].profile
        else:
            profile = proposal.with_constant(profile, first.column, "x", ())
    assert len(asked) <= 6


def test_a_role_goes_from_one_column_to_another_and_back(tmp_path):
    sheet, profile = looked_at(tmp_path, "web_shop")
    assert proposal.roles_of(profile, "Aantal") == ("quantity",)
    moved = proposal.with_role(profile, "Ordernummer", "quantity")
    assert proposal.roles_of(moved, "Ordernummer") == ("quantity",)
    assert proposal.roles_of(moved, "Aantal") == ()
    back = proposal.with_role(moved, "Aantal", "quantity")
    assert proposal.roles_of(proposal.with_role(back, "Ordernummer", "order_ref"), "Aantal") == (
        "quantity",
    )
    assert sheet.columns


def test_headings_that_are_months_become_rows_and_each_can_be_taken_out(tmp_path):
    _, profile = looked_at(tmp_path, "staff")
    assert len(proposal.unpivoted(profile)) == 12
    less = proposal.with_role(profile, "jan 2026", "")
    assert "jan 2026" not in proposal.unpivoted(less)
    assert proposal.with_role(less, "jan 2026", proposal.MONTHS).unpivot is not None


def test_a_code_written_where_none_are_known_is_created_and_one_beside_known_ones_is_not(tmp_path):
    _, profile = looked_at(tmp_path, "supplier_statement")
    for known, codes in (((), {"category": "create"}), (("papier",), {})):
        (table,) = proposal.with_constant(profile, "category", "kantoor", known).tables
        assert dict(table.codes) == codes


def sheet_of(folder, *lines):
    (folder / "a.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return read_sheets(folder / "a.csv", Layout())[0]


def mapped(sheet, table, **constants):
    """A table filled with what is suggested, and texts for every row."""
    profile = Profile("x", (proposal.suggested(sheet, table),), vat="excl")
    for name, text in constants.items():
        profile = proposal.with_constant(profile, name, text)
    return profile


EVENTS = (
    "Middelnummer;Datum gebeurtenis;Soort gebeurtenis",
    "A1;03-02-2026;storing",
    "A2;17-02-2026;Kwijt",
)


def test_a_word_outside_a_closed_list_is_asked_once_and_its_answer_is_kept(tmp_path):
    sheet = sheet_of(tmp_path, *EVENTS)
    profile = mapped(sheet, "asset_events")
    (question,) = proposal.asks(sheet, profile, {}, agreed={"table", "unsure"})
    assert (question.key, question.column, question.seen) == ("value", "kind", "Kwijt")
    retired = next(one for one in question.choices if one.name == "allowed.retired.name")
    assert retired.profile.tables[0].values["kind"]["kwijt"] == "retired"
    assert proposal.asks(sheet, retired.profile, {}, agreed={"table", "unsure"}) == []
    else_ = proposal.with_value(profile, "kind", " * ", "repair")
    assert proposal.asks(sheet, else_, {}, agreed={"table", "unsure"}) == []
    assert proposal.with_value(profile, "route", "x", "sold") == profile


@pytest.mark.parametrize("origin", [Origin(("a", "b"), "join"), Origin(("a",), regex="(.)")])
def test_words_that_are_made_of_more_than_a_cell_are_not_asked(tmp_path, origin):
    sheet = sheet_of(tmp_path, *EVENTS)
    (table,) = mapped(sheet, "asset_events").tables
    profile = Profile("x", (replace(table, columns={**table.columns, "kind": origin}),))
    assert proposal.asks(sheet, profile, {}, agreed={"table", "unsure"}) == []


def test_a_refusal_that_is_a_question_has_answers_and_another_has_none():
    profile = Profile("x", ())
    dates = UserError(
        "import.ambiguous_dates",
        column="Datum", example="01/02/2014", first="%d/%m/%Y", second="%m/%d/%Y",
    )  # fmt: skip
    question = proposal.asked_by(dates, profile)
    assert (question.key, question.seen, question.headers) == ("dates", "01/02/2014", ("Datum",))
    assert [one.profile.dates for one in question.choices] == [("%d/%m/%Y",), ("%m/%d/%Y",)]
    question = proposal.asked_by(UserError("import.ambiguous_decimal", column="Bedrag"), profile)
    assert (question.key, question.headers) == ("decimal", ("Bedrag",))
    assert [one.profile.decimal for one in question.choices] == [",", "."]
    assert proposal.asked_by(UserError("import.no_data", file="a"), profile) is None


def test_a_scale_is_stated_of_the_columns_that_it_is_said_of_also_where_it_is_none():
    count, amount = Origin(("Aantal (x 1000)",)), Origin(("Bedrag",))
    orders = TableMap("orders", {"amount_eur": amount, "quantity": count})
    profile = Profile("x", (orders, TableMap("requests", {"quantity": count})))
    said = {"seen": "", "words": "x 1000", "table": "orders", "columns": ("quantity",)}
    error = UserError("questions.scale", ways=("thousands", "keep"), **said)
    question = proposal.asked_by(error, profile)
    assert [one.name for one in question.choices] == [
        "asking.scales.thousands", "asking.scales.keep",
    ]  # fmt: skip
    for answer, factor in zip(question.choices, (1000, 1), strict=True):
        stated = [[o.scale for o in one.columns.values()] for one in answer.profile.tables]
        assert stated == [[None, factor], [None]]
        assert parse_profile(write_profile(answer.profile)) == answer.profile


def test_the_words_of_a_closed_list_become_known_with_the_role_of_their_column(tmp_path):
    sheet = sheet_of(tmp_path, *EVENTS)
    without = proposal.with_role(mapped(sheet, "asset_events"), "Soort gebeurtenis", "")
    bare = replace(without, tables=(replace(without.tables[0], values={}),))
    (table,) = proposal.with_role(bare, "Soort gebeurtenis", "kind").tables
    assert table.values["kind"]["storing"] == "failure"


SALES = (
    "Datum;Locatie;Categorie;Bedrag;Aantal;Stuks per doos",
    "13-02-2026;Werf;papier;1,50;3;5",
    "17-02-2026;Werf;papier;2,50;4;8",
)


def test_packs_times_what_they_hold_is_a_role_and_can_be_taken_back(tmp_path):
    sheet = sheet_of(tmp_path, *SALES)
    profile = mapped(sheet, "orders", channel="webshop")
    (question,) = proposal.asks(sheet, profile, {}, agreed={"table", "unsure"})
    assert (question.key, question.seen) == ("packs", "5")
    times = question.choices[0].profile
    assert proposal.roles_of(times, "Stuks per doos") == (proposal.HELD,)
    assert proposal.roles_of(times, "Aantal") == ("quantity",)
    single = proposal.with_role(times, "Stuks per doos", "")
    assert single.tables[0].columns["quantity"] == Origin(("Aantal",))
    assert proposal.asks(sheet, times, {}) == []


@pytest.mark.parametrize("name", ["Aant. VPE", "Aantal dozen", "Number of packs"])
def test_packs_of_which_nothing_says_what_they_hold_are_never_taken_for_pieces(tmp_path, name):
    sheet = sheet_of(tmp_path, f"Datum;Locatie;Categorie;{name}", "13-02-2026;Werf;papier;3")
    profile = mapped(sheet, "orders", channel="webshop")
    profile = proposal.with_role(profile, name, "quantity")
    (question,) = proposal.asks(sheet, profile, {}, agreed={"table", "unsure"})
    assert (question.key, question.headers) == ("packed", (name,))
    by_article, single = (one.profile for one in question.choices)
    assert by_article.tables[0].columns["quantity"].unit == "pack"
    assert proposal.asks(sheet, by_article, {}, agreed={"table", "unsure"}) == []
    assert single == profile
    assert proposal.asks(sheet, single, {}, agreed={"table", "unsure", "packed"}) == []


CREDITED = (
    "Datum;Locatie;Categorie;Soort;Bedrag;Aantal",
    "13-02-2026;Werf;papier;Factuur;10,50;3",
    "17-02-2026;Werf;papier;{word};{amount};{pieces}",
    "18-02-2026;Werf;papier;Factuur;-1,00;1",
)


@pytest.mark.parametrize("word", ["Creditnota", "credit", "Retourzending", "CREDIT NOTE", "Refund"])
def test_lines_that_are_taken_back_without_a_minus_are_asked_about(tmp_path, word):
    rows = [row.format(word=word, amount="4,00", pieces="2") for row in CREDITED]
    sheet = sheet_of(tmp_path, *rows)
    profile = mapped(sheet, "orders", channel="webshop")
    agreed = {"table", "unsure"}
    (question,) = proposal.asks(sheet, profile, {}, agreed=agreed)
    assert (question.key, question.seen) == ("credit", word)
    assert question.headers == ("Soort", "Aantal", "Bedrag")
    subtracted, kept = (one.profile for one in question.choices)
    signs = {name: subtracted.tables[0].columns[name].sign for name in ("amount_eur", "quantity")}
    assert signs == dict.fromkeys(signs, Sign("Soort", (word.lower(),)))
    assert proposal.asks(sheet, subtracted, {}, agreed=agreed) == []
    assert proposal.roles_of(subtracted, "Soort") == (proposal.SIGNED,)
    assert proposal.with_role(subtracted, "Soort", "") == profile
    assert kept == profile
    assert proposal.asks(sheet, kept, {}, agreed={*agreed, "credit"}) == []


@pytest.mark.parametrize(
    ("word", "amount", "pieces", "asked"),
    [
        ("Credit", "-4,00", "2", ("Soort", "Aantal")),
        ("Credit", "4,00-", "-2", ()),
        ("Credit", "(4,00)", "\u22122", ()),
        ("Kredietunie", "4,00", "2", ()),
        ("C", "4,00", "2", ()),
        ("Credit", "", "", ()),
    ],
)
def test_only_what_is_taken_back_without_a_minus_is_asked_about(
    tmp_path, word, amount, pieces, asked
):
    rows = [row.format(word=word, amount=amount, pieces=pieces) for row in CREDITED]
    sheet = sheet_of(tmp_path, *rows)
    profile = mapped(sheet, "orders", channel="webshop")
    found = proposal.asks(sheet, profile, {}, agreed={"table", "unsure"})
    assert tuple(one.headers for one in found) == ((asked,) if asked else ())


@pytest.mark.parametrize("sides", ["D C", "F C", "Inv. CN", "RE GS"])
def test_letters_for_invoices_and_credit_are_asked_about(tmp_path, sides):
    other, credit = sides.split()
    rows = [row.format(word=credit, amount="4,00", pieces="2") for row in CREDITED]
    sheet = sheet_of(tmp_path, *(row.replace(";Factuur;", f";{other};") for row in rows))
    profile = mapped(sheet, "orders", channel="webshop")
    (question,) = proposal.asks(sheet, profile, {}, agreed={"table", "unsure"})
    assert (question.key, question.seen) == ("credit", credit)


SHOP = (
    "Datum;Locatie;Categorie;Bedrag;Orderstatus",
    "13-02-2026;Werf;papier;10,50;Geleverd",
    "17-02-2026;Werf;papier;4,00;{said}",
    "18-02-2026;Werf;papier;1,00;{said}",
)


def asked_of_lines(tmp_path, *lines, table="orders"):
    sheet = sheet_of(tmp_path, *lines)
    profile = mapped(sheet, table, channel="webshop")
    return sheet, profile, proposal.asks(sheet, profile, {}, agreed={"table", "unsure"})


@pytest.mark.parametrize(
    "said",
    ["Geannuleerd", "geannuleerd", "vervallen", "afgekeurd", "Cancelled", "canceled", "storniert",
     "returned not delivered", "Geannuleerd door klant", "Order cancelled", "90 - Geannuleerd",
     "Annulering", "annul\u00e9", "Voided"],
)  # fmt: skip
def test_lines_that_came_to_nothing_are_asked_about_and_left_out_where_nobody_objects(
    tmp_path, said
):
    sheet, profile, asked = asked_of_lines(tmp_path, *(line.format(said=said) for line in SHOP))
    (question,) = asked
    assert (question.key, question.seen) == ("cancelled", f"Orderstatus: {said}")
    assert (question.rows, question.looked_at) == (2, 3)
    skipped, kept = (one.profile for one in question.choices)
    assert question.choices[0].name == "asking.answers.skip"
    assert proposal.roles_of(skipped, "Orderstatus") == (proposal.DROPPED,)
    assert proposal.asks(sheet, skipped, {}, agreed={"table", "unsure"}) == []
    assert proposal.with_role(skipped, "Orderstatus", "") == profile
    assert kept == profile


@pytest.mark.parametrize(
    "said",
    ["In behandeling", "Deels geannuleerd", "niet geannuleerd", "Partially cancelled",
     "vervaldatum", "Nog niet geleverd", "Annuleringsverzekering", "Voidmaster BV"],
)  # fmt: skip
def test_lines_that_did_not_come_to_nothing_are_not_asked_about(tmp_path, said):
    _, _, asked = asked_of_lines(tmp_path, *(line.format(said=said) for line in SHOP))
    assert asked == []


@pytest.mark.parametrize(
    ("head", "yes", "no", "rows"),
    [
        ("Geannuleerd", "ja", "nee", 1),
        ("Geannuleerd op", "13-02-2026", "", 1),
        ("Cancelled at", "2026-02-13", "n/a", 1),
        ("Geannuleerd", "12", "0", 0),
        ("Vervaldatum", "13-02-2026", "", 0),
    ],
)
def test_a_column_of_its_own_may_say_that_a_line_was_cancelled(tmp_path, head, yes, no, rows):
    _, _, asked = asked_of_lines(
        tmp_path,
        f"Datum;Locatie;Categorie;Bedrag;{head}",
        f"13-02-2026;Werf;papier;10,50;{no}",
        f"17-02-2026;Werf;papier;4,00;{yes}",
    )
    assert sum(one.rows for one in asked) == rows


def test_of_a_streamed_file_more_than_the_first_lines_are_looked_at(tmp_path, monkeypatch):
    monkeypatch.setattr("nami_monitor.ingest.readers.delimited.LARGE_BYTES", 1)
    lines = ["13-02-2026;Werf;papier;10,50;Geleverd"] * 700
    lines += ["14-02-2026;Werf;papier;10,50;Geannuleerd"] * 2
    _, _, (question,) = asked_of_lines(tmp_path, SHOP[0], *lines)
    assert (question.key, question.rows, question.looked_at) == ("cancelled", 2, 702)


def test_several_columns_that_call_lines_cancelled_are_one_question(tmp_path):
    _, _, (question,) = asked_of_lines(
        tmp_path,
        "Datum;Locatie;Categorie;Bedrag;Status;Levering",
        "13-02-2026;Werf;papier;10,50;akkoord;vervallen",
        "17-02-2026;Werf;papier;4,00;geannuleerd;vervallen",
        "18-02-2026;Werf;papier;4,00;akkoord;gedaan",
    )
    assert question.seen == "Status: geannuleerd; Levering: vervallen"
    assert (question.rows, question.headers) == (2, ("Status", "Levering"))
    one = proposal.with_role(question.choices[0].profile, "Status", "")
    assert [rule.column for rule in one.drop] == ["Levering"]


def test_a_register_keeps_what_was_cancelled(tmp_path):
    _, _, asked = asked_of_lines(
        tmp_path, "Artikelnr;Omschrijving;Categorie;Toestand", "A1;pen;papier;vervallen",
        table="products",
    )  # fmt: skip
    assert "cancelled" not in {one.key for one in asked}


def things(tmp_path, head, *days):
    """A list of things, each with its number, and what stands under one more heading."""
    lines = [f"D{n};Sanitair;Werf;0{n}-03-2023;{day}" for n, day in enumerate(days, 1)]
    return sheet_of(tmp_path, f"Serienummer;Categorie;Locatie;Geplaatst op;{head}", *lines)


@pytest.mark.parametrize(
    "head",
    ["Verwijderd", "Verwijderd op", "Afgevoerd op", "Afvoerdatum", "Datum uit gebruik",
     "Buiten gebruik per", "retired on", "Removed on", "removed_at", "Date of disposal"],
)  # fmt: skip
@pytest.mark.parametrize("day", ["12-05-2026", ""])
def test_the_day_on_which_a_thing_went_is_an_event_beside_the_list_of_things(tmp_path, head, day):
    sheet = things(tmp_path, head, "", day, "-")
    profile = proposal.proposed(sheet, "dispensers.csv")
    assets, events = profile.tables
    assert (assets.name, events.name) == ("assets", "asset_events")
    assert assets.columns["acquired_on"] == Origin(("Geplaatst op",))
    assert events.columns["happened_on"] == Origin((head,))
    assert events.columns["asset_id"] == assets.columns["asset_id"] == Origin(("Serienummer",))
    assert events.constants == {"kind": "retired"}
    assert head not in proposal.unsure(sheet, profile)
    (only,) = proposal.with_role(profile, head, "").tables
    assert only == assets


@pytest.mark.parametrize(
    ("head", "cell"),
    [("Verwijderd", "ja"), ("Verwijderd door", ""), ("Reden afvoer", ""), ("Einde garantie", ""),
     ("Vervaldatum", "12-05-2026")],
)  # fmt: skip
def test_what_is_no_day_on_which_a_thing_went_gives_no_event(tmp_path, head, cell):
    profile = proposal.proposed(things(tmp_path, head, cell, ""), "dispensers.csv")
    assert [table.name for table in profile.tables] == ["assets"]


@pytest.mark.parametrize("head", ["Einddatum", "Datum einde", "End date"])
def test_an_end_of_which_nobody_knows_what_ended_is_asked_about(tmp_path, head):
    sheet = things(tmp_path, head, "", "12-05-2026")
    profile = proposal.proposed(sheet, "dispensers.csv")
    assert proposal.unsure(sheet, profile)[head] == "happened_on"
    question = proposal.asks(sheet, profile, {}, agreed={"table"})[0]
    assert question.key == "unsure"
    assert head in question.headers
    wrong = next(one for one in question.choices if one.header == head)
    assert [table.name for table in wrong.profile.tables] == ["assets"]


def test_another_main_table_takes_the_days_on_which_things_went_along_or_away(tmp_path):
    sheet = things(tmp_path, "Verwijderd op", "", "12-05-2026")
    profile = proposal.proposed(sheet, "dispensers.csv")
    orders = proposal.with_table(profile, sheet, "orders")
    assert [table.name for table in orders.tables] == ["orders"]
    assert proposal.with_table(orders, sheet, "assets").tables == profile.tables
    events = proposal.with_table(profile, sheet, "asset_events")
    assert [table.name for table in events.tables] == ["asset_events"]
    assert events.tables[0].constants == {}


def test_what_two_tables_of_a_file_lack_is_asked_once_and_answers_both(tmp_path):
    sheet = sheet_of(
        tmp_path, "Kenteken;Categorie;Locatie;Aanschafdatum;Verwijderd op",
        "AB-1;Auto;Werf;01-03-2023;", "CD-2;Auto;Werf;02-03-2023;12-05-2026",
    )  # fmt: skip
    profile = proposal.with_table(Profile("x", ()), sheet, "assets")
    profile = proposal.with_role(profile, "Kenteken", "")
    asked = proposal.asks(sheet, profile, {}, agreed={"table", "unsure"})
    assert [one.column for one in asked] == ["asset_id"]
    answered = proposal.with_role(profile, "Kenteken", "asset_id")
    assert [table.columns["asset_id"].columns for table in answered.tables] == [("Kenteken",)] * 2


def test_a_total_beside_months_is_no_figure_of_each_month(tmp_path):
    sheet = sheet_of(
        tmp_path,
        "EAN;Object;jan 2026;feb 2026;mrt 2026;Totaal kWh",
        "8716;Gemaal;1,5;2;3;6,5",
        "8717;Werf;4;5;6,5;15,5",
    )
    profile = proposal.proposed(sheet, "verbruik.csv")
    assert proposal.roles_of(profile, "jan 2026") == (proposal.MONTHS,)
    assert proposal.roles_of(profile, "Totaal kWh") == ()
    assert [table.name for table in profile.tables] == ["measurements"]
    assert proposal.roles_of(profile, "Object") == ("location_id",)
    orders = proposal.with_tables(profile, sheet, ["orders"])
    assert proposal.roles_of(orders, "Totaal kWh") == ()
    assert {"ordered_on", "quantity"} <= {*orders.tables[0].columns}


@pytest.mark.parametrize(("name", "asked"), [("verbruik.csv", True), ("fte.csv", False)])
def test_of_articles_by_month_it_is_asked_whether_they_were_bought(tmp_path, name, asked):
    sheet = sheet_of(
        tmp_path,
        "Artikel;Locatie;jan 2026;feb 2026;mrt 2026",
        "Papier;Werf;1;2;3",
        "Pen;Werf;4;5;6",
    )
    profile = proposal.proposed(sheet, name)
    first = next(iter(proposal.asks(sheet, profile, {})), None)
    assert (first is not None and first.key == "table") is asked
    if asked:
        bought = next(one for one in first.choices if one.name == "tables.orders.name").profile
        assert proposal.roles_of(bought, "Artikel") == ("product_id",)
        assert {"ordered_on", "quantity"} <= {*bought.tables[0].columns}


def test_order_lines_with_an_amount_are_not_taken_for_measurements(tmp_path):
    sheet = sheet_of(tmp_path, "Datum;Locatie;Aantal;Bedrag", "13-02-2026;Werf;3;10,50")
    profile = proposal.proposed(sheet, "afname.csv")
    assert [table.name for table in profile.tables] == ["orders"]


def test_an_amount_asks_for_vat_beside_its_column_with_the_rates(tmp_path):
    sheet = sheet_of(tmp_path, *SALES)
    profile = replace(mapped(sheet, "orders", channel="webshop"), vat=None)
    question = proposal.asks(sheet, profile, {}, agreed={"table", "unsure", "packs"})[0]
    assert (question.key, question.headers) == ("vat", ("Bedrag",))
    answers = [(one.profile.vat, one.profile.vat_rate) for one in question.choices]
    assert answers == [("excl", None), ("incl", 0.21), ("incl", 0.09)]
    assert not proposal.with_role(profile, "Bedrag", "").money


@pytest.mark.parametrize(
    ("heading", "known"),
    [
        ("Bedrag excl. btw", "excl"),
        ("Totaal (exclusief BTW)", "excl"),
        ("Prijs ex. B.T.W.", "excl"),
        ("Amount without VAT", "excl"),
        ("Bedrag incl. btw", None),
        ("Bedrag excl. verzendkosten, incl. btw", None),
        ("Bedrag", None),
    ],
)
def test_a_heading_that_says_that_amounts_are_without_vat_is_not_asked_about(
    tmp_path, heading, known
):
    sheet = sheet_of(tmp_path, f"Datum;Locatie;Categorie;{heading}", "13-02-2026;Werf;papier;3,10")
    profile = replace(mapped(sheet, "orders", channel="webshop"), vat=None)
    profile = proposal.with_role(profile, heading, "amount_eur")
    assert profile.vat_known == known
    asked = proposal.asks(sheet, profile, {}, agreed={"table", "unsure", "packs"})
    assert [one.key for one in asked] == ([] if known else ["vat"])
    assert replace(profile, vat="incl", vat_rate=0.21).vat_known == "incl"


def test_what_nothing_fills_is_asked_with_columns_of_the_file_and_known_codes(tmp_path):
    sheet = sheet_of(tmp_path, *SALES)
    profile = mapped(sheet, "orders", channel="webshop")
    for header in ("Datum", "Locatie", "Bedrag", "Aantal"):
        profile = proposal.with_role(profile, header, "")
    agreed = {"table", "unsure", "packs"}
    asked = {q.column: q for q in proposal.asks(sheet, profile, {"location_id": ["Werf"]},
                                               agreed=agreed)}  # fmt: skip
    assert set(asked) == {"ordered_on", "location_id", "quantity / amount_eur"}
    assert [one.header for one in asked["ordered_on"].choices][:2] == ["Datum", "Locatie"]
    place = asked["location_id"].choices
    assert place[-1].profile.tables[0].constants["location_id"] == "Werf"
    assert proposal.roles_of(place[1].profile, "Locatie") == ("location_id",)
    assert proposal.with_constant(place[-1].profile, "location_id", "").tables[0].constants == {
        "channel": "webshop"
    }


def test_a_file_in_which_nothing_is_known_is_asked_what_it_holds(tmp_path):
    sheet = sheet_of(tmp_path, "Zon;Maan", "a;b", "c;d")
    profile = proposal.proposed(sheet, "2026.csv")
    (question,) = proposal.asks(sheet, profile, {})
    assert (question.key, question.seen) == ("table", "Zon, Maan")
    assert [one.profile.tables[0].name for one in question.choices] == [
        "orders", "measurements", "contracts", "assets",
    ]  # fmt: skip
    assert profile.source == "2026"
    assert proposal.roles(profile)[0] == "ordered_on"


def test_known_codes_and_words_are_those_of_the_data_and_before_that_the_usual_ones():
    known = proposal.known_texts({Codes.LOCATION: ["Werf"]}, {"channel": ["balie", "automaat"]})
    assert known["location_id"] == ["Werf"]
    assert "category" not in known
    assert known["channel"] == ["balie", "automaat"]
    assert proposal.known_texts({}, {"channel": []})["channel"] == proposal.CHANNELS
    measured = proposal.known_texts({}, {"activity_measure": ["wasbeurten", "fte"]})
    assert measured["activity_measure"][:2] == ("wasbeurten", "fte")
    assert len(measured["activity_measure"]) == len(proposal.ACTIVITIES) + 1


@pytest.mark.parametrize(
    ("heads", "rows", "joined"),
    [
        ("Jaar;Maand", ("2025;1", "2025;12"), Origin(("Jaar", "Maand"), "join", format="%Y %m")),
        ("Mnd;Boekjaar", ("jan;2025", "Mei;2026"),
         Origin(("Boekjaar", "Mnd"), "join", format="%Y %b")),
        ("Jaar;Volgnr", ("2025;1", "2025;2"), Origin(("Jaar",))),
        ("Jaar;Datum", ("2025;13-01-2025", "2025;14-02-2025"), Origin(("Datum",))),
    ],
)  # fmt: skip
def test_a_year_and_a_month_that_stand_apart_are_one_date(tmp_path, heads, rows, joined):
    lines = (f"{row};Werf;papier;3;4,50" for row in rows)
    sheet = sheet_of(tmp_path, f"{heads};Locatie;Categorie;Aantal;Bedrag", *lines)
    assert proposal.suggested(sheet, "orders").columns["ordered_on"] == joined


def test_of_amounts_and_numbers_either_will_do_and_each_column_fills_its_own(tmp_path):
    sheet = sheet_of(
        tmp_path, "Datum;Locatie;Categorie;Debet;Af;Keer", "13-02-2026;Werf;papier;10,50;2,50;3"
    )
    profile = mapped(sheet, "orders", channel="webshop")
    (question,) = proposal.asks(sheet, profile, {}, agreed={"table", "unsure"})
    roles = {one.header: proposal.roles_of(one.profile, one.header) for one in question.choices}
    assert roles == {"Debet": ("amount_eur",), "Af": ("amount_eur",), "Keer": ("quantity",)}
