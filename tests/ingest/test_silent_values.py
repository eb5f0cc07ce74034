"""Values that would come in without a word: other currencies and units, old rows, lost amounts."""

import contextlib
import datetime as dt
import json

import pytest
import xlsxwriter
import xlwt
from babel.numbers import get_currency_symbol, list_currencies

from nami_monitor.core.errors import UserError
from nami_monitor.i18n import LANGS, text
from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.book.import_report import (
    AmountAside,
    Report,
    TableCounts,
    as_document,
    from_json,
    sentences_above,
    sentences_of_counts,
    sentences_of_overwritten,
    to_json,
)
from nami_monitor.ingest.book.set_aside import write_set_aside
from nami_monitor.ingest.parse import xlsx
from nami_monitor.ingest.parse.sheets import currency_of_format
from nami_monitor.ingest.parse.xls import xls_findings
from nami_monitor.ingest.profiles.convert import FOREIGN, UNREAD, conversion, number_sql
from nami_monitor.ingest.profiles.mapping import Reading, signs_beside
from nami_monitor.ingest.profiles.profile import Currency, Origin, parse_profile
from nami_monitor.tables import TABLES, columns
from tests.ingest.readers import ods_files
from tests.support.databases import new_store

YES = Answers.yes()
PROFILE = """
source = "Drukker"
vat = "excl"
{more}
[[table]]
name = "orders"
[table.columns]
ordered_on = "Dag"
amount_eur = {amount}
quantity = {quantity}
[table.constants]
location_id = "P1"
category = "drukwerk"
channel = "balie"
[table.codes]
location_id = "create"
category = "create"
"""


def orders(more="", amount='"Kosten"', quantity='"Stuks"'):
    return parse_profile(PROFILE.format(more=more, amount=amount, quantity=quantity))


@pytest.fixture
def store(tmp_path):
    with contextlib.closing(new_store(tmp_path / "own.duckdb")) as made:
        yield made


@pytest.fixture
def offer(store, tmp_path):
    def book(text, profile, name="lijst.csv", answers=YES, **more):
        file = tmp_path / name
        if isinstance(text, str):
            file.write_text(text, "utf-8")
        return import_file(store, file, profile, answers=answers, who="t", **more)

    return book


def rows(store, query):
    with store.read() as db:
        return db.rows(query)


# --- currencies ---------------------------------------------------------------------------------


def values(db, sql, texts):
    return [v for (v,) in db.rows(f"select {sql} from (select unnest(?) as x)", [list(texts)])]


HOME = {"DKK": ("kr.", "kr"), "SEK": ("kr",), "PLN": ("zł",), "AUD": ("$", "A$")}


def written(code):
    """How people write seven and a half of a currency, in Dutch and in English."""
    for lang, amount in (("nl", "7,50"), ("en", "7.50")):
        for sign in {code, code.lower(), get_currency_symbol(code, lang), *HOME.get(code, ())}:
            yield lang, f"{sign} {amount}"
            yield lang, f"{sign}{amount}"
            yield lang, f"{amount} {sign}"
            yield lang, f"-{sign}{amount}"


def test_no_amount_of_any_other_currency_is_read_as_euros(db):
    others = sorted({*list_currencies(), "RMB", "US"} - {"EUR"})
    for lang, sign in (("nl", ","), ("en", ".")):
        texts = [text for code in others for at, text in written(code) if at == lang]
        assert set(values(db, number_sql("x", sign, tagged=False), texts)) == {None}


@pytest.mark.parametrize("code", ["USD", "GBP", "CHF", "XCG", *HOME, "EUR"])
def test_amounts_in_the_currency_of_the_profile_are_read(db, code):
    signs = signs_beside(Currency(code, 1.0, ""))
    for lang, sign in (("nl", ","), ("en", ".")):
        texts = [text for at, text in written(code) if at == lang]
        read = values(db, number_sql("x", sign, tagged=False, signs=signs), texts)
        assert {abs(value or 0) for value in read} == {7.5}, dict(zip(texts, read, strict=True))
        if code != "EUR":
            read = values(db, number_sql("x", sign, tagged=False, signs=signs), ["€ 7", "7 EUR"])
            assert read == [None, None]


