"""What a first look at a file proposes, which column plays which role, and what is left to ask.

Everything here is pure: a profile and a sheet in, a profile or questions out. The Data page and the
command line ask the same questions with the same answers.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import polars as pl

from nami_monitor.core.errors import UserError, listed, refuse_unknown
from nami_monitor.core.words import Grain
from nami_monitor.i18n import LANGS
from nami_monitor.ingest.cells import Sheet, untag
from nami_monitor.ingest.profiles.line_questions import (
    MOST_WORDS,
    FileAnswer,
    FileQuestion,
    of_lines,
)
from nami_monitor.ingest.profiles.mapping import COUNTS, FACTORS
from nami_monitor.ingest.profiles.preview import values_in
from nami_monitor.ingest.profiles.profile import (
    CREATE,
    KEEP,
    SKIP,
    Origin,
    Profile,
    TableMap,
    Unpivot,
)
from nami_monitor.ingest.profiles.source_cells import (
    column_numbers,
    distinct_headers,
    normal_header,
    unpivoted_columns,
)
from nami_monitor.ingest.profiles.suggest import (
    MONTHS_OF_A_YEAR,
    certain_headers,
    day_gone,
    guess_table,
    mappable,
    may_be_another_end,
    missing_columns,
    suggest,
)
from nami_monitor.ingest.profiles.sums import sum_lines
from nami_monitor.ingest.sniff.values import MONTH_HEAD, is_date, months_in
from nami_monitor.ingest.template import allowed, word
from nami_monitor.tables import TABLES, Codes, Column, columns

MONTHS: Final = "@months"
"""The role of a column whose heading is a month (or another heading) and becomes rows."""
HELD: Final = "@held"
"""The role of a column that says how many pieces a pack holds: the quantity is packs times it."""
SIGNED: Final = "@sign"
"""The role of a column that says which lines are subtracted."""
DROPPED: Final = "@drop"
"""The role of a column that fills nothing and says which rows are left out."""
HOLDS: Final = re.compile(
    r"inhoud|(stuks|aantal|units|pieces) ?(per|/) ?\w+|per (verpakking|vpe|pak|doos)|pack ?size",
    re.IGNORECASE,
)
"""Headings of such columns."""
YEAR: Final = re.compile("(19|20)[0-9]{2}")
"""A date of which people know the year alone."""
RETIRED: Final = "retired"
"""The kind of event of a thing that went."""
UP_TO: Final = re.compile(
    r"(?<![^\W\d_])(t/m|tm|tot( en met)?|cum(ul\w+)?|ytd|(sub-?)?tota+l|to date)(?![^\W\d_])",
    re.IGNORECASE,
)
"""Headings of numbers that hold those of other months too."""
DECIMALS: Final = re.compile("[.,][0-9]{1,2}[^0-9]*$")
"""A number as people write amounts."""
PACKED: Final = re.compile(
    r"\b(vpe|verpakking(en)?|pakken|dozen|packs?|boxes|colli)\b", re.IGNORECASE
)
"""Headings of quantities that are packs."""
CLEAR: Final = 0.1
"""How far the likeliest table must lead for nobody to be asked."""
MOST: Final = 4
"""Answers that are offered as buttons, where the file or the database knows more."""
LEAST_MONTHS: Final = 3
"""Headings that are months, from which on they are taken for columns that become rows."""
ACTIVITIES: Final = ("fte", "staff_days", "headcount", "visitors", "voters", "events")
"""Measures of activity that are offered, and looked for in the name of a file."""
CHANNELS: Final = ("webshop", "cabinet", "contract")
"""Channels that are offered until the data hold the organisation's own."""
OF_A_NEW_FILE: Final = frozenset({"table", "unsure", "packs", "packed", "credit", "cancelled"})
"""Questions that only a file asks of which no profile is kept."""
RATES: Final = {"excl": None, "incl": 0.21, "incl_low": 0.09}
"""Answers about VAT with the rate that they state."""


