"""Published contracts: what becomes of the releases of a process, and of hostile files."""

import json
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.cells import Layout, untag
from nami_monitor.ingest.parse import __main__ as child
from nami_monitor.ingest.parse import ocds
from nami_monitor.ingest.parse.ocds import RELEASE, NotOcdsError, compiled, named_parts
from nami_monitor.ingest.readers import read
from tests.ingest.readers.ocds_files import (
    AMENDMENT,
    CONTACT,
    CONTRACT,
    OCID,
    RELEASES,
    TENDER,
    package,
    records,
    release,
    write,
)
from tests.support.handed_over import rows_in

COMPILED = compiled([named_parts(part, RELEASE) for part in RELEASES])


@pytest.fixture
def convert(tmp_path, monkeypatch):
    """Read in this process: the rows as mappings and what was set aside, or the refusal."""
    monkeypatch.setattr(child, "limit_process", lambda _: None)

    def run(document):
        folder = tmp_path / "left"
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        path = write(tmp_path / "pakket.json", document)
        child.main([str(path), "ocds", str(folder)])
        if (folder / "refused.json").exists():
            return json.loads((folder / "refused.json").read_text("utf-8"))["key"], []
        header, *rows = rows_in(folder / "0.jsonl")
        misfits = json.loads((folder / "misfits.json").read_text("utf-8"))
        return [dict(zip(header, row, strict=False)) for row in rows], misfits

    return run


def refusal(path):
    with pytest.raises(UserError) as refused:
        read(path)
    return refused.value


def test_a_process_gives_a_row_per_contract_and_per_award_without_one(convert):
    rows, misfits = convert(package(*RELEASES))
    assert misfits == []
    first, second = rows
    assert {key: untag(value) for key, value in first.items() if value} == {
        "key": f"{OCID} A1",
        "kind": "contract",
        "ocid": OCID,
        "date": "2025-02-01T09:00:00",
        "id": "C1",
        "awardID": "A1",
        "title": "Levering papier",
        "status": "active",
        "value/amount": "75000.25",
        "value/currency": "EUR",
        "dateSigned": "2024-03-20",
        "period/startDate": "2024-04-01",
        "period/endDate": "2027-03-31",
        "suppliers/id": "NL-2; NL-3",
        "suppliers/name": "Papier BV; Karton BV",
        "items/classification/id (CPV)": "30197643-5",
        "awards/date": "2024-02-28",
        "buyer/id": "NL-1",
        "buyer/name": "Gemeente Voorbeeld",
        "tender/id": "T1",
        "tender/title": "Papier voor alle kantoren",
        "tender/status": "complete",
        "tender/procurementMethod": "open",
        "tender/mainProcurementCategory": "goods",
    }
    assert second["kind"] == "award"
    assert second["status"] == "award active"
    assert untag(second["value/amount"]) == "20000.5"
    assert untag(second["period/startDate"]) == "2024-05-01"


def test_the_order_in_the_file_plays_no_part(convert):
    expected, _ = convert(package(*RELEASES))
    for order in permutations(RELEASES):
        assert convert(package(*order))[0] == expected


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(records({"ocid": OCID, "releases": RELEASES}), id="record"),
        pytest.param({"ocid": OCID, "releases": RELEASES}, id="one record"),
        pytest.param(
            records({"ocid": OCID, "releases": [], "compiledRelease": COMPILED}),
            id="compiled",
        ),
        pytest.param([package(*RELEASES[:2]), package(*RELEASES[2:])], id="packages"),
        pytest.param(
            "\n".join(json.dumps(part) for part in RELEASES).encode() + b"\n\n", id="lines"
        ),
        pytest.param(
            "\n".join(json.dumps(package(part)) for part in RELEASES).encode(),
            id="packages on lines",
        ),
        pytest.param(json.dumps(package(*RELEASES), indent=2).encode(), id="indented"),
        pytest.param(b"\xef\xbb\xbf" + json.dumps(package(*RELEASES)).encode(), id="marked"),
        pytest.param(json.dumps(package(*RELEASES)).encode("utf-16"), id="wide"),
    ],
)
def test_every_form_of_publishing_gives_the_same_rows(convert, document):
    expected, _ = convert(package(*RELEASES))
    assert convert(document) == (expected, [])


def test_nothing_of_a_person_is_kept(convert):
    rows, _ = convert(package(*RELEASES))
    for word in (*CONTACT.values(), "Verlengd"):
        assert word not in str(rows)


