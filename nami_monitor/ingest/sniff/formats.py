"""Which format a file has, by what is in it; its extension plays no part."""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.parse.xls import SIGNATURE, DamagedError, open_compound
from nami_monitor.ingest.parse.xlsx import DAMAGED_PACKAGE

_HEAD_BYTES: Final = 4096
_ZIP: Final = b"PK\x03\x04"
_PARQUET: Final = b"PAR1"
_ODS: Final = b"opendocument.spreadsheet"
#: Streams of a compound file.
_ENCRYPTED: Final = "EncryptedPackage"
_WORKBOOKS: Final = frozenset({"Workbook", "Book"})

#: Words of a published file; a package may name its publisher and extensions before its releases.
_PUBLISHES: Final = (b'"ocid"', b'"releases"', b'"records"', b'"compiledRelease"')
_PREAMBLE_BYTES: Final = 65_536

#: What an empty file may hold: zero bytes, white space, byte order marks and separators.
_FILLING: Final = b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe;,|"

#: What is recognised by its first bytes and refused, by the key of the sentence.
_REFUSED_HEADS: Final[Mapping[str, tuple[bytes, ...]]] = {
    "reading.pdf": (b"%PDF",),
    "reading.image": (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*"),
    "reading.packed": (b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!"),
    "reading.document": (b"{\\rtf",),
}
_REFUSED_TEXTS: Final[Mapping[str, tuple[bytes, ...]]] = {
    "reading.html": tuple(
        b"<" + word for word in b"!doctype html,html,table,head,body,meta,style".split(b",")
    ),
    "reading.xml": (b"<",),
    "reading.json": (b'{"', b"{\n", b"{\r", b"{ ", b"{}", b"[{", b"[\n", b"[ "),
}
#: A text file holds next to no control signs besides tab and line ends.
_CONTROL_SHARE: Final = 0.02
_CONTROLS: Final = bytes(sorted(set(range(32)) - {9, 10, 11, 12, 13, 26, 27}))


def sniff_format(path: Path) -> str:
    """Tell the format of a file from its content.

    Returns:
        csv, xlsx, xls, ods, parquet or ocds.

    Raises:
        UserError: with the reason when the file is empty, damaged or of another kind.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        file.seek(0, 2)
        size = file.tell()
        file.seek(max(0, size - len(_PARQUET)))
        tail = file.read()
    filling = _FILLING if size == len(head) else _FILLING[:-3]
    if not head.strip(filling):
        raise UserError("reading.empty", file=path.name)
    for key, starts in _REFUSED_HEADS.items():
        if head.startswith(starts):
            raise UserError(key, file=path.name)
    if head.startswith(_PARQUET):
        if tail != _PARQUET or size < 3 * len(_PARQUET):
            raise UserError("reading.truncated", file=path.name, format="parquet")
        return "parquet"
    if head.startswith(SIGNATURE):
        return _ole_format(path)
    if head.startswith(_ZIP):
        return _zip_format(path, head)
    if _publishes(path, head):
        return "ocds"
    _refuse_other_texts(path.name, head)
    if size == len(head) and _is_json(head):
        raise UserError("reading.json", file=path.name)
    return "csv"


def _is_json(content: bytes) -> bool:
    """Tell whether a small file is JSON of another kind: a list, or a text between quotes."""
    try:
        return isinstance(json.loads(content), list | str)
    except (ValueError, RecursionError):
        return False


def _ole_format(path: Path) -> str:
    try:
        names = open_compound(path.read_bytes()).names
    except DamagedError as error:
        raise UserError("reading.truncated", file=path.name, format="xls") from error
    if _ENCRYPTED in names:
        raise UserError("reading.password", file=path.name)
    if not names & _WORKBOOKS:
        raise UserError("reading.document", file=path.name)
    return "xls"


def _zip_format(path: Path, head: bytes) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            kind = archive.open("mimetype").read(_HEAD_BYTES) if "mimetype" in names else b""
    except DAMAGED_PACKAGE as error:
        form = "ods" if _ODS in head else "xlsx"
        raise UserError("reading.truncated", file=path.name, format=form) from error
    if _ODS in kind:
        return "ods"
    if "xl/workbook.bin" in names:
        raise UserError("reading.not_yet", file=path.name, format="xlsb")
    if "xl/workbook.xml" in names:
        return "xlsx"
    if kind or "word/document.xml" in names or "ppt/presentation.xml" in names:
        raise UserError("reading.document", file=path.name)
    raise UserError("reading.packed", file=path.name)


def _publishes(path: Path, head: bytes) -> bool:
    """Tell whether a file is JSON that begins as releases of the contracting standard do."""
    start = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if not start.startswith((b"{", b"[")):
        return False
    with path.open("rb") as file:
        more = file.read(_PREAMBLE_BYTES).replace(b"\x00", b"")
    return any(word in more for word in _PUBLISHES)


def _refuse_other_texts(name: str, head: bytes) -> None:
    """Refuse web pages, XML, JSON and what is no text at all."""
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    start = (head.replace(b"\x00", b"") if b"\x00" in head else head).lstrip(
        b"\xef\xbb\xbf\xff\xfe \t\r\n"
    )
    for key, starts in _REFUSED_TEXTS.items():
        if start.lower().startswith(starts):
            raise UserError(key, file=name)
    text = head if not wide and not _looks_wide(head) else start
    controls = len(text) - len(text.translate(None, _CONTROLS))
    if controls > _CONTROL_SHARE * len(text):
        raise UserError("reading.binary", file=name)


def _looks_wide(head: bytes) -> bool:
    """Tell whether the zero bytes are those of UTF-16 without a byte order mark."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    half = len(head) // 2 or 1
    return max(even, odd) > half * 0.4 and min(even, odd) < half * 0.05
