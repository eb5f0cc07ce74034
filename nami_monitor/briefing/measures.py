"""Interventions as a form edits them: options, stored fields, and the history of changes."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Final

from nami_monitor.briefing.waterbed import limitation_sentence
from nami_monitor.i18n import formats, text
from nami_monitor.kpis.interventions.comparison import Comparison, compare
from nami_monitor.kpis.interventions.panel_data import PanelData
from nami_monitor.kpis.interventions.pilot import Pilot, in_another_pilot
from nami_monitor.kpis.interventions.register import Intervention
from nami_monitor.store import Transaction
from nami_monitor.store.journal import RowChange, category_names, latest_first, row_changes
from nami_monitor.tables import columns
from nami_monitor.waterbed.planning import PilotDesign

TABLE: Final = "interventions"
CODE: Final = "intervention_id"
SEPARATOR: Final = ";"
FIRST_CODE: Final = "M-1"
ALL: Final = "*"
GROUP: Final = "g:"
"""How a whole group is told from a single code in what was chosen."""

FIELDS: Final = tuple(column.name for column in columns(TABLE))
"""Every field of a measure, in the order of its table."""


@dataclass(frozen=True)
class MeasureOption:
    """An article or location to choose from, with its product group or location group."""

    code: str
    name: str
    group: str | None


@dataclass(frozen=True)
class MeasureOptions:
    """The options of the form for interventions of one category, by name.

    Channels come by how much is ordered; ``articles`` of each channel stand under its code.
    """

    channels: tuple[str, ...]
    articles: Mapping[str, tuple[MeasureOption, ...]]
    locations: tuple[MeasureOption, ...]

    def of(self, channels: Collection[str]) -> tuple[MeasureOption, ...]:
        """The articles that are ordered through some channels, each once, by name."""
        found = {one.code: one for name in channels for one in self.articles.get(name, ())}
        return tuple(sorted(found.values(), key=lambda one: (one.name, one.code)))


@dataclass(frozen=True)
class MeasureEvent:
    """A change of an intervention in the register; its row is empty for one that was undone.

    ``what`` is ``registered``, ``changed``, ``closed``, or ``undone`` for a delivery taken back.
    """

    change: RowChange
    what: str
    fields: tuple[str, ...]


def categories(db: Transaction) -> Mapping[str, Mapping[str, str]]:
    """Every category with order lines, most lines first, with its names by language."""
    lines = (
        "select category, sum(lines) as rank from by_place where category is not null group by 1"
    )
    return category_names(db, lines)


def offered(db: Transaction, category: str) -> MeasureOptions:
    """Read the options for interventions of a category."""
    channels = db.rows(
        "select channel from by_place where category = ? and channel is not null"
        " group by channel order by sum(lines) desc, channel",
        [category],
    )
    rows = db.rows(
        "with ordered as (select distinct channel, product_source, product_id from by_product"
        " where category = ? and product_id is not null),"
        " named as (select source, product_id, arg_max(name, from_day) as name,"
        " arg_max(product_group, from_day) as product_group from (select *,"
        " coalesce(valid_from, date '0001-01-01') as from_day from products) group by all)"
        " select o.channel, o.product_id, min(coalesce(n.name, o.product_id)),"
        " min(n.product_group) from ordered as o left join named as n"
        " on n.source = o.product_source and n.product_id = o.product_id"
        " group by 1, 2 order by 1, 3, 2",
        [category],
    )
    articles: dict[str, list[MeasureOption]] = {}
    for channel, code, name, group in rows:
        articles.setdefault(channel, []).append(MeasureOption(code, name, group))
    places = db.rows('select location_id, name, "group" from locations order by name, location_id')
    return MeasureOptions(
        tuple(channel for (channel,) in channels),
        {channel: tuple(found) for channel, found in articles.items()},
        tuple(MeasureOption(*row) for row in places),
    )


def groups(known: Iterable[MeasureOption]) -> dict[str, tuple[str, ...]]:
    """The codes of every group with more than one member, by its name."""
    found: dict[str, list[str]] = {}
    for one in known:
        if one.group:
            found.setdefault(one.group, []).append(one.code)
    return {name: tuple(found[name]) for name in sorted(found) if len(found[name]) > 1}


def fold(codes: Collection[str], known: Sequence[MeasureOption]) -> list[str]:
    """Fold registered codes into choices: all, whole groups, and single or unknown codes."""
    left = set(codes)
    if len(known) > 1 and {one.code for one in known} == left:
        return [ALL]
    chosen = []
    for name, members in groups(known).items():
        if left.issuperset(members):
            chosen.append(f"{GROUP}{name}")
            left -= set(members)
    return chosen + [code for code in codes if code in left]


def unfold(
    chosen: Collection[str], known: Sequence[MeasureOption], held: Sequence[str] = ()
) -> tuple[str, ...]:
    """Unfold the choices of ``fold`` into codes, each once; those held first, in their order."""
    by_group = groups(known)
    found: set[str] = set()
    for one in chosen:
        if one == ALL:
            found |= {each.code for each in known}
        elif one.startswith(GROUP):
            found |= set(by_group[one.removeprefix(GROUP)])
        else:
            found.add(one)
    kept = [code for code in held if code in found]
    return (*kept, *sorted(found - set(kept)))


def next_code(taken: Collection[str]) -> str:
    """The next free number in the largest series of numbers on record."""
    series: dict[str, list[int]] = {}
    for code in taken:
        tail = re.search(r"\d{1,9}$", code)
        if tail:
            series.setdefault(code[: tail.start()], []).append(int(tail.group()))
    if not series:
        return FIRST_CODE
    stem = max(sorted(series), key=lambda name: len(series[name]))
    return f"{stem}{max(series[stem]) + 1}"


def on_record(db: Transaction, code: str) -> dict[str, Any] | None:
    """The fields of a measure as they are on record; None when there is no such measure."""
    rows = db.rows(f"select {', '.join(FIELDS)} from {TABLE} where {CODE} = ?", [code])
    return dict(zip(FIELDS, rows[0], strict=True)) if rows else None


def history(db: Transaction) -> tuple[MeasureEvent, ...]:
    """Who registered, changed or closed which measure when, the latest first."""
    return tuple(
        MeasureEvent(
            change,
            _done(change.before, change.row),
            tuple(name for name, value in change.before.items() if change.row[name] != value),
        )
        for change in latest_first(row_changes(db, TABLE))
    )


def _done(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    if not now:
        return "undone"
    if not before:
        return "registered"
    return "closed" if now["status"] == "ended" != before["status"] else "changed"


def as_row(stated: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a measure as a row of its table: several values stand in one cell."""
    return {
        name: SEPARATOR.join(value) or None if isinstance(value, tuple) else value
        for name in FIELDS
        if name in stated
        for value in (stated[name],)
    }


