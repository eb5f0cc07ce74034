import contextlib
import functools
import json

import pytest
import xlsxwriter
from typer.testing import CliRunner

from nami_monitor.cli import app, imports
from nami_monitor.store import Store
from tests.cli.command_line import ORDERS

COUNTS = {
    "read", "skipped", "received", "accepted", "set_aside", "known", "replaced", "reasons",
}  # fmt: skip
KEYS = COUNTS | {"file", "batch", "dropped_columns", "first_date", "last_date", "tables"}


def test_a_report_has_every_key_and_adds_up(nami):
    nami.load("locations", "categories")
    file = nami.write("orders.csv", nami_orders())
    (report,) = nami.json("import", file, "--table", "orders", "--yes")
    assert set(report) >= KEYS
    assert "refused" not in report
    assert set(report["tables"]["orders"]) == COUNTS
    assert {key: report[key] for key in COUNTS} == report["tables"]["orders"]
    assert (report["read"], report["accepted"], report["set_aside"]) == (5, 3, 2)
    assert report["read"] == report["received"] + sum(report["skipped"].values())
    assert report["received"] == report["accepted"] + report["set_aside"] + report["known"]
    assert report["reasons"] == {"not_a_date": 1, "unknown_code": 1}
    assert (report["first_date"], report["last_date"]) == ("2025-01-05", "2025-02-07")


def nami_orders():
    return (
        "ordered_on;location_id;category;channel;quantity;amount_eur\n"
        "05-01-2025;L1;paper;web;10;100,00\n"
        "06-01-2025;L2;paper;web;2;20,50\n"
        "05-02-2025;L1;paper;desk;8;80,00\n"
        "31-02-2025;L1;paper;web;1;10,00\n"
        "07-02-2025;L9;paper;web;1;10,00\n"
    )


def test_a_refused_file_says_why_and_the_others_go_on(nami):
    good = nami.write("locations.csv", "location_id;name;organisation\nL1;Kantoor;Dienst\n")
    empty = nami.write("empty.csv", "")
    done = nami("import", empty, "gone.csv", good, "--table", "locations", "--json")
    assert done.exit_code == 1
    reports = json.loads(done.stdout)
    assert "empty.csv" in reports[0]["refused"]
    assert "gone.csv" in reports[1]["refused"]
    assert (reports[0]["batch"], reports[2]["accepted"]) == (None, 1)
    assert reports[0]["refused"] in done.stderr


def test_the_same_file_again_changes_nothing(loaded):
    orders, profile = loaded.folder / "orders.csv", loaded.folder / "orders.toml"
    (again,) = loaded.json("import", orders, "--profile", profile)
    assert (again["accepted"], again["known"]) == (0, 3)
    assert (again["batch"], again["already_in"]) == (5, None)
    orders = loaded.write("orders2.csv", orders.read_text("utf-8") + "\n\n")
    assert "adds nothing" in loaded("import", orders, "--profile", profile).stdout


def test_a_file_that_the_last_delivery_holds_says_which(loaded):
    file = ("import", loaded.folder / "measurements.csv")
    profile = ("--profile", loaded.folder / "measurements.toml")
    (again,) = loaded.json(*file, *profile)
    assert (again["batch"], again["already_in"]) == (None, 4)
    assert (again["accepted"], again["known"]) == (0, 4)
    said = loaded(*file, *profile).stdout
    assert "nothing was added" in said
    assert "batch 4" in said
    assert "imported as" not in said
    assert len(loaded.json("batches")) == 4


def test_a_file_that_was_read_otherwise_names_the_command_that_undoes_it(loaded):
    other = (loaded.folder / "orders.toml").read_text("utf-8").replace('"Winkel"', '"Shop"')
    (refused,) = loaded.json(
        "import", loaded.folder / "orders.csv", "--profile", loaded.write("o.toml", other),
        "--yes", code=1,
    )  # fmt: skip
    assert "nami undo 3" in refused["refused"]


def test_folders_and_patterns_stand_for_their_files(nami):
    folder = nami.folder / "in"
    folder.mkdir()
    for number in (1, 2):
        text = f"location_id;name;organisation\nL{number};Kantoor;Dienst\n"
        (folder / f"l{number}.csv").write_text(text, "utf-8")
    (folder / ".hidden").write_text("x", "utf-8")
    names = [r["file"] for r in nami.json("import", folder, "--table", "locations")]
    assert names == ["l1.csv", "l2.csv"]
    again = nami.json("import", folder / "*.csv", "--table", "locations")
    assert [report["known"] for report in again] == [1, 1]


