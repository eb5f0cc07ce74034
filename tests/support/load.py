"""Many who read a database while others write it: threads, processes and pages.

``run`` starts the processes and gives what they saw; each of them is this module.
"""

import json
import os
import subprocess
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from nami_monitor.ingest.book.undo import undo
from nami_monitor.store import Store, lines
from tests.support import acts

ROOT = Path(__file__).parents[2]
PAGES = ("overview", "data")
LINES_IN_A_FILE = 15
"""So every second delivery is a file of its own."""
PAUSE = 1.0
"""Seconds between two looks of a reader or a page: 28 of them leave room for the writers."""
QUESTIONS = (
    "select data_version from meta",
    "select count(*) from kept",
    "select count(*) from orders",
    "select sum(lines)::bigint from by_place",
    "select sum(lines)::bigint from by_product",
    "select count(*) from batches where undone_at is null",
    "select count(*) from batches",
    "select count(*) from code_actions",
    "select count(*) from orders_offered",
    "select sum(lines)::bigint from line_groups",
)
"""Each in a statement of its own; the first two tell states apart."""


def run(path, *, threads, processes, pages, writers, writes):
    """Read a database from all sides while two processes write it; ends with the writes.

    Args:
        path: the database.
        threads: readers in the first writing process.
        processes: other processes that read, besides ``pages``.
        pages: processes that draw a page again and again.
        writers: threads that write, in each of the two writing processes.
        writes: of each writer.

    Returns:
        For each process how often it read and wrote, the states that it saw, its errors, and for
        how many seconds its reads and writes were blocked.
    """
    writing = [start(path, "read_and_write", n, (threads, 0)[n], writers, writes) for n in (0, 1)]
    reading = [start(path, "read_and_write", 2, 1, 0, 0) for _ in range(processes)]
    reading += [start(path, "draw", PAGES[n % len(PAGES)]) for n in range(pages)]
    try:
        answers = [one.communicate()[0] for one in writing]
        (path.parent / "done").touch()
        answers += [one.communicate()[0] for one in reading]
    finally:
        for one in (*writing, *reading):
            one.kill()  # when the caller is interrupted; otherwise they have ended
    return [json.loads(answer.splitlines()[-1]) for answer in answers]


def start(path, *arguments):
    """A process that does a part, see ``main``."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.load", str(path), *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


class Observer:
    """One process of the load."""

    def __init__(self, path):
        self.store = Store(path, wait=300)
        self.done = path.parent / "done"
        self.stopped = threading.Event()
        self.seen = {}
        self.errors = []
        self.reads = self.writes = 0

    def guard(self, work, *arguments):
        """Do some work, and keep its error."""
        try:
            work(*arguments)
        except Exception:  # noqa: BLE001  whoever started the load shows it
            self.errors.append(traceback.format_exc())

    def read(self):
        """Look again and again."""
        version = 0
        while not (self.stopped.is_set() or self.done.exists()):
            with self.store.read() as db:
                state = [db.value(question) for question in QUESTIONS]
            self.seen[str(state)] = state
            self.reads += 1
            if state[0] < version:
                self.errors.append(f"version {state[0]} after {version}")
            version = state[0]
            self.stopped.wait(PAUSE)

    def write(self, folder, place, count):
        """Import, fill in, note, rename and undo, in turn, from the month of one's place on."""
        for k in range(count):
            month = 3 + place * -(-count // 5) + k // 5
            kind = k % 5
            if kind == 0:
                file = folder / f"{month}.csv"
                acts.write_month(file, month, (10, 20)[month % 2])
                batch = acts.bring(self.store, file).batch
            elif kind == 1:
                acts.fill_in(self.store, f"X{month}")
            elif kind == 2:
                acts.note(self.store)
            elif kind == 3:
                acts.rename(self.store, f"Werf {month}")
            elif month % 2:
                undo(self.store, batch, who="t")
            else:
                acts.note(self.store)
            self.writes += 1

    def read_and_write(self, place, readers, writers, writes):
        """Read in some threads while others write, or until the load is over."""
        lines.LINES_IN_A_FILE = LINES_IN_A_FILE
        with ThreadPoolExecutor(readers + writers) as pool:
            for _ in range(readers):
                pool.submit(self.guard, self.read)
            writing = [
                pool.submit(self.guard, self.write, self.done.parent, place * writers + n, writes)
                for n in range(writers)
            ]
            for one in writing:
                one.result()
            if writers:
                self.stopped.set()

    def draw(self, page):
        """Draw a page again and again, as a visitor who changes a filter sees it."""
        os.environ |= {"NAMI_DB": str(self.store.path), "NAMI_HOME": f"{self.done.parent}/home"}
        os.environ["NAMI_CACHE"] = f"{self.done.parent}/cache"
        import streamlit  # noqa: PLC0415  only pages need it

        from nami_monitor.ui import app  # noqa: PLC0415
        from tests.support.app_test import AppTest  # noqa: PLC0415

        streamlit.page_link = lambda *_, **__: None  # of pages beside this one
        visit = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=300)
        visit.session_state[app.LANGUAGE] = "en"
        visit.session_state[app.DATA] = app.OWN
        while not self.done.exists():
            visit.run()
            self.errors += [str(one.value) for one in (*visit.exception, *visit.error)]
            self.reads += 1
            self.stopped.wait(PAUSE)

    def answer(self):
        """What whoever started the load wants to know."""
        blocked = self.store.blocked
        self.store.close()
        return {
            "reads": self.reads,
            "writes": self.writes,
            "seen": list(self.seen.values()),
            "errors": self.errors,
            "blocked": {"reads": list(blocked.reads), "writes": list(blocked.writes)},
        }


def main(path, what, *arguments):
    """Do the part of one process."""
    observer = Observer(Path(path))
    if what == "draw":
        observer.guard(observer.draw, *arguments)
    else:
        observer.guard(observer.read_and_write, *map(int, arguments))
    sys.stdout.write("\n" + json.dumps(observer.answer()))  # Streamlit may have written before


if __name__ == "__main__":
    main(*sys.argv[1:])
