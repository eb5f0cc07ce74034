"""The commands by name; a command's module is loaded when it is asked for, so help is quick."""

import contextlib
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup
from typer.main import get_group

from nami_monitor.cli.session import (
    AsJson,
    Database,
    Help,
    Language,
    Wait,
    commands,
    language_of,
    reader_language,
    write_error,
)
from nami_monitor.core.escapes import terminal
from nami_monitor.core.settings import temporary_folder
from nami_monitor.i18n import Lang, text

COMMANDS: Final = {
    "demo": "imports",
    "template": "export",
    "import": "imports",
    "profiles": "imports",
    "batches": "batches",
    "undo": "batches",
    "set-aside": "batches",
    "trail": "batches",
    "kpi": "figures",
    "why": "figures",
    "trace": "figures",
    "measurability": "figures",
    "waterbed": "waterbed",
    "plan-pilot": "waterbed",
    "assign": "waterbed",
    "report": "export",
    "monthly": "monthly",
    "signals": "signals",
    "lessons": "signals",
    "completeness": "figures",
    "export": "export",
    "check": "batches",
    "backup": "batches",
    "restore": "batches",
    "lines": "lake",
    "rollup": "lake",
    "open": "lake",
    "serve": "serve",
}
"""Every command, with the module that holds it."""

ASKED: Final = "nami.asked"
"""What was asked for before anything is wrong: JSON or not, and the language."""
OF: Final = "Invalid value for (?P<name>.+): "
WRONG: Final = {
    "option": r"No such option: (?P<seen>\S+)(?: \(Possible options: (?P<near>.+)\))?",
    "missing": r"Missing (?:argument|option|parameter) (?P<name>.+)\.",
    "no_command": r"Missing command\.",
    "no_value": r"Option (?P<name>.+) requires an argument\.",
    "takes_none": r"Option (?P<name>.+) does not take a value\.",
    "extra": r"Got unexpected extra argument\(s\) \((?P<seen>.*)\)",
    "whole": OF + r"Input should be a valid integer.*",
    "number": OF + r"Input should be a valid number.*",
    "least": OF + r"Input should be greater than or equal to (?P<least>.+)",
    "most": OF + r"Input should be less than or equal to (?P<most>.+)",
    "known": OF + r"one of (?P<known>.+)",
    "value": OF + r"(?P<why>.*)",
}
"""Wrong usage as Typer says it, by the key of its words; what it says otherwise stays as it is."""


@contextlib.contextmanager
def _usage_errors(as_json: bool, lang: Lang) -> Iterator[None]:
    """Say wrong usage in the reader's language, as JSON too, and end with exit code 2."""
    try:
        yield
    except typer.TyperException as error:
        said = terminal(error.format_message())
        for key, form in WRONG.items():
            if found := re.fullmatch(form, said, re.DOTALL):
                said = text(f"cli.wrong.{key}", lang, **found.groupdict(""))
                break
        if as_json:
            write_error("cli.usage", said)
        if type(error).__name__ == "NoArgsIsHelpError":
            raise
        if ctx := getattr(error, "ctx", None):
            usage = ctx.get_usage().removeprefix("Usage: ")
            told = text("cli.wrong.usage", lang, usage=usage, command=ctx.command_path)
            typer.echo(f"{told}\n", err=True)
        typer.echo(text("cli.wrong.error", lang, said=said), err=True)
        raise typer.Exit(error.exit_code) from error


class Commands(Help, TyperGroup):
    """The group ``nami``: it knows its commands by name and loads them late."""

    def make_context(self, info_name: Any, args: list[str], *rest: Any, **extra: Any) -> Any:
        """Parse the options before the command; note what stands anywhere of JSON and language."""
        before = args[: args.index("--")] if "--" in args else args
        named = re.search(r"(?:^|\0)--lang[=\0](nl|en)(?:\0|$)", "\0".join(before))
        asked = "--json" in before, reader_language(named and named[1])
        with _usage_errors(*asked):
            ctx = super().make_context(info_name, args, *rest, **extra)
        ctx.meta[ASKED] = asked
        return ctx

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        with _usage_errors(*ctx.meta[ASKED]):
            return super().invoke(ctx)

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - as Typer calls it
        """The commands, in the order in which people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - as Typer calls it
        """A command, its help not yet in anyone's language; None when there is no such command."""
        if cmd_name not in COMMANDS:
            return None
        import_module(f"nami_monitor.cli.{COMMANDS[cmd_name]}")
        return get_group(commands).commands[cmd_name]

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command; a name that is not known is wrong usage."""
        if args and args[0] not in COMMANDS:
            seen, lang = args[0], language_of(ctx)
            ctx.fail(text("cli.no_command", lang, seen=seen, known=", ".join(COMMANDS)))
        return super().resolve_command(ctx, args)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the options, and then the commands."""
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """List the commands without loading them."""
        lang = language_of(ctx)
        rows = [(name, text(f"cli.commands.{name.replace('-', '_')}", lang)) for name in COMMANDS]
        with formatter.section(text("cli.help.commands", lang)):
            formatter.write_dl(rows)


app = typer.Typer(
    name="nami",
    cls=Commands,
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def options(
    ctx: typer.Context,
    db: Database = None,
    wait: Wait = None,
    lang: Language = None,
    json: AsJson = False,
) -> None:
    """Keep the options that stand before the name of the command."""
    ctx.obj = {"db": db, "wait": wait, "lang": lang, "json": json}


def main() -> None:
    """Run the command line; exit code 1 when something is wrong, 2 for wrong usage."""
    with temporary_folder():
        app(prog_name="nami")