def test_a_code_in_small_letters_names_the_same_currency():
    for code in ("gbp", " Gbp "):
        assert signs_beside(Currency(code, 1.0, "")) == signs_beside(Currency("GBP", 1.0, ""))
    tables = '[[table]]\nname = "orders"\n[table.columns]\namount_eur = "A"\n'
    for code in ("EUR", "eur", "Eur"):
        assert parse_profile(f'source = "x"\ncurrency = "{code}"\n{tables}').currency is None


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("kr 19,95", "other_currency"), ("19,95 Fr.", "other_currency"),
        ("(£ 4,05)", "other_currency"), ("3,15- NOK", "other_currency"),
        ("€ 6,1 USD", "other_currency"), ("12,5 dozen", "other_currency"),
        ("1,2,3", "not_a_number"), ("€ 1,2,3", "not_a_number"), ("n.v.t.", "not_a_number"),
        ("zie 3 en 4", "not_a_number"), ("EUR 6,10", None), ("€6,10-", None),
        ("Euro 6,10", None), ("6,10 EURO", None),
    ],
)  # fmt: skip
def test_the_reason_names_the_currency_and_only_that(db, text, rule):
    column = next(c for c in columns("orders") if c.name == "amount_eur")
    made = conversion(
        column, origin=Origin(("A",)), constant=None, values=None, cell={"A": "x"},
        reading=Reading(tagged=False, decimal={"amount_eur": ","}),
    )  # fmt: skip
    typed = f"({made.typed.replace('t_amount_eur', 'x')})"
    broken = [
        name for test, name in made.failures
        if values(db, test.replace("{typed}", typed).replace("t_amount_eur", "x"), [text]) == [True]
    ]  # fmt: skip
    if broken == [UNREAD] and values(db, made.foreign.replace("t_amount_eur", "x"), [text])[0]:
        broken = [FOREIGN]
    assert broken == ([rule] if rule else [])


MIXED = """Dag;Kosten;Stuks;{header}
02-03-2025;10,00;1;EUR
03-03-2025;20,00;2;NOK
04-03-2025;30,00;3;€
05-03-2025;40,00;4;
06-03-2025;50,00;5;Noorse kroon
07-03-2025;60,00;6;euro
"""


@pytest.mark.parametrize("header", ["Muntsoort", "Valuta code", "currency", "CUR"])
def test_rows_of_another_currency_beside_the_amount_wait(store, offer, header):
    report = offer(MIXED.format(header=header), orders())
    assert (report.main.accepted, report.main.reasons) == (4, {"other_currency": 2})
    assert rows(store, "select sum(amount_eur) from orders") == [(140.0,)]


def test_rows_of_another_currency_wait_again_when_they_come_back_unmended(store, offer, tmp_path):
    offer(MIXED.format(header="Valuta"), orders())
    out = tmp_path / "herstel.csv"
    with store.read() as db:
        assert write_set_aside(db, 1, out, "nl") == 2
    assert "NOK" in out.read_text("utf-8-sig")
    again = import_file(store, out, orders(), answers=YES, who="t")
    assert (again.main.accepted, again.main.reasons) == (0, {"other_currency": 2})
    mended = out.read_text("utf-8-sig").replace("NOK", "EUR").replace("20,00", "1,70")
    out.write_text(mended, "utf-8-sig")
    assert import_file(store, out, orders(), answers=YES, who="t").main.accepted == 1
    assert rows(store, "select sum(amount_eur) from orders") == [(141.7,)]


