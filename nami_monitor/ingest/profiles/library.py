"""The organisation's own profiles: one TOML file each, in one folder, and what they were before.

Beside a profile stand its versions, one line of JSON each: when, who and the text.
"""

import difflib
import re
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from nami_monitor.core.errors import UserError
from nami_monitor.core.settings import replacing
from nami_monitor.ingest.cells import MENDED, Layout, Sheet
from nami_monitor.ingest.personal import signature
from nami_monitor.ingest.profiles.profile import Profile, load_profile, parse_profile, write_profile
from nami_monitor.ingest.profiles.source_cells import column_numbers, normal_header
from nami_monitor.ingest.profiles.suggest import matching_profiles
from nami_monitor.ingest.readers import read
from nami_monitor.store import Store

SUFFIX: Final = ".toml"
VERSIONS: Final = ".versions.jsonl"
"""What follows the name of a profile in the file of its versions."""


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
    for file in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            profiles[file.stem] = load_profile(file)
        except UserError:
            continue
    return profiles


@dataclass(frozen=True)
class ProfileVersion:
    """A profile as it was: since when (UTC), who kept it so (nobody: changed by hand), its text."""

    when: datetime
    who: str
    text: str


_VERSION: Final = TypeAdapter(ProfileVersion)


def profile_file(folder: Path, name: str) -> Path:
    """The file of a profile, named after the letters and digits of what people call it.

    Raises:
        UserError: ``profile.name`` when nothing of the name is left.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")[:60].strip("_")
    if not slug:
        raise UserError("profile.name", seen=name)
    return folder / f"{slug}{SUFFIX}"


def file_beside(folder: Path, profile: Profile) -> Path:
    """The file that keeps a new profile: beside that of other tables, not in its place."""
    file = profile_file(folder, profile.source)
    tables = [table.name for table in profile.tables]
    there = profiles_in(folder).get(file.stem)
    if there is None or tables == [table.name for table in there.tables]:
        return file
    return profile_file(folder, " ".join((profile.source, *tables)))


def profile_versions(file: Path) -> list[ProfileVersion]:
    """The versions of a profile, the present one last; none when there is no such profile."""
    kept: list[ProfileVersion] = []
    if file.with_suffix(VERSIONS).exists():
        for line in file.with_suffix(VERSIONS).read_text("utf-8", "replace").split("\n"):
            with suppress(ValueError):  # changed by hand
                kept.append(_VERSION.validate_json(line))
    if file.exists():
        present = file.read_text("utf-8-sig", "replace")
        if not kept or kept[-1].text != present:
            changed = datetime.fromtimestamp(file.stat().st_mtime, UTC)
            kept.append(ProfileVersion(changed, "", present))
    return kept


def save_profile(file: Path, profile: Profile, who: str, store: Store) -> None:
    """Write a profile; the one that stood there stays as a version. Its folder is made when absent.

    It stands in the trail of the database whose files it reads.

    Raises:
        UserError: ``entry.who``, ``personal.address``.
    """
    versions = profile_versions(file)
    new = ProfileVersion(datetime.now(UTC), signature(who), write_profile(profile))
    if versions and versions[-1].text == new.text and file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    told = "".join(_VERSION.dump_json(one).decode() + "\n" for one in (*versions, new))
    for target, text in ((file.with_suffix(VERSIONS), told), (file, new.text)):
        with replacing(target) as half:
            half.write_text(text, "utf-8")
    store.acted(new.who, "profile", name=file.stem)


def profile_difference(before: str, after: str) -> list[str]:
    """What differs in what two texts of a profile say: lines behind ``-`` go, behind ``+`` come."""
    old, new = (_written(text).splitlines() for text in (before, after))
    return list(difflib.unified_diff(old, new, lineterm=""))[2:]


def _written(text: str) -> str:
    """The text of a profile as the monitor writes it; as it is when it is no profile."""
    try:
        return write_profile(parse_profile(text))
    except UserError:
        return text


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
    layouts = dict.fromkeys(profile.layout for profile in profiles.values())
    for layout in (one for one in layouts if one != Layout()):
        alike = {key: profile for key, profile in profiles.items() if profile.layout == layout}
        sheets = _sheets(path, layout, folder)
        fitting += matching_profiles(sheets[0], alike, name) if sheets else []
    return Recognised(tuple(fitting))


def is_mended(sheet: Sheet) -> bool:
    """Whether a sheet is a set-aside file that comes back."""
    return set(MENDED) <= {normal_header(header) for header in sheet.columns}


def comes_back(path: Path, folder: Path | None = None) -> bool:
    """Whether a file holds set-aside rows, which their own batch knows how to read."""
    sheets = _sheets(path, Layout(), folder)
    return bool(sheets) and is_mended(sheets[0])


def fits_entirely(path: Path, profile: Profile, folder: Path | None = None) -> bool:
    """Whether every column that a profile names is there: a shipped one must not fit by chance.

    Raises:
        UserError: when the file cannot be understood.
    """
    headers = set(column_numbers(read_sheets(path, profile.layout, folder)[0].columns))
    if profile.unpivot:
        headers |= {normal_header(profile.unpivot.name), normal_header(profile.unpivot.value)}
    return all(
        normal_header(column) in headers
        for table in profile.tables
        for origin in table.columns.values()
        for column in origin.columns
        if not column.startswith("@")
    )


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