UNSTATED: Final[Mapping[str, Any]] = {
    CODE: "",
    "title": "",
    "strategy": "refuse",
    "status": "planned",
    "starts_on": date.max.replace(day=1),
    "ends_on": None,
    "ramp_months": 0,
    "anticipation_months": 1,
    "substitute_products": (),
    "products": (),
    "may_spread": False,
    "planned_reduction": None,
    "turn_months": 0,
}
"""The fields of a pilot that nobody states; its chances do not depend on its first day."""


def as_intervention(stated: Mapping[str, Any]) -> Intervention:
    """Fields of a measure or pilot as the register reads them; several values as a tuple."""
    known = {name: value for name, value in stated.items() if value is not None}
    values = {**UNSTATED, **known}
    names = {field.name for field in fields(Intervention)} & set(values)
    return Intervention(code=values[CODE], **{name: values[name] for name in names})


def foreseen(one: Intervention, read: PanelData, lang: str) -> tuple[str, ...]:
    """Sentences on the comparison that an intervention will have, and on its obstacles.

    It need not be on record; the data are of its category, with the articles that it names.
    """
    found = compare(one, read)
    if not isinstance(found, Comparison):
        return tuple(limitation_sentence(note, lang) for note in found)
    taken = in_another_pilot(one, read, one.last_month or date.max)
    said = text(
        "measures.foreseen",
        lang,
        n=len(found.sites.controls),
        treated=formats.number(len(found.sites.treated), lang),
        pre=formats.number(len(found.window.pre), lang),
        post=formats.number(len(found.window.post), lang),
    )
    notes = (*taken, *found.limitations)
    return (said, *dict.fromkeys(limitation_sentence(note, lang) for note in notes))


def product_groups(options: MeasureOptions, channels: Collection[str]) -> tuple[str, ...]:
    """The product groups of the articles that are ordered through all of some channels."""
    each = [{one.group for one in options.of([name]) if one.group} for name in channels]
    return tuple(sorted(set.intersection(*each))) if each else ()


def as_designed(
    stated: Mapping[str, Any], options: MeasureOptions, pilot: Pilot, design: PilotDesign
) -> dict[str, Any]:
    """The fields of a pilot, with what a design makes of them.

    Its product groups join the articles that go away, and where articles are named that can take
    their place, those of the groups join them.
    """
    groups = set(pilot.groups_of(design))

    def joined(name: str, channels: Collection[str]) -> tuple[str, ...]:
        more = (one.code for one in options.of(channels) if one.group in groups)
        return tuple(dict.fromkeys((*stated[name], *more)))

    substitutes = stated["substitute_products"]
    return {
        **stated,
        "locations": pilot.sites_of(design) or stated["locations"],
        "products": joined("products", [stated["target_channel"]])
        if groups
        else stated["products"],
        "substitute_products": joined("substitute_products", stated["substitute_channels"])
        if groups and substitutes
        else substitutes,
        "turn_months": design.turn or None,
        "evaluate_after": str(design.months),
        "sides": "one_sided" if design.one_sided else None,
        "month_weights": "weighed" if design.weighed and not design.turn else None,
    }
