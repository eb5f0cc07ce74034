"""Figures compared as far as they mean something: sums by threads differ in their last digit."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass

DIGITS = 12


def to_digits(value):
    """A value with every float in it, however deep, to ``DIGITS`` significant digits."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, Mapping):
        return {key: to_digits(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [to_digits(one) for one in value]
    if is_dataclass(value) and not isinstance(value, type):
        return type(value), [to_digits(getattr(value, one.name)) for one in fields(value)]
    return value
