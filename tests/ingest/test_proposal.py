"""What a first look at a file proposes, and what is left to ask."""

import pytest

from nami_monitor.ingest.cells import Layout
from nami_monitor.ingest.profiles import proposal
from nami_monitor.ingest.profiles.library import read_sheets
from tests.support import supplied


def looked_at(tmp_path, kind):
    name, content = getattr(supplied, kind)()
    file = tmp_path / name
    file.write_bytes(content)
    (sheet,) = read_sheets(file, Layout())
    return sheet, proposal.proposed(sheet, name)


@pytest.mark.parametrize("kind", supplied.TABLES)
def test_at_most_six_questions_are_asked_and_every_answer_answers_its_own(tmp_path, kind):
    sheet, profile = looked_at(tmp_path, kind)
    agreed = set()
    asked = []
    while questions := proposal.asks(sheet, profile, {"channel": ["webshop"]}, agreed=agreed):
        first = questions[0]
        assert (first.key, first.column, first.seen) not in asked
        asked.append((first.key, first.column, first.seen))
        agreed.add(first.key)
        if first.choices and first.column != "category":
            profile = first.choices[0].profile
        else:
            profile = proposal.with_constant(profile, first.column, "x", ())
    assert len(asked) <= 6


def test_a_role_goes_from_one_column_to_another_and_back(tmp_path):
    sheet, profile = looked_at(tmp_path, "web_shop")
    assert proposal.roles_of(profile, "Aantal") == ("quantity",)
    moved = proposal.with_role(profile, "Ordernummer", "quantity")
    assert proposal.roles_of(moved, "Ordernummer") == ("quantity",)
    assert proposal.roles_of(moved, "Aantal") == ()
    back = proposal.with_role(moved, "Aantal", "quantity")
    assert proposal.roles_of(proposal.with_role(back, "Ordernummer", "order_ref"), "Aantal") == (
        "quantity",
    )
    assert sheet.columns


def test_headings_that_are_months_become_rows_and_each_can_be_taken_out(tmp_path):
    _, profile = looked_at(tmp_path, "staff")
    assert len(proposal.unpivoted(profile)) == 12
    less = proposal.with_role(profile, "jan 2026", "")
    assert "jan 2026" not in proposal.unpivoted(less)
    assert proposal.with_role(less, "jan 2026", proposal.MONTHS).unpivot is not None


def test_a_code_written_where_none_are_known_is_created_and_one_beside_known_ones_is_not(tmp_path):
    _, profile = looked_at(tmp_path, "supplier_statement")
    for known, codes in (((), {"category": "create"}), (("papier",), {})):
        (table,) = proposal.with_constant(profile, "category", "kantoor", known).tables
        assert dict(table.codes) == codes
