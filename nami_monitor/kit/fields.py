"""Reading TOML files of the kit strictly: what is wrong is said with the name of the file."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from nami_monitor.core.errors import UserError
from nami_monitor.core.near_matches import near_matches
from nami_monitor.core.thresholds import Threshold
from nami_monitor.i18n import LANGS, Lang

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")


class Fields:
    """The keys of one TOML file, or of one table in it.

    Args:
        path: the file.
        table: keys and values.
        inside: dotted name of the table in its file, with a dot behind it; empty at the top.
    """

    def __init__(self, path: Path, table: Mapping[str, Any], inside: str = "") -> None:
        self.path = path
        self._table = table
        self._inside = inside

    @classmethod
    def of(cls, path: Path) -> Fields:
        """Read a file.

        Raises:
            UserError: ``kit.unreadable``.
        """
        try:
            return cls(path, tomllib.loads(path.read_text("utf-8")))
        except (OSError, ValueError, RecursionError) as error:
            raise UserError("kit.unreadable", file=path.name, detail=str(error)) from error

    def only(self, known: Collection[str]) -> None:
        """Refuse keys that nobody knows.

        Raises:
            UserError: ``kit.unknown_key``, with near matches.
        """
        for key in self._table:
            if key not in known:
                raise UserError(
                    "kit.unknown_key",
                    file=self.path.name,
                    key=self._inside + key,
                    near=_near(key, known),
                )

    def has(self, key: str) -> bool:
        """Whether a key is there."""
        return key in self._table

    def words(self, key: str, most: Threshold | None = None) -> str:
        """A text that is not empty, on one line.

        Raises:
            UserError: ``kit.missing``, ``kit.value``, or ``kit.long`` beyond ``most`` characters.
        """
        found = self._value(key, str)
        if not _filled(found):
            raise self._wrong(key, found)
        if most is not None and len(found) > most.value:
            raise UserError(
                "kit.long",
                file=self.path.name,
                key=self._inside + key,
                n=len(found),
                most=int(most.value),
            )
        return found.strip()

    def flag(self, key: str) -> bool:
        """Yes or no; no when it is not there."""
        return self.has(key) and self._value(key, bool)

    def numbers(self, key: str) -> tuple[int, ...]:
        """Whole numbers; none when the key is not there."""
        return tuple(self._list(key, int))

    def number(self, key: str) -> int:
        """A whole number."""
        return self._value(key, int)

    def tables(self, key: str) -> list[Fields]:
        """The tables of an array.

        Raises:
            UserError: ``kit.missing``, ``kit.value``.
        """
        found: list[Any] = self._value(key, list)
        if not all(isinstance(one, Mapping) for one in found):
            raise self._wrong(key, found)
        return [Fields(self.path, one, f"{key}.") for one in found]

    def rows(self, key: str) -> list[tuple[str, ...]]:
        """Rows of at least two texts.

        Raises:
            UserError: ``kit.missing``, ``kit.value``.
        """
        found: list[Any] = self._value(key, list)
        for row in found:
            if not isinstance(row, list) or not row[1:] or not all(map(_filled, row)):
                raise self._wrong(key, row)
        return [tuple(row) for row in found]

    def names(self, key: str) -> tuple[str, ...]:
        """Texts; none when the key is not there."""
        return tuple(self._list(key, str))

    def lists(self, key: str) -> dict[str, tuple[str, ...]]:
        """A table of lists of texts; empty when the key is not there."""
        if not self.has(key):
            return {}
        table: dict[str, Any] = self._value(key, dict)
        inside = Fields(self.path, table, f"{self._inside}{key}.")
        return {name: inside.names(name) for name in table}

    def one(self, key: str, known: type[E]) -> E:
        """One of the values of an enum.

        Raises:
            UserError: ``kit.missing``, or ``kit.unknown_value`` with near matches.
        """
        return self._known(key, self._value(key, str), known)

    def each(self, key: str, known: type[E]) -> tuple[E, ...]:
        """Values of an enum; none when the key is not there.

        Raises:
            UserError: ``kit.unknown_value``, with near matches.
        """
        return tuple(self._known(key, seen, known) for seen in self._list(key, str))

    def by_language(self, known: Collection[str]) -> dict[Lang, Fields]:
        """The table of each language; every one must be there.

        Raises:
            UserError: ``kit.no_language``, ``kit.unknown_key``.
        """
        found: dict[Lang, Fields] = {}
        for lang in LANGS:
            if not isinstance(self._table.get(lang), Mapping):
                raise UserError("kit.no_language", file=self.path.name, lang=lang)
            found[lang] = Fields(self.path, self._table[lang], f"{lang}.")
            found[lang].only(known)
        return found

    def _known(self, key: str, seen: str, known: type[E]) -> E:
        values = [str(one) for one in known]
        if seen not in values:
            raise UserError(
                "kit.unknown_value",
                file=self.path.name,
                key=self._inside + key,
                seen=seen,
                near=_near(seen, values),
            )
        return known(seen)

    def _list(self, key: str, kind: type) -> list[Any]:
        if not self.has(key):
            return []
        found: list[Any] = self._value(key, list)
        if not all(type(one) is kind for one in found) or len(set(found)) < len(found):
            raise self._wrong(key, found)
        return found

    def _value(self, key: str, kind: type[T]) -> T:
        if not self.has(key):
            raise UserError("kit.missing", file=self.path.name, key=self._inside + key)
        found = self._table[key]
        if type(found) is not kind:  # a yes or no is no number
            raise self._wrong(key, found)
        return found

    def _wrong(self, key: str, seen: object) -> UserError:
        return UserError("kit.value", file=self.path.name, key=self._inside + key, seen=repr(seen))


def _filled(seen: object) -> bool:
    return isinstance(seen, str) and bool(seen.strip()) and "\n" not in seen


def _near(seen: str, known: Collection[str]) -> str:
    return ", ".join(near_matches(seen, sorted(known)))
