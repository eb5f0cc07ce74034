"""Profiles: written and read back they are the same; whatever else is refused with a sentence."""

from pathlib import Path
from types import MappingProxyType

import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from nami_monitor.core.errors import UserError
from nami_monitor.core.words import DeliveryKind, Grain
from nami_monitor.ingest.cells import Layout
from nami_monitor.ingest.profiles.profile import (
    BASES,
    Currency,
    DropRule,
    Expects,
    Origin,
    Profile,
    Sign,
    TableMap,
    Unpivot,
    load_profile,
    parse_profile,
    write_profile,
)
from nami_monitor.tables import TABLES, columns

SHIPPED = sorted(Path(__file__).parents[2].glob("data/profiles/*.toml"))
KEPT = sorted(Path(__file__).parents[1].glob("profiles/*.toml"))

headers = st.text("abcé €'\"@:\\.", min_size=1, max_size=12).filter(str.strip)
words = st.text("abcdé 0", min_size=1, max_size=8).map(lambda text: text.strip().lower())
numbers = st.floats(0.001, 1e6, allow_nan=False)
patterns = st.sampled_from(["%Y-%m-%d", "%d.%m.%y", "%d %b %Y", "%Y"])
expressions = st.sampled_from([r"(\d{4})", "^totaal", "a|b", "(?i)x"])


def maybe(values):
    return st.none() | values


def origins():
    extras = {
        "format": maybe(patterns),
        "regex": maybe(expressions),
        "scale": st.just(1.0) | numbers,
        "scale_by": maybe(
            st.tuples(
                headers,
                st.dictionaries(words.filter(lambda w: w != "column"), numbers, min_size=1),
            )
        ),
        "sign": maybe(
            st.builds(Sign, headers, st.lists(words.filter(bool), min_size=1).map(tuple))
        ),
        "unit": maybe(st.sampled_from(["pack", "base", "Eenheid"])),
    }
    some = st.lists(headers, min_size=1, max_size=3).map(tuple)
    return st.builds(Origin, some, how=st.sampled_from(["first", "join", "sum"]), **extras)


@st.composite
def tables(draw):
    name = draw(st.sampled_from(sorted(TABLES)))
    names = st.sampled_from([column.name for column in columns(name)])
    coded = [column.name for column in columns(name) if column.codes]
    policies = st.sampled_from(["create", "set_aside"])
    return TableMap(
        name,
        draw(st.dictionaries(names, origins(), max_size=4)),
        draw(st.dictionaries(names, headers, max_size=3)),
        draw(
            st.dictionaries(
                names, st.dictionaries(words | st.just("*"), headers, min_size=1), max_size=2
            )
        ),
        draw(st.dictionaries(st.sampled_from(coded), policies)) if coded else {},
    )


layouts = st.builds(
    Layout,
    format=maybe(st.sampled_from(["csv", "xlsx", "xls", "parquet"])),
    sheet=maybe(st.integers(1, 9) | headers),
    encoding=maybe(st.sampled_from(["utf-8", "cp1252"])),
    delimiter=maybe(st.sampled_from([";", ",", "\t"])),
    header=st.booleans(),
    header_rows=st.integers(1, 3),
    skip_rows=maybe(st.integers(0, 9)),
    fill_down=st.lists(headers, max_size=2).map(tuple),
)
profiles = st.builds(
    Profile,
    source=headers.map(str.strip),
    tables=st.lists(tables(), min_size=1, max_size=2, unique_by=lambda table: table.name).map(
        tuple
    ),
    grain=st.sampled_from(list(Grain)),
    delivery=st.sampled_from(list(DeliveryKind)),
    basis=st.sampled_from(BASES),
    vat=maybe(st.sampled_from(["incl", "excl"])),
    vat_rate=st.sampled_from([0.0, 0.09, 0.21]),
    currency=maybe(st.builds(Currency, headers, numbers, headers)),
    products_of=maybe(headers),
    layout=layouts,
    decimal=maybe(st.sampled_from([",", "."])),
    dates=st.lists(patterns, max_size=2).map(tuple),
    unpivot=maybe(
        st.builds(
            Unpivot,
            st.lists(headers, min_size=1, max_size=3).map(tuple) | expressions,
            headers,
            headers,
        )
    ),
    drop=maybe(st.lists(st.builds(DropRule, headers, expressions), max_size=2).map(tuple)),
    expects=maybe(
        st.builds(
            Expects,
            maybe(st.just("2022-11")),
            maybe(st.just("2026-10")),
            st.sampled_from(["month", "quarter", "year"]),
            maybe(st.just("all")),
        )
    ),
)


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(profiles)
def test_a_written_profile_reads_back_the_same(profile):
    assert parse_profile(write_profile(profile)) == profile


