"""Jobs: work that a visitor started, which runs to its end whether or not anybody waits for it.

A job is a plain thread and knows nothing of Streamlit: neither leaving the page nor closing the
browser stops it. What came of it is kept for the browser that started it until it is dismissed.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Final

from nami_monitor.access.roles import Role
from nami_monitor.core.errors import DatabaseHeldError, UserError
from nami_monitor.store import Store
from nami_monitor.ui.session import Session, told_to_operator

Sentence = Callable[[Session], str]
"""A sentence in the language in which it is read, which may not be that of its job's start."""


def said(key: str, **values: object) -> Sentence:
    """A text of the catalogue, in the language in which it is read."""
    return lambda session: session.t(key, **values)


KEPT: Final = 60
"""How many jobs are kept of one browser; the oldest that have ended go first."""

BROWSERS: Final = 500
"""Of how many browsers jobs are kept; those that have waited longest go first."""

_NUMBERS = count(1)


@dataclass(frozen=True)
class Outcome:
    """What came of a job.

    Args:
        says: tells it; None where the page shows it by itself.
        good: whether the work was done; False when it was refused.
        batches: deliveries that were booked and can be undone beside the sentence.
        undone: deliveries that were undone.
        kept: earlier states of the database that still hold what was undone.
        value: a result for the page on which the job was started.
    """

    says: Sentence | None = None
    good: bool = True
    batches: tuple[int, ...] = ()
    undone: tuple[int, ...] = ()
    kept: tuple[Path, ...] = ()
    value: object = None


@dataclass(eq=False)
class Job:
    """Work in the background, how far it is, and what came of it.

    Args:
        name: the button that started it; of one name only one runs at a time.
        store: the database that it changes.
        who: role or initials of the person who started it.
        says: tells what it is doing.
        work: the work; it is called with the job, so that it can tell how far it is, and it may
            not call Streamlit.
        about: names what it is about, before the sentence of an error.
        needs: the role that it takes.
        number: tells it from every other job of this server.
        done: how many parts of the work are done.
        total: how many parts there are; 0 where that is not known.
        dismissed: whether its outcome need not be told any longer.
        outcome: what came of it, unless it failed.
        error: why it failed.
        ended: set once it has ended.
    """

    name: str
    store: Store
    who: str
    says: Sentence
    work: Callable[[Job], Outcome] | None
    about: str = ""
    needs: Role = Role.WRITE
    number: int = field(default_factory=lambda: next(_NUMBERS))
    done: int = 0
    total: int = 0
    dismissed: bool = False
    outcome: Outcome | None = None
    error: Exception | None = None
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return not self.ended.is_set()

    @property
    def shown(self) -> bool:
        """Whether there is something to tell: it runs, or has an outcome that was not dismissed."""
        silent = self.outcome is not None and self.outcome.says is None
        return self.running or not (self.dismissed or silent)

    def dismiss(self) -> None:
        """Tell its outcome no longer."""
        self.dismissed = True

    def run(self) -> None:
        """Do the work and keep what came of it; errors too, which nobody else would see."""
        work = self.work
        try:
            self.outcome = work(self) if work else Outcome()
        except Exception as error:
            if isinstance(error, UserError):
                told_to_operator(error)
            else:
                logging.getLogger(__name__).exception("job %s failed", self.name)
            self.error = error
        if not isinstance(self.error, DatabaseHeldError):  # such a job can be tried again
            self.work = None  # with the work go the uploaded files that it held on to
        del work
        self.ended.set()


class Jobs:
    """The jobs of every browser. All methods may be called by any thread."""

    def __init__(self) -> None:
        self.changed: Callable[[Store], None] = lambda _: None
        """Told of a database when a job changed its data."""
        self._lock = threading.Lock()
        self._by_browser: dict[str, list[Job]] = {}

    def start(self, browser: str, job: Job) -> Job:
        """Run a job in a thread of its own, unless one of its name runs already.

        An earlier outcome under its name is told no longer.

        Returns:
            The job that runs: the given one, or the one that was running.
        """
        with self._lock:
            jobs = self._by_browser.pop(browser, [])
            self._by_browser[browser] = jobs  # the browser that was heard of last stands last
            for other in jobs:
                if other.name == job.name and other.running:
                    return other
            self._add(jobs, job)
        # Threads of a page's script are daemons, and so would be theirs: a server that is stopped
        # waits for what was started.
        threading.Thread(
            target=self._run, args=(job,), name=f"job {job.name}", daemon=False
        ).start()
        return job

    def tell(self, browser: str, job: Job) -> None:
        """Keep a job that needs no thread, and end it here."""
        job.run()
        with self._lock:
            self._add(self._by_browser.setdefault(browser, []), job)

    def of(self, browser: str) -> tuple[Job, ...]:
        """The jobs of a browser, the latest first, those that were dismissed too."""
        with self._lock:
            return tuple(reversed(self._by_browser.get(browser, ())))

    def shown(self, browser: str) -> tuple[Job, ...]:
        """The jobs of which there is something to tell; what was undone since is told no longer."""
        jobs = self.of(browser)
        undone = {
            (job.store.path, batch) for job in jobs if job.outcome for batch in job.outcome.undone
        }
        return tuple(
            job
            for job in jobs
            if job.shown
            and not (
                job.outcome
                and undone.intersection((job.store.path, batch) for batch in job.outcome.batches)
            )
        )

    def _run(self, job: Job) -> None:
        job.run()
        if job.outcome and (job.outcome.batches or job.outcome.undone):
            self.changed(job.store)

    def _add(self, jobs: list[Job], job: Job) -> None:
        """Keep a job instead of the outcome under its name; forget what is one too many."""
        for other in jobs:
            if other.name == job.name:
                other.dismiss()
        jobs.append(job)
        ended = [other for other in jobs if not other.running]
        for other in ended[: max(0, len(jobs) - KEPT)]:
            jobs.remove(other)
        for browser in list(self._by_browser)[: max(0, len(self._by_browser) - BROWSERS)]:
            if not any(job.running for job in self._by_browser[browser]):
                del self._by_browser[browser]


JOBS: Final = Jobs()
"""The jobs of this server."""
