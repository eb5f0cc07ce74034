"""A published JSON file, read with care: which releases are in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NoReturn

from nami_monitor.core.errors import UserError, short

MEGABYTE: Final = 1024**2
#: One JSON document takes some eight times its size in memory while it is read.
MOST_BYTES: Final = 100 * MEGABYTE
#: Of a file with a document on each line one line is in memory at a time; reading it takes a
#: minute or two.
MOST_BYTES_OF_LINES: Final = 400 * MEGABYTE


class _BadJsonError(ValueError):
    """JSON that leaves open what it says."""


def load(path: Path) -> Iterator[tuple[str, Any]]:
    """Give what a file publishes, in its order.

    Args:
        path: A release package, a record package, a release, a list of those, or one per line.

    Returns:
        Its releases (``release``), and the records that hold a compiled release (``compiled``) or
        nothing but links (``linked``).

    Raises:
        UserError: when it is too large, is no JSON, or holds no releases.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        first = file.readline(MOST_BYTES + 1)
        lined = size > len(first) and len(first) <= MOST_BYTES and _is_document(first)
    most = MOST_BYTES_OF_LINES if lined else MOST_BYTES
    if size > most:
        raise UserError(
            "reading.json_too_large",
            file=path.name,
            megabytes=size // MEGABYTE,
            most=most // MEGABYTE,
        )
    if not lined:
        yield from _parts(_parse(path.read_bytes(), path.name), path.name)
        return
    with path.open("rb") as file:
        while line := file.readline(MOST_BYTES):
            if line.strip():
                yield from _parts(_parse(line, path.name), path.name)


def _is_document(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _parse(content: bytes, name: str) -> Any:
    try:
        return json.loads(content, object_pairs_hook=_object, parse_constant=_constant)
    except RecursionError as error:
        raise UserError("reading.json_deep", file=name) from error
    except ValueError as error:
        raise UserError("reading.json_broken", file=name, detail=short(error)) from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [key for key, _ in pairs]
        twice = next(key for key in names if names.count(key) > 1)
        raise _BadJsonError(f"{short(twice, 40)}: 2x")
    return found


def _constant(word: str) -> NoReturn:
    raise _BadJsonError(word)


def _parts(document: Any, name: str) -> Iterator[tuple[str, Any]]:
    if isinstance(document, list):
        for part in document:
            yield from _parts(part, name)
        return
    if not isinstance(document, dict):
        raise UserError("reading.ocds_shape", file=name, seen=short(document))
    for key in ("releases", "records"):
        if key in document and "ocid" not in document:
            if not isinstance(document[key], list):
                raise UserError("reading.ocds_shape", file=name, seen=f"{key}: ?")
            for part in document[key]:
                yield from _record(part) if key == "records" else [("release", part)]
            return
    if "ocid" not in document:
        raise UserError("reading.ocds_shape", file=name, seen=short(", ".join(document)))
    yield from _record(document)


def _record(record: Any) -> Iterator[tuple[str, Any]]:
    """The compiled release of a record, or else its releases; a release is itself."""
    if not isinstance(record, dict) or not {"compiledRelease", "releases"} & set(record):
        yield "release", record
    elif isinstance(record.get("compiledRelease"), dict):
        yield "compiled", record["compiledRelease"]
    else:
        parts = record.get("releases")
        whole = isinstance(parts, list) and all(
            isinstance(part, dict) and "ocid" in part for part in parts
        )
        if not whole or not isinstance(parts, list):
            yield "linked", {"ocid": record.get("ocid")}
            return
        for part in parts:
            yield "release", part
