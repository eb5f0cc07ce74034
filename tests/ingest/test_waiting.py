"""Codes that go and come: what waits for them is seen, and counts again when they return."""

from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.book.undo import undo
from nami_monitor.ingest.profiles.profile import parse_profile
from nami_monitor.store import Store

LOCATIONS = 'source = "M"\n[[table]]\nname = "locations"\n[table.columns]\n' + "".join(
    f'{name} = "{name}"\n' for name in ("location_id", "name", "organisation")
)
ORDERS = (
    'source = "X"\nvat = "excl"\n[[table]]\nname = "orders"\n[table.columns]\n'
    + "".join(f'{n} = "{n}"\n' for n in ("ordered_on", "location_id", "category", "quantity"))
    + '[table.constants]\nchannel = "webshop"\n[table.codes]\ncategory = "create"\n'
)


def test_rows_that_lost_a_code_by_an_undo_are_set_aside_and_released_when_it_returns(tmp_path):
    store = Store(tmp_path / "x.duckdb")
    sites = tmp_path / "sites.csv"
    sites.write_text("location_id;name;organisation\nA;Een;Org\n")
    orders = tmp_path / "orders.csv"
    orders.write_text("ordered_on;location_id;category;quantity\n2024-01-05;A;ink;3\n")
    answers = Answers(accept_set_aside=True)
    first = import_file(store, sites, parse_profile(LOCATIONS), answers=answers, who="t")
    second = import_file(store, orders, parse_profile(ORDERS), answers=answers, who="t")
    undo(store, first.batch, who="t")
    with store.read() as db:
        seen = db.rows("select batch, line, value, rule, state from set_aside_rows")
        assert seen == [(second.batch, 2, "A", "unknown_code", "open")]
        assert db.value("select count(*) from orders") == 0
    import_file(store, sites, parse_profile(LOCATIONS), answers=answers, who="t")
    with store.read() as db:
        assert db.value("select sum(quantity) from orders") == 3
        assert db.value("select state from set_aside_rows") == "released"
    store.close()


def test_a_second_file_is_asked_about_new_codes_as_long_as_no_master_is_loaded(tmp_path):
    store = Store(tmp_path / "x.duckdb")
    for number, site in enumerate("AB"):
        orders = tmp_path / f"{number}.csv"
        orders.write_text(
            f"ordered_on;location_id;category;quantity\n2024-0{number + 1}-05;{site};ink;3\n"
        )
        looked = import_file(store, orders, parse_profile(ORDERS), look_only=True)
        assert "create_codes" in {question.key for question in looked.questions}
        import_file(store, orders, parse_profile(ORDERS), answers=Answers.yes(), who="t")
    with store.read() as db:
        assert db.value("select count(*) from orders") == 2
        assert db.value("select count(*) from locations where provisional") == 2
    store.close()
