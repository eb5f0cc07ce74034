"""The demo's input files, the same bytes from the same seed.

What is planted in them stands in ``nami_monitor.demo.truth``: in words in its text, in numbers in
``PlantedTruth``, for tests to find again; that of programmes and projects stands in
``nami_monitor.demo.truth_cases``.
"""

from __future__ import annotations

from pathlib import Path

from nami_monitor.demo import (
    furnishing_files,
    it_files,
    office_files,
    passport_files,
    programme_files,
    registers,
    sanitary_files,
)
from nami_monitor.demo.manifest import MANIFEST, render
from nami_monitor.demo.simulate import World
from nami_monitor.demo.write import File, spoil


def files(world: World) -> dict[str, File]:
    """All files as tables, by name, with the planted bad rows."""
    parts = (
        registers, office_files, sanitary_files, it_files, programme_files, passport_files,
        furnishing_files,
    )  # fmt: skip
    return {
        name: spoil(name, file, world.truth.bad_cells)
        for part in parts
        for name, file in part.files(world).items()
    }


def write(world: World, folder: Path) -> list[Path]:
    """Write the files and their manifest into a folder, which is made when it is not there.

    Returns:
        The paths written, in order.
    """
    folder.mkdir(parents=True, exist_ok=True)
    contents = {name: file.to_bytes() for name, file in files(world).items()}
    contents[MANIFEST] = render(contents.keys())
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in contents]
