"""Which encoding and which separator a text file has.

Bytes that the chosen encoding cannot explain come out as lone surrogates (as Python's
``surrogateescape`` does), so that the record in which they stand can be set aside.
"""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from nami_monitor.core.errors import UserError, short

UTF8: Final = "utf-8"
_MARKS: Final[Mapping[bytes, str]] = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_HEAD_BYTES: Final = 4096
_WIDE_SHARE: Final = 0.4

#: The single-byte encodings that Dutch and English office systems write.
_SINGLE_BYTE: Final = ("cp1252", "cp850")
_DUTCH: Final = frozenset("éëïöüèóçêâîôàä")
_FOREIGN: Final = frozenset("áúíûñåøæãõìòùÿœßýšž")
_CAPITALS: Final = frozenset("ÉËÏÖÜÈÁÓÇÊÂÎÔÛÀÄÚÍÑÅØÆŠŽ")
_SYMBOLS: Final = frozenset("£°²³½¼¾µ®©·•«»§±™\u00d7")
_OPENING: Final = "\u2018\u201c\u201e"
_CLOSING: Final = "\u2019\u201d"
#: Dashes and hard spaces stand anywhere, also between letters; hard spaces abound in exports.
_ANYWHERE: Final[Mapping[str, int]] = {"\u2013": 1, "\u2014": 1, "\u00a0": 2}

#: Lines that are no UTF-8 and that are judged: enough to choose, few enough to keep.
_SAMPLE_LINES: Final = 20_000
#: Up to this share of spoilt lines a file is read and those lines are set aside.
_SPOILT_SHARE: Final = 0.25

_HIGH = re.compile(rb"(?s)(?:(?<=(.))|^)([\x80-\xff])(?=(.?))")
UNREADABLE = re.compile("[\udc80-\udcff]")


def encoding_of_marks(head: bytes) -> str | None:
    """The encoding that the first bytes state or show; None when they do not."""
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return encoding
    head = head[:_HEAD_BYTES]
    half = len(head) // 2
    if half and head[1::2].count(0) > _WIDE_SHARE * half > head[::2].count(0):
        return "utf-16-le"
    if half and head[::2].count(0) > _WIDE_SHARE * half > head[1::2].count(0):
        return "utf-16-be"
    return None


def sniff_encoding(chunks: Iterable[bytes], name: str) -> str:
    """Choose the encoding of a text file from all its bytes.

    Args:
        chunks: The bytes, cut at line ends.
        name: File name, for the refusal.

    Returns:
        A Python encoding name. UTF-8 when the lines that are valid in it outnumber the others, or
        when nothing explains a small part of the lines; those lines are then unreadable.

    Raises:
        UserError: when no known encoding gives plausible text.
    """
    lines = valid = 0
    foreign: list[bytes] = []
    for number, chunk in enumerate(chunks):
        if number == 0 and (stated := encoding_of_marks(chunk)):
            return stated
        lines += chunk.count(b"\n") or chunk.count(b"\r")
        odd = [] if is_utf8(chunk) else [line for line in chunk.splitlines() if not line.isascii()]
        others = [line for line in odd if not is_utf8(line)]
        valid += len(odd) - len(others)
        foreign += others[: max(0, _SAMPLE_LINES - len(foreign))]
    if valid >= len(foreign):
        return UTF8
    scores = {
        encoding: sum(_plausibility(line, encoding) for line in foreign)
        for encoding in _SINGLE_BYTE
    }
    best = max(scores, key=lambda encoding: scores[encoding])
    if scores[best] > 0:
        return best
    if len(foreign) <= _SPOILT_SHARE * lines:
        return UTF8
    example = short(foreign[0].decode("ascii", "replace"))
    raise UserError("reading.unknown_encoding", file=name, example=example)


def is_utf8(line: bytes) -> bool:
    """Tell whether the bytes of a line are valid UTF-8."""
    try:
        line.decode(UTF8)
    except UnicodeDecodeError:
        return False
    return True


