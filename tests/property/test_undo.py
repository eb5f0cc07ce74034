"""Undoing leaves the database as if the batch had never come."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from nami_monitor.ingest.book.undo import undo
from nami_monitor.store import lines
from tests.property.importing import START, Database, File, histories
from tests.support.slow import examples

MERGES = st.sampled_from([None, ("B", "A"), ("A", "C")])
QUICK = {"phases": [Phase.explicit, Phase.generate], "report_multiple_bugs": False}


def play(folder, name, files, without=()):
    """A database into which the files were imported in order, but for some of them."""
    made = Database(folder, name)
    for number, file in enumerate(files):
        if number in without:
            made.batches.append(None)
        else:
            made.offer(file)
    return made


def check_undo(files, data, merged, in_a_file=lines.LINES_IN_A_FILE):
    """Undo one or two batches, and compare with a database that never had them."""
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "LINES_IN_A_FILE", in_a_file)
        folder = Path(name)
        whole = play(folder, "whole", files)
        booked = [n for n, batch in enumerate(whole.batches) if batch is not None]
        drawn = data.draw(st.lists(st.sampled_from(booked), min_size=1, max_size=2, unique=True))
        gone = [n for n in drawn if files[n].mends not in drawn]
        mended = {n for n, file in enumerate(files) if file.mends in gone}
        unbooked = set(range(len(files))) - set(booked)
        bare = play(folder, "bare", files, without={*gone, *mended, *unbooked})
        for made in (whole, bare):
            if merged:
                made.merge(*merged)
        for number in gone:
            undo(whole.store, whole.batches[number], who="t")
        said, expected = whole.says(), bare.says()
        whole.store.close()
        bare.store.close()
        for table, rows in expected.items():
            assert said[table] == rows, table


@pytest.mark.slow
@settings(max_examples=examples(3), **QUICK)
@given(histories, st.data(), MERGES, st.sampled_from([1, 3, lines.LINES_IN_A_FILE]))
def test_undo_equals_a_history_without_the_batch(files, data, merged, in_a_file):
    check_undo(files, data, merged, in_a_file)


@pytest.mark.slow
def test_a_merge_into_a_code_that_is_gone_waits(tmp_path):
    made = play(tmp_path, "merge", START)
    made.offer(File("orders", ("2024-01-05;C;ink;;;desk;1;5",), create=("location_id",)))
    made.merge("A", "C")
    assert {place for (place,) in made.rows("select location_id from locations")} == {"B", "C"}
    undo(made.store, made.batches[-1], who="t")
    assert {place for (place,) in made.rows("select location_id from locations")} == {"A", "B"}
    made.store.close()
