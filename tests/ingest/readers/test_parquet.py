import datetime as dt
from contextlib import nullcontext
from decimal import Decimal
from unittest.mock import patch

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.cells import TAG, LargeParquet, Layout
from nami_monitor.ingest.parse import __main__ as child
from nami_monitor.ingest.parse.sheets import budget_of
from nami_monitor.ingest.profiles.preview import SHOWN, preview
from nami_monitor.ingest.profiles.profile import parse_profile
from nami_monitor.ingest.readers import parquet, read
from nami_monitor.ingest.readers.parquet import parquet_relation
from nami_monitor.store import Store


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


MOMENTS = st.datetimes(dt.datetime(1950, 1, 1), dt.datetime(2100, 1, 1))  # noqa: DTZ001
TYPED = st.fixed_dictionaries(
    {
        "tekst": st.none() | st.text(st.characters(exclude_categories=["Cs"])),
        "soort": st.sampled_from(["a", " b", None]),
        "heel": st.none() | st.integers(-(2**63), 2**63 - 1),
        "getal": st.none() | st.floats(),
        "klein": st.none() | st.floats(width=32),
        "bedrag": st.none() | st.decimals(-(10**9), 10**9, places=3),
        "ja": st.none() | st.booleans(),
        "dag": st.none() | st.dates(dt.date(1950, 1, 1), dt.date(2100, 1, 1)),
        "moment": st.none() | MOMENTS,
        "hier": st.none() | MOMENTS.map(lambda moment: moment.replace(tzinfo=dt.UTC)),
        "klok": st.none() | st.times(),
        "duur": st.none() | st.timedeltas(dt.timedelta(), dt.timedelta(days=9)),
        "leeg": st.none(),
    }
)
SCHEMA = {
    "tekst": pl.String,
    "soort": pl.Categorical,
    "heel": pl.Int64,
    "getal": pl.Float64,
    "klein": pl.Float32,
    "bedrag": pl.Decimal(15, 3),
    "ja": pl.Boolean,
    "dag": pl.Date,
    "moment": pl.Datetime("us"),
    "hier": pl.Datetime("ms", "Europe/Amsterdam"),
    "klok": pl.Time,
    "duur": pl.Duration("us"),
    "leeg": pl.Null,
}


def read_both(path, layout=None):
    """The sheet read whole, and streamed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet, "MOST_CELLS", 1 << 30)
        (whole,) = read(path, layout)
        patch.setattr(parquet, "MOST_CELLS", 0)
        (streamed,) = read(path, layout)
    return whole, streamed


@pytest.mark.slow
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(TYPED, min_size=1, max_size=6))
@example(rows=[dict.fromkeys(SCHEMA) | {"getal": value} for value in (1e23, 1e15, -0.0, 1e-5)])
@example(rows=[dict.fromkeys(SCHEMA) | {"tekst": "\u2003a\r\nb\x0b\x7f\x1f "}])
def test_a_streamed_file_has_the_cells_of_one_that_is_read_whole(tmp_path, rows):
    first = dict.fromkeys(SCHEMA) | {"heel": 1}
    path = write(tmp_path, pl.DataFrame([first, *rows], schema=SCHEMA))
    with patch.object(parquet, "parsed", lambda *_: nullcontext([])):  # no process for each example
        whole, streamed = read_both(path)
    assert isinstance(streamed.rows, LargeParquet)
    assert (streamed.columns, streamed.layout) == (whole.columns, whole.layout)
    assert streamed.titles == whole.titles
    found = duckdb.sql(f"select * from {parquet_relation(streamed.rows)} order by line").pl()
    filled = found.filter(~pl.all_horizontal(pl.exclude("line").is_null()))
    assert filled.rows() == whole.rows.rows()
    assert found.height - filled.height == whole.blank


PROFILE = parse_profile(
    """
source = "groot"
vat = "excl"
[[table]]
name = "orders"
[table.columns]
ordered_on = "Datum"
location_id = "Vestiging"
quantity = "Aantal"
amount_eur = "Bedrag"
[table.constants]
category = "papier"
channel = "webwinkel"
"""
)


@pytest.mark.slow
def test_a_streamed_import_books_what_a_whole_one_books(tmp_path):
    day = dt.date(2025, 2, 3)
    frame = pl.DataFrame(
        {
            "Datum": [day, day, None, None, day, day],
            "Vestiging": ["P1", " P2 ", "P1", None, "Totaal", "P3"],
            "Aantal": [1, 2, 3, None, 6, None],
            "Bedrag": [1.125, 1234.5, 2.0, None, 9.0, 1e16],
            "E-mail": ["a@b.nl"] * 3 + [None] * 3,
        },
        schema_overrides={"Datum": pl.Date},
    )
    path = write(tmp_path, frame)
    found = []
    for limit in (0, 1 << 30):
        store = Store(tmp_path / f"{limit}.duckdb")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(parquet, "MOST_CELLS", limit)
            report = import_file(store, path, PROFILE, answers=Answers.yes(), who="t")
        with store.read() as db:
            rows = db.rows("select * from orders_offered order by line")
            aside = db.rows("select * from set_aside order by line, column_name, rule")
        found.append((report, rows, aside))
        store.close()
    assert found[0] == found[1]
    report, rows, aside = found[0]
    assert report.dropped_columns == ("E-mail",)
    assert dict(report.main.skipped) == {"blank": 1, "totals_row": 1}
    assert "a@b.nl" not in str(aside)
    assert 1.125 in rows[0]


def test_the_preview_of_a_streamed_file_shows_its_first_rows(tmp_path):
    frame = pl.DataFrame(
        {
            "Datum": [dt.date(2025, 1, 1)] * 99,
            "Vestiging": ["P1"] * 99,
            "Aantal": range(99),
            "Bedrag": [1.5] * 99,
        }
    )
    _, streamed = read_both(write(tmp_path, frame))
    (shown,) = preview(Store(tmp_path / "leeg.duckdb"), streamed, PROFILE, name="x.parquet")
    assert shown.rows["quantity"].to_list() == list(range(SHOWN))
    assert shown.rows["line"].to_list() == list(range(2, SHOWN + 2))


def test_values_of_a_streamed_file_are_not_filled_down(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "MOST_CELLS", 0)
    with pytest.raises(UserError, match=r"reading.fill_down_large"):
        read(write(tmp_path, pl.DataFrame({"a": ["x"]})), Layout(fill_down=("a",)))


def test_more_cells_than_anyone_has_are_refused_before_reading(tmp_path, monkeypatch):
    monkeypatch.setattr(child, "MOST_CELLS", 10)
    path = write(tmp_path, pl.DataFrame({"a": range(11)}))
    with pytest.raises(UserError, match=r"reading.too_far"):
        child.check_parquet(path, budget_of(path))


def test_a_file_with_damaged_numbers_is_refused_and_said_to_be(tmp_path):
    path = write(tmp_path, pl.DataFrame({"Aantal": [float(n * n) for n in range(9)]}))
    whole = path.read_bytes()
    size = int.from_bytes(whole[-8:-4], "little")
    damaged = whole[:4] + b"\xff" * (len(whole) - 12 - size) + whole[-8 - size :]
    path.write_bytes(damaged)
    with pytest.raises(UserError, match=r"^reading\.broken\("):
        read(path)