def proposed(sheet: Sheet, file: str) -> Profile:
    """The profile that a file suggests by itself: its likeliest table, and what is recognised."""
    ranked = guess_table(sheet)
    table = ranked[0][0] if ranked else "orders"
    if len(months := month_headers(sheet)) < LEAST_MONTHS:
        profile = with_table(Profile(source_name(file), ()), sheet, table)
        return with_grain(sheet, profile)
    said = f"{file} {sheet.name}".casefold()
    told = [m for m in ACTIVITIES if any(w in said for w in (m, m.replace("_", " ")))]
    figures = {c.name for c in columns(table) if c.money or c.name in COUNTS}
    bought = table == "orders" and len(ranked) == 1 and {*suggest(sheet, table)} - figures
    table = "orders" if bought and not told else "measurements"
    profile = Profile(
        source_name(file),
        (suggested(sheet, table),),
        grain=Grain.MONTH,
        unpivot=Unpivot(tuple(months)),
    )
    profile = _with_cells(profile)
    return with_constant(profile, "activity_measure", told[0]) if told else profile


def with_grain(sheet: Sheet, profile: Profile) -> Profile:
    """The profile with the grain of a year where nothing but years stands in a column of dates."""
    dates = [
        set(values_in(sheet, origin.columns[0])) - {"-", "?"}
        for table in profile.tables
        for column in columns(table.name)
        if column.sql_type == "date" and (origin := table.columns.get(column.name))
        if origin.how == "first" and not origin.format
    ]
    years = any(texts and all(map(YEAR.fullmatch, texts)) for texts in dates)
    return replace(profile, grain=Grain.YEAR) if years else profile


def month_headers(sheet: Sheet) -> list[str]:
    """The columns whose heading is a month, and not all months up to it."""
    return [h for h in mappable(sheet) if months_in(h)[0] and not UP_TO.search(h)]


def source_name(file: str) -> str:
    """A file's name without its ending and without year or month: probably the feed's name."""
    stem = file.rpartition(".")[0] or file
    words = stem.replace("_", " ").replace("-", " ").split()
    kept = [word for word in words if not any(sign.isdigit() for sign in word)]
    return " ".join(kept or words).capitalize()


def suggested(sheet: Sheet, table: str) -> TableMap:
    """A table filled with everything that is suggested, and the words of both languages."""
    found = {name: hit.header for name, hit in suggest(sheet, table).items()}
    return _with_year(sheet, _filled(table, found))


def _with_year(sheet: Sheet, table: TableMap) -> TableMap:
    """The table in which a year and a month that stand apart are one date."""
    dated = TABLES[table.name].dated_by or ""
    date = table.columns.get(dated)
    others = {h for name, one in table.columns.items() if name != dated for h in one.columns}
    held = {h: {*values_in(sheet, h)} for h in mappable(sheet) if h not in others} if date else {}
    years = [h for h, texts in held.items() if texts and all(map(YEAR.fullmatch, texts))]
    months = [h for h, texts in held.items() if _of_a_year(h, texts)]
    if date is None or len(years) != 1 or len(months) != 1 or date.columns[0] not in years + months:
        return table
    numbered = any(text.isdigit() for text in held[months[0]])
    joined = Origin((years[0], months[0]), "join", format="%Y %m" if numbered else "%Y %b")
    return replace(table, columns={**table.columns, dated: joined})


def _of_a_year(header: str, texts: Collection[str]) -> bool:
    """Whether a column holds months of a year: by their names, or by numbers under such a head."""
    plain = {text.lower().lstrip("0") for text in texts}
    named = not any(text.isdigit() for text in plain) or MONTH_HEAD.search(header)
    return bool(plain and named) and plain <= MONTHS_OF_A_YEAR


def auto_profile(sheet: Sheet, table: str, source: str) -> Profile:
    """Make a profile of a source from the headers with known names.

    Raises:
        UserError: ``import.unknown_table``; ``import.cannot_map`` when a required column is not
            found for certain; ``import.two_columns`` when two headers could fill one column.
    """
    refuse_unknown("import.unknown_table", table, TABLES)
    filled = _filled(table, certain_headers(sheet, table))
    if missing := missing_columns(filled):
        seen = listed(sheet.columns)
        raise UserError("import.cannot_map", table=table, missing=", ".join(missing), seen=seen)
    return _with_days_gone(Profile(source, (_with_year(sheet, filled),)), sheet)


def _filled(table: str, headers: Mapping[str, str]) -> TableMap:
    """A table of which headers fill columns, with what the words of closed lists mean."""
    values = {
        column.name: meanings
        for column in columns(table)
        if column.name in headers and (meanings := _meanings(column))
    }
    return TableMap(table, {name: Origin((one,)) for name, one in headers.items()}, values=values)


