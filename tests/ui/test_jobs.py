"""Jobs: they run to their end, once at a time, and what came of them waits."""

import gc
import threading
from pathlib import Path

import pytest

from nami_monitor.core.errors import DatabaseHeldError, UserError
from nami_monitor.store import Store
from nami_monitor.ui import session as session_module
from nami_monitor.ui.jobs import KEPT, Job, Jobs, Outcome
from nami_monitor.ui.pages.data.session_files import OfferedFile, TemporaryFolder
from nami_monitor.ui.session import Session


@pytest.fixture
def store(tmp_path):
    found = Store(tmp_path / "own.duckdb")
    yield found
    found.close()


def job(store, work, name="book"):
    return Job(name, store, "cm", lambda _: "bezig", work)


def ended(started):
    assert started.ended.wait(60)
    return started


def say(words):
    return Outcome(lambda _: words)


def told(jobs, store, browser="b"):
    session = Session("nl", store, demo=False, who="cm")
    return [one.outcome.says(session) for one in jobs.shown(browser)]


def test_a_job_runs_to_its_end_after_the_thread_that_started_it_has_gone(store):
    jobs, gate, started = Jobs(), threading.Event(), []

    def work(_):
        gate.wait(60)
        return say("klaar")

    page = threading.Thread(target=lambda: started.append(jobs.start("b", job(store, work))))
    page.start()
    page.join()
    (running,) = jobs.shown("b")
    assert running.running
    gate.set()
    ended(started[0])
    assert told(jobs, store) == ["klaar"]
    assert jobs.shown("another browser") == ()


@pytest.mark.parametrize(
    ("error", "logged"),
    [
        (UserError("store.full", path="own.duckdb"), 1),
        (UserError("import.no_file", file="a.csv"), 0),
        (DatabaseHeldError("own.duckdb", what="import", who="cm", since="-", pid=1), 0),
    ],
)
def test_what_a_visitor_cannot_mend_stands_in_the_log_once(store, caplog, error, logged):
    def work(_):
        raise error

    session_module._SAID.clear()
    for _ in range(2):
        failed = ended(Jobs().start("b", job(store, work)))
        Session("nl", store, demo=False, who="cm").sentence(failed.error)
    said = session_module.sentence(error, "en")
    assert [one.getMessage() for one in caplog.records] == [said] * logged


def test_its_thread_keeps_a_server_that_is_stopped_from_going_before_it(store):
    kinds = []
    work = lambda _: kinds.append(threading.current_thread().daemon) or Outcome()  # noqa: E731
    jobs = Jobs()
    script = threading.Thread(target=lambda: jobs.start("b", job(store, work)), daemon=True)
    script.start()
    script.join()
    ended(jobs.of("b")[0])
    assert kinds == [False]


def test_of_one_name_only_one_runs_at_a_time(store):
    jobs, gate, runs = Jobs(), threading.Event(), []

    def work(_):
        runs.append(1)
        gate.wait(60)
        return say("geboekt")

    first = jobs.start("b", job(store, work))
    assert jobs.start("b", job(store, work)) is first
    other = jobs.start("b", job(store, work, "another"))
    gate.set()
    ended(first)
    ended(other)
    assert len(runs) == 2
    assert jobs.start("b", job(store, work)) is not first


def test_a_new_start_takes_the_place_of_the_earlier_outcome(store):
    jobs = Jobs()

    def refused(_):
        raise UserError("entry.who")

    ended(jobs.start("b", job(store, refused)))
    assert jobs.shown("b")[0].error.key == "entry.who"
    ended(jobs.start("b", job(store, lambda _: say("geboekt"))))
    assert told(jobs, store) == ["geboekt"]


def test_an_outcome_waits_until_it_is_dismissed(store):
    jobs = Jobs()
    for name in ("a", "b"):
        ended(jobs.start("b", job(store, lambda _: say("geboekt"), name)))
    latest, earlier = jobs.shown("b")
    latest.dismiss()
    assert jobs.shown("b") == (earlier,)
    assert jobs.of("b") == (latest, earlier)


def test_what_was_undone_is_told_no_longer(store):
    jobs = Jobs()
    booked = Outcome(lambda _: "geboekt", batches=(3,))
    ended(jobs.start("b", job(store, lambda _: booked, "book")))
    ended(jobs.start("b", job(store, lambda _: Outcome(lambda _: "weg", undone=(4,)), "undo 4")))
    assert told(jobs, store) == ["weg", "geboekt"]
    ended(jobs.start("b", job(store, lambda _: Outcome(lambda _: "weg", undone=(3,)), "undo 3")))
    assert told(jobs, store) == ["weg", "weg"]


def test_an_error_in_the_monitor_is_kept_and_logged(store, caplog):
    jobs = Jobs()

    def broken(_):
        raise ZeroDivisionError

    failed = ended(jobs.start("b", job(store, broken)))
    assert isinstance(failed.error, ZeroDivisionError)
    assert jobs.shown("b") == (failed,)
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.slow
def test_uploaded_files_stay_until_the_job_with_them_has_ended(store):
    folder = TemporaryFolder()
    path: Path = folder.path / "a.csv"
    path.write_text("1", "utf-8")
    offered = OfferedFile("a.csv", "a", path, 1, folder)
    gate, read = threading.Event(), []

    def work(offer):
        gate.wait(60)
        read.append(offer.path.read_text("utf-8"))
        return Outcome()

    jobs = Jobs()
    running = jobs.start("b", job(store, lambda _, offer=offered: work(offer)))
    del offered, folder  # the session has gone
    gc.collect()
    assert path.exists()
    gate.set()
    ended(running)
    assert read == ["1"]
    gc.collect()
    assert not path.exists()


def test_a_job_that_could_not_get_at_the_database_keeps_its_work_to_be_tried_again(store):
    jobs, held = Jobs(), [True]

    def work(_):
        if held.pop() if held else False:
            raise DatabaseHeldError("own.duckdb", what="import", who="ab", since="9:00", pid=1)
        return say("geboekt")

    failed = ended(jobs.start("b", job(store, work)))
    assert failed.error.key == "store.held.import"
    ended(jobs.start("b", job(store, failed.work)))
    assert told(jobs, store) == ["geboekt"]


def test_what_is_kept_of_a_browser_has_an_end(store):
    jobs = Jobs()
    for number in range(KEPT + 5):
        ended(jobs.start("b", job(store, lambda _: say("geboekt"), str(number))))
    assert len(jobs.of("b")) <= KEPT + 1
    assert jobs.of("b")[0].name == str(KEPT + 4)
