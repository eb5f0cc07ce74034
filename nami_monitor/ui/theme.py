"""The look: colours for Streamlit's own theme, for the style sheet, and the icon."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from nami_monitor.charts import palette

ROOM: Final = Path(__file__).parent
ICON: Final = ROOM / "assets" / "icon.png"  # for page_icon: a local file, so nothing is fetched
STYLE: Final = ROOM / "style.css"

VARIABLES: Final = {
    "ink": palette.INK,
    "link": palette.LINK,
    "second": palette.SECOND,
    "grey": palette.GREY_TEXT,
    "border": palette.BORDER,
    "body": palette.BODY,
    "surface": palette.SURFACE,
    "grid": palette.GRID,
    "white": palette.WHITE,
    "improvement": palette.IMPROVEMENT[0],
    "improvement-ground": palette.IMPROVEMENT[1],
    "concern": palette.CONCERN[0],
    "concern-ground": palette.CONCERN[1],
    "no-signal": palette.NO_SIGNAL[0],
    "no-signal-ground": palette.NO_SIGNAL[1],
}

STREAMLIT: Final = {
    "base": "light",
    "primaryColor": palette.INK,
    "backgroundColor": palette.WHITE,
    "secondaryBackgroundColor": palette.SURFACE,
    "textColor": palette.BODY,
    "linkColor": palette.LINK,
    "borderColor": palette.BORDER,
    "dataframeBorderColor": palette.BORDER,
    "blueColor": palette.LINK,
    "orangeColor": palette.SECOND,
    "grayColor": palette.GREY_TEXT,
    "headingFontSizes": ["2.25rem", "1.25rem", "1.125rem"],
    "showWidgetBorder": True,
}  # what .streamlit/config.toml must say; a test keeps both equal


@cache
def stylesheet() -> str:
    """Give the whole style sheet as a ``<style>`` element, for one ``st.html`` on every page."""
    variables = "".join(f"--nami-{name}:{colour};" for name, colour in VARIABLES.items())
    return f"<style>:root{{{variables}}}{STYLE.read_text(encoding='utf-8')}</style>"
