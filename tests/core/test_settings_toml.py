import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

import pytest

from nami_monitor.core.errors import UserError
from nami_monitor.core.settings_toml import (
    After,
    Before,
    WrongError,
    as_settings,
    one_of,
    read_settings,
    strict,
)


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


def even(number):
    if number % 2:
        raise WrongError("odd", at="left", n=number)
    return number


@strict(size="from")
@dataclass(frozen=True)
class Wheel:
    size: int = 1
    teeth: Annotated[
        tuple[int, ...], Before(lambda raw: [raw] if isinstance(raw, int) else raw)
    ] = ()


@strict()
@dataclass(frozen=True)
class Bike:
    name: str
    colour: Colour = Colour.RED
    kind: Annotated[str, one_of("road", "cargo")] = "road"
    gears: Annotated[int, After(even)] = 2
    bell: bool = False
    price: float | None = None
    wheels: Mapping[str, Wheel] = field(default_factory=dict)
    riders: tuple[Wheel, ...] = ()


def refusal(problem):
    known = ",".join(problem.known)
    return UserError("x.y", kind=problem.kind, key=problem.key, seen=problem.seen, known=known)


def test_a_file_becomes_a_dataclass_and_goes_back():
    raw = {"name": "a", "colour": "blue", "price": 3, "wheels": {"front": {"from": 3, "teeth": 4}}}
    bike = read_settings(Bike, raw, refusal)
    assert bike == Bike("a", Colour.BLUE, price=3.0, wheels={"front": Wheel(3, (4,))})
    written = as_settings(bike)
    assert written["wheels"] == {"front": {"from": 3, "teeth": (4,)}}
    assert "price" not in as_settings(Bike("a"))


@pytest.mark.parametrize(
    ("raw", "kind", "key", "known"),
    [
        ({"nam": "a"}, "unknown_key", "nam", "name,colour,kind,gears,bell,price,wheels,riders"),
        ({}, "missing", "name", ""),
        ({"name": 3}, "type", "name", '"…"'),
        ({"name": "a", "bell": 1}, "type", "bell", "true,false"),
        ({"name": "a", "gears": True}, "type", "gears", ""),
        ({"name": "a", "gears": "2"}, "type", "gears", ""),
        ({"name": "a", "gears": 3}, "odd", "gears.left", ""),
        ({"name": "a", "colour": "green"}, "value", "colour", "red,blue"),
        ({"name": "a", "kind": ["road"]}, "value", "kind", "road,cargo"),
        ({"name": "a", "wheels": {"f": {"form": 1}}}, "unknown_key", "wheels.f.form", "from,teeth"),
        ({"name": "a", "riders": [{"size": 1}]}, "unknown_key", "riders.size", "from,teeth"),
        ({"name": "a", "riders": [1]}, "type", "riders", ""),
        ({"name": 3, "wheels": {"f": {"form": 1}}}, "unknown_key", "wheels.f.form", "from,teeth"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(raw, kind, key, known):
    with pytest.raises(UserError) as refused:
        read_settings(Bike, raw, refusal)
    values = refused.value.values
    assert (values["kind"], values["key"], values["known"]) == (kind, key, known)


def test_an_error_of_a_check_passes_as_it_is():
    def check(_):
        raise UserError("a.b")

    @strict()
    @dataclass(frozen=True)
    class Part:
        name: Annotated[str, After(check)]

    with pytest.raises(UserError, match=r"a\.b"):
        read_settings(Part, {"name": "a"}, refusal)


def test_pydantic_is_loaded_when_a_file_is_read():
    code = "import sys, nami_monitor.kit, nami_monitor.kit.search\nprint('pydantic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
