"""Staging: one table of one sheet, converted and checked, as a temporary table in the database.

Every record of the sheet is in the stage, in the file's order, with its line, its typed columns,
and ``skip`` (the rule by which it is no data) or ``problems`` (the rules that it breaks).

The checks come from the pandera model of the table: pandera runs them on ordinary files, and large
files are checked by the same rules compiled to SQL. A property test holds the two together.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandera.polars as pa
import polars as pl

from nami_monitor.core.thresholds import PANDERA_ROWS
from nami_monitor.ingest.cells import Large, LargeCsv
from nami_monitor.ingest.profiles.convert import (
    FOREIGN,
    LINE_SIGNS,
    UNREAD,
    Conversion,
    redacted_sql,
    says_nothing,
    shown_sql,
)
from nami_monitor.ingest.profiles.mapping import (
    PERIOD_ENDS,
    StatedScale,
    conversions_of,
    foreign_currency,
    origins_of,
    reading_of,
    stated_beside,
    stated_scale,
    unclear_units,
)
from nami_monitor.ingest.profiles.profile import KEEP, Origin, Profile, TableMap
from nami_monitor.ingest.profiles.source_cells import MARK, SourceCells, normal_header
from nami_monitor.ingest.profiles.sums import TOTALS, sum_lines
from nami_monitor.ingest.template import examples
from nami_monitor.store import Transaction
from nami_monitor.store.schema import SHEET_LINES
from nami_monitor.store.transaction import literal, literals
from nami_monitor.tables import TABLES, AnyOf, columns

MISSING = "missing"
"""The rule of a required column that is empty."""

PLAIN_TEXT = re.compile(r"\^\(\?:\[\^\\r\\n\\t\]\{1,(\d+)\}\)\$")
"""Patterns of texts of one line: nearly every value is seen to fit without the pattern."""

ADDED_UP = {
    "totals_row": r"((sub|eind|grand|generaal|maand|kwartaal|jaar|week|pagina|groeps?|factuur|order"
    r"|bestel)[ -]?)?tota+l(en|s|bedrag)?([\s(-]+(incl|excl|inclusief|exclusief|ex|in|te|betalen"
    r"|btw|b\.t\.w|vat|tax|eur|euro|amount|due|bedrag|factuur|order|bestelling|generaal|netto"
    r"|bruto)\.?)*[\s):€.]*",
    "vat_row": r"(([0-9]{1,2}([.,][0-9]+)?\s?%\s?)?(b\.?t\.?w\.?|omzetbelasting)"
    r"|[0-9]{1,2}([.,][0-9]+)?\s?%\s?vat|vat(\s+amount|[\s(-]+[0-9]{1,2}([.,][0-9]+)?\s?%))"
    r"([\s(-]*(bedrag|hoog|laag|verlegd|over|tarief|[0-9]{1,2}([.,][0-9]+)?\s?%|€?\s?[0-9.,]+))*"
    r"[\s):€.]*",
}
"""What a whole text of a line says that adds up other lines, or is the VAT on them.

No other word may stand there: there are brands called Total, and in Dutch a vat is a barrel.
"""

STARS = ("*", "**", "***", "****")
"""What SAP writes in front of a total, one more for each level."""

WORDED = re.compile(r"(?i)\b(omschrijving|artikel|product|description|item|soort|type|regel)")
"""Headings of columns that say what a line is about, whether they are mapped or not."""

SELDOM = 0.5
"""At most this share of a column's cells add up: a column of VAT rates says it on every line."""

MISFIT_MARK = "misfit"
"""The ``skip`` of a record that the reader set aside already; it is counted there."""

BOOKED = "skip is null and (problems is null or held)"
"""SQL of the rows of a stage that are booked."""


