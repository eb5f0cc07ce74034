"""The deck's template (16:9, five layouts), made by this module and kept in the repository.

``python -m nami_monitor.reports.template`` writes it anew; a test fails when the two differ. Sizes
are in inches. Colours and typeface stand in its theme, so an organisation's own colours reach
every slide through it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pptx import Presentation
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml import parse_xml
from pptx.util import Inches

from nami_monitor.charts import palette

FILE: Final = Path(__file__).with_name("template.pptx")
WIDTH, HEIGHT = 13.333, 7.5
TYPEFACE: Final = "Arial"
SPACES: Final = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
THEME: Final = {
    "dk1": palette.BODY,
    "lt1": palette.WHITE,
    "dk2": palette.INK,
    "lt2": palette.SURFACE,
    "accent1": palette.INK,
    "accent2": palette.SECOND,
    "accent3": palette.LINK,
    "accent4": "#6E3700",
    "accent5": palette.GREY_TEXT,
    "accent6": "#47719F",
    "hlink": palette.LINK,
    "folHlink": palette.LINK,
}
POINTS, ASKED, SOURCE, KICKER = 1, 13, 14, 15
"""Numbers of the placeholders that a slide fills."""


@dataclass(frozen=True)
class Box:
    """Where something stands: left, top, width and height in inches."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Placeholder:
    """A placeholder.

    Args:
        number: its ``idx``; 0 for the title.
        name: what people see in the selection pane.
        box: where it stands.
        size: of its text, in points.
        colour: name in the theme.
        bold: whether its text is bold.
        bullet: whether its paragraphs have one.
        ground: name or value of its background; empty for none.
        anchor: ``t``, ``ctr`` or ``b``.
    """

    number: int
    name: str
    box: Box
    size: int
    colour: str = "tx1"
    bold: bool = False
    bullet: bool = False
    ground: str = ""
    anchor: str = "t"


SIDE: Final = 0.6
TEXT_WIDTH: Final = WIDTH - 2 * SIDE
TITLE: Final = Placeholder(
    0, "Titel", Box(SIDE, 0.55, TEXT_WIDTH, 0.95), 24, "tx2", bold=True, anchor="t"
)
LABEL: Final = Placeholder(
    KICKER, "Onderwerp", Box(SIDE, 0.25, TEXT_WIDTH, 0.3), 12, "accent2", bold=True
)
FOOT: Final = Placeholder(
    SOURCE, "Bron", Box(SIDE, 6.82, TEXT_WIDTH - 0.8, 0.48), 12, "accent5", anchor="ctr"
)
NUMBER: Final = Box(WIDTH - SIDE - 0.7, 6.82, 0.7, 0.48)
BESIDE: Final = Box(SIDE, 1.6, 8.1, 5.05)
ABOVE: Final = Box(SIDE, 1.55, TEXT_WIDTH, 3.75)
BELOW: Final = Box(SIDE, 5.4, 8.0, 1.3)
TABLE: Final = Box(SIDE, 1.6, TEXT_WIDTH, 5.05)


def _asked(box: Box) -> Placeholder:
    return Placeholder(ASKED, "Gevraagd besluit", box, 14, ground="FDEBDD", anchor="ctr")


def _points(box: Box) -> Placeholder:
    return Placeholder(POINTS, "Punten", box, 16, bullet=True)


COVER: Final = (
    Placeholder(0, "Titel", Box(1.1, 2.0, 10.9, 1.1), 40, "tx2", bold=True, anchor="b"),
    Placeholder(POINTS, "Over", Box(1.1, 3.2, 10.9, 0.6), 24, "accent2", bold=True),
    Placeholder(ASKED, "Samenvatting", Box(1.1, 3.9, 10.9, 1.7), 18),
    Placeholder(SOURCE, "Bron", Box(1.1, 6.6, 10.9, 0.6), 12, "accent5", anchor="ctr"),
)
RIGHT: Final = Box(9.0, 1.6, WIDTH - SIDE - 9.0, 3.1)
RIGHT_ASKED: Final = Box(9.0, 4.85, WIDTH - SIDE - 9.0, 1.8)
LAYOUTS: Final[dict[str, tuple[Placeholder, ...]]] = {
    "Voorblad": COVER,
    "Grafiek met punten": (TITLE, LABEL, _points(RIGHT), _asked(RIGHT_ASKED), FOOT),
    "Brede grafiek": (
        TITLE,
        LABEL,
        _asked(Box(8.9, 5.4, WIDTH - SIDE - 8.9, 1.3)),
        FOOT,
    ),
    "Tabel": (TITLE, LABEL, _asked(Box(SIDE, 5.75, TEXT_WIDTH, 0.9)), FOOT),
    "Punten": (
        TITLE,
        LABEL,
        _points(Box(SIDE, 1.6, TEXT_WIDTH, 3.9)),
        _asked(Box(SIDE, 5.65, TEXT_WIDTH, 1.0)),
        FOOT,
    ),
}
COVER_LAYOUT, BESIDE_LAYOUT, WIDE_LAYOUT, TABLE_LAYOUT, POINTS_LAYOUT = range(5)


