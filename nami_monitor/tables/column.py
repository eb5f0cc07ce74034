"""How a column is declared (checks, names, codes), and rules over several columns of a row."""

from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

import pandera.polars as pa
import polars as pl


class Codes(StrEnum):
    """The masters whose codes other tables point at."""

    CATEGORY = "categories"
    LOCATION = "locations"
    PRODUCT = "products"
    CONTRACT = "contracts"
    ASSET = "assets"
    PROGRAMME = "programmes"


def column(
    aliases: str = "",
    hints: str = "",
    *,
    codes: Codes | None = None,
    optional: bool = False,
    low: float | None = None,
    high: float | None = None,
    above: float | None = None,
    values: str = "",
    matches: str | None = None,
    listed: bool = False,
    identifier: bool = False,
    money: bool = False,
    free_text: bool = False,
    name: str | None = None,
) -> Any:
    """A pandera field with what the monitor needs to know of a column.

    Args:
        aliases: names that files give it, Dutch and English, separated by ``|``.
        hints: names, likewise, that files give it and other columns too: suggested, never certain.
        codes: the master that knows its values, when it holds codes.
        optional: whether it may be empty; empty is unknown.
        low: smallest value allowed.
        high: largest value allowed.
        above: value that must be exceeded.
        values: the only values allowed, separated likewise; any without.
        matches: a pattern that the whole text must fit.
        listed: whether the text holds several values, separated by ``;``.
        identifier: whether it names something, so that ``6.37702E+15`` is a spoilt value.
        money: whether it is an amount, to which currency and VAT apply.
        free_text: whether people write in it as they like, so that it may name a person.
        name: the column's name where pandera has taken the attribute's.
    """
    return pa.Field(
        alias=name,
        nullable=optional,
        ge=low,
        le=high,
        gt=above,
        isin=values.split("|") if values else None,
        str_matches=None if matches is None else f"^(?:{matches})$",
        metadata={
            "aliases": _listed(aliases),
            "hints": _listed(hints),
            "codes": codes,
            "listed": listed,
            "identifier": identifier,
            "money": money,
            "free_text": free_text,
        },
    )


def _listed(names: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in names.split("|") if name.strip())


optional = partial(column, optional=True)
"""A column that may be empty."""


def code(
    aliases: str, codes: Codes | None = None, *, hints: str = "", optional: bool = False
) -> Any:
    """A column of codes: at most 200 characters, no line breaks."""
    return column(
        aliases, hints, codes=codes, optional=optional, matches=r"[^\r\n\t]{1,200}", identifier=True
    )


PLACES = (
    "gebouw|gebouwnaam|afleveradres|departement|organisatieonderdeel|directie|dienst|bestuur"
    "|overheid|gemeente|ministerie|directorate|department|entity|site|building|building name"
)
"""Hints of a place: a building or a part of the organisation."""


@dataclass(frozen=True)
class AnyOf:
    """At least one of the columns holds something."""

    columns: tuple[str, ...]

    @property
    def name(self) -> str:
        """The rule's key in reports and catalogues."""
        return "any_of_" + "_or_".join(self.columns)

    @property
    def holds(self) -> pl.Expr:
        """True where the rule holds."""
        return pl.any_horizontal(*(pl.col(column).is_not_null() for column in self.columns))

    @property
    def sql(self) -> str:
        """The same, as a SQL predicate that is never null."""
        return "(" + " or ".join(f"{column} is not null" for column in self.columns) + ")"


@dataclass(frozen=True)
class NotBefore:
    """One date does not lie before another; nothing is said when either is unknown."""

    later: str
    earlier: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it speaks of, the offending one first."""
        return (self.later, self.earlier)

    @property
    def name(self) -> str:
        """The rule's key in reports and catalogues."""
        return f"{self.later}_not_before_{self.earlier}"

    @property
    def holds(self) -> pl.Expr:
        """True where the rule holds."""
        return (pl.col(self.later) >= pl.col(self.earlier)).fill_null(value=True)

    @property
    def sql(self) -> str:
        """The same, as a SQL predicate that is never null."""
        return f"coalesce({self.later} >= {self.earlier}, true)"


@dataclass(frozen=True)
class RisingMonths:
    """A text lists whole numbers of months from 1 on, each more than the one before; or nothing."""

    column: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The column it speaks of."""
        return (self.column,)

    @property
    def name(self) -> str:
        """The rule's key in reports and catalogues."""
        return f"{self.column}_rising"

    @property
    def holds(self) -> pl.Expr:
        """True where the rule holds."""
        text = pl.col(self.column)
        months = text.str.extract_all("[0-9]+").list.eval(pl.element().cast(pl.Int64))
        rising = months.list.eval(pl.element().diff().drop_nulls() > 0).list.all()
        return (text.str.contains(f"^(?:{MONTHS})$") & rising).fill_null(value=True)

    @property
    def sql(self) -> str:
        """The same, as a SQL predicate that is never null."""
        numbers = f"regexp_extract_all({self.column}, '[0-9]+')"
        months = f"list_transform({numbers}, lambda m: cast(m as bigint))"
        rising = f"{months} = list_sort(list_distinct({months}))"
        fits = f"regexp_full_match({self.column}, '{MONTHS}')"
        return f"coalesce(case when {fits} then {rising} else {self.column} is null end, false)"


MONTHS = " *[1-9][0-9]{0,2} *(?:; *[1-9][0-9]{0,2} *)*"
"""A pattern: numbers of at most three digits, separated by ``;``."""

RowRule = AnyOf | NotBefore | RisingMonths
