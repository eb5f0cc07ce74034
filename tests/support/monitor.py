"""A small database from tables written as text, through the ordinary import."""

import datetime as dt

from nami_monitor.ingest.book.file_import import Answers, import_file, import_many
from nami_monitor.ingest.profiles.profile import parse_profile
from nami_monitor.kpis import CATALOGUE, Ask, compute
from tests.support.databases import new_store

PROFILE = """
source = "{source}"
grain = "{grain}"
delivery = "{delivery}"
vat = "{vat}"
{more}
[[table]]
name = "{table}"
[table.columns]
{columns}
[table.constants]
{constants}
"""


def month(text):
    return dt.date(int(text[:4]), int(text[5:7]), 1)


def as_csv(text):
    """A table of words, its columns parted by blanks; ``.`` is an empty cell."""
    rows = [line.split() for line in text.strip().splitlines()]
    return [[("" if cell == "." else cell.replace("~", " ")) for cell in row] for row in rows]


class Monitor:
    """A database of its own, filled from text."""

    def __init__(self, folder):
        self.folder = folder
        self.store = new_store(folder / "monitor.duckdb")
        self.files = 0

    def load(self, table, text, **more):
        """Import a table; its header names the columns."""
        file = self.text(table, text, **more)
        return import_file(self.store, *file, answers=Answers.yes(), who="t")

    def load_rows(self, table, header, rows, **more):
        file = self.file(table, header, rows, **more)
        return import_file(self.store, *file, answers=Answers.yes(), who="t")

    def load_together(self, *files):
        """Import what ``file`` made in one transaction."""
        return import_many(self.store, files, answers=Answers.yes(), who="t")

    def text(self, table, text, **more):
        """A file of a table, and its profile; its header names the columns."""
        header, *rows = as_csv(text)
        return self.file(table, header, rows, **more)

    def file(
        self, table, header, rows, *, source="S", grain="line", delivery="adds", vat="excl",
        more="", **constants,
    ):  # fmt: skip
        """A file of rows and its profile; further names are constants of the table."""
        self.files += 1
        file = self.folder / f"{table}_{self.files}.csv"
        lines = [";".join(str(cell) for cell in row) for row in [header, *rows]]
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        profile = PROFILE.format(
            source=source,
            grain=grain,
            delivery=delivery,
            vat=vat,
            more=more,
            table=table,
            columns="\n".join(f'{name} = "{name}"' for name in header),
            constants="\n".join(f'{name} = "{value}"' for name, value in constants.items()),
        )
        profile = parse_profile(
            profile.replace("[[table]]", '[file]\ndelimiter = ";"\ndecimal = "."\n'
                            'dates = ["%Y-%m-%d"]\n[[table]]', 1)
        )  # fmt: skip
        return file, profile

    def ask(self, code, until="2024-12", **question):
        """The results of a KPI."""
        if until:
            question["until"] = month(until)
        with self.store.read() as db:
            return compute(db, CATALOGUE[code], Ask(**question))

    def one(self, code, until="2024-12", **question):
        """The only result of a KPI."""
        (result,) = self.ask(code, until, **question)
        return result

    def values(self, code, until="2024-12", **question):
        """Value by the grouping's keys, or the key of the reason."""
        return {
            tuple(result.keys.values()): result.reason.key if result.reason else result.value
            for result in self.ask(code, until, **question)
        }
