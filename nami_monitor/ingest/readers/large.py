"""The plan for a text file that is too large to hold in memory."""

import codecs
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import polars as pl

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.cells import LargeCsv, Layout, Sheet, clean_text
from nami_monitor.ingest.readers.records import physical_lines, split_records
from nami_monitor.ingest.readers.straight import straighten
from nami_monitor.ingest.readers.survey import Shape
from nami_monitor.ingest.readers.table import (
    TITLE_RECORDS,
    plan_table,
    readable,
    refuse_unreadable,
)
from nami_monitor.ingest.sniff.delimiters import sniff_delimiter
from nami_monitor.ingest.sniff.encodings import UNREADABLE, UTF8, decode, sniff_encoding
from nami_monitor.ingest.sniff.headers import SAMPLE_RECORDS

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
    grid = [
        [clean_text(field) for field in record.fields or ()] for record in records[:SAMPLE_RECORDS]
    ]
    plan = plan_table(grid, layout, name)
    refuse_unreadable(plan, name)
    width = len(plan.columns)
    skipped = records[plan.skip - 1].end if plan.skip else 0
    above = "".join(lines[:skipped]).encode(UTF8, "surrogateescape")
    marks = len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0
    body = [record.fields for record in records[plan.skip :] if record.fields is not None]
    short = _are_short(body, width, name)
    first = _head(body, width)
    shape = Shape(delimiter, width, plan.header, short, tuple(first.head(SAMPLE_RECORDS).rows()))
    plain = b'"' not in above and all(line.strip() for line in lines[:skipped])
    straight = straighten(
        target, len(above) + marks, plan.skip + 1, shape, copy=not plain, name=name
    )
    if straight.copy and temporary:
        target.unlink()
    return Sheet(
        name=name,
        layout=plan.layout,
        columns=plan.columns,
        rows=LargeCsv(
            path=straight.copy or target,
            delimiter=delimiter,
            quote='"',
            data_starts=plan.skip + 1,
            skip_lines=0 if straight.copy else skipped,
            fields=width,
            head=first,
            spaced=straight.spaced,
            broken=straight.broken,
            tabbed=straight.tabbed,
            temporary=temporary or straight.copy is not None,
        ),
        misfits=pl.concat(straight.misfits),
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