@dataclass(frozen=True)
class Stage:
    """A staged table.

    Args:
        dates: patterns that were found, by column.
        decimal: decimal signs that were found, by column.
        absent: optional columns that the profile maps and the file lacks.
        unfilled: columns that nothing fills, and that a large stage of lines leaves out.
        units: a column of units that nothing reads and that numbers depend on, with its words.
        beside: a text that says that amounts are of another currency, and its words.
        scale: a text that says that numbers are in thousands, cents or another unit.
    """

    table: str
    name: str
    dates: Mapping[str, tuple[str, ...]]
    decimal: Mapping[str, str]
    absent: tuple[str, ...]
    unfilled: tuple[str, ...] = ()
    units: tuple[str, tuple[str, ...]] | None = None
    beside: tuple[str, tuple[str, ...]] | None = None
    scale: StatedScale | None = None

    @property
    def booked(self) -> str:
        """SQL of the rows that are booked: the good ones, and those that wait for a code."""
        empty = "".join(f', null::varchar as "{column}"' for column in self.unfilled)
        return f"(select *{empty} from {self.name} where {BOOKED})"


@dataclass(frozen=True)
class StageCheck:
    """A rule that a column must keep: the SQL where it is ``broken``, the ``value`` to report.

    Where the SQL ``foreign`` is true, the amount is in another currency instead.
    """

    column: str
    rule: str
    broken: str
    value: str
    foreign: str = ""

    @property
    def reported(self) -> str:
        """SQL of the rule that a broken row reports."""
        rule = literal(self.rule)
        return (
            f"case when {self.foreign} then '{FOREIGN}' else {rule} end" if self.foreign else rule
        )


def stage(
    db: Transaction,
    table: TableMap,
    cells: SourceCells,
    profile: Profile,
    *,
    name: str,
    known: Mapping[str, str],
) -> Stage:
    """Convert and check the rows of one table.

    Args:
        db: the transaction; the temporary table lives in its connection.
        table: how the table is filled.
        cells: the sheet's cells.
        profile: the rest of the profile.
        name: name of the temporary table; it must not exist.
        known: per coded column a query of the codes that it may hold; a column without one may
            hold any. A row whose only problem is an unknown code is ``held``: it can be booked
            once the code is known.

    Raises:
        UserError: a required column is missing, or a date order or decimal sign is ambiguous.
    """
    origins, absent = origins_of(table, cells)
    reading = reading_of(db, table, origins, cells, profile)
    conversions = conversions_of(table, origins, cells, profile, reading)
    rows = cells.sheet.rows
    filled = {*origins, *table.constants}
    large = isinstance(rows, Large) or rows.height > PANDERA_ROWS.value
    unfilled: tuple[str, ...] = ()
    if large and not TABLES[table.name].key:
        texts = (c.name for c in columns(table.name) if c.sql_type == "varchar")
        unfilled = tuple(column for column in texts if column not in filled)
    checks = [
        StageCheck(
            c.name,
            rule,
            test.replace("{typed}", f'"{c.name}"'),
            f"t_{c.name}",
            c.foreign if rule == UNREAD else "",
        )
        for c in conversions
        for test, rule in c.failures
    ]
    looked_at = set[str]()
    if found := foreign_currency(db, table, origins, cells, profile):
        amount, currency, foreign = found
        checks.append(
            StageCheck(amount, FOREIGN, f'"{amount}" is not null and {foreign}', currency)
        )
        looked_at.add(currency)
    failing = [check.broken for check in checks]
    if large:
        rules = model_checks(
            table.name, {c.name for c in conversions if reading.is_of_one_line(c.inner)}
        )
        failing += [check.broken for check in rules]
        checks += _unexplained(table.name, rules, checks)
    unknown = [
        StageCheck(c, "unknown_code", f'"{c}" is not null and "{c}" not in ({query})', f"t_{c}")
        for c, query in known.items()
        if c in filled
    ]
    problems = ", ".join(
        f"case when coalesce({check.broken}, false) then {{'column_name': {literal(check.column)},"
        f" 'rule': {check.reported}, 'value': {check.value}}} end"
        for check in [*checks, *unknown]
    )
    shown = shown_sql("p.value", tagged=reading.tagged)
    listed = (
        f"list_transform(list_filter([{problems}], lambda p: p is not null), lambda p:"
        f" {{'column_name': p.column_name, 'rule': p.rule, 'value': {shown}}})"
        if problems
        else "null"
    )
    output = ", ".join(f'"{c.name}"' for c in conversions if c.name not in unfilled)
    raw = _raw(table, conversions, cells, profile, looked_at)
    inner = ", ".join(f"{sql} as {key}" for c in conversions for key, sql in c.inner.items())
    late = [c for c in conversions if c.typed in {*PERIOD_ENDS.values(), "activity_measure"}]
    early = [c for c in conversions if c not in late]
    db.run(
        f"create temp table {name} as"
        f" select line, {output}, skip, case when bad or strange then {listed} end as problems,"
        f" strange and not bad as held,"
        f" {f'case when bad or strange then {raw} end' if large else raw} as raw"
        f" from (select *, skip is null and coalesce({_any(failing)}, false) as bad,"
        f" skip is null and ({_any(check.broken for check in unknown)}) as strange"
        f" from (select *{_typed(late)} from (select *{_typed(early)}"
        f" from (select *, {inner}, {_skip(cells, profile, table, origins)} as skip"
        f" from {cells.relation}))))"
    )
    if isinstance(rows, LargeCsv):
        _number_lines(db, name, rows)
    if not large:
        _check_with_pandera(db, table.name, name)
    _mark_repeated_keys(db, table.name, name)
    units = unclear_units(db, table, origins, cells, profile)
    beside = stated_beside(table, origins, cells, profile)
    scale = stated_scale(table, origins, cells, profile)
    return Stage(
        table.name, name, reading.dates, reading.decimal, absent, unfilled, units, beside, scale
    )


