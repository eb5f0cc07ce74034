"""A part of a database holds nothing of the rest: no row, name or number, in no table or file."""

import contextlib
from functools import partial

import pytest

from nami_monitor.ingest.book import codes
from nami_monitor.ingest.book.undo import undo
from nami_monitor.ingest.deliveries import check
from nami_monitor.kpis import CATALOGUE, Ask, compute
from nami_monitor.store import Store, Work, lake, limited, lines, snapshots
from nami_monitor.store.journal import record
from nami_monitor.store.limited import keep_only
from tests.support.monitor import Monitor, month

SECRET, NUMBER = "geheim", 777_777
"""Stand in every text and every number of what must not be seen."""


def rows_of(table, name, place, amount, mark):
    """Rows of a category; everything that is of one that must not be seen bears the mark."""
    own = f"{mark}{name}"
    return {
        "categories": f"category name_nl name_en\n{own} {own} {own}\n",
        "products": "product_id name category product_group base_unit mass_kg\n"
        f"{own}-p {own}-naam {own} {own}-groep stuk {amount}\n",
        "contracts": "contract_id title supplier category starts_on ends_on value_eur\n"
        f"{own}-k {own}-titel {own}-lev {own} 2024-01-01 2027-12-31 {amount}\n",
        "orders": "ordered_on location_id category product_id channel quantity amount_eur"
        " supplier order_ref contract_id\n"
        + "".join(
            f"2025-{month:02}-0{day} {place} {own} {own}-p web {day} {amount} {own}-lev"
            f" {own}-{month}-{day} {own}-k\n"
            for month in range(1, 5)
            for day in (1, 2)
        ),
        "assets": "asset_id product_id category location_id acquired_on\n"
        f"{own}-a {own}-p {own} {place} 2024-02-03\n",
        "asset_events": f"asset_id happened_on kind\n{own}-a 2025-03-01 repair\n",
        "requests": "request_id requested_on location_id category product_id quantity decision\n"
        f"{own}-r 2025-02-01 {place} {own} {own}-p {amount} from_stock\n",
        "interventions": "intervention_id title category strategy status starts_on ramp_months"
        " anticipation_months target_channel substitute_channels locations may_spread\n"
        f"{own}-i {own}-titel {own} reduce running 2025-03-01 0 0 web {own}-kanaal {place}"
        " false\n",
        "targets": f"kpi category kind period value\nimpact_spend {own} absolute 2025 {amount}\n",
        "programmes": f"programme title category unit cap\n{own}-g {own}-titel {own} st {amount}\n",
        "programme_units": f"programme unit_id period status\n{own}-g {own}-u 2025 done\n",
        "measurements": "period_start period_end location_id subject activity_measure value unit"
        f" proxy\n2025-01-01 2025-01-31 {place} . fte 10 fte false\n"
        f"2025-01-01 2025-12-31 . {own}-u {own}-maat {amount} st false\n",
        "materials": "project product_id scenario component material mass_kg\n"
        f"{own}-g . design {own}-deel {own}-stof {amount}\n",
    }[table]


TABLES = (
    "categories", "products", "contracts", "orders", "assets", "asset_events", "requests",
    "interventions", "targets", "programmes", "programme_units", "measurements", "materials",
)  # fmt: skip


FEW = ("impact_spend", "impact_mass", "refuse_rate")


@pytest.fixture(scope="module")
def monitor(tmp_path_factory):
    """A category that is seen and one that is not, at one place, in files of their own and one."""
    found = Monitor(tmp_path_factory.mktemp("whole"))
    files = [
        found.text(
            "locations",
            "location_id name organisation\nL1 Raad Stad\nL2 Elders Dorp\n",
            source="plaatsen",
        )
    ]
    for table in TABLES:
        for name, place, amount, mark in (
            ("papier", "L1", 12.5, ""),
            ("koffie", "L1", NUMBER, SECRET),
        ):
            text = rows_of(table, name, place, amount, mark)
            files.append(found.text(table, text, source=f"{mark}bron"))
    # one source delivers of both, and says so in one file
    both = [rows_of("orders", n, "L1", a, m).splitlines() for n, a, m in (
        ("papier", 3, ""), ("koffie", NUMBER, SECRET))]  # fmt: skip
    files.append(found.text("orders", "\n".join([both[0][0], *both[0][1:], *both[1][1:]]),
                            source="samen"))  # fmt: skip
    found.load_together(*files)
    known = codes.Code("categories", "", f"{SECRET}koffie")
    codes.rename(found.store, known, f"{SECRET}e naam", who="cm")
    with found.store.write(Work.NOTE, "cm") as db:
        for category in ("papier", f"{SECRET}koffie", None):
            text = SECRET if category != "papier" else "zichtbaar"
            note = {"month": "2025-03", "kpi": "impact_spend", "category": category, "text": text}
            record(db, "note", f"n-{category}", note | {"lesson": None}, "cm")
        record(db, "seen", f"2025-03:{SECRET}", {}, "cm")
        record(db, "fixed_figures", "management:nl::2025-03", {"figures": {SECRET: NUMBER}}, "cm")
        record(db, "report", f"management:nl:{SECRET}koffie,papier", {"order": [SECRET]}, "cm")
    found.store.acted("cm", "report", f"{SECRET}koffie", "2025-03 pptx")
    yield found
    found.store.close()


