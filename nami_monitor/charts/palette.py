"""The colours, each in one place, with the measured contrast that its use needs.

Ink against clay stays apart in every simulated colour blindness; green with orange does not, so
there is no green. The blues are our own: the ribbon blue of the central government may not be used
by municipalities or water boards.
"""

from typing import Final

WHITE: Final = "#FFFFFF"
INK: Final = "#0F3D56"  # line, titles and primary button
BODY: Final = "#1B1F24"  # text, target and measure
LINK: Final = "#0A6785"  # links, lessons and focus
SECOND: Final = "#A94B00"  # clay: the second channel, worse, a decision
GREY_TEXT: Final = "#55606B"
EXPECTED: Final = "#6B7884"  # a line, never text
BORDER: Final = "#7A8694"
GRID: Final = "#D8DEE3"  # hairlines between rows
BAND: Final = "#E3EAEE"  # the usual spread: a surface
HUNDRED: Final = "#7591A0"  # the first row of a hundred: a surface, labelled in words
PAPER: Final = "#F7F5F0"  # the ground of what asks something
SURFACE: Final = "#EDF0F2"  # heads of tables, and choices

IMPROVEMENT: Final = (INK, "#E3EDF2")  # text on ground
CONCERN: Final = ("#8A3E00", "#FBEBDD")
NO_SIGNAL: Final = ("#46515C", SURFACE)

HATCH: Final = "#AEB7C1"
OTHERS: Final = "#C3CBD3"  # series beyond the labelled ones: context, never text
PARTIAL: Final = "#9CC7D8"  # a surface, never text

SERIES: Final = (INK, SECOND, LINK, "#6E3700", GREY_TEXT, "#4F7486")
SERIES_DASH: Final = ((1, 0), (1, 0), (6, 3), (6, 3), (2, 2), (2, 2))

READ: Final = 4.5  # the least contrast of a text
SEEN: Final = 3.0  # that of a line or a border

LEAST: Final = (
    *((text, WHITE, READ) for text in (INK, BODY, LINK, SECOND, GREY_TEXT, *SERIES)),
    *((text, PAPER, READ) for text in (INK, BODY, LINK, SECOND, GREY_TEXT)),
    *((text, SURFACE, READ) for text in (INK, BODY, LINK, SECOND, GREY_TEXT)),
    *((text, ground, READ) for text, ground in (IMPROVEMENT, CONCERN, NO_SIGNAL)),
    *((WHITE, ground, READ) for ground in (INK, SECOND, CONCERN[0], NO_SIGNAL[0])),
    *((line, BAND, SEEN) for line in (INK, BODY, SECOND, EXPECTED)),
    *((line, WHITE, SEEN) for line in (EXPECTED, BORDER, HUNDRED)),
)
"""Every use of a colour on a ground, with the least contrast that it needs."""


def contrast(first: str, second: str) -> float:
    """Contrast of two colours (``#RRGGBB``), 1 to 21, as WCAG 2.1 defines it."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]  # noqa: PLR2004 - the sRGB curve
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
