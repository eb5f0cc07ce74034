"""Releases of one contracting process, compiled into how it stands now.

After the chapter on merging of the standard, version 1.1: releases go in the order of their dates;
a plain value replaces the earlier one; null removes it; objects merge; in a list, objects of the
same id merge and others are added; some lists are replaced as a whole.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from nami_monitor.ingest.ocds.shape import WHOLE, Json, NotOcdsError


def compiled(releases: Iterable[Json]) -> dict[str, Any]:
    """Merge the releases of one process.

    Args:
        releases: what ``keep`` left of each; those of one date stay in the order given.

    Raises:
        NotOcdsError: a date is missing or is none.
    """
    whole: dict[str, Any] = {}
    for release in sorted(releases, key=_moment):
        _merge(whole, release)
    return whole


def _moment(release: Json) -> dt.datetime:
    """The date of a release; without an offset it is taken for UTC."""
    try:
        moment = dt.datetime.fromisoformat(release["date"])
    except (KeyError, TypeError, ValueError) as error:
        raise NotOcdsError("date") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _merge(whole: dict[str, Any], part: Json) -> None:
    for key, value in part.items():
        if value is None:
            whole.pop(key, None)
        elif isinstance(value, dict):
            _merge(whole.setdefault(key, {}), value)
        elif isinstance(value, list) and key not in WHOLE:
            _merge_list(whole.setdefault(key, []), value)
        else:
            whole[key] = value


def _merge_list(whole: list[dict[str, Any]], parts: list[Json]) -> None:
    known = {str(item["id"]): item for item in whole if item.get("id") is not None}
    for part in parts:
        name = part.get("id")
        item = known.get(str(name)) if name is not None else None
        if item is None:
            item = {}
            whole.append(item)
            if name is not None:
                known[str(name)] = item
        _merge(item, part)
