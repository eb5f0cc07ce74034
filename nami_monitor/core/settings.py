"""Where things are kept: the demo in a cache folder, own data in the user's data folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_path, user_data_path

APP = "nami-monitor"
SHIPPED = Path(__file__).resolve().parents[2] / "data"


@dataclass(frozen=True)
class Places:
    """The files of one installation.

    ``NAMI_DB`` may say where the organisation's own database is.
    """

    demo: Path
    own: Path
    profiles: Path


def places(environment: Mapping[str, str] | None = None) -> Places:
    """Read the places from the environment; the folders need not exist."""
    environment = os.environ if environment is None else environment
    home = Path(environment.get("NAMI_HOME") or user_data_path(APP))
    cache = Path(environment.get("NAMI_CACHE") or user_cache_path(APP))
    return Places(
        demo=cache / "demo.duckdb",
        own=Path(environment.get("NAMI_DB") or home / "own.duckdb"),
        profiles=home / "profiles",
    )
