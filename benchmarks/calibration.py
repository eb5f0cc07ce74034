"""Does the waterbed's interval hold the truth as often as it says? And that of the usual ways?

Run as ``python benchmarks/calibration.py``. Each cell is run in parts; a part that is done is
appended to the records and not done again. A study writes its own sections of
``docs/calibration.md`` anew from them and leaves the others as they are. Cells come in the order
main effects, corners, the rest, and every cell has its first part before any has its second, so
that it can stop any time.
"""

from __future__ import annotations

import argparse
import itertools
import json
import tempfile
import time
import zlib
from collections.abc import Iterator
from dataclasses import asdict, fields, replace
from pathlib import Path

import calibration_page
import numpy as np
from drawn import LEVELS, SPREAD, Cell, Drawn, draw, leaked, neighbours
from usual import before_after, did

from nami_monitor.core.thresholds import UNTOUCHED_VOLUME
from nami_monitor.core.words import Verdict
from nami_monitor.waterbed.effects import LOST, Effects, analyse, effects
from nami_monitor.waterbed.estimate import prepare, step
from nami_monitor.waterbed.inputs import Inputs
from nami_monitor.waterbed.panel import GroupAmounts, Panel, PrePost, means
from nami_monitor.waterbed.screen import relative_volume, touched
from nami_monitor.waterbed.sensitivity import peak_before, still_falling
from nami_monitor.waterbed.verdicts import critical, net, quotient, rungs

RECORDS = Path(tempfile.gettempdir()) / "nami-calibration.jsonl"
PAGE = Path(__file__).parents[1] / "docs" / "calibration.md"
PARTS = 4
RUNS = 500
"""Panels of a cell in each part."""
BATCH = 100
QUOTIENTS = (0.0, 0.3, 0.7, 1.0)
ANTICIPATION = 1
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
ALONE = tuple(
    Cell(5, 0, *months, "high", "unequal", shared=True, lasting=lasting)
    for months, lasting in itertools.product(MONTHS[1:], (0.0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9))
)
"""Rolled out everywhere at once: nothing to compare with."""
FLOORS = tuple(
    Cell(*places, *months, level, "unequal", shared=True)
    for months, places in itertools.product(MONTHS[1::-1], ((25, 40), (100, 100), (3, 20), (1, 20)))
    for level in (0.5, 1.0, 2.0, 5.0, 10.0)
)
"""Orders so rare that the product may say nothing."""


def cells() -> list[Cell]:
    """All crossings: those that differ from the middle in one thing first, then corners."""
    every = [
        Cell(treated or controls, controls, *months, volume, sizes, shared)
        for treated, controls, months, volume, sizes, shared in itertools.product(
            TREATED, CONTROLS, MONTHS, LEVELS, SPREAD, (True, False)
        )
    ]
    every.sort(key=_turn)
    main = [cell for cell in every if _turn(cell)[0] == 0]
    return [*main, *BROKEN, *every[len(main) :]]


STUDIES = {"panels": cells, "alone": lambda: ALONE, "floors": lambda: FLOORS}
"""The cells of each study; it writes the sections of the page that it is about."""


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


def run(cell: Cell, runs: int, part: int = 0) -> list[dict[str, object]]:
    """One record for each quotient: how often each way was right.

    Args:
        cell: what is drawn.
        runs: how many panels.
        part: gives the seed, together with the cell.
    """
    rng = np.random.default_rng([zlib.crc32(json.dumps(_seeding(cell)).encode()), part])
    tallies: dict[str, np.ndarray] = {}
    for begun in range(0, runs, BATCH):
        size = min(BATCH, runs - begun)
        rare = not isinstance(cell.volume, str)
        drawn = draw(cell, size, rng, 0) if rare or not cell.controls else draw(cell, size, rng)
        for name, marks in (_rare if rare else _scores)(cell, drawn, rng):
            every = np.broadcast_to(marks, (len(QUOTIENTS), size)).sum(-1)
            tallies[name] = tallies.get(name, 0) + every
    return [
        {**asdict(cell), "quotient": q, "part": part, "runs": runs}
        | {name: int(counts[at]) for name, counts in tallies.items()}
        for at, q in enumerate(QUOTIENTS)
    ]