def build() -> Any:
    """Build the template from the default of python-pptx."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    master = deck.slide_master
    layouts = list(deck.slide_layouts)
    for layout in layouts[len(LAYOUTS) :]:
        deck.slide_layouts.remove(layout)
    _fill(master, (TITLE, _points(Box(SIDE, 1.6, TEXT_WIDTH, 5.05))), "Basis", number=True)
    for layout, (name, holders) in zip(layouts, LAYOUTS.items(), strict=False):
        _fill(layout, holders, name, number=name != "Voorblad")
    _styles(master)
    theme = master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    theme._blob = themed(theme.blob, THEME)  # noqa: SLF001 - python-pptx has no theme of its own
    deck.core_properties.title = "NAMI monitor"
    deck.core_properties.author = ""
    return deck


def themed(blob: bytes, colours: dict[str, str]) -> bytes:
    """A theme with these colours, by name, and the template's typeface."""
    xml = blob.decode()
    for name, colour in colours.items():
        value = f'<a:srgbClr val="{colour.lstrip("#")}"/>'
        xml = re.sub(
            rf"<a:{name}>.*?</a:{name}>", f"<a:{name}>{value}</a:{name}>", xml, flags=re.DOTALL
        )
    face = f'\\1<a:latin typeface="{TYPEFACE}"'
    xml = re.sub(r'(<a:m(?:aj|in)orFont>\s*)<a:latin typeface="[^"]*"', face, xml)
    return xml.encode()


def _fill(slide: Any, holders: tuple[Placeholder, ...], name: str, *, number: bool) -> None:
    """Replace the shapes of a layout or master by placeholders."""
    tree = slide.shapes._spTree  # noqa: SLF001 - layouts have no other way in
    for shape in list(tree)[2:]:
        tree.remove(shape)
    slide._element.cSld.set("name", name)  # noqa: SLF001 - likewise
    band = Box(0, 0, 0.28, HEIGHT) if name == "Voorblad" else Box(0, 0, WIDTH, 0.14)
    tree.append(parse_xml(_band(band)))
    for no, holder in enumerate(holders, start=10):
        tree.append(parse_xml(_placeholder(holder, no)))
    if number:
        tree.append(parse_xml(_number()))


def _place(box: Box) -> str:
    left, top, width, height = (Inches(each) for each in (box.left, box.top, box.width, box.height))
    return (
        f'<a:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
    )


def _band(box: Box) -> str:
    return (
        f'<p:sp {SPACES}><p:nvSpPr><p:cNvPr id="9" name="Band"/><p:cNvSpPr/><p:nvPr userDrawn="1"/>'
        f"</p:nvSpPr><p:spPr>{_place(box)}<a:solidFill><a:schemeClr val="
        '"accent1"/></a:solidFill><a:ln><a:noFill/></a:ln></p:spPr>'
        "<p:txBody><a:bodyPr/><a:lstStyle/><a:p/></p:txBody></p:sp>"
    )


def _placeholder(holder: Placeholder, no: int) -> str:
    kind = 'type="title"' if not holder.number else f'type="body" idx="{holder.number}"'
    ground = (
        f'<a:solidFill><a:srgbClr val="{holder.ground}"/></a:solidFill>'
        if holder.ground
        else "<a:noFill/>"
    )
    inset = (
        'lIns="137160" rIns="137160" tIns="68580" bIns="68580"'
        if holder.ground
        else ('lIns="0" rIns="0" tIns="0" bIns="0"')
    )
    bullet = ' marL="228600" indent="-228600"' if holder.bullet else ' marL="0" indent="0"'
    sign = (
        '<a:buFont typeface="Arial"/><a:buChar char="&#8226;"/>' if holder.bullet else "<a:buNone/>"
    )
    return (
        f'<p:sp {SPACES}><p:nvSpPr><p:cNvPr id="{no}" name="{holder.name}"/>'
        f'<p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr><p:nvPr><p:ph {kind}/></p:nvPr></p:nvSpPr>'
        f"<p:spPr>{_place(holder.box)}{ground}</p:spPr>"
        f'<p:txBody><a:bodyPr wrap="square" anchor="{holder.anchor}" {inset}>'
        f'<a:normAutofit/></a:bodyPr><a:lstStyle><a:lvl1pPr{bullet} algn="l">'
        f'<a:spcBef><a:spcPts val="400"/></a:spcBef>{sign}'
        f'<a:defRPr lang="nl-NL" sz="{holder.size * 100}" b="{int(holder.bold)}">'
        f'<a:solidFill><a:schemeClr val="{holder.colour}"/></a:solidFill></a:defRPr>'
        "</a:lvl1pPr></a:lstStyle>"
        f'<a:p><a:r><a:rPr lang="nl-NL"/><a:t>{holder.name}</a:t></a:r></a:p></p:txBody></p:sp>'
    )


def _number() -> str:
    return (
        f'<p:sp {SPACES}><p:nvSpPr><p:cNvPr id="30" name="Dianummer"/>'
        '<p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr>'
        '<p:nvPr><p:ph type="sldNum" sz="quarter" idx="4"/></p:nvPr></p:nvSpPr>'
        f"<p:spPr>{_place(NUMBER)}</p:spPr>"
        '<p:txBody><a:bodyPr anchor="ctr" lIns="0" rIns="0"/><a:lstStyle><a:lvl1pPr algn="r">'
        '<a:defRPr lang="nl-NL" sz="1200"><a:solidFill><a:schemeClr val="accent5"/></a:solidFill>'
        "</a:defRPr></a:lvl1pPr></a:lstStyle>"
        '<a:p><a:fld id="{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}" type="slidenum">'
        '<a:rPr lang="nl-NL"/><a:t>1</a:t></a:fld></a:p></p:txBody></p:sp>'
    )


def _styles(master: Any) -> None:
    """Raise font sizes below 12 points in the master's styles."""
    for element in master._element.iter():  # noqa: SLF001 - styles have no other way in
        size = element.get("sz")
        if element.tag.endswith("}defRPr") and size and int(size) < 1200:  # noqa: PLR2004 - 12 pt
            element.set("sz", "1200")


def main() -> None:
    """Write the template."""
    build().save(FILE)


if __name__ == "__main__":
    main()
