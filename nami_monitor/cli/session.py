"""What every command has: its options, the database, the language, and how it ends.

Every end of a command with ``--json`` is one JSON document on standard output: the outcome, or
``{"error": {"key": ..., "text": ...}}`` beside the sentence on standard error.
"""

from __future__ import annotations

import contextlib
import functools
import glob
import inspect
import os
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn, get_type_hints

import typer
from typer.core import TyperCommand

from nami_monitor.core.errors import UserError, short
from nami_monitor.core.escapes import json_text, terminal
from nami_monitor.core.settings import places, remember_who, remembered_who
from nami_monitor.i18n import LANGS, Lang, has_text, text

if TYPE_CHECKING:
    from nami_monitor.store import Store, Transaction

WAIT_SECONDS: Final = 60.0
LANG_KEY: Final = "nami.lang"
LANGUAGE_VARIABLES: Final = ("NAMI_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
WRONG_USAGE: Final = frozenset({
    "cli.unconfirmed", "cli.who", "periods.month", "kpi.no_dimension", "kpi.dimensions_apart",
    "kpi.no_code", "export.no_such", "trace.need_out", "waterbed.no_intervention",
    "briefing.no_category", "briefing.no_month", "signals.no_category", "lessons.no_signal",
    "pilot.unknown", "pilot.no_locations",
})  # fmt: skip
"""Errors that the command line itself holds; they end with exit code 2."""


def _keep_language(ctx: typer.Context, value: str | None) -> str | None:
    if one_of(LANGS)(value):
        ctx.meta[LANG_KEY] = value
    return value


Who = Annotated[str, typer.Option("--who", envvar="NAMI_WHO")]
"""The option of commands that change data; ``CommandSession.signed_by`` reads it."""

Month = Annotated[str | None, typer.Option("--month", metavar="YYYY-MM")]
"""The month as of which a command speaks; ``CommandSession.read_month`` reads it."""

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


def reader_language(asked: str | None) -> Lang:
    """What is asked for, NAMI_LANG, else the system's language; Dutch unless English."""
    settings = [asked, *map(os.environ.get, LANGUAGE_VARIABLES)]
    lang = next(filter(None, settings), "nl")
    return "en" if lang.lower().startswith("en") else "nl"


def language_of(ctx: Any) -> Lang:
    """The reader's language, as ``--lang`` or the system says."""
    return reader_language(ctx.meta.get(LANG_KEY))


def translate(command: Any, ctx: Any) -> None:
    """Put the words of the reader's language into a command's help."""
    lang = language_of(ctx)
    name = str(ctx.info_name).replace("-", "_") if ctx.parent else "nami"
    command.help = text(f"cli.commands.{name}", lang)
    for param in command.params:
        own = f"cli.options.{name}.{param.name}"
        param.help = text(own if has_text(own, lang) else f"cli.options.{param.name}", lang)


class Help:
    """Help that stands in the catalogues, with its headings; mixed into commands and groups."""

    def format_help(self: Any, ctx: Any, formatter: Any) -> None:
        """Write the help in the reader's language."""
        translate(self, ctx)
        super().format_help(ctx, formatter)  # type: ignore[misc]

    def format_usage(self: Any, ctx: Any, formatter: Any) -> None:
        """Write how the command is called."""
        prefix = f"{text('cli.help.usage', language_of(ctx))}: "
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix=prefix)

    def format_options(self: Any, ctx: Any, formatter: Any) -> None:
        """Write what stands behind the command, and its options."""
        lang = language_of(ctx)
        self.get_help_option(ctx).help = text("cli.help.this", lang)
        for kind in ("argument", "option"):
            own = [one for one in self.get_params(ctx) if one.param_type_name == kind]
            rows = [row for one in own if (row := one.get_help_record(ctx))]
            if rows:
                with formatter.section(text(f"cli.help.{kind}s", lang)):
                    formatter.write_dl(rows)


class Command(Help, TyperCommand):
    """A command whose help stands in the catalogues."""