def _seeding(cell: Cell) -> dict[str, object]:
    """What the draws of a cell hang on; the usual correlation was no part of it at first."""
    named = asdict(cell)
    if cell.lasting == MIDDLE.lasting:
        del named["lasting"]
    return named


def _rare(cell: Cell, drawn: Drawn, rng: np.random.Generator) -> Iterator[tuple[str, np.ndarray]]:
    """Whether the product estimates a panel, and then whether its intervals hold the truth."""
    substitute, _ = leaked(cell, drawn, QUOTIENTS, rng)
    marks = np.zeros((5, *substitute.shape[:2]), bool)
    treated = np.arange(drawn.target.shape[1]) < cell.treated
    for at, q in enumerate(QUOTIENTS):
        for which, target in enumerate(drawn.target):
            inputs = Inputs(target, substitute[at, which], treated, cell.before, ANTICIPATION)
            found = prepare(inputs)
            if not found.analyses:
                continue
            own = np.concatenate([start.treated for start in found.starts])
            truth = -drawn.full[which, own, cell.before :].mean(-1).sum()
            of, reach = found.effects(), found.reach
            around = reach * np.sqrt(of.gross_var)
            _, low, high = quotient(of, reach)
            value, variance = net(of)
            marks[:, at, which] = (
                True,
                abs(of.gross - truth) <= around,
                abs(value - (1 - q) * truth) <= reach * np.sqrt(variance),
                low <= q <= high,
                of.gross + around < 0 < low,
            )
    names = ("estimated", "gross_held", "net_held", "quotient_held", "waterbed")
    yield from zip(names, marks, strict=True)


def _scores(cell: Cell, drawn: Drawn, rng: np.random.Generator) -> Iterator[tuple[str, np.ndarray]]:
    """Per way of looking: does the interval hold the truth, is something false claimed.

    Marks are ``(quotients, runs)``, or ``(runs,)`` where the quotient does not matter.
    """
    substitute, untouched = leaked(cell, drawn, QUOTIENTS, rng)
    truth = -drawn.full[..., cell.before :].mean(-1).sum(-1)
    if not cell.controls:
        yield from _alone(cell, drawn.target, substitute, truth)
        return
    window = PrePost.at(cell.before, cell.before + cell.after, ANTICIPATION)
    used = _used(untouched, drawn, cell.treated, window)
    groups = GroupAmounts(untouched)
    panel = Panel(drawn.target, substitute, cell.treated, window, groups, used)
    found = analyse(panel)
    reach = critical(cell.controls - LOST)
    yield from _score("waterbed", effects([found.channels]), reach, truth)
    yield from _score("plain", effects([found.unadjusted]), reach, truth)
    if cell.treated > 1:
        stacked = effects([found.channels], common_quotient=True)
        yield from _score("stacked", stacked, reach, truth)
    arrays = drawn.target, substitute, cell.treated, cell.before
    months = cell.before + cell.after
    yield from _score("before_after", before_after(*arrays), critical(months - 2), truth)
    locations = cell.treated + cell.controls
    yield from _score("did", did(*arrays), critical(locations - 1), truth)
    yield "untouched_touched", used.sum(-1) < untouched.shape[-4]
    yield "peak_before", peak_before(panel) > reach
    yield "ramp", still_falling(found) > reach
    if cell.breaks == "controls":
        yield "neighbours", _neighbours(cell, panel, untouched)


