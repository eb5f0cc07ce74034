"""The cells of a streamed parquet file, as SQL: what ``tags`` does to a value, for a column.

A test holds it to what the reader of small files gives.
"""

from collections.abc import Callable, Mapping
from typing import Final

from nami_monitor.ingest.cells import Kind, LargeParquet, Stored
from nami_monitor.ingest.tags import (
    BOOLEAN,
    CONTROLS,
    DATE,
    ERROR,
    EXACT_WHOLE_FLOATS_BELOW,
    NUMBER,
    TAG,
)
from nami_monitor.store.transaction import literal

#: White space as Python and polars strip it.
_BLANKS: Final = (
    r"[\s\x{0b}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]"
)


def parquet_relation(plan: LargeParquet) -> str:
    """The rows of a parquet file: ``line`` and c1 ... cN, as cells."""
    names = [f"v{number}" for number in range(1, plan.fields + 1)]
    cells = ", ".join(
        f"{_CELLS[stored.kind](name, stored)} as c{number}"
        for number, (name, stored) in enumerate(zip(names, plan.kinds, strict=True), 1)
    )
    file = f"read_parquet({literal(str(plan.path))}, file_row_number = true)"
    return (
        f"(select record + {plan.data_starts} as line, {cells}"
        f" from {file} as f({', '.join(names)}, record))"
    )


def _tagged(kind: str, text: str) -> str:
    return f"{literal(TAG + kind)} || {text}"


def _written(value: str) -> str:
    return f"cast({value} as varchar)"


def _text(value: str, _: Stored) -> str:
    """Do what ``clean_text`` does."""
    ends = rf"regexp_replace({_written(value)}, '\r\n?', chr(10), 'g')"
    clean = f"regexp_replace({ends}, {literal(CONTROLS.pattern)}, chr(65533), 'g')"
    return f"nullif(regexp_replace({clean}, '^{_BLANKS}+|{_BLANKS}+$', '', 'g'), '')"


def _whole(value: str, _: Stored) -> str:
    return _tagged(NUMBER, _written(value))


def _decimal(value: str, _: Stored) -> str:
    text = _written(value)
    short = f"rtrim(rtrim({text}, '0'), '.')"
    return _tagged(NUMBER, f"case when contains({text}, '.') then {short} else {text} end")


def _float(value: str, _: Stored) -> str:
    """Do what ``tag_number`` does."""
    number = f"cast({value} as double)"
    exact = rf"regexp_replace(printf('%.15e', {number}), '\.?0+e', 'e')"
    long = f"case when abs({number}) < 1e16 then {exact} else {_written(number)} end"
    whole = _written(f"cast({number} as bigint)")
    return (
        f"case when isnan({number}) then null"
        f" when isinf({number}) then {literal(f'{TAG}{ERROR}#NUM!')}"
        f" when {number} <> trunc({number}) then {_tagged(NUMBER, _written(number))}"
        f" when abs({number}) < {EXACT_WHOLE_FLOATS_BELOW!r} then {_tagged(NUMBER, whole)}"
        f" else {_tagged(NUMBER, long)} end"
    )


def _boolean(value: str, _: Stored) -> str:
    return _tagged(BOOLEAN, _written(value))


def _date(value: str, _: Stored) -> str:
    return _tagged(DATE, f"strftime({value}, '%Y-%m-%d')")


def _moment(value: str, stored: Stored) -> str:
    local = f"({value} at time zone {literal(stored.zone)})" if stored.zone else value
    moment = f"strftime({local}, '%Y-%m-%dT%H:%M:%S')"
    return _tagged(DATE, f"regexp_replace({moment}, 'T00:00:00$', '')")


def _clock(value: str, _: Stored) -> str:
    return f"left({_written(value)}, 8)"


def _duration(value: str, stored: Stored) -> str:
    seconds = f"cast({value} // {stored.per_second} as bigint)"
    return f"printf('%02d:%02d:%02d', {seconds} // 3600, {seconds} // 60 % 60, {seconds} % 60)"


_CELLS: Final[Mapping[Kind, Callable[[str, Stored], str]]] = {
    Kind.TEXT: _text,
    Kind.WHOLE: _whole,
    Kind.DECIMAL: _decimal,
    Kind.FLOAT: _float,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _date,
    Kind.MOMENT: _moment,
    Kind.CLOCK: _clock,
    Kind.DURATION: _duration,
}
