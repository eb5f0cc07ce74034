"""One cause, one reason: what cannot be read is not also called empty."""

import pytest

from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.profiles.profile import parse_profile
from nami_monitor.ingest.readers import delimited
from nami_monitor.store import Store

ORDERS = (
    'source = "X"\nvat = "excl"\n[file]\ndelimiter = ";"\nencoding = "utf-8"\ndecimal = ","\n'
    'dates = ["%d-%m-%Y"]\n[[table]]\nname = "orders"\n[table.columns]\n'
    + "".join(f'{name} = "{name}"\n' for name in ("ordered_on", "location_id"))
    + 'quantity = "Aantal"\namount_eur = "Bedrag"\n'
    '[table.constants]\ncategory = "papier"\nchannel = "web"\n'
)
NEEDED = "any_of_quantity_or_amount_eur"


@pytest.mark.sampled(4)
@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize(
    ("quantity", "amount", "reasons"),
    [
        ("", "", {NEEDED}),
        ("drie", "", {"not_a_number"}),
        ("", "#REF", {"not_a_number"}),
        ("drie", "vier", {"not_a_number"}),
        ("2" + "0" * 16, "", {"number_too_large"}),
        ("3", "vier", {"not_a_number"}),
        ("3", "", set()),
    ],
)
def test_an_amount_that_cannot_be_read_is_not_also_missing(
    tmp_path, monkeypatch, quantity, amount, reasons, large
):
    monkeypatch.setattr(delimited, "LARGE_BYTES", 0 if large else 1 << 30)
    path = tmp_path / "x.csv"
    path.write_text(
        "ordered_on;location_id;Aantal;Bedrag\n05-01-2025;L1;1;2,50\n"
        f"05-01-2025;L1;{quantity};{amount}\n",
        "utf-8",
    )
    store = Store(tmp_path / "own.duckdb")
    report = import_file(store, path, parse_profile(ORDERS), answers=Answers.yes(), who="t")
    assert set(report.main.reasons) == reasons
    store.close()