@pytest.mark.parametrize("path", [*SHIPPED, *KEPT], ids=lambda path: path.stem)
def test_every_profile_that_is_kept_reads_and_survives_writing(path):
    profile = load_profile(path)
    assert parse_profile(write_profile(profile)) == profile


SMALL = MappingProxyType(
    {
        "source": "X",
        "table": [{"name": "orders", "columns": {"ordered_on": "Datum"}}],
    }
)


def refusal(change):
    with pytest.raises(UserError) as refused:
        parse_profile(tomli_w.dumps({**SMALL, **change}))
    return refused.value


def in_table(**parts):
    return {"table": [{"name": "orders", **parts}]}


@pytest.mark.parametrize(
    ("change", "key", "near"),
    [
        ({"grian": "line"}, "grian", "grain"),
        ({"file": {"delimeter": ";"}}, "delimeter", "delimiter"),
        ({"currency": {"to_euro": 1.2}}, "to_euro", "to_eur"),
        ({"unpivot": {"colums": ["a"]}}, "colums", "columns"),
        ({"drop": {"wher": []}}, "wher", "where"),
        ({"expects": {"form": "2024-01"}}, "form", "from"),
        (in_table(colums={}), "colums", "columns"),
        (in_table(columns={"ordered_in": "Datum"}), "ordered_in", "ordered_on"),
        (in_table(columns={"quantity": {"frm": "Aantal"}}), "frm", "from"),
        (in_table(values={"categroy": {}}), "categroy", "category"),
        (in_table(codes={"location": "create"}), "location", "location_id"),
    ],
)
def test_an_unknown_key_names_the_near_ones(change, key, near):
    error = refusal(change)
    assert (error.key, error.values["key"]) == ("profile.unknown_key", key)
    assert near in error.values["near"].split(", ")


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"source": " "}, "no_source"),
        ({"source": 5}, "type"),
        ({"table": []}, "no_table"),
        ({"table": "orders"}, "type"),
        ({"table": ["orders"]}, "type"),
        ({"file": {"sheet": 1.5}}, "type"),
        ({"table": [{"name": "order"}]}, "value"),
        ({"grain": "week"}, "value"),
        ({"delivery": True}, "value"),
        ({"basis": ["ordered"]}, "value"),
        ({"vat": "incl"}, "vat_rate"),
        ({"vat": "incl", "vat_rate": 21}, "vat_rate"),
        ({"vat_rate": -1.0}, "vat_rate"),
        ({"currency": {"code": "GBP"}}, "currency"),
        ({"currency": {"code": "GBP", "to_eur": 0}}, "currency"),
        ({"currency": {"code": "GBP", "to_eur": float("nan")}}, "type"),
        ({"currency": "GBP"}, "type"),
        ({"file": {"format": "pdf"}}, "value"),
        ({"file": {"header": "yes"}}, "type"),
        ({"file": {"header_rows": 0}}, "type"),
        ({"file": {"skip_rows": -1}}, "type"),
        ({"file": {"decimal": ";"}}, "value"),
        ({"file": {"dates": []}}, "type"),
        ({"file": {"dates": ["%d/%m"]}}, "date_pattern"),
        ({"file": {"dates": ["%Q-%Y"]}}, "date_pattern"),
        ({"file": {"fill_down": [1]}}, "type"),
        ({"unpivot": "jan"}, "type"),
        ({"unpivot": {"columns": "("}}, "pattern"),
        ({"unpivot": {}}, "type"),
        ({"drop": {"blank": False}}, "value"),
        ({"drop": {"where": [{"column": "A"}]}}, "type"),
        ({"drop": {"where": [{"column": "A", "matches": "(?=b)"}]}}, "pattern"),
        ({"expects": {"every": "week"}}, "value"),
        (in_table(columns={"quantity": {"unit": "pack"}}), "origin"),
        (in_table(columns={"quantity": {"from": "A", "sum": ["B"]}}), "origin"),
        (in_table(columns={"quantity": {"from": "A", "scale": "1000"}}), "type"),
        (in_table(columns={"quantity": {"from": "A", "scale_by": {"x": 1}}}), "type"),
        (
            in_table(columns={"quantity": {"from": "A", "scale_by": {"column": "e", "x": "1"}}}),
            "type",
        ),
        (in_table(columns={"quantity": {"from": "A", "sign": {"column": "D"}}}), "type"),
        (in_table(columns={"text": {"from": "A", "regex": r"(a)\1"}}), "pattern"),
        (in_table(columns={"text": {"from": "A", "regex": "a*+"}}), "pattern"),
        (in_table(columns={"text": 5}), "type"),
        (in_table(constants={"channel": ["a"]}), "type"),
        (in_table(values={"category": "x"}), "type"),
        (in_table(values={"category": {"a": ["b"]}}), "type"),
        (in_table(codes={"category": "make"}), "value"),
        (in_table(codes={"channel": "create"}), "no_codes"),
    ],
)
def test_what_a_profile_cannot_mean_is_refused(change, key):
    assert refusal(change).key == f"profile.{key}"


