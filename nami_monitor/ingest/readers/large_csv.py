"""A text file too large for memory, rewritten as one record per line for the store to stream.

Almost every line of a large file is regular: it has the header's number of fields, its quotes open
and close around whole fields, and nothing in it needs cleaning. Regular lines are found a block at
a time and copied as they are. The others are read one by one, by the rules of small files, and
rewritten; a record that does not fit the header leaves a mark in its place, so that the number of a
line in the rewritten file is the number of its record.
"""

import codecs
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
import polars as pl

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.cells import LINE_BREAK, MISFIT, LargeCsv, Layout, Sheet, clean_text
from nami_monitor.ingest.parse.sheets import budget_of, check_data
from nami_monitor.ingest.readers.records import (
    LONGEST_RECORD_LINES,
    head_cells,
    physical_lines,
    split_records,
    spoilt_rule,
)
from nami_monitor.ingest.readers.table import (
    TITLE_RECORDS,
    misfit_frame,
    plan_table,
    readable,
    refuse_unreadable,
)
from nami_monitor.ingest.sniff.encodings import (
    UNREADABLE,
    UTF8,
    decode,
    is_utf8,
    sniff_delimiter,
    sniff_encoding,
)
from nami_monitor.ingest.sniff.headers import SAMPLE_RECORDS, repeats, starts_table

#: The csv module reads no longer field, and the store no line that is much longer.
LONGEST_LINE: Final = 131_072
#: White space beyond ASCII, as UTF-8: the store trims blanks only.
_WIDE_BLANKS: Final = re.compile(
    rb"\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]|\xe2\x81\x9f|\xe3\x80\x80"
)
_QUOTE, _LINE_FEED, _RETURN, _BLANK, _DELETE = (ord(sign) for sign in '"\n\r \x7f')

Numbers = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class LineShape:
    """What a regular line looks like.

    Attributes:
        delimiter: Sign between fields.
        fields: Fields per record.
        header: The header's cells; empty when there is none. A record that says it again is a
            misfit.
        short: Whether records may leave out trailing fields.
        sample: The first records below the header, to tell the header of a second table by.
    """

    delimiter: str
    fields: int
    header: tuple[str | None, ...]
    short: bool
    sample: tuple[tuple[str | None, ...], ...]


@dataclass(frozen=True)
class BlockLines:
    """The lines of a block.

    Attributes:
        starts: Offset of the first byte of each.
        ends: Offset after the line feed of each.
        odd: Numbers of the lines that are not regular, or follow one.
    """

    starts: Numbers
    ends: Numbers
    odd: Numbers


@dataclass(frozen=True)
class _Block(BlockLines):
    """The lines of a block while they are checked: its bytes, as numbers too; ``odd`` by line."""

    data: bytes
    signs: Numbers
    mark: int

    def line_of(self, places: Numbers) -> Numbers:
        """The numbers of the lines in which bytes stand."""
        return np.searchsorted(self.starts, places, side="right") - 1


def find_irregular_lines(
    data: bytes, shape: LineShape, newline: bytes, needle: bytes
) -> tuple[bool, BlockLines]:
    """Find the lines of a block that are not regular, or follow one: there a table may begin.

    Lines end by ``newline``; ``needle`` is the longest word of the header.

    Returns:
        Whether blanks may stand around fields, and the lines.
    """
    signs = np.frombuffer(data, np.uint8)
    mark = ord(shape.delimiter)
    places = np.flatnonzero((signs == _LINE_FEED) | (signs == mark))
    ending = np.flatnonzero(signs[places] == _LINE_FEED)
    ends = places[ending] + 1
    counts = np.diff(ending, prepend=-1) - 1
    if not ends.size or ends[-1] < len(data):
        counts = np.append(counts, len(places) - 1 - (ending[-1] if ending.size else -1))
        ends = np.append(ends, len(data))
    starts = np.concatenate(([0], ends[:-1]))
    odd = np.zeros(len(ends), bool)
    block = _Block(starts, ends, odd, data, signs, mark)
    if b'"' in data:
        counts = counts - _check_quotes(block, places[signs[places] != _LINE_FEED], counts)
    odd |= counts != shape.fields - 1
    sizes = ends - starts
    odd |= sizes > LONGEST_LINE
    odd |= sizes <= shape.fields - 1 + len(newline)
    _check_controls(block, newline)
    if not data.isascii():
        _check_text(block)
    if needle:
        _check_header(block, needle, shape.header)
    odd[1:] |= odd[:-1]
    return _are_spaced(block), BlockLines(starts, ends, np.flatnonzero(odd))


