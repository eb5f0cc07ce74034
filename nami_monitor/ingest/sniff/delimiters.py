"""Which sign separates the fields of a text file."""

import csv
import io
import re
from collections import Counter
from typing import Final

from nami_monitor.core.errors import UserError

CANDIDATES: Final = (";", ",", "\t", "|")
_SAMPLE_RECORDS: Final = 1000
_STATED = re.compile(r'^"?sep=(.)"?\r?\n?$', re.IGNORECASE)


def stated_delimiter(text: str) -> str | None:
    """Give the separator of a first line ``sep=;``, as Excel writes and reads it."""
    match = _STATED.match(text[: text.find("\n") + 1 or len(text)])
    return match[1] if match else None


def sniff_delimiter(text: str, name: str) -> str:
    """Choose the separator by which most records have one same number of fields.

    Args:
        text: The beginning of the file, or all of it.
        name: File name, for the refusal.

    Returns:
        The separator; a comma when every record is one field.

    Raises:
        UserError: when two separators explain the file equally well.
    """
    stated = stated_delimiter(text)
    if stated:
        return stated
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
            if any(field and not field.isspace() for field in record):
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
