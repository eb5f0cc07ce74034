"""A profile: how the files of one source become rows of tables.

It is kept as a small TOML file that a person can read; the Data page writes it. Every key is known:
an unknown one is an error that names the near matches, and a value that would fail later is refused
when it is read.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final

import polars as pl
import tomli_w

from nami_monitor.core.errors import UserError, near_matches, short
from nami_monitor.core.settings_toml import (
    After,
    Before,
    SettingProblem,
    WrongError,
    as_settings,
    one_of,
    read_settings,
    strict,
)
from nami_monitor.core.words import DeliveryKind, Grain
from nami_monitor.ingest.cells import Layout
from nami_monitor.ingest.personal import refuse_address
from nami_monitor.store.transaction import pattern_error
from nami_monitor.tables import TABLES, columns

BASES: Final = ("ordered", "delivered", "invoiced", "issued")
CREATE: Final = "create"
SET_ASIDE: Final = "set_aside"
KEEP: Final = "keep"
SKIP: Final = "skip"
UNITS: Final = ("pack", "base")
"""Units of an origin that are no column."""
ORIGINS: Final = {"from": "first", "join": "join", "sum": "sum", "times": "times"}
"""Keys that name the columns of an origin, with its ``how``."""
ORIGIN_KEYS: Final = (*ORIGINS, "format", "regex", "scale", "scale_by", "sign", "unit")
POSSESSIVE: Final = re.compile(r"[*+?}]\+")
LONGEST_DETAIL: Final = 200
LARGEST: Final = 1e15
LONGEST: Final = 256 * 1024
"""Characters of a profile; the longest that we know of has a tenth of them."""
MOST_DOTS: Final = 200
"""Dots on a line: a key of many parts takes the square of their number."""
DATE_SIGNS: Final = frozenset("dmYybBHMS")
SAME_PART: Final = {"y": "Y", "b": "m", "B": "m"}
"""Signs of a part of a date that another sign stands for too."""
NEEDED_PARTS: Final = (("d", "m"), ("M", "H"), ("S", "M"))
"""Parts of a date or a time, each with the one that it says nothing without."""


# --- what a value may be ------------------------------------------------------------------------


def _texts(raw: Any) -> Any:
    """One text or several as a list; at least one."""
    listed = [raw] if isinstance(raw, str) else raw
    if not isinstance(listed, list) or not listed or not all(isinstance(t, str) for t in listed):
        raise WrongError("type")
    return listed


def usable_pattern(pattern: str, key: str = "") -> str:
    """A pattern that Python and the database both read: without looking around or back.

    Raises:
        UserError: ``profile.pattern``, naming ``key``.
    """
    try:
        re.compile(pattern)
        pl.Series([""]).str.contains(pattern)
        if why := "multiple repeat" if POSSESSIVE.search(pattern) else pattern_error(pattern):
            raise re.error(why)
    except (re.error, pl.exceptions.ComputeError, RecursionError, OverflowError) as error:
        detail = " ".join(str(error).split())[:LONGEST_DETAIL]
        seen = pattern[:LONGEST_DETAIL]
        raise UserError("profile.pattern", key=key, seen=seen, detail=detail) from error
    return pattern


def _pattern(pattern: str) -> str:
    try:
        return usable_pattern(pattern)
    except UserError as error:
        raise WrongError("pattern", **error.values) from error


def _number(value: float) -> float:
    if not abs(value) <= LARGEST:
        raise WrongError("type")
    return value


def _factor(value: float) -> float:
    """A factor on all numbers of a column; zero would make nothing of them."""
    if value == 0:
        raise WrongError("type")
    return _number(value)


def _words(texts: Any) -> Any:
    """Words that cells are compared with, of which none is blank."""
    lowered = _lowered(texts)
    if not all(lowered):
        raise WrongError("type")
    return lowered


def _sheet(raw: Any) -> Any:
    """The name of a sheet, or its number."""
    if not isinstance(raw, str) and type(raw) is not int:
        raise WrongError("type")
    return raw


def _delimiter(sign: str) -> str:
    """The sign between fields: a single one that fields themselves do not need."""
    if len(sign) != 1 or not sign.isascii() or sign in '"\r\n\0':
        raise WrongError("type")
    return sign


def _date_pattern(pattern: Any) -> Any:
    """A date pattern of the signs that the database reads; it names a year.

    A day without a month, or minutes without hours, were the other ``%m`` and ``%M``.
    """
    signs = re.findall("%(.?)", pattern) if isinstance(pattern, str) else []
    parts = {SAME_PART.get(sign, sign) for sign in signs}
    lacking = any(part in parts and needed not in parts for part, needed in NEEDED_PARTS)
    if len(parts) < len(signs) or not DATE_SIGNS.issuperset(signs) or lacking or "Y" not in parts:
        raise WrongError("date_pattern")
    return pattern


def _count(least: int) -> After:
    def check(count: int | None) -> int | None:
        if count is not None and count < least:
            raise WrongError("type")
        return count

    return After(check)


def _constant(value: Any) -> Any:
    if isinstance(value, dict | list):
        raise WrongError("type")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _lowered(texts: Any) -> Any:
    """Texts, or the keys of a table, as cells are compared: trimmed, in small letters."""
    if isinstance(texts, dict):
        return {text.strip().lower(): value for text, value in texts.items()}
    return tuple(text.strip().lower() for text in texts)


Texts = Annotated[tuple[str, ...], Before(_texts)]
FirstText = Annotated[str, Before(lambda raw: _texts(raw)[0])]
Pattern = Annotated[str, After(_pattern)]
DatePattern = Annotated[str, Before(_date_pattern)]
Number = Annotated[float, After(_number)]
Constant = Annotated[str, Before(_constant)]


# --- the parts of a profile -----------------------------------------------------------------------


@strict()
@dataclass(frozen=True)
class Currency:
    """Amounts in another currency: EUR = amount x ``to_eur``."""

    code: str
    to_eur: Number
    source: str

    @property
    def capitals(self) -> str:
        """The code as currencies are known by; a profile may write it in small letters."""
        return self.code.strip().upper()


@strict()
@dataclass(frozen=True)
class Sign:
    """Amounts are negative where ``column`` holds one of ``negative``."""

    column: FirstText
    negative: Annotated[Texts, After(_words)]


def _scale_by(raw: Any) -> Any:
    """The column whose words name the factor, and the words, of which there is at least one."""
    if not isinstance(raw, dict) or not isinstance(raw.get("column"), str):
        raise WrongError("type")
    if len(raw) == 1:
        raise WrongError("no_factors", column=raw["column"])
    return raw["column"], {word: factor for word, factor in raw.items() if word != "column"}


@strict()
@dataclass(frozen=True)
class Origin:
    """Where the values of one canonical column come from.

    Args:
        columns: source columns, or places such as ``@file`` and ``@cell:B2``.
        how: ``first`` of those that exist, ``join`` of their texts, ``sum`` of their numbers, or
            ``times``: one number times the others, as packs times what a pack holds.
        format: date pattern of the joined text.
        regex: the part of the text that counts: its first group, or the whole match.
        scale: factor on the number; 1 where it is stated that there is none.
        scale_by: a column whose words name the factor, and those factors.
        sign: where the number is negative.
        unit: ``pack``, ``base``, or a column that says which.
    """

    columns: tuple[str, ...]
    how: str = "first"
    format: DatePattern | None = None
    regex: Pattern | None = None
    scale: Annotated[float, After(_factor)] | None = None
    scale_by: (
        Annotated[tuple[str, Annotated[Mapping[str, Number], After(_lowered)]], Before(_scale_by)]
        | None
    ) = None
    sign: Sign | None = None
    unit: str | None = None

    @property
    def further(self) -> tuple[str, ...]:
        """Columns that are read besides ``columns``: of the sign, the scale and the unit."""
        sign = (self.sign.column,) if self.sign else ()
        scale = (self.scale_by[0],) if self.scale_by else ()
        unit = (self.unit,) if self.unit and self.unit not in UNITS else ()
        return (*sign, *scale, *unit)


def _origin(raw: Any) -> Any:
    """The fields of an origin, from a column, several columns, or a table."""
    if isinstance(raw, str | list):
        return {"columns": tuple(_texts(raw))}
    if not isinstance(raw, dict):
        raise WrongError("type")
    for key in raw:
        if key not in ORIGIN_KEYS:
            raise WrongError("unknown_key", at=key, known=ORIGIN_KEYS)
    ways = [way for way in ORIGINS if way in raw]
    if len(ways) != 1:
        raise WrongError("origin")
    rest = {key: value for key, value in raw.items() if key not in ORIGINS}
    return {"columns": tuple(_texts(raw[ways[0]])), "how": ORIGINS[ways[0]], **rest}


@strict()
@dataclass(frozen=True)
class TableMap:
    """How one table is filled from the file.

    Args:
        name: the table.
        columns: canonical column to its origin.
        constants: canonical column to a fixed text.
        values: canonical column to a map of trimmed, case-folded texts; ``*`` is everything else.
        codes: canonical column to ``set_aside`` or ``create`` for codes that no master knows.
    """

    name: str
    columns: Mapping[str, Annotated[Origin, Before(_origin)]] = field(default_factory=dict)
    constants: Mapping[str, Constant] = field(default_factory=dict)
    values: Mapping[str, Annotated[Mapping[str, Constant], After(_lowered)]] = field(
        default_factory=dict
    )
    codes: Mapping[str, Annotated[str, one_of(SET_ASIDE, CREATE)]] = field(default_factory=dict)


def _table(raw: Any) -> Any:
    """Refuse a table that nobody knows, and columns that it does not have."""
    if not isinstance(raw, dict):
        raise WrongError("type")
    name = raw.get("name")
    if not isinstance(name, str) or name not in TABLES:
        allowed = ", ".join(TABLES)
        raise UserError("profile.value", key="table.name", seen=name, allowed=allowed)
    known = {column.name: bool(column.codes) for column in columns(name)}
    for part in ("columns", "constants", "values", "codes"):
        for column in raw[part] if isinstance(raw.get(part), dict) else ():
            if column not in known:
                raise _unknown_key(column, f"table.{part}", known)
            if part == "codes" and not known[column]:
                coded = ", ".join(sorted(column for column, codes in known.items() if codes))
                raise UserError("profile.no_codes", column=column, allowed=coded)
    return raw


@strict()
@dataclass(frozen=True)
class Unpivot:
    """Columns that are months (or another heading) become rows.

    Args:
        columns: their headers, or one pattern.
        name: the name under which the heading is mapped.
        value: the name under which the cell is mapped.
        sums: ``keep`` counts rows that are the sum of the rows below or above them; else they are
            left out, and a file is asked about them where nobody said ``skip``.
    """

    columns: Annotated[
        tuple[str, ...] | str,
        Before(lambda raw: raw if isinstance(raw, str) else _texts(raw)),
        After(lambda chosen: _pattern(chosen) if isinstance(chosen, str) else chosen),
    ]
    name: str = "@month"
    value: str = "@value"
    sums: Annotated[str, one_of(SKIP, KEEP)] | None = None


@strict()
@dataclass(frozen=True)
class DropRule:
    """Rows in which ``column`` matches a pattern are no data."""

    column: FirstText
    matches: Pattern


@strict(first="from", last="until")
@dataclass(frozen=True)
class Expects:
    """The deliveries that are expected of a source.

    Args:
        first: first month, ``2022-11``; None from its first delivery.
        last: last month; None for a source that goes on.
        every: ``month``, ``quarter`` or ``year``.
        locations: ``all`` when every open location is owed each time.
    """

    first: str | None = None
    last: str | None = None
    every: Annotated[str, one_of("month", "quarter", "year")] = "month"
    locations: str | None = None


@dataclass(frozen=True)
class Profile:
    """A whole profile; ``docs/profiles.md`` explains the keys."""

    source: str
    tables: tuple[TableMap, ...]
    grain: Grain = Grain.LINE
    delivery: DeliveryKind = DeliveryKind.ADDS
    basis: str = "ordered"
    vat: str | None = None
    vat_rate: float | None = None
    currency: Currency | None = None
    products_of: str | None = None
    layout: Layout = field(default_factory=Layout)
    decimal: str | None = None
    dates: tuple[str, ...] = ()
    unpivot: Unpivot | None = None
    drop: tuple[DropRule, ...] | None = None
    expects: Expects | None = None

    @property
    def product_source(self) -> str:
        """The source whose article numbers the lines use."""
        return self.products_of or self.source

    @property
    def money(self) -> tuple[str, ...]:
        """The headings of the amounts."""
        origins = (
            table.columns[column.name].columns
            for table in self.tables
            for column in columns(table.name)
            if column.money and column.name in table.columns
        )
        return tuple(heading for headings in origins for heading in headings)

    @property
    def vat_known(self) -> str | None:
        """``excl`` or ``incl``: as stated, or ``excl`` where the heading of every amount says so.

        A heading cannot say ``incl`` by itself, because it does not give the rate.
        """
        said = self.money and all(map(EXCLUDED_VAT.search, self.money))
        return self.vat or ("excl" if said else None)

    @property
    def places(self) -> tuple[str, ...]:
        """The mapped places outside the columns: ``@file``, ``@sheet``, ``@period``, cells."""
        made = {self.unpivot.name, self.unpivot.value} if self.unpivot else set()
        origins = [origin for table in self.tables for origin in table.columns.values()]
        names = dict.fromkeys(name for origin in origins for name in origin.columns)
        return tuple(name for name in names if name.startswith("@") and name not in made)


EXCLUDED_VAT: Final = re.compile(
    r"\b(ex(cl?)?|exclusief|exclusive|excluding|zonder|without)\b"
    r"[-. ]{0,2}(of )?(btw|b\.t\.w|vat)\b",
    re.IGNORECASE,
)
"""A heading that says that its amounts are without VAT."""


# --- the file ---------------------------------------------------------------------------------


@strict()
@dataclass(frozen=True)
class FileSection:
    """The table ``file``: how the files are laid out and how texts in them are read."""

    format: Annotated[str, one_of("csv", "xlsx", "xls", "ods", "parquet", "ocds")] | None = None
    sheet: Annotated[str | int | None, Before(_sheet)] = None
    encoding: str | None = None
    delimiter: Annotated[str, After(_delimiter)] | None = None
    decimal: Annotated[str, one_of(",", ".")] | None = None
    dates: Annotated[tuple[DatePattern, ...], Before(_texts)] = ()
    skip_rows: Annotated[int | None, _count(0)] = None
    fill_down: Texts = ()
    header: bool = True
    header_rows: Annotated[int, _count(1)] = 1


@strict()
@dataclass(frozen=True)
class DropSection:
    """The table ``drop``: blank rows always, and those that a rule names."""

    blank: bool = True
    where: tuple[DropRule, ...] = ()


def _currency(raw: Any) -> Any:
    """None for euros; the name of a currency and the source of its rate may be left out."""
    if isinstance(raw, str) and raw.strip().upper() == "EUR":
        return None
    return {"code": "", "source": "", **raw} if isinstance(raw, dict) else raw


@strict(tables="table")
@dataclass(frozen=True)
class ProfileFile:
    """The content of a profile's file, key by key, in the order in which it is written."""

    source: str = ""
    grain: Grain = Grain.LINE
    delivery: DeliveryKind = DeliveryKind.ADDS
    basis: Annotated[str, one_of(*BASES)] = "ordered"
    vat: Annotated[str, one_of("excl", "incl")] | None = None
    vat_rate: Number | None = None
    products_of: str | None = None
    currency: Annotated[Currency | None, Before(_currency)] = None
    file: FileSection = field(default_factory=FileSection)
    unpivot: Unpivot | None = None
    expects: Expects | None = None
    drop: DropSection | None = None
    tables: tuple[Annotated[TableMap, Before(_table)], ...] = ()


