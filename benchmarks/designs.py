"""Does a pilot show what its plan promised, in every design, and do its intervals hold the truth?

Run as ``python benchmarks/designs.py [HISTORIES] [RECORDS]``, after ``calibration.py``: it replaces
the section "Designs of a pilot" of ``docs/calibration.md``. Each history is planned as the product
does, from its own past, and then the pilot happens and is estimated as it was planned. Histories
that are done are kept in the records, so that it can stop any time.
"""

from __future__ import annotations

import itertools
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import calibration_page
import numpy as np
from calibration import ANTICIPATION, PAGE
from drawn import CUT, Cell, draw

from nami_monitor.core.words import Verdict
from nami_monitor.waterbed import Inputs, PilotDesign
from nami_monitor.waterbed.effects import LOST
from nami_monitor.waterbed.estimate import prepare
from nami_monitor.waterbed.planning import judged_plan, trials
from nami_monitor.waterbed.verdicts import quotient, rungs

RECORDS = Path(tempfile.gettempdir()) / "nami-designs.jsonl"
HISTORIES = 1000
BEFORE, CONTROLS = 48, 40
LENGTHS = (6, 12, 18)
WAYS = {
    "step, months alike": (0, False),
    "step, months weighed": (0, True),
    "3 months on, 3 off": (3, True),
}
SITES, GROUPS = (1, 3, 5), (1, 3)
REAL = 0.7
LEAST_HELD, MOST_APART, BEYOND = 0.945, 0.05, 2.5
TITLE = "Designs of a pilot"
COUNTS = ("planned", "promised_net", "net", "promised_waterbed", "waterbed", "held")


def every() -> Iterator[tuple[str, PilotDesign]]:
    """Each design, two-sided and then one-sided, with the name of its way."""
    for sites, groups, way, months, one in itertools.product(
        SITES, GROUPS, WAYS, LENGTHS, (False, True)
    ):
        turn, weighed = WAYS[way]
        yield way, PilotDesign(months, turn, weighed, one_sided=one, sites=sites, groups=groups)


def history(number: int) -> list[list[float]]:
    """What the plan of every design promised in one history, and what then was shown."""
    found = {}
    for sites in SITES:
        rng = np.random.default_rng([number, sites])
        cell = Cell(sites, CONTROLS, BEFORE, LENGTHS[-1], "high", "unequal", shared=True)
        drawn = draw(cell, 1, rng)
        target = drawn.target[0] + rng.poisson(drawn.lost[0])
        channels = np.concatenate(
            [np.stack([target, drawn.substitute[0]])[None], drawn.untouched[0]]
        )
        for groups, (turn, weighed), months in itertools.product(GROUPS, WAYS.values(), LENGTHS):
            design = PilotDesign(months, turn, weighed, sites=sites, groups=groups)
            found |= _one(channels, design, rng)
    return [found[design] for _, design in every()]


def _one(
    channels: np.ndarray, design: PilotDesign, rng: np.random.Generator
) -> dict[PilotDesign, list[float]]:
    """One design, two-sided and one-sided."""
    until = BEFORE + design.months
    own, rest = channels[: design.groups, ..., :until].sum(0), channels[design.groups :]
    rest = rest[..., :until]
    treated = np.arange(own.shape[1]) < design.sites
    past = Inputs(*own[..., :BEFORE], treated, 0, ANTICIPATION, rest[..., :BEFORE])
    switch = design.switch(BEFORE)
    on = np.arange(until) >= BEFORE if switch is None else switch
    lost = rng.binomial(own[0].astype(int), CUT * (treated[:, None] & on))
    inputs = Inputs(
        *(own[0] - lost, own[1] + rng.binomial(lost, REAL)),
        *(treated, BEFORE, ANTICIPATION, rest, switch),
    )
    done = prepare(inputs)
    of, degrees = done.effects(), len(done.starts[0].controls) - LOST
    found, tried = {}, trials(past, design)
    for one_sided in (False, True):
        sided = PilotDesign(
            *(design.months, design.turn, design.weighed, one_sided, design.sites, design.groups)
        )
        promised = judged_plan(tried, past, CUT, sided, REAL)
        reach = sided.reach(degrees)
        _, low, high = quotient(of, reach)
        around = reach * np.sqrt(of.gross_var)
        says = rungs((of.gross - around, of.gross + around), (low, high))
        found[sided] = [
            float(promised.gross_se is not None),
            promised.chance_net_reduction or 0.0,
            float(says[Verdict.NET_REDUCTION_SHOWN]),
            promised.chance_waterbed or 0.0,
            float(says[Verdict.WATERBED_SHOWN]),
            float(low <= REAL <= high),
        ]
    return found


