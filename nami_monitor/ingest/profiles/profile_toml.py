"""Profiles as TOML: every key is known, an unknown one is an error that names the near matches."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import tomli_w

from nami_monitor.core.errors import UserError
from nami_monitor.core.words import DeliveryKind, Grain
from nami_monitor.ingest.cells import Layout
from nami_monitor.ingest.personal import refuse_address
from nami_monitor.ingest.profiles.profile import (
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
from nami_monitor.ingest.profiles.profile_values import (
    date_pattern,
    delimiter,
    known,
    number,
    one_of,
    regex,
    texts,
    typed,
)
from nami_monitor.tables import TABLES, columns


def load_profile(path: Path) -> Profile:
    """Read a profile file.

    Raises:
        UserError: ``profile.*``, naming file, key and near matches.
    """
    try:
        return parse_profile(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise UserError("profile.unreadable", file=str(path)) from error


def parse_profile(text: str) -> Profile:
    """Read a profile from TOML text.

    Raises:
        UserError: ``profile.toml``, ``profile.unknown_key``, ``profile.value`` and others.
    """
    try:
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError("profile.toml", detail=str(error)) from error
    return _profile(raw)


def write_profile(profile: Profile) -> str:
    """The profile as TOML text; ``parse_profile`` gives the same profile back."""
    return tomli_w.dumps(_as_dict(profile))


PATTERNS = ("matches", "regex")
"""Keys that hold patterns, in which the sign of an e-mail address may stand."""


def refuse_addresses(profile: Profile) -> None:
    """Refuse a profile that holds an e-mail address: it is kept with every batch.

    Raises:
        UserError: ``personal.address``.
    """
    for text in _texts_in(_as_dict(profile)):
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


# --- reading -----------------------------------------------------------------------------------

TOP = {
    "source", "grain", "delivery", "basis", "vat", "vat_rate", "currency", "products_of",
    "file", "unpivot", "drop", "expects", "table",
}  # fmt: skip
FILE = {
    "format", "sheet", "encoding", "delimiter", "decimal", "dates", "header", "header_rows",
    "skip_rows", "fill_down",
}  # fmt: skip
FORMATS = ("csv", "xlsx", "xls", "ods", "parquet", "ocds")
ORIGIN = {"from", "join", "sum", "format", "regex", "scale", "scale_by", "sign", "unit"}


def _profile(raw: Mapping[str, Any]) -> Profile:
    known(raw, TOP, "profile")
    source = typed(raw, "source", str, "")
    if not source.strip():
        raise UserError("profile.no_source")
    tables = typed(raw, "table", list, [])
    if not tables:
        raise UserError("profile.no_table")
    maps = tuple(_table(table) for table in tables)
    if len({table.name for table in maps}) < len(maps):
        raise UserError("profile.same_table", tables=", ".join(table.name for table in maps))
    file = typed(raw, "file", dict, {})
    known(file, FILE, "file")
    vat = raw.get("vat")
    if vat is not None:
        one_of(vat, ("excl", "incl"), "vat")
    rate = number(raw, "vat_rate", None)
    if (vat == "incl" and rate is None) or not 0 <= (rate or 0) < 1:
        raise UserError("profile.vat_rate", seen=rate)
    return Profile(
        source=source.strip(),
        tables=maps,
        grain=Grain(one_of(raw.get("grain", "line"), tuple(Grain), "grain")),
        delivery=DeliveryKind(one_of(raw.get("delivery", "adds"), tuple(DeliveryKind), "delivery")),
        basis=one_of(raw.get("basis", "ordered"), BASES, "basis"),
        vat=vat,
        vat_rate=rate,
        currency=_currency(raw.get("currency")),
        products_of=typed(raw, "products_of", str, None),
        layout=Layout(
            format=None if "format" not in file else one_of(file["format"], FORMATS, "format"),
            sheet=typed(file, "sheet", (str, int), None),
            encoding=typed(file, "encoding", str, None),
            delimiter=delimiter(file["delimiter"], "delimiter") if "delimiter" in file else None,
            header=typed(file, "header", bool, default=True),
            header_rows=_count(file, "header_rows", 1, least=1),
            skip_rows=_count(file, "skip_rows", None, least=0),
            fill_down=texts(file["fill_down"], "fill_down") if "fill_down" in file else (),
        ),
        decimal=None if "decimal" not in file else one_of(file["decimal"], (",", "."), "decimal"),
        dates=tuple(date_pattern(text, "dates") for text in texts(file["dates"], "dates"))
        if "dates" in file
        else (),
        unpivot=_unpivot(raw.get("unpivot")),
        drop=_drop(raw.get("drop")),
        expects=_expects(raw.get("expects")),
    )


def _count(raw: Mapping[str, Any], key: str, default: Any, *, least: int) -> Any:
    count = typed(raw, key, int, default)
    if count is not None and count < least:
        raise UserError("profile.type", key=key, seen=count)
    return count


def _currency(raw: Any) -> Currency | None:
    if raw is None or raw == "EUR":
        return None
    known(raw, {"code", "to_eur", "source"}, "currency")
    rate = number(raw, "to_eur", None)
    if rate is None or rate <= 0:
        raise UserError("profile.currency", seen=rate)
    return Currency(typed(raw, "code", str, ""), rate, typed(raw, "source", str, ""))


def _unpivot(raw: Any) -> Unpivot | None:
    if raw is None:
        return None
    known(raw, {"columns", "name", "value"}, "unpivot")
    wanted = raw.get("columns")
    chosen = (
        regex(wanted, "unpivot.columns")
        if isinstance(wanted, str)
        else texts(wanted, "unpivot.columns")
    )
    return Unpivot(chosen, typed(raw, "name", str, "@month"), typed(raw, "value", str, "@value"))


def _drop(raw: Any) -> tuple[DropRule, ...] | None:
    if raw is None:
        return None
    known(raw, {"blank", "where"}, "drop")
    if not typed(raw, "blank", bool, default=True):
        raise UserError("profile.value", key="drop.blank", seen="false", allowed="true")
    rules = []
    for rule in typed(raw, "where", list, []):
        known(rule, {"column", "matches"}, "drop.where")
        column = texts(rule.get("column"), "drop.where.column")[0]
        rules.append(DropRule(column, regex(rule.get("matches"), "drop.where.matches")))
    return tuple(rules)


def _expects(raw: Any) -> Expects | None:
    if raw is None:
        return None
    known(raw, {"from", "until", "every", "locations"}, "expects")
    return Expects(
        first=typed(raw, "from", str, None),
        last=typed(raw, "until", str, None),
        every=one_of(raw.get("every", "month"), ("month", "quarter", "year"), "expects.every"),
        locations=typed(raw, "locations", str, None),
    )


def _table(raw: Mapping[str, Any]) -> TableMap:
    known(raw, {"name", "columns", "constants", "values", "codes"}, "table")
    name = one_of(raw.get("name"), tuple(TABLES), "table.name")
    allowed = {column.name for column in columns(name)}
    parts: dict[str, Mapping[str, Any]] = {}
    for part in ("columns", "constants", "values", "codes"):
        parts[part] = typed(raw, part, dict, {})
        known(parts[part], allowed, f"table.{part}")
    coded = {column.name for column in columns(name) if column.codes}
    for column, policy in parts["codes"].items():
        one_of(policy, (SET_ASIDE, CREATE), f"table.codes.{column}")
        if column not in coded:
            raise UserError("profile.no_codes", column=column, allowed=", ".join(sorted(coded)))
    return TableMap(
        name=name,
        columns={key: _origin(value, key) for key, value in parts["columns"].items()},
        constants={key: _constant(value, key) for key, value in parts["constants"].items()},
        values={
            key: {seen.strip().lower(): _constant(to, key) for seen, to in _pairs(value, key)}
            for key, value in parts["values"].items()
        },
        codes=dict(parts["codes"]),
    )


def _pairs(value: Any, key: str) -> list[tuple[str, Any]]:
    if not isinstance(value, dict):
        raise UserError("profile.type", key=f"values.{key}", seen=value)
    return list(value.items())


def _constant(value: Any, key: str) -> str:
    if isinstance(value, dict | list):
        raise UserError("profile.type", key=key, seen=value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _origin(raw: Any, column: str) -> Origin:
    if isinstance(raw, str | list):
        return Origin(texts(raw, column))
    if not isinstance(raw, dict):
        raise UserError("profile.type", key=column, seen=raw)
    known(raw, ORIGIN, f"table.columns.{column}")
    ways = [way for way in ("from", "join", "sum") if way in raw]
    if len(ways) != 1:
        raise UserError("profile.origin", column=column)
    scale_by = raw.get("scale_by")
    sign = raw.get("sign")
    return Origin(
        columns=texts(raw[ways[0]], column),
        how={"from": "first"}.get(ways[0], ways[0]),
        format=None if "format" not in raw else date_pattern(raw["format"], column),
        regex=None if "regex" not in raw else regex(raw["regex"], column),
        scale=number(raw, "scale", 1.0),
        scale_by=None if scale_by is None else _scale_by(scale_by, column),
        sign=None if sign is None else _sign(sign, column),
        unit=typed(raw, "unit", str, None),
    )


def _scale_by(raw: Any, column: str) -> tuple[str, Mapping[str, float]]:
    if not isinstance(raw, dict) or not isinstance(raw.get("column"), str):
        raise UserError("profile.type", key=f"{column}.scale_by", seen=raw)
    factors = {word.strip().lower(): number(raw, word, 1.0) for word in raw if word != "column"}
    return raw["column"], factors


def _sign(raw: Any, column: str) -> Sign:
    known(raw, {"column", "negative"}, f"{column}.sign")
    words = texts(raw.get("negative"), f"{column}.sign.negative")
    source = texts(raw.get("column"), f"{column}.sign.column")[0]
    return Sign(source, tuple(word.strip().lower() for word in words))


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
