"""Settings in TOML, read strictly into frozen dataclasses: known keys, values of the stated type.

pydantic does the reading. It is loaded when the first file is read, not with this module: a first
page needs the dataclasses of settings, but seldom a file (docs/decisions/0011).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from nami_monitor.core.errors import UserError

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
        known: for ``unknown_key`` the keys that the table has, for ``value`` the allowed values.
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
    names, ``at`` for a key below.
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
    known = details.get("known", ())
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
