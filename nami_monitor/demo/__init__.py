"""The demo: which file of the made-up organisation is imported with which profile.

The rest of this package is the generator of those files, which the running product does not import:
``python -m nami_monitor.demo FOLDER`` writes them.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nami_monitor.core.errors import UserError

MANIFEST: Final = "manifest.toml"


@dataclass(frozen=True)
class DemoFile:
    """A file to import and the profile that reads it."""

    file: Path
    profile: Path


def demo_files(folder: Path) -> tuple[DemoFile, ...]:
    """What to import, in order, by the manifest of a demo folder.

    Raises:
        UserError: ``demo.no_manifest`` when the folder holds none.
    """
    try:
        manifest = tomllib.loads((folder / MANIFEST).read_text("utf-8"))
    except OSError as error:
        raise UserError("demo.no_manifest", folder=str(folder)) from error
    return tuple(
        DemoFile((folder / entry["file"]).resolve(), (folder / entry["profile"]).resolve())
        for entry in manifest["delivery"]
    )