def load_profile(path: Path, name: str = "") -> Profile:
    """Read a profile file; ``name`` is what people call it, when that is not its path.

    Raises:
        UserError: ``profile.*``, naming file, key and near matches.
    """
    try:
        with path.open(encoding="utf-8-sig") as file:
            text = file.read(LONGEST + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise UserError("profile.unreadable", file=name or str(path)) from error
    return parse_profile(text)


def parse_profile(text: str) -> Profile:
    """Read a profile from TOML text.

    Raises:
        UserError: ``profile.too_large``, ``profile.toml``, ``profile.unknown_key``,
            ``profile.value`` and others.
    """
    dots = max((line.count(".") for line in text.splitlines()), default=0)
    if len(text) > LONGEST or dots > MOST_DOTS:
        raise UserError("profile.too_large", most=LONGEST, dots=MOST_DOTS)
    try:
        content = read_settings(ProfileFile, tomllib.loads(text), _refusal)
    except (ValueError, RecursionError) as error:  # also a number of too many digits
        raise UserError("profile.toml", detail=short(error)) from error
    _check(content)
    stated, layout = vars(content).copy(), vars(content.file).copy()
    del stated["file"]
    stated |= {name: layout.pop(name) for name in ("decimal", "dates")}
    stated |= {"source": content.source.strip(), "drop": content.drop and content.drop.where}
    return Profile(**stated, layout=Layout(**layout))


def _check(content: ProfileFile) -> None:
    """Check what no single key can be wrong about."""
    if not content.source.strip():
        raise UserError("profile.no_source")
    if not content.tables:
        raise UserError("profile.no_table")
    names = [table.name for table in content.tables]
    if len(set(names)) < len(names):
        raise UserError("profile.same_table", tables=", ".join(names))
    rate = content.vat_rate
    if (content.vat == "incl" and rate is None) or not 0 <= (rate or 0) < 1:
        raise UserError("profile.vat_rate", seen=rate)
    if content.currency and content.currency.to_eur <= 0:
        raise UserError("profile.currency", seen=content.currency.to_eur)
    if content.drop and not content.drop.blank:
        raise UserError("profile.value", key="drop.blank", seen="false", allowed="true")


def _refusal(problem: SettingProblem) -> UserError:  # noqa: PLR0911 - one sentence for each kind
    """The error for what is wrong in a profile."""
    place = problem.place[problem.place[:1] == ("file",) :]
    place = place[2 * (place[:2] in {("table", "columns"), ("table", "constants")}) :]
    key, seen = ".".join(place), problem.seen
    match problem.kind:
        case "unknown_key":
            where = ".".join(problem.place[:-1]) or "profile"
            return _unknown_key(problem.place[-1], where, problem.known)
        case "value":
            allowed = ", ".join(problem.known)
            return UserError("profile.value", key=key, seen=seen, allowed=allowed)
        case "pattern":
            seen, detail = problem.details["seen"], problem.details["detail"]
            return UserError("profile.pattern", key=key, seen=seen, detail=detail)
        case "date_pattern":
            return UserError("profile.date_pattern", key=key, seen=seen)
        case "no_factors":
            return UserError("profile.no_factors", key=key, column=problem.details["column"])
        case "origin":
            return UserError("profile.origin", column=key)
        case "missing":
            euros = key == "currency.to_eur"
            return UserError("profile.currency" if euros else "profile.type", key=key, seen=None)
        case _:
            return UserError("profile.type", key=key, seen=seen)


def _unknown_key(key: str, where: str, known: Mapping[str, Any] | tuple[str, ...]) -> UserError:
    near = near_matches(key, sorted(known), least=60) or sorted(known)
    return UserError("profile.unknown_key", key=key, where=where, near=", ".join(near))


def write_profile(profile: Profile) -> str:
    """The profile as TOML text; ``parse_profile`` gives the same profile back."""
    return tomli_w.dumps(_content(profile))


def _content(profile: Profile) -> dict[str, Any]:
    """The content of a profile's file."""
    stated, layout = vars(profile).copy(), vars(profile.layout)
    file = {name: stated.pop(name) for name in ("decimal", "dates")}
    drop = stated.pop("drop")
    del stated["layout"]
    section = None if drop is None else DropSection(where=drop)
    content = as_settings(ProfileFile(**stated, file=FileSection(**layout, **file), drop=section))
    content["file"] = {
        key: value
        for key, value in _filled(content["file"]).items()
        if (key, value) not in {("header", True), ("header_rows", 1)}
    }
    for table, written in zip(profile.tables, content["table"], strict=True):
        written["columns"] = {name: _written(origin) for name, origin in table.columns.items()}
    content["table"] = [_filled(table) for table in content["table"]]
    return _filled(content)


def _filled(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in raw.items() if value not in (None, {}, (), [])}


def _written(origin: Origin) -> Any:
    """An origin as people write it: a column, several columns, or a table."""
    several = list(origin.columns)
    names: Any = several[0] if len(several) == 1 else several
    stated = as_settings(origin)
    more = {key: stated[key] for key in ORIGIN_KEYS if key in stated}
    if origin.scale_by:
        more["scale_by"] = {"column": origin.scale_by[0], **origin.scale_by[1]}
    if origin.how == "first":
        return {"from": names, **more} if more else names
    return {origin.how: several, **more}


PATTERNS: Final = ("matches", "regex")
"""Keys that hold patterns, in which the sign of an e-mail address may stand."""


def refuse_addresses(profile: Profile) -> None:
    """Refuse a profile that holds an e-mail address: it is kept with every batch.

    Raises:
        UserError: ``personal.address``.
    """
    for text in _texts_in(_content(profile)):
        refuse_address(text)


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield key
            if key not in PATTERNS:
                yield from _texts_in(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _texts_in(part)
    elif isinstance(value, str):
        yield value