def unknown_lines(
    db: Transaction,
    table: TableMap,
    cells: SourceCells,
    profile: Profile,
    known: Mapping[str, str],
    first: int | None = None,
) -> tuple[int, int, set[str]]:
    """How many lines of a sheet hold a code that is not known.

    Args:
        db: as ``stage``.
        table: as ``stage``.
        cells: as ``stage``.
        profile: as ``stage``.
        known: as ``stage``.
        first: of how many lines from the top, without those that are no data; None for all lines,
            of which no other columns are read.

    Returns:
        The lines, how many of them hold an unknown code, and in which columns.

    Raises:
        UserError: a required column is missing.
    """
    mapped, _ = origins_of(table, cells)
    origins = {name: origin for name, origin in mapped.items() if name in known}
    fixed = {name: text for name, text in table.constants.items() if name in known}
    coded = replace(table, constants=fixed)
    reading = reading_of(db, coded, origins, cells, profile)
    found = [
        one for one in conversions_of(coded, origins, cells, profile, reading) if one.name in known
    ]
    filled = [one for one in found if one.name in {*origins, *fixed}]
    if not filled:
        return 0, 0, set()
    inner = ", ".join(f"{sql} as {key}" for one in found for key, sql in one.inner.items())
    strange = [
        f'coalesce("{one.name}" is not null and "{one.name}" not in ({known[one.name]}), false)'
        for one in filled
    ]
    each = ", ".join(f"count(*) filter ({test})" for test in strange)
    rows = cells.relation
    if first is not None:
        skip = _skip(cells, profile, table, mapped)
        rows = f"(select * from (select * from {rows} limit {first}) where {skip} is null)"
    ((lines, unknown, *counts),) = db.rows(
        f"select count(*), count(*) filter ({_any(strange)}), {each}"
        f" from (select *{_typed(found)} from (select *, {inner} from {rows}))"
    )
    return lines, unknown, {one.name for one, count in zip(filled, counts, strict=True) if count}


def _any(tests: Iterable[str]) -> str:
    return " or ".join(f"({test})" for test in tests) or "false"


def _typed(conversions: Sequence[Conversion]) -> str:
    return "".join(f', {c.typed} as "{c.name}"' for c in conversions)


CHECKS: dict[str, tuple[str, Callable[[str, Mapping[str, Any]], str]]] = {
    "greater_than_or_equal_to": ("too_low", lambda c, s: f"{c} < {s['min_value']!r}"),
    "less_than_or_equal_to": ("too_high", lambda c, s: f"{c} > {s['max_value']!r}"),
    "greater_than": ("too_low", lambda c, s: f"{c} <= {s['min_value']!r}"),
    "isin": ("not_allowed", lambda c, s: f"{c} not in {literals(tuple(s['allowed_values']))}"),
    "str_matches": ("bad_form", lambda c, s: _misses(c, s, LINE_SIGNS)),
}
"""pandera's name of a check to our rule and to the SQL that is true where it is broken."""


