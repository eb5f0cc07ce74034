"""What is recognised of files of public bodies, as `benchmarks/recognition.py` prints it."""

import tomllib

import pytest

from nami_monitor.ingest.readers import read
from nami_monitor.tables import columns
from tests.support.recognition import PUBLISHED


@pytest.mark.parametrize("source", sorted(PUBLISHED.glob("*.toml")), ids=lambda file: file.stem)
def test_what_is_written_down_of_a_file_stands_in_it(source, tmp_path):
    stated = tomllib.loads(source.read_text("utf-8"))
    (tmp_path / "a.csv").write_text(stated["text"].lstrip("\n"), "utf-8")
    (sheet,) = read(tmp_path / "a.csv")
    assert {header for headers in stated["columns"].values() for header in headers} <= {
        *sheet.columns
    }
    assert set(stated["columns"]) <= {column.name for column in columns(stated["table"])}
