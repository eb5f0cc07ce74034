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


def coverage_by_room(report):
    """The coverage of each room in percent.

    Args:
        report: what SlipCover saw, as a dictionary.

    Returns:
        Percentage of lines and branches that were run, by room; rooms without code are left out.
    """
    total, covered = Counter(), Counter()
    for name, file in report["files"].items():
        package, *inside, _ = Path(name).parts
        room = inside[0] if inside else package
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


def main(folder):
    """Print the coverage of each room; return 1 when one is below its floor, else 0."""
    seen = [json.loads(path.read_text("utf-8")) for path in sorted(Path(folder).glob("*.json"))]
    coverage = coverage_by_room(reduce(merge_coverage, seen))
    print(", ".join(f"{room} {percent:.1f}%" for room, percent in sorted(coverage.items())))
    sentences = below_floor(coverage)
    print(*sentences, sep="\n", end="\n" if sentences else "")
    return int(bool(sentences))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
