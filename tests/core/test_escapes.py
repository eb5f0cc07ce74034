"""Texts of others look as they were typed, wherever they are shown."""

import json
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from nami_monitor.core import escapes
from tests.support.markup import BEGIN, END, PIECES, foreign_tags, hidden_signs, left_active

ORDINARY = ["A&B 50% (2*3)_x", "Wc-papier 2-laags", "12. pakken", "€ 3,50 [oud]", "a:b 10:30", "-3"]
SIGNS = "\\`*_{}[]()<>#+-.!|~$&:=@^\"' \n\tab1"
COMMON = MarkdownIt("gfm-like", {"linkify": False})


def read(rendered):
    """What a reader of CommonMark sees: tags that were made, and the text between them."""
    html = COMMON.render(rendered)
    tags = [token.type for token in COMMON.parse(rendered)]
    inline = [child.type for token in COMMON.parse(rendered) for child in token.children or ()]
    words = html.replace("<p>", "").replace("</p>", "").replace("<br />", "")
    return {*tags, *inline}, unescape(words).replace(escapes.JOINER, "").strip()


def seen(words):
    """A text without what cannot be seen."""
    lines = [line.strip() for line in escapes.plain(words).strip().split("\n")]
    return " ".join(" ".join(lines).split())


PLAIN_TOKENS = {"paragraph_open", "paragraph_close", "inline", "text", "hardbreak", "softbreak",
                "text_special"}  # fmt: skip


@pytest.mark.parametrize("words", [*ORDINARY, *PIECES.values()])
def test_what_was_typed_is_what_is_read(words):
    tokens, text = read(escapes.markdown(words))
    assert tokens <= PLAIN_TOKENS
    assert " ".join(text.split()) == seen(words)


@given(st.text(alphabet=SIGNS, max_size=40))
def test_no_text_makes_markup(words):
    tokens, text = read(escapes.markdown(words))
    assert tokens <= PLAIN_TOKENS
    assert " ".join(text.split()) == seen(words)
    assert not left_active(f"{BEGIN}{escapes.markdown(words)}{END}")


@pytest.mark.parametrize("before", ["", "- ", "**x:** ", "1. "])
@given(st.text(alphabet=SIGNS, max_size=30))
def test_no_text_breaks_out_of_the_line_that_it_stands_in(before, words):
    own, _ = read(before + "x")
    tokens, _ = read(before + escapes.markdown("x" + words))
    assert tokens - PLAIN_TOKENS == own - PLAIN_TOKENS


@pytest.mark.parametrize(
    "words", ["02:29", "2026-03-01 02:29:30", "van 2:29: tot 3:07/4:10", "12:00:00:00", "1:2"]
)
def test_a_time_stays_as_it_is(words):
    assert escapes.JOINER not in escapes.markdown(words)


@pytest.mark.parametrize("words", [":100:", ":1234:", "a:8ball:", "12:+1:", ":-1:", "9:clock9:"])
def test_what_would_become_a_picture_is_parted(words):
    assert escapes.JOINER in escapes.markdown(words)


def test_a_part_of_a_sentence_keeps_its_blank():
    assert escapes.markdown(" (oud)   ") == " (oud) "


@pytest.mark.parametrize("kind", PIECES)
def test_a_page_gets_no_tag_and_no_hidden_sign(kind):
    piece = PIECES[kind]
    assert not left_active(f"{BEGIN}{escapes.markdown(piece)}{END}")
    for target in (escapes.plain, escapes.markdown, escapes.html, escapes.code):
        assert not hidden_signs(target(piece)), target
    assert not foreign_tags(f'<a title="{escapes.html(piece)}">{escapes.html(piece)}</a>')
    assert json.loads(escapes.literal(piece)) == escapes.plain(piece)


@given(st.text())
def test_nothing_that_a_terminal_obeys_reaches_it(words):
    shown = escapes.terminal(words)
    assert not hidden_signs(shown)
    assert not set("\n\r\t\x1b") & set(shown)
    assert shown == escapes.terminal(shown)


@given(st.text())
def test_json_for_a_terminal_is_the_same_data(words):
    written = escapes.json_text({"name": words})
    assert json.loads(written) == {"name": words}
    assert not hidden_signs(written)


def test_signs_of_a_name_are_seen_in_a_terminal():
    assert (
        escapes.terminal("a\x1b[31m\u202e.csv")
        == "a\N{SYMBOL FOR ESCAPE}[31m\N{REPLACEMENT CHARACTER}.csv"
    )
