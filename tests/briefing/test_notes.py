"""Notes of people: kept, changed, withdrawn; what is wrong is said, markup stays text."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nami_monitor.briefing import notes as log
from nami_monitor.briefing.signals import notes_of_kpi
from nami_monitor.core.errors import UserError
from nami_monitor.core.thresholds import NOTE_TEXT
from nami_monitor.ingest.book.undo import undo
from nami_monitor.kpis import CATALOGUE
from nami_monitor.store import Store
from nami_monitor.store.journal import history
from tests.support.entries import enter

MAY = date(2025, 5, 1)
GOOD = {"month": MAY, "kpi": "impact_mass", "category": "office_supplies", "text": "Verhuizing",
        "lesson": "keep-measuring", "who": "CM"}  # fmt: skip


@pytest.fixture
def store(tmp_path):
    found = Store(tmp_path / "own.duckdb")
    yield found
    found.close()


def wrote(store, **change):
    with store.write() as db:
        return log.write(db, **GOOD | change)


def standing(store):
    with store.read() as db:
        return log.notes(db)


def test_a_note_holds_what_was_written_by_whom_and_when(store):
    name = wrote(store)
    (note,) = standing(store)
    assert (note.name, note.month, note.kpi, note.category) == (
        name, MAY, "impact_mass", "office_supplies",
    )  # fmt: skip
    assert (note.text, note.lesson, note.who) == ("Verhuizing", "keep-measuring", "CM")
    assert note.changed_at is None


def test_a_note_stands_with_its_series_alone_by_month(store):
    later, first = wrote(store, month=date(2026, 1, 1)), wrote(store)
    wrote(store, category=None)
    wrote(store, kpi="impact_spend")
    with store.read() as db:
        own = notes_of_kpi(db, CATALOGUE["impact_mass"], "office_supplies")
        together = notes_of_kpi(db, CATALOGUE["impact_mass"], None)
    assert [one.name for one in own] == [first, later]
    assert [one.category for one in together] == [None]


def test_a_changed_note_keeps_its_month_and_says_that_it_was_changed(store):
    name = wrote(store)
    with store.write() as db:
        log.change(db, name, "Verbouwing", None, "IA")
    (note,) = standing(store)
    assert (note.text, note.lesson, note.who, note.month) == ("Verbouwing", None, "IA", MAY)
    assert note.changed_at >= note.written_at


def test_a_withdrawn_note_is_gone_and_the_log_says_who_withdrew_it(store):
    name = wrote(store)
    with store.write() as db:
        log.withdraw(db, name, "IA")
    assert standing(store) == ()
    with store.read() as db:
        assert [(one.who, one.body is None) for one in history(db, log.KIND)] == [
            ("CM", True),
            ("IA", True),
        ]
    with store.write() as db:
        for act in (
            lambda: log.withdraw(db, name, "IA"),
            lambda: log.change(db, name, "x", None, "a"),
        ):
            with pytest.raises(UserError) as error:
                act()
            assert error.value.key == "notes.gone"


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"text": " \n\t\u200b "}, "notes.empty"),
        ({"text": "x" * 501}, "notes.long"),
        ({"who": "  "}, "entry.who"),
        ({"kpi": "impact_masss"}, "kpi.no_code"),
        ({"lesson": "keep-measurin"}, "notes.no_lesson"),
        ({"text": "vraag jan@dienst.nl"}, "personal.address"),
    ],
    ids=["empty", "long", "nobody", "no figure", "no lesson", "address"],
)
def test_what_is_wrong_with_a_note_is_said_and_nothing_is_kept(store, change, key):
    with pytest.raises(UserError) as error:
        wrote(store, **change)
    assert error.value.key == key
    assert standing(store) == ()


def test_nobody_withdraws_nothing(store):
    name = wrote(store)
    with store.write() as db, pytest.raises(UserError) as error:
        log.withdraw(db, name, " ")
    assert error.value.key == "entry.who"
    assert len(standing(store)) == 1


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("**vet** [link](http://x)", "**vet** [link](http://x)"),
        ("regel een\r\n\nregel\ttwee", "regel een regel twee"),
        ("a\u202eb\x00c", "ab c"),
        ("x" * 500, "x" * 500),
    ],
)
def test_markup_stays_text_and_what_cannot_be_seen_goes(store, typed, kept):
    wrote(store, text=typed)
    assert standing(store)[0].text == kept


@pytest.mark.slow
@given(st.text(max_size=700))
def test_a_cleaned_note_fits_on_one_line_or_is_refused(typed):
    with suppress(UserError):  # refused, as the cases above say
        said = log.cleaned(typed)
        assert 0 < len(said) <= NOTE_TEXT.value
        assert said == " ".join(said.split())
        assert log.cleaned(said) == said


def test_notes_outlive_imports_and_undo_also_on_months_that_vanish(store):
    report = enter(
        store, "locations", {"location_id": "L1", "name": "A", "organisation": "O"}, "CM"
    )
    name = wrote(store, month=date(2031, 1, 1), category="gone")
    undo(store, report.batch, who="t")
    assert [one.name for one in standing(store)] == [name]


def test_a_note_is_plain_data_for_exports(store):
    name = wrote(store)
    row = log.as_row(standing(store)[0])
    assert tuple(row) == log.NOTE_COLUMNS
    assert (row["note"], row["month"], row["changed_at"]) == (name, "2025-05", None)
    with store.write() as db:
        log.change(db, name, "Anders", None, "CM")
    assert log.as_row(standing(store)[0])["changed_at"]