def decode(content: bytes, encoding: str, name: str) -> str:
    """Decode a whole file; what its encoding cannot explain becomes lone surrogates.

    In a single-byte encoding every byte means something, so lines that are valid UTF-8 there, or
    that read implausibly, are taken for pasted from elsewhere and marked, never shown garbled.

    Raises:
        UserError: when a stated encoding is unknown, or UTF-16 is cut off.
    """
    try:
        plain = codecs.lookup(encoding).name
        b"\xe9".decode(encoding, "ignore")
    except (LookupError, ValueError) as error:
        raise UserError("reading.encoding_name", file=name, encoding=encoding) from error
    if plain.startswith(("utf-16", "utf-32")):
        try:
            return content.decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            raise UserError("reading.truncated", file=name, format=encoding) from error
    if plain in (UTF8, "utf-8-sig"):
        return content.decode(UTF8, "surrogateescape").removeprefix("\ufeff")
    if content.isascii():
        return content.decode("ascii")
    return "".join(_decode_lines(content, encoding))


def _decode_lines(content: bytes, encoding: str) -> Iterator[str]:
    for line in content.splitlines(keepends=True):
        foreign = not line.isascii() and (is_utf8(line) or _plausibility(line, encoding) < 0)
        yield line.decode("ascii" if foreign else encoding, "surrogateescape")


def _plausibility(line: bytes, encoding: str) -> int:
    """Add up how well the high bytes of a line read as Dutch letters and signs where they stand."""
    return sum(
        _plausible(*(part.decode(encoding, "replace") for part in match.groups(b"")))
        for match in _HIGH.finditer(line)
    )


def _plausible(before: str, sign: str, after: str) -> int:
    """Score one sign between its neighbours: 3 surely right, -3 surely wrong."""
    left, right = before.isalpha(), after.isalpha()
    if sign in _DUTCH or sign in _FOREIGN:
        fits = (left or right or sign == "à") and not (before.isupper() and after.isupper())
        return (2 if sign in _DUTCH else 1) if fits else -1
    if sign in _CAPITALS:
        return 1 if right and not before.islower() else -2
    if sign in _OPENING or sign in _CLOSING:
        outward, inward = (left, right) if sign in _OPENING else (right, left)
        apostrophe = sign == "\u2019" and inward
        return 3 if inward and (apostrophe or not outward) else -2 * outward
    if sign in "€…":
        return -1 if right else 1 + (left or sign == "€")
    if sign in _SYMBOLS:
        return -1 if left and right and before.islower() else 1
    return _ANYWHERE.get(sign, -3)


CANDIDATES: Final = (";", ",", "\t", "|")
_SAMPLE_RECORDS: Final = 1000
#: The separator of a first line ``sep=;``, as Excel writes and reads it.
_STATED = re.compile(r'^"?sep=(.)"?\r?\n?$', re.IGNORECASE)


def sniff_delimiter(text: str, name: str) -> str:
    """Choose the separator by which most records of a file or its beginning are equally long.

    Returns:
        The separator; a comma when every record is one field.

    Raises:
        UserError: when two separators explain the file equally well.
    """
    if stated := _STATED.match(text[: text.find("\n") + 1 or len(text)]):
        return stated[1]
    scores = {sign: _consistency(text, sign) for sign in CANDIDATES}
    best = max(scores.values())
    if best == 0:
        return ","
    winners = [sign for sign, score in scores.items() if score == best]
    if len(winners) > 1:
        raise UserError("reading.delimiter", file=name, delimiters=" ".join(winners))
    return winners[0]


def _consistency(text: str, delimiter: str) -> float:
    """Score a separator: share of records with the usual number of fields, more fields weigh on."""
    counts: Counter[int] = Counter()
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for record in reader:
            if not any(field and not field.isspace() for field in record):
                continue
            counts[len(record)] += 1
            if counts.total() >= _SAMPLE_RECORDS:
                break
    except csv.Error:
        counts[1] += 1
    several = Counter({fields: times for fields, times in counts.items() if fields > 1})
    if not several:
        return 0.0
    fields, times = several.most_common(1)[0]
    return round((times / counts.total()) ** 2 * (1 - 1 / fields), 4)
