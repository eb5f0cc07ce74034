"""Writes ods files by hand: the smallest package around the XML of some sheets."""

import zipfile
from xml.sax.saxutils import escape

SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "table", "text", "style", "drawing")
)
CALC = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
MIME = "application/vnd.oasis.opendocument.spreadsheet"
MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
)


def cell(value=None, kind="string", shown=None, extra=""):
    """One cell: a text, or a stored value with its type."""
    if value is None:
        return f"<table:table-cell {extra}/>"
    name = {"date": "date-value", "boolean": "boolean-value", "time": "time-value"}
    stored = "" if kind == "string" else f'office:{name.get(kind, "value")}="{value}"'
    text = escape(str(value if shown is None else shown))
    return (
        f'<table:table-cell office:value-type="{kind}" {stored} {extra}>'
        f"<text:p>{text}</text:p></table:table-cell>"
    )


def row(*cells, extra=""):
    """A row; plain texts become text cells."""
    made = "".join(c if c.startswith("<") else cell(c) for c in cells)
    return f"<table:table-row {extra}>{made}</table:table-row>"


def sheet(name, *rows, extra=""):
    """A sheet of rows."""
    return f'<table:table table:name="{name}" {extra}>{"".join(rows)}</table:table>'


def write_ods(path, *sheets, styles="", before="", mime=MIME, manifest=MANIFEST):
    """Write an ods file."""
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<office:document-content {SPACES} {CALC}>'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{''.join(sheets)}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", mime, zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return path