def test_an_own_profile_that_fits_is_used(nami):
    nami.profiles.mkdir(parents=True)
    text = 'source = "Panden"\n[[table]]\nname = "locations"\n[table.columns]\n'
    columns = 'location_id = "Pand"\nname = "Straat"\norganisation = "Wie"\n'
    (nami.profiles / "panden.toml").write_text(text + columns, "utf-8")
    file = nami.write("x.csv", "Pand;Straat;Wie\n1;Dorpsstraat;Dienst\n")
    (report,) = nami.json("import", file)
    assert report["accepted"] == 1
    assert nami.json("batches")[0]["source"] == "Panden"
    (nami.profiles / "nog_een.toml").write_text(text + columns, "utf-8")
    (refused,) = nami.json("import", file, code=1)
    assert "nog_een" in refused["refused"]
    assert "panden" in refused["refused"]


def test_without_profile_and_table_nothing_is_guessed(nami):
    file = nami.write("x.csv", "a;b\n1;2\n")
    (refused,) = nami.json("import", file, code=1)
    assert "--table" in refused["refused"]
    (refused,) = nami.json("import", file, "--table", "nonsense", code=1)
    assert "nonsense" in refused["refused"]


STATEMENT = (
    "Leverdatum;Afleveradres;Artikelgroep;Aant. VPE;Netto bedrag\n"
    "02-10-2026;Stadhuis;Papier;12;237,00\n05-10-2026;Werf;Papier;4;79,00\n"
)


def test_a_file_without_a_profile_says_what_it_looks_like_and_takes_answers(nami):
    file = nami.write("opgave papier.csv", STATEMENT)
    (refused,) = nami.json("import", file, "--table", "orders", "--lang", "nl", code=1)
    for word in ("ordered_on", "location_id", "profiel"):
        assert word not in refused["refused"].replace("--set location_id=", "")
    assert "--set channel=" in refused["refused"]
    answers = ("--vat", "excl", "--set", "channel=webwinkel", "--set", "category=Artikelgroep",
               "--set", "quantity=Aant. VPE")  # fmt: skip
    (report,) = nami.json(
        "import", file, "--table", "orders", "--set", "location_id=Afleveradres", *answers, "--yes"
    )
    assert (report["accepted"], report["set_aside"]) == (2, 0)
    assert (nami.profiles / "opgave_papier.toml").exists()
    (again,) = nami.json(
        "import", nami.write("november.csv", STATEMENT.replace("-10-", "-11-")), "--yes"
    )
    assert again["accepted"] == 2


PACKS = (
    "Leverdatum;Locatie;Categorie;Kanaal;Aant. VPE;Inhoud VPE\n"
    "02-10-2026;Stadhuis;Papier;kast;12;5\n05-10-2026;Werf;Papier;kast;4;10\n"
)


@pytest.mark.parametrize(("answer", "pieces"), [("Aant. VPE x Inhoud VPE", 100), ("Aant. VPE", 16)])
def test_packs_are_asked_about_and_never_taken_for_pieces(nami, answer, pieces):
    file = nami.write("opgave papier.csv", PACKS)
    (refused,) = nami.json("import", file, "--lang", "nl", "--yes", code=1)
    assert f'--set "quantity={answer}"' in refused["refused"]
    (report,) = nami.json("import", file, "--yes", "--set", f"quantity={answer}")
    assert report["accepted"] == 2
    with contextlib.closing(Store(nami.db)) as store, store.read() as db:
        assert db.value("select sum(quantity) from orders") == pieces


CREDIT = (
    "Leverdatum;Locatie;Categorie;Kanaal;Soort;Aantal;Bedrag excl. btw\n"
    "02-10-2026;Stadhuis;Papier;kast;Factuur;12;100,00\n"
    "05-10-2026;Werf;Papier;kast;Creditnota;4;30,00\n"
)


