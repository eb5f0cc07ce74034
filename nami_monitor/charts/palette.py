"""The colours, each in one place, with the measured contrast that its use needs.

Blue with orange survives every simulated colour blindness; green with orange does not, so there is
no green. The theme is neutral on purpose: the house style of the central government may not be used
by municipalities or water boards.
"""

from typing import Final

WHITE: Final = "#FFFFFF"
INK: Final = "#154273"  # text and primary
LINK: Final = "#01689B"
SECOND: Final = "#B35900"  # the second channel, and concern
GREY_TEXT: Final = "#55606B"
BORDER: Final = "#7A8694"
BODY: Final = "#1B1F24"
SURFACE: Final = "#F3F5F8"  # sidebar and table heads

IMPROVEMENT: Final = ("#154273", "#E3ECF5")  # text on ground
CONCERN: Final = ("#8A4500", "#FDEBDD")
NO_SIGNAL: Final = ("#4A5560", "#EDF0F3")

GRID: Final = "#E1E6EB"
BAND: Final = "#E9EEF4"
HATCH: Final = "#AEB7C1"
LEADER: Final = "#9AA5B1"
OTHERS: Final = "#C3CBD3"  # series beyond the labelled ones: context, never text
PARTIAL: Final = "#8FCAE7"  # a surface, never text

SERIES: Final = (INK, SECOND, LINK, "#6E3700", GREY_TEXT, "#47719F")
SERIES_DASH: Final = ((1, 0), (1, 0), (6, 3), (6, 3), (2, 2), (2, 2))

TEXT_ON_WHITE: Final = (INK, LINK, SECOND, GREY_TEXT, BODY, *SERIES)


def contrast(first: str, second: str) -> float:
    """Contrast of two colours (``#RRGGBB``), 1 to 21, as WCAG 2.1 defines it."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]  # noqa: PLR2004 - the sRGB curve
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