def _meanings(column: Column) -> dict[str, str]:
    """What the words of the catalogues for a closed list of values mean."""
    return {word(value, lang).lower(): value for value in allowed(column) for lang in LANGS}


# --- roles ---------------------------------------------------------------------------------------


def roles(profile: Profile) -> list[str]:
    """The canonical columns of a profile's tables, each once; required ones first."""
    spec = [column for table in profile.tables for column in columns(table.name)]
    return list(dict.fromkeys(c.name for c in sorted(spec, key=lambda c: c.optional)))


def roles_of(profile: Profile, header: str) -> tuple[str, ...]:
    """The canonical columns that a column of the file fills, alone or with others."""
    wanted = normal_header(header)
    if header in unpivoted(profile):
        return (MONTHS,)
    found = []
    for table in profile.tables:
        for name, origin in table.columns.items():
            named = [normal_header(one) for one in (*origin.columns, *origin.further)]
            if wanted in named:
                held = origin.how == "times" and wanted != named[0]
                signs = origin.sign and wanted == normal_header(origin.sign.column)
                found.append(SIGNED if signs else HELD if held else name)
    dropped = any(normal_header(rule.column) == wanted for rule in profile.drop or ())
    return tuple(dict.fromkeys(found)) or (DROPPED,) * dropped


def unpivoted(profile: Profile) -> tuple[str, ...]:
    """The columns that become rows, where they are listed one by one."""
    chosen = profile.unpivot.columns if profile.unpivot else ()
    return () if isinstance(chosen, str) else chosen


def with_role(profile: Profile, header: str, role: str) -> Profile:
    """The profile in which a column of the file plays one role, or none (the empty text)."""
    if roles_of(profile, header) == (DROPPED,):
        wanted = normal_header(header)
        rules = tuple(r for r in profile.drop or () if normal_header(r.column) != wanted)
        profile = replace(profile, drop=rules or None)
    left = unpivoted(profile)
    if header in left or role == MONTHS:
        names = (*left, header) if role == MONTHS else tuple(n for n in left if n != header)
        unpivot = replace(profile.unpivot or Unpivot(()), columns=names) if names else None
        profile = replace(profile, unpivot=unpivot)
    tables = tuple(_with_role(table, header, role) for table in profile.tables)
    undated = [one for one in tables[1:] if _of_days_gone(one) and "happened_on" not in one.columns]
    profile = replace(profile, tables=tuple(one for one in tables if one not in undated))
    return _with_cells(profile) if role == MONTHS else profile


def _with_role(table: TableMap, header: str, role: str) -> TableMap:
    wanted = normal_header(header)
    origins = {}
    for name, origin in table.columns.items():
        left = tuple(c for c in origin.columns if normal_header(c) != wanted)
        if origin.sign and normal_header(origin.sign.column) == wanted:
            origin = replace(origin, sign=None)  # noqa: PLW2901 - the column plays another role now
        if left:
            alone = len(left) == 1 and origin.how == "times"
            origins[name] = replace(origin, columns=left, how="first" if alone else origin.how)
    if role == HELD and "quantity" in origins:
        packs = origins["quantity"]
        origins["quantity"] = replace(packs, columns=(packs.columns[0], header), how="times")
    column = next((c for c in columns(table.name) if c.name == role), None)
    if column is None:
        return replace(table, columns=origins)
    before = table.columns.get(role, Origin(()))
    origins[role] = replace(before, columns=(header,), how="first", format=None)
    constants = {name: text for name, text in table.constants.items() if name != role}
    values = {**table.values}
    if role not in values and (meanings := _meanings(column)):
        values[role] = meanings
    return replace(table, columns=origins, constants=constants, values=values)