def _alone(
    cell: Cell, target: np.ndarray, substitute: np.ndarray, truth: np.ndarray
) -> Iterator[tuple[str, np.ndarray]]:
    """The same of an interrupted time series on the totals of all locations."""
    totals = np.stack(np.broadcast_arrays(target.sum(1), substitute.sum(2)), 2)
    steps = [
        step(each, cell.before, ANTICIPATION) for each in totals.reshape(-1, *totals.shape[2:])
    ]
    shape = totals.shape[:2]
    parts = (
        np.reshape([getattr(one.effects, field.name) for one in steps], shape)
        for field in fields(Effects)
    )
    reach = np.reshape([critical(one.degrees) for one in steps], shape)
    yield from _score("waterbed", Effects(*parts), reach, truth)
    of = before_after(target, substitute, cell.treated, cell.before)
    yield from _score("before_after", of, critical(cell.before + cell.after - 2), truth)


def _used(untouched: np.ndarray, drawn: Drawn, treated: int, window: PrePost) -> np.ndarray:
    """The untouched groups that the product would use, 1 or 0: ``(..., groups)``."""
    every = np.ones(untouched.shape[:-3])
    ends = means(untouched, window)
    kept = every - touched(ends, every, treated, window)
    seen = relative_volume(ends[0], kept, drawn.target, drawn.substitute, window.pre)
    large = seen >= UNTOUCHED_VOLUME.value
    return kept * large[..., None]


def _neighbours(cell: Cell, panel: Panel, untouched: np.ndarray) -> np.ndarray:
    """Whether the product shows that neighbours rose, compared with the other controls."""
    near = neighbours(cell)
    arrays = panel.target, panel.substitute, untouched
    a, b, others = (each[..., cell.treated :, :] for each in arrays)
    found = analyse(Panel(a, b, near, panel.window, GroupAmounts(others), panel.used))
    value, variance = net(effects([found.channels]))
    return value > critical(cell.controls - near - LOST) * np.sqrt(variance)


def _score(
    way: str, of: Effects, reach: float | np.ndarray, truth: np.ndarray
) -> Iterator[tuple[str, np.ndarray]]:
    q = np.reshape(QUOTIENTS, (-1, 1))
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


def done(records: Path) -> list[dict[str, object]]:
    """The records that there are."""
    if not records.exists():
        return []
    return [json.loads(line) for line in records.read_text("utf-8").splitlines()]


def study(records: Path, seconds: float, name: str = "panels", parts: int = PARTS) -> None:
    """Do what is not done yet of a study, as far as the time goes."""
    begun = time.monotonic()
    names = (*asdict(MIDDLE), "part")
    known = {tuple(record.get(name) for name in names) for record in done(records)}
    for part, cell in itertools.product(range(parts), STUDIES[name]()):
        if (*asdict(cell).values(), part) in known:
            continue
        if time.monotonic() - begun > seconds:
            return
        lines = [json.dumps(record) + "\n" for record in run(cell, RUNS, part)]
        with records.open("a", encoding="utf-8") as file:
            file.write("".join(lines))


def main() -> None:
    """Run what is asked and write the page."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--records", type=Path, default=RECORDS, help=f"default {RECORDS}")
    asked.add_argument("--seconds", type=float, default=np.inf, help="start no part after these")
    asked.add_argument("--study", choices=tuple(STUDIES), default="panels", help="default panels")
    asked.add_argument("--parts", type=int, default=PARTS, help=f"default {PARTS}")
    given = asked.parse_args()
    study(given.records, given.seconds, given.study, given.parts)
    names = tuple(asdict(MIDDLE))
    planned = {tuple(asdict(cell).values()) for cell in STUDIES[given.study]()}
    own = [one for one in done(given.records) if tuple(one.get(n) for n in names) in planned]
    sections = calibration_page.sections(given.study, own, len(QUOTIENTS) * len(planned))
    before = PAGE.read_text("utf-8") if PAGE.exists() else ""
    PAGE.write_text(calibration_page.with_sections(before, sections), encoding="utf-8")


if __name__ == "__main__":
    main()
