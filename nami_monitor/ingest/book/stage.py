"""One table of one sheet, converted and checked, as a temporary table in the database.

Every record of the sheet is there, in the file's order, with its line, its typed columns, and
``skip`` (the rule by which it is no data) or ``problems`` (what is wrong with it).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandera.polars as pa
import polars as pl

from nami_monitor.core.thresholds import PANDERA_ROWS
from nami_monitor.ingest.cells import Large, LargeCsv
from nami_monitor.ingest.profiles.convert import Conversion, Reading, plain, redacted
from nami_monitor.ingest.profiles.mapping import PERIOD_ENDS, conversions_of, origins_of, reading_of
from nami_monitor.ingest.profiles.profile import Profile, TableMap
from nami_monitor.ingest.profiles.source_cells import MARK, SourceCells, normal_header
from nami_monitor.ingest.template import examples
from nami_monitor.store import Transaction
from nami_monitor.store.transaction import literal, literals
from nami_monitor.tables import TABLES, AnyOf, Column, columns

MISSING = "missing"
"""The rule of a required column that is empty."""


@dataclass(frozen=True)
class Failure:
    """A SQL predicate that is true where a rule is broken.

    Args:
        column: the canonical column to blame.
        rule: the rule's key in reports and catalogues.
        predicate: never null.
    """

    column: str
    rule: str
    predicate: str


PLAIN_TEXT = re.compile(r"\^\(\?:\[\^\\r\\n\\t\]\{1,(\d+)\}\)\$")
"""Patterns of texts of one line: nearly every value is seen to fit without the pattern."""


def _misses(column: str, pattern: str, *, one_line: bool) -> str:
    """SQL that is true where a text does not fit a pattern."""
    misses = f"not regexp_matches({column}, {literal(pattern)})"
    plain = PLAIN_TEXT.fullmatch(pattern)
    if not plain:
        return misses
    fits = [f"strlen({column}) between 1 and {plain[1]}"]
    if not one_line:
        fits += [f"not contains({column}, chr({ord(sign)}))" for sign in LINE_SIGNS]
    return f"case when {' and '.join(fits)} then false else {misses} end"


LINE_SIGNS = "\t\n\r"
"""What a text of one line does not hold."""

Compiler = Callable[[str, Mapping[str, Any]], str]

CHECKS: dict[str, tuple[str, Compiler]] = {
    "greater_than_or_equal_to": ("too_low", lambda c, s: f"{c} < {s['min_value']!r}"),
    "less_than_or_equal_to": ("too_high", lambda c, s: f"{c} > {s['max_value']!r}"),
    "greater_than": ("too_low", lambda c, s: f"{c} <= {s['min_value']!r}"),
    "isin": ("not_allowed", lambda c, s: f"{c} not in {literals(tuple(s['allowed_values']))}"),
    "str_matches": ("bad_form", lambda c, s: _misses(c, _pattern(s["pattern"]), one_line=False)),
}
"""pandera's check name to our rule and to the SQL that is true where it is broken."""


def sql_failures(table: str, one_line: Collection[str] = ()) -> tuple[Failure, ...]:
    """Every check of a table's model as SQL over its typed columns, missing values included.

    Args:
        table: the table's name.
        one_line: columns of which it is known that no text holds a tab or a line break.
    """
    found = []
    for column in columns(table):
        name = f'"{column.name}"'
        if not column.optional:
            found.append(Failure(column.name, MISSING, f"{name} is null"))
        for check in column.checks:
            rule, compiler = CHECKS[check.name]
            broken = compiler(name, check.statistics)
            if column.name in one_line and check.name == "str_matches":
                broken = _misses(name, _pattern(check.statistics["pattern"]), one_line=True)
            found.append(Failure(column.name, rule, f"coalesce({broken}, false)"))
    found.extend(
        Failure(row_rule.columns[0], row_rule.name, f"not {row_rule.sql}")
        for row_rule in TABLES[table].rules
    )
    return tuple(found)


def explained_by(table: str, column: str, rule: str) -> tuple[str, ...]:
    """The columns whose unreadable value explains that a rule is broken: one cause, one reason."""
    if rule == MISSING:
        return (column,)
    found = (r.columns for r in TABLES[table].rules if isinstance(r, AnyOf) and r.name == rule)
    return next(found, ())


