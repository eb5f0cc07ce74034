"""What a profile states about texts, held against what the texts prove.

A supplier who changes the decimal sign or the order of day and month would otherwise be misread in
silence: ``1.234`` and ``03/04/2025`` are read either way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from nami_monitor.core.errors import UserError, short
from nami_monitor.ingest.cells import Cell, kind_of
from nami_monitor.ingest.sniff.numbers import TYPO_SHARE, decimal_evidence, decimal_of
from nami_monitor.ingest.sniff.values import date_formats, parse_date


def check_decimal(column: str, texts: Sequence[Cell], stated: str) -> None:
    """Refuse a column whose texts prove the other decimal sign.

    Args:
        column: its header, for the sentence.
        texts: its cells.
        stated: the sign that the profile states.

    Raises:
        UserError: ``import.decimal_contradicted``.
    """
    proven = decimal_evidence(texts)
    if proven in {",", "."} and proven != stated:
        example = next(text for text in _plain(texts) if decimal_of(text) == proven)
        raise UserError(
            "import.decimal_contradicted",
            column=short(column),
            stated=stated,
            example=short(example),
        )


def check_dates(column: str, texts: Sequence[Cell], stated: Sequence[str]) -> None:
    """Refuse a column whose texts prove other patterns than those stated.

    Either the stated patterns leave most texts unread, or they swap day and month: by the proven
    patterns a text is another day, and more of the texts are read than a typing error explains.

    Args:
        column: its header, for the sentence.
        texts: its cells.
        stated: the patterns that the profile states.

    Raises:
        UserError: ``import.dates_contradicted``.
    """
    proven = date_formats(texts)
    dated = [pattern for pattern in stated if "%y" in pattern.casefold()]
    if not isinstance(proven, tuple) or not proven or not dated:
        return
    both = [(text, _read(text, dated), _read(text, proven)) for text in _plain(texts)]
    known = [(text, said, meant) for text, said, meant in both if meant is not None]
    unread = [text for text, said, _ in known if said is None]
    swapped = [text for text, said, meant in known if said is not None and said != meant]
    if len(unread) <= TYPO_SHARE * len(known):
        return
    if swapped or len(unread) > len(known) / 2:
        raise UserError(
            "import.dates_contradicted",
            column=short(column),
            stated=", ".join(stated),
            found=", ".join(proven),
            example=short((swapped or unread)[0]),
        )


def _plain(texts: Iterable[Cell]) -> list[str]:
    return [text for text in texts if text is not None and kind_of(text) is None]


def _read(text: str, patterns: Sequence[str]) -> datetime | None:
    moments = (parse_date(text, pattern) for pattern in patterns)
    return next((moment for moment in moments if moment is not None), None)
