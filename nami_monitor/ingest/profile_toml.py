"""Profiles as TOML: every key is known, an unknown one is an error that names the near matches."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import tomli_w
from rapidfuzz import process

from nami_monitor.core.errors import UserError
from nami_monitor.core.words import Delivery, Grain
from nami_monitor.ingest.cells import Layout
from nami_monitor.ingest.profile import (
    BASES,
    CREATE,
    SET_ASIDE,
    Currency,
    DropRule,
    Expects,
    Origin,
    Profile,
    Sign,
    TableMap,
    Unpivot,
)
from nami_monitor.tables import TABLES, columns


def load_profile(path: Path) -> Profile:
    """Read a profile file.

    Raises:
        UserError: ``profile.*``, naming file, key and near matches.
    """
    try:
        return parse_profile(path.read_text("utf-8"))
    except OSError as error:
        raise UserError("profile.unreadable", file=str(path)) from error


def parse_profile(text: str) -> Profile:
    """Read a profile from TOML text.

    Raises:
        UserError: ``profile.toml``, ``profile.unknown_key``, ``profile.value`` and others.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError("profile.toml", detail=str(error)) from error
    return _profile(raw)


def write_profile(profile: Profile) -> str:
    """The profile as TOML text; ``parse_profile`` gives the same profile back."""
    return tomli_w.dumps(_as_dict(profile))


# --- reading -----------------------------------------------------------------------------------

TOP = {
    "source", "grain", "delivery", "basis", "vat", "vat_rate", "currency", "products_of",
    "file", "unpivot", "drop", "expects", "table",
}  # fmt: skip
FILE = {
    "format", "sheet", "encoding", "delimiter", "decimal", "dates", "header", "header_rows",
    "skip_rows", "fill_down",
}  # fmt: skip
ORIGIN = {"from", "join", "sum", "format", "regex", "scale", "scale_by", "sign", "unit"}


def _known(raw: Mapping[str, Any], allowed: set[str], where: str) -> None:
    for key in raw:
        if key not in allowed:
            near = [name for name, _, _ in process.extract(key, allowed, limit=3, score_cutoff=60)]
            raise UserError(
                "profile.unknown_key",
                key=key,
                where=where,
                near=", ".join(near) or ", ".join(sorted(allowed)),
            )


def _one_of(value: Any, allowed: tuple[str, ...], key: str) -> str:
    if value not in allowed:
        raise UserError("profile.value", key=key, seen=value, allowed=", ".join(allowed))
    return cast(str, value)


def _typed(raw: Mapping[str, Any], key: str, kind: type | tuple[type, ...], default: Any) -> Any:
    value = raw.get(key, default)
    if value is not default and (
        not isinstance(value, kind) or isinstance(value, bool) is not (kind is bool)
    ):
        raise UserError("profile.type", key=key, seen=value)
    return value


def _texts(value: Any, key: str) -> tuple[str, ...]:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not texts or not all(isinstance(t, str) for t in texts):
        raise UserError("profile.type", key=key, seen=value)
    return tuple(texts)