def tally(histories: int, records: Path) -> np.ndarray:
    """Sums over the histories, ``(designs, COUNTS)``; those in the records are not run again."""
    lines = records.read_text("utf-8").splitlines() if records.exists() else []
    known = {each["history"]: each["designs"] for each in map(json.loads, lines)}
    for number in range(histories):
        if number not in known:
            known[number] = history(number)
            with records.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"history": number, "designs": known[number]}) + "\n")
    return np.array([known[number] for number in range(histories)]).sum(0)


def section(sums: np.ndarray, histories: int) -> list[str]:
    """The lines of the section of the page."""
    shares = sums / histories
    rows, failing = [], Counter()
    for (way, design), found in zip(every(), shares, strict=True):
        one = dict(zip(COUNTS, found, strict=True))
        nominal = LEAST_HELD - 0.05 if design.one_sided else LEAST_HELD
        error = np.sqrt(one["held"] * (1 - one["held"]) / histories)
        short = one["held"] < nominal - BEYOND * error
        apart = max(
            abs(one["promised_net"] - one["net"]),
            abs(one["promised_waterbed"] - one["waterbed"]),
        )
        failing.update(held=int(short), apart=int(apart > MOST_APART))
        what = f"{design.sites} | {design.groups} | {way} | {design.months}"
        sides = "one" if design.one_sided else "two"
        numbers = " | ".join(f"{one[name]:.3f}" for name in COUNTS[1:])
        fails = " and ".join(
            name for name, off in (("held", short), ("apart", apart > MOST_APART)) if off
        )
        rows.append(f"| {what} | {sides} | {numbers} | {fails} |")
    head = (
        f"{histories:,} histories of {BEFORE} months with {CONTROLS} locations to compare with,"
        f" high volume, unequal sizes, shared shocks. {CUT:.0%} of the target goes away, and"
        f" {REAL:.0%} of that comes back. Of each design the plan **promised**, from trial starts"
        " in the history, how often a net reduction and a waterbed would be **shown**; then the"
        " pilot happened and was estimated as planned. **Held**: the interval of the quotient"
        f" holds the truth; asked is {LEAST_HELD} of a two-sided one, {LEAST_HELD - 0.05:.3f} of"
        " both limits of a one-sided one together, each with its own chance to be wrong; a row"
        f" fails below that by more than {BEYOND} standard errors. It also fails where promised"
        f" and shown lie more than {MOST_APART} apart. {failing['held']} of {len(rows)} rows fail"
        f" for what is held, {failing['apart']} for what was promised."
    )
    table = [
        (
            "| locations | product groups | way | months | sides | net: promised | shown"
            " | waterbed: promised | shown | held | fails |"
        ),
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    return [head, "", *table, *rows]


def main(histories: int = HISTORIES, records: Path = RECORDS) -> None:
    """Run, and write the section."""
    part = section(tally(histories, records), histories)
    page = calibration_page.with_sections(PAGE.read_text("utf-8"), {TITLE: part})
    PAGE.write_text(page, "utf-8")
    print("\n".join(part))


if __name__ == "__main__":
    asked = sys.argv[1:]
    main(*[int(asked[0])] if asked else [], *map(Path, asked[1:]))