@dataclass(frozen=True)
class CommandSession:
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
        """The folder of the database."""
        return self.db or places().own

    @contextlib.contextmanager
    def open_store(self) -> Iterator[Store]:
        """The database, closed at the end; only an import makes a new one.

        Raises:
            UserError: ``cli.no_database`` when there is none.
        """
        from nami_monitor.store import Store  # noqa: PLC0415 - help need not wait for it

        with contextlib.closing(Store(self.path, wait=self.wait)) as store:
            if not store.exists:
                raise UserError("cli.no_database", path=str(self.path))
            yield store

    @contextlib.contextmanager
    def read(self) -> Iterator[Transaction]:
        """A reading transaction on the database; raises as ``open_store`` does."""
        with self.open_store() as store, store.read() as db:
            yield db

    @contextlib.contextmanager
    def read_as_of(self, month: date | None) -> Iterator[Transaction]:
        """The same on the data as of a month; None for the latest with data."""
        from nami_monitor.briefing.as_of import as_of  # noqa: PLC0415 - help need not wait for it

        with self.read() as db, as_of(db, month) as known:
            yield known

    @contextlib.contextmanager
    def read_month(self, month: str | None) -> Iterator[Transaction]:
        """The same as of a month that is named on the command line, ``2026-10``.

        Raises:
            UserError: ``periods.month``; ``briefing.no_month`` for one without data.
        """
        from nami_monitor.briefing.as_of import as_of, refuse_month  # noqa: PLC0415 - likewise
        from nami_monitor.core.periods import parse_month  # noqa: PLC0415 - likewise

        named = parse_month(month) if month else None
        with self.read() as db:
            if named:
                refuse_month(db, named)
            with as_of(db, named) as known:
                yield known

    @property
    def asks(self) -> bool:
        """Whether a person sits at the terminal who can be asked."""
        return not self.json and sys.stdin.isatty()

    def confirm(self, command: str, question: str, effects: Callable[[], Iterable[str]]) -> None:
        """Show at the terminal what a command does and ask whether it is to go on; no ends it.

        ``command`` is what the user types.

        Raises:
            UserError: ``cli.unconfirmed`` when nobody can be asked.
            Exit: the answer is no.
        """
        if not self.asks:
            raise UserError("cli.unconfirmed", command=command)
        for line in effects():
            self.tell(line)
        if not typer.confirm(terminal(question), err=True):
            raise typer.Exit(1)

    def signed_by(self, given: str) -> str:
        """Who does this: as given, else as remembered, else asked for once and remembered.

        Raises:
            UserError: ``cli.who`` when nobody can be asked, ``personal.address``.
        """
        file = places().user
        known = given.strip() or remembered_who(file)
        if known:
            return known
        if not self.asks:
            raise UserError("cli.who")
        from nami_monitor.ingest.personal import signature  # noqa: PLC0415 - help need not wait for it

        asked = signature(typer.prompt(self.t("cli.who.ask"), err=True))
        remember_who(file, asked)
        self.tell(self.t("cli.who.kept", file=file))
        return asked

    def acted(self, act: str, about: str = "", name: str = "") -> None:
        """Note in the trail what changes no data, under the name that is known; nobody is asked."""
        from nami_monitor.store import Store  # noqa: PLC0415 - help need not wait for it

        who = os.environ.get("NAMI_WHO", "").strip() or remembered_who(places().user)
        Store(self.path).acted(who, act, about, name)

    def t(self, key: str, **values: object) -> str:
        """A text of the catalogue."""
        return text(key, self.lang, **values)

    def sentence(self, error: UserError) -> str:
        """What went wrong and what to do."""
        values = {name: self._written(name, value) for name, value in error.values.items()}
        return text(f"errors.{error.key}", self.lang, **values)

    def _written(self, name: str, value: object) -> object:
        """A value of an error as people read it."""
        if isinstance(value, datetime):
            from nami_monitor.i18n import formats  # noqa: PLC0415 - help need not wait for it

            return formats.moment(value, self.lang)
        if name == "kinds":
            return ", ".join(self.t(f"tables.{kind}.name") for kind in str(value).split(", "))
        if name in {"table", "column", "missing"}:
            return self.named(str(value))
        if isinstance(value, tuple) and name == "rules":
            return "; ".join(self.t(f"rules.{rule}").rstrip(".") for rule in value)
        return value

    def named(self, names: str) -> str:
        """Names of tables and their columns as people call them; other names as they are."""
        from nami_monitor.ingest.template import heading  # noqa: PLC0415 - help need not wait
        from nami_monitor.tables import TABLES, columns  # noqa: PLC0415 - help need not wait

        if names in TABLES:
            return f"“{self.t(f'tables.{names}.name')}”"
        known = {column.name for table in TABLES for column in columns(table)}
        parts = re.split("( / |, )", names)
        return "".join(heading(one, self.lang) if one in known else one for one in parts)

    def percent(self, share: float | None) -> str:
        """A share between 0 and 1 in whole percent; empty when there is none."""
        from nami_monitor.i18n import formats  # noqa: PLC0415 - help need not wait for it

        return "" if share is None else formats.percent(100 * share, self.lang, decimals=0)

    def show(self, document: Any, lines: Iterable[str]) -> None:
        """Write the outcome: the document as JSON, or the lines for people."""
        if self.json:
            write_json(document)
        else:
            for line in lines:
                typer.echo(terminal(line))

    def tell(self, line: str) -> None:
        """Write a line to standard error."""
        typer.echo(terminal(line), err=True)

    def fail(self, error: UserError) -> NoReturn:
        """End the command with what a user can mend: exit code 2 for wrong usage, otherwise 1.

        Raises:
            Exit: always.
        """
        sentence = self.sentence(error)
        if self.json:
            write_error(error.key, sentence)
        self.tell(sentence)
        raise typer.Exit(2 if error.key in WRONG_USAGE else 1) from error