def _with_cells(profile: Profile) -> Profile:
    """The heading of a column that becomes rows is the date, its cells are the figures.

    No number beside them is one: it would count once for each month, as a total of them does.
    """
    unpivot = profile.unpivot or Unpivot(())
    tables = []
    for table in profile.tables:
        names = [column.name for column in columns(table.name)]
        numbers = {c.name for c in columns(table.name) if c.money or c.name in COUNTS}
        figure = next((name for name in ("quantity", "value") if name in names), "")
        filled = {TABLES[table.name].dated_by: unpivot.name, figure: unpivot.value}
        origins = {
            name: origin
            for name, origin in table.columns.items()
            if not set(origin.columns) & set(unpivoted(profile))
            if name not in numbers or origin.columns == (unpivot.value,)
        }
        for name, source in filled.items():
            if name and name not in origins:
                origins[name] = Origin((source,))
        tables.append(replace(table, columns=origins))
    return replace(profile, tables=tuple(tables))


def with_constant(
    profile: Profile, name: str, text: str, known: Sequence[str] | None = None
) -> Profile:
    """The profile in which one text fills a canonical column of every row, or none does.

    Of a code that is written where none are ``known``, the code is created.
    """
    tables = []
    for table in profile.tables:
        held = name in {column.name for column in columns(table.name)}
        constants = {key: value for key, value in table.constants.items() if key != name}
        if held and text:
            constants[name] = text
            origins = {key: value for key, value in table.columns.items() if key != name}
            table = replace(table, columns=origins)  # noqa: PLW2901 - the same table, filled anew
        coded = any(c.name == name and c.codes for c in columns(table.name))
        made = {name: CREATE} if coded and text and known is not None and not known else {}
        tables.append(replace(table, constants=constants, codes={**table.codes, **made}))
    return replace(profile, tables=tuple(tables))


def with_vat(profile: Profile, answer: str) -> Profile:
    """The profile of which the amounts hold VAT or not, as one of ``RATES`` says."""
    return replace(profile, vat=answer.partition("_")[0], vat_rate=RATES[answer])


def with_value(profile: Profile, name: str, text: str, becomes: str) -> Profile:
    """The profile in which a text of a column means a value."""
    tables = tuple(
        replace(
            table,
            values={
                **table.values,
                name: {**table.values.get(name, {}), text.strip().lower(): becomes},
            },
        )
        if name in table.columns
        else table
        for table in profile.tables
    )
    return replace(profile, tables=tables)


def with_tables(profile: Profile, sheet: Sheet, names: Sequence[str]) -> Profile:
    """The profile that fills these tables; what was mapped for one of them stays."""
    kept = {table.name: table for table in profile.tables}
    tables = tuple(kept.get(name) or suggested(sheet, name) for name in names)
    profile = replace(profile, tables=tables)
    return _with_cells(profile) if unpivoted(profile) else profile


def with_table(profile: Profile, sheet: Sheet, name: str) -> Profile:
    """The profile with another main table, and of things what tells that they went."""
    chosen = [table for table in profile.tables if not _of_days_gone(table)]
    others = [table.name for table in chosen[1:]]
    profile = replace(profile, tables=tuple(chosen))
    return _with_days_gone(with_tables(profile, sheet, [name, *others]), sheet)


def _with_days_gone(profile: Profile, sheet: Sheet) -> Profile:
    """The profile of things of which a column that fills nothing holds the day on which they went.

    Each such day is an event; without it what went would stay in use.
    """
    if [table.name for table in profile.tables] != ["assets"]:
        return profile
    free = [header for header in mappable(sheet) if not roles_of(profile, header)]
    if not (header := day_gone(sheet, free)):
        return profile
    (things,) = profile.tables
    number = {name: one for name, one in things.columns.items() if name == "asset_id"}
    events = TableMap(
        "asset_events", {**number, "happened_on": Origin((header,))}, constants={"kind": RETIRED}
    )
    return replace(profile, tables=(things, events))


def _of_days_gone(table: TableMap) -> bool:
    """Whether a table is that of things that went, from their own list."""
    filled = {*table.columns} - {"asset_id"}
    return (
        table.name == "asset_events"
        and table.constants == {"kind": RETIRED}
        and filled <= {"happened_on"}
    )


# --- questions -----------------------------------------------------------------------------------


