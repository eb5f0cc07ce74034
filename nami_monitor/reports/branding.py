"""What an organisation sets: the branding of reports, charts in it, and where its mail goes.

All of it stands in one settings file. No password does: that is asked of the environment.
"""

import io
import json
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Annotated, Final

import font_source_sans_pro
from PIL import Image

from nami_monitor.charts import palette
from nami_monitor.charts.spec import Spec
from nami_monitor.core.errors import short
from nami_monitor.core.settings import places
from nami_monitor.core.settings_toml import (
    PORT,
    After,
    SettingProblem,
    WrongError,
    like,
    one_of,
    read_settings_file,
    strict,
)
from nami_monitor.core.words import AlertKind

FILE: Final = "organisation.toml"
LONGEST_NAME: Final = 120
MOST_BYTES: Final = 5_000_000
MOST_PIXELS: Final = 25_000_000
LOGO_PIXELS: Final = (900, 300)
COLOUR: Final = re.compile(r"#[0-9A-Fa-f]{6}")
WORD: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
ADDRESS: Final = re.compile(
    rf"(?=[^@]{{1,64}}@[^@]{{1,250}}$){WORD}(\.{WORD})*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*"
)
HOST: Final = re.compile(r"[A-Za-z0-9.:-]{1,250}")
LINK: Final = re.compile(r"https?://[!-~]+")
TLS_PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}
"""How a mail server is spoken to, each with its usual port."""
PICTURES: Final = ("PNG", "JPEG")


@dataclass(frozen=True)
class Branding:
    """The look of an organisation's reports; the name is empty and the logo None without one.

    ``primary`` is the colour of titles and of the main series, ``second`` that of the second
    series.
    """

    name: str = ""
    primary: str = palette.INK
    second: str = palette.SECOND
    logo: bytes | None = None


NEUTRAL: Final = Branding()


def _text(text: str) -> str:
    if not text.strip():
        raise WrongError("no_text", seen="")
    return text.strip()


def _name(text: str) -> str:
    name = " ".join(text.split())
    if len(name) > LONGEST_NAME:
        raise WrongError("long_name", seen=len(name), most=LONGEST_NAME)
    return name


def _colour(colour: str) -> str:
    if not COLOUR.fullmatch(colour):
        raise WrongError("no_colour", seen=short(colour))
    contrast = palette.contrast(colour, palette.WHITE)
    if contrast < palette.READ:
        least = f"{palette.READ:.1f}"
        raise WrongError("pale", seen=colour, contrast=f"{contrast:.1f}", least=least)
    return colour.upper()


Text = Annotated[str, After(_text)]


Address = Annotated[str, like(ADDRESS, "inkoop@example.org")]


@strict()
@dataclass(frozen=True)
class Recipient:
    """Who gets the mail, and which kinds of alerts; without any only the mail of each month."""

    address: Address
    kinds: tuple[AlertKind, ...] = tuple(AlertKind)


@strict(sender="from")
@dataclass(frozen=True)
class MailSettings:
    """Where the mail goes. Without a host it is laid ready; ``link`` leads to the dashboard."""

    sender: Address | None = None
    host: Annotated[str, like(HOST, "mail.example.org")] | None = None
    port: Annotated[int, PORT] | None = None
    tls: Annotated[str, one_of(*TLS_PORTS)] = "starttls"
    user: Text | None = None
    link: Annotated[str, like(LINK, "https://")] | None = None
    to: tuple[Recipient, ...] = ()

    @property
    def at(self) -> tuple[str, int]:
        """The host and port of the server; the host is empty without one."""
        return self.host or "", self.port or TLS_PORTS[self.tls]


def _safe(mail: MailSettings) -> MailSettings:
    """Refuse to sign in where others can read along, and a server without sender or recipients."""
    for name, value in (("from", mail.sender), ("to", mail.to)):
        if mail.host and not value:
            raise WrongError("missing", at=name)
    if mail.user is not None and mail.tls == "none":
        raise WrongError("value", known=("starttls", "tls"), at="tls")
    return mail


