"""How an organisation's reports look: its name, colours and logo, from one settings file."""

from __future__ import annotations

import io
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from PIL import Image

from nami_monitor.charts import palette
from nami_monitor.core.errors import UserError, short
from nami_monitor.core.settings import places

FILE: Final = "organisation.toml"
KEYS: Final = ("name", "logo", "primary", "second")
LONGEST_NAME: Final = 80
MOST_BYTES: Final = 5_000_000
MOST_PIXELS: Final = 25_000_000
LOGO_PIXELS: Final = (900, 300)
LEAST_CONTRAST: Final = 4.5
COLOUR: Final = re.compile(r"#[0-9A-Fa-f]{6}")
PICTURES: Final = ("PNG", "JPEG")


@dataclass(frozen=True)
class Branding:
    """The look of an organisation's reports.

    Args:
        name: of the organisation; empty without a settings file.
        primary: colour of titles and of the main series, ``#RRGGBB``.
        second: colour of the second series.
        logo: a PNG; None without one.
    """

    name: str = ""
    primary: str = palette.INK
    second: str = palette.SECOND
    logo: bytes | None = None


NEUTRAL: Final = Branding()


def usual_file() -> Path:
    """Where the settings file stands: beside the organisation's own profiles."""
    return places().profiles.parent / FILE


def read_branding(path: Path | None = None) -> Branding:
    """Read the settings file.

    Args:
        path: the file; the usual one without it, which need not exist.

    Raises:
        UserError: ``branding.*`` with file, line and key of what is wrong.
    """
    if path is None:
        path = usual_file()
        if not path.exists():
            return NEUTRAL
    written = _read(path)
    stated = _parsed(path, written)
    for key, value in stated.items():
        line = _line(written, key)
        if key not in KEYS:
            known = ", ".join(KEYS)
            raise UserError(
                "branding.unknown", file=path.name, line=line, key=short(key), known=known
            )
        if not isinstance(value, str) or not value.strip():
            seen = short(str(value))
            raise UserError("branding.no_text", file=path.name, line=line, key=key, seen=seen)
    where = _Where(path, written)
    return Branding(
        name=_name(stated, where),
        primary=_colour(stated, "primary", palette.INK, where),
        second=_colour(stated, "second", palette.SECOND, where),
        logo=_logo(stated, where),
    )


@dataclass(frozen=True)
class _Where:
    """The file that is read."""

    path: Path
    written: str

    def wrong(self, what: str, key: str, **seen: object) -> UserError:
        """An error at a key."""
        line = _line(self.written, key)
        return UserError(f"branding.{what}", file=self.path.name, line=line, key=key, **seen)


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UserError("branding.unreadable", file=str(path), why=error.strerror or "-") from error
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise UserError("branding.not_utf8", file=path.name, line=line) from error


def _parsed(path: Path, written: str) -> dict[str, Any]:
    try:
        return tomllib.loads(written.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found.group(1)) if found else written.count("\n") + 1
        lines = written.splitlines() or [""]
        seen = lines[min(line, len(lines)) - 1].strip()
        raise UserError("branding.toml", file=path.name, line=line, seen=short(seen)) from error


def _line(written: str, key: str) -> int:
    """The line on which a key stands; 1 for one that cannot be found."""
    pattern = re.compile(rf"\s*\[*[\"']?{re.escape(key)}[\"']?\s*[=\].]")
    lines = (no for no, line in enumerate(written.splitlines(), 1) if pattern.match(line))
    return next(lines, 1)


def _name(stated: Mapping[str, str], where: _Where) -> str:
    name = " ".join(stated.get("name", "").split())
    if len(name) > LONGEST_NAME:
        raise where.wrong("long_name", "name", seen=len(name), most=LONGEST_NAME)
    return name


def _colour(stated: Mapping[str, str], key: str, usual: str, where: _Where) -> str:
    colour = stated.get(key, usual).strip()
    if not COLOUR.fullmatch(colour):
        raise where.wrong("no_colour", key, seen=short(colour))
    contrast = palette.contrast(colour, palette.WHITE)
    if contrast < LEAST_CONTRAST:
        least = f"{LEAST_CONTRAST:.1f}"
        raise where.wrong("pale", key, seen=colour, contrast=f"{contrast:.1f}", least=least)
    return colour.upper()


def _logo(stated: Mapping[str, str], where: _Where) -> bytes | None:
    """The logo as a PNG of a size that fits every page."""
    if "logo" not in stated:
        return None
    path = where.path.parent / stated["logo"].strip()
    seen = short(str(stated["logo"]))
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            most = MOST_BYTES // 1_000_000
            raise where.wrong("huge_logo", "logo", seen=seen, size=size // 1_000_000, most=most)
        return _drawn(path, seen, where)
    except OSError as error:
        if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError):
            why = error.strerror or "-"
            raise where.wrong("no_logo", "logo", seen=seen, why=why) from error
        raise where.wrong("no_picture", "logo", seen=seen) from error


def _drawn(path: Path, seen: str, where: _Where) -> bytes:
    try:
        with Image.open(path, formats=PICTURES) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                pixels = f"{picture.width} x {picture.height}"
                raise where.wrong("large_logo", "logo", seen=seen, pixels=pixels)
            picture.thumbnail(LOGO_PIXELS)
            out = io.BytesIO()
            picture.convert("RGBA").save(out, "PNG")
            return out.getvalue()
    except (ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise where.wrong("no_picture", "logo", seen=seen) from error
