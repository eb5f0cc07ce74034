"""What a reader must know beside an estimate; the sentences stand in ``waterbed.notes``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Note:
    """Something that was left out, or that stands in the way.

    Args:
        key: names the sentence.
        values: what was seen, for its placeholders.
        stops: whether nothing can be estimated because of it.
    """

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)
    stops: bool = False
