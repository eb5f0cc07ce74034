"""Single values of a profile, each checked where it is read, so that nothing fails later on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import polars as pl

from nami_monitor.core.errors import UserError
from nami_monitor.core.near_matches import near_matches
from nami_monitor.store.transaction import pattern_error

POSSESSIVE = re.compile(r"[*+?}]\+")
LONGEST_DETAIL = 200
LARGEST = 1e15
DATE_SIGNS = frozenset("dmYybBHMS")


def known(raw: Any, allowed: set[str], where: str) -> None:
    """Refuse what is no table, and keys that mean nothing, naming the near matches."""
    if not isinstance(raw, dict):
        raise UserError("profile.type", key=where, seen=raw)
    for key in raw:
        if key not in allowed:
            near = near_matches(key, sorted(allowed), least=60)
            raise UserError(
                "profile.unknown_key",
                key=key,
                where=where,
                near=", ".join(near) or ", ".join(sorted(allowed)),
            )


def one_of(value: Any, allowed: tuple[str, ...], key: str) -> str:
    """A text that is one of those allowed."""
    if not isinstance(value, str) or value not in allowed:
        raise UserError("profile.value", key=key, seen=value, allowed=", ".join(allowed))
    return value


def typed(raw: Mapping[str, Any], key: str, kind: type | tuple[type, ...], default: Any) -> Any:
    """The value under a key when it is of a kind; a boolean is no number."""
    value = raw.get(key, default)
    if value is not default and (
        not isinstance(value, kind) or isinstance(value, bool) is not (kind is bool)
    ):
        raise UserError("profile.type", key=key, seen=value)
    return value


def texts(value: Any, key: str) -> tuple[str, ...]:
    """One text or several as a tuple; at least one."""
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or not listed or not all(isinstance(t, str) for t in listed):
        raise UserError("profile.type", key=key, seen=value)
    return tuple(listed)


def regex(pattern: Any, key: str) -> str:
    """A pattern that Python and the database both read: without looking around or back."""
    if not isinstance(pattern, str):
        raise UserError("profile.type", key=key, seen=pattern)
    try:
        re.compile(pattern)
        pl.Series([""]).str.contains(pattern)
        if POSSESSIVE.search(pattern):
            raise re.error("multiple repeat")
        if why := pattern_error(pattern):
            raise re.error(why)
    except (re.error, pl.exceptions.ComputeError, RecursionError, OverflowError) as error:
        detail = " ".join(str(error).split())[:LONGEST_DETAIL]
        seen = pattern[:LONGEST_DETAIL]
        raise UserError("profile.pattern", key=key, seen=seen, detail=detail) from error
    return pattern


def number(raw: Mapping[str, Any], key: str, default: Any) -> Any:
    """The finite number under a key."""
    value = typed(raw, key, (int, float), default)
    if value is not None and not abs(value) <= LARGEST:
        raise UserError("profile.type", key=key, seen=value)
    return None if value is None else float(value)


def delimiter(value: Any, key: str) -> str:
    """The sign between fields: a single one that fields themselves do not need."""
    if not isinstance(value, str) or len(value) != 1 or not value.isascii() or value in '"\r\n\0':
        raise UserError("profile.type", key=key, seen=value)
    return value


def date_pattern(pattern: Any, key: str) -> str:
    """A date pattern of the signs that the database reads; it names a year."""
    signs = re.findall("%(.?)", pattern) if isinstance(pattern, str) else []
    repeated = len(set(map(str.lower, signs))) < len(signs)
    if repeated or not DATE_SIGNS.issuperset(signs) or not {"Y", "y"} & set(signs):
        raise UserError("profile.date_pattern", key=key, seen=pattern)
    return str(pattern)
