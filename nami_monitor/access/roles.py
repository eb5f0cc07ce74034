"""What a visitor who is signed in may do, and which categories and organisations they see.

The settings file says so by the values of claims: groups under ``[roles]``, and those for whom more
is stated under ``[[people]]``. The first of ``[[people]]`` that fits counts, else the highest role
of the groups, else ``others``. Whom nothing fits may do nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final

from nami_monitor.core.settings_toml import After, WrongError, strict
from nami_monitor.i18n import text

GROUPS: Final = "groups"
LONGEST_WHO: Final = 40

Claims = Mapping[str, tuple[str, ...]]


class Role(StrEnum):
    """What somebody may do; each may do what those before it may."""

    LOOK = "look"
    WRITE = "write"
    IMPORT = "import"
    MANAGE = "manage"

    def covers(self, other: "Role") -> bool:
        """Whether who has this role may do what another one is needed for."""
        return RANKS[self] >= RANKS[other]


RANKS: Final = {role: rank for rank, role in enumerate(Role)}


def highest(roles: Iterable[Role]) -> Role:
    """The role that covers all of some; raises ValueError for none."""
    return max(roles, key=lambda role: RANKS[role])


@dataclass(frozen=True)
class Limit:
    """The categories and organisations whose figures somebody sees, by code and by name.

    An empty tuple stands for all of them.
    """

    categories: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.categories or self.organisations)


ALL: Final = Limit()
"""Of who sees everything."""


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in.

    Args:
        who: the short name under which they do things: the organisation's, or their role.
        role: what they may do.
        limit: what they see; everything without one.
    """

    who: str
    role: Role
    limit: Limit = ALL

    def may(self, needed: Role) -> bool:
        """Whether they may do what a role is needed for."""
        return self.role.covers(needed)


def _short(name: str) -> str:
    words = " ".join(name.split())
    if not words or len(words) > LONGEST_WHO or "@" in words:
        raise WrongError("value", known=("CM print",))
    return words


def _only_looks(stated: "Fitting") -> "Fitting":
    if (stated.categories or stated.organisations) and stated.role is not Role.LOOK:
        raise WrongError("value", known=(Role.LOOK,), at="role")
    return stated


@strict()
@dataclass(frozen=True)
class Fitting:
    """Whom one value of a claim fits, and what they may do.

    Args:
        value: the value.
        role: what they may do; who is limited only looks.
        claim: the claim that has the value.
        who: their short name; their role without one.
        categories: codes of the categories that they see; all without any.
        organisations: likewise, by their names.
    """

    value: str
    role: Role
    claim: str = GROUPS
    who: Annotated[str, After(_short)] | None = None
    categories: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()


OnePerson = Annotated[Fitting, After(_only_looks)]


@strict(import_="import")
@dataclass(frozen=True)
class Roles:
    """Which values of a claim give which role.

    Args:
        claim: the claim, most often one with the groups of a person.
        look: the values that let somebody look.
        write: those that let them write notes, decisions, targets, measures and requests too.
        import_: those that let them import too.
        manage: those that let them undo, and change codes, profiles and backups too.
        others: the role of who is signed in and whom nothing fits; without it they have none.
    """

    claim: str = GROUPS
    look: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    import_: tuple[str, ...] = ()
    manage: tuple[str, ...] = ()
    others: Role | None = None

    @property
    def values(self) -> Mapping[Role, tuple[str, ...]]:
        """The values that give each role, of those that any gives; the highest role first."""
        of = (self.manage, self.import_, self.write, self.look)
        return {role: values for role, values in zip(reversed(Role), of, strict=True) if values}

    def of(self, values: tuple[str, ...]) -> Role | None:
        """The highest role that values of the claim give."""
        given = (role for role, of in self.values.items() if {*values} & {*of})
        return next(given, self.others)


def decide(claims: Claims, roles: Roles, people: tuple[Fitting, ...]) -> Person | None:
    """Who somebody is, by what is said of them; None for who has no access.

    Where the settings state neither roles nor people, whoever is signed in may look.
    """
    for one in people:
        if one.value in claims.get(one.claim, ()):
            return _person(one.role, one.who, Limit(one.categories, one.organisations))
    role = roles.of(claims.get(roles.claim, ()))
    if role is None and roles == Roles() and not people:
        role = Role.LOOK
    return _person(role) if role else None


def _person(role: Role, who: str | None = None, limit: Limit = ALL) -> Person:
    return Person(who or text(f"access.who.{role}", "nl"), role, limit)


def limits(people: tuple[Fitting, ...]) -> tuple[Limit, ...]:
    """Every limit that the settings state, once."""
    stated = (Limit(one.categories, one.organisations) for one in people)
    return tuple(dict.fromkeys(limit for limit in stated if limit))
