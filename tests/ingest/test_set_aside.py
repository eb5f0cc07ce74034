import datetime as dt

import openpyxl
import pytest

from nami_monitor.core.errors import UserError
from nami_monitor.i18n import LANGS, catalogue
from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.book.set_aside import reason_sentence, write_set_aside
from nami_monitor.ingest.cells import MISFIT_RULES
from nami_monitor.ingest.deliveries import abandon, set_aside_rows
from nami_monitor.ingest.profiles.profile import parse_profile
from tests.support.databases import new_store

PROFILE = """
source = "A"
vat = "excl"
[[table]]
name = "orders"
[table.columns]
ordered_on = "Datum"
location_id = "Plaats"
category = "Soort"
quantity = "Aantal"
order_ref = ["=Ref", "Ref"]
[table.constants]
channel = "web"
"""
HEADER = ["Datum", "Plaats", "Soort", "Aantal", "=Ref", "E-mail"]


@pytest.fixture
def store(tmp_path):
    made = new_store(tmp_path / "x.duckdb")
    yield made
    made.close()


def offer(store, path):
    return import_file(store, path, parse_profile(PROFILE), answers=Answers.yes(), who="t")


def csv_of(folder, *lines):
    path = folder / "a.csv"
    path.write_text("\n".join([";".join(HEADER), *lines]) + "\n", "utf-8")
    return path


def written(store, batch, out, lang="nl"):
    with store.read() as db:
        return write_set_aside(db, batch, out, lang)


def rows(store, sql):
    with store.read() as db:
        return db.rows(sql)


def states(store, batch):
    return dict(rows(store, f"select line, state from set_aside_rows where batch = {batch}"))


GOOD = "01-02-2025;L1;papier;1;A1;a@b.nl"
BAD = "31-02-2025;L1;papier;2;=1+1;c@d.nl"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_row_comes_back_as_it_was_and_is_released(store, tmp_path, kind):
    first = offer(store, csv_of(tmp_path, GOOD, BAD))
    before = rows(store, "select report from batches where batch = 1")
    out = tmp_path / f"mend.{kind}"
    assert written(store, 1, out) == 1
    if kind == "csv":
        out.write_text(out.read_text("utf-8-sig").replace("31-02", "28-02"), "utf-8")
    else:
        book = openpyxl.load_workbook(out)
        cells = book.active[2]
        assert (cells[4].value, cells[4].data_type) == ("=1+1", "s")
        cells[0].value = dt.date(2025, 2, 28)
        book.save(out)
    mended = offer(store, out)
    assert (first.main.accepted, mended.main.accepted, mended.main.known) == (1, 1, 0)
    assert states(store, 1) == {3: "released"}
    assert rows(store, "select batch, parent from batches order by 1") == [(1, None), (2, 1)]
    assert rows(store, "select report from batches where batch = 1") == before
    assert rows(store, "select ordered_on, order_ref from orders order by 1") == [
        (dt.date(2025, 2, 1), "A1"),
        (dt.date(2025, 2, 28), "=1+1"),
    ]
    with pytest.raises(UserError) as nothing:
        written(store, 1, out)
    assert nothing.value.key == "set_aside.none_open"


def test_no_person_reaches_the_file(store, tmp_path):
    offer(store, csv_of(tmp_path, GOOD, BAD))
    out = tmp_path / "mend.csv"
    written(store, 1, out)
    assert "@d.nl" not in out.read_text("utf-8-sig")


def test_stored_numbers_dates_and_truth_values_stay_what_they_are(store, tmp_path):
    book = openpyxl.Workbook()
    for row in (
        [*HEADER[:4], "Ref"],
        [dt.date(2025, 2, 1), "L1", "papier", 1.125, "A1"],
        [dt.datetime(2025, 2, 3, 14, 30), None, "papier", 1.125, True],  # noqa: DTZ001 - a sheet has no zone
        [dt.date(2025, 2, 4), "L1", "papier", "veel", 6.5],
    ):
        book.active.append(row)
    path = tmp_path / "a.xlsx"
    book.save(path)
    offer(store, path)
    out = tmp_path / "mend.xlsx"
    assert written(store, 1, out) == 2
    first, second = list(openpyxl.load_workbook(out).active.iter_rows(min_row=2))
    assert (first[0].value, first[3].value, first[4].value) == (
        dt.datetime(2025, 2, 3, 14, 30),  # noqa: DTZ001 - as above
        1.125,
        True,
    )
    assert (second[0].value.date(), second[4].value) == (dt.date(2025, 2, 4), 6.5)
    written(store, 1, tmp_path / "mend.csv")
    assert "1.125" in (tmp_path / "mend.csv").read_text("utf-8-sig")


def test_a_row_may_be_mended_in_steps(store, tmp_path):
    worse = "31-02-2025;L1;papier;veel;A2;c@d.nl"
    offer(store, csv_of(tmp_path, GOOD, worse))
    out = tmp_path / "mend.csv"
    written(store, 1, out)
    out.write_text(out.read_text("utf-8-sig").replace("31-02", "28-02"), "utf-8")
    offer(store, out)
    assert (states(store, 1), states(store, 2)) == ({3: "open"}, {3: "open"})
    written(store, 2, out)
    text = out.read_text("utf-8-sig")
    assert text.count("nami_line") == 1
    out.write_text(text.replace(";veel;", ";3;"), "utf-8")
    offer(store, out)
    assert (states(store, 1), states(store, 2)) == ({3: "released"}, {3: "released"})
    assert rows(store, "select count(*) from orders") == [(2,)]