def test_a_profile_in_kroner_books_kroner(store, offer):
    kroner = orders('currency = { code = "NOK", to_eur = 0.1, source = "bank" }')
    report = offer(MIXED.format(header="Valuta"), kroner)
    assert report.main.accepted == 3  # NOK, Noorse kroon, and the one that says nothing
    assert rows(store, "select sum(amount_eur) from orders")[0][0] == pytest.approx(11)


@pytest.mark.parametrize(
    "profile",
    [
        orders(amount='{ from = "Kosten", scale_by = { column = "Valuta", EUR = 1, NOK = 0.1 } }'),
        orders('drop = { where = [{ column = "Valuta", matches = "^no" }] }'),
    ],
)
def test_a_column_of_currencies_that_the_profile_reads_is_left_to_it(offer, profile):
    assert "other_currency" not in offer(MIXED.format(header="Valuta"), profile).main.reasons


def test_of_two_columns_of_currencies_the_one_of_the_amount_counts(offer):
    text = "Dag;Card amt;Shop amt;Card cur;Shop cur;Stuks\n02-03-2025;5,50;6,00;EUR;USD;1\n"
    assert offer(text, orders(amount='"Card amt"')).main.accepted == 1
    assert offer(text, orders(amount='"Shop amt"'), "b.csv").main.accepted == 0
    either = orders(amount='["Card amt", "Shop amt"]')
    assert offer(text.replace("5,50", "7,50"), either, "c.csv").main.accepted == 1


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("header", "cells", "aside"),
    [
        ("Eenheid", ("SEK", "SEK"), 2), ("ISO", ("nok", ""), 1), ("Deviezen", ("EUR", "chf"), 1),
        ("Afd.", ("£", "€"), 1), ("Afd.", ("ALL", "ALL"), 0), ("Unit", ("EUR", "EUR"), 0),
        ("Cur", ("", ""), 0),
    ],
)  # fmt: skip
def test_a_column_of_nothing_but_currencies_is_one_whatever_its_header(offer, header, cells, aside):
    lines = "".join(f"0{n}-03-2025;4,0{n};1;{cell}\n" for n, cell in enumerate(cells, 2))
    report = offer(f"Dag;Kosten;Stuks;{header}\n{lines}", orders())
    assert report.main.reasons == ({"other_currency": aside} if aside else {})


# --- what stands only in a heading, a title, a name or a number format ----------------------------


def asked(offer, text, profile=None, name="lijst.csv", **more):
    """What is asked about texts beside the numbers; nothing is booked before it is answered."""
    some = Answers(YES.create, accept_set_aside=True, assume_vat=True, single_units=True)
    report = offer(text, profile or orders(**more), name, answers=some, look_only=True)
    found = [one.values for one in report.questions if one.key in {"beside", "scale"}]
    if found:
        with pytest.raises(UserError, match=r"^questions\.(?:beside|scale)\("):
            offer(text, profile or orders(**more), name, answers=some)
    assert len(found) < 2
    return found[0]["words"] if found else None


def test_a_profile_may_say_that_its_amounts_are_euros():
    assert orders('currency = "EUR"') == orders()


