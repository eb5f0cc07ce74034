"""The sparkline of a card: two years in one small picture, as an image with words."""

import base64
import html
from collections.abc import Sequence
from typing import Final

from nami_monitor.charts.palette import INK

MONTHS: Final = 24
WIDTH: Final = 200
HEIGHT: Final = 40
EDGE: Final = 5


def sparkline_svg(values: Sequence[float | None]) -> str:
    """Draw the last 24 values.

    Args:
        values: by month, the oldest first; None where data is missing, which breaks the line.

    Returns:
        An SVG text: the line, lone points as dots, and a larger dot on the last value there is.
    """
    recent = list(values)[-MONTHS:]
    places = _places(recent)
    parts = [_stretch(stretch) for stretch in _stretches(places)]
    last = next((place for place in reversed(places) if place is not None), None)
    if last is not None:
        parts.append(f'<circle cx="{last[0]:.1f}" cy="{last[1]:.1f}" r="4" fill="{INK}"/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}">{"".join(parts)}</svg>'
    )


def sparkline_img(values: Sequence[float | None], alt: str) -> str:
    """Give the sparkline as an ``<img>`` that holds its own picture.

    Args:
        values: as for ``sparkline_svg``.
        alt: the sentence that replaces the picture; escaped here.
    """
    picture = base64.b64encode(sparkline_svg(values).encode()).decode("ascii")
    words = html.escape(alt, quote=True)
    return f'<img class="nami-spark" alt="{words}" src="data:image/svg+xml;base64,{picture}">'


def _places(values: list[float | None]) -> list[tuple[float, float] | None]:
    known = [value for value in values if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    across = (WIDTH - 2 * EDGE) / max(1, len(values) - 1)
    room = HEIGHT - 2 * EDGE

    def down(value: float) -> float:
        share = 0.5 if high == low else (value - low) / (high - low)
        return HEIGHT - EDGE - share * room

    return [None if v is None else (EDGE + k * across, down(v)) for k, v in enumerate(values)]


def _stretches(places: list[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    stretches: list[list[tuple[float, float]]] = [[]]
    for place in places:
        if place is not None:
            stretches[-1].append(place)
        elif stretches[-1]:
            stretches.append([])
    return [stretch for stretch in stretches if stretch]


def _stretch(stretch: list[tuple[float, float]]) -> str:
    if len(stretch) == 1:
        return f'<circle cx="{stretch[0][0]:.1f}" cy="{stretch[0][1]:.1f}" r="2" fill="{INK}"/>'
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in stretch)
    return (
        f'<polyline points="{points}" fill="none" stroke="{INK}" stroke-width="2" '
        'stroke-linejoin="round" stroke-linecap="round"/>'
    )
