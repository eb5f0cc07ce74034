"""Files to sheets: a reader per format, chosen by content."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.cells import Layout, Sheet
from nami_monitor.ingest.readers.delimited import read_delimited
from nami_monitor.ingest.readers.ocds import read_ocds
from nami_monitor.ingest.readers.parquet import read_parquet
from nami_monitor.ingest.readers.spreadsheet import read_spreadsheet
from nami_monitor.ingest.sniff.formats import sniff_format

#: A new format is one module and one entry.
READERS: Final[Mapping[str, Callable[[Path, Layout, Path | None], list[Sheet]]]] = {
    "csv": read_delimited,
    "xlsx": partial(read_spreadsheet, form="xlsx"),
    "xls": partial(read_spreadsheet, form="xls"),
    "ods": partial(read_spreadsheet, form="ods"),
    "parquet": read_parquet,
    "ocds": read_ocds,
}


def shown_name(path: Path) -> str:
    """A file's name as text that can be shown; bytes that are no UTF-8 become U+FFFD."""
    return path.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def read(path: Path, layout: Layout | None = None, folder: Path | None = None) -> list[Sheet]:
    """Read a file as it is.

    Args:
        path: The file; its extension plays no part.
        layout: What a profile states; everything else is sniffed.
        folder: Where the cells of a spreadsheet are kept, so that the next reading of the same
            content does not parse it again; its owner removes it. None: they are not kept.

    Returns:
        The sheet with the table; all sheets with data when the layout's sheet is "*".

    Raises:
        UserError: with what was seen and what to do, when the file cannot be understood.
    """
    layout = layout or Layout()
    if shown_name(path) != path.name:
        raise UserError("reading.file_name", file=shown_name(path))
    form = sniff_format(path)
    if layout.format not in (None, form):
        raise UserError("reading.other_format", file=path.name, stated=layout.format, found=form)
    return READERS[form](path, layout, folder)
