"""What the process that parses spreadsheets left for ours."""

import json
from pathlib import Path

from nami_monitor.ingest.cells import Cell


def rows_in(file: Path) -> list[list[Cell]]:
    """The rows of one sheet; a line of its file holds some of them."""
    return [row for line in file.read_bytes().splitlines() for row in json.loads(line)]
