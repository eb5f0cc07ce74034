"""The register of interventions, as it was entered or imported."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from nami_monitor.core.errors import refuse_unknown
from nami_monitor.core.periods import add_months
from nami_monitor.store import Transaction


@dataclass(frozen=True)
class Intervention:
    """A measure that was taken or is planned.

    Args:
        status: planned, running or ended.
        ends_on: its last day; None while it has none.
        ramp_months: months that it took to come to full strength.
        anticipation_months: months before the start in which people may have seen it coming.
        substitute_channels: the channels to which demand may go.
        substitute_products: article numbers that may take over; none: whatever else is ordered.
        products: the article numbers that it is about; none: the whole category.
        may_spread: whether demand may go to locations of the same group.
        planned_reduction: which share (0 to 1) of the target's volume it should take away.
        disciplines: who sits at the table.
        motive: sustainability, money or other.
    """

    code: str
    title: str
    category: str
    strategy: str
    status: str
    starts_on: date
    ends_on: date | None
    ramp_months: int
    anticipation_months: int
    target_channel: str
    substitute_channels: tuple[str, ...]
    substitute_products: tuple[str, ...]
    locations: tuple[str, ...]
    products: tuple[str, ...]
    may_spread: bool
    planned_reduction: float | None
    disciplines: tuple[str, ...] = ()
    policy: str | None = None
    motive: str | None = None

    @property
    def start_month(self) -> date:
        """The month in which it starts."""
        return self.starts_on.replace(day=1)

    @property
    def full_from(self) -> date:
        """The first whole month at full strength: after the ramp, and never a part of a month."""
        begun = self.start_month if self.starts_on.day == 1 else add_months(self.start_month, 1)
        return add_months(begun, self.ramp_months)

    @property
    def last_month(self) -> date | None:
        """The last month in which it holds; None while it has no end."""
        return None if self.ends_on is None else self.ends_on.replace(day=1)

    @property
    def named_products(self) -> frozenset[str]:
        """Every article number that it names."""
        return frozenset((*self.products, *self.substitute_products))


NAMES = tuple(each.name for each in fields(Intervention))
LISTS = ("substitute_channels", "substitute_products", "locations", "products", "disciplines")


def interventions(db: Transaction) -> tuple[Intervention, ...]:
    """Every intervention, earliest first; codes that were merged stand for what they became."""
    columns = ", ".join(("intervention_id", *NAMES[1:]))
    rows = db.rows(f"select {columns} from interventions order by starts_on, intervention_id")
    merged = db.rows(
        "select kind, code, to_code from merged where kind in ('locations', 'categories')"
    )
    became = {(kind, code): to for kind, code, to in merged}
    return tuple(_read(row, became) for row in rows)


def _read(row: tuple[Any, ...], became: Mapping[tuple[str, str], str]) -> Intervention:
    cells = dict(zip(NAMES, row, strict=True))
    cells |= {name: listed(cells[name]) for name in LISTS}
    cells |= {name: round(cells[name]) for name in ("ramp_months", "anticipation_months")}
    now = [became.get(("locations", code), code) for code in cells["locations"]]
    cells["locations"] = tuple(dict.fromkeys(now))
    cells["category"] = became.get(("categories", cells["category"]), cells["category"])
    return Intervention(**cells)


def listed(cell: object) -> tuple[str, ...]:
    """The values of a cell that holds several, each once, in their order."""
    parts = (part.strip() for part in str(cell or "").split(";"))
    return tuple(dict.fromkeys(part for part in parts if part))


def chosen(found: Collection[Intervention], codes: Collection[str]) -> list[Intervention]:
    """The interventions with these codes, in the order asked; all of them without codes.

    Raises:
        UserError: ``waterbed.no_intervention`` for a code that the register does not hold.
    """
    by_code = {one.code: one for one in found}
    for code in codes:
        refuse_unknown("waterbed.no_intervention", code, by_code)
    return [by_code[code] for code in dict.fromkeys(codes)] if codes else list(found)


@dataclass(frozen=True)
class Limitation:
    """Something that was left out of a comparison, or that stands in its way.

    Its sentence stands under ``waterbed.notes`` in the catalogues, with what was seen as values;
    nothing can be estimated because of one that stops.
    """

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)
    stops: bool = False
