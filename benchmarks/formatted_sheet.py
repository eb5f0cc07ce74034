"""A sheet of 698 x 22 filled cells among 877,621 formatted rows: processor time to read it.

    PYTHONPATH=. python benchmarks/formatted_sheet.py [cells]

With ``cells`` each of the 22 cells of a row has a format, else the row has.
"""

import io
import resource
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import xlsxwriter

from nami_monitor.ingest.readers import read

FILLED, ROWS, COLUMNS = 698, 877_621, "ABCDEFGHIJKLMNOPQRSTUV"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def lines(cells: bool) -> Iterator[str]:
    """The XML of each row."""
    names = "".join(f'<c r="{c}1" t="inlineStr"><is><t>Kop {c}</t></is></c>' for c in COLUMNS)
    yield f'<row r="1">{names}</row>'
    for row in range(2, FILLED + 2):
        yield (
            f'<row r="{row}">'
            + "".join(f'<c r="{c}{row}"><v>{row}</v></c>' for c in COLUMNS)
            + "</row>"
        )
    for row in range(FILLED + 2, ROWS + 1):
        blank = "".join(f'<c r="{c}{row}" s="1"/>' for c in COLUMNS) if cells else ""
        yield f'<row r="{row}" s="1" customFormat="1">{blank}</row>'


def book(path: Path, cells: bool) -> None:
    """Write the workbook."""
    plain = io.BytesIO()
    with xlsxwriter.Workbook(plain) as workbook:
        workbook.add_worksheet("Blad1").write(0, 0, "x")
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            if part.filename != "xl/worksheets/sheet1.xml":
                new.writestr(part, old.read(part))
                continue
            with new.open(part.filename, "w") as file:
                file.write(f'<worksheet xmlns="{MAIN}"><sheetData>'.encode())
                for line in lines(cells):
                    file.write(line.encode())
                file.write(b"</sheetData></worksheet>")


def main() -> None:
    """Write it, read it, and print what that took."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "formatted.xlsx"
        book(path, "cells" in sys.argv)
        (sheet,) = read(path)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = used.ru_utime + used.ru_stime
        print(
            f"{path.stat().st_size / 1e6:.0f} MB: {sheet.rows.height} rows of"
            f" {len(sheet.columns)} columns, {seconds:.1f} s of CPU"
        )


if __name__ == "__main__":
    main()
