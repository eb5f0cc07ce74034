"""What a file says at length is not said again at length when it is refused."""

import pytest

from nami_monitor.core.errors import UserError
from nami_monitor.i18n import text
from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.cells import Layout
from nami_monitor.ingest.profiles.profile import parse_profile
from nami_monitor.ingest.readers import read
from nami_monitor.store import Store

LONG = "x" * 5_000
PROFILE = """
source = "lang"
vat = "excl"
{file}
[[table]]
name = "orders"
[table.columns]
ordered_on = "Datum"
location_id = "Plek"
quantity = "Aantal"
[table.constants]
category = "papier"
channel = "kast"
"""


def sentence(error):
    return text(f"errors.{error.key}", "nl", **error.values)


@pytest.mark.parametrize(
    ("content", "file"),
    [
        pytest.param(f"Datum;Plek;{LONG}\n" + "2025-01-01;P;3\n" * 3, "", id="header"),
        pytest.param(
            f"Datum;Plek;Aantal\n01-02-2025{LONG};P;3\n" + "2025-01-20;P;1.234,5\n" * 9,
            '[file]\ndecimal = "."',
            id="column",
        ),
        pytest.param(
            "Datum;Plek;Aantal\n2025-01-01;P;" + "1" + ".234" * 1_500 + ",5\n",
            '[file]\ndecimal = "."',
            id="example",
        ),
    ],
)
def test_a_refused_import_quotes_the_start_of_a_long_text(tmp_path, content, file):
    path = tmp_path / "lang.csv"
    path.write_text(content, encoding="utf-8")
    profile = parse_profile(PROFILE.format(file=file))
    with pytest.raises(UserError) as refused:
        import_file(Store(tmp_path / "a.duckdb"), path, profile, answers=Answers.yes(), who="t")
    assert len(sentence(refused.value)) < 1_000


def test_a_refused_reading_quotes_the_start_of_a_long_text(tmp_path):
    path = tmp_path / "lang.csv"
    path.write_text(f"Datum;Plek;{LONG}\n2025-01-01;P;3\n", encoding="utf-8")
    with pytest.raises(UserError) as refused:
        read(path, Layout(fill_down=("Locatie",)))
    assert len(sentence(refused.value)) < 500