PLAIN = "Dag;{head};Stuks\n02-03-2025;7,25;1\n03-03-2025;1.100,75;2\n"


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("Amount (SEK)", "SEK"), ("Bedrag in £", "£"), ("Prijs $", "$"), ("Totaal A$", "A$"),
        ("netto_gbp", "gbp"), ("totalCHF", "CHF"), ("Kosten in dollars", "dollars"),
        ("Waarde (KES)", "KES"), ("Ponden sterling", "Ponden, sterling"),
        ("Bedrag (€)", None), ("Kosten EUR", None), ("Euro's", None),
        ("Kosten (EUR, was USD)", None),
        ("TOTAAL ALL IN", None), ("Som van Kosten", None), ("Prijs per stuk", None),
        ("Kosten x € 1.000", "x € 1.000"),
        ("Kosten (\u00d71000)", "\u00d71000"), ("Bedrag k€", "k€"),
        ("Bedrag (€ mln)", "€ mln"), ("Bedrag in duizenden", "duizenden"), ("Kosten '000", "'000"),
        ("Bedrag (in centen)", "centen"), ("Bedrag eurocent", "eurocent"),
        ("Kosten 1000 stuks", None),
    ],
)  # fmt: skip
def test_what_a_heading_says_of_amounts_is_asked(offer, head, words):
    assert asked(offer, PLAIN.format(head=head), amount=f'"{head}"') == words


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("code", "head", "words"),
    [
        ("SEK", "Amount (SEK)", None), ("SEK", "Belopp kr", None), ("SEK", "Bedrag EUR", "EUR"),
        ("CAD", "Dollars", None), ("CAD", "Bedrag £", "£"), ("", "Bedrag €", "€"),
        ("", "Bedrag USD", None),
    ],
)  # fmt: skip
def test_the_currency_of_the_profile_is_not_asked_about(offer, code, head, words):
    more = f'currency = {{ code = "{code}", to_eur = 0.5 }}'
    assert asked(offer, PLAIN.format(head=head), amount=f'"{head}"', more=more) == words


@pytest.mark.parametrize(
    ("text", "name", "more", "words"),
    [
        ("Alle bedragen in NOK;;\n;;\n" + PLAIN.format(head="Kosten"), "a.csv", {}, "NOK"),
        ("Bedragen x 1.000;;\n;;\n" + PLAIN.format(head="Kosten"), "a.csv", {}, "x 1.000"),
        (PLAIN.format(head="Kosten"), "export-gbp.csv", {}, "gbp"),
        (PLAIN.format(head="Kosten (€)"), "export-gbp.csv", {"amount": '"Kosten (€)"'}, None),
        (PLAIN.format(head="Kosten x 1000"), "a.csv",
         {"amount": '{ from = "Kosten x 1000", scale = 1000 }'}, None),
        ("Dag;Kosten;Aantal (x 1000)\n02-03-2025;5,00;2\n", "a.csv",
         {"quantity": '"Aantal (x 1000)"'}, "x 1000"),
    ],
)  # fmt: skip
def test_what_a_title_or_a_name_says_of_amounts_is_asked(offer, text, name, more, words):
    assert asked(offer, text, name=name, **more) == words


def test_headings_of_months_that_become_rows_are_looked_at(offer):
    profile = parse_profile(
        PROFILE.format(more='unpivot = { columns = "^USD" }', amount='"@value"', quantity='"Stuks"')
        .replace('ordered_on = "Dag"', 'ordered_on = { from = "@month", regex = "20.*" }')
    )  # fmt: skip
    assert asked(offer, "Stuks;USD 2025-03;USD 2025-04\n1;5,50;6,50\n", profile) == "USD"


FORMATS = {
    "[$£-809]#,##0.00": "£", '"$"#,##0': "$", "[$NOK] 0.00": "NOK", '_("$"* #,##0.00_)': "$",
    r"\C\H\F 0.00": "CHF", '[Red]0.00 "kr"': "kr", "[$R$-416] 0": "R$", "US$ 0": "US$",
    "[$€-413] 0.00": "€", r"#,##0.00\ _€": "", "0.00": "", "[$-409]d-mmm-yy": "", '0 "stuks"': "",
    "DD-MMM-YYYY": "", "[" * 9_000: "", '"' * 9_000: "",
}  # fmt: skip


@pytest.mark.parametrize("code", FORMATS, ids=lambda code: code[:20])
def test_a_number_format_says_its_currency(code):
    assert currency_of_format(code) == FORMATS[code]