def test_merging_follows_the_standard():
    """The cases of the standard's page on merging: replaced, removed, by id, as a whole."""
    first = {
        "date": "2024-01-01T00:00:00Z",
        "buyer": {"name": "A", "id": "1"},
        "tender": {"title": "oud", "status": "active", "items": [{"id": 1}, {"id": "2"}]},
        "awards": [{"id": "1", "items": [{"additionalClassifications": [{"id": "x"}]}]}],
    }
    second = {
        "date": "2024-01-02",
        "buyer": None,
        "tender": {
            "title": "nieuw",
            "status": None,
            "items": [{"id": "1", "classification": {"id": "c"}}, {"id": "3"}],
        },
        "awards": [{"id": "2", "items": []}, {"title": "zonder nummer"}],
    }
    assert compiled([second, first]) == {
        "date": "2024-01-02",
        "tender": {
            "title": "nieuw",
            "items": [{"id": "1", "classification": {"id": "c"}}, {"id": "2"}, {"id": "3"}],
        },
        "awards": [
            {"id": "1", "items": [{"additionalClassifications": [{"id": "x"}]}]},
            {"id": "2", "items": []},
            {"title": "zonder nummer"},
        ],
    }
    item = {"id": "1", "additionalClassifications": [{"id": "x"}]}
    later = {"id": "1", "additionalClassifications": [{"id": "y"}]}
    found = compiled(
        [
            {"date": "2024-01-01", "tender": {"items": [item]}},
            {"date": "2024-01-02", "tender": {"items": [later]}},
        ]
    )
    assert found["tender"]["items"] == [later]


def test_dates_are_compared_as_moments():
    early = {"date": "2024-01-01T00:30:00+02:00", "tender": {"title": "eerst"}}
    late = {"date": "2023-12-31T23:00:00Z", "tender": {"title": "daarna"}}
    assert compiled([late, early])["tender"]["title"] == "daarna"


@given(
    st.lists(
        st.fixed_dictionaries(
            {"date": st.dates().map(str)},
            optional={
                "tender": st.none() | st.dictionaries(st.sampled_from("ab"), st.integers()),
                "awards": st.lists(st.fixed_dictionaries({"id": st.integers(0, 3)})),
            },
        ),
        min_size=1,
    )
)
def test_compiling_what_was_compiled_changes_nothing(releases):
    once = compiled(releases)
    assert compiled([once]) == once
    assert len({str(award["id"]) for award in once.get("awards", [])}) == len(
        once.get("awards", [])
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda part: (
        st.lists(part)
        | st.dictionaries(st.sampled_from([*RELEASE, "id", "value", "amount", "items"]), part)
    ),
)


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(part=JSON, place=st.sampled_from(["tender", "awards", "contracts", "parties", "buyer"]))
def test_whatever_stands_in_a_release_is_read_or_set_aside(convert, part, place):
    strange = release(9, "2024-01-01", "tender", ocid="vreemd", **{place: part})
    text = json.dumps(package(*RELEASES, strange))
    found, misfits = convert(text.encode())
    if "NaN" in text or "Infinity" in text:
        assert found == "reading.json_broken"
        return
    assert [row["key"] for row in found][:2] == [f"{OCID} A1", f"{OCID} A2"]
    assert (len(found) > 2) != bool(misfits)


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(release(9, None, "tender"), id="no date"),
        pytest.param(release(9, "gisteren", "tender"), id="no day"),
        pytest.param(release(9, "2025-01-01", "award", awards={"id": "1"}), id="object for list"),
        pytest.param(release(9, "2025-01-01", "award", awards=["A1"]), id="text for object"),
        pytest.param(release(9, "2025-01-01", "tender", tender="T1"), id="text for tender"),
        pytest.param(release(9, "2025-01-01", "tender", tender={"title": {}}), id="object"),
        pytest.param(release(9, "2025-01-01", "award", awards=[{"title": "x"}]), id="no award id"),
        pytest.param(release(9, "2025-01-01", "x", contracts=[{"id": ""}]), id="no contract id"),
    ],
)
def test_a_process_with_a_release_that_is_none_is_set_aside_as_a_whole(convert, bad):
    other = release(1, "2024-01-01", "tender", ocid="goed", tender={"id": "1", "title": "x"})
    rows, misfits = convert(package(*RELEASES, bad, other))
    assert [row["ocid"] for row in rows] == ["goed"]
    ((line, rule, raw),) = misfits
    assert (line, rule) == (3, "not_ocds")
    assert raw.startswith(OCID)


@pytest.mark.parametrize("bad", [{}, None, 3, {"ocid": 5}, {"ocid": ""}, "ocds"])
def test_what_names_no_process_is_set_aside(convert, bad):
    rows, misfits = convert(package(*RELEASES, bad))
    assert len(rows) == 2
    assert [(rule, raw) for _, rule, raw in misfits] == [("not_ocds", "?: ocid")]


def test_a_record_of_links_only_is_set_aside(convert):
    links = {"ocid": "ver", "releases": [{"url": "https://x.example/9", "date": "2024-01-01"}]}
    rows, misfits = convert(records({"ocid": OCID, "releases": RELEASES}, links))
    assert len(rows) == 2
    assert misfits == [[4, "not_ocds", "ver: releases"]]


