"""Where things are kept: the demo in a cache folder, own data in the user's data folder."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

import tomli_w
from platformdirs import user_cache_path, user_data_path

APP = "nami-monitor"


def _product() -> Path:
    """Where ``dashboard.py``, ``pages`` and ``data`` lie; a wheel holds them inside the package."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "_app"
    return inside if inside.is_dir() else package.parent


PRODUCT: Final = _product()
SHIPPED: Final = PRODUCT / "data"


@dataclass(frozen=True)
class Places:
    """The files of one installation.

    ``NAMI_DB`` may say where the organisation's own database is. ``user`` is what the command line
    remembers of the person who uses it.
    """

    demo: Path
    own: Path
    profiles: Path
    user: Path


def places(environment: Mapping[str, str] | None = None) -> Places:
    """Read the places from the environment; the folders need not exist."""
    environment = os.environ if environment is None else environment
    home = Path(environment.get("NAMI_HOME") or user_data_path(APP))
    cache = Path(environment.get("NAMI_CACHE") or user_cache_path(APP))
    return Places(
        demo=cache / "demo.duckdb",
        own=Path(environment.get("NAMI_DB") or home / "own.duckdb"),
        profiles=home / "profiles",
        user=home / "user.toml",
    )


def remembered_who(file: Path) -> str:
    """The role or initials that ``remember_who`` wrote; empty without them."""
    try:
        who = tomllib.loads(file.read_text("utf-8")).get("who", "")
    except (OSError, ValueError):
        return ""
    return who if isinstance(who, str) else ""


def remember_who(file: Path, who: str) -> None:
    """Remember a role or initials, in place of earlier ones.

    Raises:
        OSError: the file cannot be written; what stood there stays.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_name(f".{file.name}.{uuid4().hex}")
    try:
        half.write_text(tomli_w.dumps({"who": who}), "utf-8")
        half.replace(file)
    finally:
        half.unlink(missing_ok=True)
