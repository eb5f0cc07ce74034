"""Error values of an xlsx sheet, which the parser gives as empty cells."""

import re
import zipfile
from pathlib import Path, PurePosixPath
from typing import Final
from xml.parsers import expat

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_CHUNK: Final = 1024 * 1024


class _ErrorCells:
    """Collects the position and text of error cells while a sheet is parsed.

    Attributes:
        found: Error codes by row and column, from 0.
    """

    def __init__(self) -> None:
        self.found: dict[tuple[int, int], str] = {}
        self.row = self.column = -1
        self.in_error = self.in_value = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Follow where the parser is; cells without a reference follow the one before."""
        local = tag.rpartition(":")[2]
        if local == "row":
            self.row = int(attributes["r"]) - 1 if "r" in attributes else self.row + 1
            self.column = -1
        elif local == "c":
            reference = _REFERENCE.fullmatch(attributes.get("r", ""))
            self.column = _column_index(reference[1]) if reference else self.column + 1
            self.row = int(reference[2]) - 1 if reference else self.row
            self.in_error = attributes.get("t") == "e"
        elif local == "v":
            self.in_value = self.in_error

    def end(self, tag: str) -> None:
        """Close a value or a cell."""
        if tag.rpartition(":")[2] in {"v", "c"}:
            self.in_value = False

    def text(self, text: str) -> None:
        """Add to the code of the error cell under way."""
        if self.in_value:
            place = (self.row, self.column)
            self.found[place] = self.found.get(place, "") + text


def error_cells(path: Path, part: str) -> dict[tuple[int, int], str]:
    """Give the error codes of a sheet by row and column, from 0.

    Args:
        path: The xlsx package, already checked.
        part: Name of the sheet's part in it.

    Raises:
        ExpatError: when the sheet is no well-formed XML.
    """
    cells = _ErrorCells()
    parser = expat.ParserCreate()
    parser.StartElementHandler = cells.start
    parser.EndElementHandler = cells.end
    parser.CharacterDataHandler = cells.text
    with zipfile.ZipFile(path) as archive, archive.open(part) as file:
        while chunk := file.read(_CHUNK):
            parser.Parse(chunk)
    parser.Parse(b"", True)
    return cells.found


def sheet_parts(path: Path) -> dict[str, str]:
    """Give the part of each sheet by its name, from the workbook and its relations."""
    targets: dict[str, str] = {}
    sheets: dict[str, str] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        local = tag.rpartition(":")[2]
        if local == "Relationship":
            targets[attributes["Id"]] = attributes["Target"]
        elif local == "sheet":
            relation = next((v for k, v in attributes.items() if k.endswith(":id")), "")
            sheets[attributes.get("name", "")] = relation

    with zipfile.ZipFile(path) as archive:
        for part in ("xl/_rels/workbook.xml.rels", "xl/workbook.xml"):
            parser = expat.ParserCreate()
            parser.StartElementHandler = start
            parser.Parse(archive.read(part), True)
    folder = PurePosixPath("/xl")
    return {
        name: str(folder / targets[relation]).lstrip("/")
        for name, relation in sheets.items()
        if relation in targets
    }


def _column_index(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