def _regex(pattern: str, key: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise UserError("profile.pattern", key=key, seen=pattern, detail=str(error)) from error
    return pattern


def _profile(raw: Mapping[str, Any]) -> Profile:
    _known(raw, TOP, "")
    source = _typed(raw, "source", str, "")
    if not source.strip():
        raise UserError("profile.no_source")
    tables = _typed(raw, "table", list, [])
    if not tables:
        raise UserError("profile.no_table")
    file = _typed(raw, "file", dict, {})
    _known(file, FILE, "file")
    vat = raw.get("vat")
    if vat is not None:
        _one_of(vat, ("excl", "incl"), "vat")
    rate = _typed(raw, "vat_rate", (int, float), None)
    if vat == "incl" and rate is None:
        raise UserError("profile.vat_rate")
    return Profile(
        source=source.strip(),
        tables=tuple(_table(table) for table in tables),
        grain=Grain(_one_of(raw.get("grain", "line"), tuple(Grain), "grain")),
        delivery=Delivery(_one_of(raw.get("delivery", "adds"), tuple(Delivery), "delivery")),
        basis=_one_of(raw.get("basis", "ordered"), BASES, "basis"),
        vat=vat,
        vat_rate=None if rate is None else float(rate),
        currency=_currency(raw.get("currency")),
        products_of=_typed(raw, "products_of", str, None),
        layout=Layout(
            format=_typed(file, "format", str, None),
            sheet=_typed(file, "sheet", (str, int), None),
            encoding=_typed(file, "encoding", str, None),
            delimiter=_typed(file, "delimiter", str, None),
            header=_typed(file, "header", bool, default=True),
            header_rows=_typed(file, "header_rows", int, 1),
            skip_rows=_typed(file, "skip_rows", int, None),
            fill_down=_texts(file["fill_down"], "fill_down") if "fill_down" in file else (),
        ),
        decimal=None if "decimal" not in file else _one_of(file["decimal"], (",", "."), "decimal"),
        dates=_texts(file["dates"], "dates") if "dates" in file else (),
        unpivot=_unpivot(raw.get("unpivot")),
        drop=_drop(raw.get("drop")),
        expects=_expects(raw.get("expects")),
    )


def _currency(raw: Any) -> Currency | None:
    if raw is None or raw == "EUR":
        return None
    if not isinstance(raw, dict):
        raise UserError("profile.type", key="currency", seen=raw)
    _known(raw, {"code", "to_eur", "source"}, "currency")
    rate = _typed(raw, "to_eur", (int, float), None)
    if rate is None or rate <= 0:
        raise UserError("profile.currency", seen=rate)
    return Currency(str(raw.get("code", "")), float(rate), str(raw.get("source", "")))


def _unpivot(raw: Any) -> Unpivot | None:
    if raw is None:
        return None
    _known(raw, {"columns", "name", "value"}, "unpivot")
    wanted = raw.get("columns")
    chosen = _regex(wanted, "unpivot") if isinstance(wanted, str) else _texts(wanted, "columns")
    return Unpivot(chosen, _typed(raw, "name", str, "@month"), _typed(raw, "value", str, "@value"))


def _drop(raw: Any) -> tuple[DropRule, ...] | None:
    if raw is None:
        return None
    _known(raw, {"blank", "where"}, "drop")
    rules = []
    for rule in _typed(raw, "where", list, []):
        _known(rule, {"column", "matches"}, "drop.where")
        rules.append(DropRule(rule["column"], _regex(rule["matches"], "drop.where")))
    return tuple(rules)


def _expects(raw: Any) -> Expects | None:
    if raw is None:
        return None
    _known(raw, {"from", "until", "every", "locations"}, "expects")
    return Expects(
        first=_typed(raw, "from", str, None),
        last=_typed(raw, "until", str, None),
        every=_one_of(raw.get("every", "month"), ("month", "quarter", "year"), "expects.every"),
        locations=_typed(raw, "locations", str, None),
    )


def _table(raw: Mapping[str, Any]) -> TableMap:
    _known(raw, {"name", "columns", "constants", "values", "codes"}, "table")
    name = _one_of(raw.get("name"), tuple(TABLES), "table.name")
    allowed = {column.name for column in columns(name)}
    parts: dict[str, Mapping[str, Any]] = {}
    for part in ("columns", "constants", "values", "codes"):
        parts[part] = _typed(raw, part, dict, {})
        _known(parts[part], allowed, f"table.{part}")
    coded = {column.name for column in columns(name) if column.codes}
    for column, policy in parts["codes"].items():
        _one_of(policy, (SET_ASIDE, CREATE), f"table.codes.{column}")
        if column not in coded:
            raise UserError("profile.no_codes", column=column, allowed=", ".join(sorted(coded)))
    return TableMap(
        name=name,
        columns={key: _origin(value, key) for key, value in parts["columns"].items()},
        constants={key: _constant(value) for key, value in parts["constants"].items()},
        values={
            key: {str(seen).strip().casefold(): str(to) for seen, to in _pairs(value, key)}
            for key, value in parts["values"].items()
        },
        codes=dict(parts["codes"]),
    )


def _pairs(value: Any, key: str) -> list[tuple[str, Any]]:
    if not isinstance(value, dict):
        raise UserError("profile.type", key=f"values.{key}", seen=value)
    return list(value.items())


def _constant(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _origin(raw: Any, column: str) -> Origin:
    if isinstance(raw, str | list):
        return Origin(_texts(raw, column))
    if not isinstance(raw, dict):
        raise UserError("profile.type", key=column, seen=raw)
    _known(raw, ORIGIN, f"table.columns.{column}")
    ways = [way for way in ("from", "join", "sum") if way in raw]
    if len(ways) != 1:
        raise UserError("profile.origin", column=column)
    scale_by = raw.get("scale_by")
    sign = raw.get("sign")
    return Origin(
        columns=_texts(raw[ways[0]], column),
        how={"from": "first"}.get(ways[0], ways[0]),
        format=_typed(raw, "format", str, None),
        regex=None if "regex" not in raw else _regex(raw["regex"], column),
        scale=float(_typed(raw, "scale", (int, float), 1.0)),
        scale_by=None if scale_by is None else _scale_by(scale_by, column),
        sign=None if sign is None else _sign(sign, column),
        unit=_typed(raw, "unit", str, None),
    )


def _scale_by(raw: Any, column: str) -> tuple[str, Mapping[str, float]]:
    if not isinstance(raw, dict) or not isinstance(raw.get("column"), str):
        raise UserError("profile.type", key=f"{column}.scale_by", seen=raw)
    factors = {
        str(word).strip().casefold(): float(factor)
        for word, factor in raw.items()
        if word != "column"
    }
    return raw["column"], factors


def _sign(raw: Any, column: str) -> Sign:
    if not isinstance(raw, dict):
        raise UserError("profile.type", key=f"{column}.sign", seen=raw)
    _known(raw, {"column", "negative"}, f"{column}.sign")
    words = _texts(raw.get("negative"), f"{column}.sign.negative")
    return Sign(str(raw.get("column")), tuple(word.strip().casefold() for word in words))


# --- writing -----------------------------------------------------------------------------------


def _filled(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in raw.items() if value not in (None, {}, (), [])}


def _as_dict(profile: Profile) -> dict[str, Any]:
    layout = profile.layout
    file = _filled(
        {
            "format": layout.format,
            "sheet": layout.sheet,
            "encoding": layout.encoding,
            "delimiter": layout.delimiter,
            "decimal": profile.decimal,
            "dates": list(profile.dates),
            "skip_rows": layout.skip_rows,
            "fill_down": list(layout.fill_down),
        }
    )
    if not layout.header:
        file["header"] = False
    if layout.header_rows != 1:
        file["header_rows"] = layout.header_rows
    unpivot, drop, expects, currency = (
        profile.unpivot, profile.drop, profile.expects, profile.currency
    )  # fmt: skip
    written = _filled(
        {
            "source": profile.source,
            "grain": str(profile.grain),
            "delivery": str(profile.delivery),
            "basis": profile.basis,
            "vat": profile.vat,
            "vat_rate": profile.vat_rate,
            "products_of": profile.products_of,
            "currency": currency and vars(currency).copy(),
            "file": file,
            "unpivot": unpivot
            and {
                "columns": unpivot.columns
                if isinstance(unpivot.columns, str)
                else list(unpivot.columns),
                "name": unpivot.name,
                "value": unpivot.value,
            },
            "expects": expects
            and _filled(
                {
                    "from": expects.first,
                    "until": expects.last,
                    "every": expects.every,
                    "locations": expects.locations,
                }
            ),
        }
    )
    if drop is not None:
        written["drop"] = {"blank": True, "where": [vars(rule).copy() for rule in drop]}
    written["table"] = [
        _filled(
            {
                "name": table.name,
                "columns": {key: _origin_out(origin) for key, origin in table.columns.items()},
                "constants": dict(table.constants),
                "values": {key: dict(pairs) for key, pairs in table.values.items()},
                "codes": dict(table.codes),
            }
        )
        for table in profile.tables
    ]
    return written


def _origin_out(origin: Origin) -> Any:
    names: Any = origin.columns[0] if len(origin.columns) == 1 else list(origin.columns)
    extra = _filled(
        {
            "format": origin.format,
            "regex": origin.regex,
            "scale": None if origin.scale == 1 else origin.scale,
            "scale_by": origin.scale_by and {"column": origin.scale_by[0], **origin.scale_by[1]},
            "sign": origin.sign
            and {"column": origin.sign.column, "negative": list(origin.sign.negative)},
            "unit": origin.unit,
        }
    )
    if origin.how == "first" and not extra:
        return names
    key = "from" if origin.how == "first" else origin.how
    return {key: names if origin.how == "first" else list(origin.columns), **extra}
