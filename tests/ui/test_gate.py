"""The gate through which pages go: in turn, a few at a time, and never for ever."""

import threading
import time
from contextlib import suppress

import pytest
from streamlit.runtime.scriptrunner import RerunException, StopException
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

from nami_monitor.ui.app import PageGate

PATIENCE = 20


class Visitors:
    """Threads that go through a gate and wait inside until they are let go."""

    def __init__(self, gate: PageGate) -> None:
        self.gate = gate
        self.inside: list[int] = []
        self.most = 0
        self.begun: list[int] = []
        self.lock = threading.Lock()
        self.threads: list[threading.Thread] = []
        self.go = {number: threading.Event() for number in range(40)}

    def come(self, number: int) -> None:
        """One more visitor, who stands in the row when this returns."""
        before = len(self.gate._waiting) + len(self.gate._running)
        thread = threading.Thread(target=self._stay, args=(number,), daemon=True)
        self.threads.append(thread)
        thread.start()
        until(lambda: len(self.gate._waiting) + len(self.gate._running) > before)

    def _stay(self, number: int) -> None:
        with self.gate.turn():
            with self.lock:
                self.inside.append(number)
                self.begun.append(number)
                self.most = max(self.most, len(self.inside))
            self.go[number].wait(PATIENCE)
            with self.lock:
                self.inside.remove(number)


def until(holds: object) -> None:
    """Wait until something holds."""
    end = time.monotonic() + PATIENCE
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.001)


def test_pages_run_in_turn_and_a_few_at_a_time() -> None:
    visitors = Visitors(PageGate(most=2, long=PATIENCE))
    for number in range(12):
        visitors.come(number)
    until(lambda: sorted(visitors.begun) == [0, 1])
    for number in range(12):
        until(lambda number=number: min(12, number + 2) == len(visitors.begun))
        visitors.go[number].set()
    for thread in visitors.threads:
        thread.join(PATIENCE)
    assert visitors.most == 2
    assert sorted(visitors.begun[:2]) == [0, 1]
    assert visitors.begun[2:] == list(range(2, 12))


@pytest.mark.parametrize(
    "leaves",
    [StopException(), RerunException(RerunData()), ValueError("a bug"), SystemExit(), None],
    ids=lambda one: type(one).__name__,
)
def test_whoever_leaves_in_whatever_way_makes_room(leaves: BaseException | None) -> None:
    gate = PageGate(most=1, long=PATIENCE)
    for _ in range(3):
        with suppress(type(leaves) if leaves else ()), gate.turn():
            if leaves:
                raise leaves
    assert not gate._running
    assert not gate._waiting


def test_a_page_that_never_ends_keeps_nobody_out() -> None:
    visitors = Visitors(PageGate(most=1, long=0.02))
    for number in range(3):
        visitors.come(number)
    until(lambda: visitors.begun == [0, 1, 2])
    for number in range(3):
        visitors.go[number].set()
    for thread in visitors.threads:
        thread.join(PATIENCE)
    assert not visitors.gate._running


def test_one_who_goes_away_while_waiting_leaves_the_row(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = PageGate(most=1, long=PATIENCE)

    class Gone(threading.Event):
        def wait(self, _timeout: float | None = None) -> bool:
            if self.is_set():
                return True
            raise KeyboardInterrupt

    with gate.turn():
        monkeypatch.setattr(threading, "Event", Gone)
        with pytest.raises(KeyboardInterrupt), gate.turn():
            pytest.fail("there was no turn")
        assert not gate._waiting
    with gate.turn():
        assert len(gate._running) == 1
