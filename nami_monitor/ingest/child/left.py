"""What the child leaves for its parent: a list of sheets, and a file of rows for each."""

import json
from pathlib import Path
from typing import IO, Self

from nami_monitor.ingest.tags import Cell


class Sheets:
    """Writes sheets into a folder, one after the other.

    Args:
        folder: gets ``sheets.json`` (name, visible, file per sheet) and, per sheet, a file with a
            JSON list of cells per line; ``misfits.json`` (line, rule, raw).
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sheets: list[dict[str, object]] = []
        self._misfits: list[tuple[int, str, str]] = []
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def begin(self, name: str, *, visible: bool) -> None:
        """Begin a sheet; the one before is whole."""
        self._close()
        target = self._folder / f"{len(self._sheets)}.jsonl"
        self._sheets.append({"name": name, "visible": visible, "file": target.name})
        self._file = target.open("w", encoding="utf-8")

    def row(self, cells: list[Cell], times: int = 1) -> None:
        """Write a row up to its last filled cell."""
        filled = len(cells)
        while filled and cells[filled - 1] is None:
            filled -= 1
        if self._file is None:
            raise RuntimeError(cells)
        line = json.dumps(cells[:filled], ensure_ascii=False) + "\n"
        for _ in range(times):
            self._file.write(line)

    def aside(self, line: int, rule: str, raw: str) -> None:
        """Note a record that is no row, and why."""
        self._misfits.append((line, rule, raw))

    def end(self) -> None:
        """Write the lists of sheets and of misfits."""
        self._close()
        misfits = json.dumps(self._misfits)
        (self._folder / "misfits.json").write_text(misfits, encoding="utf-8")
        (self._folder / "sheets.json").write_text(json.dumps(self._sheets), encoding="utf-8")

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
