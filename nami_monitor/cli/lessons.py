"""``nami lessons``: the lessons of the inspiration kit, searched and chosen."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from nami_monitor.cli.session import Session, command
from nami_monitor.core.near_matches import refuse_unknown
from nami_monitor.core.words import KitSignal
from nami_monitor.kit import Lesson
from nami_monitor.kit.lookup import select
from nami_monitor.kit.search import search

app = typer.Typer(rich_markup_mode=None)


@command(app, "lessons")
def lessons(
    session: Session,
    query: Annotated[list[str] | None, typer.Argument(metavar="QUERY")] = None,
    signal: Annotated[str | None, typer.Option("--signal", metavar="SIGNAL")] = None,
    case: Annotated[int | None, typer.Option("--case", metavar="NUMBER")] = None,
) -> None:
    """Find lessons of the inspiration kit."""
    found = select(
        search(" ".join(query or ()), session.lang),
        case=case,
        signal=_known(signal) if signal else None,
    )
    lines = [line for one in found for line in _lines(session, one)]
    session.show(
        [_plain(session, one) for one in found], lines or [session.t("cli.lessons.nothing")]
    )


def _known(signal: str) -> KitSignal:
    """A signal by its code.

    Raises:
        UserError: ``lessons.no_signal``, with near matches.
    """
    refuse_unknown("lessons.no_signal", signal, [str(known) for known in KitSignal])
    return KitSignal(signal)


def _plain(session: Session, one: Lesson) -> dict[str, Any]:
    words = one.words[session.lang]
    return {
        "lesson": one.name,
        "kind": str(one.kind),
        "cases": list(one.cases),
        "strategies": [str(strategy) for strategy in one.strategies],
        "dimension": one.dimension and str(one.dimension),
        "signals": [str(signal) for signal in one.signals],
        "advice": one.advice,
        "title": words.title,
        "text": words.text,
        "try": words.to_try,
    }


def _lines(session: Session, one: Lesson) -> list[str]:
    words = one.words[session.lang]
    numbers = ", ".join(map(str, one.cases))
    told = [session.t(f"kit.kinds.{one.kind}")]
    told += [session.t("cli.lessons.cases", n=len(one.cases), numbers=numbers)] if numbers else []
    return [
        f"{words.title} ({'; '.join(told)}) [{one.name}]",
        f"  {words.text}",
        f"  {session.t('cli.lessons.try')} {words.to_try}",
        "",
    ]
