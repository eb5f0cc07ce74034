"""The measurability of KPIs in sentences: why a figure is missing, and what to load next."""

from collections.abc import Iterable, Sequence

from nami_monitor.core.words import PeriodKind, State
from nami_monitor.i18n import formats, text
from nami_monitor.kit import shipped
from nami_monitor.kpis.measurability import Cell, Lack, Measurability, Unlock
from nami_monitor.kpis.sentences import names as named
from nami_monitor.kpis.sentences import reason_sentence
from nami_monitor.store import Transaction


def watched() -> dict[str, frozenset[int]]:
    """The numbers of the kit's cases that watch a KPI, by its code."""
    cases = shipped().cases.values()
    codes = {figure.code for case in cases for figure in case.figures}
    return {
        code: frozenset(
            case.number for case in cases if code in {figure.code for figure in case.figures}
        )
        for code in codes
    }


def names(db: Transaction, categories: Sequence[str], lang: str) -> dict[str, str]:
    """The name of each category by its code."""
    said = named(db, "category", categories, lang)
    return {code: said[code] for code in categories}


def headline(found: Measurability, lang: str) -> str:
    """How many figures can be computed."""
    if found.month is None:
        return text("measurability.nothing", lang)
    asked = [c for c in found.cells if c.result.state is not State.NOT_APPLICABLE]
    values = [cell for cell in asked if cell.result.state is State.VALUE]
    shorter = sum(cell.result.period.kind != PeriodKind.R12 for cell in values)
    said = text(
        "measurability.headline",
        lang,
        values=formats.number(len(values), lang),
        asked=formats.number(len(asked), lang),
        month=formats.month(found.month, lang),
    )
    return f"{said} {text('measurability.shorter', lang, n=shorter)}" if shorter else said


def period(cell: Cell, lang: str) -> str:
    """The period over which a figure can be computed; empty where there is none."""
    over = cell.result.period
    if cell.result.state is not State.VALUE:
        return ""
    return formats.period(over, lang)


def need(name: str, lang: str) -> str:
    """A table or column as people read it: “Bestellingen en verbruik: Staat”."""
    table, _, column = name.partition(".")
    said = text(f"tables.{table}.name", lang)
    return f"{said}: {text(f'columns.{column}', lang)}" if column else said


def lack(one: Lack, lang: str) -> str:
    """A missing table or column, with the share that is filled."""
    if one.share is None:
        return text("measurability.lack.table", lang, need=need(one.need, lang))
    share = formats.percent(100 * one.share, lang, decimals=0)
    return text("measurability.lack.column", lang, need=need(one.need, lang), share=share)


def why(cell: Cell, lang: str) -> str:
    """Why there is no figure: what is missing, else the reason that the figure itself gives."""
    if cell.lacks:
        return "; ".join(lack(one, lang) for one in cell.lacks)
    return reason_sentence(cell.result, lang) or ""


def unlock_sentence(one: Unlock, lang: str, most: int | None = None) -> str:
    """What a table or column would unlock, by itself and in at most so many combinations."""
    said = []
    if one.alone:
        said.append(
            text("measurability.unlocks", lang, n=len(one.alone), need=need(one.need, lang))
        )
    elif one.together:
        said.append(text("measurability.alone", lang, need=need(one.need, lang)))
    return " ".join([*said, *together(one, lang)[:most]])


def together(one: Unlock, lang: str) -> list[str]:
    """What a table or column would unlock together with others, the most figures first."""
    others = sorted(one.together.items(), key=lambda item: (-len(item[1]), item[0]))
    return [
        text("measurability.together", lang, n=len(pairs), others=_listed(needs, lang))
        for needs, pairs in others
    ]


def by_category(found: Measurability, most: int | None = None) -> list[Cell]:
    """The figures of every category, or of so many, the category that is supported best first."""
    rank = {code: no for no, code in enumerate(found.categories[:most])}
    shown = [cell for cell in found.cells if cell.category in rank]
    return sorted(shown, key=lambda cell: rank[cell.category])


def _listed(needs: Iterable[str], lang: str) -> str:
    return f" {text('measurability.and', lang)} ".join(need(name, lang) for name in needs)