@contextlib.contextmanager
def part(monitor, folder, categories=(), organisations=()):
    with contextlib.closing(Store(folder / "part")) as store:
        keep = partial(keep_only, categories=categories, organisations=organisations)
        store.take_part(monitor.store, keep)
        yield store


def found_in(store, *needles):
    """Where texts stand: in which tables, and in the bytes of which files."""
    seen = []
    with store.read_files() as (db, files):
        for table in [*lake.stored_tables(db), "orders_offered"]:
            text = f'(select lower(to_json(t)::varchar) as row from "{table}" as t)'
            seen += [
                (table, needle)
                for needle in needles
                if db.value(f"select count(*) from {text} where contains(row, '{needle}')")
            ]
        for path in files.values():
            content = path.read_bytes().lower()
            seen += [(path.name, needle) for needle in needles if needle.encode() in content]
    return seen


def test_the_whole_bears_the_mark_everywhere(monitor):
    tables = {table for table, *_ in found_in(monitor.store, SECRET)}
    assert {f"{name}_offered" for name in TABLES} <= tables | {"measurements_offered"}
    assert {"by_place", "by_product", "by_contract", "by_asset", "by_initiative"} <= tables


@pytest.mark.parametrize("in_a_file", [False, True])
def test_of_another_category_nothing_stands_anywhere(monitor, tmp_path, monkeypatch, in_a_file):
    if in_a_file:
        monkeypatch.setattr(lines, "LINES_IN_A_FILE", 2)
    with part(monitor, tmp_path, ["papier"]) as store:
        seen = found_in(store, SECRET, str(NUMBER))
        # the place and its organisation have no category
        assert {
            row for row in seen if "locations" not in row[0] and row[0] != "location_facts"
        } <= {row for row in seen if row[0].endswith(".duckdb")}
        with store.read() as db:
            for table in TABLES:
                assert db.value(f"select count(*) from {table}") > 0, table
            assert db.value("select count(*) from orders") == 16
            assert db.value("select sum(amount_eur) from by_place") == 8 * 12.5 + 8 * 3
            assert db.rows("select kind, name from kept") == [("note", "n-papier")]
            assert db.value("select count(*) from trail") == 0
            assert bool(lines.line_files(db)) is in_a_file


@pytest.mark.parametrize("codes", [FEW, pytest.param([*CATALOGUE], marks=pytest.mark.slow)])
def test_figures_of_the_part_are_those_of_the_whole(monitor, tmp_path, codes):
    def figures(store):
        with store.read() as db:
            ask = Ask(until=month("2025-04"), where={"category": ("papier",)})
            return {
                code: [(one.value, one.state) for one in compute(db, CATALOGUE[code], ask)]
                for code in codes
            }

    with part(monitor, tmp_path, ["papier"]) as store:
        assert figures(store) == figures(monitor.store)
        counts_of_the_part = {"source_months"}  # its sources are expected as a whole
        assert {one.subject for one in check(store)} <= counts_of_the_part


def test_of_another_organisation_nothing_stands_anywhere(tmp_path):
    found = Monitor(tmp_path)
    found.load("locations", "location_id name organisation\nL1 Raad Stad\n"
               f"L2 {SECRET}straat {SECRET}dorp\n")  # fmt: skip
    for table in ("categories", "products", "orders", "assets", "requests", "contracts"):
        found.load(table, rows_of(table, "papier", "L1", 2, ""))
    for table in ("orders", "assets", "requests"):
        text = rows_of(table, "papier", "L2", NUMBER, "")
        text = text.replace("papier-a", f"{SECRET}-a").replace("papier-r", f"{SECRET}-r")
        found.load(table, text.replace("papier-lev", f"{SECRET}-lev"))
    with part(found, tmp_path, organisations=["Stad"]) as store:
        assert found_in(store, SECRET, str(NUMBER)) == []
        with store.read() as db:
            assert db.value("select count(*) from orders") == 8
            assert db.value("select count(*) from contracts") == 0
    found.store.close()


