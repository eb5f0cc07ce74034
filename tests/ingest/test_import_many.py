"""Several files in one transaction are what they are one by one."""

import pytest

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.book.file_import import Answers, import_file, import_many
from nami_monitor.ingest.profiles.profile import parse_profile
from nami_monitor.store import Store
from tests.support import acts

ORDERS = parse_profile(
    f"""{acts.ORDERS}
[table.codes]
location_id = "create"
category = "create"
"""
)
PRODUCTS = parse_profile(
    """
source = "leverancier"
[file]
decimal = ","
[[table]]
name = "products"
[table.columns]
product_id = "Artikel"
name = "Naam"
mass_kg = "Gewicht"
[table.constants]
category = "papier"
base_unit = "stuk"
[table.codes]
category = "create"
"""
)


@pytest.fixture
def files(tmp_path):
    head = "Datum;Vestiging;Artikel;Aantal\n"
    texts = {
        "artikelen.csv": ("Artikel;Naam;Gewicht\nA1;Pen;0,5\nA2;Blok;1,5\n", PRODUCTS),
        "januari.csv": (head + "02-01-2025;V1;A1;3\n03-01-2025;V2;A9;4\n", ORDERS),
        "meer.csv": ("Artikel;Naam;Gewicht\nA9;Map;2,0\nA3;Nietje;0,1\n", PRODUCTS),
        "februari.csv": (head + "02-02-2025;V1;A1;3\n03-02-2025;V2;A2;4\n", ORDERS),
        "weer.csv": (head + "02-02-2025;V1;A1;3\n03-02-2025;V2;A2;4\n", ORDERS),
    }
    for name, (text, _) in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return [(tmp_path / name, profile) for name, (_, profile) in texts.items()]


def everything(store):
    """Every row of every table, without the moments of import."""
    with store.read() as db:
        names = db.rows(
            "select table_name from duckdb_tables() where table_name <> 'meta'"
            " and database_name = current_database()"
        )
        found = {
            name: db.rows(f"select * from {name} order by all")
            for (name,) in names
            if name not in {"batches", "trail"}
        }
        return found | {
            "batches": db.rows("select * exclude (imported_at) from batches order by batch"),
            "trail": db.rows("select * exclude (id, done_at) from trail order by done_at, rowid"),
        }


@pytest.mark.slow
def test_several_files_at_once_are_what_they_are_one_by_one(tmp_path, files):
    told = []
    at_once = Store(tmp_path / "at_once.duckdb")
    reports = import_many(
        at_once, files, answers=Answers.yes(), who="CM", progress=lambda *step: told.append(step)
    )
    one_by_one = Store(tmp_path / "one_by_one.duckdb")
    assert reports == [
        import_file(one_by_one, *file, answers=Answers.yes(), who="CM") for file in files
    ]
    assert everything(at_once) == everything(one_by_one)
    assert told[0] == (0, 5, "artikelen.csv")
    assert told[-1] == (5, 5, "")
    assert reports[2].released == (2,)
    assert at_once.version() == 1
    at_once.close()
    one_by_one.close()


def test_one_file_that_is_refused_leaves_nothing_of_the_others(tmp_path, files):
    (tmp_path / "leeg.csv").write_text("", encoding="utf-8")
    store = Store(tmp_path / "x.duckdb")
    with pytest.raises(UserError, match="reading"):
        import_many(
            store, [*files, (tmp_path / "leeg.csv", ORDERS)], answers=Answers.yes(), who="t"
        )
    with store.read() as db:
        assert db.value("select count(*) from batches") == 0
    store.close()


def test_an_open_question_is_raised(tmp_path, files):
    store = Store(tmp_path / "x.duckdb")
    asked = parse_profile(
        'source = "x"\n[[table]]\nname = "products"\n[table.columns]\nproduct_id = "Artikel"\n'
        'name = "Naam"\n[table.constants]\ncategory = "papier"\nbase_unit = "stuk"\n'
    )
    with pytest.raises(UserError, match="create_codes"):
        import_many(store, [(files[0][0], asked)], who="t")
    store.close()
