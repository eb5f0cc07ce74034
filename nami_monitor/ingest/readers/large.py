"""The plan for a text file that is too large to hold in memory."""

import codecs
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.cells import LargeCsv, Layout, Sheet, clean_text
from nami_monitor.ingest.readers.records import physical_lines, split_records
from nami_monitor.ingest.readers.table import TITLE_RECORDS, misfit_frame, plan_table
from nami_monitor.ingest.sniff.delimiters import sniff_delimiter
from nami_monitor.ingest.sniff.encodings import UNREADABLE, UTF8, decode, sniff_encoding

#: Up to here a file is read record by record; beyond, that takes minutes and gigabytes.
LARGE_BYTES: Final = 64 * 1024 * 1024
_HEAD_BYTES: Final = 1024 * 1024
_CHUNK_BYTES: Final = 16 * 1024 * 1024


def plan_large(path: Path, layout: Layout) -> Sheet:
    """Sniff the head of a large text file and the encoding of all of it.

    Returns:
        A sheet whose rows are a LargeCsv in UTF-8. Lines that the encoding cannot explain are no
        valid UTF-8 there, so that they are rejected while streaming.

    Raises:
        UserError: as for small files; also when values are to be filled down.
    """
    if layout.fill_down:
        raise UserError("reading.fill_down_large", file=path.name)
    encoding = layout.encoding or sniff_encoding(_chunks(path), path.name)
    plain = codecs.lookup(encoding).name in (UTF8, "utf-8-sig")
    target = path if plain else _transcode(path, encoding)
    with target.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    text = decode(head[: head.rfind(b"\n") + 1] or head, UTF8, path.name)
    delimiter = layout.delimiter or sniff_delimiter(text, path.name)
    layout = replace(layout, format="csv", encoding=encoding, delimiter=delimiter, sheet=None)
    records = list(split_records(physical_lines(text), delimiter))
    grid = [[clean_text(field) for field in record.fields or ()] for record in records]
    plan = plan_table(grid, layout, path.name)
    titles = [
        tuple(UNREADABLE.sub("\ufffd", cell) if cell else cell for cell in row)
        for row in grid[:TITLE_RECORDS]
    ]
    return Sheet(
        name=path.name,
        layout=plan.layout,
        columns=plan.columns,
        rows=LargeCsv(
            path=target,
            delimiter=delimiter,
            quote='"',
            data_starts=plan.skip + 1,
            skip_lines=records[plan.skip - 1].end if plan.skip else 0,
            fields=len(plan.columns),
            temporary=not plain,
        ),
        misfits=misfit_frame([]),
        blank=0,
        titles=tuple(titles),
    )


def _chunks(path: Path) -> Iterator[bytes]:
    """Give the bytes of a file in chunks that end with a line."""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk + file.readline()


def _transcode(path: Path, encoding: str) -> Path:
    """Write a copy in UTF-8; unreadable lines get a byte that keeps them unreadable."""
    with tempfile.NamedTemporaryFile("wb", suffix=".csv", delete=False) as copy:
        if codecs.lookup(encoding).name.startswith(("utf-16", "utf-32")):
            with path.open(encoding=encoding, newline="") as file:
                while text := file.read(_CHUNK_BYTES):
                    copy.write(text.encode())
        else:
            for chunk in _chunks(path):
                text = decode(chunk, encoding, path.name)
                copy.write(UNREADABLE.sub("\udcff", text).encode(UTF8, "surrogateescape"))
    return Path(copy.name)
