"""What a report says, as plain text, whatever its format."""

import io
import re
from html import unescape

import openpyxl
from pptx import Presentation
from pypdf import PdfReader

from nami_monitor.reports.report_file import Format


def plain(words):
    """Text without spaces: where a line ends is for each surface to choose."""
    return re.sub(r"\s", "", words)


def html_text(file):
    return plain(unescape(re.sub(r"<[^>]+>", " ", file.decode())))


def deck_text(file):
    """What slides, their tables and notes say; a table that goes on repeats its headings only."""
    said = []
    for slide in Presentation(io.BytesIO(file)).slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                said.append(shape.text_frame.text)
            if shape.has_table:
                said += [cell.text for row in shape.table.rows for cell in row.cells]
        said.append(slide.notes_slide.notes_text_frame.text)
    return plain(" ".join(said))


def pdf_text(file):
    return plain(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(file)).pages))


READERS = {Format.HTML: html_text, Format.PPTX: deck_text, Format.PDF: pdf_text}


def workbook(file):
    return openpyxl.load_workbook(io.BytesIO(file))
