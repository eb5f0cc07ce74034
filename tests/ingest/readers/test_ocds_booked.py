"""Published contracts in the register, by the profile that ships."""

from pathlib import Path

import pytest

from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.profiles.profile import load_profile
from nami_monitor.store import Store
from tests.ingest.readers.ocds_files import AWARDS, OCID, RELEASES, TENDER, package, release, write

PROFILE = load_profile(Path(__file__).parents[3] / "data" / "profiles" / "ocds.toml")


def contracts_of(folder, *documents):
    """Import documents by the shipped profile: the last report, and the live contracts."""
    store = Store(folder / "a.duckdb")
    for number, document in enumerate(documents):
        path = write(folder / f"{number}.json", document)
        report = import_file(store, path, PROFILE, answers=Answers.yes(), who="t")
    with store.read() as db:
        names = "contract_id, title, supplier, value_eur, status, category, cpv, ends_on::varchar"
        rows = db.rows(
            f"select {names} from contracts_offered where standing = 'live' order by contract_id"
        )
        aside = db.rows("select column_name, rule, value from set_aside order by all")
    store.close()
    return report, rows, aside


def test_the_shipped_profile_books_contracts_and_awards(tmp_path):
    lost = {"id": "A3", "title": "Perceel 3", "status": "unsuccessful"}
    parts = release(5, "2025-03-01", "awardUpdate", awards=[lost])
    tender = release(1, "2024-01-01", "tender", ocid="alleen", tender={"id": "1", "title": "x"})
    report, rows, aside = contracts_of(tmp_path, package(*RELEASES, parts, tender))
    assert rows == [
        (
            f"{OCID} A1",
            "Levering papier",
            "Papier BV; Karton BV",
            75_000.25,
            "running",
            "office_supplies",
            "30197643-5",
            "2027-03-31",
        ),
        (
            f"{OCID} A2",
            "Perceel 2",
            "Karton BV",
            20_000.5,
            "awarded",
            "office_supplies",
            "30197643-5",
            None,
        ),
    ]
    assert dict(report.main.skipped) == {"dropped: kind": 1, "dropped: status": 1}
    assert aside == []


@pytest.mark.slow
def test_a_contract_takes_the_place_of_its_award(tmp_path):
    _, rows, _ = contracts_of(tmp_path, package(TENDER, AWARDS), package(*RELEASES))
    assert [(row[0], row[3], row[4]) for row in rows] == [
        (f"{OCID} A1", 75_000.25, "running"),
        (f"{OCID} A2", 20_000.5, "awarded"),
    ]


@pytest.mark.parametrize("currency", ["GBP", None])
def test_other_money_is_never_taken_for_euros(tmp_path, currency):
    value = {"amount": 100, "currency": currency}
    award = {"id": "A", "title": "x", "status": "active", "value": value}
    report, rows, aside = contracts_of(
        tmp_path, package(AWARDS, release(1, "2024-01-01", "award", ocid="o", awards=[award]))
    )
    assert len(rows) == 2
    assert report.main.set_aside == 1
    assert [row[:2] for row in aside] == [("value_eur", "unknown_scale")]
