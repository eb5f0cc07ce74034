"""What a wheel requires: the packages of ``requirements.in``, and its extras."""

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

NO_EXTRAS = ("dev", "audit")
"""What developers need."""


class Requirements(MetadataHookInterface):
    """Hatchling asks it for the dependencies, which are stated once."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Fill in the dependencies; the extra ``NAME`` is what ``requirements-NAME.in`` adds."""
        folder = Path(self.root)
        metadata["dependencies"] = _stated(folder / "requirements.in")
        metadata["optional-dependencies"] = {
            name: _stated(file)
            for file in sorted(folder.glob("requirements-*.in"))
            if (name := file.stem.removeprefix("requirements-")) not in NO_EXTRAS
        }


def _stated(file: Path) -> list[str]:
    """The requirements of a file, without its comments and without those of other files."""
    lines = (re.sub(r"\s*#.*", "", line) for line in file.read_text("utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("-")]
