"""Contracts published after the Open Contracting Data Standard, version 1.1: one row per contract.

A file is read with care, only named fields of its releases are kept (no contact point, address,
telephone number or document ever gets in), and the releases of a process are merged into its
current state.
"""

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, NoReturn

from nami_monitor.core.errors import UserError, short
from nami_monitor.ingest.cells import Cell, clean_text, tag_boolean, tag_date, tag_number
from nami_monitor.ingest.parse.sheets import SheetWriter

Json = Mapping[str, Any]
#: What may stand in a place: a plain value (None), an object, or a list of objects.
Shape = Mapping[str, "Shape"] | tuple["Shape"] | None

_ORGANISATION: Final[Shape] = {"id": None, "name": None}
_CLASSIFICATION: Final[Shape] = {"scheme": None, "id": None}
_ITEM: Final[Shape] = {
    "id": None,
    "classification": _CLASSIFICATION,
    "additionalClassifications": (_CLASSIFICATION,),
}
_VALUE: Final[Shape] = {"amount": None, "currency": None}
_PERIOD: Final[Shape] = {"startDate": None, "endDate": None}

_OF_TENDER: Final = (
    *("id", "title", "status"),
    *("procurementMethod", "procurementMethodDetails", "mainProcurementCategory"),
)

RELEASE: Final[Mapping[str, Shape]] = {
    "ocid": None,
    "date": None,
    "parties": (_ORGANISATION,),
    "buyer": _ORGANISATION,
    "planning": {},
    "tender": {**dict.fromkeys(_OF_TENDER), "procuringEntity": _ORGANISATION, "items": (_ITEM,)},
    "awards": (
        {
            "id": None,
            "title": None,
            "status": None,
            "date": None,
            "value": _VALUE,
            "suppliers": (_ORGANISATION,),
            "contractPeriod": _PERIOD,
            "items": (_ITEM,),
        },
    ),
    "contracts": (
        {
            "id": None,
            "awardID": None,
            "title": None,
            "status": None,
            "value": _VALUE,
            "dateSigned": None,
            "period": _PERIOD,
            "items": (_ITEM,),
        },
    ),
}
#: Lists that a later release replaces as a whole.
WHOLE: Final = frozenset({"additionalClassifications"})


class NotOcdsError(ValueError):
    """A release does not follow the standard at a place such as ``contracts/value``."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


def named_parts(value: Any, shape: Shape, place: str = "") -> Any:
    """The named parts of a value; null is kept, because in a later release it removes a value.

    Raises:
        NotOcdsError: an object, a list or a plain value stands where the standard has another.
    """
    if value is None:
        return None
    if shape is None:
        if isinstance(value, dict | list):
            raise NotOcdsError(place)
        return value
    if isinstance(shape, tuple):
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise NotOcdsError(place)
        return [named_parts(item, shape[0], place) for item in value]
    if not isinstance(value, dict):
        raise NotOcdsError(place)
    return {
        key: named_parts(value[key], part, f"{place}/{key}".lstrip("/"))
        for key, part in shape.items()
        if key in value
    }


MEGABYTE: Final = 1024**2
#: One JSON document takes some eight times its size in memory while it is read.
MOST_BYTES: Final = 100 * MEGABYTE
#: Of a file with a document on each line one line is in memory at a time; reading it takes a
#: minute or two.
MOST_BYTES_OF_LINES: Final = 400 * MEGABYTE


class _BadJsonError(ValueError):
    """JSON with a repeated name or a number that is none."""


def published(path: Path) -> Iterator[tuple[str, Any]]:
    """Give the releases in a file, in its order.

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
        size, most = size // MEGABYTE, most // MEGABYTE
        raise UserError("reading.json_too_large", file=path.name, megabytes=size, most=most)
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
    members = dict(pairs)
    if len(members) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        twice = next(key for key, times in counts.items() if times > 1)
        raise _BadJsonError(f"{short(twice, 40)}: 2x")
    return members


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
        if isinstance(parts, list) and all(isinstance(p, dict) and "ocid" in p for p in parts):
            yield from (("release", part) for part in parts)
        else:
            yield "linked", {"ocid": record.get("ocid")}


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


CONTRACT, AWARD, TENDER, PLANNING = "contract", "award", "tender", "planning"
NOT_STATED: Final = "?"
"""The currency of an amount without one; no profile takes that for euros."""

#: Columns, by their place in the compiled release or in the contract or award that a row is.
COLUMNS: Final = (
    "key", "kind", "ocid", "date", "id", "awardID", "title", "status", "value/amount",
    "value/currency", "dateSigned", "period/startDate", "period/endDate", "suppliers/id",
    "suppliers/name", "items/classification/id (CPV)", "awards/date", "buyer/id", "buyer/name",
    *(f"tender/{name}" for name in _OF_TENDER),
    "tender/procuringEntity/name",
)  # fmt: skip
_DATES: Final = frozenset(
    {"date", "dateSigned", "period/startDate", "period/endDate", "awards/date"}
)


