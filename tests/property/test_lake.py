"""Whatever was delivered, replaced, merged and undone: roll-ups elsewhere are those of here."""

import json
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from nami_monitor.ingest.book.file_import import import_many
from nami_monitor.ingest.book.undo import undo
from nami_monitor.store import lake, lake_rollups
from tests.property.importing import ANSWERS, START, Database, File, histories
from tests.support.lakes import ORGANISATION, differences, exported, rolled, sail  # noqa: F401
from tests.support.slow import examples

QUICK = {"phases": [Phase.explicit, Phase.generate], "report_multiple_bugs": False}
QUIRKS = (
    *START,
    File("contracts", ("K1;Een;paper;refill",)),
    File("orders", ("2024-01-05;A;paper;P1;K1;shop;2;10", "2024-01-05;A;paper;P1;K1;shop;2;10",
                    "2024-02-05;B;ink;;;desk;-1;5.5", "2024-03-05;B;paper;P1;;desk;1;"),
         packs=True),
    File("orders", ("2024-01-05;A;paper;P1;K1;shop;2;10", "2024-01-05;C;ink;P2;;shop;1;5.5"),
         create=("location_id", "product_id")),
    File("orders", ("2024-01-05;A;paper;P1;K1;shop;2;10", "2024-02-05;B;ink;;;shop;2;",
                    "2024-02-05;B;ink;;;shop;2;"), source="Y"),
    File("orders", ("2024-02-05;A;paper;;;desk;2;5.5", "2024-02-05;B;ink;;;desk;-1;5.5"),
         delivery="full_period"),
    File("orders", ("2024-02-05;B;ink;;;desk;-1;5.5", "2024-03-05;B;paper;P1;;desk;1;"),
         packs=True),
    File("orders", ("2024-01-05;B;ink;;;shop;2;10", "2024-03-05;Z;paper;;;shop;9;9"), source="Y"),
    File("products", ("P1;A4;paper;stuk;5;0.4;same",)),
)  # fmt: skip
"""Returns, lines without an amount, known lines, a provisional location and product, packs, a
replaced month that is added to, two sources and a line that waits for its code."""


UNDONE = File("orders", ("2024-03-05;A;ink;;;shop;7;70",), source="Y")


def left_out(place, batch):
    """The manifest of a lake leaves a batch out."""
    path = place / f"{lake.FOLDER}{ORGANISATION}" / lake.OF_LINES
    stated = json.loads(path.read_text("utf-8"))
    stated["batches"].remove(batch)
    path.write_text(json.dumps(stated), "utf-8")


def written(folder, files):
    """Files with their profiles, as an import of many takes them."""
    for number, file in enumerate(files):
        path = folder / f"{number}.csv"
        path.write_text(file.text, encoding="utf-8")
        yield path, file.profile


def check(made, folder, remote):
    """Roll-ups of the lake of a database, by both engines, are those of the database."""
    place = exported(made.store.path, folder / "lake")
    compare(made, place, folder, remote)


def compare(made, place, folder, remote):
    outs = rolled(place, folder / "duckdb"), rolled(place, folder / "spark", remote)
    with made.store.write() as db:
        db.discard()
        assert [differences(db, out) for out in outs] == [{}, {}]


def test_every_quirk_is_added_up_alike(tmp_path, sail):  # noqa: F811
    made = Database(tmp_path, "whole")
    with closing(made.store):
        reports = import_many(
            made.store, list(written(tmp_path, (*QUIRKS, UNDONE))), answers=ANSWERS, who="t"
        )
        undo(made.store, reports[-1].batch, who="t")
        made.merge("C", "B")
        check(made, tmp_path, sail)
        counted = made.rows("select distinct standing from orders_offered order by 1")
        assert counted == [(word,) for word in ("known", "live", "replaced", "unknown_code")]


def played(folder, files):
    made = Database(folder, "whole")
    for file in files:
        made.offer(file)
    return made


