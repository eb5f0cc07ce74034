"""Why spend changed: price, volume and mix, which add up exactly to the change.

They add up because neighbouring parts share what they are measured against, not because one of
them takes the rest.

Source: the three-way sales variance of cost accounting, per base unit (Horngren, Datar and Rajan,
Cost Accounting, 15th ed. 2015, ch. 14: flexible budget, quantity and mix).
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import Final, Generic

from nami_monitor.core.periods import Period
from nami_monitor.core.words import Flag, State
from nami_monitor.kpis import privacy
from nami_monitor.kpis.catalogue.reduce import REDUCE_SPEND_BRIDGE
from nami_monitor.kpis.over_time.added_up import added_up
from nami_monitor.kpis.questions import RELATIONS, Ask, choose_in, filter_sql, periods_sql
from nami_monitor.kpis.result import KpiResult
from nami_monitor.kpis.why import ZERO, Against, K, Number, compared_periods, exact, on_grid
from nami_monitor.store import Transaction


class BridgePart(StrEnum):
    """The parts of a change of spend; each is a field of ``SpendSplit``."""

    PRICE = "price"
    VOLUME = "volume"
    MIX = "mix"
    NEW = "new"
    VANISHED = "vanished"
    UNSPLIT = "unsplit"


@dataclass(frozen=True)
class Bought:
    """What was bought of a product in one period, EUR and base units, refunds subtracted."""

    amount: Number
    quantity: Number | None = None


@dataclass(frozen=True)
class Product(Generic[K]):
    """One product in both periods; only quantities of one ``base_unit`` are added up.

    Where that is not known, the product is a unit of its own: give its key.
    """

    key: K
    base_unit: Hashable
    before: Bought | None
    after: Bought | None

    @property
    def unknown(self) -> bool:
        """Whether the quantity is not known of a period in which it was bought."""
        return any(bought.quantity is None for bought in (self.before, self.after) if bought)

    @property
    def refunded(self) -> bool:
        """Whether more was sent back than bought, as far as quantities are known."""
        sides = [bought for bought in (self.before, self.after) if bought]
        return not self.unknown and any(
            bought.amount <= 0 or (bought.quantity or 0) <= 0 for bought in sides
        )


@dataclass(frozen=True)
class SpendSplit:
    """A change of spend in its parts, EUR.

    Args:
        price: what is paid more for what was bought after: ``q1 (p1 - p0)``.
        volume: more or fewer base units, at the old mean price: ``(Q1 - Q0) A0 / Q0``.
        mix: towards dearer or cheaper products: ``q1 p0 - (Q1 / Q0) q0 p0``.
        new: spend on products that were not bought before.
        vanished: minus the spend on products that are no longer bought.
        unsplit: the change of products whose price cannot be said in a period in which they occur.
    """

    price: Fraction = ZERO
    volume: Fraction = ZERO
    mix: Fraction = ZERO
    new: Fraction = ZERO
    vanished: Fraction = ZERO
    unsplit: Fraction = ZERO

    @property
    def change(self) -> Fraction:
        """What the parts add up to: spend after minus spend before, EUR."""
        return sum((getattr(self, part) for part in BridgePart), start=ZERO)


@dataclass(frozen=True)
class Bridge(Generic[K]):
    """A change of spend, in total and per product, in the order in which products came.

    The products add up to the total, part by part.
    """

    total: SpendSplit
    products: Mapping[K, SpendSplit]

    def largest(self) -> tuple[tuple[K, Fraction], ...]:
        """Products and the EUR that they contributed, largest first by absolute size, if any."""
        sizes = [(key, split.change) for key, split in self.products.items()]
        return tuple(sorted((pair for pair in sizes if pair[1]), key=lambda pair: -abs(pair[1])))


def bridge(products: Iterable[Product[K]]) -> Bridge[K]:
    """The bridge between the spend of two periods.

    A product is split when it occurs in both periods with a net quantity and a net amount above
    zero. One that occurs in one period alone is new or vanished, unless that is a net refund: a
    refund belongs to purchases of another time. All others are unsplit.

    Returns:
        The parts, EUR; their sum is exactly the spend after minus the spend before.

    Raises:
        ValueError: a key stands twice, or an amount or quantity is no finite number.
    """
    splits: dict[K, SpendSplit] = {}
    by_unit: defaultdict[Hashable, list[tuple[K, _Priced, _Priced]]] = defaultdict(list)
    for product in products:
        if product.key in splits:
            raise ValueError(product.key)
        before, after = _priced(product.before), _priced(product.after)
        splits[product.key] = SpendSplit()  # keeps the order in which they came
        if before and after:
            by_unit[product.base_unit].append((product.key, before, after))
        else:
            splits[product.key] = _whole(product)
    for rows in by_unit.values():
        splits |= _split(rows)
    total = {
        part.value: sum((getattr(split, part) for split in splits.values()), start=ZERO)
        for part in BridgePart
    }
    return Bridge(SpendSplit(**total), splits)


@dataclass(frozen=True)
class _Priced:
    """What was bought where a price can be said: both above zero."""

    amount: Fraction
    quantity: Fraction


def _priced(bought: Bought | None) -> _Priced | None:
    if bought is None or bought.quantity is None:
        return None
    amount, quantity = exact(bought.amount), exact(bought.quantity)
    return _Priced(amount, quantity) if amount > 0 and quantity > 0 else None


def _whole(product: Product[K]) -> SpendSplit:
    """The change of a product that cannot be split."""
    before = exact(product.before.amount) if product.before else ZERO
    after = exact(product.after.amount) if product.after else ZERO
    if product.before is None and after > 0:
        return SpendSplit(new=after)
    if product.after is None and before > 0:
        return SpendSplit(vanished=-before)
    return SpendSplit(unsplit=after - before)


def _split(rows: list[tuple[K, _Priced, _Priced]]) -> dict[K, SpendSplit]:
    """Price, volume and mix of the products of one base unit."""
    growth = sum((after.quantity for _, _, after in rows), start=ZERO) / sum(
        (before.quantity for _, before, _ in rows), start=ZERO
    )
    splits = {}
    for key, before, after in rows:
        as_all_grew = on_grid(growth * before.amount)
        at_old_price = on_grid(after.quantity * before.amount / before.quantity)
        splits[key] = SpendSplit(
            price=after.amount - at_old_price,
            volume=as_all_grew - before.amount,
            mix=at_old_price - as_all_grew,
        )
    return splits


SPEND: Final = REDUCE_SPEND_BRIDGE.over_time.beneath(REDUCE_SPEND_BRIDGE)
"""Spend as a sum, of which the KPI gives the change; both are Reduce."""

ARTICLE: Final = "article"
READS: Final = ("by_product", "order_lines")
"""Relations that have articles; only order lines also have locations."""

NO_ARTICLE: Final = ""
"""The key of what was ordered without an article."""


@dataclass(frozen=True)
class SpendBridge:
    """A change of spend between two periods, with what was bought of each article, by key.

    ``NO_ARTICLE`` is the key of lines without one. Where there is no ``bridge``, the reason of the
    figure ``lacking`` says why.
    """

    before: KpiResult
    after: KpiResult
    products: Mapping[str, Product[str]]
    bridge: Bridge[str] | None
    lacking: KpiResult | None = None

    @property
    def unknown(self) -> int:
        """How many articles are unsplit because not every line states its quantity."""
        return sum(product.unknown for key, product in self.products.items() if key != NO_ARTICLE)

    @property
    def refunds(self) -> int:
        """How many articles are unsplit because more was sent back than bought."""
        return sum(product.refunded for product in self.products.values())

    @property
    def flags(self) -> tuple[Flag, ...]:
        """What a reader must know of either period."""
        return tuple(dict.fromkeys((*self.after.flags, *self.before.flags)))


def spend_bridge(db: Transaction, ask: Ask) -> SpendBridge:
    """The bridge from the spend of a year earlier to that of a period.

    Articles of several suppliers that are the same count as one, so that another supplier's price
    is a price and not a new article.

    Raises:
        UserError: ``why.no_data`` without any month; or what ``compute`` raises.
    """
    ask, span = compared_periods(db, ask, Against.YEAR)
    before, after = added_up(db, SPEND, ask, span)
    detailed = replace(ask, by=(ARTICLE,))
    lacking = next((one for one in (after, before) if one.state is not State.VALUE), None)
    if lacking is None and privacy.is_private(db, ask, "orders"):
        lacking = privacy.hidden(after)
    if lacking:
        return SpendBridge(before, after, {}, None, lacking=lacking)
    products = {row.key: row for row in _bought(db, detailed, periods_sql(span))}
    return SpendBridge(before, after, products, bridge(products.values()))


@dataclass(frozen=True)
class StreamSpend:
    """What changed in the spend on one stream since a contract was split into streams.

    Args:
        stream: None for articles that no stream bought in the later period.
        after: its spend in the later period.
        before: what the same articles cost in the earlier one, EUR.
        split: the change in its parts; None where ``after`` has no value.
    """

    stream: str | None
    after: KpiResult
    before: float
    split: SpendSplit | None


@dataclass(frozen=True)
class FamilySpend:
    """The spend of successive contracts before and after one was split, in total and by stream."""

    before: KpiResult
    after: KpiResult
    streams: tuple[StreamSpend, ...]


def spend_by_stream(db: Transaction, ask: Ask, before: Period, after: Period) -> FamilySpend:
    """Split the change of spend of successive contracts by the streams of the later ones.

    The earlier contract states no streams, so each article counts in the one that bought most of it
    afterwards; what the same article cost before stands there too.

    Args:
        db: the transaction.
        ask: the filters, which name the family of contracts.
        before: the period before the split.
        after: the period after it.
    """
    span = [before, after]
    earlier, whole = added_up(db, SPEND, replace(ask, by=()), span)
    results = added_up(db, SPEND, replace(ask, by=("stream",)), span)
    of_article: dict[str, tuple[float, str | None]] = {}
    for result in added_up(db, SPEND, replace(ask, by=(ARTICLE, "stream")), [after]):
        article, amount = result.keys[ARTICLE], result.numerator or 0.0
        if article is not None and amount > of_article.get(article, (0.0, None))[0]:
            of_article[article] = amount, result.keys["stream"]
    products: defaultdict[str | None, list[Product[str]]] = defaultdict(list)
    for product in _bought(db, replace(ask, by=(ARTICLE,)), periods_sql(span)):
        products[of_article.get(product.key, (0.0, None))[1]].append(product)
    later = {one.keys["stream"]: one for one in results if one.period == after}
    streams = []
    for stream in sorted({*products, *later}, key=lambda name: (name is None, name or "")):
        own, figure = products[stream], later.get(stream)
        if figure is None:  # only the earlier contract bought it
            nothing = 0.0 if whole.state is State.VALUE else None
            figure = replace(whole, keys={"stream": None}, value=nothing, numerator=nothing)
        split = bridge(own).total if figure.state is State.VALUE else None
        cost = sum(float(one.before.amount) for one in own if one.before)
        streams.append(StreamSpend(stream, figure, cost, split))
    return FamilySpend(earlier, whole, tuple(streams))


def _bought(db: Transaction, ask: Ask, span: str) -> list[Product[str]]:
    """What was bought of each article in the earlier (0) and the later (1) period."""
    relation = choose_in(db, READS, ask.used)
    article, unit = (RELATIONS[relation.name].dimensions[name] for name in (ARTICLE, "base_unit"))
    test, parameters = filter_sql(relation, ask.filters)
    rows = db.rows(
        f"select coalesce({article}, '') as key, min({unit}), count(distinct coalesce({unit}, '')),"
        + ",".join(
            f" sum({what}) filter (where no = {no})"
            for no in (0, 1)
            for what in ("lines", "amount_eur", "quantity", "lines_with_amount",
                         "lines_with_quantity")
        )
        + f" from {relation.source(ask.used)} join {span} on r.month between first and last"
        f" where {test} group by key order by key",
        parameters,
    )  # fmt: skip
    products = []
    for key, unit, units, *sums in rows:
        sides = [_side(key, units, *own) for own in (sums[:5], sums[5:])]
        if key == NO_ARTICLE:
            sides = [side or Bought(0) for side in sides]  # it is no article that comes or goes
        products.append(Product(key, unit or key, *sides))
    return products


def _side(
    key: str,
    units: int,
    lines: int | None,
    amount: float | None,
    quantity: float | None,
    with_amount: int | None,
    with_quantity: int | None,
) -> Bought | None:
    """What was bought in one period; its quantity where as many lines state it as an amount.

    A supplier may send amounts and quantities in two files, so lines are compared as totals.
    """
    if not lines:
        return None
    whole = key != NO_ARTICLE and units == 1 and bool(with_amount) and with_amount == with_quantity
    return Bought(amount or 0.0, quantity if whole else None)
