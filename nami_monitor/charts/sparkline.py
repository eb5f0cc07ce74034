"""The sparkline of a card: two years in one small picture, as an image with words."""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from nami_monitor.charts.palette import INK
from nami_monitor.charts.spec import image

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
    known = [value for value in recent if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    across, room = (WIDTH - 2 * EDGE) / max(1, len(recent) - 1), HEIGHT - 2 * EDGE
    span, middle = (high - low, 0.0) if high > low else (1.0, 0.5)
    places = [
        (EDGE + k * across, HEIGHT - EDGE - room * ((value - low) / span + middle))
        for k, value in enumerate(recent)
        if value is not None
    ]
    held = iter(places)
    parts = []
    for missing, run in groupby(recent, key=lambda value: value is None):
        stretch = [] if missing else [next(held) for _ in run]
        if len(stretch) == 1:
            parts.append(_dot(*stretch[0], 2))
        elif stretch:
            points = " ".join(f"{x:.1f},{y:.1f}" for x, y in stretch)
            parts.append(
                f'<polyline points="{points}" fill="none" stroke="{INK}" stroke-width="2" '
                'stroke-linejoin="round" stroke-linecap="round"/>'
            )
    parts += [_dot(*place, 4) for place in places[-1:]]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}">{"".join(parts)}</svg>'
    )


def _dot(x: float, y: float, radius: int) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="{INK}"/>'


def sparkline_img(values: Sequence[float | None], alt: str) -> str:
    """The same as an ``<img>``; ``alt`` is the sentence that replaces it, escaped here."""
    return image(sparkline_svg(values), "nami-spark", alt)
