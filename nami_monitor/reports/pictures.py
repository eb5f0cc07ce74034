"""Charts as SVG and PNG in the organisation's colours, drawn without network access."""

import json
from functools import cache
from pathlib import Path
from typing import Final

import font_source_sans_pro
import vl_convert

from nami_monitor.charts import palette
from nami_monitor.charts.spec import Spec
from nami_monitor.reports.branding import Branding

FONTS: Final = Path(font_source_sans_pro.font_directory)
"""The typeface of charts and PDF, which the screen uses too."""


def svg(spec: Spec, width: int, branding: Branding) -> str:
    """A chart as SVG text, so many px wide, from a spec as ``charts.spec.chart`` makes it."""
    _fonts()
    return str(vl_convert.vegalite_to_svg(sized(spec, width, branding)))


def png(spec: Spec, width: int, branding: Branding) -> bytes:
    """The same as a PNG that stays crisp on a large screen: 3 pixels for each px."""
    _fonts()
    drawn = vl_convert.vegalite_to_png(sized(spec, width, branding), scale=3.0)
    return bytes(drawn)


def sized(spec: Spec, width: int, branding: Branding) -> Spec:
    """The spec with a width of its own instead of that of a page, in the organisation's colours."""
    drawn = json.dumps({**spec, "width": width})
    for neutral, own in ((palette.INK, branding.primary), (palette.SECOND, branding.second)):
        drawn = drawn.replace(neutral, own)
    found: Spec = json.loads(drawn)
    return found


@cache
def _fonts() -> None:
    vl_convert.register_font_directory(str(FONTS))
