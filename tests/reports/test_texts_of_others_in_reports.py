"""Markup in every text of a report: every format shows it, and does nothing with it."""

import io
import re
from dataclasses import fields, is_dataclass, replace

import pikepdf
import pytest
from pptx import Presentation

from nami_monitor.reports import deck, page_html, pdf
from nami_monitor.reports.branding import NEUTRAL
from nami_monitor.reports.document import AskedDecision
from tests.support.markup import BEGIN, OUTSIDE, PIECES, foreign_tags, hidden_signs, planted

KEPT = {"code", "lang", "spec", "slide", "table", "stands_on", "name"}

ASKED = AskedDecision("n", "Vraag?", (("Doen", "Geeft"), ("Laten", "")), 0, None, "wie", "1 jan")


def marked(value, kind):
    """A part of a report with markup behind each of its texts."""
    if isinstance(value, str):
        return f"{value} {planted(kind)}" if type(value) is str else value
    if isinstance(value, tuple):
        return tuple(marked(one, kind) for one in value)
    if is_dataclass(value):
        return replace(
            value,
            **{
                field.name: marked(getattr(value, field.name), kind)
                for field in fields(value)
                if field.name not in KEPT
            },
        )
    return value


@pytest.fixture(scope="module")
def hostile(laid_out):
    """A page of figures, one with a table, and one that asks; each bears other markup."""
    whole = laid_out["nl"]
    some = [
        next(page for page in whole.pages if page.figures),
        next(page for page in whole.pages if page.grid),
        *whole.pages[:1],
    ]
    kinds = list(PIECES)
    pages = [
        marked(replace(page, decision=ASKED, told="Verhaal"), kind)
        for page, kind in zip(some * (len(kinds) // len(some) + 1), kinds, strict=False)
    ]
    return replace(marked(whole, "tag"), pages=tuple(pages))


def test_the_page_bears_no_tag_of_a_text(hostile):
    made = page_html.render(hostile, NEUTRAL).decode()
    tags = [tag for tag in foreign_tags(made) if tag[0] != "meta"]
    assert tags == []
    assert not hidden_signs(made)
    assert made.count(BEGIN) > len(PIECES)


@pytest.mark.slow
def test_the_deck_bears_no_link_and_no_hidden_sign(hostile):
    made = Presentation(io.BytesIO(deck.render(hostile, NEUTRAL)))
    xml = ""
    for slide in made.slides:
        parts = [slide.part, *(one.target_part for one in slide.part.rels.values()
                               if not one.is_external)]  # fmt: skip
        assert not [one for part in parts for one in part.rels.values()
                    if one.is_external]  # fmt: skip
        xml += slide.part.blob.decode()
    assert not hidden_signs(xml)
    assert xml.count(BEGIN) > len(PIECES)
    assert "hlinkClick" not in xml


@pytest.mark.slow
def test_the_pdf_bears_no_action_that_a_text_asked_for(hostile):
    made = pdf.render(hostile, NEUTRAL)
    with pikepdf.open(io.BytesIO(made)) as found:
        asked = [str(one.get("/URI", "")) for one in found.objects
                 if isinstance(one, pikepdf.Dictionary)]  # fmt: skip
    assert not [address for address in asked if OUTSIDE in address]
    assert not re.search(rb"/JavaScript|/Launch|/SubmitForm", made)