def test_contracts_find_their_award(convert):
    awards = [{"id": "A", "suppliers": [{"name": "X"}]}]
    contracts = [{"id": "1"}, {"id": "2", "awardID": "A"}, {"id": "3", "awardID": "weg"}]
    parts = {"awards": awards, "contracts": contracts}
    rows, _ = convert(package(release(1, "2024-01-01", "contract", ocid="o", **parts)))
    assert [row["key"] for row in rows] == ["o A", "o A/2", "o weg/3"]
    assert [row.get("suppliers/name") for row in rows] == ["X", "X", None]


def test_a_tender_or_a_plan_alone_is_a_row_of_its_kind(convert):
    plan = release(1, "2024-01-01", "planning", ocid="p", planning={"rationale": "nodig"})
    rows, _ = convert(package(TENDER, plan))
    assert [(row["key"], row["kind"]) for row in rows] == [(OCID, "tender"), ("p", "planning")]
    assert rows[0]["status"] == "tender active"


def test_an_amount_without_currency_is_no_amount_in_euros(convert):
    part = release(1, "2024-01-01", "award", awards=[{"id": "1", "value": {"amount": 5}}])
    (row,), _ = convert(package(part))
    assert row["value/currency"] == "?"


def test_odd_values_are_cells_as_they_stand(convert):
    value = {"amount": True, "currency": "EUR"}
    award = {"id": 7, "title": "x\ud800y", "date": "31-12-2024", "value": value}
    (row,), _ = convert(package(release(1, "2024-01-01", "award", ocid="o", awards=[award])))
    assert (row["key"], row["title"], row["awards/date"]) == ("o 7", "x?y", "31-12-2024")
    assert row["value/amount"] == "\x01btrue"


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b'{"releases": [' + b'{"ocid":' * 100_000, "json_deep"),
        (b'{"releases": ' + b"[" * 100_000, "json_deep"),
        (b'{"releases": [{"ocid": "a", "x": NaN}]}', "json_broken"),
        (b'{"releases": [{"ocid": "a", "x": -Infinity}]}', "json_broken"),
        (b'{"releases": [{"ocid": "a", "ocid": "b"}]}', "json_broken"),
        (b'{"releases": [{"ocid": "a"', "json_broken"),
        (b'{"releases": [{"ocid": "\xff"}]}', "json_broken"),
        (b'{"releases": [{"ocid": "a", "n": ' + b"9" * 5_000 + b"}]}", "json_broken"),
        (b'{"ocid": "a"}\n{"ocid": "b"', "json_broken"),
        (b'{"releases": {"ocid": "a"}}', "ocds_shape"),
        (b'{"x": {"ocid": "a"}}', "ocds_shape"),
        (b'["ocid", 3]', "ocds_shape"),
        (b'{"releases": []}', "ocds_nothing"),
        (b'{"releases": [{"ocid": "a"}]}', "ocds_nothing"),
    ],
)
def test_hostile_json_is_refused_with_a_sentence(convert, content, key):
    assert convert(content)[0] == f"reading.{key}"


def test_a_file_that_is_too_large_is_refused_before_it_is_read(convert, monkeypatch):
    monkeypatch.setattr(ocds, "MOST_BYTES", 1_000)
    assert convert(package(*RELEASES))[0] == "reading.json_too_large"
    lines = b'{"ocid": "a"}\n' * 200
    monkeypatch.setattr(ocds, "MOST_BYTES_OF_LINES", 2_000)
    assert convert(lines)[0] == "reading.json_too_large"


def test_the_reader_gives_a_sheet_of_columns_by_their_path(tmp_path):
    bad = release(9, "gisteren", "tender", ocid="fout")
    path = write(tmp_path / "contracten.csv", package(*RELEASES, bad))
    (sheet,) = read(path)
    assert sheet.layout.format == "ocds"
    assert sheet.rows.height == 2
    assert sheet.rows["line"].to_list() == [2, 3]
    assert sheet.misfits.rows() == [(4, "not_ocds", "fout: date")]
    assert sheet.columns[:3] == ("key", "kind", "ocid")


def test_other_json_is_refused_by_name(tmp_path):
    assert refusal(write(tmp_path / "a.json", {"naam": 1})).key == "reading.json"
    assert refusal(write(tmp_path / "a.json", [[1]])).key != "reading.ocds_shape"


def test_a_stated_format_is_held_against_the_content(tmp_path):
    path = write(tmp_path / "a.json", package(*RELEASES))
    with pytest.raises(UserError, match="other_format"):
        read(path, Layout(format="csv"))


def test_a_shape_names_the_place_where_it_is_left():
    with pytest.raises(NotOcdsError, match="contracts/value"):
        named_parts({"contracts": [{"value": 5}]}, RELEASE)
    assert named_parts(CONTRACT | {"buyer": None}, RELEASE)["buyer"] is None
    assert "amendments" not in named_parts(AMENDMENT, RELEASE)["contracts"][0]