@pytest.mark.parametrize(("answer", "sums"), [("subtract", (8, 70)), ("keep", (16, 130))])
def test_credit_notes_without_a_minus_are_asked_about_and_never_counted_unseen(nami, answer, sums):
    file = nami.write("facturen.csv", CREDIT)
    (refused,) = nami.json("import", file, "--lang", "nl", "--yes", code=1)
    assert "--credit subtract | keep" in refused["refused"]
    (report,) = nami.json("import", file, "--yes", "--credit", answer)
    assert report["accepted"] == 2
    with contextlib.closing(Store(nami.db)) as store, store.read() as db:
        assert db.rows("select sum(quantity), sum(amount_eur) from orders") == [sums]
    (again,) = nami.json(
        "import", nami.write("november.csv", CREDIT.replace("-10-", "-11-")), "--yes"
    )
    assert again["accepted"] == 2
    with contextlib.closing(Store(nami.db)) as store, store.read() as db:
        assert db.value("select sum(amount_eur) from orders") == 2 * sums[1]


SUMS = (
    "Afdeling;jan 2026;feb 2026;mrt 2026;apr 2026;K1 2026\n"
    "Watersysteem;30,5;30,5;31,5;31,5;92,5\n"
    "Team Peil;10,5;10,5;11,5;10,5;32,5\n"
    "Team Rat;20;20;20;21;60\n"
    "Waterketen;25;25;24;24;74\n"
    "Team Zuivering;12;12;11;11;35\n"
    "Team Riool;13;13;13;13;39\n"
)


@pytest.mark.parametrize(("answer", "total"), [("skip", 222), ("keep", 444)])
def test_rows_that_are_sums_are_asked_about_and_never_counted_unseen(nami, answer, total):
    file = nami.write("fte.csv", SUMS)
    given = ("--yes", "--set", "location_id=Afdeling")
    (refused,) = nami.json("import", file, "--lang", "nl", *given, code=1)
    assert "--sums skip | keep" in refused["refused"]
    (report,) = nami.json("import", file, *given, "--sums", answer)
    assert report["skipped"] == ({"sums_row": 8} if answer == "skip" else {})
    others = SUMS.replace("Water", "Afval").replace("Team", "Ploeg")
    (again,) = nami.json("import", nami.write("fte 2.csv", others), "--yes")
    assert again["accepted"] == report["accepted"]
    with contextlib.closing(Store(nami.db)) as store, store.read() as db:
        assert db.value("select sum(value) from measurements") == 2 * total


def test_a_profile_that_says_nothing_of_sums_leaves_them_out_and_the_report_says_so(nami):
    profile = nami.write(
        "p.toml",
        'source = "fte"\ngrain = "month"\n[unpivot]\ncolumns = " 2026$"\n[drop]\nwhere = []\n'
        '[[table]]\nname = "measurements"\n[table.columns]\nlocation_id = "Afdeling"\n'
        'value = "@value"\nperiod_start = { from = "@month", format = "%b %Y" }\n'
        '[table.constants]\nactivity_measure = "fte"\n',
    )
    file = nami.write("fte.csv", SUMS.replace("K1 2026", "K1"))
    done = nami("import", file, "--profile", profile, "--yes", "--lang", "nl")
    assert "8 keer overgeslagen: regel met de som van andere regels" in done.output


@pytest.mark.parametrize("option", [("--vat", "half"), ("--set", "kleur=rood")])
def test_an_answer_that_answers_nothing_is_refused(nami, option):
    file = nami.write("x.csv", STATEMENT)
    done = nami("import", file, *option)
    assert done.exit_code != 0
    assert option[1].split("=")[0] in done.output + done.stderr


def test_the_month_can_be_named(nami):
    nami.load("locations", "categories")
    profile = nami.write(
        "p.toml",
        'source = "S"\ngrain = "month"\nvat = "excl"\n[[table]]\nname = "orders"\n[table.columns]\n'
        'ordered_on = "@period"\nlocation_id = "l"\nquantity = "n"\n'
        '[table.constants]\ncategory = "paper"\nchannel = "web"\n',
    )
    file = nami.write("x.csv", "l;n\nL1;4\n")
    (report,) = nami.json("import", file, "--profile", profile, "--period", "2026-10")
    assert report["first_date"] == "2026-10-01"


