"""Places for labels: lanes above a plot in which no label overlaps another label or rule.

A chart's width is known only to the browser. Everything here is laid out for the narrowest plot
that still shows labels (``NARROWEST``); on a wider plot the rules move apart and the labels do not
grow, so what is free of collisions there stays so.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

NARROWEST: Final = 520.0  # plot width in px from which every word of an axis is written
NAMED: Final = 640.0  # the same for labels of measures; badges below it
LINE_CHARACTERS: Final = 24
LINES: Final = 2
DETAIL: Final = 34  # characters of what stands below a label
CHARACTER: Final = 6.9  # px, a generous mean at 13 px
GAP: Final = 36.0  # px of its disc, and between a label's end and what comes next
LEFT_OF_PLOT: Final = 30.0  # px of the axis' room, into which a label may run
MOST_LANES: Final = 4  # more would push the plot off the screen


@dataclass(frozen=True)
class PlacedLabel:
    """A label in its lane."""

    x: float  # place of its rule, 0 to 1 of the plot's width
    lines: tuple[str, ...]  # the label, broken to fit
    left: bool  # whether the label stands to the left of its rule
    lane: int  # 0 is the lane nearest to the plot


def wrap_label(label: str) -> tuple[str, ...]:
    """Break a label into at most ``LINES`` lines at its spaces; what is left over becomes "…"."""
    lines: list[str] = []
    for word in label.split():
        if lines and len(lines[-1]) + 1 + len(word) <= LINE_CHARACTERS:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    if len(lines) > LINES:
        lines = [*lines[: LINES - 1], " ".join(lines[LINES - 1 :])]
    return tuple(_cut(line) for line in lines) or ("",)


def label_width(lines: tuple[str, ...]) -> float:
    """Room that a broken label takes, in px."""
    return max(len(line) for line in lines) * CHARACTER + GAP


def place_labels(
    places: list[float], labels: list[tuple[str, str]], scale: float = 1.0
) -> list[PlacedLabel] | None:
    """Give every label a side and a lane.

    Labels stand to the right of their rule, the earliest highest, so that a later rule ends below
    the labels that it would cross. A label that would be cut at the right edge stands to the left
    of its rule, above the earlier rules that it covers. Labels share a lane only if they are apart.

    Args:
        places: of the rules, ascending, 0 to 1 of the plot's width.
        labels: one for each place, with the detail that stands below it or nothing.
        scale: how large letters are: 1 is 13 px.

    Returns:
        In the order of the places; None where no such arrangement exists or where it would take too
        much height: then numbered badges and a table do the work.
    """
    lines = [
        (*wrap_label(label), *([_cut(detail, DETAIL)] if detail else []))
        for label, detail in labels
    ]
    widths = [label_width(label_lines) * scale for label_lines in lines]
    at = [place * NAMED for place in places]
    left = _sides(at, widths, NAMED)
    cut = any(side and x < w - LEFT_OF_PLOT for side, x, w in zip(left, at, widths, strict=True))
    if cut:
        return None
    lanes = _lanes(at, widths, left)
    if max(lanes.values(), default=0) >= MOST_LANES:
        return None
    return [PlacedLabel(places[i], lines[i], left[i], lanes[i]) for i in range(len(at))]


def pack_rows(places: list[tuple[float, float]]) -> list[int]:
    """Spread marks over as few rows as keeps them apart; 0 is the first row.

    Args:
        places: where each is, 0 to 1 of the plot's width, and its own width in px.
    """
    ends: list[float] = []
    taken: list[int] = []
    for place, width in places:
        start = place * NARROWEST
        row = next((r for r, end in enumerate(ends) if end <= start), len(ends))
        ends[row : row + 1] = [start + width]
        taken.append(row)
    return taken


def spread_labels(wanted: list[float], gap: float, top: float, bottom: float) -> list[float]:
    """Move labels on a line as little as needed until they keep ``gap``; all in px, downwards.

    Returns:
        Places in the order of ``wanted``, between ``top`` and ``bottom`` as far as there is room.
    """
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    placed = [max(wanted[i], top) for i in order]
    for upper, lower in pairwise(range(len(placed))):
        placed[lower] = max(placed[lower], placed[upper] + gap)
    limit = bottom
    for k in reversed(range(len(placed))):
        placed[k] = min(placed[k], limit)
        limit = placed[k] - gap
    return [placed[order.index(i)] for i in range(len(wanted))]


def _cut(line: str, most: int = LINE_CHARACTERS) -> str:
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def _sides(at: list[float], widths: list[float], edge: float) -> list[bool]:
    """Which labels stand to the left: those cut at the edge, and those that face such a label."""
    left = [x + width > edge for x, width in zip(at, widths, strict=True)]
    for i in reversed(range(len(at))):
        faces = any(
            left[j] and at[j] - widths[j] <= at[i] and at[i] + widths[i] >= at[j]
            for j in range(i + 1, len(at))
        )
        left[i] = left[i] or faces
    return left


def _lanes(at: list[float], widths: list[float], left: list[bool]) -> dict[int, int]:
    """The lowest lane for each label that is above every rule and label in its way."""
    spans = [
        (x - w, x) if side else (x, x + w) for x, w, side in zip(at, widths, left, strict=True)
    ]
    lanes: dict[int, int] = {}
    for i in reversed(_order(at, widths, left)):
        start, end = spans[i]
        in_way = [lane for j, lane in lanes.items() if spans[j][0] <= end and start <= spans[j][1]]
        lanes[i] = 1 + max(in_way, default=-1)
    return lanes


def _order(at: list[float], widths: list[float], left: list[bool]) -> list[int]:
    """Highest first: earlier before later, unless a label to the left covers an earlier rule."""
    order: list[int] = []
    for i in range(len(at)):
        start = at[i] - widths[i]
        covered = [rank for rank, j in enumerate(order) if left[i] and at[j] >= start]
        order.insert(covered[0] if covered else len(order), i)
    return order
