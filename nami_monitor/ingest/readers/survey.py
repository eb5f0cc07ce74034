"""Which lines of a block of text need a closer look before the store streams them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import numpy as np

from nami_monitor.ingest.sniff.encodings import is_utf8

#: The csv module reads no longer field, and the store no line that is much longer.
LONGEST_LINE: Final = 131_072
#: White space beyond ASCII, as UTF-8: the store trims blanks only.
_WIDE_BLANKS: Final = re.compile(
    rb"\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]|\xe2\x81\x9f|\xe3\x80\x80"
)
_FEED: Final = b"\n"
_QUOTE, _LINE_FEED, _RETURN, _BLANK, _DELETE = (ord(sign) for sign in '"\n\r \x7f')

Numbers = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Shape:
    """What a plain line looks like.

    Attributes:
        delimiter: Sign between fields.
        fields: Fields per record.
        header: The header's cells; empty when there is none. A record that says it again is a
            misfit.
        short: Whether records may leave out trailing fields.
        sample: The first records below the header, to tell the header of a second table by.
    """

    delimiter: str
    fields: int
    header: tuple[str | None, ...]
    short: bool
    sample: tuple[tuple[str | None, ...], ...]


@dataclass(frozen=True)
class Lines:
    """Where the lines of a block start and end (after the line feed), and which are not plain."""

    starts: Numbers
    ends: Numbers
    odd: Numbers


def survey(data: bytes, shape: Shape, newline: bytes, needle: bytes) -> tuple[bool, Lines]:
    """Find the lines of a block that are not plain, or below one: there a second table may begin.

    Args:
        data: Whole lines.
        shape: What a plain line looks like.
        newline: How lines end.
        needle: The longest word of the header.

    Returns:
        Whether blanks may stand around fields, and the lines.
    """
    signs = np.frombuffer(data, np.uint8)
    mark = ord(shape.delimiter)
    feeds = signs == _LINE_FEED
    places = np.flatnonzero(feeds | (signs == mark))
    ending = np.flatnonzero(signs[places] == _LINE_FEED)
    ends = places[ending] + 1
    counts = np.diff(ending, prepend=-1) - 1
    if not ends.size or ends[-1] < len(data):
        counts = np.append(counts, len(places) - 1 - (ending[-1] if ending.size else -1))
        ends = np.append(ends, len(data))
    starts = np.concatenate(([0], ends[:-1]))
    odd = np.zeros(len(ends), bool)
    quoted = b'"' in data
    if quoted:
        delimiters = places[signs[places] != _LINE_FEED]
        counts = counts - _check_quotes(signs, mark, delimiters, counts, starts, ends, odd)
    odd |= counts != shape.fields - 1
    sizes = ends - starts
    odd |= sizes > LONGEST_LINE
    odd |= sizes <= shape.fields - 1 + len(newline)
    _check_controls(data, signs, mark, newline, starts, ends, odd)
    if not data.isascii():
        _check_text(data, signs, starts, ends, odd)
    if needle:
        _check_header(data, needle, shape.header, starts, odd)
    odd[1:] |= odd[:-1]
    spaced = _are_spaced(data, signs, mark)
    return spaced, Lines(starts, ends, np.flatnonzero(odd))


def _line_of(starts: Numbers, places: Numbers) -> Numbers:
    return np.searchsorted(starts, places, side="right") - 1


def _check_quotes(
    signs: Numbers,
    mark: int,
    delimiters: Numbers,
    counts: Numbers,
    starts: Numbers,
    ends: Numbers,
    odd: Numbers,
) -> Numbers:
    """Mark lines whose quotes are not around whole fields; count the delimiters inside quotes."""
    quotes = np.flatnonzero(signs == _QUOTE)
    lines = _line_of(starts, quotes)
    totals = np.bincount(lines, minlength=len(starts))
    firsts = np.cumsum(totals) - totals
    rank = np.arange(len(quotes)) - firsts[lines]
    opens = rank % 2 == 0
    before = signs[np.maximum(quotes - 1, 0)]
    after = signs[np.minimum(quotes + 1, len(signs) - 1)]
    fits_open = (quotes == starts[lines]) | (before == mark) | ((before == _QUOTE) & (rank > 0))
    fits_close = (
        (quotes + 1 == ends[lines])
        | (after == mark)
        | (after == _LINE_FEED)
        | (after == _RETURN)
        | (after == _QUOTE)
    )
    odd[lines[np.where(opens, ~fits_open, ~fits_close)]] = True
    odd |= totals % 2 == 1
    quoted = np.repeat(totals > 0, counts)
    delimiters, held = delimiters[quoted], np.repeat(np.arange(len(starts)), counts)[quoted]
    inside = (np.searchsorted(quotes, delimiters) - firsts[held]) % 2 == 1
    return np.bincount(held[inside], minlength=len(starts))


def _check_controls(
    data: bytes,
    signs: Numbers,
    mark: int,
    newline: bytes,
    starts: Numbers,
    ends: Numbers,
    odd: Numbers,
) -> None:
    """Mark lines with control signs, and lines that do not end as the first one does."""
    if b"\x7f" in data:
        odd[_line_of(starts, np.flatnonzero(signs == _DELETE))] = True
    low = signs < _BLANK
    if np.count_nonzero(low) == data.count(_FEED) and newline == b"\n" and mark > _BLANK:
        return
    controls = np.flatnonzero(low & (signs != _LINE_FEED) & (signs != mark))
    if newline == b"\r\n":
        closed = np.maximum(ends - 2, 0)
        odd |= (signs[closed] != _RETURN) | (signs[ends - 1] != _LINE_FEED)
        controls = controls[~np.isin(controls, closed)]
    odd[_line_of(starts, controls)] = True


def _are_spaced(data: bytes, signs: Numbers, mark: int) -> bool:
    """Tell whether a blank stands next to a delimiter, a quote or at either end of a line."""
    if b" " not in data:
        return False
    blanks = np.flatnonzero(signs == _BLANK)
    around = np.concatenate((blanks - 1, blanks + 1))
    if around.min() < 0 or around.max() >= len(signs):
        return True
    return bool(np.isin(signs[around], (mark, _LINE_FEED, _RETURN, _QUOTE)).any())


def _check_text(data: bytes, signs: Numbers, starts: Numbers, ends: Numbers, odd: Numbers) -> None:
    """Mark lines that are no UTF-8 or hold white space that the store does not trim."""
    hits = [match.start() for match in _WIDE_BLANKS.finditer(data)]
    odd[_line_of(starts, np.array(hits, int))] = True
    if is_utf8(data):
        return
    for line in np.unique(_line_of(starts, np.flatnonzero(signs > _DELETE))).tolist():
        odd[line] |= not is_utf8(data[starts[line] : ends[line]])


def _check_header(
    data: bytes,
    needle: bytes,
    header: Sequence[str | None],
    starts: Numbers,
    odd: Numbers,
) -> None:
    """Mark lines that may say the header again: its longest word stands there."""
    first = (header[0] or "").encode()[:1]
    hits = [match.start() for match in islice(re.finditer(re.escape(needle), data), len(starts))]
    for line in set(_line_of(starts, np.array(hits, int)).tolist()):
        head = data[starts[line] : starts[line] + 80].lstrip(b'" \t')
        odd[line] |= not first or head.startswith(first)