@strict()
@dataclass(frozen=True)
class BrandingFile:
    """The content of the settings file; ``logo`` is a path from the folder of the file."""

    name: Annotated[Text, After(_name)] = ""
    logo: Text | None = None
    primary: Annotated[Text, After(_colour)] = palette.INK
    second: Annotated[Text, After(_colour)] = palette.SECOND
    mail: Annotated[MailSettings, After(_safe)] = MailSettings()


def usual_file() -> Path:
    """Where the settings file stands: beside the organisation's own profiles."""
    return places().profiles.parent / FILE


def read_branding(path: Path | None = None) -> Branding:
    """The branding of ``read_organisation``; raises as that does."""
    return read_organisation(path)[0]


def read_organisation(path: Path | None = None) -> tuple[Branding, MailSettings]:
    """Read the settings file; without a path the usual one, which need not exist.

    Raises:
        UserError: ``branding.*`` with file, line and key of what is wrong.
    """
    if path is None:
        path = usual_file()
        if not path.exists():
            return NEUTRAL, MailSettings()
    stated, refusal = read_settings_file(BrandingFile, path, tables="[mail], [[mail.to]]")
    try:
        logo = None if stated.logo is None else _logo(path.parent / stated.logo)
    except WrongError as error:
        details = {"seen": short(stated.logo or ""), **error.details}
        raise refusal(SettingProblem(error.kind, ("logo",), stated.logo, (), details)) from error
    return Branding(stated.name, stated.primary, stated.second, logo), stated.mail


def _logo(path: Path) -> bytes:
    """The logo as a PNG of a size that fits every page."""
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            megabytes = MOST_BYTES // 1_000_000
            raise WrongError("huge_logo", size=size // 1_000_000, most=megabytes)
        with Image.open(path, formats=PICTURES) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise WrongError("large_logo", pixels=f"{picture.width} x {picture.height}")
            picture.thumbnail(LOGO_PIXELS)
            out = io.BytesIO()
            picture.convert("RGBA").save(out, "PNG")
            return out.getvalue()
    except WrongError:
        raise
    except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
        raise WrongError("no_logo", why=error.strerror or "-") from error
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise WrongError("no_picture") from error


SANS: Final = Path(font_source_sans_pro.font_directory)
"""The typeface of charts and of text, which the screen uses too."""
SERIF: Final = Path(__file__).with_name("fonts") / "SourceSerifPro-Semibold.ttf"
"""That of titles, with its licence beside it."""


def svg(spec: Spec, width: int, branding: Branding) -> str:
    """A chart as SVG text, so many px wide, from a spec as ``charts.spec.chart`` makes it."""
    import vl_convert  # noqa: PLC0415 - slow to load

    _fonts()
    return str(vl_convert.vegalite_to_svg(sized(spec, width, branding)))


def png(spec: Spec, width: int, branding: Branding, scale: float = 3.0) -> bytes:
    """The same as a PNG with so many pixels for each px; 3 stay crisp on a large screen."""
    return _png(json.dumps(sized(spec, width, branding)), scale)


@lru_cache(maxsize=64)
def _png(drawn: str, scale: float) -> bytes:
    import vl_convert  # noqa: PLC0415 - slow to load

    _fonts()
    return bytes(vl_convert.vegalite_to_png(drawn, scale=scale))


def sized(spec: Spec, width: int, branding: Branding) -> Spec:
    """The spec with a width of its own instead of that of a page, in the organisation's colours."""
    drawn = json.dumps({**spec, "width": width})
    for neutral, own in ((palette.INK, branding.primary), (palette.SECOND, branding.second)):
        drawn = drawn.replace(neutral, own)
    found: Spec = json.loads(drawn)
    return found


@cache
def _fonts() -> None:
    import vl_convert  # noqa: PLC0415 - slow to load

    vl_convert.register_font_directory(str(SANS))