def write_json(document: Any, indent: int | None = 2) -> None:
    """Write a JSON document to standard output; without an indent on one line."""
    typer.echo(json_text(document, indent))


def write_error(key: str, sentence: str) -> None:
    """Write an error as JSON on one line: its key in the catalogues, and its sentence."""
    write_json({"error": {"key": key, "text": sentence}}, None)


def _session(ctx: typer.Context, values: dict[str, Any]) -> CommandSession:
    """The session of a command, from the shared options behind its name or before it."""
    before = ctx.find_root().obj or {}
    options = {}
    for name in SHARED:
        value = values.pop(name)
        options[name] = before.get(name) if value is None or value is False else value
    wait = options["wait"]
    return CommandSession(
        db=options["db"],
        wait=WAIT_SECONDS if wait is None else wait,
        lang=language_of(ctx),
        json=bool(options["json"]),
    )


def of_system(error: OSError) -> UserError:
    """What the system did not allow, as something that a user can mend."""
    why = error.strerror or type(error).__name__
    return UserError("cli.system", path=short(error.filename or "-"), why=why)


def one_of(known: Collection[str]) -> Callable[[str | None], str | None]:
    """A check of an option: BadParameter for a value that is not among those that are known."""

    def check(value: str | None) -> str | None:
        if value is not None and value not in known:
            raise typer.BadParameter(f"one of {', '.join(known)}")
        return value

    return check


commands: Final = typer.Typer(rich_markup_mode=None)
"""The commands of the modules that were loaded."""


def command(name: str) -> Callable[[Callable[..., None]], None]:
    """Make a function a command.

    It gets a ``CommandSession`` and its own options; the shared ones are added here. What a user
    can mend ends it as ``CommandSession.fail`` says. ``name`` is what people type.
    """

    def register(function: Callable[..., None]) -> None:
        @functools.wraps(function)
        def run(ctx: typer.Context, **values: Any) -> None:
            session = _session(ctx, values)
            try:
                function(session, **values)
            except UserError as error:
                session.fail(error)
            except BrokenPipeError:  # who reads, such as head, has enough: Typer ends quietly
                raise
            except OSError as error:
                session.fail(of_system(error))

        run.__signature__ = _signature(function)  # type: ignore[attr-defined]
        run.__annotations__ = {
            parameter.name: parameter.annotation
            for parameter in run.__signature__.parameters.values()  # type: ignore[attr-defined]
        }
        del run.__wrapped__
        commands.command(name, cls=Command)(run)

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
    header: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[int] = ()
) -> list[str]:
    """Rows as aligned text, the columns with the numbers in ``right`` to the right."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    sides = [">" if index in right else "<" for index in range(len(header))]

    def line(cells: Sequence[str]) -> str:
        columns = zip(cells, sides, widths, strict=True)
        return "  ".join(f"{cell:{side}{width}}" for cell, side, width in columns).rstrip()

    return [line(header), line(["-" * width for width in widths]), *map(line, rows)]


def files_of(named: list[str]) -> Iterator[Path]:
    """The files themselves: of a folder all that it holds, of a pattern all that fit."""
    for name in named:
        path = Path(name)
        if path.is_dir():
            yield from sorted(
                file for file in path.iterdir() if file.is_file() and file.name[0] not in ".~"
            ) or [path]
        elif path.exists():
            yield path
        else:
            yield from map(Path, sorted(glob.glob(name)) or [name])  # noqa: PTH207 - a pattern may be absolute
