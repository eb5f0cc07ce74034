"""What every command has: its options, the database, the language, and how it ends."""

from __future__ import annotations

import functools
import inspect
import json as json_text
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final, get_type_hints

import typer
from typer.core import TyperCommand

from nami_monitor.core.errors import UserError, short
from nami_monitor.core.settings import places
from nami_monitor.i18n import LANGS, Lang, has_text, text

WAIT_SECONDS: Final = 60.0
LANG_KEY: Final = "nami.lang"
LANGUAGE_VARIABLES: Final = ("NAMI_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
WRONG_USAGE: Final = frozenset(
    {
        "periods.month",
        "kpi.no_dimension",
        "kpi.dimensions_apart",
        "kpi.no_code",
        "export.no_such",
        "trace.need_out",
        "waterbed.no_intervention",
        "briefing.no_category",
        "briefing.no_month",
        "signals.no_category",
        "lessons.no_signal",
        "pilot.unknown",
        "pilot.no_locations",
    }
)
"""Errors that the command line itself holds; they end with exit code 2."""


def _keep_language(ctx: typer.Context, value: str | None) -> str | None:
    if value is not None and value not in LANGS:
        raise typer.BadParameter(", ".join(LANGS))
    if value is not None:
        ctx.meta[LANG_KEY] = value
    return value


Database = Annotated[Path | None, typer.Option("--db", envvar="NAMI_DB", show_envvar=True)]
Wait = Annotated[float | None, typer.Option("--wait", min=0)]
Language = Annotated[
    str | None, typer.Option("--lang", is_eager=True, callback=_keep_language, metavar="nl|en")
]
AsJson = Annotated[bool, typer.Option("--json")]

SHARED: Final[dict[str, Any]] = {
    "db": (Database, None),
    "wait": (Wait, None),
    "lang": (Language, None),
    "json": (AsJson, False),
}
"""Options of every command, before its name or behind it, with their defaults."""


def language_of(ctx: Any) -> Lang:
    """The reader's language: ``--lang``, NAMI_LANG, else the system's; Dutch unless English."""
    asked = [ctx.meta.get(LANG_KEY), *(os.environ.get(name) for name in LANGUAGE_VARIABLES)]
    stated = next((found for found in asked if found), "nl")
    return "en" if stated.lower().startswith("en") else "nl"


def translate(command: Any, ctx: Any) -> None:
    """Put the words of the reader's language into a command's help."""
    lang = language_of(ctx)
    name = str(ctx.info_name).replace("-", "_") if ctx.parent else "nami"
    command.help = text(f"cli.commands.{name}", lang)
    for param in command.params:
        own = f"cli.options.{name}.{param.name}"
        param.help = text(own if has_text(own, lang) else f"cli.options.{param.name}", lang)


class Command(TyperCommand):
    """A command whose help stands in the catalogues."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help in the reader's language."""
        translate(self, ctx)
        super().format_help(ctx, formatter)


@dataclass(frozen=True)
class Session:
    """One run of one command.

    Args:
        db: the database file that was named, if any.
        wait: seconds to wait while another process holds it.
        lang: language for people.
        json: whether standard output is one JSON document.
    """

    db: Path | None
    wait: float
    lang: Lang
    json: bool

    @property
    def path(self) -> Path:
        """The database file."""
        return self.db or places().own

    @property
    def asks(self) -> bool:
        """Whether a person sits at the terminal who can be asked."""
        return not self.json and sys.stdin.isatty()

    def t(self, key: str, **values: object) -> str:
        """A text of the catalogue."""
        return text(key, self.lang, **values)

    def sentence(self, error: UserError) -> str:
        """What went wrong and what to do."""
        seen = {name: self._shown(value) for name, value in error.values.items()}
        return text(f"errors.{error.key}", self.lang, **seen)

    def _shown(self, value: object) -> object:
        """A moment as people write it on their own clock; anything else as it is."""
        if not isinstance(value, datetime):
            return value
        from nami_monitor.i18n import formats  # noqa: PLC0415 - help need not wait for it

        local = value.replace(tzinfo=UTC).astimezone()
        return f"{formats.day(local, self.lang)} {local:%H:%M}"

    def show(self, document: Any, lines: Iterable[str]) -> None:
        """Write the outcome: the document as JSON, or the lines for people."""
        if self.json:
            typer.echo(json_text.dumps(document, ensure_ascii=False, indent=2))
        else:
            for line in lines:
                typer.echo(line)

    def tell(self, line: str) -> None:
        """Write a line to standard error."""
        typer.echo(line, err=True)


def _session(ctx: typer.Context, values: dict[str, Any]) -> Session:
    before = ctx.find_root().obj or {}
    given = {}
    for name in SHARED:
        value = values.pop(name)
        given[name] = before.get(name) if value is None or value is False else value
    wait = given["wait"]
    return Session(
        db=given["db"],
        wait=WAIT_SECONDS if wait is None else wait,
        lang=language_of(ctx),
        json=bool(given["json"]),
    )


def of_system(error: OSError) -> UserError:
    """What the system did not allow, as something that a user can mend."""
    why = error.strerror or type(error).__name__
    return UserError("cli.system", path=short(error.filename or "-"), why=why)


def command(app: typer.Typer, name: str) -> Callable[[Callable[..., None]], None]:
    """Make a function a command.

    It gets a ``Session`` and its own options; the shared ones are added here. What a user can mend
    is said on standard error: exit code 2 for wrong usage, otherwise 1.

    Args:
        app: the Typer application of its module.
        name: what people type.
    """

    def register(function: Callable[..., None]) -> None:
        @functools.wraps(function)
        def run(ctx: typer.Context, **values: Any) -> None:
            session = _session(ctx, values)
            try:
                function(session, **values)
            except UserError as error:
                session.tell(session.sentence(error))
                raise typer.Exit(2 if error.key in WRONG_USAGE else 1) from error
            except OSError as error:
                session.tell(session.sentence(of_system(error)))
                raise typer.Exit(1) from error

        run.__signature__ = _signature(function)  # type: ignore[attr-defined]
        run.__annotations__ = {
            parameter.name: parameter.annotation
            for parameter in run.__signature__.parameters.values()  # type: ignore[attr-defined]
        }
        del run.__wrapped__
        app.command(name, cls=Command)(run)

    return register


def _signature(function: Callable[..., None]) -> inspect.Signature:
    """The function's own options behind the context and before the shared ones."""
    hints = get_type_hints(function, include_extras=True)
    own = list(inspect.signature(function).parameters.values())[1:]
    keyword = inspect.Parameter.KEYWORD_ONLY
    return inspect.Signature(
        [
            inspect.Parameter("ctx", keyword, annotation=typer.Context),
            *(p.replace(kind=keyword, annotation=hints[p.name]) for p in own),
            *(
                inspect.Parameter(name, keyword, annotation=kind, default=default)
                for name, (kind, default) in SHARED.items()
            ),
        ]
    )


def table(
    header: Sequence[str], rows: Sequence[Sequence[str]], right: Iterable[int] = ()
) -> list[str]:
    """Rows as aligned text.

    Args:
        header: the columns' names.
        rows: their cells.
        right: numbers of the columns that are aligned to the right.
    """
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    to_right = set(right)

    def line(cells: Sequence[str]) -> str:
        laid = (
            cell.rjust(width) if index in to_right else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )
        return "  ".join(laid).rstrip()

    return [line(header), line(["-" * width for width in widths]), *map(line, rows)]
