"""A compiled release as rows: one per contract, and one per award that has no contract yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from nami_monitor.ingest.ocds.shape import Json, NotOcdsError
from nami_monitor.ingest.tags import Cell, clean_text, tag_boolean, tag_date, tag_number

CONTRACT, AWARD, TENDER, PLANNING = "contract", "award", "tender", "planning"
NOT_STATED: Final = "?"
"""The currency of an amount without one; no profile takes that for euros."""
_CPV: Final = "CPV"

#: Columns, by their place in the compiled release or in the contract or award that a row is.
COLUMNS: Final = (
    "key",
    "kind",
    "ocid",
    "date",
    "id",
    "awardID",
    "title",
    "status",
    "value/amount",
    "value/currency",
    "dateSigned",
    "period/startDate",
    "period/endDate",
    "suppliers/id",
    "suppliers/name",
    "items/classification/id (CPV)",
    "awards/date",
    "buyer/id",
    "buyer/name",
    "tender/id",
    "tender/title",
    "tender/status",
    "tender/procurementMethod",
    "tender/procurementMethodDetails",
    "tender/mainProcurementCategory",
    "tender/procuringEntity/name",
)
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
    for contract in contracts:
        name = str(contract.get("awardID") or only)
        contract_id = _id(contract, "contracts")
        key = f"/{contract_id}" if name not in by_id or name in signed else ""
        award = by_id.get(name, {})
        signed.add(name)
        yield _row(process, CONTRACT, f"{name}{key}", contract, award)
    for name, award in by_id.items():
        if name not in signed:
            yield _row(process, AWARD, name, award, award)
    if not awards and not contracts:
        tender = process.get("tender")
        yield _row(process, TENDER if tender else PLANNING, "", tender or {}, {})


def _row(process: Json, kind: str, key: str, main: Json, award: Json) -> list[Cell]:
    tender: Json = process.get("tender") or {}
    period = main.get("contractPeriod" if kind == AWARD else "period") or {}
    value: Json = main.get("value") or {}
    stated = value.get("currency") or (NOT_STATED if value.get("amount") is not None else None)
    status = main.get("status")
    names = {str(party.get("id")): party.get("name") for party in process.get("parties") or []}
    suppliers = [(s.get("id"), _name(s, names)) for s in award.get("suppliers") or []]
    buyer: Json = process.get("buyer") or {}
    items = _codes(main) or _codes(award) or _codes(tender)
    found: dict[str, Any] = {
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
    found |= {
        f"tender/{name}": tender.get(name)
        for name in ("id", "title", "status", "procurementMethod", "procurementMethodDetails")
    }
    found["tender/mainProcurementCategory"] = tender.get("mainProcurementCategory")
    return [_cell(found[column], column) for column in COLUMNS]


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
        found.get("id")
        for item in part.get("items") or []
        for found in [item.get("classification"), *(item.get("additionalClassifications") or [])]
        if found and str(found.get("scheme")).upper() == _CPV and found.get("id")
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
