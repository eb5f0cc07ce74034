"""What people make of a report: kept from month to month, and never in the way of new pages."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from nami_monitor.reports.document import Audience, Document, ReportPage
from nami_monitor.reports.report_file import (
    KIND,
    LONGEST,
    Arrangement,
    all_pages,
    arranged,
    name_of,
    save,
    saved,
)
from nami_monitor.store import Store
from nami_monitor.store.journal import history, record

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


def page(code):
    return ReportPage(code, code.upper(), f"Kop {code}", told=f"Verhaal {code}.")


def document(codes="abcd"):
    pages = tuple(page(code) for code in codes)
    return Document("nl", "T", "S", "A", OCTOBER, "Bron", pages, demo=False)


def codes(pages):
    return "".join(one.code for one in pages)


def test_without_an_arrangement_it_is_as_proposed():
    assert arranged(document(), Arrangement()) == document()


def test_pages_stand_in_the_order_wanted_and_new_ones_behind_their_neighbour():
    assert codes(all_pages(document(), Arrangement(order=tuple("dcba")))) == "dcba"
    assert codes(all_pages(document("axbcy"), Arrangement(order=tuple("cba")))) == "cybax"
    assert codes(all_pages(document("xab"), Arrangement(order=("b", "a")))) == "xba"
    assert codes(all_pages(document("ab"), Arrangement(order=("z", "b", "q")))) == "ab"


@given(some.permutations("abcdef"), some.lists(some.sampled_from("abcxyz"), unique=True))
def test_no_page_is_lost_or_doubled(there, order):
    found = all_pages(document(there), Arrangement(order=tuple(order)))
    assert sorted(codes(found)) == sorted(there)


@pytest.mark.parametrize(
    ("code", "by", "order"),
    [("b", -1, "bacd"), ("b", 1, "acbd"), ("a", -1, "abcd"), ("d", 3, "abcd"), ("d", -9, "dabc")],
)
def test_a_page_moves_up_and_down_and_stops_at_the_ends(code, by, order):
    assert "".join(Arrangement().moved("abcd", code, by).order) == order


def test_a_page_is_left_out_and_taken_back():
    out = Arrangement().with_page("b", shown=False)
    assert codes(arranged(document(), out).pages) == "acd"
    assert codes(all_pages(document(), out)) == "abcd"
    assert out.with_page("b", shown=True) == Arrangement()


def test_what_was_written_stands_in_the_place_of_the_proposal():
    wrote = Arrangement().wrote(page("a"), title=" Eigen kop ", told="")
    first = arranged(document(), wrote).pages[0]
    assert (first.title, first.told) == ("Eigen kop", "")
    back = wrote.wrote(page("a"), title="Kop a", told="Verhaal a.")
    assert back == Arrangement()
    assert wrote.wrote(page("a"), title="", told="Verhaal a.") == Arrangement()


def test_what_is_too_many_for_the_front_goes_to_the_appendix():
    whole = replace(document("abcdef"), front=3)
    pages = (*whole.pages[:5], replace(whole.pages[5], appendix=True))
    found = arranged(replace(whole, pages=pages), Arrangement())
    assert [page.appendix for page in found.pages] == [False] * 3 + [True] * 3
    assert codes(found.pages) == "abcdef"
    first = arranged(replace(whole, pages=(pages[5], *pages[:5])), Arrangement())
    assert codes(first.pages) == "abcdef"[:3] + "def"
    fewer = arranged(replace(whole, pages=pages), Arrangement(left_out=frozenset("a")))
    assert codes(page for page in fewer.pages if not page.appendix) == "bcd"


def test_a_text_without_end_is_kept_up_to_its_limit():
    wrote = Arrangement().wrote(page("a"), title="x" * 5000, told="")
    assert len(wrote.titles["a"]) == LONGEST


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "own.duckdb")
    yield made
    made.close()


def test_the_next_month_starts_from_it_without_the_words_about_this_one(store):
    name = name_of(Audience.TEAM, "nl", ["b", "a"])
    assert name == name_of(Audience.TEAM, "nl", ["a", "b"]) != name_of(Audience.TEAM, "en", "ab")
    wrote = replace(
        Arrangement(("b", "a"), frozenset({"c"})).wrote(
            page("a"), title="Kop van oktober", told="Zo."
        )
    )
    with store.write() as db:
        save(db, name, OCTOBER, wrote, "cm")
    with store.read() as db:
        assert saved(db, name, OCTOBER) == wrote
        assert saved(db, name, NOVEMBER) == replace(wrote, titles={}, told={})
        assert saved(db, "elders", OCTOBER) == Arrangement()
    with store.write() as db:
        save(db, name, NOVEMBER, saved(db, name, NOVEMBER).with_page("d", shown=False), "mvo")
    with store.read() as db:
        assert saved(db, name, OCTOBER).titles == {"a": "Kop van oktober"}
        assert [one.who for one in history(db, KIND) if one.name == name] == ["cm", "mvo"]


def test_an_arrangement_that_was_withdrawn_is_none(store):
    with store.write() as db:
        save(db, "x", OCTOBER, Arrangement(("a",)), "cm")
        record(db, KIND, "x", None, "cm")
        assert saved(db, "x", OCTOBER) == Arrangement()
        save(db, "x", OCTOBER, Arrangement(("b",)), "cm")
        assert saved(db, "x", OCTOBER).order == ("b",)