def write_xlsx(path, code, heads=("Dag", "Kosten", "Stuks")):
    with xlsxwriter.Workbook(path) as book:
        sheet, shown = book.add_worksheet(), book.add_format({"num_format": code})
        sheet.write_row(0, 0, heads)
        for n in (1, 2):
            sheet.write_row(n, 0, [f"0{n}-03-2025", None, n])
            sheet.write(n, 1, 4.5 * n, shown if n == 2 else None)
        sheet.write_blank(5, 2, None, shown)


def write_xls(path, code):
    book = xlwt.Workbook()
    sheet, shown = book.add_sheet("A"), xlwt.easyxf(num_format_str=code)
    for n, cells in enumerate([("Dag", "Kosten", "Stuks"), ("01-03-2025", 4.5, 1),
                               ("02-03-2025", 900, 2)]):  # fmt: skip
        for at, cell in enumerate(cells):
            sheet.write(n, at, cell, shown if n and at else xlwt.Style.default_style)
    book.save(str(path))


def write_ods(path, code):
    sign = currency_of_format(code)
    extra = f'office:currency="{sign}"' if sign.isalpha() else ""
    cells = ods_files.cell("4.5", "currency", f"{sign} 4,50", extra)
    number = ods_files.cell("1", "float")
    rows = [ods_files.row(ods_files.cell("01-03-2025"), cells, number) for _ in range(2)]
    heads = ods_files.row("Dag", "Kosten", "Stuks")
    ods_files.write_ods(path, ods_files.sheet("A", heads, *rows))


WRITERS = {"xlsx": write_xlsx, "xls": write_xls, "ods": write_ods}


@pytest.mark.slow
@pytest.mark.sampled(3)
@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("code", ["[$£-809]#,##0.00", "[$NOK] 0.00", "[$€-413] 0.00", "0.00"])
def test_a_currency_that_only_the_number_format_shows_is_asked(offer, tmp_path, kind, code):
    file = tmp_path / f"made.{kind}"
    WRITERS[kind](file, code)
    sign = currency_of_format(code)
    other = None if sign in {"", "€"} else sign
    assert asked(offer, file, name=file.name) == other
    if other:
        kroner = orders('currency = { code = "NOK", to_eur = 0.1 }')
        assert asked(offer, file, kroner, name=file.name) == (None if sign == "NOK" else "£")


@pytest.mark.parametrize("code", ["[$£-809]#,##0.00", "[$NOK] 0.00", "0.00"])
def test_the_columns_of_a_number_format_with_a_currency_are_found(tmp_path, code):
    sign = currency_of_format(code)
    old, new = tmp_path / "made.xls", tmp_path / "made.xlsx"
    write_xls(old, code)
    write_xlsx(new, code)
    (found,) = xls_findings(old)
    assert found.currencies == ({(2, sign), (3, sign)} if sign else set())
    (part,) = xlsx.sheet_parts(new).values()
    found = xlsx.sheet_findings(new, part, xlsx.currency_styles(new))
    assert found.currencies == ({(2, sign)} if sign else set())


def test_numbers_without_an_amount_may_be_shown_with_any_currency(offer, tmp_path):
    file = tmp_path / "made.xlsx"
    write_xlsx(file, '"$"0', heads=("Dag", "Stuks", "Kosten"))
    assert asked(offer, file, name=file.name) is None


# --- units --------------------------------------------------------------------------------------