def test_a_category_that_nobody_has_gives_nothing(monitor, tmp_path):
    with part(monitor, tmp_path, ["bestaat niet"]) as store, store.read() as db:
        assert db.value("select count(*) from offered where table_name <> 'locations'") <= 2
        assert db.value("select count(*) from orders") == 0


def test_a_code_that_was_merged_into_another_is_known_and_a_misspelt_one_is_not(tmp_path):
    found = Monitor(tmp_path)
    for name in ("papier", "kantoor"):
        found.load("categories", rows_of("categories", name, "L1", 2, ""))
    codes.merge(found.store, codes.Code("categories", "", "papier"), "kantoor", who="cm")
    named = ["papier", "kantoor", "Papier"]
    with part(found, tmp_path, named) as store:
        for one in (store, found.store):
            with one.read() as db:
                assert limited.unknown(db, named, ["Stad"]) == ["Papier", "Stad"]
    found.store.close()


def test_it_is_made_again_only_when_the_whole_was_written(monitor, tmp_path):
    with part(monitor, tmp_path, ["papier"]) as store:
        stamp = store.stamp()
        store.take_part(monitor.store, lambda _: pytest.fail("it is up to date"))
        assert store.is_part_of(monitor.store)
        with monitor.store.write(Work.NOTE, "cm") as db:
            record(db, "seen", "again", {}, "cm")
        assert not store.is_part_of(monitor.store)
        store.take_part(monitor.store, partial(keep_only, categories=["papier"], organisations=()))
        assert store.stamp() > stamp


def test_who_asks_does_not_wait_for_whoever_goes_on_writing(monitor, tmp_path):
    def keep(db):
        keep_only(db, categories=["papier"], organisations=())
        with monitor.store.write(Work.NOTE, "cm") as other:
            record(other, "seen", "meanwhile", {}, "cm")

    with contextlib.closing(Store(tmp_path / "part")) as store:
        store.take_part(monitor.store, keep)
        assert store.stamp()
        assert not store.is_part_of(monitor.store)


def test_what_is_exported_of_a_part_stands_in_the_trail_of_the_whole(monitor, tmp_path):
    with part(monitor, tmp_path, ["papier"]) as store:
        store.acted("lezer", "export", "orders", "csv")
        assert store.trail() == []
        row = monitor.store.trail()[0]
        assert (row.who, row.act, row.about) == ("lezer", "export", "orders")


def test_an_undo_removes_every_part_and_no_earlier_one_is_left(tmp_path):
    found = Monitor(tmp_path)
    found.load("locations", "location_id name organisation\nL1 Raad Stad\n")
    booked = found.load("orders", rows_of("orders", "papier", "L1", NUMBER, ""))
    place = snapshots.views(found.store.path.absolute()) / "een"
    with contextlib.closing(Store(place)) as store:
        keep = partial(keep_only, categories=["papier"], organisations=())
        store.take_part(found.store, keep)
        assert found_in(store, str(NUMBER))
        undo(found.store, booked.batch, who="mgr")
        assert not list(place.rglob("*.duckdb"))
        store.take_part(found.store, keep)
        assert found_in(store, str(NUMBER)) == []
        assert len(list(place.glob("*.duckdb"))) == 1
    found.store.close()


def test_what_is_not_live_goes(monitor, tmp_path):
    with part(monitor, tmp_path, ["papier"]) as store, store.read() as db:
        for table in lake.stored_tables(db):
            if table.endswith("_offered"):
                assert db.value(f"select count(*) from {table} where standing <> 'live'") == 0
        assert db.rows("select distinct file, report, header from batches") == [("-", None, None)]


def test_a_table_that_nobody_thought_of_keeps_nothing(monitor, tmp_path, monkeypatch):
    rest = {name: stays for name, stays in limited.KEPT.items() if name != "assets"}
    monkeypatch.setattr(limited, "KEPT", rest)
    with part(monitor, tmp_path, ["papier"]) as store, store.read() as db:
        assert db.value("select count(*) from assets_offered") == 0
        assert db.value("select count(*) from requests_offered") == 1
