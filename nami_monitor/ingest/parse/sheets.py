"""Parsed cells as files in a folder: written by the process that parses, read by ours.

How much of the machine a file may take grows with its size, up to what the largest real files need:
a few kilobytes can ask for gigabytes and for hours.
"""

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final, Self

import nami_monitor
from nami_monitor.core.errors import UserError, short
from nami_monitor.ingest.cells import Cell

MEGABYTE: Final = 1024**2
#: Characters of a cell: as many as a field of a text file may have; Excel stops at 32,767.
LONGEST_CELL: Final = 131_072
#: Columns of a table, filled or not; tables about buying have tens.
MOST_COLUMNS: Final = 2_000
#: Sheets of a workbook; each is read by itself.
MOST_SHEETS: Final = 500
#: Signs of currencies of a column, and characters of each, that are looked at.
MOST_SIGNS: Final = 8
LONGEST_SIGN: Final = 12


@dataclass(frozen=True)
class Budget:
    """What the process that reads a file may take, and what it may hand over.

    ``seconds`` of processor time; bytes of ``memory`` on top of what it held before; bytes of text,
    ``data``, also in any file that it writes; ``cells``, filled or not, of all sheets.
    """

    seconds: int
    memory: int
    data: int
    cells: int


def budget_of(path: Path) -> Budget:
    """What reading a file may take, by its size in bytes."""
    size = path.stat().st_size
    return Budget(
        seconds=min(120, 5 + 2 * size // MEGABYTE),
        memory=min(1_500 * MEGABYTE, 350 * MEGABYTE + 30 * size),
        data=64 * MEGABYTE + 50 * size,
        cells=min(20_000_000, 2_000_000 + size),
    )


#: A sheet of a million records takes about half a minute.
TIMEOUT_SECONDS: Final = 120
#: What ends a process that used its processor time; Windows knows no such signal.
SIGXCPU: Final = int(getattr(signal, "SIGXCPU", 0))
_SHEETS, _MISFITS, REFUSED = "sheets.json", "misfits.json", "refused.json"
#: A sheet holds a table from two records with two or more filled cells each.
_TABLE_RECORDS = _TABLE_CELLS = 2
JSON: Final = json.JSONEncoder(ensure_ascii=False)
#: Rows are encoded together: so many, or fewer of so many cells and characters.
BLOCK_ROWS: Final = 1000
BLOCK_SIZE: Final = MEGABYTE


class SheetWriter:
    """Writes sheets into a folder, one after the other, as far as the budget allows.

    Args:
        name: what the file is called, for refusals.
        budget: how many cells and bytes may be written in all.
        folder: gets ``sheets.json`` (name, visible, file, signs of currencies by column, per
            sheet) and, per sheet, a file with a JSON list of rows per line; ``misfits.json``
            (line, rule, raw).
    """

    def __init__(self, folder: Path, name: str, budget: Budget) -> None:
        self._folder, self._name, self._budget = folder, name, budget
        self._written = self._cells = self._rows = self._width = self._blank = self._size = 0
        self._block: list[list[Cell]] = []
        self._sheets: list[dict[str, Any]] = []
        self._misfits: list[tuple[int, str, str]] = []
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def begin(self, name: str, *, visible: bool) -> None:
        """Begin a sheet; the one before is complete.

        Raises:
            UserError: ``reading.too_many_sheets``.
        """
        self._flush()
        self._close()
        if len(self._sheets) >= MOST_SHEETS:
            raise UserError("reading.too_many_sheets", file=self._name, most=MOST_SHEETS)
        self._cells += self._rows * self._width
        self._rows = self._width = self._blank = 0
        target = self._folder / f"{len(self._sheets)}.jsonl"
        self._sheets.append(
            {
                "name": name,
                "visible": visible,
                "file": target.name,
                "currencies": {},
                "refused": None,
            }
        )
        self._file = target.open("wb")

    def refuse(self, key: str, **values: int) -> None:
        """Note why the sheet is not read; it is refused when somebody wants it."""
        self._sheets[-1]["refused"] = [key, values]

    def currency(self, column: int, sign: str) -> None:
        """Note the sign of a currency that a number of the sheet is shown with.

        ``column`` is counted from 1; beyond ``MOST_COLUMNS`` or ``MOST_SIGNS`` nothing is noted.
        """
        if column <= MOST_COLUMNS:
            signs = self._sheets[-1]["currencies"].setdefault(str(column), [])
            if sign not in signs and len(signs) < MOST_SIGNS:
                signs.append(sign)

    def row(self, cells: list[Cell], times: int = 1) -> None:
        """Write a row up to its last filled cell; blank rows at the end of a sheet are left out.

        A sheet with a row that is too wide is refused when somebody wants it, and no row of it
        counts any more.

        Raises:
            UserError: ``reading.cell_too_long``, ``reading.too_far`` or ``reading.too_much_data``.
        """
        filled = len(cells)
        while filled and cells[filled - 1] is None:
            filled -= 1
        if self._file is None:
            raise RuntimeError(cells)
        if self._sheets[-1]["refused"]:
            return
        if filled > MOST_COLUMNS:
            self.refuse("reading.too_wide", columns=filled, most=MOST_COLUMNS)
            return
        if not filled:
            self._blank += times
            return
        cells = cells[:filled]
        sizes = [len(cell) for cell in cells if cell]
        check_cell(max(sizes, default=0), self._name)
        self._rows += self._blank + times
        self._width = max(self._width, filled)
        if self._cells + self._rows * self._width > self._budget.cells:
            raise UserError(
                "reading.too_far", file=self._name, rows=self._rows, columns=self._width
            )
        if self._blank:
            self._add([], self._blank, 0)
            self._blank = 0
        self._add(cells, times, filled + sum(sizes))

    def _add(self, cells: list[Cell], times: int, size: int) -> None:
        """Put a row of ``size`` cells and characters into the block, so many times."""
        most = max(1, BLOCK_SIZE // (size + 1))
        while times:
            some = min(times, BLOCK_ROWS - len(self._block), most)
            self._block += [cells] * some
            self._size += size * some
            check_data(self._written + self._size, self._budget, self._name)
            times -= some
            if len(self._block) >= BLOCK_ROWS or self._size >= BLOCK_SIZE:
                self._flush()

    def _flush(self) -> None:
        """Write the block as one line, when its bytes may be written."""
        if self._file is not None and self._block:
            line = (JSON.encode(self._block) + "\n").encode("utf-8")
            self._take(len(line))
            self._file.write(line)
        self._block, self._size = [], 0

    def misfit(self, line: int, rule: str, raw: str) -> None:
        """Note a record that is no row, and why."""
        self._take(len(raw.encode("utf-8", "surrogatepass")))
        self._misfits.append((line, rule, raw))

    def _take(self, size: int) -> None:
        """Count bytes before they are written."""
        self._written += size
        check_data(self._written, self._budget, self._name)

    def end(self) -> None:
        """Write the lists of sheets and of misfits."""
        self._flush()
        self._close()
        (self._folder / _MISFITS).write_text(json.dumps(self._misfits), encoding="utf-8")
        (self._folder / _SHEETS).write_text(json.dumps(self._sheets), encoding="utf-8")

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()


def check_width(columns: int, name: str) -> None:
    """Refuse a record of more than MOST_COLUMNS.

    Raises:
        UserError: ``reading.too_wide``.
    """
    if columns > MOST_COLUMNS:
        raise UserError("reading.too_wide", file=name, columns=columns, most=MOST_COLUMNS)


def check_cell(length: int, name: str) -> None:
    """Refuse a cell of more than LONGEST_CELL characters.

    Raises:
        UserError: ``reading.cell_too_long``.
    """
    if length > LONGEST_CELL:
        raise UserError("reading.cell_too_long", file=name, most=LONGEST_CELL)


def check_data(size: int, budget: Budget, name: str) -> None:
    """Refuse more bytes of text than a file of its size may hand over.

    Raises:
        UserError: ``reading.too_much_data``.
    """
    if size > budget.data:
        raise UserError("reading.too_much_data", file=name, megabytes=budget.data // MEGABYTE)


@dataclass(frozen=True)
class ParsedSheet:
    """One sheet as ``SheetWriter`` left it; ``file`` has a JSON list of rows per line.

    ``currencies`` has the signs that numbers are shown with, by column, counted from 1 as text;
    ``refused`` the reason why the sheet was not read, with its values.
    """

    name: str
    visible: bool
    file: Path
    currencies: Mapping[str, Sequence[str]]
    refused: tuple[str, Mapping[str, int]] | None = None

    def rows(self) -> Iterator[list[Cell]]:
        """Give the cells of each record, from the first row of the sheet."""
        with self.file.open("rb") as blocks:
            for block in blocks:
                yield from json.loads(block)

    def misfits(self) -> list[tuple[int, str, str]]:
        """Give line, rule and text of the records that are no rows."""
        misfits = json.loads((self.file.parent / _MISFITS).read_text(encoding="utf-8"))
        return [(line, rule, raw) for line, rule, raw in misfits]

    def has_content(self) -> bool:
        """Tell whether any cell is filled."""
        return self.refused is not None or any(any(row) for row in self.rows())

    def has_table(self) -> bool:
        """Tell whether at least two records fill two cells or more."""
        if self.refused is not None:
            return True
        wide = (row for row in self.rows() if sum(map(bool, row)) >= _TABLE_CELLS)
        return len(list(islice(wide, _TABLE_RECORDS))) == _TABLE_RECORDS


@contextmanager
def parsed(path: Path, form: str, folder: Path | None) -> Iterator[list[ParsedSheet]]:
    """The sheets of a file, parsed in a process of its own unless that was done before.

    The folder keeps cells between readings, by the content of their file; its owner removes it.
    Without one they are not kept.

    Raises:
        UserError: what the child refused, or that it took too much time or memory.
    """
    with ExitStack() as once:
        folder = folder or Path(once.enter_context(tempfile.TemporaryDirectory(prefix="nami-")))
        kept = folder / f"{content_hash(path)}.{form}"
        if not kept.exists():
            folder.mkdir(parents=True, exist_ok=True)
            part = Path(tempfile.mkdtemp(dir=folder))
            try:
                _parse(path, form, part)
                part.rename(kept)
            finally:
                shutil.rmtree(part, ignore_errors=True)
        yield _sheets_in(kept, path.name)


def content_hash(path: Path) -> str:
    """The SHA-256 of a file's content, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _parse(path: Path, form: str, folder: Path) -> None:
    root = str(Path(nami_monitor.__file__).parent.parent)
    paths = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    module, files = "nami_monitor.ingest.parse", (str(path.resolve()), form, str(folder))
    try:
        done = subprocess.run(  # noqa: S603  our own module, no shell
            [sys.executable, "-m", module, *files],
            env=os.environ | {"PYTHONPATH": paths, "POLARS_MAX_THREADS": "1"},
            capture_output=True, timeout=TIMEOUT_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise UserError("reading.too_slow", file=path.name, seconds=TIMEOUT_SECONDS) from error
    if (folder / REFUSED).exists():
        return
    slow = done.returncode == -SIGXCPU
    if slow or b"MemoryError" in done.stderr:  # kept as a refusal: it would take as much again
        values = {"seconds": budget_of(path).seconds, "format": form}
        key = "reading.too_slow" if slow else "reading.out_of_memory"
        refused = json.dumps({"key": key, "values": values})
        (folder / REFUSED).write_text(refused, encoding="utf-8")
        return
    if done.returncode < 0:
        raise UserError("reading.out_of_memory", file=path.name, format=form)
    if done.returncode != 0:
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise UserError("reading.broken", file=path.name, format=form, detail=short(last))


def _sheets_in(folder: Path, name: str) -> list[ParsedSheet]:
    """The sheets that the child left in a folder; what it refused is raised."""
    if (folder / REFUSED).exists():
        refused = json.loads((folder / REFUSED).read_text(encoding="utf-8"))
        raise UserError(refused["key"], **(refused["values"] | {"file": name}))
    sheets = json.loads((folder / _SHEETS).read_text(encoding="utf-8"))
    return [ParsedSheet(**(sheet | {"file": folder / sheet["file"]})) for sheet in sheets]


MONEY_SIGNS: Final = (
    "$\u00a2\u00a3\u00a5\u058f\u060b\u09f2\u09f3\u09fb\u0af1\u0bf9\u0e3f\u17db\u20a0-\u20c0"
    "\ufdfc\ufe69\uff04\uffe0\uffe1\uffe5\uffe6"
)
"""Signs of currencies, as a part of a class of a pattern; not the sign of any currency at all."""
_LONGEST_FORMAT: Final = 512
"""Characters of a number format that are looked at; Excel stops at 255."""
_PARTS: Final = re.compile(
    r'\[\$(?P<symbol>[^\]\-]{0,32})[^\]]{0,32}\]|\[[^\]]{0,32}\]|"(?P<quoted>[^"]{0,128})"'
    r"|\\(?P<escaped>.)|[_*].|(?P<bare>.)"
)
"""A symbol with its language, a condition or colour, a text, a sign, a width or filling."""
_SIGN: Final = re.compile(rf"(?<![A-Za-z])[A-Z]{{0,3}}[{MONEY_SIGNS}]|[{MONEY_SIGNS}]")
_HOME: Final = re.compile(r"(?<![^\W\d_])(?:kr|z\u0142|K\u010d|Fr)(?![^\W\d_])")
"""Words that stand for a currency at home."""
_CODE: Final = re.compile(r"(?<![^\W\d_])[A-Z]{3}(?![^\W\d_])")


def currency_of_format(code: str) -> str:
    """The sign or code of a currency with which a number format shows numbers, empty if none."""
    literals = []
    for part in _PARTS.finditer(code[:_LONGEST_FORMAT]):
        if symbol := (part["symbol"] or "").strip():
            return symbol[:LONGEST_SIGN]
        literals.append(part["quoted"] or part["escaped"] or part["bare"] or "")
    return currency_in("".join(literals))


def currency_in(text: str) -> str:
    """The first sign of a currency in a text, else the first code of one; empty if none."""
    if sign := _SIGN.search(text) or _HOME.search(text):
        return sign[0]
    words = _CODE.findall(text)
    if not words:
        return ""
    from babel.numbers import list_currencies  # noqa: PLC0415  few files come here

    return next((word for word in words if word in list_currencies()), "")