def asks(
    sheet: Sheet,
    profile: Profile,
    known: Mapping[str, Sequence[str]],
    *,
    agreed: Collection[str] = (),
) -> list[FileQuestion]:
    """What a person must say before a file can be read by a profile, the widest question first.

    Args:
        sheet: what the reader gave.
        profile: what was answered so far.
        known: texts that the database holds already, by canonical column, the likeliest first.
        agreed: keys of questions that a person answered already, whatever is suggested.
    """
    if "table" not in agreed and (which := _which_table(sheet, profile)):
        return [which]
    found: list[FileQuestion] = []
    if "unsure" not in agreed and (doubt := _unsure(sheet, profile)):
        found.append(doubt)
    if not {"packs", "packed"} & {*agreed} and (packs := _packs(sheet, profile)):
        found.append(packs)
    found += [one for one in _of_lines(sheet, profile) if one.key not in agreed]
    if sums := _sums(sheet, profile):
        found.append(sums)
    for table in profile.tables:
        asked = {one.column for one in found}
        lacking = [name for name in missing_columns(table) if name not in asked]
        found += [_lacking(sheet, profile, table, name, known) for name in lacking]
    if profile.money and profile.vat_known is None:
        found.append(_vat(profile))
    for table in profile.tables:
        found += _strange(sheet, profile, table)
    return found


def doubtful(sheet: Sheet, profile: Profile) -> bool:
    """Whether anything is asked of lines or ends, however certain the columns are."""
    return bool(_of_lines(sheet, profile) or _ends(profile))


def _of_lines(sheet: Sheet, profile: Profile) -> list[FileQuestion]:
    free = [header for header in mappable(sheet) if {*roles_of(profile, header)} <= {SIGNED}]
    return of_lines(sheet, profile, free)


def unsure(sheet: Sheet, profile: Profile) -> dict[str, str]:
    """The columns of the file whose role is suggested and not certain, with that role."""
    found = {
        hit.header: name
        for table in profile.tables
        if not _of_days_gone(table)
        for name, hit in suggest(sheet, table.name).items()
        if not hit.certain and table.columns.get(name) == Origin((hit.header,))
    }
    return found | dict.fromkeys(_ends(profile), "happened_on")


def _ends(profile: Profile) -> list[str]:
    """The column that is taken for the day on which things went, where it may be another end."""
    gone = (table for table in profile.tables[1:] if _of_days_gone(table))
    days = (day.columns[0] for table in gone if (day := table.columns.get("happened_on")))
    return [header for header in days if may_be_another_end(header)]


def _unsure(sheet: Sheet, profile: Profile) -> FileQuestion | None:
    """Whether suggestions for what must be filled are right; one answer is enough."""
    needed = {c.name for table in profile.tables for c in columns(table.name) if not c.optional}
    found = {header: name for header, name in unsure(sheet, profile).items() if name in needed}
    if not found:
        return None
    wrong = [
        FileAnswer(name, with_role(profile, header, ""), header) for header, name in found.items()
    ]
    right = FileAnswer("asking.answers.right", profile)
    return FileQuestion("unsure", headers=tuple(found), choices=(right, *wrong[:MOST]))


def _packs(sheet: Sheet, profile: Profile) -> FileQuestion | None:
    """Whether the quantity is packs, where a column says how many pieces a pack holds."""
    held = next((h for h in mappable(sheet) if HOLDS.search(h) and not roles_of(profile, h)), "")
    quantities = (table.columns.get("quantity") for table in profile.tables)
    quantity = next((origin for origin in quantities if origin and origin.how == "first"), None)
    if quantity is None or quantity.unit:
        return None
    if not held:
        return _packed(profile, quantity) if PACKED.search(quantity.columns[0]) else None
    choices = (
        FileAnswer("asking.answers.times", with_role(profile, held, HELD)),
        FileAnswer("asking.answers.single", profile),
    )
    seen = values_in(sheet, held, profile.unpivot, 1)
    return FileQuestion(
        "packs", "quantity", next(iter(seen), ""), (held, quantity.columns[0]), choices
    )


def _packed(profile: Profile, quantity: Origin) -> FileQuestion:
    """What a quantity counts that says that it is packs, where nothing says what they hold."""
    by_article = tuple(
        replace(table, columns={**table.columns, "quantity": replace(quantity, unit="pack")})
        if table.columns.get("quantity") == quantity
        else table
        for table in profile.tables
    )
    choices = (
        FileAnswer("asking.answers.by_article", replace(profile, tables=by_article)),
        FileAnswer("asking.answers.single", profile),
    )
    return FileQuestion("packed", "quantity", headers=quantity.columns[:1], choices=choices)