def test_open_questions_stop_a_scheduled_run_and_are_asked_at_a_terminal(nami, monkeypatch):
    file = nami.write("orders.csv", nami_orders().replace(";amount_eur", ";x"))
    (refused,) = nami.json("import", file, "--table", "orders", code=1)
    assert refused["refused"]
    monkeypatch.setattr("nami_monitor.cli.session.CommandSession.asks", property(lambda _: True))
    args = ["import", str(file), "--table", "orders"]
    assert CliRunner().invoke(app, args, input="n\n").exit_code == 1
    done = CliRunner().invoke(app, args, input="y\ny\n", catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert nami.json("batches")[0]["accepted"] == 4


def test_replacing_is_asked_for_by_name(loaded):
    profile = loaded.folder / "orders.toml"
    file = loaded.write("orders2.csv", nami_head() + "05-01-2025;L1;paper;web;10;100,00;A1\n")
    (report,) = loaded.json("import", file, "--profile", profile, "--replace", "--yes")
    assert report["replaced"] == 2
    assert loaded.json("kpi", "impact_spend", "--until", "2025-01")[0]["value"] == 100


def nami_head():
    return "ordered_on;location_id;category;channel;quantity;amount_eur;order_ref\n"


@pytest.fixture
def small_demo(nami, monkeypatch):
    """A demo of one file, so that building it takes no time."""
    folder = nami.folder / "demo"
    folder.mkdir()
    (folder / "l.csv").write_text("location_id;name;organisation\nL1;Kantoor;Dienst\n", "utf-8")
    columns = "".join(f'{n} = "{n}"\n' for n in ("location_id", "name", "organisation"))
    (folder / "l.toml").write_text(
        'source = "S"\n[[table]]\nname = "locations"\n[table.columns]\n' + columns, "utf-8"
    )
    manifest = '[[delivery]]\nfile = "l.csv"\nprofile = "l.toml"\n'
    (folder / "manifest.toml").write_text(manifest, "utf-8")
    build = functools.partial(imports.build_demo, folder=folder)
    monkeypatch.setattr(imports, "build_demo", build)
    return nami


def test_the_demo_and_own_data_never_share_a_file(small_demo):
    path = small_demo.folder / "d.duckdb"
    assert small_demo.json("demo", "--db", path) == {"path": str(path), "built": True}
    assert small_demo.json("demo", "--db", path) == {"path": str(path), "built": False}
    file = small_demo.write("l2.csv", "location_id;name;organisation\nL2;Kantoor;Dienst\n")
    into_demo = small_demo("import", file, "--table", "locations", "--db", path, "--json")
    assert into_demo.exit_code == 1
    assert str(path) in json.loads(into_demo.stdout)["error"]["text"]
    small_demo.json("import", file, "--table", "locations")
    onto_own = small_demo("demo")
    assert onto_own.exit_code == 1
    assert small_demo.json("batches")[0]["file"] == "l2.csv"


def test_the_demo_has_a_place_of_its_own(small_demo, monkeypatch):
    monkeypatch.delenv("NAMI_DB")
    done = small_demo("demo")
    assert "1 of 1: l.csv" in done.stderr
    assert str(small_demo.folder / "cache" / "demo.duckdb") in done.stdout
    assert "already" in small_demo("demo").stdout


@pytest.mark.slow
def test_the_month_that_a_file_tells_is_asked_for_and_said(nami, monkeypatch):
    nami.load("locations", "categories")
    profile = nami.write(
        "p.toml",
        'source = "S"\ngrain = "month"\n[[table]]\nname = "orders"\n[table.columns]\n'
        'ordered_on = "@period"\nlocation_id = "l"\nquantity = "n"\n'
        '[table.constants]\ncategory = "paper"\nchannel = "web"\n',
    )
    may = nami.write("count may 2025.csv", "l;n\nL1;4\n")
    june = nami.write("counted.csv", "l;n;seen on\nL1;5;2025-06-30\n")
    refused = [r["refused"] for r in nami.json("import", may, june, "--profile", profile, code=1)]
    assert ["--period 2025-05" in refused[0], "--period 2025-06" in refused[1]] == [True, True]
    (refused,) = nami.json("import", june, "--profile", profile, "--period", "2025-05", code=1)
    assert "Nothing was booked" in refused["refused"]
    monkeypatch.setattr("nami_monitor.cli.session.CommandSession.asks", property(lambda _: True))
    args = ["import", str(may), "--profile", str(profile)]
    asked = CliRunner().invoke(app, args, input="y\n", catch_exceptions=False)
    assert "May 2025, by the name of the file" in asked.output
    (report,) = nami.json("import", june, "--profile", profile, "--yes")
    assert (report["month"], report["month_from"]) == ("2025-06-01", "dates")


def test_overwritten_rows_and_lost_amounts_are_said(loaded):
    lines = "08-02-2025;L1;paper;web;1;900,00;A6\n30-02-2025;L1;paper;web;1;75,00;A7\n"
    file = loaded.write("more.csv", nami_head() + lines + "09-02-2025;L1;paper;web;x;400,00;A8\n")
    profile = loaded.folder / "orders.toml"
    said = loaded("import", file, "--profile", profile, "--yes").stdout
    assert said.index("€\u00a0400") < said.index("Table")
    text = "location_id;name;organisation;opened_on\nL2;Loket;Dienst;01-01-2020\n"
    options = ("--profile", loaded.folder / "locations.toml")
    said = loaded("import", loaded.write("l2.csv", text), *options).stdout
    assert "Bijkantoor" in said
    assert "Loket" in said
    text = text.replace("Loket", "Balie")
    (report,) = loaded.json("import", loaded.write("l3.csv", text), *options)
    assert report["replaced"] == 1
    (row,) = report["overwritten"]
    assert (row["key"], row["changes"]) == (["L2"], {"name": ["Loket", "Balie"]})


def test_a_column_without_a_name_is_named_by_its_place(nami):
    head = "Datum;Locatie;Categorie;Kanaal" + "".join(f";x{n}" for n in range(6)) + ";;y\n"
    rows = "".join(f"{day}-10-2026;Werf;Papier;kast{';a' * 6};{day};b\n" for day in (14, 15))
    file = nami.write("opgave.csv", head + rows)
    (report,) = nami.json("import", file, "--table", "orders", "--set", "quantity=c11", "--yes")
    assert report["accepted"] == 2
    with contextlib.closing(Store(nami.db)) as store, store.read() as db:
        assert db.value("select sum(quantity) from orders") == 29
    assert 'quantity = "c11"' in (nami.profiles / "opgave.toml").read_text("utf-8")
    (again,) = nami.json("import", nami.write("b.csv", (head + rows).replace("-10-", "-11-")))
    assert again["accepted"] == 2


def test_what_is_not_booked_is_said_with_its_reason_in_words(loaded):
    head = ORDERS.splitlines()[0]
    lines = [
        "08-03-2025;L1;paper;web;1;9,50;A6",
        "Subtotaal;;;;;9,50;",
        "31-02-2025;L1;paper;web;1;1;",
    ]
    file = loaded.write("more.csv", "\n".join([head, *lines, "Totaal;;;;;9,50;"]))
    profile = loaded.folder / "orders.toml"
    said = loaded("import", file, "--profile", profile, "--yes", "--lang", "nl").stdout
    assert "Bestellingen en verbruik" in said
    assert "2 keer overgeslagen: regel met een totaal." in said
    assert "1 regel apart gezet: Dit is geen bestaande datum." in said


WEEKS = (
    "Datum;Locatie;Categorie;Kanaal;Aantal;Bedrag;Besteld;Omzet\n"
    "13-02-2026;Werf;Papier;kast;3;10,50;7;99,95\n"
)


def test_what_is_read_of_a_new_file_is_said_and_which_columns_are_not(nami):
    file = nami.write("weken.csv", WEEKS)
    answers = ("--table", "orders", "--vat", "excl", "--yes", "--lang", "nl")
    said = nami("import", file, *answers).stderr
    assert "Bestellingen en verbruik: Datum = Datum; " in said
    assert "Niet ingelezen kolommen: Besteld; Omzet" in said


@pytest.mark.parametrize("kept", [False, True])
def test_what_is_set_counts_where_everything_is_known_without_it(nami, kept):
    if kept:
        named = WEEKS.splitlines()[0].split(";")[:6]
        of = dict(zip(("ordered_on", "location_id", "category", "channel", "quantity",
                       "amount_eur"), named, strict=True))  # fmt: skip
        lines = "".join(f'{name} = "{column}"\n' for name, column in of.items())
        head = 'source = "W"\nvat = "excl"\n[[table]]\nname = "orders"\n[table.columns]\n'
        nami.profiles.mkdir(parents=True)
        (nami.profiles / "w.toml").write_text(head + lines, "utf-8")
    answers = ("--set", "quantity=Besteld", "--set", "amount_eur=Omzet", "--vat", "excl")
    file = nami.write("weken.csv", WEEKS)
    nami.json("import", file, "--table", "orders", *answers, "--set", "happened_on=Datum", "--yes")
    with contextlib.closing(Store(nami.db)) as store, store.read() as db:
        assert db.rows("select quantity, amount_eur from orders") == [(7, 99.95)]


CABINET = "Locatie;Categorie;Kanaal;Aantal\nStadhuis;Papier;kast;12\nWerf;Papier;kast;3\n"


def test_the_month_that_was_named_dates_a_new_file_without_dates(nami):
    file = ("import", nami.write("kast.csv", CABINET), "--lang", "nl", "--yes", "--table", "orders")
    (refused,) = nami.json(*file, code=1)
    assert "--set ordered_on= | --month" in refused["refused"]
    (report,) = nami.json(*file, "--month", "2026-10")
    assert report["accepted"] == 2
    with contextlib.closing(Store(nami.db)) as store, store.read() as db:
        months = db.rows("select distinct strftime(ordered_on, '%Y-%m') from orders")
    assert months == [("2026-10",)]
    assert 'grain = "month"' in (nami.profiles / "kast.toml").read_text("utf-8")


def test_a_named_month_takes_no_column_of_dates_its_place(nami):
    answers = ("--set", "channel=web", "--set", "quantity=Aant. VPE", "--vat", "excl", "--yes",
               "--set", "category=Artikelgroep", "--month", "2026-09")  # fmt: skip
    file = nami.write("web.csv", STATEMENT)
    nami.json("import", file, "--table", "orders", *answers)
    assert 'ordered_on = "Leverdatum"' in (nami.profiles / "web.toml").read_text("utf-8")


DEVICES = (
    "Serienummer;Categorie;Locatie;Geplaatst;Storing op\n"
    "SN1;Papier;Werf;13-02-2024;\nSN2;Papier;Werf;14-02-2024;15-03-2026\n"
)


SHOP = (
    "Datum;Locatie;Categorie;Kanaal;Aantal;Bedrag excl. btw;Status\n"
    "02-10-2026;Stadhuis;Papier;web;12;100,00;Geleverd\n"
    "05-10-2026;Werf;Papier;web;4;30,00;Geannuleerd\n"
    "06-10-2026;Werf;Papier;web;1;9,00;vervallen \n"
    "07-10-2026;Werf;Papier;web;2;20,00;geleverd\n"
    "Totaal;;;;19;159,00;\n"
)


def sums_of(nami):
    with contextlib.closing(Store(nami.db)) as store, store.read() as db:
        return db.rows("select sum(quantity), sum(amount_eur) from orders")


@pytest.mark.parametrize("options", [(), ("--table", "orders")])
@pytest.mark.parametrize(("answer", "sums"), [("", (14, 120)), ("keep", (19, 159))])
def test_cancelled_lines_are_asked_about_and_never_counted_unseen(nami, options, answer, sums):
    shop = ("import", nami.write("webshop.csv", SHOP), *options)
    (refused,) = nami.json(*shop, "--lang", "nl", code=1)
    assert "2 van de 5 bekeken regels gingen niet door (Status: " in refused["refused"]
    assert "--cancelled skip | keep" in refused["refused"]
    (report,) = nami.json(*shop, "--yes", *(("--cancelled", answer) if answer else ()))
    assert (report["accepted"], report["set_aside"]) == (4 if answer else 2, 0)
    assert sums_of(nami) == [sums]
    november = SHOP.replace("-10-", "-11-").replace("Geannuleerd", "Storniert")
    nami.json("import", nami.write("november.csv", november), "--yes")
    assert sums_of(nami) == [tuple(2 * one for one in sums)]


def test_what_yes_says_of_cancelled_lines_is_told(nami):
    told = nami("import", nami.write("webshop.csv", SHOP), "--yes", "--lang", "nl").output
    assert "2 van de 5 bekeken regels gingen niet door (Status: Geannuleerd, vervallen)" in told
    assert "Ja, laat ze weg" in told
    assert "Status" not in told.partition("Niet ingelezen")[2]


def test_a_second_table_of_a_file_is_kept_beside_the_first(nami):
    file = nami.write("apparaten.csv", DEVICES)
    nami.json("import", file, "--table", "assets", "--set", "acquired_on=Geplaatst", "--yes")
    events = ("--set", "happened_on=Storing op", "--set", "kind=failure", "--yes")
    (report,) = nami.json("import", file, "--table", "asset_events", *events)
    assert (report["accepted"], report["set_aside"]) == (1, 0)
    named = [path.name for path in sorted(nami.profiles.glob("*.toml"))]
    assert named == ["apparaten.toml", "apparaten_asset_events.toml"]
    (refused,) = nami.json("import", file, "--lang", "nl", code=1)
    assert "--table" in refused["refused"]
    (again,) = nami.json("import", file, "--table", "assets")
    assert again["known"] == 2


DISPENSERS = "Serienr.;Soort;Gebouw;Geplaatst op;Verwijderd op\n" + "".join(
    f"D{n:02};Sanitair;Werf;{n:02}-03-2023;{{}}\n" for n in range(1, 25)
)


@pytest.mark.parametrize("options", [(), ("--table", "assets")])
def test_things_that_are_gone_are_not_in_use_after_an_import(nami, options):
    def offer(name, gone):
        days = (f"{n:02}-09-2026" if n in gone else "" for n in range(1, 25))
        return ("import", nami.write(name, DISPENSERS.format(*days)), "--yes", *options)

    told = nami(*offer("dispensers.csv", {3, 6, 9, 12, 15}), "--set", "asset_id=Serienr.").output
    assert "retired" in told
    assert "Verwijderd op" not in told.partition("Columns that are not read")[2]
    in_use = "select count(*), count(*) filter (retired_on is null) from asset_lives"
    with contextlib.closing(Store(nami.db)) as store, store.read() as db:
        assert db.rows(in_use) == [(24, 19)]
    (again,) = nami.json(*offer("november.csv", {3, 6, 9, 12, 15, 18}))
    assert (again["tables"]["asset_events"]["accepted"], again["set_aside"]) == (1, 0)
    with contextlib.closing(Store(nami.db)) as store, store.read() as db:
        assert db.rows(in_use) == [(24, 18)]


SLASHES = (
    "Datum;Locatie;Categorie;Kanaal;Aantal;Levering\n"
    "06/08/2026;Werf;Papier;kast;1;\n2026-08-07;Werf;Papier;kast;2;\n"
    "8 aug 2026;Werf;Papier;kast;3;\n"
)


@pytest.mark.parametrize(("first", "day"), [("day", "2026-08-06"), ("month", "2026-06-08")])
def test_the_order_of_dates_is_answered_and_other_dates_are_read_all_the_same(nami, first, day):
    file = ("import", nami.write("kast.csv", SLASHES), "--yes", "--lang", "nl")
    (refused,) = nami.json(*file, code=1)
    assert "Hoe lezen we datums zoals 06/08/2026? --dates day | month" in refused["refused"]
    assert "%" not in refused["refused"]
    (report,) = nami.json(*file, "--dates", first)
    assert (report["accepted"], report["set_aside"]) == (3, 0)
    with contextlib.closing(Store(nami.db)) as store, store.read() as db:
        days = dict(db.rows("select quantity, cast(ordered_on as text) from orders"))
    assert days == {1: day, 2: "2026-08-07", 3: "2026-08-08"}


CENTS = (
    "Datum;Locatie;Categorie;Kanaal;Aantal;Bedrag excl. btw in centen\n"
    "02-10-2026;Werf;Papier;web;1;1250\n13-10-2026;Werf;Papier;web;1;750\n"
)


@pytest.mark.parametrize(("answer", "total"), [("cents", 20), ("keep", 2000)])
def test_amounts_in_cents_are_asked_about_once_and_never_booked_as_euros_unseen(
    nami, answer, total
):
    file = nami.write("kosten.csv", CENTS)
    (refused,) = nami.json("import", file, "--lang", "nl", "--yes", code=1)
    assert "--scale cents | keep" in refused["refused"]
    nami.json("import", file, "--yes", "--scale", answer)
    nami.json("import", nami.write("november.csv", CENTS.replace("-10-", "-11-")), "--yes")
    with contextlib.closing(Store(nami.db)) as store, store.read() as db:
        assert db.value("select sum(amount_eur) from orders") == 2 * total


def test_a_kept_profile_learns_the_scale_that_a_heading_began_to_say(nami):
    plain = CENTS.replace(" in centen", "").replace("-10-", "-09-")
    nami.json("import", nami.write("september.csv", plain), "--yes")
    (kept,) = nami.profiles.glob("*.toml")
    kept.write_text(kept.read_text("utf-8").replace("excl. btw", "excl. btw in centen"), "utf-8")
    file = nami.write("oktober.csv", CENTS)
    (refused,) = nami.json("import", file, "--yes", code=1)
    assert "--scale cents | keep" in refused["refused"]
    nami.json("import", file, "--yes", "--scale", "cents")
    assert "scale = 0.01" in kept.read_text("utf-8")


@pytest.mark.parametrize(("sign", "amount"), [("comma", 1250), ("point", 1.25)])
def test_the_decimal_sign_is_answered(nami, sign, amount):
    text = "Datum;Locatie;Categorie;Kanaal;Bedrag\n13-08-2026;Werf;Papier;kast;1.250\n"
    file = ("import", nami.write("kast.csv", text), "--vat", "excl", "--yes", "--lang", "nl")
    (refused,) = nami.json(*file, code=1)
    assert "--decimal comma | point" in refused["refused"]
    nami.json(*file, "--decimal", sign)
    with contextlib.closing(Store(nami.db)) as store, store.read() as db:
        assert db.value("select amount_eur from orders") == amount


def test_amounts_without_a_known_name_are_asked_for_as_what_they_are(nami):
    text = "Datum;Locatie;Categorie;Kanaal;Debet;Af\n13-01-2026;Werf;Papier;web;10,50;2,50\n"
    file = nami.write("kosten.csv", text)
    (refused,) = nami.json("import", file, "--table", "orders", "--lang", "nl", code=1)
    assert "Aantal / Bedrag" in refused["refused"]
    assert "--set quantity= | --set amount_eur=" in refused["refused"]


def test_of_a_year_beside_a_month_is_told_what_it_becomes(nami):
    text = "Jaar;Maand;Locatie;Categorie;Kanaal;Aantal\n2025;12;Werf;Papier;web;3\n"
    file = nami.write("verbruik.csv", text)
    done = nami("import", file, "--table", "orders", "--lang", "nl", "--yes")
    assert "Datum = Jaar Maand" in done.output
    assert "1\xa0dec 2025" in done.output


def test_which_column_lacks_a_decimal_sign_is_said(nami):
    text = "Datum;Locatie;Categorie;Kanaal;Aantal\n13-01-2026;Werf;Papier;web;1.250\n"
    file = nami.write("verbruik.csv", text)
    (refused,) = nami.json("import", file, "--lang", "nl", code=1)
    assert "de kolom “Aantal”" in refused["refused"]
    assert "--decimal comma | point" in refused["refused"]


def by_month(nami, head, *months):
    """A workbook of a sheet for each month."""
    path = nami.folder / "verbruik.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for n, month in enumerate(months, 1):
            page = book.add_worksheet(month)
            page.write_row(0, 0, [*head, "Locatie", "Categorie", "Kanaal", "Aantal"])
            dated = [f"0{n}-0{n}-2026"] if head else []
            page.write_row(1, 0, [*dated, "Werf", "Papier", "web", n])
            page.write_row(2, 0, [*dated, "Kade", "Papier", "web", n])
    return path


@pytest.mark.parametrize(("answer", "pieces"), [("all", 6), ("feb 2026", 4), ("1", 2)])
def test_which_of_several_sheets_is_read_is_asked_and_kept(nami, answer, pieces):
    file = by_month(nami, ["Datum"], "jan 2026", "feb 2026")
    (refused,) = nami.json("import", file, "--lang", "nl", "--yes", code=1)
    assert "--sheet all | jan 2026 | feb 2026" in refused["refused"]
    (report,) = nami.json("import", file, "--yes", "--sheet", answer)
    assert report["set_aside"] == 0
    with contextlib.closing(Store(nami.db)) as store, store.read() as db:
        assert db.value("select sum(quantity) from orders") == pieces
    nami.json("import", file, "--yes")


def test_sheets_that_are_months_date_their_rows(nami):
    file = by_month(nami, [], "jan 2026", "feb 2026")
    args = ("import", file, "--table", "orders", "--sheet", "all", "--yes", "--lang", "nl")
    (refused,) = nami.json(*args, code=1)
    assert "--set ordered_on=@sheet" in refused["refused"]
    nami.json(*args, "--set", "ordered_on=@sheet")
    with contextlib.closing(Store(nami.db)) as store, store.read() as db:
        days = db.rows("select cast(ordered_on as text), sum(quantity) from orders group by 1")
    assert sorted(days) == [("2026-01-01", 2), ("2026-02-01", 4)]


def test_at_a_terminal_sheets_have_numbers_and_a_date_can_be_a_month(nami, monkeypatch):
    monkeypatch.setattr("nami_monitor.cli.session.CommandSession.asks", property(lambda _: True))
    file = by_month(nami, [], "A", "B")
    args = ["import", str(file), "--table", "orders", "--lang", "nl", "--yes"]
    said = CliRunner().invoke(app, args, input="1\n").output
    assert "1  Alle werkbladen" in said
    assert "3  B" in said
    assert "Waar staat Datum?" in said
    assert "--set ordered_on= | --month" in said
