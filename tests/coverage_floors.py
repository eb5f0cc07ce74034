"""Hold the coverage of each room of nami_monitor, branches included, to its floor.

Usage, after ``NAMI_COVERAGE=FOLDER python -m pytest -p tests.support.covered``::

    python -m tests.coverage_floors FOLDER

All tests but those marked ``browser`` or ``real`` hold the floors. Processes that tests start
(commands, the child that reads spreadsheets) do not count.
"""

import json
import sys
from collections import Counter
from functools import reduce
from pathlib import Path

from slipcover import merge_coverage

FLOORS = {
    "access": 100.0,
    "briefing": 98.0,
    "charts": 98.5,
    "cli": 96.0,
    "core": 100.0,
    "demo": 98.0,
    "i18n": 100.0,
    "ingest": 99.0,
    "kit": 100.0,
    "kpis": 99.0,
    "nami_monitor": 93.5,
    "reports": 97.0,
    "signals": 100.0,
    "store": 98.0,
    "tables": 100.0,
    "ui": 92.0,
    "waterbed": 100.0,
}
"""The least coverage of each room in percent; modules outside any room count as nami_monitor."""


def room_of(name):
    """The room of a file of nami_monitor; nami_monitor for a module outside any."""
    package, *inside, _ = Path(name).parts
    return inside[0] if inside else package


def coverage_by_room(report):
    """The coverage of each room in percent.

    Args:
        report: what SlipCover saw, as a dictionary.

    Returns:
        Percentage of lines and branches that were run, by room; rooms without code are left out.
    """
    total, covered = Counter(), Counter()
    for name, file in report["files"].items():
        room = room_of(name)
        summary = file["summary"]
        seen = summary["covered_lines"] + summary["covered_branches"]
        total[room] += seen + summary["missing_lines"] + summary["missing_branches"]
        covered[room] += seen
    return {room: 100 * covered[room] / count for room, count in total.items() if count}


def below_floor(coverage):
    """One sentence for each room whose coverage is below its floor."""
    return [
        f"{room}: {percent:.2f}% is covered, {FLOORS[room]:g}% is needed"
        for room, percent in sorted(coverage.items())
        if percent < FLOORS[room]
    ]


def uncovered(report, rooms):
    """One line for each file of the rooms with lines or branches that were not run."""
    return [
        f"{name}: lines {file['missing_lines']}, branches {file['missing_branches']}"
        for name, file in sorted(report["files"].items())
        if (file["missing_lines"] or file["missing_branches"]) and room_of(name) in rooms
    ]


def main(folder):
    """Print the coverage of each room; return 1 when one is below its floor, else 0.

    Of a room below its floor the lines and branches that were not run are printed as well.
    """
    seen = [json.loads(path.read_text("utf-8")) for path in sorted(Path(folder).glob("*.json"))]
    report = reduce(merge_coverage, seen)
    coverage = coverage_by_room(report)
    print(", ".join(f"{room} {percent:.1f}%" for room, percent in sorted(coverage.items())))
    sentences = below_floor(coverage)
    low = {room for room, percent in coverage.items() if percent < FLOORS[room]}
    for line in [*uncovered(report, low), *sentences]:
        print(line)
    return int(bool(sentences))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
