"""The organisation's own profiles: one TOML file each, in one folder."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.cells import MENDED, Layout, Sheet
from nami_monitor.ingest.profiles.profile import Profile, load_profile, write_profile
from nami_monitor.ingest.profiles.source_cells import normal_header
from nami_monitor.ingest.profiles.suggest import matching_profiles
from nami_monitor.ingest.readers import read


@dataclass(frozen=True)
class Recognised:
    """The names of the profiles that fit a file, the best first.

    Of a ``mended`` set-aside file, its batch knows the profile.
    """

    profiles: tuple[str, ...] = ()
    mended: bool = False


def profiles_in(folder: Path) -> dict[str, Profile]:
    """The profiles of a folder by name; a file that is no profile is left out."""
    profiles = {}
    for file in sorted(folder.glob("*.toml")):
        try:
            profiles[file.stem] = load_profile(file)
        except UserError:
            continue
    return profiles


def save_profile(folder: Path, name: str, profile: Profile) -> Path:
    """Write a profile, over an earlier one of the same name; its folder is made when absent.

    The file's name is made from the letters and digits of what people call it.

    Raises:
        UserError: ``profile.name`` when nothing of the name is left.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")[:60].strip("_")
    if not slug:
        raise UserError("profile.name", seen=name)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{slug}.toml"
    part = path.with_suffix(".part")
    part.write_text(write_profile(profile), "utf-8")
    part.replace(path)
    return path


def recognise(
    path: Path, profiles: Mapping[str, Profile], name: str, folder: Path | None = None
) -> Recognised:
    """Find the profiles that fit a file, read as it is or as a profile lays it out.

    ``name`` is the file's name for people; ``folder`` keeps the parsed cells, see ``read``.
    """
    sheets = _sheets(path, Layout(), folder)
    if sheets and is_mended(sheets[0]):
        return Recognised(mended=True)
    fitting = matching_profiles(sheets[0], profiles, name) if sheets else []
    if fitting:
        return Recognised(tuple(fitting))
    for layout in dict.fromkeys(profile.layout for profile in profiles.values()):
        alike = {key: profile for key, profile in profiles.items() if profile.layout == layout}
        sheets = _sheets(path, layout, folder)
        fitting += matching_profiles(sheets[0], alike, name) if sheets else []
    return Recognised(tuple(fitting))


def is_mended(sheet: Sheet) -> bool:
    """Whether a sheet is a set-aside file that comes back."""
    return set(MENDED) <= {normal_header(header) for header in sheet.columns}


def read_sheets(path: Path, layout: Layout, folder: Path | None = None) -> list[Sheet]:
    """Read a file to show it, see ``read``; a temporary copy of a large one is not kept.

    Raises:
        UserError: when the file cannot be understood.
    """
    sheets = read(path, layout, folder)
    for sheet in sheets:
        sheet.discard()
    return sheets


def _sheets(path: Path, layout: Layout, folder: Path | None) -> list[Sheet]:
    try:
        return read_sheets(path, layout, folder)
    except UserError:
        return []
