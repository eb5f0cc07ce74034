"""The names by which a sheet's columns are asked for; of two columns of one name, which is meant.

A reader calls the second column of a name ``Category (2)``. The first is then ``Category (1)``, and
``Category`` alone is refused where a profile maps it: it would silently mean the first. Columns
that hold the same from top to bottom need no telling apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from nami_monitor.core.errors import UserError, short
from nami_monitor.ingest.cells import Sheet
from nami_monitor.ingest.profile import Origin, Profile


def normal(header: str) -> str:
    """A header as it is compared: trimmed, case-folded, white space collapsed."""
    return " ".join(header.split()).casefold()


def distinct(columns: Sequence[str]) -> tuple[str, ...]:
    """The names of a sheet's columns, none of which means two columns."""
    taken = {normal(name) for name in columns}
    return tuple(f"{name} (1)" if f"{normal(name)} (2)" in taken else name for name in columns)


def positions(columns: Sequence[str]) -> dict[str, int]:
    """The numbers of the columns, from 1, by every name that they answer to, normalised."""
    found = {normal(name): number for number, name in enumerate(columns, start=1)}
    told = {normal(name): number for number, name in enumerate(distinct(columns), start=1)}
    return found | told


def bare(names: Sequence[str], columns: Sequence[str]) -> dict[str, list[str]]:
    """Names by the header as it stands in the file, without the number that tells it from another.

    Args:
        names: some of the names that the columns answer to.
        columns: the headers of the sheet, all of them.
    """
    taken = {normal(column) for column in columns}
    found: dict[str, list[str]] = {}
    for name in names:
        stem, _, number = normal(name).rpartition(" (")
        twice = stem in taken and f"{stem} (2)" in taken and number.rstrip(")").isdigit()
        found.setdefault(stem if twice else normal(name), []).append(name)
    return found


def refuse_doubles(profile: Profile, sheet: Sheet) -> None:
    """Refuse a profile that maps a name which two columns bear, unless it tells them apart.

    Args:
        profile: how the file would be read.
        sheet: what the reader gave; of a file that is streamed, two columns are never alike.

    Raises:
        UserError: ``import.two_of_one_name``.
    """
    columns = sheet.columns
    held = positions(columns)
    mapped = {normal(name) for name in _mapped(profile, held)}
    alike = bare(list(held), columns)
    for name in mapped & {normal(name) for name in columns}:
        others = [other for other in alike.get(name, ()) if other != name]
        apart = [other for other in others if not _alike(sheet, held[name], held[other])]
        if apart and not mapped & set(others):
            first = columns[held[name] - 1]
            raise UserError(
                "import.two_of_one_name",
                column=short(first),
                first=f"{short(first)} (1)",
                second=f"{short(first)} (2)",
            )


def _alike(sheet: Sheet, one: int, other: int) -> bool:
    """Whether two columns hold the same from top to bottom."""
    if one == other:
        return True
    rows = sheet.rows
    return isinstance(rows, pl.DataFrame) and rows[f"c{one}"].equals(rows[f"c{other}"])


def _mapped(profile: Profile, held: dict[str, int]) -> Iterator[str]:
    """The names of columns that are read."""
    for table in profile.tables:
        for origin in table.columns.values():
            yield from _read(origin, held)
    for rule in profile.drop or ():
        yield rule.column


def _read(origin: Origin, held: dict[str, int]) -> Iterator[str]:
    present = [name for name in origin.columns if normal(name) in held]
    yield from present[:1] if origin.how == "first" else present
    if origin.sign:
        yield origin.sign.column
    if origin.scale_by:
        yield origin.scale_by[0]
    if origin.unit:
        yield origin.unit
