"""How texts of others are shown: one function for each place where they appear.

Texts from files, forms, profiles, file names and settings are stored as they came. Each goes
through the function of its target just before it is shown, so that it looks as it was typed and
does nothing else.
"""

import json
import re
from collections.abc import Callable
from html import escape
from typing import Any, Final, NewType

Markdown = NewType("Markdown", str)
"""Text that Streamlit may render as Markdown: all that came from others in it is escaped."""

HIDDEN: Final = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"  # control characters
    "\xad\u200b-\u200d\u2060-\u2065\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"  # without a width
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # direction
    "\ud800-\udfff\ufffe\uffff"  # no characters
)
HIDDEN_SIGN: Final = re.compile(f"[{HIDDEN}]")
ENDS_OF_LINES: Final = re.compile("\r\n|[\r\x85\u2028\u2029]")
IN_A_LINE: Final = re.compile(f"[{HIDDEN}\t\n\r\x85\u2028\u2029]")

JOINER: Final = "\N{WORD JOINER}"
"""Has no width. Streamlit replaces some signs after it read escapes; this parts them."""

APOSTROPHE: Final = "'"

SIGNS: Final = re.compile(r"[\\`*_\[\]<>$~|]|&(?=#?\w+;)|:(?=[^\W\d])")
AT_THE_START: Final = re.compile(r"^(\d+)(?=[.)](?:\s|$))|^(?=[-+=:#])")
REPLACED: Final = re.compile(
    r":(?!\d\d?[:/])(?=[\w+-]+[:/]|//)"  # emoji, icons, addresses; a time stays whole
    r"|(?<=www)(?=\.)"
    r"|(?<=@)(?=\w)"
    r"|(?<![^\s])(?:<-|[-<>~])(?=(?:[->=])(?:\s|$))",  # arrows and dashes
    re.IGNORECASE,
)


def plain(words: str) -> str:
    """A text without signs that have no shape or turn its direction; lines stay lines.

    For what renders no markup: charts, tables, fields, slides, workbooks, and the data of the PDF.
    """
    return HIDDEN_SIGN.sub("", ENDS_OF_LINES.sub("\n", words))


def plain_texts(value: Any) -> Any:
    """Plain data with every text in it as ``plain`` gives it."""
    return rewritten(value, plain)


def rewritten(value: Any, rewrite: Callable[[str], str]) -> Any:
    """Plain data (lists, dicts, values) with every text in it rewritten; keys stay."""
    if isinstance(value, str):
        return rewrite(value)
    if isinstance(value, list | tuple):
        return [rewritten(one, rewrite) for one in value]
    if isinstance(value, dict):
        return {key: rewritten(one, rewrite) for key, one in value.items()}
    return value


def markdown(words: str) -> Markdown:
    """A text that looks as typed where Streamlit renders Markdown: bodies, labels, help, tables."""
    return Markdown("  \n".join(map(_line, plain(words).strip("\n").split("\n"))))


def _line(words: str) -> str:
    """One line; of the blanks around it one is left, for more would make it code."""
    inner = REPLACED.sub(lambda found: found[0] + JOINER, words.strip())
    escaped = AT_THE_START.sub(r"\1\\", SIGNS.sub(r"\\\g<0>", inner))
    before, after = (" " if edge.isspace() else "" for edge in (words[:1], words[-1:]))
    return f"{before}{escaped}{after}" if inner else before


def code(words: str) -> Markdown:
    """A text as code where Streamlit renders Markdown."""
    return Markdown(f"`{IN_A_LINE.sub('', words).replace('`', APOSTROPHE)}`")


def html(words: str) -> str:
    """A text in HTML, also between quotes of an attribute."""
    return escape(plain(words))


def literal(values: Any) -> str:
    """Texts or a list of them as they stand in an expression of Vega."""
    return json.dumps(plain_texts(values), ensure_ascii=False)


def terminal(line: str) -> str:
    """One line in a terminal: control characters as their symbols, what turns direction as U+FFFD.

    A terminal obeys control characters, and nobody sees that a file name bears some.
    """
    return IN_A_LINE.sub(_symbol, line)


def _symbol(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:  # noqa: PLR2004 - the symbols of control characters have their order
        return chr(0x2400 + code)
    return "\N{SYMBOL FOR DELETE}" if code == 0x7F else "\N{REPLACEMENT CHARACTER}"  # noqa: PLR2004


def json_text(document: Any, indent: int | None = 2) -> str:
    """A document as JSON that a terminal may show: the same data, hidden signs by their number.

    Without an indent it is one line.
    """
    written = json.dumps(document, ensure_ascii=False, indent=indent)
    return HIDDEN_SIGN.sub(lambda found: json.dumps(found[0])[1:-1], written)