def test_a_mended_row_may_bring_a_new_code_when_its_file_might(store, tmp_path):
    offer(store, csv_of(tmp_path, GOOD, BAD.replace("L1", "L2")))
    out = tmp_path / "mend.csv"
    written(store, 1, out)
    out.write_text(out.read_text("utf-8-sig").replace("31-02", "28-02"), "utf-8")
    assert offer(store, out).main.accepted == 1
    assert states(store, 1) == {3: "released"}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_mended_row_keeps_what_its_file_said_elsewhere(store, tmp_path, kind):
    profile = parse_profile(
        'source = "A"\nvat = "excl"\n[file]\nskip_rows = 1\n'
        '[[table]]\nname = "orders"\n[table.columns]\n'
        'ordered_on = "@period"\nlocation_id = "@cell:B1"\ncategory = "Soort"\n'
        'quantity = "Aantal"\nsupplier = "@file"\n[table.constants]\nchannel = "web"\n'
    )
    path = tmp_path / "Winkel.csv"
    path.write_text("Plaats;L7;\nSoort;Aantal;x\npapier;2;\npapier;veel;\n", "utf-8")
    options = {"answers": Answers.yes(), "period": dt.date(2025, 4, 1), "who": "t"}
    import_file(store, path, profile, **options)
    for batch in (1, 2):
        out = tmp_path / f"mend.{kind}"
        written(store, batch, out)
        if batch == 1:
            offer(store, out)
    written(store, 2, out := tmp_path / "mend.csv")
    out.write_text(out.read_text("utf-8-sig").replace("veel", "3"), "utf-8")
    offer(store, out)
    assert states(store, 1) == {4: "released"}
    found = rows(store, "select ordered_on, location_id, supplier, quantity from orders order by 4")
    assert found == [(dt.date(2025, 4, 1), "L7", "Winkel", n) for n in (2, 3)]


def test_a_record_that_does_not_fit_is_shown_with_its_text(store, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("Datum;Plaats;Soort;Aantal;=Ref\n01-02-2025;L1;papier;1;A\nx;y;z;1;2;3\n")
    offer(store, path)
    out = tmp_path / "mend.xlsx"
    assert written(store, 1, out, "en") == 1
    cells = [cell.value for cell in openpyxl.load_workbook(out).active[2]]
    assert cells[:5] == [None] * 5
    assert "x;y;z;1;2;3" in cells[-1]


@pytest.mark.parametrize("lang", LANGS)
def test_every_reason_is_a_sentence(lang):
    rules = [key.removeprefix("rules.") for key in catalogue(lang) if key.startswith("rules.")]
    for rule in (*rules, *MISFIT_RULES):
        said = reason_sentence("quantity", rule, "12", lang)
        assert said[0].isupper()
        assert "12" in said
        assert reason_sentence(None, rule, None, lang).endswith(".")


def test_wrong_wishes_are_refused(store, tmp_path):
    offer(store, csv_of(tmp_path, GOOD, BAD))
    for batch, name, key in ((1, "x.pdf", "format"), (9, "x.csv", "no_batch")):
        with pytest.raises(UserError) as refused:
            written(store, batch, tmp_path / name)
        assert refused.value.key == f"set_aside.{key}"
        assert not (tmp_path / name).exists()


def test_a_batch_that_is_not_there_or_has_nothing_open_says_so(store):
    with store.read() as db, pytest.raises(UserError, match=r"set_aside\.no_batch"):
        set_aside_rows(db, 9)
    with pytest.raises(UserError, match=r"set_aside\.none_open"):
        abandon(store, 9, who="cm")


def test_a_csv_holds_stored_numbers_and_days_as_the_profile_reads_them(store, tmp_path):
    reading = PROFILE.replace(
        "[[table]]", '[file]\ndates = ["%d-%m-%Y"]\ndecimal = ","\n[[table]]', 1
    )
    book = openpyxl.Workbook()
    for row in (
        [*HEADER[:4], "Ref"],
        [dt.date(2025, 2, 1), "L1", "papier", 1.125, "A1"],
        [dt.date(2025, 2, 3), None, "papier", 1.125, "A2"],
        [dt.datetime(2025, 2, 4, 14, 30), "", "papier", 2000, "A3"],  # noqa: DTZ001 - a sheet has no zone
    ):
        book.active.append(row)
    path = tmp_path / "a.xlsx"
    book.save(path)
    profile = parse_profile(reading)
    import_file(store, path, profile, answers=Answers.yes(), who="t")
    out = tmp_path / "mend.csv"
    assert written(store, 1, out) == 2
    lines = out.read_text("utf-8-sig")
    assert "03-02-2025;" in lines
    assert "04-02-2025;" in lines
    assert ";1,125;" in lines
    out.write_text(lines.replace(";;papier", ";L1;papier"), "utf-8")
    mended = import_file(store, out, profile, answers=Answers.yes(), who="t")
    assert mended.main.accepted == 2
    assert rows(store, "select quantity from orders order by 1") == [(1.125,), (1.125,), (2000,)]
