"""Text files with separators (csv, tsv), read exactly."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import polars as pl

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.cells import MENDED, Layout, Sheet, clean_text
from nami_monitor.ingest.parse.sheets import budget_of
from nami_monitor.ingest.readers.large_csv import (
    COMMONLY,
    LARGE_BYTES,
    MOST_WHOLE_BYTES,
    plan_large,
)
from nami_monitor.ingest.readers.records import (
    Record,
    head_cells,
    physical_lines,
    split_records,
    spoilt_rule,
)
from nami_monitor.ingest.readers.table import (
    TablePlan,
    clean_texts,
    finish,
    misfit_frame,
    plan_table,
    refuse_unreadable,
)
from nami_monitor.ingest.sniff.encodings import UNREADABLE, decode, sniff_delimiter, sniff_encoding
from nami_monitor.ingest.sniff.headers import is_label_row

#: Fields that become columns in one go; bounds the memory that lists of them take.
_CHUNK_FIELDS: Final = 500_000
_HEAD_BYTES: Final = 4096


@dataclass
class _Body:
    """The records below the header, sorted by how they fit it."""

    width: int
    lines: list[int] = field(default_factory=list)
    rows: list[Sequence[str]] = field(default_factory=list)
    frames: list[pl.DataFrame] = field(default_factory=list)
    fitting: int = 0
    short: list[tuple[int, list[str], str]] = field(default_factory=list)
    long: list[tuple[int, list[str], str]] = field(default_factory=list)
    misfits: list[tuple[int, str, str]] = field(default_factory=list)
    blank: int = 0

    def keep(self, line: int, fields: Sequence[str]) -> None:
        """Add a record that fits."""
        self.lines.append(line)
        self.rows.append(fields)
        self.fitting += 1
        if len(self.rows) * self.width >= _CHUNK_FIELDS:
            self.flush()

    def flush(self) -> None:
        """Turn the records at hand into columns."""
        columns = list(zip(*self.rows, strict=True)) or [()] * self.width
        data: dict[str, Sequence[int] | Sequence[str]] = {"line": self.lines}
        data |= {f"c{number}": column for number, column in enumerate(columns, 1)}
        schema = {"line": pl.Int64} | dict.fromkeys(list(data)[1:], pl.String)
        frame = pl.DataFrame(data, schema=schema)
        self.frames.append(frame.with_columns(clean_texts(pl.col(pl.String))))
        self.lines, self.rows = [], []


def read_delimited(path: Path, layout: Layout, _folder: Path | None = None) -> list[Sheet]:
    """Read a text file with separators; one sheet, named as the file.

    Beyond LARGE_BYTES only the plan of the file is made.

    Raises:
        UserError: when encoding, separator or header cannot be told, or there is no data.
    """
    if _is_streamed(path, layout):
        return [plan_large(path, layout)]
    content = path.read_bytes()
    encoding = layout.encoding or sniff_encoding([content], path.name)
    text = decode(content, encoding, path.name)
    delimiter = layout.delimiter or sniff_delimiter(text, path.name)
    layout = replace(layout, format="csv", encoding=encoding, delimiter=delimiter, sheet=None)
    lines = physical_lines(text)
    grid = head_cells(split_records(lines, delimiter))
    plan = plan_table(grid, layout, path.name)
    refuse_unreadable(plan, path.name)
    body = _sort_records(lines, split_records(lines, delimiter), plan)
    frame = _settle_widths(body, path.name, budget_of(path).cells)
    misfits = misfit_frame(body.misfits)
    return [finish(path.name, plan, frame, misfits=misfits, titles=grid, blank=body.blank)]


def _is_streamed(path: Path, layout: Layout) -> bool:
    """Tell whether a file is streamed; the limit is higher for mended set-aside rows."""
    with path.open("rb") as file:
        whole = bool(layout.fill_down) or MENDED[0].encode() in file.read(_HEAD_BYTES)
    return path.stat().st_size > (MOST_WHOLE_BYTES if whole else LARGE_BYTES)


def _sort_records(lines: list[str], records: Iterator[Record], plan: TablePlan) -> _Body:
    """Sort the records below the header: fitting, blank, short, long and misfits."""
    body = _Body(len(plan.columns))
    for record in records:
        if record.line <= plan.skip:
            continue
        fields = record.fields
        raw = "".join(lines[record.start : record.end])
        if body.width > 1 and not raw.strip("\r\n"):
            body.blank += 1
            continue
        rule = spoilt_rule(fields, raw, plan.layout.delimiter or ",")
        if rule or fields is None:
            body.misfits.append((record.line, rule or "", _shown(raw)))
        elif len(fields) == body.width:
            body.keep(record.line, fields)
        elif not any(text.strip() for text in fields):
            body.blank += 1
        elif len(fields) < body.width:
            body.short.append((record.line, fields, _shown(raw)))
        elif not any(text.strip() for text in fields[body.width :]):
            body.keep(record.line, fields[: body.width])
        else:
            body.long.append((record.line, fields, _shown(raw)))
    return body


def _shown(raw: str) -> str:
    return UNREADABLE.sub("\ufffd", raw.rstrip("\r\n"))


def _settle_widths(body: _Body, name: str, most_cells: int) -> pl.DataFrame:
    """Decide on short and long records and give all rows in the order of the file."""
    total = body.fitting + len(body.short) + len(body.long)
    if total * body.width > most_cells:
        raise UserError("reading.too_far", file=name, rows=total, columns=body.width)
    if len(body.long) > COMMONLY * total:
        most = max(len(fields) for _, fields, _ in body.long)
        raise UserError("reading.wider_than_header", file=name, header=body.width, body=most)
    if len(body.short) > COMMONLY * total:
        for line, fields, _ in body.short:
            body.keep(line, fields + [""] * (body.width - len(fields)))
        body.short = []
    body.flush()
    frame = pl.concat(body.frames).sort("line")
    last = frame["line"].max() if frame.height else 0
    others = sorted([*body.short, *body.long])
    tail = [other for other in others if other[0] > (last if isinstance(last, int) else 0)]
    second = len(tail) > 1 and is_label_row([clean_text(text) for text in tail[0][1]])
    for line, fields, raw in others:
        rule = "too_few_fields" if len(fields) < body.width else "too_many_fields"
        in_second = second and line >= tail[0][0]
        body.misfits.append((line, "second_table" if in_second else rule, raw))
    return frame
