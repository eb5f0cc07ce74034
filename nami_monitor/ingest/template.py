"""A workbook per input table to fill in: headings in the reader's language, drop-downs, an example.

What comes back from it needs no profile: its headings and the words of its drop-downs are those of
the catalogues, which the import knows. The example line says in its first cell that it is one, and
is skipped.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from nami_monitor.core.errors import refuse_unknown
from nami_monitor.i18n import LANGS, text
from nami_monitor.store import Transaction
from nami_monitor.store.export import WORKBOOK, whole
from nami_monitor.tables import TABLES, Codes, Column, columns

ROWS: Final = 2_000
"""Rows below the headings that have drop-downs and formats."""

INLINE: Final = 255
"""Characters that Excel allows for choices written in the rule itself."""

LISTED_CODES: Final = 2_000
"""Maximum number of codes in a drop-down."""

EXAMPLES: Final[Mapping[str, str | float]] = {
    "category": "office_supplies", "location_id": "L-001", "product_id": "A-1001",
    "contract_id": "C-2026-01", "asset_id": "M-0001", "programme": "P-01", "kit_cases": "6",
    "cpv": "30192000", "kpi": "impact_spend", "period": "2026", "baseline_period": "2023",
    "channel": "webshop", "base_unit": "st", "factor_year": 2024.0, "locations": "L-001;L-002",
    "products": "A-1001;A-1002", "substitute_products": "A-1003", "target_channel": "cabinet",
    "substitute_channels": "webshop", "option_dates": "2027-01-01",
}  # fmt: skip
"""Values of the example line where the type of the column does not determine one."""


def template(
    table: str, out: Path, lang: str, choices: Mapping[Codes, Sequence[str]] | None = None
) -> None:
    """Write the workbook of a table in a language, whole or not at all.

    The drop-downs offer ``choices``, the codes that are known; none without a database.

    Raises:
        UserError: ``import.unknown_table``; ``export.unwritable``.
    """
    refuse_unknown("import.unknown_table", table, TABLES)
    with whole(out) as half, xlsxwriter.Workbook(half, {**WORKBOOK, "constant_memory": False}) as b:
        _write(b, table, lang, choices or {})


def known_codes(db: Transaction) -> dict[Codes, list[str]]:
    """The codes of every master, for drop-downs; a master with too many codes has none."""
    known = {}
    for kind in Codes:
        rows = db.rows("select distinct code from codes where kind = ? order by 1", [str(kind)])
        if 0 < len(rows) <= LISTED_CODES:
            known[kind] = [code for (code,) in rows]
    return known


def known_words(db: Transaction) -> dict[str, list[str]]:
    """The words of columns without a master that the data hold, the most used first."""
    sources = {"channel": "by_place", "activity_measure": "measurements"}
    return {
        name: [word for (word,) in db.rows(
            f"select {name} from {relation} where {name} is not null group by 1"
            f" order by count(*) desc, 1 limit {LISTED_CODES}"
        )]
        for name, relation in sources.items()
    }  # fmt: skip


def examples() -> tuple[str, ...]:
    """What the first cell of an example line says, in every language."""
    return tuple(text("template.example", lang) for lang in LANGS)


def heading(column: str, lang: str) -> str:
    """The heading of a column."""
    return text(f"columns.{column}", lang)


def allowed(column: Column) -> tuple[str, ...]:
    """The only values that a column may hold; empty where it may hold others."""
    lists = [check.statistics["allowed_values"] for check in column.checks if check.name == "isin"]
    return tuple(lists[0]) if lists else ()


def word(value: str, lang: str) -> str:
    """An allowed value in words; a code that has none, such as A1, as it is."""
    return value if value.isupper() or value[0].isupper() else text(f"allowed.{value}.name", lang)


def _write(
    book: xlsxwriter.Workbook, table: str, lang: str, choices: Mapping[Codes, Sequence[str]]
) -> None:
    sheet = book.add_worksheet(text(f"tables.{table}.name", lang)[:31])
    lists = book.add_worksheet(text("template.lists", lang))
    bold = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}
    head = book.add_format(bold)
    needed = book.add_format(bold | {"bg_color": "#E3ECF5"})
    shown = {"date": "d-m-yyyy", "varchar": "@"}
    kinds = {kind: book.add_format({"num_format": form}) for kind, form in shown.items()}
    grey = {
        kind: book.add_format({"italic": True, "font_color": "#55606B", "num_format": form})
        for kind, form in (shown | {"double": "General"}).items()
    }
    sheet.set_column(0, 0, 20)
    sheet.write_string(0, 0, text("template.mark", lang), head)
    sheet.write_string(1, 0, text("template.example", lang), grey["varchar"])
    for at, column in enumerate(columns(table), start=1):
        title = heading(column.name, lang)
        sheet.set_column(at, at, max(12, min(len(title) + 2, 28)), kinds.get(column.sql_type))
        sheet.write_string(0, at, title, head if column.optional else needed)
        sheet.write(1, at, _example(column, lang), grey.get(column.sql_type, grey["varchar"]))
        rule = _rule(lists, at, column, lang, _offered(column, lang, choices))
        sheet.data_validation(1, at, ROWS, at, rule)
    sheet.freeze_panes(1, 1)
    lists.hide()
    sheet.activate()


def _rule(lists: Any, at: int, column: Column, lang: str, values: Sequence[str]) -> dict[str, Any]:
    """The drop-down of a column, and what Excel says beside a cell."""
    title = heading(column.name, lang)[:32]
    message = text(f"template.{'optional' if column.optional else 'needed'}", lang)
    rule: dict[str, Any] = {"validate": "any", "input_title": title, "input_message": message}
    if values:
        known = bool(allowed(column)) or column.sql_type == "boolean"
        rule |= {
            "validate": "list",
            "source": _source(lists, at, values),
            "error_type": "stop" if known else "information",
            "error_title": title,
            "error_message": text("template.beside", lang),
        }
    return rule


def _offered(column: Column, lang: str, choices: Mapping[Codes, Sequence[str]]) -> Sequence[str]:
    if column.sql_type == "boolean":
        return (text("template.yes", lang), text("template.no", lang))
    if column.codes:
        return choices.get(column.codes, ())
    return [word(value, lang) for value in allowed(column)]


def _source(lists: Any, at: int, values: Sequence[str]) -> Any:
    """Choices for a rule of Excel: in the rule while they are short, else in a sheet of lists."""
    if len(",".join(values)) <= INLINE and not any("," in value for value in values):
        return list(values)
    for row, value in enumerate(values):
        lists.write_string(row, at, value)
    return f"='{lists.get_name()}'!{xlsxwriter.utility.xl_range_abs(0, at, len(values) - 1, at)}"


def _example(column: Column, lang: str) -> str | float | date:
    """A value that the column takes."""
    if column.name in EXAMPLES:
        return EXAMPLES[column.name]
    values = allowed(column)
    if values:
        return word(values[0], lang)
    if column.sql_type == "date":
        return date(2026, 1, 15)
    if column.sql_type == "boolean":
        return text("template.yes", lang)
    if column.sql_type == "double":
        highest = [c.statistics.get("max_value") for c in column.checks]
        return 0.5 if 1 in highest else 12.0
    return text("template.text", lang)