UNITS = "Dag;Kosten;Stuks;{header}\n02-03-2025;9,00;3;{first}\n03-03-2025;8,00;2;{second}\n"


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("header", "first", "second", "more", "asked"),
    [
        ("Eenheid", "rol", "pallet", {}, True),
        ("UOM", "box", "box", {}, True),
        ("Unit", "kg", "liter", {}, True),
        ("Eenheid", "stuk", "st", {}, False),
        ("Eenheid", "kg", "kg", {}, False),
        ("Eenheid", "rol", "pallet", {"quantity": '{ from = "Stuks", unit = "base" }'}, False),
        ("Eenheid", "doos", "stuk", {"quantity": '{ from = "Stuks", unit = "Eenheid" }'}, False),
        ("Eenheid", "x 1.000", "x 1.000", {}, True),
        ("Eenheid", "mln", "", {"quantity": '{ from = "Stuks", unit = "base" }'}, True),
        ("Unit price", "3,00", "4,00", {}, False),
    ],
)
def test_a_column_of_units_that_nothing_reads_is_asked_about(
    offer, header, first, second, more, asked
):
    text, profile = UNITS.format(header=header, first=first, second=second), orders(**more)
    some = Answers(YES.create, accept_set_aside=True, assume_vat=True)
    questions = offer(text, profile, look_only=True, answers=some).questions
    assert [question.key for question in questions] == ["units"] * asked
    if asked:
        with pytest.raises(UserError, match=r"^questions\.units\("):
            offer(text, profile, answers=some)
    assert offer(text, profile).main.accepted == 2


# --- rows that take the place of others -----------------------------------------------------------


def example(column, *, other=False):
    """A value that a column takes; ``other`` gives another one."""
    checks = {check.name: check.statistics for check in column.checks}
    if "isin" in checks:
        return checks["isin"]["allowed_values"][-1 if other else 0]
    if column.sql_type == "date":
        return "2024-07-09" if other else "2024-05-06"
    if column.sql_type == "boolean":
        return "nee" if other else "ja"
    if column.sql_type == "double":
        least = 1980 if "year" in column.name else 0.25
        return str(least + 0.5 * other)
    if "period" in column.name:
        return "2025" if other else "2024"
    return f"anders {column.name}" if other else f"een {column.name}"


@pytest.mark.slow
@pytest.mark.sampled(2)
@pytest.mark.parametrize("table", [name for name, spec in TABLES.items() if spec.key])
def test_whatever_a_known_key_overwrites_is_counted_and_listed(store, offer, table):
    spec = columns(table)
    mapped = "".join(f'"{column.name}" = "{column.name}"\n' for column in spec)
    codes = "".join(f'"{c.name}" = "create"\n' for c in spec if c.codes)
    head = f'source = "Lijst"\nvat = "excl"\n[[table]]\nname = "{table}"\n[table.columns]\n'
    profile = parse_profile(f"{head}{mapped}[table.codes]\n{codes}")
    free = [c for c in spec if c.name not in TABLES[table].key and not c.codes]
    changed = next((c for c in free if c.sql_type in {"varchar", "double"}), free[0])
    head = ";".join(column.name for column in spec)
    first = ";".join(example(column) for column in spec)
    second = ";".join(example(column, other=column is changed) for column in spec)
    report = offer(f"{head}\n{first}\n", profile)
    assert (report.main.accepted, report.main.replaced, report.overwritten) == (1, 0, ())
    assert offer(f"{head}\n{first}\n\n", profile, "b.csv").main.replaced == 0
    report = offer(f"{head}\n{second}\n", profile, "c.csv")
    assert (report.main.accepted, report.main.replaced) == (1, 1)
    (row,) = report.overwritten
    assert (row.table, row.batch, set(row.changes)) == (table, 1, {changed.name})
    assert [str(value) for value in row.changes[changed.name]] == [
        str(value) for (value,) in rows(
            store, f'select "{changed.name}" from {table}_offered where batch <> 2 order by batch'
        )
    ]  # fmt: skip
    for lang in ("nl", "en"):
        (said,) = sentences_of_overwritten(report, lang)
        assert "1)" in said
        assert " → " in said
    assert as_document(report)["overwritten"][0]["changes"][changed.name]
    assert not from_json(to_json(report)).overwritten


CONTRACTS = """
source = "{source}"
vat = "excl"
delivery = "{delivery}"
[[table]]
name = "contracts"
[table.columns]
contract_id = "Nr"
title = "Titel"
supplier = "Wie"
value_eur = "Waarde"
[table.constants]
category = "zorg"
[table.codes]
category = "create"
"""


