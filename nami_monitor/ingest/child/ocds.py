"""The contracts in a published file of the Open Contracting Data Standard."""

from pathlib import Path
from typing import Any, Final

from nami_monitor.core.errors import UserError, short
from nami_monitor.ingest.child.left import Sheets
from nami_monitor.ingest.ocds.load import load
from nami_monitor.ingest.ocds.merge import compiled
from nami_monitor.ingest.ocds.rows import COLUMNS, rows_of
from nami_monitor.ingest.ocds.shape import RELEASE, NotOcdsError, keep

RULE: Final = "not_ocds"


def read_ocds(path: Path, sheets: Sheets) -> None:
    """Compile the releases of each process and give its rows.

    A process of which a release does not follow the standard is set aside as a whole: compiled
    without that release it would say something else.

    Raises:
        UserError: when the file is no JSON, too large, or publishes nothing.
    """
    releases: dict[str, list[dict[str, Any]]] = {}
    bad: dict[str, str] = {}
    for kind, part in load(path):
        ocid = _ocid(part)
        try:
            if not ocid or kind == "linked":
                raise NotOcdsError("releases" if ocid else "ocid")
            releases.setdefault(ocid, []).append(keep(part, RELEASE))
        except NotOcdsError as error:
            bad.setdefault(ocid or f"?{len(bad)}", f"{short(ocid) or '?'}: {error.place}")
    sheets.begin(path.name, visible=True)
    sheets.row(list(COLUMNS))
    line = 1
    for ocid, found in releases.items():
        try:
            rows = [] if ocid in bad else list(rows_of(compiled(found)))
        except NotOcdsError as error:
            bad[ocid], rows = f"{short(ocid)}: {error.place}", []
        for row in rows:
            sheets.row(row)
            line += 1
    if line == 1:
        raise UserError("reading.ocds_nothing", file=path.name, bad=len(bad))
    for number, raw in enumerate(bad.values(), line + 1):
        sheets.aside(number, RULE, raw)


def _ocid(part: Any) -> str:
    """The process that a release is about; empty when it does not say."""
    ocid = part.get("ocid") if isinstance(part, dict) else None
    return ocid if isinstance(ocid, str) else ""
