"""A file that cannot be read is told for what it is."""

import pytest

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.readers import read


@pytest.mark.parametrize("text", ["[]", "[1, 2]", '"tekst"', "{}", '{"a": 1}', '[{"a": 1}]'])
def test_json_of_another_kind_is_called_json_and_not_empty(tmp_path, text):
    (tmp_path / "a.json").write_text(text, "utf-8")
    with pytest.raises(UserError, match=r"reading\.json"):
        read(tmp_path / "a.json")


def test_a_good_line_below_a_short_header_is_not_called_a_header_alone(tmp_path):
    (tmp_path / "a.csv").write_text("Nr;Titel\nC1;Schoonmaak;Bedrijf;Sanitair\n", "utf-8")
    with pytest.raises(UserError, match=r"reading\.no_header"):
        read(tmp_path / "a.csv")


def test_a_text_between_quotes_is_a_table(tmp_path):
    (tmp_path / "a.csv").write_text('"Naam";"Plaats"\n"Werf";"Noord"\n', "utf-8")
    assert read(tmp_path / "a.csv")[0].columns == ("Naam", "Plaats")
