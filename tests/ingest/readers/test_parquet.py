import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.cells import TAG
from nami_monitor.ingest.readers import parquet, read


def write(tmp_path, frame):
    path = tmp_path / "tabel.parquet"
    frame.write_parquet(path)
    return path


def test_typed_columns_give_tagged_cells_and_texts_stay_texts(tmp_path):
    frame = pl.DataFrame(
        {
            "tekst": [" 1.125 ", "", None],
            "heel": pl.Series([1, -2, None], dtype=pl.Int32),
            "getal": [1.125, 3.0, float("nan")],
            "bedrag": pl.Series(
                [Decimal("1.50"), Decimal("1000.00"), None], dtype=pl.Decimal(9, 2)
            ),
            "dag": [dt.date(2025, 2, 3), None, dt.date(2025, 1, 1)],
            "moment": [
                dt.datetime.fromisoformat("2025-02-03T10:11:12"),
                dt.datetime.fromisoformat("2025-02-03"),
                None,
            ],
            "ja": [True, False, None],
            "soort": pl.Series(["a", "b", "a"], dtype=pl.Categorical),
            "leeg": [None, None, None],
        }
    )
    (sheet,) = read(write(tmp_path, frame))
    assert sheet.columns == tuple(frame.columns)
    assert {name: sheet.rows[f"c{n}"].to_list() for n, name in enumerate(sheet.columns, 1)} == {
        "tekst": ["1.125", None, None],
        "heel": [f"{TAG}n1", f"{TAG}n-2", None],
        "getal": [f"{TAG}n1.125", f"{TAG}n3", None],
        "bedrag": [f"{TAG}n1.5", f"{TAG}n1000", None],
        "dag": [f"{TAG}d2025-02-03", None, f"{TAG}d2025-01-01"],
        "moment": [f"{TAG}d2025-02-03T10:11:12", f"{TAG}d2025-02-03", None],
        "ja": [f"{TAG}btrue", f"{TAG}bfalse", None],
        "soort": ["a", "b", "a"],
        "leeg": [None, None, None],
    }
    assert sheet.rows["line"].to_list() == [2, 3, 4]
    assert sheet.titles[0] == tuple(frame.columns)


@pytest.mark.parametrize(
    ("frame", "key"),
    [
        (pl.DataFrame({"a": [[1]]}), "nested"),
        (pl.DataFrame({"a": [{"b": 1}]}), "nested"),
        (pl.DataFrame({"a": [b"x"]}), "nested"),
        (pl.DataFrame({"a": []}, schema={"a": pl.String}), "only_header"),
    ],
)
def test_what_is_no_table_of_values_is_refused(tmp_path, frame, key):
    with pytest.raises(UserError, match=f"reading.{key}"):
        read(write(tmp_path, frame))


def test_a_damaged_file_is_refused(tmp_path):
    path = write(tmp_path, pl.DataFrame({"a": ["x"] * 100}))
    content = path.read_bytes()
    path.write_bytes(content[:40] + b"\x00" * 60 + b"PAR1")
    with pytest.raises(UserError, match=r"reading.broken"):
        read(path)
    path.write_bytes(content[:-9])
    with pytest.raises(UserError, match=r"reading.truncated"):
        read(path)


def test_more_cells_than_memory_holds_are_refused_before_reading(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "MOST_CELLS", 10)
    with pytest.raises(UserError, match=r"reading.too_far"):
        read(write(tmp_path, pl.DataFrame({"a": range(11)})))
