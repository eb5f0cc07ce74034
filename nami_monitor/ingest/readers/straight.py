"""A large text file made straight: one line per record, so that the store can stream it.

Almost every line of a large file is plain: it has the header's number of fields, its quotes open
and close around whole fields, and nothing in it needs cleaning. Those lines are found a block at a
time and stay as they are. The others are read one by one, by the rules of small files, and
written anew; a record that does not fit leaves a mark in its place, so that the number of
a line in the straight file tells the number of its record.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Final

import numpy as np
import polars as pl

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.cells import LINE_BREAK, MISFIT, clean_text
from nami_monitor.ingest.readers.records import (
    LONGEST_RECORD,
    LONGEST_RECORD_LINES,
    physical_lines,
    split_records,
    unread_rule,
)
from nami_monitor.ingest.readers.survey import LONGEST_LINE, Lines, Shape, survey
from nami_monitor.ingest.readers.table import misfit_frame
from nami_monitor.ingest.sniff.blocks import repeats, starts_table
from nami_monitor.ingest.sniff.encodings import UNREADABLE, UTF8

#: So much as a processor keeps at hand: a block is gone over many times.
_BLOCK_BYTES: Final = 256 * 1024
#: Lines to read on from a line that is not plain, so that its record surely ends among them.
_WINDOW: Final = LONGEST_RECORD_LINES + 2


@dataclass
class Straight:
    """What became of the file.

    Attributes:
        copy: The straight copy of the records below the header; None when the file is straight.
        spaced: Whether cells may have blanks around them.
        broken: Whether cells may hold line breaks, written as LINE_BREAK.
        tabbed: Whether cells may hold tabs.
        misfits: Records that do not fit, as in a Sheet.
    """

    copy: Path | None = None
    spaced: bool = False
    broken: bool = False
    tabbed: bool = False
    misfits: list[pl.DataFrame] = field(default_factory=lambda: [misfit_frame([])])


def straighten(
    path: Path, start: int, first: int, shape: Shape, *, copy: bool, name: str
) -> Straight:
    """Go through the records of a text file in UTF-8.

    Args:
        path: The file; bytes that are no UTF-8 stand for what its encoding could not explain.
        start: Offset in bytes of the first record below the header.
        first: The number of that record.
        shape: What a plain line looks like.
        copy: Whether a copy is made of a straight file too.
        name: What the file is called, for the refusal.

    Raises:
        UserError: a second table begins after a gap.
    """
    with path.open("rb") as file:
        file.seek(start)
        run = _Run(path, start, first, shape, name)
        try:
            rest = b""
            while block := file.read(_BLOCK_BYTES):
                rest = run.take(rest + block, last=False)
            run.take(rest, last=True)
            if copy:
                run.write(b"")
        except BaseException:
            run.give_up()
            raise
        return run.finish()


class _Run:
    """One walk through a file."""

    def __init__(self, path: Path, start: int, first: int, shape: Shape, name: str) -> None:
        self.path, self.start, self.shape, self.name = path, start, shape, name
        self.number = first
        self.passed = 0
        self.after_gap = False
        self.done = Straight(tabbed=shape.delimiter == "\t")
        self.found: list[tuple[int, str, str]] = []
        self.copy: IO[bytes] | None = None
        self.delimiter = shape.delimiter.encode()
        self.newline = b""
        self.needle = max(
            (word.encode() for cell in shape.header if cell for word in cell.split()),
            key=len,
            default=b"",
        )

    def take(self, data: bytes, *, last: bool) -> bytes:
        """Write the records of a block; what may go on in the next block is given back."""
        end = len(data) if last else data.rfind(b"\n") + 1
        rest, data = data[end:], data[:end]
        if not data:
            return rest
        if not self.newline:
            self.newline = b"\r\n" if data[: data.find(b"\n") + 1].endswith(b"\r\n") else b"\n"
        spaced, lines = survey(data, self.shape, self.newline, self.needle)
        if self.after_gap:
            lines = replace(lines, odd=np.union1d([0], lines.odd))
        self.done.spaced |= spaced
        written = cursor = 0
        line = 0
        for odd in lines.odd.tolist():
            if lines.starts[odd] < cursor:
                continue
            self.number += odd - line
            position = int(lines.starts[odd])
            if not last and odd + _WINDOW > len(lines.starts):
                line, cursor = odd, position
                self._emit(data[written:position])
                return data[position:] + rest
            self._emit(data[written:position])
            cursor = self._read(data, position, lines)
            written = cursor
            line = int(np.searchsorted(lines.starts, cursor))
        self._emit(data[written:])
        self.number += len(lines.starts) - line
        self._flush()
        return rest

    def _read(self, data: bytes, position: int, lines: Lines) -> int:
        """Read records one by one until one ends where a line does; give that offset."""
        while True:
            line = int(np.searchsorted(lines.starts, position, side="right")) - 1
            until = int(lines.ends[min(line + _WINDOW, len(lines.ends)) - 1])
            size, fields, raw = _record(
                data[position:until], self.shape.delimiter, whole=until == len(data)
            )
            self._book(fields, raw)
            position += size
            if position == len(data) or position in lines.starts[line : line + _WINDOW]:
                return position

    def _book(self, fields: list[str] | None, raw: str) -> None:
        """Write a record anew, or note what is wrong with it."""
        cells = [clean_text(text) for text in fields or ()]
        self._refuse_table(cells)
        rule = _misfit(fields, cells, raw, self.shape)
        self.after_gap = rule != "repeated_header" and (rule is not None or not any(cells))
        if rule:
            shown = "\t".join(cell or "" for cell in cells).rstrip("\t")
            text = shown if rule == "repeated_header" else raw.rstrip("\r\n")
            self.found.append((self.number, rule, UNREADABLE.sub("\ufffd", text)))
            cells = [MISFIT]
        width = self.shape.fields
        cells = [*cells[:width], *[None] * (width - len(cells))]
        self.write(self._line(cells))
        self.number += 1

    def _refuse_table(self, cells: Sequence[str | None]) -> None:
        """Refuse a second table that would be taken for the first; a header said again is none."""
        width = self.shape.fields
        fits = (len(cells) >= width or self.shape.short) and not any(cells[width:])
        if not self.after_gap or not fits:
            return
        row = [*cells[:width], *[None] * (width - len(cells))]
        if not repeats(row, self.shape.header) and starts_table(row, self.shape.sample):
            raise UserError("reading.second_table", file=self.name, line=self.number)

    def _line(self, cells: Sequence[str | None]) -> bytes:
        if len(cells) == 1 and cells[0] is None:
            return b'""' + self.newline
        texts = []
        for cell in cells:
            text = cell or ""
            if "\n" in text:
                self.done.broken = True
                text = text.replace("\n", LINE_BREAK)
            self.done.tabbed |= "\t" in text
            if '"' in text or self.shape.delimiter in text:
                text = '"' + text.replace('"', '""') + '"'
            texts.append(text)
        return self.shape.delimiter.join(texts).encode(UTF8) + self.newline

    def _emit(self, plain: bytes) -> None:
        """Pass on what may stay as it is."""
        if self.copy:
            self.copy.write(plain)
        else:
            self.passed += len(plain)

    def write(self, line: bytes) -> None:
        """Write a record that is not as it stood; the copy begins with the first of those."""
        if not self.copy:
            self.copy = tempfile.NamedTemporaryFile("wb", suffix=".csv", delete=False)  # noqa: SIM115
            self.done.copy = Path(self.copy.name)
            with self.path.open("rb") as file:
                file.seek(self.start)
                for block in _blocks(file, self.passed):
                    self.copy.write(block)
        self.copy.write(line)

    def _flush(self) -> None:
        if self.found:
            self.done.misfits.append(misfit_frame(self.found))
            self.found = []

    def finish(self) -> Straight:
        """Close the copy."""
        self._flush()
        if self.copy:
            self.copy.close()
        return self.done

    def give_up(self) -> None:
        """Remove the copy."""
        if self.copy:
            self.copy.close()
            Path(self.copy.name).unlink(missing_ok=True)


def _blocks(file: IO[bytes], size: int) -> Iterator[bytes]:
    while size and (block := file.read(min(size, _BLOCK_BYTES))):
        size -= len(block)
        yield block


def _record(window: bytes, delimiter: str, *, whole: bool) -> tuple[int, list[str] | None, str]:
    """The first record of a window: its size in bytes, its fields, its text."""
    line, feed, _ = window.partition(b"\n")
    if b'"' not in line and b"\r" not in line.removesuffix(b"\r"):
        text = line.removesuffix(b"\r").decode(UTF8, "surrogateescape")
        if len(text) < LONGEST_LINE:
            return len(line) + len(feed), text.split(delimiter) if text else [], text
    lines = physical_lines(window.decode(UTF8, "surrogateescape"))
    if not whole:
        lines.append("")
    record = next(split_records(lines, delimiter))
    raw = "".join(lines[: record.end])
    return len(raw.encode(UTF8, "surrogateescape")), record.fields, raw


def _misfit(
    fields: list[str] | None, cells: Sequence[str | None], raw: str, shape: Shape
) -> str | None:
    """The rule by which a record does not fit the header; None when it does."""
    if fields is None:
        return unread_rule(raw, shape.delimiter)
    if len(raw) > LONGEST_RECORD:
        return "field_too_long"
    if not raw.isascii() and UNREADABLE.search(raw):
        return "unreadable_text"
    if len(fields) < shape.fields and any(cells) and not shape.short:
        return "too_few_fields"
    if any(cells[shape.fields :]):
        return "too_many_fields"
    return "repeated_header" if repeats(cells[: shape.fields], shape.header) else None