def _check_quotes(block: _Block, delimiters: Numbers, counts: Numbers) -> Numbers:
    """Mark lines whose quotes are not around whole fields; count the delimiters inside quotes."""
    signs, mark, starts = block.signs, block.mark, block.starts
    quotes = np.flatnonzero(signs == _QUOTE)
    lines = block.line_of(quotes)
    totals = np.bincount(lines, minlength=len(starts))
    firsts = np.cumsum(totals) - totals
    rank = np.arange(len(quotes)) - firsts[lines]
    before = signs[np.maximum(quotes - 1, 0)]
    after = signs[np.minimum(quotes + 1, len(signs) - 1)]
    fits_open = (quotes == starts[lines]) | (before == mark) | ((before == _QUOTE) & (rank > 0))
    closing = np.isin(after, (mark, _LINE_FEED, _RETURN, _QUOTE))
    fits_close = (quotes + 1 == block.ends[lines]) | closing
    block.odd[lines[np.where(rank % 2 == 0, ~fits_open, ~fits_close)]] = True
    block.odd[totals % 2 == 1] = True
    quoted = np.repeat(totals > 0, counts)
    delimiters, held = delimiters[quoted], np.repeat(np.arange(len(starts)), counts)[quoted]
    inside = (np.searchsorted(quotes, delimiters) - firsts[held]) % 2 == 1
    return np.bincount(held[inside], minlength=len(starts))


def _check_controls(block: _Block, newline: bytes) -> None:
    """Mark lines with control signs, and lines that do not end as the first one does."""
    signs, mark, odd = block.signs, block.mark, block.odd
    if b"\x7f" in block.data:
        odd[block.line_of(np.flatnonzero(signs == _DELETE))] = True
    low = signs < _BLANK
    if np.count_nonzero(low) == block.data.count(b"\n") and newline == b"\n" and mark > _BLANK:
        return
    controls = np.flatnonzero(low & (signs != _LINE_FEED) & (signs != mark))
    if newline == b"\r\n":
        closed = np.maximum(block.ends - 2, 0)
        odd |= (signs[closed] != _RETURN) | (signs[block.ends - 1] != _LINE_FEED)
        controls = controls[~np.isin(controls, closed)]
    odd[block.line_of(controls)] = True


def _are_spaced(block: _Block) -> bool:
    """Tell whether a blank stands next to a delimiter, a quote or at either end of a line."""
    if b" " not in block.data:
        return False
    signs = block.signs
    blanks = np.flatnonzero(signs == _BLANK)
    around = np.concatenate((blanks - 1, blanks + 1))
    if around.min() < 0 or around.max() >= len(signs):
        return True
    return bool(np.isin(signs[around], (block.mark, _LINE_FEED, _RETURN, _QUOTE)).any())


def _check_text(block: _Block) -> None:
    """Mark lines that are no UTF-8 or hold white space that the store does not trim."""
    data = block.data
    hits = [match.start() for match in _WIDE_BLANKS.finditer(data)]
    block.odd[block.line_of(np.array(hits, int))] = True
    if is_utf8(data):
        return
    for line in np.unique(block.line_of(np.flatnonzero(block.signs > _DELETE))).tolist():
        block.odd[line] |= not is_utf8(data[block.starts[line] : block.ends[line]])


def _check_header(block: _Block, needle: bytes, header: Sequence[str | None]) -> None:
    """Mark lines that may repeat the header: they hold its longest word."""
    data, starts = block.data, block.starts
    first = (header[0] or "").encode()[:1]
    hits = [match.start() for match in islice(re.finditer(re.escape(needle), data), len(starts))]
    for line in set(block.line_of(np.array(hits, int)).tolist()):
        head = data[starts[line] : starts[line] + 80].lstrip(b'" \t')
        block.odd[line] |= not first or head.startswith(first)


#: Fits in a processor's cache: a block is scanned many times.
_BLOCK_BYTES: Final = 256 * 1024
#: Lines to read from a line that is not regular, so that its record ends among them.
_WINDOW: Final = LONGEST_RECORD_LINES + 2


@dataclass
class RewrittenFile:
    """The file as it can be streamed, with what its ``LargeCsv`` and its ``Sheet`` say of it.

    Its ``copy`` holds the rewritten records below the header; None when all lines are regular.
    """

    copy: Path | None = None
    spaced: bool = False
    broken: bool = False
    tabbed: bool = False
    misfits: list[pl.DataFrame] = field(default_factory=lambda: [misfit_frame([])])


