"""Rules over several columns of one row, each with its polars and its SQL reading."""

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class AnyOf:
    """At least one of the columns holds something."""

    columns: tuple[str, ...]

    @property
    def name(self) -> str:
        """The rule's key in reports and catalogues."""
        return "any_of_" + "_or_".join(self.columns)

    @property
    def holds(self) -> pl.Expr:
        """True where the rule holds."""
        return pl.any_horizontal(*(pl.col(column).is_not_null() for column in self.columns))

    @property
    def sql(self) -> str:
        """The same, as a SQL predicate that is never null."""
        return "(" + " or ".join(f"{column} is not null" for column in self.columns) + ")"


@dataclass(frozen=True)
class NotBefore:
    """One date does not lie before another; nothing is said when either is unknown."""

    later: str
    earlier: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it speaks of, the offending one first."""
        return (self.later, self.earlier)

    @property
    def name(self) -> str:
        """The rule's key in reports and catalogues."""
        return f"{self.later}_not_before_{self.earlier}"

    @property
    def holds(self) -> pl.Expr:
        """True where the rule holds."""
        return (pl.col(self.later) >= pl.col(self.earlier)).fill_null(value=True)

    @property
    def sql(self) -> str:
        """The same, as a SQL predicate that is never null."""
        return f"coalesce({self.later} >= {self.earlier}, true)"


RowRule = AnyOf | NotBefore
