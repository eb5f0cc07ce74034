"""Settings in TOML, read strictly into frozen dataclasses: known keys, values of the stated type.

pydantic does the reading. It is loaded when the first file is read, not with this module: a first
page needs the dataclasses of settings, but seldom a file (docs/decisions/0011).
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from nami_monitor.core.errors import UserError, short

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, TypeAdapter

T = TypeVar("T")


def strict(**keys: str) -> Callable[[type[T]], type[T]]:
    """Let a dataclass be read from a file, strictly; ``keys`` have another name in the file."""

    def decorate(model: type[T]) -> type[T]:
        names = {"alias_generator": lambda name: keys.get(name, name)} if keys else {}
        model.__pydantic_config__ = {"extra": "forbid", "strict": True, **names}  # type: ignore[attr-defined]
        return model

    return decorate


@dataclass(frozen=True)
class SettingProblem:
    """What is wrong at one place of a settings file.

    Args:
        kind: ``unknown_key``, ``missing``, ``value`` (none of ``known``), ``type``, or the kind
            of the ``WrongError`` of a check.
        place: the names of the keys down to the place; places in a list are left out.
        seen: the value that stands there.
        known: for ``unknown_key`` the keys that the table has, for ``value`` the allowed values,
            for ``type`` how such a value is written.
        details: what a check said besides.
    """

    kind: str
    place: tuple[str, ...]
    seen: Any
    known: tuple[str, ...]
    details: Mapping[str, Any]

    @property
    def key(self) -> str:
        """The place as a dotted name."""
        return ".".join(self.place)


class WrongError(ValueError):
    """Raised by an ``After`` or ``Before`` at a value that it refuses.

    ``kind`` is that of the problem; ``details`` are what its sentence needs: ``known`` for allowed
    names, ``at`` for a key below, ``bare`` where no text may stand.
    """

    def __init__(self, kind: str, **details: Any) -> None:
        super().__init__(kind)
        self.kind = kind
        self.details = details


@dataclass(frozen=True)
class After:
    """A check of a value after it was read, for ``Annotated``: gives the value to keep."""

    function: Callable[[Any], Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> Any:
        """Run the function after the value was read."""
        from pydantic import AfterValidator  # noqa: PLC0415 - see the module

        return AfterValidator(self.function).__get_pydantic_core_schema__(source, handler)


@dataclass(frozen=True)
class Before:
    """A change of a raw value before it is read, for ``Annotated``; a list counts as a tuple."""

    function: Callable[[Any], Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> Any:
        """Run the function before the value is read."""
        from pydantic import BeforeValidator  # noqa: PLC0415 - see the module

        def changed(raw: Any) -> Any:
            value = self.function(raw)
            return tuple(value) if isinstance(value, list) else value

        return BeforeValidator(changed).__get_pydantic_core_schema__(source, handler)


def one_of(*allowed: str) -> Before:
    """One of some texts, for ``Annotated``."""

    def check(raw: Any) -> Any:
        if raw not in allowed:
            raise WrongError("value", known=allowed)
        return raw

    return Before(check)


def like(pattern: re.Pattern[str], example: str) -> Before:
    """A text that fits a pattern as a whole, for ``Annotated``."""

    def check(raw: Any) -> Any:
        if not isinstance(raw, str) or not pattern.fullmatch(raw):
            raise WrongError("value", known=(example,))
        return raw

    return Before(check)


def whole(least: int, most: int) -> Before:
    """A whole number within bounds, both included, for ``Annotated``."""

    def check(raw: Any) -> Any:
        if type(raw) is not int or not least <= raw <= most:
            raise WrongError("value", known=(f"{least}-{most}",), bare=True)
        return raw

    return Before(check)


PORT: Final = whole(1, 2**16 - 1)

Refusal = Callable[[SettingProblem], UserError]


def read_settings_file(model: type[T], path: Path, *, tables: str) -> tuple[T, Refusal]:
    """Read a file of settings that people write by hand.

    Args:
        model: a ``strict`` dataclass.
        path: the file.
        tables: the tables that it may have, for a sentence.

    Returns:
        What was read, and what makes the error of a problem that is found later.

    Raises:
        UserError: ``branding.*`` with file, line and key of what is wrong.
    """
    written = _read(path)

    def refusal(problem: SettingProblem) -> UserError:
        kind, details = problem.kind, problem.details
        first, key, found = problem.place[0], problem.place[-1], problem.seen
        found = found.get(key, "") if isinstance(found, dict) else found
        seen = short(json.dumps(found, ensure_ascii=False) if _quoted(problem) else str(found))
        if kind == "unknown_key":
            kind, key, details = "unknown", short(key), {"known": ", ".join(problem.known)}
        elif kind == "value" or (
            kind == "type" and (len(problem.place) > 1 or problem.known != _WRITTEN["string_type"])
        ):
            table = kind == "type" and len(problem.place) == 1
            known = tables if table or not problem.known else ", ".join(map(str, problem.known))
            kind, details = "value", {"seen": seen, "known": known}
        elif kind in {"type", "no_text"}:
            kind, details = "no_text", {"seen": seen}
        line = _line(written, problem.place[-1], after=_line(written, first) - 1)
        return UserError(f"branding.{kind}", file=path.name, line=line, key=key, **details)

    return read_settings(model, _parsed(path, written), refusal), refusal


def _quoted(problem: SettingProblem) -> bool:
    """Whether a text stands where something else belongs, so that its quotes are what is wrong."""
    return isinstance(problem.seen, str) and ("bare" in problem.details or problem.kind == "type")


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UserError("branding.unreadable", file=str(path), why=error.strerror or "-") from error
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise UserError("branding.not_utf8", file=path.name, line=line) from error


def _parsed(path: Path, written: str) -> dict[str, Any]:
    try:
        return tomllib.loads(written.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found.group(1)) if found else written.count("\n") + 1
        lines = written.splitlines() or [""]
        seen = lines[min(line, len(lines)) - 1].strip()
        raise UserError("branding.toml", file=path.name, line=line, seen=short(seen)) from error


def _line(written: str, key: str, after: int = 0) -> int:
    """The line on which a key stands, of those after a line; the next where it is not found."""
    pattern = re.compile(rf"\s*\[*[\"']?{re.escape(key)}[\"']?\s*[=\].]")
    lines = enumerate(written.splitlines()[after:], after + 1)
    return next((no for no, line in lines if pattern.match(line)), after + 1)


def read_settings(
    model: type[T], raw: Mapping[str, Any], refusal: Callable[[SettingProblem], UserError]
) -> T:
    """Read the content of a TOML file into a dataclass.

    ``model`` is ``strict``; ``refusal`` makes the error of the first problem (unknown
    keys come first).

    Raises:
        UserError: what ``refusal`` or a check made.
    """
    from pydantic import ValidationError  # noqa: PLC0415 - see the module

    adapter: TypeAdapter[T] = _adapter(cast("Any", model))
    try:
        return adapter.validate_json(json.dumps(raw, default=str))
    except ValidationError as error:
        found = error.errors(include_url=False)
        first = min(found, key=lambda one: _kind(one) != "unknown_key")
        raise refusal(_problem(adapter, first)) from error


def as_settings(settings: Any) -> dict[str, Any]:
    """A dataclass as the content of a TOML file, without what is None."""
    adapter = _adapter(cast("Any", type(settings)))
    content: dict[str, Any] = adapter.dump_python(settings, by_alias=True, exclude_none=True)
    return content


_KINDS: Final = {
    "unexpected_keyword_argument": "unknown_key",
    "enum": "value",
    "missing": "missing",
}
_WRITTEN: Final = {
    "bool_type": ("true", "false"),
    "string_type": ('"\u2026"',),
    "tuple_type": ('["\u2026"]',),
}
"""How a value of a type is written."""


@cache
def _adapter(model: Any) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter  # noqa: PLC0415 - see the module

    return TypeAdapter(model)


def _kind(error: Mapping[str, Any]) -> str:
    refused = error.get("ctx", {}).get("error")
    return refused.kind if isinstance(refused, WrongError) else _KINDS.get(error["type"], "type")


def _problem(adapter: TypeAdapter[Any], error: Mapping[str, Any]) -> SettingProblem:
    refused = error.get("ctx", {}).get("error")
    details = refused.details if isinstance(refused, WrongError) else {}
    kind = _kind(error)
    place = error["loc"]
    known = details.get("known") or (_WRITTEN.get(error["type"], ()) if kind == "type" else ())
    if not known and kind in {"unknown_key", "value"}:
        table = place[:-1] if kind == "unknown_key" else place
        schema = _schema_at(adapter.json_schema(by_alias=True), table)
        known = schema["properties"] if kind == "unknown_key" else schema["enum"]
    if "at" in details:
        place = (*place, details["at"])
    names = tuple(part for part in place if isinstance(part, str))
    return SettingProblem(kind, names, error["input"], tuple(known), details)


def _schema_at(schema: Mapping[str, Any], place: tuple[str | int, ...]) -> Mapping[str, Any]:
    """The JSON schema of the value at a place."""
    node = _resolved(schema, schema)
    for part in place:
        if isinstance(part, int):
            inner = node["items"]
        else:
            inner = node.get("properties", {}).get(part) or node["additionalProperties"]
        node = _resolved(inner, schema)
    return node


def _resolved(node: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    if "anyOf" in node:
        node = node["anyOf"][0]
    return schema["$defs"][node["$ref"].rpartition("/")[2]] if "$ref" in node else node
