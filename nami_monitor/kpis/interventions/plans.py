"""Evaluation plans: when a measure is judged, how, and where that stands.

A plan counts as it stood before the start; what was stated later is on record and does not hold, so
that nobody chooses a date, a unit or a side after a look. Verdicts are read from the journal, where
the import that completed their months wrote them.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final

from nami_monitor.core.periods import add_months, months_between, parse_month
from nami_monitor.core.thresholds import EVALUATE_AFTER, EVALUATE_WAIT
from nami_monitor.core.words import Design, PlanState, Unit, Verdict
from nami_monitor.kpis.interventions.register import Intervention, interventions, listed
from nami_monitor.kpis.questions import latest_month
from nami_monitor.store import Transaction
from nami_monitor.store.journal import JournalEntry, changes_of, history
from nami_monitor.waterbed.looks import Look
from nami_monitor.waterbed.outputs import Estimate, Interval

VERDICT: Final = "verdict"
"""The kind under which the journal keeps verdicts."""
ESTIMATES: Final = ("gross", "spill", "net", "quotient")
OF_AN_ARM: Final = ("effect", "placebo")
TOLERANCE: Final = 1e-9
"""Sums that differ by a smaller share were added up in another order."""

Missing = tuple[tuple[str, date], ...]
"""Sources and months that are owed and not there."""


@dataclass(frozen=True)
class EvaluationPlan:
    """How a measure is judged.

    Args:
        months: months after the start at which it is, rising.
        unit: the unit of the verdict; None for the first in which the effect can be read.
        design: what it is compared with; None for the best there is.
        one_sided: whether claims are made one way only.
        weighed: whether months that resemble each other count less; those of a measure that goes
            on and off always do.
        decision: what is decided at which outcome, as people wrote it.
    """

    months: tuple[int, ...] = (int(EVALUATE_AFTER.value),)
    unit: Unit | None = None
    design: Design | None = None
    one_sided: bool = False
    weighed: bool = False
    decision: str = ""

    def dates(self, one: Intervention) -> tuple[date, ...]:
        """The months at which a measure is judged."""
        return tuple(add_months(one.start_month, months) for months in self.months)

    def look(self, one: Intervention, at: int) -> Look:
        """The look at one of its dates (from 0): of those at which there are months to judge."""
        known = [months_between(one.full_from, month) + 1 for month in self.dates(one)]
        early = sum(months < 1 for months in known)
        if at < early:
            return Look(one_sided=self.one_sided)
        return Look(tuple(known[early:]), at - early, self.one_sided)


@dataclass(frozen=True)
class PlanOnRecord:
    """The plan of a measure that holds, and what else was stated.

    Args:
        afterwards: whether it was first registered after the start, so that the default holds.
        before: the plan that it replaced before the start; None without one.
        later: what was stated after the start and does not hold; None where that is the same.
        since: when that was stated, UTC.
    """

    plan: EvaluationPlan = EvaluationPlan()
    afterwards: bool = False
    before: EvaluationPlan | None = None
    later: EvaluationPlan | None = None
    since: datetime | None = None


STATED: Final = (
    "starts_on",
    "evaluate_after",
    "primary_unit",
    "design",
    "sides",
    "month_weights",
    "would_decide",
)
"""The columns of the register that state a plan."""


def stated_plan(row: Mapping[str, Any]) -> EvaluationPlan:
    """The plan in a row of the register; what nobody stated is as by default."""
    months = tuple(int(month) for month in listed(row.get("evaluate_after")))
    unit, design = row.get("primary_unit"), row.get("design")
    return EvaluationPlan(
        months or EvaluationPlan.months,
        Unit(unit) if unit else None,
        Design(design) if design else None,
        row.get("sides") == "one_sided",
        row.get("month_weights") == "weighed",
        row.get("would_decide") or "",
    )


def plan_on_record(
    starts_on: date, stated: Sequence[tuple[datetime, EvaluationPlan]]
) -> PlanOnRecord:
    """The plan that holds, of those that were stated at a moment (UTC), oldest first."""
    early = [plan for when, plan in stated if when.date() < starts_on]
    late = [(when, plan) for when, plan in stated if when.date() >= starts_on]
    held = early[-1] if early else EvaluationPlan(decision=late[-1][1].decision if late else "")
    others = [plan for plan in early[:-1] if _differ(plan, held)]
    since, later = late[-1] if late and _differ(late[-1][1], held) else (None, None)
    return PlanOnRecord(held, not early, others[-1] if others else None, later, since)


def _differ(one: EvaluationPlan, other: EvaluationPlan) -> bool:
    """Whether two plans differ in more than what would be decided."""
    return replace(one, decision="") != replace(other, decision="")


def plans_on_record(db: Transaction) -> dict[str, PlanOnRecord]:
    """The plan of every measure, by its code."""
    stated: dict[str, list[tuple[datetime, EvaluationPlan]]] = defaultdict(list)
    starts: dict[str, date] = {}
    key = ("intervention_id",)
    for change in changes_of(db, "interventions", key, (*key, *STATED)):
        code = change.row["intervention_id"]
        stated[code].append((change.when, stated_plan(change.row)))
        starts[code] = change.row["starts_on"]
    return {code: plan_on_record(starts[code], found) for code, found in stated.items()}


@dataclass(frozen=True)
class ArmEffect:
    """What one arm changed in the target, as a share of what was expected: -0.1 is a tenth less.

    Args:
        arm: its name.
        told: what people there are told.
        locations: how many were compared; ``nothing`` how many were told nothing, or not yet.
        effect: by the randomisation test, with its limits.
        chance: how often some arm would differ as much if no message changed anything.
        alpha: the largest chance at which a change is shown.
        placebo: the same change with the interval of the placebos; None where there are too few
            months or controls.
    """

    arm: str
    told: str
    locations: int
    nothing: int
    effect: Interval
    chance: float
    alpha: float
    placebo: Interval | None

    @property
    def shown(self) -> bool:
        """Whether a change is shown."""
        return self.chance <= self.alpha


@dataclass(frozen=True)
class FrozenVerdict:
    """A verdict as it was written down, with the figures that it rests on.

    Args:
        month: the month as of which it speaks.
        known: the month of the data from which it could be said; later where it had to wait.
        plan: the plan by which it was made.
        verdicts: the rungs that hold; never empty.
        gross: effect on the target per month, in ``unit``; None without an estimate, as below.
        treated: how many locations were judged; ``controls`` those that they were compared with.
        arms: what each arm changed, of a measure with arms.
        chances: how likely each claim would be shown as strongly where it is not so.
        missing: what was not delivered.
        rests_on: sums of the order lines of its months, by source and month.
        who: who took it anew; empty for the delivery that completed its months.
        at: when it was written, UTC.
    """

    month: date
    known: date
    plan: EvaluationPlan
    unit: Unit
    verdicts: tuple[Verdict, ...]
    design: Design
    gross: Estimate | None
    spill: Estimate | None
    net: Estimate | None
    quotient: Estimate | None
    pre_months: int
    post_months: int
    treated: int
    controls: int
    chances: Mapping[Verdict, float]
    missing: Missing
    rests_on: Mapping[str, tuple[float, ...]]
    arms: tuple[ArmEffect, ...] = ()
    who: str = ""
    at: datetime = datetime.min  # noqa: DTZ901 - moments of the database have no zone

    @property
    def estimated(self) -> bool:
        """Whether there are figures."""
        return self.net is not None or bool(self.arms)

    def body(self) -> dict[str, Any]:
        """It as plain data for the journal."""
        found = asdict(self)
        del found["who"], found["at"]
        found |= {name: _numbers(getattr(self, name)) for name in ESTIMATES}
        found["arms"] = [
            asdict(each) | {name: _numbers(getattr(each, name)) for name in OF_AN_ARM}
            for each in self.arms
        ]
        found |= {"month": f"{self.month:%Y-%m}", "known": f"{self.known:%Y-%m}"}
        found["missing"] = [[source, f"{month:%Y-%m}"] for source, month in self.missing]
        return found


def read_verdict(entry: JournalEntry) -> FrozenVerdict:
    """A verdict from the journal."""
    body = dict(entry.body or {})
    plan = body["plan"]
    body |= {name: _estimate(body[name]) for name in ESTIMATES}
    body["arms"] = tuple(
        ArmEffect(**each | {name: _interval(each[name]) for name in OF_AN_ARM})
        for each in body.get("arms", ())
    )
    body |= {name: parse_month(body[name]) for name in ("month", "known")}
    body["plan"] = EvaluationPlan(
        tuple(plan["months"]),
        Unit(plan["unit"]) if plan["unit"] else None,
        Design(plan["design"]) if plan["design"] else None,
        plan["one_sided"],
        plan.get("weighed", False),
        plan["decision"],
    )
    body |= {"unit": Unit(body["unit"]), "design": Design(body["design"])}
    body["verdicts"] = tuple(map(Verdict, body["verdicts"]))
    body["chances"] = {Verdict(name): chance for name, chance in body["chances"].items()}
    body["missing"] = tuple((source, parse_month(month)) for source, month in body["missing"])
    body["rests_on"] = {name: tuple(sums) for name, sums in body["rests_on"].items()}
    return FrozenVerdict(**body, who=entry.who, at=entry.at)


def _numbers(found: Interval | None) -> list[float | None] | None:
    """An estimate as numbers, the value first; what is infinite or unknown is None."""
    if found is None:
        return None
    return [value if math.isfinite(value) else None for value in astuple(found)]


UNBOUND: Final = (math.nan, -math.inf, math.inf, math.inf)


def _estimate(numbers: Sequence[float | None] | None) -> Estimate | None:
    if numbers is None:
        return None
    return Estimate(*(none if n is None else n for n, none in zip(numbers, UNBOUND, strict=True)))


def _interval(numbers: Sequence[float | None] | None) -> Interval | None:
    if numbers is None:
        return None
    return Interval(*(none if n is None else n for n, none in zip(numbers, UNBOUND, strict=False)))


@dataclass(frozen=True)
class Judgement:
    """Where the evaluation of a measure stands.

    Args:
        due: the month of the next verdict; None once the last is there.
        missing: what is owed since the start and not there.
        verdicts: those on record, oldest first.
        changed: months whose data are other ones than the last verdict rests on.
        rests_on: the sums of today, as ``FrozenVerdict.rests_on``.
    """

    state: PlanState
    record: PlanOnRecord
    due: date | None = None
    missing: Missing = ()
    verdicts: tuple[FrozenVerdict, ...] = ()
    changed: tuple[date, ...] = ()
    rests_on: Mapping[str, tuple[float, ...]] = field(default_factory=dict, repr=False)

    @property
    def plan(self) -> EvaluationPlan:
        """The plan that holds."""
        return self.record.plan

    @property
    def waiting(self) -> Missing:
        """What must be delivered before the next verdict, whose date was reached."""
        if self.state is not PlanState.WAITING or self.due is None:
            return ()
        return tuple(each for each in self.missing if each[1] <= self.due)

    @property
    def last(self) -> FrozenVerdict | None:
        """The verdict that holds; None before the first."""
        return self.verdicts[-1] if self.verdicts else None


UNPLANNED: Final = Judgement(PlanState.PROVISIONAL, PlanOnRecord())
"""Where a measure stands that is not on record."""


def judgement(
    one: Intervention,
    record: PlanOnRecord,
    latest: date,
    verdicts: Sequence[FrozenVerdict],
    missing: Missing,
    rests_on: Mapping[str, tuple[float, ...]],
) -> Judgement:
    """Where the evaluation of a measure stands.

    Args:
        one: the measure.
        record: its plan.
        latest: the last month with data.
        verdicts: those on record, oldest first.
        missing: what its sources owe and did not deliver, from its start on.
        rests_on: sums of its order lines by source and month, of all months.
    """
    done = {verdict.month for verdict in verdicts}
    due = next((month for month in record.plan.dates(one) if month not in done), None)
    last = verdicts[-1] if verdicts else None
    sums = {name: each for name, each in rests_on.items() if not last or _to(name) <= last.month}
    if due and due <= latest and any(month <= due for _, month in missing):
        state = PlanState.WAITING
    elif due and due <= latest:
        state = PlanState.DUE
    elif last is None:
        state = PlanState.PROVISIONAL
    elif not last.estimated:
        state = PlanState.NOT_ENOUGH
    else:
        again = sum(verdict.month == last.month and verdict.estimated for verdict in verdicts) > 1
        state = PlanState.AGAIN if again else PlanState.EVALUATED
    changed = _changed(last.rests_on, sums) if last else ()
    return Judgement(state, record, due, missing, tuple(verdicts), changed, rests_on)


def _to(name: str) -> date:
    """The month of a key of ``rests_on``."""
    return parse_month(name.rpartition("|")[2])


def _changed(
    then: Mapping[str, tuple[float, ...]], now: Mapping[str, tuple[float, ...]]
) -> tuple[date, ...]:
    """The months in which sums differ."""
    differ = {
        _to(name) for name in {*then, *now} if not _same(then.get(name, ()), now.get(name, ()))
    }
    return tuple(sorted(differ))


def _same(one: Sequence[float], other: Sequence[float]) -> bool:
    return len(one) == len(other) and all(
        math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
        for a, b in zip(one, other, strict=True)
    )


SUMS: Final = ("lines", "quantity", "mass_kg", "amount_eur")


def judgements(db: Transaction) -> Mapping[str, Judgement]:
    """Where the evaluation of every measure stands, by its code; as of the transaction's month."""
    register = interventions(db)
    latest = latest_month(db)
    if not register or latest is None:
        return MappingProxyType({})
    records, written = plans_on_record(db), frozen_verdicts(db)
    sums = ", ".join(f"coalesce(sum({name}), 0)::double" for name in SUMS)
    taken: dict[tuple[str, str], dict[tuple[str, date], tuple[float, ...]]] = defaultdict(dict)
    for category, channel, source, month, *values in db.rows(
        f"select category, channel, source, month, {sums} from by_place"
        " where category in (select unnest(?::varchar[])) group by all order by all",
        [sorted({one.category for one in register})],
    ):
        taken[category, channel][source, month] = tuple(values)
    owed = db.rows(
        "select source, month from source_months where table_name = 'orders' and owed"
        " and share = 0 order by month, source"
    )
    found = {}
    for one in register:
        channels = dict.fromkeys((one.target_channel, *one.substitute_channels))
        own = [taken[one.category, channel] for channel in channels]
        feeds = {source for each in own for source, _ in each}
        late = (each for each in owed if each[0] in feeds and each[1] >= one.start_month)
        record = records.get(one.code, PlanOnRecord())
        verdicts = written.get(one.code, ())
        found[one.code] = judgement(one, record, latest, verdicts, tuple(late), _added(own))
    return found


def _added(
    parts: Iterable[Mapping[tuple[str, date], tuple[float, ...]]],
) -> dict[str, tuple[float, ...]]:
    """Sums of several channels by source and month."""
    found: dict[str, tuple[float, ...]] = {}
    for part in parts:
        for (source, month), values in part.items():
            name = f"{source}|{month:%Y-%m}"
            before = found.get(name, (0.0,) * len(values))
            found[name] = tuple(a + b for a, b in zip(before, values, strict=True))
    return dict(sorted(found.items()))


def frozen_verdicts(db: Transaction) -> dict[str, tuple[FrozenVerdict, ...]]:
    """Every verdict on record, by the code of its measure, in the order of their months."""
    found: dict[str, list[FrozenVerdict]] = defaultdict(list)
    for entry in history(db, VERDICT):
        if entry.body is not None:
            found[entry.name].append(read_verdict(entry))
    return {
        code: tuple(sorted(verdicts, key=lambda each: each.month))
        for code, verdicts in found.items()
    }


def overdue(due: date, latest: date) -> bool:
    """Whether a verdict need not wait any longer for what was not delivered."""
    return months_between(due, latest) >= EVALUATE_WAIT.value
