"""How a column is declared: its checks, the names that files give it, the codes it holds."""

from collections.abc import Sequence
from enum import StrEnum
from functools import partial
from typing import Any

import pandera.polars as pa


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
    *,
    codes: Codes | None = None,
    optional: bool = False,
    low: float | None = None,
    high: float | None = None,
    above: float | None = None,
    values: Sequence[str] | None = None,
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
        codes: the master that knows its values, when it holds codes.
        optional: whether it may be empty; empty is unknown.
        low: smallest value allowed.
        high: largest value allowed.
        above: value that must be exceeded.
        values: the only values allowed.
        matches: a pattern that the whole text must fit.
        listed: whether the text holds several values, separated by ``;``.
        identifier: whether it names something, so that ``6.37702E+15`` is a spoilt value.
        money: whether it is an amount, to which currency and VAT apply.
        free_text: whether people write in it as they like, so that it may name a person.
        name: the column's name where pandera has taken the attribute's.
    """
    names = tuple(name.strip() for name in aliases.split("|") if name.strip())
    return pa.Field(
        alias=name,
        nullable=optional,
        ge=low,
        le=high,
        gt=above,
        isin=values,
        str_matches=None if matches is None else f"^(?:{matches})$",
        metadata={
            "aliases": names,
            "codes": codes,
            "listed": listed,
            "identifier": identifier,
            "money": money,
            "free_text": free_text,
        },
    )


optional = partial(column, optional=True)
"""A column that may be empty."""


def code(aliases: str, codes: Codes | None = None, *, optional: bool = False) -> Any:
    """A column of codes: at most 200 characters, no line breaks."""
    return column(
        aliases,
        codes=codes,
        optional=optional,
        matches=r"[^\r\n\t]{1,200}",
        identifier=True,
    )