def rows_of(process: Json) -> Iterator[list[Cell]]:
    """Give the rows of one process, as ``COLUMNS`` names them.

    A contract belongs to the award that it names, or to the only one there is. The first contract
    of an award has the key that the award had, so that it takes the award's place in a register.

    Args:
        process: A compiled release.

    Raises:
        NotOcdsError: an award or a contract has no id.
    """
    awards: Sequence[Json] = process.get("awards") or []
    contracts: Sequence[Json] = process.get("contracts") or []
    by_id = {_id(award, "awards"): award for award in awards}
    only = _id(awards[0], "awards") if len(awards) == 1 else ""
    signed: set[str] = set()
    tender: Json = process.get("tender") or {}
    names = {str(party.get("id")): party.get("name") for party in process.get("parties") or []}
    row = partial(_row, process, tender, names, _codes(tender))
    for contract in contracts:
        name = str(contract.get("awardID") or only)
        contract_id = _id(contract, "contracts")
        key = f"/{contract_id}" if name not in by_id or name in signed else ""
        award = by_id.get(name, {})
        signed.add(name)
        yield row(CONTRACT, f"{name}{key}", contract, award)
    for name, award in by_id.items():
        if name not in signed:
            yield row(AWARD, name, award, award)
    if not awards and not contracts:
        yield row(TENDER if tender else PLANNING, "", tender, {})


def _row(
    process: Json,
    tender: Json,
    names: Mapping[str, Any],
    codes: Sequence[Any],
    kind: str,
    key: str,
    main: Json,
    award: Json,
) -> list[Cell]:
    """The cells of one row; names of parties and codes of the tender hold for the whole process."""
    period = main.get("contractPeriod" if kind == AWARD else "period") or {}
    value: Json = main.get("value") or {}
    stated = value.get("currency") or (NOT_STATED if value.get("amount") is not None else None)
    status = main.get("status")
    suppliers = [(s.get("id"), _name(s, names)) for s in award.get("suppliers") or []]
    buyer: Json = process.get("buyer") or {}
    items = _codes(main) or _codes(award) or codes
    values: dict[str, Any] = {
        "key": " ".join(part for part in (process.get("ocid"), key) if part),
        "kind": kind,
        "ocid": process.get("ocid"),
        "date": process.get("date"),
        "id": main.get("id"),
        "awardID": award.get("id"),
        "title": main.get("title") or award.get("title") or tender.get("title"),
        "status": f"{kind} {status}" if status and kind != CONTRACT else status,
        "value/amount": value.get("amount"),
        "value/currency": stated,
        "dateSigned": main.get("dateSigned"),
        "period/startDate": period.get("startDate"),
        "period/endDate": period.get("endDate"),
        "suppliers/id": _joined(name for name, _ in suppliers),
        "suppliers/name": _joined(name for _, name in suppliers),
        "items/classification/id (CPV)": _joined(items),
        "awards/date": award.get("date"),
        "buyer/id": buyer.get("id"),
        "buyer/name": _name(buyer, names),
        "tender/procuringEntity/name": _name(tender.get("procuringEntity") or {}, names),
    }
    values |= {f"tender/{name}": tender.get(name) for name in _OF_TENDER}
    return [_cell(values[column], column) for column in COLUMNS]


def _id(part: Json, place: str) -> str:
    if part.get("id") in (None, ""):
        raise NotOcdsError(f"{place}/id")
    return str(part["id"])


def _name(organisation: Json, names: Mapping[str, Any]) -> Any:
    return organisation.get("name") or names.get(str(organisation.get("id")))


def _joined(texts: Iterable[Any]) -> str:
    return "; ".join(dict.fromkeys(str(text) for text in texts if text))


def _codes(part: Json) -> list[Any]:
    """The CPV codes of the items of a contract, award or tender."""
    return [
        code.get("id")
        for item in part.get("items") or []
        for code in [item.get("classification"), *(item.get("additionalClassifications") or [])]
        if code and str(code.get("scheme")).upper() == "CPV" and code.get("id")
    ]


def _cell(value: Any, column: str) -> Cell:
    """A value as a cell; a date as it was written, whatever its offset from UTC."""
    if isinstance(value, bool):
        return tag_boolean(value)
    if isinstance(value, int | float) and column == "value/amount":
        return tag_number(value)
    if value is None:
        return None
    text = str(value).encode("utf-8", "replace").decode()
    if column in _DATES:
        try:
            return tag_date(dt.datetime.fromisoformat(text).replace(tzinfo=None))
        except ValueError:
            return clean_text(text)
    return clean_text(text)


def read_ocds(path: Path, sheets: SheetWriter) -> None:
    """Compile the releases of each process and give its rows.

    A process of which a release does not follow the standard is set aside as a whole: compiled
    without that release it would say something else.

    Raises:
        UserError: when the file is no JSON, too large, or publishes nothing.
    """
    releases: dict[str, list[dict[str, Any]]] = {}
    bad: dict[str, str] = {}
    for kind, part in published(path):
        stated = part.get("ocid") if isinstance(part, dict) else None
        ocid = stated if isinstance(stated, str) else ""
        try:
            if not ocid or kind == "linked":
                raise NotOcdsError("releases" if ocid else "ocid")
            releases.setdefault(ocid, []).append(named_parts(part, RELEASE))
        except NotOcdsError as error:
            bad.setdefault(ocid or f"?{len(bad)}", f"{short(ocid) or '?'}: {error.place}")
    sheets.begin(path.name, visible=True)
    sheets.row(list(COLUMNS))
    line = 1
    for ocid, parts in releases.items():
        try:
            rows = [] if ocid in bad else list(rows_of(compiled(parts)))
        except NotOcdsError as error:
            bad[ocid], rows = f"{short(ocid)}: {error.place}", []
        for row in rows:
            sheets.row(row)
            line += 1
    if line == 1:
        raise UserError("reading.ocds_nothing", file=path.name, bad=len(bad))
    for number, raw in enumerate(bad.values(), line + 1):
        sheets.misfit(number, "not_ocds", raw)