def _sums(sheet: Sheet, profile: Profile) -> FileQuestion | None:
    """Whether rows that are the sum of others are left out, by the texts that they begin with."""
    unpivot = profile.unpivot
    lines = () if unpivot is None or unpivot.sums else sum_lines(sheet, profile)
    if not (unpivot and lines and isinstance(sheet.rows, pl.DataFrame)):
        return None
    months = unpivoted_columns(distinct_headers(sheet.columns), unpivot)
    numbers = column_numbers(sheet.columns)
    named = [f"c{numbers[normal_header(h)]}" for h in mappable(sheet) if h not in months]
    rows = sheet.rows.filter(pl.col("line").is_in(lines)).select(named).rows()
    texts = [next((str(untag(cell)) for cell in row if cell), "") for row in rows]
    choices = tuple(
        FileAnswer(f"asking.answers.{name}", replace(profile, unpivot=replace(unpivot, sums=name)))
        for name in (SKIP, KEEP)
    )
    seen = ", ".join(dict.fromkeys(filter(None, texts[:MOST]))) or f"{lines[0]}"
    return FileQuestion("sums", seen=seen, choices=choices)


def _which_table(sheet: Sheet, profile: Profile) -> FileQuestion | None:
    """What the file holds, where no table fits clearly best; all else depends on it."""
    ranked = guess_table(sheet)
    clear = len(ranked) == 1 or (len(ranked) > 1 and ranked[0][1] - ranked[1][1] >= CLEAR)
    names = [name for name, _ in ranked] or ["orders", "measurements", "contracts", "assets"]
    if profile.unpivot:
        told = any("activity_measure" in table.constants for table in profile.tables)
        clear = told or not {"supplier", "product_id", "category"} & {*suggest(sheet, "orders")}
        names = ["orders", "measurements"]
    if clear:
        return None
    choices = tuple(
        FileAnswer(f"tables.{name}.name", with_table(profile, sheet, name)) for name in names[:MOST]
    )
    return FileQuestion("table", seen=", ".join(mappable(sheet)[:MOST]), choices=choices)


def _lacking(
    sheet: Sheet, profile: Profile, table: TableMap, name: str, known: Mapping[str, Sequence[str]]
) -> FileQuestion:
    """A required column that nothing fills: one of the file's own, or a text for all rows."""
    first = name.partition(" / ")[0]
    column = next(each for each in columns(table.name) if each.name == first)
    free = [header for header in mappable(sheet) if not roles_of(profile, header)]
    if column.sql_type != "varchar" or " / " in name:
        either = [(one, _likelier(sheet, one, name)) for one in free[:MOST]]
        choices = tuple(FileAnswer(one, with_role(profile, one, role), one) for one, role in either)
        if column.sql_type == "date" and is_date(sheet.name):
            named = with_role(profile, "@sheet", first)
            choices = (FileAnswer("asking.answers.sheet_name", named), *choices)
        return FileQuestion("column", name, ", ".join(free[:MOST]), choices=choices)
    texts = [*allowed(column), *known.get(first, ())][:MOST]
    fixed = tuple(FileAnswer(text, with_constant(profile, first, text)) for text in texts)
    here = free and first != "channel" and not allowed(column)
    key = "code" if here else "channel" if first == "channel" else "constant"
    if key == "code":
        fixed = (*_columns(profile, first, free[: MOST - len(fixed[:2])]), *fixed[:2])
    seen = ", ".join(free[:MOST]) if key == "code" else ""
    free_text = "" if allowed(column) else table.name
    return FileQuestion(key, name, seen, choices=fixed, table=free_text)


def _likelier(sheet: Sheet, header: str, names: str) -> str:
    """Of columns of which either will do, the one that a header fills: amounts have decimals."""
    first, *others = names.split(" / ")
    decimals = any(map(DECIMALS.search, values_in(sheet, header)))
    return others[0] if others and decimals else first


def _columns(profile: Profile, name: str, headers: Sequence[str]) -> tuple[FileAnswer, ...]:
    """Columns of the file as answers."""
    return tuple(
        FileAnswer(header, with_role(profile, header, name), header) for header in headers[:MOST]
    )