def contracts(source, delivery="adds"):
    return parse_profile(CONTRACTS.format(source=source, delivery=delivery))


def test_a_contract_of_another_source_is_overwritten_and_said(offer):
    head = "Nr;Titel;Wie;Waarde\n"
    offer(head + "K7;Zorg;Alfa;900,50\nK8;Zorg;Beta;10,00\n", contracts("register"))
    report = offer(head + "K7;Zorg;Gamma;;\n", contracts("inkoop"), "b.csv")
    assert report.main.replaced == 1
    assert report.overwritten[0].changes == {
        "supplier": ("Alfa", "Gamma"),
        "value_eur": (900.5, None),
    }
    (said,) = sentences_of_overwritten(report, "nl")
    for part in ("K7", "Alfa", "Gamma", "900,5", "leeg"):
        assert part in said
    whole = contracts("register", "full_period")
    report = offer(head + "K7;Zorg;Delta;1,00\n", whole, "c.csv")
    assert report.main.replaced == 1  # the row of the other source; of its own none has a date
    assert len(report.overwritten) == 1


def test_a_long_list_is_counted_whole_and_shown_in_part(offer):
    head = "Nr;Titel;Wie;Waarde\n"
    lines = [f"K{n};Zorg;{{}};{n},00\n" for n in range(1, 251)]
    offer(head + "".join(lines).format(*["Alfa"] * 250), contracts("register"))
    report = offer(head + "".join(lines).format(*["Beta"] * 250), contracts("register"), "b.csv")
    assert (report.main.replaced, len(report.overwritten)) == (250, 200)
    said = list(sentences_of_overwritten(report, "en"))
    assert len(said) == 13
    assert "238" in said[-1]


# --- amounts that are set aside -------------------------------------------------------------------

ASIDE = """Dag;Kosten;Stuks
02-03-2025;100,00;1
03-03-2025;9,00;x
02-04-2025;100,00;1
03-04-2025;11,00;x
31-06-2025;75,00;1
04-05-2025;20,00;1
05-05-2025;NOK 30,00;1
"""


def test_months_of_which_more_than_a_tenth_is_set_aside_stand_above_the_report(offer):
    report = offer(ASIDE, orders())
    assert report.amounts_aside == (
        AmountAside(dt.date(2025, 4, 1), 11.0, 100.0, 0),
        AmountAside(dt.date(2025, 5, 1), 0.0, 20.0, 1),
        AmountAside(None, 75.0, 220.0, 0),
    )
    april, may, undated = sentences_above(report, "nl")
    assert "0,00" not in may  # what cannot be read is no zero
    assert "75" in undated
    assert "apr 2025" in april
    assert "11" in april
    assert "1 regel" in may
    assert json.loads(to_json(report))["amounts_aside"][0]["amount"] == 11.0
    assert from_json(to_json(report)).amounts_aside == report.amounts_aside


def test_credit_lines_that_are_set_aside_count_too(offer):
    report = offer("Dag;Kosten;Stuks\n02-03-2025;100,00;1\n03-03-2025;-40,00;x\n", orders())
    assert [aside.amount for aside in report.amounts_aside] == [-40.0]