def rewrite_by_record(
    path: Path, start: int, first: int, shape: LineShape, *, copy: bool, name: str
) -> RewrittenFile:
    """Go through the records of a text file in UTF-8.

    Args:
        path: The file; bytes that are no UTF-8 stand for what its encoding could not explain.
        start: Offset in bytes of the first record below the header.
        first: The number of that record.
        shape: What a regular line looks like.
        copy: Whether a copy is made also when all lines are regular.
        name: What the file is called, for the refusal.

    Raises:
        UserError: a second table begins after a gap.
    """
    with path.open("rb") as file:
        file.seek(start)
        run = _Rewriter(path, start, first, shape, name)
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


class _Rewriter:
    """One pass through a file."""

    def __init__(self, path: Path, start: int, first: int, shape: LineShape, name: str) -> None:
        self.path, self.start, self.shape, self.name = path, start, shape, name
        self.number = first
        self.passed = self.written = 0
        self.budget = budget_of(path)
        self.after_gap = False
        self.done = RewrittenFile(tabbed=shape.delimiter == "\t")
        self.found: list[tuple[int, str, str]] = []
        self.copy: IO[bytes] | None = None
        self.newline = b""
        words = (word.encode() for cell in shape.header if cell for word in cell.split())
        self.needle = max(words, key=len, default=b"")

    def take(self, data: bytes, *, last: bool) -> bytes:
        """Write the records of a block and return what may continue in the next block."""
        end = len(data) if last else data.rfind(b"\n") + 1
        rest, data = data[end:], data[:end]
        if not data:
            return rest
        if not self.newline:
            self.newline = b"\r\n" if data[: data.find(b"\n") + 1].endswith(b"\r\n") else b"\n"
        spaced, lines = find_irregular_lines(data, self.shape, self.newline, self.needle)
        if self.after_gap:
            lines = replace(lines, odd=np.union1d([0], lines.odd))
        self.done.spaced |= spaced
        written = line = 0
        for odd in lines.odd.tolist():
            position = int(lines.starts[odd])
            if position < written:
                continue
            self.number += odd - line
            self._emit(data[written:position])
            if not last and odd + _WINDOW > len(lines.starts):
                return data[position:] + rest
            written = self._read(data, position, lines)
            line = int(np.searchsorted(lines.starts, written))
        self._emit(data[written:])
        self.number += len(lines.starts) - line
        self._flush()
        return rest

    def _read(self, data: bytes, position: int, lines: BlockLines) -> int:
        """Read records one by one until one ends at a line end; return that offset."""
        while True:
            line = int(np.searchsorted(lines.starts, position, side="right")) - 1
            until = int(lines.ends[min(line + _WINDOW, len(lines.ends)) - 1])
            window, whole = data[position:until], until == len(data)
            size, fields, raw = _record(window, self.shape.delimiter, whole=whole)
            self._rewrite(fields, raw)
            position += size
            if position == len(data) or position in lines.starts[line : line + _WINDOW]:
                return position

    def _rewrite(self, fields: list[str] | None, raw: str) -> None:
        """Rewrite a record, or note what is wrong with it."""
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
        """Refuse a second table that would be taken for the first; a repeated header is none."""
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
        """Keep lines that stay as they are."""
        self._take(len(plain))
        if self.copy:
            self.copy.write(plain)
        else:
            self.passed += len(plain)

    def _take(self, size: int) -> None:
        """Count bytes before they are written: short records get all their fields."""
        self.written += size
        check_data(self.written, self.budget, self.name)

    def write(self, line: bytes) -> None:
        """Write a rewritten record; the copy begins with the first of those."""
        self._take(len(line))
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

    def finish(self) -> RewrittenFile:
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
    fields: list[str] | None, cells: Sequence[str | None], raw: str, shape: LineShape
) -> str | None:
    """The rule by which a record does not fit the header; None when it does."""
    if (rule := spoilt_rule(fields, raw, shape.delimiter)) or fields is None:
        return rule
    if len(fields) < shape.fields and any(cells) and not shape.short:
        return "too_few_fields"
    if any(cells[shape.fields :]):
        return "too_many_fields"
    return "repeated_header" if repeats(cells[: shape.fields], shape.header) else None


#: Up to here a file is read record by record; beyond, that takes too long.
LARGE_BYTES: Final = 8 * 1024 * 1024
#: Up to here a file whose values are filled down is read whole; beyond, that takes gigabytes.
MOST_WHOLE_BYTES: Final = 64 * 1024 * 1024
_HEAD_BYTES: Final = 1024 * 1024
_CHUNK_BYTES: Final = 1024 * 1024
#: A file in which more than this share of the records is short leaves out trailing fields.
COMMONLY: Final = 0.5