def _vat(profile: Profile) -> FileQuestion:
    choices = tuple(FileAnswer(f"data.vat.{name}", with_vat(profile, name)) for name in RATES)
    return FileQuestion("vat", seen=profile.money[0], headers=profile.money[:1], choices=choices)


def _strange(sheet: Sheet, profile: Profile, table: TableMap) -> Iterator[FileQuestion]:
    """Words of a column with a closed list of values that nobody gave a meaning yet."""
    for column in columns(table.name):
        origin, listed = table.columns.get(column.name), allowed(column)
        if origin is None or not listed or origin.how != "first" or origin.regex:
            continue
        meant = {*table.values.get(column.name, {}), *listed}
        if "*" in meant:
            continue
        for text in values_in(sheet, origin.columns[0], profile.unpivot):
            if text.lower() not in meant:
                choices = tuple(
                    FileAnswer(
                        f"allowed.{value}.name", with_value(profile, column.name, text, value)
                    )
                    for value in listed
                )
                yield FileQuestion("value", column.name, text, origin.columns[:1], choices)


def asked_by(error: UserError, profile: Profile) -> FileQuestion | None:
    """The question that a refusal is in fact: of sheets, dates, the decimal sign or the scale."""
    header = str(error.values.get("column", ""))
    if error.key == "import.ambiguous_dates":
        patterns = (str(error.values["first"]), str(error.values["second"]))
        others = error.values.get("others", ())
        proved = others if isinstance(others, tuple) else ()  # of other shapes, in any column
        choices = tuple(
            FileAnswer(pattern, replace(profile, dates=(pattern, *proved))) for pattern in patterns
        )
        return FileQuestion(
            "dates", seen=str(error.values["example"]), headers=(header,), choices=choices
        )
    if error.key == "import.ambiguous_decimal":
        signs = (("comma", ","), ("point", "."))
        choices = tuple(
            FileAnswer(f"data.settle.{name}", replace(profile, decimal=sign))
            for name, sign in signs
        )
        return FileQuestion("decimal", headers=(header,), choices=choices)
    if error.key == "reading.several_sheets":
        return _sheets(profile, error.values)
    if error.key == "questions.scale":
        return _scale(profile, error.values)
    return None


def _sheets(profile: Profile, said: Mapping[str, Any]) -> FileQuestion:
    """Which sheets are read; all of them where their columns have the same names."""
    names: Sequence[str] = said["names"]

    def reading(sheet: str) -> Profile:
        return replace(profile, layout=replace(profile.layout, sheet=sheet))

    all_ = [FileAnswer("asking.answers.all", reading("*"))] if said["alike"] else []
    each = [FileAnswer("asking.answers.sheet", reading(one), one) for one in names]
    return FileQuestion("sheet", seen=str(said["sheets"]), choices=(*all_, *each[:MOST_WORDS]))


def _scale(profile: Profile, said: Mapping[str, Any]) -> FileQuestion:
    """By what the numbers are multiplied of which a heading or a title says a scale."""
    ways: Sequence[str] = said["ways"]
    columns_: Sequence[str] = said["columns"]

    def scaled(table: TableMap, factor: float) -> TableMap:
        about = set(columns_) & {*table.columns} if table.name == said["table"] else ()
        stated = {name: replace(table.columns[name], scale=factor) for name in about}
        return replace(table, columns={**table.columns, **stated})

    choices = tuple(
        FileAnswer(
            f"asking.scales.{way}",
            replace(profile, tables=tuple(scaled(table, FACTORS[way]) for table in profile.tables)),
        )
        for way in ways
    )
    words, seen = str(said["words"]), str(said["seen"])
    return FileQuestion("scale", columns_[0], words, (seen,), choices)


def known_texts(
    codes: Mapping[Codes, Sequence[str]], words: Mapping[str, Sequence[str]]
) -> dict[str, Sequence[str]]:
    """The codes and words that are known, by the canonical columns that hold them.

    Of words that the data do not hold yet, the usual ones.
    """
    coded = {
        column.name: codes[column.codes]
        for table in TABLES
        for column in columns(table)
        if column.codes is not None and column.codes in codes
    }
    measures = dict.fromkeys((*words.get("activity_measure", ()), *ACTIVITIES))
    return {
        **coded,
        "channel": words.get("channel") or CHANNELS,
        "activity_measure": tuple(measures),
    }
