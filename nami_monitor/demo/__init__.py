"""The demo: which file of the made-up organisation is imported with which profile.

The rest of this package is the generator of those files, which the running product does not import:
``python -m nami_monitor.demo FOLDER`` writes them.
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from nami_monitor.core.errors import UserError

MANIFEST: Final = "manifest.toml"


@dataclass(frozen=True)
class DemoFile:
    """A file to import and the profile that reads it.

    ``came_in`` is the day on which it came in, as the story of the demo has it; None for the day on
    which the demo is built.
    """

    file: Path
    profile: Path
    came_in: date | None = None


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
        DemoFile(
            (folder / entry["file"]).resolve(),
            (folder / entry["profile"]).resolve(),
            entry.get("came_in"),
        )
        for entry in manifest["delivery"]
    )
