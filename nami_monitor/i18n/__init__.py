"""Every word for people, in Dutch and in English: ``text("section.key", lang, name=value)``.

The words of a language are the TOML files of its folder, merged: one file for each area of the
product. Keys are dotted by section. A key that ends in ``.one`` and ``.other`` has a plural, chosen
by the value ``n``; ``{locations:location|locations}`` gives the word that goes with another count.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from typing import Final, Literal

Lang = Literal["nl", "en"]
LANGS: Final[tuple[Lang, ...]] = ("nl", "en")
FOLDER: Final = Path(__file__).parent
STOPPED: Final = re.compile(r"(\{(\w+)\})\.(?!\.)")
"""A placeholder that a full stop follows."""

SENTENCE: Final = re.compile(r"[^.?!]+[.?!]?")
NOTHING_NEAR: Final = (("near", ""), ("near", "-"))


class _Formatter(Formatter):
    """Format that takes ``{count:one|other}`` for the word that goes with a count."""

    def format_field(self, value: object, format_spec: str) -> str:
        """The word for one or for another count; without these, the value."""
        one, found, other = format_spec.partition("|")
        if not found:
            return str(super().format_field(value, format_spec))
        return one if str(value) == "1" else other


FORMATTER: Final = _Formatter()


class MissingTextError(KeyError):
    """No catalogue text stands under a key; ``near`` are keys like it, the likeliest first."""

    def __init__(self, key: str, lang: str, near: list[str]) -> None:
        super().__init__(key, lang, near)
        self.key = key
        self.near = near

    def __str__(self) -> str:
        """The key, the language and what was probably meant."""
        hint = f"; near: {', '.join(self.near)}" if self.near else ""
        return f"no text {self.key!r} in {self.args[1]!r}{hint}"


class CatalogueError(ValueError):
    """A catalogue file is wrong: a key defined twice, an empty text, or a value that is no text."""


def text(key: str, lang: str, /, **values: object) -> str:
    """Give the words that stand under a key.

    Args:
        key: dotted key, for example ``charts.trend.gap``.
        lang: one of ``LANGS``.
        values: for the placeholders of the text; ``n`` also chooses between ``.one`` and ``.other``
            (one is exactly 1) and, when a whole number, is written in the language's way. A
            count beside it that chooses a word is a number, or the text "1" for one.

    Returns:
        The text with its placeholders filled in; values are never read as templates themselves.
        Of a value that ends in a full stop ("12 st.") and one that follows it, one is left. Where
        nothing is ``near``, no sentence says so.

    Raises:
        MissingTextError: if the catalogue lacks the key.
        KeyError: if a placeholder of the text has no value.
    """
    words = catalogue(lang)
    template = words.get(key)
    if template is None and "n" in values:
        template = words.get(f"{key}.one" if values["n"] == 1 else f"{key}.other")
    if template is None:
        raise MissingTextError(key, lang, get_close_matches(key, words, n=3))
    n = values.get("n")
    if type(n) is int:
        grouped = f"{abs(n):,}".replace(",", "." if lang == "nl" else ",")
        values["n"] = f"\N{MINUS SIGN}{grouped}" if n < 0 else grouped
    if any(isinstance(value, str) and value.endswith(".") for value in values.values()):
        template = STOPPED.sub(
            lambda match: match[1] if str(values.get(match[2])).endswith(".") else match[0],
            template,
        )
    if any(pair in values.items() for pair in NOTHING_NEAR):
        template = SENTENCE.sub(lambda one: "" if "{near}" in one[0] else one[0], template).strip()
    return (
        FORMATTER.vformat(template, (), values) if "|" in template else template.format_map(values)
    )


def has_text(key: str, lang: str) -> bool:
    """Say whether a text stands under exactly this key."""
    return key in catalogue(lang)


def word(code: str, lang: str, *keys: str) -> str:
    """Give the first text that stands under keys, ``{}`` of which is a code, else that code."""
    asked = (key.replace("{}", code) for key in keys)
    return next((text(key, lang) for key in asked if has_text(key, lang)), code)


@cache
def catalogue(lang: str) -> Mapping[str, str]:
    """Read a language's whole catalogue, once: dotted key to text.

    Raises:
        CatalogueError: as ``merge`` says.
        ValueError: if the language is not one of ``LANGS``.
    """
    if lang not in LANGS:
        message = f"unknown language {lang!r}; known: {', '.join(LANGS)}"
        raise ValueError(message)
    return MappingProxyType(merge(sorted((FOLDER / lang).glob("*.toml"))))


def merge(files: list[Path]) -> dict[str, str]:
    """Merge TOML files, of any nesting of tables, into dotted keys and texts.

    Raises:
        CatalogueError: if two files define a key, or a value is empty or no text.
    """
    merged: dict[str, str] = {}
    for file in files:
        for key, value in _flat(tomllib.loads(file.read_text(encoding="utf-8")), ""):
            if key in merged:
                message = f"{file.name}: {key} is defined twice"
                raise CatalogueError(message)
            if not isinstance(value, str) or not value.strip():
                message = f"{file.name}: {key} must be a text, not {value!r}"
                raise CatalogueError(message)
            merged[key] = value
    return merged


def _flat(table: Mapping[str, object], prefix: str) -> Iterator[tuple[str, object]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value
