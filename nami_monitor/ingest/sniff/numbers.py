"""Which decimal sign the texts of a column prove."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final, Literal

from nami_monitor.ingest.cells import Cell, kind_of

Evidence = Literal[",", ".", "ambiguous", "none"]

#: A proof that fewer than one value in a hundred contradicts holds; those few values are typing
#: errors, and they fail to convert later on.
TYPO_SHARE: Final = 0.01

_AMOUNT = re.compile(
    r"""^[(+\-\u2212]?\s*
        (?:(?:€|£|\$|\ufffd|EUR|GBP|USD)\s*)?
        [+\-\u2212]?\s*
        (?P<digits>(?:\d[\d.,'\u2019 \u00a0\u202f]*|[.,]\d+))
        (?:E[+\-]?\d+)?
        \s*[)\-\u2212%]*\s*(?:€|£|\$|EUR|GBP|USD|%)?\s*[)\-]?$""",
    re.IGNORECASE | re.VERBOSE,
)
_SPACES = re.compile(r"[\s'\u2019\u00a0\u202f]")
_GROUPED = {sign: re.compile(rf"^\d{{1,3}}(?:\{sign}\d{{3}})+$") for sign in ",."}
_OTHER: Final[Mapping[str, Evidence]] = {",": ".", ".": ","}


def is_number(text: str) -> bool:
    """Tell whether a text reads as a number or an amount in any notation."""
    return _AMOUNT.match(text) is not None


def decimal_of(text: str) -> Evidence:
    """Give what one text proves: ``","``, ``"."``, ``"ambiguous"`` (``1.125``) or ``"none"``."""
    match = _AMOUNT.match(text)
    if match is None:
        return "none"
    digits = _SPACES.sub("", match["digits"]).rstrip(".,")
    signs = [sign for sign in digits if sign in ",."]
    if not signs:
        return "none"
    if len(set(signs)) == len(",."):
        return _decimal_of_both(digits)
    sign = signs[0]
    if len(signs) > 1:
        return _OTHER[sign] if _GROUPED[sign].match(digits) else "none"
    whole, part = digits.split(sign)
    if len(part) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0"):  # noqa: PLR2004
        return "ambiguous"
    return "," if sign == "," else "."


def _decimal_of_both(digits: str) -> Evidence:
    """Judge digits with both signs: the last one is the decimal sign if the rest is grouped."""
    last: Literal[",", "."] = "," if digits.rfind(",") > digits.rfind(".") else "."
    whole, _, _ = digits.rpartition(last)
    return last if _GROUPED[_OTHER[last]].match(whole) else "none"


def decimal_evidence(values: Iterable[Cell]) -> Evidence:
    """Say which decimal sign a column's text cells prove; tagged and empty cells prove nothing.

    Args:
        values: All cells of the column.

    Returns:
        A sign when proven, ``"ambiguous"`` when signs occur but prove nothing or contradict one
        another, ``"none"`` when there is no sign at all.
    """
    counts = Counter(
        decimal_of(text) for text in set(values) if text is not None and kind_of(text) is None
    )
    comma, point = counts[","], counts["."]
    if comma or point:
        fewest, most = sorted((comma, point))
        if fewest > TYPO_SHARE * (fewest + most):
            return "ambiguous"
        return "," if comma > point else "."
    return "ambiguous" if counts["ambiguous"] else "none"


def combine(columns: Mapping[str, Evidence]) -> dict[str, Evidence]:
    """Let one proof decide for the whole file; contradictory proofs hold for their column only.

    Args:
        columns: What ``decimal_evidence`` says per column of one file.

    Returns:
        The same columns, with the sign to use where it is known.
    """
    proofs = {evidence for evidence in columns.values() if evidence in (",", ".")}
    if len(proofs) != 1:
        return dict(columns)
    return dict.fromkeys(columns, proofs.pop())