scalars = st.none() | st.booleans() | st.integers(-2, 2) | st.floats() | st.text(max_size=3)
keys = st.sampled_from(
    [
        "source",
        "grain",
        "vat",
        "vat_rate",
        "currency",
        "file",
        "unpivot",
        "drop",
        "expects",
        "table",
        "name",
        "columns",
        "constants",
        "values",
        "codes",
        "from",
        "join",
        "sum",
        "regex",
        "scale",
        "scale_by",
        "sign",
        "column",
        "negative",
        "where",
        "matches",
        "blank",
        "category",
        "ordered_on",
        "quantity",
        "code",
        "to_eur",
        "header",
        "dates",
    ]
)
trees = st.recursive(
    scalars.filter(lambda value: value is not None),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


def read_or_refuse(text):
    try:
        return parse_profile(text), ""
    except UserError as error:
        return None, error.key


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(st.dictionaries(keys, trees, max_size=5), trees)
def test_any_tree_of_keys_is_read_or_refused(tree, table):
    raw = {**SMALL, **tree, "table": [{"name": "orders", "columns": table, **tree}]}
    profile, refused = read_or_refuse(tomli_w.dumps(raw))
    if profile is None:
        assert refused.startswith("profile.")
    else:
        assert parse_profile(write_profile(profile)) == profile


@pytest.mark.parametrize("text", ["source = ", "a = 1\na = 2", "\x00", "[table\n"])
def test_text_that_is_no_toml_is_refused(text):
    with pytest.raises(UserError) as refused:
        parse_profile(text)
    assert refused.value.key == "profile.toml"


def test_a_file_that_is_absent_or_no_text_is_refused(tmp_path):
    odd = tmp_path / "odd.toml"
    odd.write_bytes(b"source = '\xff'")
    for path in (tmp_path / "none.toml", tmp_path, odd):
        with pytest.raises(UserError) as refused:
            load_profile(path)
        assert refused.value.key == "profile.unreadable"
