"""The register of interventions, as it was entered or imported, with who got what by chance."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final

from nami_monitor.core.errors import refuse_unknown
from nami_monitor.core.periods import add_months, months_between
from nami_monitor.core.thresholds import MIN_PER_ARM, MOST_ARMS
from nami_monitor.store import Transaction
from nami_monitor.store.journal import changes_of
from nami_monitor.waterbed.randomisation import deal


@dataclass(frozen=True)
class AssignedLocation:
    """A location of a measure with arms.

    Args:
        arm: what it is in; of a measure that comes in steps, its step.
        stratum: the locations within which it was drawn.
        drawn_as: its code when it was.
        starts_on: when the measure reaches it; None where it reaches all on one day.
        told: what people there are told; empty where they are told nothing.
        told_on: when they were; None where nobody says.
    """

    location: str
    arm: str
    stratum: str
    seed: str
    drawn_as: str
    starts_on: date | None = None
    told: str = ""
    told_on: date | None = None


@dataclass(frozen=True)
class Assignment:
    """Which location of a measure got what, by chance.

    ``since`` is when it was registered as it stands, UTC; None for a draft.
    """

    places: tuple[AssignedLocation, ...]
    since: datetime | None = None

    @property
    def stepped(self) -> bool:
        """Whether the measure reaches all locations in steps, in an order by chance."""
        return any(each.starts_on for each in self.places)

    @cached_property
    def arms(self) -> tuple[str, ...]:
        """The arms: what is compared with first, which is told nothing or is the last step."""
        if self.stepped:
            begins = {each.arm: each.starts_on or date.max for each in self.places}
            return tuple(sorted(begins, key=lambda arm: (begins[arm], arm), reverse=True))
        silent = {each.arm: not each.told for each in self.places}
        return tuple(sorted(silent, key=lambda arm: (not silent[arm], arm)))

    def told(self, arm: str) -> str:
        """What is told in an arm; empty for nothing."""
        return next((each.told for each in self.places if each.arm == arm and each.told), "")

    @property
    def locations(self) -> tuple[str, ...]:
        """Every location, whatever it got."""
        return tuple(dict.fromkeys(each.location for each in self.places))

    @property
    def reached(self) -> tuple[str, ...]:
        """The locations that the measure reached while others were still without."""
        return tuple(
            dict.fromkeys(each.location for each in self.places if each.arm != self.arms[0])
        )

    @property
    def last_start(self) -> date | None:
        """When the last step begins; None where the measure does not come in steps."""
        return max((each.starts_on for each in self.places if each.starts_on), default=None)

    @property
    def problem(self) -> "Limitation | None":
        """Why nothing can be said of the arms, from what is on record alone."""
        twice = [
            code for code, count in Counter(e.location for e in self.places).items() if count > 1
        ]
        if twice:
            return Limitation("arms_twice", {"locations": tuple(twice)}, stops=True)
        if self.stepped and not all(each.starts_on for each in self.places):
            return Limitation("arms_starts", stops=True)
        silent = {each.arm for each in self.places} - {e.arm for e in self.places if e.told}
        if not self.stepped and len(silent) != 1:
            return Limitation("arms_silent", {"arms": tuple(sorted(silent))}, stops=True)
        if len(self.arms) > MOST_ARMS.value and not self.stepped:
            return Limitation("arms_many", {"needed": int(MOST_ARMS.value)}, stops=True)
        if not self.by_seed:
            return Limitation("arms_not_drawn", stops=True)
        return self.too_few(Counter(each.arm for each in self.places))

    def too_few(self, counts: Mapping[str, int]) -> "Limitation | None":
        """Which arm has too few locations, given how many each has; None when none has."""
        least = min(self.arms, key=lambda arm: counts.get(arm, 0))
        seen = counts.get(least, 0)
        if len(self.arms) > 1 and seen >= MIN_PER_ARM.value:
            return None
        values = {"arm": least, "seen": seen, "needed": int(MIN_PER_ARM.value)}
        return Limitation("arms_few", values, stops=True)

    @property
    def by_seed(self) -> bool:
        """Whether it is what is drawn from its seed."""
        strata: dict[str, list[str]] = defaultdict(list)
        for each in self.places:
            strata[each.stratum].append(each.drawn_as)
        seeds = {each.seed for each in self.places}
        drawn = deal(strata, self.arms, min(seeds))
        return len(seeds) == 1 and all(drawn[each.drawn_as] == each.arm for each in self.places)


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
        turn_months: months in which it is on, and then as many off, over and over (crossover); 0
            when it stays on.
        disciplines: who sits at the table.
        motive: sustainability, money or other.
        assignment: who got what by chance; None for a measure without arms. With one, ``locations``
            are those that the measure reached.
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
    turn_months: int = 0
    disciplines: tuple[str, ...] = ()
    policy: str | None = None
    motive: str | None = None
    assignment: Assignment | None = None

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

    def full_at(self, location: str) -> date:
        """The first whole month at full strength at one location."""
        places = self.assignment.places if self.assignment else ()
        for each in places:
            if each.location == location and each.starts_on is not None:
                return replace(self, starts_on=each.starts_on).full_from
        return self.full_from

    @property
    def compared_before(self) -> date | None:
        """The month from which no location is without it any more; None where some stay so."""
        last = self.assignment.last_start if self.assignment else None
        return None if last is None else last.replace(day=1)

    def on(self, month: date) -> bool:
        """Whether a month is at full strength: one from ``full_from`` on in which it is on."""
        if month < self.full_from or (self.last_month and month > self.last_month):
            return False
        since = months_between(self.full_from, month)
        return not self.turn_months or since // self.turn_months % 2 == 0

    @property
    def named_products(self) -> frozenset[str]:
        """Every article number that it names."""
        return frozenset((*self.products, *self.substitute_products))


NAMES: Final = tuple(each.name for each in fields(Intervention) if each.name != "assignment")
LISTS = ("substitute_channels", "substitute_products", "locations", "products", "disciplines")


def interventions(db: Transaction) -> tuple[Intervention, ...]:
    """Every intervention, earliest first; codes that were merged stand for what they became."""
    columns = ", ".join(("intervention_id", *NAMES[1:]))
    rows = db.rows(f"select {columns} from interventions order by starts_on, intervention_id")
    merged = db.rows(
        "select kind, code, to_code from merged where kind in ('locations', 'categories')"
    )
    became = {(kind, code): to for kind, code, to in merged}
    found = assignments(db)
    return tuple(_read(row, became, found.get(row[0])) for row in rows)


def assignments(db: Transaction) -> dict[str, Assignment]:
    """Who got what by chance, by the code of the measure."""
    names = [each.name for each in fields(AssignedLocation)][1:]
    places: dict[str, list[AssignedLocation]] = defaultdict(list)
    for code, location, *values in db.rows(
        f"select intervention_id, location_id, {', '.join(names)} from assignments order by all"
    ):
        cells = dict(zip(names, values, strict=True))
        cells["told"] = cells["told"] or ""
        places[code].append(AssignedLocation(location, **cells))
    if not places:
        return {}
    since: dict[str, datetime] = {}
    key = ("intervention_id", "location_id")
    for change in changes_of(db, "assignments", key, (*key, *DRAWN)):
        if any(change.row.get(name) != change.before.get(name) for name in DRAWN):
            since[change.row["intervention_id"]] = change.when
    return {code: Assignment(tuple(found), since.get(code)) for code, found in places.items()}


DRAWN: Final = ("arm", "stratum", "seed", "starts_on")
"""What is drawn by chance; what was told and when is added later."""


def _read(
    row: tuple[Any, ...], became: Mapping[tuple[str, str], str], assignment: Assignment | None
) -> Intervention:
    cells = dict(zip(NAMES, row, strict=True))
    cells |= {name: listed(cells[name]) for name in LISTS}
    counts = ("ramp_months", "anticipation_months", "turn_months")
    cells |= {name: round(cells[name] or 0) for name in counts}
    now = [became.get(("locations", code), code) for code in cells["locations"]]
    cells["locations"] = assignment.reached if assignment else tuple(dict.fromkeys(now))
    cells["category"] = became.get(("categories", cells["category"]), cells["category"])
    return Intervention(**cells, assignment=assignment)


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