def _misses(column: str, statistics: Mapping[str, Any], signs: str) -> str:
    """SQL that is true where a text, which may hold some ``signs``, does not fit a pattern."""
    pattern = statistics["pattern"]
    pattern = str(getattr(pattern, "pattern", pattern))
    misses = f"not regexp_matches({column}, {literal(pattern)})"
    simple = PLAIN_TEXT.fullmatch(pattern)
    if not simple:
        return misses
    fits = [f"strlen({column}) between 1 and {simple[1]}"]
    fits += [f"not contains({column}, chr({ord(sign)}))" for sign in signs]
    return f"case when {' and '.join(fits)} then false else {misses} end"


def model_checks(table: str, one_line: Collection[str] = ()) -> list[StageCheck]:
    """Every check of a table's model as SQL that is never null, missing values included.

    The texts of ``one_line`` columns are known to hold no tab and no line break.
    """
    checks = []
    for column in columns(table):
        name = f'"{column.name}"'
        tests = [] if column.optional else [(MISSING, f"{name} is null")]
        for check in column.checks:
            rule, compiler = CHECKS[check.name]
            broken = compiler(name, check.statistics)
            if column.name in one_line and check.name == "str_matches":
                broken = _misses(name, check.statistics, "")
            tests.append((rule, f"coalesce({broken}, false)"))
        checks += [
            StageCheck(column.name, rule, sql, f"cast({name} as varchar)") for rule, sql in tests
        ]
    for row_rule in TABLES[table].rules:
        column_name = row_rule.columns[0]
        value = f'cast("{column_name}" as varchar)'
        checks.append(StageCheck(column_name, row_rule.name, f"not {row_rule.sql}", value))
    return checks


def _unexplained(
    table: str, rules: Sequence[StageCheck], unread: Sequence[StageCheck]
) -> list[StageCheck]:
    """The checks of the model, without values that could not be read: one cause, one reason."""
    alone = []
    for rule in rules:
        causes = explained_by(table, rule.column, rule.rule)
        read = [f"not coalesce({c.broken}, false)" for c in unread if c.column in causes]
        alone.append(replace(rule, broken=" and ".join([f"({rule.broken})", *read])))
    return alone


def explained_by(table: str, column: str, rule: str) -> tuple[str, ...]:
    """The columns whose unreadable value explains that a rule is broken: one cause, one reason."""
    if rule == MISSING:
        return (column,)
    any_of = (r.columns for r in TABLES[table].rules if isinstance(r, AnyOf) and r.name == rule)
    return next(any_of, ())


def _raw(
    table: TableMap,
    conversions: Sequence[Conversion],
    cells: SourceCells,
    profile: Profile,
    looked_at: set[str],
) -> str:
    """The part of the original row that is mapped or ``looked_at``, stored types kept.

    The rest may name people.

    Numbers of people are blanked in the columns that fill nothing but free text. What is mapped
    from elsewhere in the file is appended, for a mended file has lost that.
    """
    free = {column.name for column in columns(table.name) if column.free_text}
    used = {True: set[str](), False: set[str]()}
    for c in conversions:
        used[c.name in free].update(re.findall(r"\bc\d+\b", " ".join(c.inner.values())))
    mapped = used[True] | used[False] | looked_at
    mapped |= {cells.sql.get(normal_header(rule.column), "") for rule in profile.drop or ()}
    personal = {normal_header(name) for name in cells.personal}
    parts = []
    for number, header in enumerate(cells.sheet.columns, start=1):
        cell = f"c{number}"
        if cell not in mapped or normal_header(header) in personal:
            parts.append("null")
        elif cell in used[True] - used[False]:
            parts.append(redacted_sql(shown_sql(cell, tagged=cells.tagged)))
        else:
            parts.append(cell)
    parts += [cells.sql.get(normal_header(place), "null") for place in profile.places]
    return f"[{', '.join(parts)}]::varchar[]"