def pandera_failures(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Run the model over a frame.

    Args:
        table: the table's name.
        frame: its typed columns, in any order.

    Returns:
        One row per broken rule: ``row`` (index into the frame), ``column_name``, ``rule``.
    """
    schema = TABLES[table].model.to_schema()
    schema.checks = [
        pa.Check(_holds(rule.holds), name=rule.name, title=rule.columns[0])
        for rule in TABLES[table].rules
    ]
    blamed = {rule.name: rule.columns[0] for rule in TABLES[table].rules}
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases: pl.DataFrame = errors.failure_cases
        check = pl.col("check").str.extract(r"^([a-z_0-9]+)")
        rules = {name: rule for name, (rule, _) in CHECKS.items()} | {"not_nullable": MISSING}
        return cases.select(
            pl.col("index").cast(pl.Int64).alias("row"),
            pl.coalesce(check.replace_strict(blamed, default=None), pl.col("column")).alias(
                "column_name"
            ),
            check.replace(rules).alias("rule"),
        ).sort("row", "column_name", "rule")
    return pl.DataFrame(schema={"row": pl.Int64, "column_name": pl.String, "rule": pl.String})


def key_predicate(table: str) -> tuple[list[str], list[str]]:
    """The quoted key columns of a table and its other columns; the key is empty for lines."""
    key = [f'"{name}"' for name in TABLES[table].key]
    rest = [f'"{column.name}"' for column in columns(table) if column.name not in TABLES[table].key]
    return key, rest


def required(table: str) -> tuple[Column, ...]:
    """The columns that a file or its profile must fill."""
    return tuple(column for column in columns(table) if not column.optional)


def _pattern(pattern: Any) -> str:
    return str(getattr(pattern, "pattern", pattern))


def _holds(expression: pl.Expr) -> Callable[[pa.PolarsData], pl.LazyFrame]:
    def check(data: pa.PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(expression)

    return check


TOTALS = r"^\s*((sub|eind|grand|generaal)[ -]?)?tota+l(en|s)?\b[^0-9]{0,40}$"
"""The first words of a row that adds up other rows."""

MISFIT_MARK = "misfit"
"""What is skipped under this name was set aside by the reader, and is counted there."""


@dataclass(frozen=True)
class Stage:
    """A staged table.

    Args:
        table: the input table.
        name: the temporary table.
        dates: patterns that were found, by column.
        decimal: decimal signs that were found, by column.
        absent: optional columns that the profile maps and the file lacks.
        unfilled: columns that nothing fills, and that a large stage of lines leaves out.
    """

    table: str
    name: str
    dates: Mapping[str, tuple[str, ...]]
    decimal: Mapping[str, str]
    absent: tuple[str, ...]
    unfilled: tuple[str, ...] = ()

    @property
    def booked(self) -> str:
        """SQL of the rows that are booked: the good ones, and those that wait for a code."""
        empty = "".join(f', null::varchar as "{column}"' for column in self.unfilled)
        return f"(select *{empty} from {self.name} where {BOOKED})"


BOOKED = "skip is null and (problems is null or held)"
"""Which rows of a stage are booked."""


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
    known = {column: query for column, query in known.items() if column in filled}
    large = isinstance(rows, Large) or rows.height > PANDERA_ROWS.value
    unfilled: tuple[str, ...] = ()
    if large and not TABLES[table.name].key:
        texts = (c.name for c in columns(table.name) if c.sql_type == "varchar")
        unfilled = tuple(column for column in texts if column not in filled)
    query = _query(
        table, conversions, cells, profile, name, by_sql=large, reading=reading, known=known,
        left_out=unfilled,
    )  # fmt: skip
    db.run(query)
    if isinstance(rows, LargeCsv):
        _number_lines(db, name, rows)
    if not large:
        _check_with_pandera(db, table.name, name)
    _mark_repeated_keys(db, table.name, name)
    return Stage(table.name, name, reading.dates, reading.decimal, absent, unfilled)


def _query(
    table: TableMap,
    conversions: list[Conversion],
    cells: SourceCells,
    profile: Profile,
    name: str,
    *,
    by_sql: bool,
    reading: Reading,
    known: Mapping[str, str],
    left_out: Sequence[str],
) -> str:
    """The statement that makes the temporary table."""
    inner = ", ".join(f"{sql} as {key}" for c in conversions for key, sql in c.inner.items())
    mapped = {column for c in conversions for column in _columns_in(c)}
    mapped |= {cells.sql.get(normal_header(rule.column), "") for rule in profile.drop or ()}
    free = {column.name for column in columns(table.name) if column.free_text}
    written = {column for c in conversions if c.name in free for column in _columns_in(c)}
    written -= {column for c in conversions if c.name not in free for column in _columns_in(c)}
    raw = _raw(cells, mapped, written, profile.places)
    typed: list[str] = []
    typed_late: list[str] = []
    for c in conversions:
        late = c.typed in {*PERIOD_ENDS.values(), "activity_measure"}
        (typed_late if late else typed).append(f'{c.typed} as "{c.name}"')
    problems = []
    for c in conversions:
        problems += [
            (c.name, rule, test.replace("{typed}", f'"{c.name}"'), f"t_{c.name}")
            for test, rule in c.failures
        ]
    tests = [test for _, _, test, _ in problems]
    if by_sql:
        failures = sql_failures(table.name, _one_line(conversions, cells, profile))
        tests += [failure.predicate for failure in failures]
        problems += _by_rules(table.name, failures, conversions)
    unknown = [
        (column, "unknown_code", f'"{column}" is not null and "{column}" not in ({query})', shown)
        for column, query in known.items()
        for shown in [f"t_{column}"]
    ]
    strange = " or ".join(f"({test})" for _, _, test, _ in unknown) or "false"
    problems += unknown
    made = ", ".join(
        f"case when coalesce({test}, false) then {{'column_name': {literal(column)},"
        f" 'rule': {literal(rule)}, 'value': {plain(shown, tagged=reading.tagged)}}} end"
        for column, rule, test, shown in problems
    )
    listed = f"list_filter([{made}], lambda p: p is not null)" if made else "null"
    output = ", ".join(f'"{c.name}"' for c in conversions if c.name not in left_out)
    source = f"select *, {', '.join(typed_late)} from " if typed_late else "select * from "
    failing = " or ".join(tests) or "false"
    kept = raw if not by_sql else f"case when bad or strange then {raw} end"
    return (
        f"create temp table {name} as"
        f" select line, {output}, skip, case when bad or strange then {listed} end as problems,"
        f" strange and not bad as held, {kept} as raw"
        f" from (select *, skip is null and coalesce({failing}, false) as bad,"
        f" skip is null and ({strange}) as strange"
        f" from ({source}(select *, {', '.join(typed)}"
        f" from (select *, {inner}, {_skip(cells, profile)} as skip"
        f" from {cells.relation}))))"
    )


def _by_rules(
    table: str, failures: Sequence[Failure], conversions: Sequence[Conversion]
) -> list[tuple[str, str, str, str]]:
    """Column, rule, test and value shown for the rules of the model, compiled to SQL.

    What could not be read is not missing too: one cause gives one reason.
    """
    unread = {
        c.name: " or ".join(
            f"coalesce({test}, false)".replace("{typed}", f'"{c.name}"') for test, _ in c.failures
        )
        or "false"
        for c in conversions
    }
    found = []
    for failure in failures:
        explained = explained_by(table, failure.column, failure.rule)
        test = " and ".join([f"({failure.predicate})", *(f"not ({unread[c]})" for c in explained)])
        found.append((failure.column, failure.rule, test, f'cast("{failure.column}" as varchar)'))
    return found


def _one_line(conversions: Sequence[Conversion], cells: SourceCells, profile: Profile) -> set[str]:
    """The columns that come from cells, as they are or mapped, in which no line ends."""
    rows = cells.sheet.rows
    if not isinstance(rows, LargeCsv) or rows.broken or rows.tabbed or profile.unpivot:
        return set()
    return {c.name for c in conversions if not set(LINE_SIGNS) & set("".join(c.inner.values()))}


def _columns_in(made: Conversion) -> set[str]:
    return {part for sql in made.inner.values() for part in _names(sql)}


def _names(sql: str) -> set[str]:
    cleaned = "".join(sign if sign.isalnum() or sign == "_" else " " for sign in sql)
    return {word for word in cleaned.split() if word[:1] == "c" and word[1:].isdigit()}


def _raw(cells: SourceCells, mapped: set[str], written: set[str], places: Sequence[str]) -> str:
    """The mapped part of the original row, stored types kept; the rest may name people.

    Numbers of people are blanked in ``written``, the columns that fill nothing but free text. What
    is mapped from elsewhere in the file stands behind it, for a mended file has lost that.
    """
    personal = {normal_header(name) for name in cells.personal}
    sql = {name: redacted(plain(name, tagged=cells.tagged)) for name in written}
    parts = [
        sql.get(name, name) if name in mapped and normal_header(header) not in personal else "null"
        for name, header in ((f"c{k}", head) for k, head in enumerate(cells.sheet.columns, start=1))
    ]
    parts += [cells.sql.get(normal_header(place), "null") for place in places]
    return f"[{', '.join(parts)}]::varchar[]"


def _skip(cells: SourceCells, profile: Profile) -> str:
    """The rule by which a row is no data, or null."""
    cases = []
    if profile.unpivot:
        value = cells.sql[normal_header(profile.unpivot.value)]
        cases.append(f"when {value} is null then 'empty_cell'")
    first = f"coalesce({', '.join(f'c{k}' for k in range(1, len(cells.sheet.columns) + 1))})"
    if isinstance(cells.sheet.rows, Large):
        quick = [] if profile.unpivot or profile.drop else ["when c1 between ' ' and 'E' then null"]
        cases = [
            *quick,
            f"when c1 = {MARK} then '{MISFIT_MARK}'",
            f"when {first} is null then 'blank'",
            *cases,
        ]
    cases.append(f"when {first} in ({', '.join(map(literal, examples()))}) then 'example'")
    if profile.drop is None:
        wordy = f"case when {first} >= 'E' then {first} end"
        cases.append(f"when regexp_matches({wordy}, '{TOTALS}', 'i') then 'totals_row'")
    else:
        for dropped in profile.drop:
            if not cells.find([dropped.column]):
                raise cells.missing("drop", [dropped.column])
            text = plain(cells.sql[normal_header(dropped.column)], tagged=cells.tagged)
            cases.append(
                f"when regexp_matches({text}, {literal(dropped.matches)}, 'i')"
                f" then {literal('dropped: ' + dropped.column)}"
            )
    return f"case {' '.join(cases)} end" if cases else "cast(null as varchar)"


def _number_lines(db: Transaction, name: str, plan: LargeCsv) -> None:
    """Give streamed rows their record numbers; records that did not fit leave the stage."""
    first, last, rows = db.rows(f"select min(rowid), max(rowid), count(*) from {name}")[0]
    if rows and last - first + 1 != rows:
        raise RuntimeError((first, last, rows))  # numbers would be wrong; the store keeps order
    start = plan.data_starts - (first or 0)
    db.run(f"update {name} set line = rowid + {start} where line is null")
    db.run(f"delete from {name} where skip = '{MISFIT_MARK}'")


def _check_with_pandera(db: Transaction, table: str, name: str) -> None:
    """Run the model over the rows that are data, and add what it finds to their problems."""
    listed = ", ".join(f'"{column.name}"' for column in columns(table))
    rows = db.frame(f"select rowid as stage_row, {listed} from {name} where skip is null")
    failures = pandera_failures(table, rows.drop("stage_row"))
    if failures.is_empty():
        return
    found = failures.with_columns(
        rows["stage_row"].gather(failures["row"]).alias("stage_row"),
        pl.Series(
            "explained_by",
            [explained_by(table, column, rule) for _, column, rule in failures.iter_rows()],
            pl.List(pl.String),
        ),
    )
    texts = pl.concat(
        [
            found.filter(pl.col("column_name") == column.name).with_columns(
                rows[column.name].cast(pl.String).gather(part["row"]).alias("value")
            )
            for column in columns(table)
            if not (part := found.filter(pl.col("column_name") == column.name)).is_empty()
        ]
    )
    with db.view_of("found", texts) as view:
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
    key, rest = key_predicate(table)
    if not key:
        return
    differs = " or ".join(f"s.{column} is distinct from f.{column}" for column in rest)
    same = " and ".join(f"s.{column} is not distinct from f.{column}" for column in key)
    shown = f"concat_ws(' / ', {', '.join(f's.{column}' for column in key)})"
    blamed = key[0].strip('"')
    db.run(
        f"create temp table {name}_first as select * from {name}"
        " where skip is null and (problems is null or held)"
        f" qualify row_number() over (partition by {', '.join(key)} order by line, rowid) = 1"
    )
    db.run(
        f"update {name} as s set held = false, problems = [{{'column_name': '{blamed}',"
        f" 'rule': 'repeated_key', 'value': {shown}}}]"
        f" from {name}_first as f where {same} and ({differs})"
        " and s.skip is null and (s.problems is null or s.held)"
    )
    db.run(f"drop table {name}_first")