def plan_large(path: Path, layout: Layout) -> Sheet:
    """Sniff the head of a large text file, and go through all of it for records that do not fit.

    A second table below the first is refused, where in a small file its records are set aside; one
    with other columns gives records that do not fit.

    Returns:
        A sheet whose rows are a LargeCsv in UTF-8 and whose misfits are known. Blank records stay
        between the rows, to be counted there.

    Raises:
        UserError: as for small files; also when values are to be filled down.
    """
    if layout.fill_down:
        raise UserError("reading.fill_down_large", file=path.name)
    encoding = layout.encoding or sniff_encoding(_chunks(path), path.name)
    with path.open("rb") as file:
        old_mac = b"\r" in (start := file.read(_HEAD_BYTES)) and b"\n" not in start
    plain = codecs.lookup(encoding).name in (UTF8, "utf-8-sig") and not old_mac
    target = path if plain else _transcode(path, encoding)
    try:
        return _plan(path.name, target, replace(layout, encoding=encoding), temporary=not plain)
    except BaseException:
        if not plain:
            target.unlink()
        raise


def _plan(name: str, target: Path, layout: Layout, *, temporary: bool) -> Sheet:
    """Make the sheet of a file in UTF-8."""
    with target.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if len(head) == _HEAD_BYTES:
        head = head[: head.rfind(b"\n") + 1] or head
    lines = physical_lines(decode(head, UTF8, name))
    delimiter = layout.delimiter or sniff_delimiter("".join(lines), name)
    layout = replace(layout, format="csv", delimiter=delimiter, sheet=None)
    records = list(split_records(lines, delimiter))
    grid = head_cells(records)
    plan = plan_table(grid, layout, name)
    refuse_unreadable(plan, name)
    width = len(plan.columns)
    skipped = records[plan.skip - 1].end if plan.skip else 0
    above = "".join(lines[:skipped]).encode(UTF8, "surrogateescape")
    marks = len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0
    body = [record.fields for record in records[plan.skip :] if record.fields is not None]
    short = _are_short(body, width, name)
    first = _head(body, width)
    shape = LineShape(
        delimiter, width, plan.header, short, tuple(first.head(SAMPLE_RECORDS).rows())
    )
    plain = b'"' not in above and all(line.strip() for line in lines[:skipped])
    rewritten = rewrite_by_record(
        target, len(above) + marks, plan.skip + 1, shape, copy=not plain, name=name
    )
    if rewritten.copy and temporary:
        target.unlink()
    return Sheet(
        name=name,
        layout=plan.layout,
        columns=plan.columns,
        rows=LargeCsv(
            path=rewritten.copy or target,
            delimiter=delimiter,
            quote='"',
            data_starts=plan.skip + 1,
            skip_lines=0 if rewritten.copy else skipped,
            fields=width,
            head=first,
            spaced=rewritten.spaced,
            broken=rewritten.broken,
            tabbed=rewritten.tabbed,
            temporary=temporary or rewritten.copy is not None,
        ),
        misfits=pl.concat(rewritten.misfits),
        blank=0,
        titles=readable(grid[:TITLE_RECORDS]),
    )


def _are_short(body: Sequence[Sequence[str]], width: int, name: str) -> bool:
    """Tell from the first records whether trailing fields are commonly left out."""
    filled = [fields for fields in body if any(text.strip() for text in fields)]
    long = [fields for fields in filled if any(text.strip() for text in fields[width:])]
    if len(long) > COMMONLY * len(filled):
        most = max(map(len, long))
        raise UserError("reading.wider_than_header", file=name, header=width, body=most)
    return sum(len(fields) < width for fields in filled) > COMMONLY * len(filled)


def _head(body: Sequence[Sequence[str]], width: int) -> pl.DataFrame:
    rows = readable([[*map(clean_text, fields)] for fields in body if len(fields) == width])
    return pl.DataFrame(
        rows, schema={f"c{n}": pl.String for n in range(1, width + 1)}, orient="row"
    )


def _chunks(path: Path) -> Iterator[bytes]:
    """Give the bytes of a file in chunks that end with a line."""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk + file.readline()


def _transcode(path: Path, encoding: str) -> Path:
    """Write a copy in UTF-8 whose lines end with a line feed.

    Unreadable lines get a byte that keeps them unreadable.
    """
    with tempfile.NamedTemporaryFile("wb", suffix=".csv", delete=False) as copy:
        if codecs.lookup(encoding).name.startswith(("utf-16", "utf-32")):
            with path.open(encoding=encoding) as file:
                while text := file.read(_CHUNK_BYTES):
                    copy.write(text.encode())
        else:
            for chunk in _chunks(path):
                text = decode(chunk, encoding, path.name)
                text = text.replace("\r\n", "\n").replace("\r", "\n")
                copy.write(UNREADABLE.sub("\udcff", text).encode(UTF8, "surrogateescape"))
    return Path(copy.name)
