"""With which currency a spreadsheet shows a number: what its number format says, or its text.

Only the format says so: the cell itself holds a bare number.
"""

import re
from typing import Final

from nami_monitor.ingest.limits import LONGEST_SIGN

MONEY_SIGNS: Final = (
    "$\u00a2\u00a3\u00a5\u058f\u060b\u09f2\u09f3\u09fb\u0af1\u0bf9\u0e3f\u17db\u20a0-\u20c0"
    "\ufdfc\ufe69\uff04\uffe0\uffe1\uffe5\uffe6"
)
"""Signs of currencies, as a part of a class of a pattern; not the sign of any currency at all."""
_LONGEST_FORMAT: Final = 512
"""Characters of a number format that are looked at; Excel stops at 255."""
_PARTS: Final = re.compile(
    r'\[\$(?P<symbol>[^\]\-]{0,32})[^\]]{0,32}\]|\[[^\]]{0,32}\]|"(?P<quoted>[^"]{0,128})"'
    r"|\\(?P<escaped>.)|[_*].|(?P<bare>.)"
)
"""A symbol with its language, a condition or colour, a text, a sign, a width or filling."""
_SIGN: Final = re.compile(rf"(?<![A-Za-z])[A-Z]{{0,3}}[{MONEY_SIGNS}]|[{MONEY_SIGNS}]")
_HOME: Final = re.compile(r"(?<![^\W\d_])(?:kr|z\u0142|K\u010d|Fr)(?![^\W\d_])")
"""Words that stand for a currency at home."""
_CODE: Final = re.compile(r"(?<![^\W\d_])[A-Z]{3}(?![^\W\d_])")


def currency_of_format(code: str) -> str:
    """The sign or code of a currency with which a number format shows numbers, empty if none."""
    literals = []
    for part in _PARTS.finditer(code[:_LONGEST_FORMAT]):
        if symbol := (part["symbol"] or "").strip():
            return symbol[:LONGEST_SIGN]
        literals.append(part["quoted"] or part["escaped"] or part["bare"] or "")
    return currency_in("".join(literals))


def currency_in(text: str) -> str:
    """The first sign of a currency in a text, else the first code of one; empty if none."""
    if sign := _SIGN.search(text) or _HOME.search(text):
        return sign[0]
    words = _CODE.findall(text)
    if not words:
        return ""
    from babel.numbers import list_currencies  # noqa: PLC0415  few files come here

    return next((word for word in words if word in list_currencies()), "")