@pytest.mark.slow
@settings(max_examples=examples(2), **QUICK)
@given(histories, st.data(), st.sampled_from([None, ("B", "A"), ("A", "C")]))
def test_any_history_is_added_up_alike(sail, files, data, merged):  # noqa: F811
    with tempfile.TemporaryDirectory() as name:
        folder, made = Path(name), played(Path(name), files)
        booked = {n: batch for n, batch in enumerate(made.batches) if batch is not None}
        gone = data.draw(st.sampled_from(sorted(booked)))
        if merged:
            made.merge(*merged)
        check(made, folder, sail)
        plain = files[gone].table == "orders" and not files[gone].create
        if plain := plain and not any(file.mends == gone for file in files):
            left_out(folder / "lake", booked[gone])
        undo(made.store, booked[gone], who="t")
        if plain:
            compare(made, folder / "lake", folder, sail)
        check(made, folder, sail)
        made.store.close()


@pytest.mark.slow
@settings(max_examples=examples(2), **QUICK)
@given(histories, st.data())
def test_roll_ups_in_between_by_any_engine_change_nothing(sail, files, data):  # noqa: F811
    with tempfile.TemporaryDirectory() as where:
        folder = Path(where)
        made = {name: Database(folder, name) for name in ("one", "other")}
        place, out = folder / "lake", folder / "out"

        def roll(name, engine=None):
            """Roll up what one organisation has now; nothing of the other changes."""
            others = [path for path in out.rglob("*") if f"organisation={name}" not in str(path)]
            before = {path: path.stat().st_mtime_ns for path in others}
            engine = engine or data.draw(st.sampled_from(["none", "duckdb", "spark"]))
            if engine != "none":
                exported(made[name].store.path, place, name)
                rolled(place, out, sail if engine == "spark" else None, name)
            assert {path: path.stat().st_mtime_ns for path in others} == before

        for file in files:
            for name, own in made.items():
                own.offer(file)
                roll(name)
        for name, own in made.items():
            if merged := data.draw(st.sampled_from([None, ("B", "A"), ("A", "C")])):
                own.merge(*merged)
                roll(name)
            booked = sorted(batch for batch in own.batches if batch is not None)
            undo(own.store, data.draw(st.sampled_from(booked)), who="t")
            roll(name, "duckdb")
            rolled(place, folder / "anew", sail, name)
            with own.store.write() as db:
                db.discard()
                assert differences(db, out, name) == {}
                assert differences(db, folder / "anew", name) == {}
            own.store.close()


def test_a_month_is_made_anew_when_an_article_that_it_uses_changes(tmp_path):
    made, place = Database(tmp_path, "whole"), tmp_path / "lake"
    paper, ink = "P1;A4;paper;stuk;5;{};same", "P2;Inkt;ink;stuk;1;0.1;"
    lines = "{day};{place};{category};{article};;shop;2;10"
    months = {
        "2024-01-01": lines.format(day="2024-01-05", place="A", category="paper", article="P1"),
        "2024-02-01": lines.format(day="2024-02-05", place="B", category="ink", article="P2"),
        "2024-03-01": lines.format(day="2024-03-05", place="B", category="ink", article=""),
    }

    def rolled_months():
        rolled(exported(made.store.path, place), place)
        files = sorted(place.rglob(f"{lake_rollups.PART}=*/*.parquet"))
        return {(path.parent.name.partition("=")[2], path) for path in files}

    with closing(made.store):
        for file in (
            *START,
            File("products", (paper.format("0.4"), ink)),
            File("orders", tuple(months.values())),
        ):
            made.offer(file)
        before = rolled_months()
        assert {month for month, _ in before} == set(months)
        made.offer(File("products", ("P3;Nieuw;paper;stuk;5;0.4;",), source="Z"))
        assert {month for month, _ in rolled_months() - before} == set()
        made.offer(File("products", (paper.format("0.9"), ink)))
        after = rolled_months()
        assert {month for month, _ in after - before} == {"2024-01-01"}
        made.merge("A", "B")  # of places: it may be in any month
        assert not rolled_months() & after
        with made.store.write() as db:
            db.discard()
            assert differences(db, place) == {}