def _skip(
    cells: SourceCells, profile: Profile, table: TableMap, origins: Mapping[str, Origin]
) -> str:
    """The rule by which a row is no data of a table, or null.

    A row of things to which nothing happened is no event: without a day, and with no other column
    that says that something did.
    """
    cases = []
    happened = origins.get("happened_on")
    if happened and TABLES[table.name].dated_by == "happened_on" and happened.how == "first":
        told = {"asset_id", "happened_on"}
        others = [one for name, one in origins.items() if name not in told]
        names = [happened.columns[0], *(name for one in others for name in one.columns)]
        cell = [cells.sql[normal_header(name)] for name in names]
        day = f"coalesce({says_nothing(cell[0], tagged=cells.tagged)}, true)"
        empty = [day, *(f"{one} is null" for one in cell[1:])]
        cases.append(f"when {' and '.join(empty)} then 'no_event'")
    if profile.unpivot:
        value = cells.sql[normal_header(profile.unpivot.value)]
        cases.append(f"when {value} is null then 'empty_cell'")
        sums = () if profile.unpivot.sums == KEEP else sum_lines(cells.sheet, profile)
        if sums:
            lines = ", ".join(map(str, sums))
            cases.append(f"when line % {SHEET_LINES} in ({lines}) then 'sums_row'")
    first = f"coalesce({', '.join(f'c{k}' for k in range(1, len(cells.sheet.columns) + 1))})"
    added_up = []
    if profile.drop != ():
        added_up = [
            f"when regexp_full_match({cell}, '\\s*{pattern}', 'i') then '{rule}'"
            for rule, pattern in ADDED_UP.items()
            for cell in _cells_that_say(cells, origins, pattern)
        ]
        added_up.append(f"when {first} in {literals(STARS)} then 'totals_row'")
    if isinstance(cells.sheet.rows, Large):
        quick = [] if profile.unpivot or profile.drop else ["when c1 between ' ' and 'E' then null"]
        cases = [
            *added_up,
            *quick,
            f"when c1 = {MARK} then '{MISFIT_MARK}'",
            f"when {first} is null then 'blank'",
            *cases,
        ]
    else:
        cases += added_up
    cases.append(f"when {first} in ({', '.join(map(literal, examples()))}) then 'example'")
    for dropped in profile.drop or ():
        if not cells.find([dropped.column]):
            raise cells.missing("drop", [dropped.column])
        text = shown_sql(cells.sql[normal_header(dropped.column)], tagged=cells.tagged)
        cases.append(
            f"when regexp_matches({text}, {literal(dropped.matches)}, 'i')"
            f" then {literal('dropped: ' + dropped.column)}"
        )
    if profile.drop != ():
        wordy = f"case when {first} >= 'E' then {first} end"
        supplier, day = (_cell_of(origins.get(name), cells) for name in ("supplier", "ordered_on"))
        named = f" and not ({first} = {supplier} and {day} is not null)" if supplier and day else ""
        cases.append(f"when regexp_matches({wordy}, '{TOTALS}', 'i'){named} then 'totals_row'")
    return f"case {' '.join(cases)} end"


def _cell_of(origin: Origin | None, cells: SourceCells) -> str:
    """The one column of the file that an origin reads; empty where it reads none, or several."""
    if not origin or len(origin.columns) != 1 or origin.columns[0].startswith("@"):
        return ""
    return cells.sql.get(normal_header(origin.columns[0]), "")


def _cells_that_say(
    cells: SourceCells, origins: Mapping[str, Origin], pattern: str
) -> Iterator[str]:
    """The columns that say what a line is about, in few cells of which a pattern fits."""
    mapped = {
        _cell_of(origins.get(name), cells) for name in ("location_id", "category", "product_id")
    }
    head = cells.sheet.rows
    head = head.head if isinstance(head, Large) else head
    for number, header in enumerate(cells.sheet.columns, start=1):
        cell = f"c{number}"
        if header in cells.personal or (cell not in mapped and not WORDED.search(header or "")):
            continue
        found = head[cell].drop_nulls().str.contains(rf"(?i)^\s*{pattern}$").sum()
        if found <= SELDOM * head.height:
            yield cell


def _number_lines(db: Transaction, name: str, plan: LargeCsv) -> None:
    """Give streamed rows their record numbers; records that did not fit leave the stage."""
    first, last, rows = db.rows(f"select min(rowid), max(rowid), count(*) from {name}")[0]
    if rows and last - first + 1 != rows:
        raise RuntimeError((first, last, rows))  # numbers would be wrong; the store keeps order
    start = plan.data_starts - (first or 0)
    db.run(f"update {name} set line = rowid + {start} where line is null")
    db.run(f"delete from {name} where skip = '{MISFIT_MARK}'")


