"""Does the waterbed's interval hold the truth as often as it says? And that of the usual ways?

Run as ``python benchmarks/calibration.py [RUNS] [SECONDS]``. Each cell that is done is appended to
``benchmarks/calibration.jsonl`` and not done again; ``docs/calibration.md`` is written anew from
that file. Cells come in the order main effects, corners, the rest, so that it can stop any time.
"""

from __future__ import annotations

import itertools
import json
import sys
import time
import zlib
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import calibration_page
import numpy as np
from drawn import LEVELS, SPREAD, Cell, Drawn, draw, leaked
from usual import before_after, did

from nami_monitor.core.thresholds import UNTOUCHED_VOLUME
from nami_monitor.core.words import Verdict
from nami_monitor.waterbed.analysis import Panel, analyse
from nami_monitor.waterbed.cautions import peak_before, still_falling
from nami_monitor.waterbed.contamination import touched
from nami_monitor.waterbed.effects import LOST, Effects, effects
from nami_monitor.waterbed.fieller import critical, net, quotient
from nami_monitor.waterbed.groups import times
from nami_monitor.waterbed.series import Window
from nami_monitor.waterbed.verdicts import rungs

RESULTS = Path(__file__).with_suffix(".jsonl")
RUNS = 2000
BATCH = 100
QUOTIENTS = (0.0, 0.3, 0.7, 1.0)
MIDDLE = Cell(1, 20, 24, 12, "high", "unequal", shared=True)
TREATED = (1, 3, 0)
"""How many locations are treated; 0 is as many as there are controls."""
CONTROLS = (10, 20, 40)
MONTHS = ((18, 6), (24, 12), (36, 12))
BROKEN = (
    replace(MIDDLE, breaks="controls"),
    replace(MIDDLE, breaks="untouched"),
    replace(MIDDLE, breaks="ramp"),
    replace(MIDDLE, breaks="ramp", before=18, after=6),
    replace(MIDDLE, breaks="peak"),
)


def cells() -> list[Cell]:
    """All crossings: those that differ from the middle in one thing first, then corners."""
    every = [
        Cell(treated or controls, controls, *months, volume, sizes, shared)
        for treated, controls, months, volume, sizes, shared in itertools.product(
            TREATED, CONTROLS, MONTHS, LEVELS, SPREAD, (True, False)
        )
    ]
    return [*sorted(every, key=_turn), *BROKEN]


def _turn(cell: Cell) -> tuple[int, int]:
    """Main effects, corners, the rest."""
    half = cell.treated == cell.controls
    middle = (MIDDLE.treated, MIDDLE.controls, MIDDLE.before, MIDDLE.volume)
    mine = (cell.treated, cell.controls, cell.before, cell.volume)
    apart = sum(one != other for one, other in zip(mine, middle, strict=True))
    apart += (cell.sizes != MIDDLE.sizes) + (cell.shared != MIDDLE.shared)
    apart -= half and cell.controls != MIDDLE.controls
    corner = cell.controls != MIDDLE.controls and cell.before != MIDDLE.before and cell.treated != 3
    if apart <= 1:
        return 0, apart
    return (1, 0) if corner else (2, 0)


def seed(cell: Cell) -> int:
    """A number that belongs to the cell."""
    return zlib.crc32(json.dumps(asdict(cell), sort_keys=True).encode())


def run(cell: Cell, runs: int) -> list[dict[str, object]]:
    """One record for each quotient: how often each way was right."""
    rng = np.random.default_rng(seed(cell))
    tallies: dict[float, dict[str, int]] = {q: {} for q in QUOTIENTS}
    done = 0
    while done < runs:
        size = min(BATCH, runs - done)
        panels = draw(cell, size, rng)
        for q in QUOTIENTS:
            for name, marks in _scores(cell, leaked(cell, panels, q, rng), q):
                tallies[q][name] = tallies[q].get(name, 0) + int(marks.sum())
        done += size
    return [{**asdict(cell), "quotient": q, "runs": runs, **tallies[q]} for q in QUOTIENTS]


def _scores(cell: Cell, drawn: Drawn, q: float) -> Iterator[tuple[str, np.ndarray]]:
    """Per way of looking: does the interval hold the truth, is something false claimed."""
    window = Window.at(cell.before, cell.before + cell.after, 1)
    used = _used(cell, drawn, window)
    panel = Panel(drawn.target, drawn.substitute, cell.treated, drawn.untouched, used)
    found = analyse(panel, window)
    reach = critical(cell.controls - LOST)
    truth = -drawn.full[..., cell.before :].mean(-1).sum(-1)
    ours = effects([found.ready])
    yield from _score("waterbed", ours, reach, q, truth)
    yield from _score("plain", effects([found.plain]), reach, q, truth)
    arrays = drawn.target, drawn.substitute, cell.treated, cell.before
    months = cell.before + cell.after
    yield from _score("before_after", before_after(*arrays), critical(months - 2), q, truth)
    locations = cell.treated + cell.controls
    yield from _score("did", did(*arrays), critical(locations - 1), q, truth)
    yield "untouched_touched", used.sum(-1) < drawn.untouched.shape[1]
    yield "peak_before", peak_before(panel, window) > reach
    yield "ramp", still_falling(panel, window, found) > reach


def _used(cell: Cell, drawn: Drawn, window: Window) -> np.ndarray:
    """The untouched groups that the product would use, 1 or 0: ``(runs, groups)``."""
    every = np.ones(drawn.untouched.shape[:2])
    kept = every - touched(drawn.untouched, every, cell.treated, window)
    beside = drawn.untouched * kept[..., None, None, None]
    large = times(beside, drawn.target, drawn.substitute, window.pre) >= UNTOUCHED_VOLUME.value
    return kept * large[:, None]


def _score(
    way: str, of: Effects, reach: float, q: float, truth: np.ndarray
) -> Iterator[tuple[str, np.ndarray]]:
    _, low, high = quotient(of, reach)
    yield f"{way}_held", (low <= q) & (q <= high)
    around = reach * np.sqrt(of.gross_var)
    yield f"{way}_gross_held", np.abs(of.gross - truth) <= around
    value, variance = net(of)
    yield f"{way}_net_held", np.abs(value - (1 - q) * truth) <= reach * np.sqrt(variance)
    says = rungs((of.gross - around, of.gross + around), (low, high))
    yield f"{way}_waterbed", says[Verdict.WATERBED_SHOWN]
    yield f"{way}_net_reduction", says[Verdict.NET_REDUCTION_SHOWN]
    yield f"{way}_backfire", says[Verdict.BACKFIRE_SHOWN]


def done() -> list[dict[str, object]]:
    """The records that there are."""
    if not RESULTS.exists():
        return []
    return [json.loads(line) for line in RESULTS.read_text("utf-8").splitlines()]


def main(runs: int, seconds: float) -> None:
    """Do what is not done yet, as far as the time goes; write the page."""
    begun = time.monotonic()
    fields = list(asdict(MIDDLE))
    known = {tuple(record[field] for field in fields) for record in done()}
    todo = [cell for cell in cells() if tuple(asdict(cell).values()) not in known]
    for cell in todo:
        if time.monotonic() - begun > seconds:
            break
        lines = [json.dumps(record) for record in run(cell, runs)]
        with RESULTS.open("a", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    page = Path(__file__).parents[1] / "docs" / "calibration.md"
    page.write_text(calibration_page.page(done(), 4 * len(cells())), encoding="utf-8")


if __name__ == "__main__":
    main(
        int(sys.argv[1]) if len(sys.argv) > 1 else RUNS,
        float(sys.argv[2]) if len(sys.argv) > 2 else np.inf,
    )
