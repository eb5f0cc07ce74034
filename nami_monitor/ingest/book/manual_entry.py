"""Manual entry: what a person enters by form is a delivery of one row, through the ordinary import.

So an entry is a batch like any other: checked by the same rules, stored with who and when, and
undone in the same way.
"""

import csv
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.book.import_report import Report
from nami_monitor.ingest.cells import Layout
from nami_monitor.ingest.personal import refuse_address, signature
from nami_monitor.ingest.profiles.profile import Origin, Profile, TableMap
from nami_monitor.store import Store, Transaction
from nami_monitor.tables import TABLES

SOURCE: Final = "form"
"""The source of all that is entered by form."""

LAYOUT: Final = Layout(format="csv", encoding="utf-8", delimiter=";", skip_rows=0)
LONGEST_NAME: Final = 120

Value = str | float | date | bool | None


@dataclass(frozen=True)
class FieldProblem:
    """What is wrong with one field: its ``rule`` has a sentence in the catalogues (``rules.``)."""

    column: str | None
    rule: str
    value: str | None


class EntryRefusedError(UserError):
    """An entry that the rules of its table refuse, field by field; nothing was booked."""

    def __init__(self, problems: tuple[FieldProblem, ...]) -> None:
        listed = ", ".join(f"{problem.column or '-'} ({problem.rule})" for problem in problems)
        super().__init__("entry.refused", problems=listed)
        self.problems = problems


def enter_together(
    store: Store,
    table: str,
    rows: Sequence[Mapping[str, Value]],
    who: str,
    *,
    products_of: str | None = None,
) -> Report:
    """Book rows that a person entered, with the same columns: all as one delivery, or none of them.

    A row that the data had already is known. In a table with a key it takes the place of the row
    with the same key, as in any later delivery; the earlier one returns when this one is undone.
    ``products_of`` is the source whose article numbers are used.

    Raises:
        EntryRefusedError: a row breaks rules of its table.
        UserError: ``entry.who`` when nobody says who enters, ``personal.address`` for an e-mail
            address, or what ``import_file`` raises.
        DatabaseHeldError: another process holds the database.
    """
    signed = signature(who)
    written = [{name: _written(value) for name, value in row.items()} for row in rows]
    for cell in (cell for cells in written for cell in cells.values()):
        refuse_address(cell)
    cells = written[0]
    shared = {
        name: cell for name, cell in cells.items() if all(each[name] == cell for each in written)
    }
    profile = Profile(
        source=SOURCE,
        tables=(TableMap(table, {name: Origin((name,)) for name in cells}),),
        products_of=products_of,
        layout=LAYOUT,
        decimal=".",
        dates=("%Y-%m-%d",),
        drop=(),
    )
    with tempfile.TemporaryDirectory(prefix="nami-") as folder:
        path = Path(folder) / "entry.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL)
            writer.writerows([cells.keys(), *(each.values() for each in written)])
        return import_file(
            store,
            path,
            profile,
            answers=Answers(create=frozenset(), accept_set_aside=True),
            who=signed,
            name=name_of(table, shared),
            check=_refuse_set_aside,
        )


def name_of(table: str, cells: Mapping[str, str]) -> str:
    """The name of an entry in the list of deliveries: its table and its key."""
    key = [cells[name] for name in TABLES[table].key if cells.get(name)]
    return " ".join([table, *key]).replace("/", "-").replace("\\", "-")[:LONGEST_NAME]


def _refuse_set_aside(db: Transaction, report: Report) -> None:
    """Refuse an entry of which the import would set aside the row."""
    problems = db.rows(
        "select distinct column_name, rule, value from set_aside where batch = ? order by all",
        [report.batch],
    )
    if problems:
        raise EntryRefusedError(tuple(FieldProblem(*problem) for problem in problems))


def _written(value: Value) -> str:
    """A value as text in the file of one row."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return " ".join(value.split())
    return f"{value:.9f}".rstrip("0").rstrip(".")