def pandera_failures(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Run the model of a table over a frame of its typed columns.

    Returns:
        One row per broken rule: ``row`` (index into the frame), ``column_name``, ``rule``.
    """
    schema = TABLES[table].model.to_schema()
    row_rules = TABLES[table].rules
    schema.checks = [
        pa.Check(_holds(rule.holds), name=rule.name, title=rule.columns[0]) for rule in row_rules
    ]
    blamed = {rule.name: rule.columns[0] for rule in row_rules}
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases: pl.DataFrame = errors.failure_cases
        check = pl.col("check").str.extract(r"^([a-z_0-9]+)")
        rules = {name: rule for name, (rule, _) in CHECKS.items()} | {"not_nullable": MISSING}
        column = pl.coalesce(check.replace_strict(blamed, default=None), pl.col("column"))
        return cases.select(
            pl.col("index").cast(pl.Int64).alias("row"),
            column.alias("column_name"),
            check.replace(rules).alias("rule"),
        ).sort("row", "column_name", "rule")
    return pl.DataFrame(schema={"row": pl.Int64, "column_name": pl.String, "rule": pl.String})


def _holds(expression: pl.Expr) -> Callable[[pa.PolarsData], pl.LazyFrame]:
    return lambda data: data.lazyframe.select(expression)


def _check_with_pandera(db: Transaction, table: str, name: str) -> None:
    """Run the model over the rows that are data, and add what it finds to their problems."""
    listed = ", ".join(f'"{column.name}"' for column in columns(table))
    rows = db.frame(f"select rowid as stage_row, {listed} from {name} where skip is null")
    failures = pandera_failures(table, rows.drop("stage_row"))
    if failures.is_empty():
        return
    texts = rows.select(pl.col(column.name).cast(pl.String) for column in columns(table))
    values = [texts[column][row] for row, column, _ in failures.iter_rows()]
    causes = [explained_by(table, column, rule) for _, column, rule in failures.iter_rows()]
    failures = failures.with_columns(
        rows["stage_row"].gather(failures["row"]).alias("stage_row"),
        pl.Series("value", values, pl.String),
        pl.Series("explained_by", causes, pl.List(pl.String)),
    )
    with db.view_of("failures", failures) as view:
        db.run(
            f"update {name} set held = false,"
            f" problems = list_concat(coalesce({name}.problems, []), f.problems)"
            " from (select f.stage_row, list({'column_name': f.column_name, 'rule': f.rule,"
            f" 'value': f.value}} order by f.column_name, f.rule) as problems from {view} as f"
            f" join {name} as s on s.rowid = f.stage_row"
            " where not list_has_any(f.explained_by,"
            " list_transform(coalesce(s.problems, []), lambda p: p.column_name))"
            f" group by f.stage_row) as f where {name}.rowid = f.stage_row"
        )


def _mark_repeated_keys(db: Transaction, table: str, name: str) -> None:
    """A second row that says something else under the same key is set aside."""
    key = [f'"{column}"' for column in TABLES[table].key]
    if not key:
        return
    rest = [f'"{c.name}"' for c in columns(table) if c.name not in TABLES[table].key]
    differs = " or ".join(f"s.{column} is distinct from f.{column}" for column in rest)
    same = " and ".join(f"s.{column} is not distinct from f.{column}" for column in key)
    shown = f"concat_ws(' / ', {', '.join(f's.{column}' for column in key)})"
    firsts = (
        f"select * from {name} where {BOOKED}"
        f" qualify row_number() over (partition by {', '.join(key)} order by line, rowid) = 1"
    )
    with db.table_of(f"{name}_first", firsts) as first:
        db.run(
            f"update {name} as s set held = false, problems = [{{'column_name':"
            f" '{TABLES[table].key[0]}', 'rule': 'repeated_key', 'value': {shown}}}]"
            f" from {first} as f where {same} and ({differs})"
            " and s.skip is null and (s.problems is null or s.held)"
        )