# --- texts that are dates with a time; words without a factor -------------------------------------


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2019-11-05 00:00:00", dt.date(2019, 11, 5)), ("5-11-2019 13:45", dt.date(2019, 11, 5)),
        ("2019-11-05T08:15:30.250", dt.date(2019, 11, 5)),
        ("05 nov 2019 08:15", dt.date(2019, 11, 5)),
        ("2019-11-05 23:59:59,0000000", dt.date(2019, 11, 5)),
    ],
)  # fmt: skip
def test_a_date_with_a_time_is_booked_and_known_again(store, offer, text, day):
    lines = f"Dag;Kosten;Stuks\n{text};3,50;1\n"
    assert offer(lines, orders()).main.accepted == 1
    assert rows(store, "select ordered_on from orders") == [(day,)]
    assert offer(lines, orders()).already_in == 1


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        ("%Y-%m-%d %H:%M:%S", True), ("%d %b %Y %H:%M", True), ("%d-%m-%y %H", True),
        ("%d-%M-%Y", False), ("%Y-%M", False), ("%d %Y", False), ("%d-%m-%Y %H:%S", False),
        ("%m-%b-%Y", False), ("%y-%Y", False), ("%b %B %Y", False), ("%Y %M %M", False),
    ],
)  # fmt: skip
def test_each_part_of_a_date_stands_in_a_pattern_once(pattern, fits):
    text = PROFILE.format(more=f"file.dates = ['{pattern}']", amount='"K"', quantity='"S"')
    if fits:
        assert parse_profile(text).dates == (pattern,)
    else:
        with pytest.raises(UserError, match=r"^profile\.date_pattern\("):
            parse_profile(text)


def test_words_that_say_what_to_multiply_by_must_be_there(store):
    with pytest.raises(UserError, match=r"^profile\.no_factors\("):
        orders(quantity='{ from = "Stuks", scale_by = { column = "Per" } }')
    column = next(c for c in columns("orders") if c.name == "quantity")
    made = conversion(
        column, origin=Origin(("A",), scale_by=("B", {})), constant=None, values=None,
        cell={"A": "'3'", "B": "'doos'"}, reading=Reading(tagged=False),
    )  # fmt: skip
    inner = ", ".join(f"{sql} as {name}" for name, sql in made.inner.items())
    assert rows(store, f"select {made.typed} from (select {inner})") == [(None,)]


# --- profiles that say half -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "quantity",
    [
        '{ from = "Stuks", scale = 0 }',
        '{ from = "Stuks", sign = { column = "Dag", negative = "" } }',
        '{ from = "Stuks", sign = { column = "Dag", negative = ["C", " "] } }',
    ],
)
def test_what_would_make_nothing_of_every_number_is_refused(quantity):
    with pytest.raises(UserError, match=r"^profile\.type\("):
        orders(quantity=quantity)


def test_a_cell_without_the_part_that_counts_is_not_a_blank_one(store, offer):
    text = "Dag;Kosten;Stuks\n02-03-2025;5,00;7 dozen\n03-03-2025;6,00;zes\n04-03-2025;8,00;\n"
    report = offer(text, orders(quantity='{ from = "Stuks", regex = "([0-9]+) dozen" }'))
    assert report.main.reasons == {"not_a_number": 1}
    assert rows(store, "select quantity from orders order by ordered_on") == [(7.0,), (None,)]


def test_months_beyond_the_first_are_told_together():
    aside = [AmountAside(dt.date(2024, month, 1), 10.0, 90.0, 0) for month in range(1, 13)]
    *told, rest = sentences_above(Report("a.csv", amounts_aside=tuple(aside)), "nl")
    assert 1 < len(told) < len(aside)
    assert f"€ {10 * (len(aside) - len(told))},00" in rest.replace("\xa0", " ")


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_said_of_the_counts_is_a_sentence_each(lang):
    counts = TableCounts(
        read=9,
        skipped={"blank": 2, "dropped: Soort": 1},
        received=6,
        accepted=3,
        set_aside=3,
        known=0,
        replaced=0,
        reasons={"unknown_code": 3},
    )
    report = Report(
        "a.csv",
        tables={"orders": counts},
        absent_columns=("unit",),
        first_date=dt.date(2025, 1, 2),
        last_date=dt.date(2025, 1, 31),
        created={"products": 7},
        disagreements=8,
        released=(4, 5),
    )
    said = list(sentences_of_counts(report, lang))
    assert len(said) == 8
    assert all(
        any(part in sentence for sentence in said)
        for part in ("2025", "Soort", text("columns.unit", lang), "7", "8", "4, 5", "3")
    )
