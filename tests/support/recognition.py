"""How much of a file is recognised: its table and its useful columns, against what they are."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from nami_monitor.ingest.profiles.suggest import guess_table, suggest
from nami_monitor.ingest.readers import read

PUBLISHED = Path(__file__).parents[1] / "ingest" / "published"
MEANT = Path(__file__).parents[1] / "real" / "meant.toml"


@dataclass(frozen=True)
class Recognition:
    """What was recognised of one file.

    Args:
        columns: how many of its columns are useful.
        right: how many of these are suggested for what they are.
        wrong: columns with a header that is not theirs and called certain.
        table: the table that is proposed first.
        meant: the table that it is.
    """

    name: str
    columns: int
    right: int
    wrong: tuple[str, ...]
    table: str
    meant: str
    missed: tuple[str, ...]


def recognition(name, path, table, columns):
    """What is recognised of a file whose ``columns`` may each be any of some headers.

    Columns are suggested for the table that it is. What is called certain must be right there and,
    where another table is proposed first, in that one too, of which no column is right.
    """
    (sheet, *_) = read(path)
    ranked = [name for name, _ in guess_table(sheet)]
    first = ranked[0] if ranked else "-"
    found = suggest(sheet, table)
    right = [name for name, headers in columns.items() if name in found
             and found[name].header in headers]  # fmt: skip
    wrong = [f"{table}.{name} = {hit.header}" for name, hit in found.items()
             if hit.certain and hit.header not in columns.get(name, [])]  # fmt: skip
    missed = [
        f"{name} = {found[name].header if name in found else '-'}"
        for name in columns
        if name not in right
    ]
    return Recognition(name, len(columns), len(right), tuple(wrong), first, table, tuple(missed))


def published(folder, *, later=False):
    """What is recognised of the files of public bodies that were written down here."""
    for source in sorted(PUBLISHED.glob("*.toml")):
        stated = tomllib.loads(source.read_text("utf-8"))
        if stated.get("later", False) is later:
            path = folder / f"{source.stem}.csv"
            path.write_text(stated["text"].lstrip("\n"), "utf-8")
            yield recognition(source.stem, path, stated["table"], stated["columns"])


def real(folder):
    """What is recognised of the real files in a folder."""
    for stated in tomllib.loads(MEANT.read_text("utf-8"))["file"]:
        path = folder / stated["name"]
        yield recognition(Path(stated["name"]).stem, path, stated["table"], stated["columns"])


def lines(found):
    """A line per file and a line of totals."""
    found = list(found)
    for one in found:
        table = "right" if one.table == one.meant else f"{one.table}, is {one.meant}"
        yield (
            f"{one.name[:44]:<44} columns {one.right} of {one.columns}"
            f" | table {table} | missed: {'; '.join(one.missed) or '-'}"
            f" | wrong and certain: {'; '.join(one.wrong) or '-'}"
        )
    right, columns = (sum(getattr(one, name) for one in found) for name in ("right", "columns"))
    tables = sum(one.table == one.meant for one in found)
    wrong = sum(len(one.wrong) for one in found)
    yield (
        f"columns right {right} of {columns} | wrong and called certain {wrong}"
        f" | table right {tables} of {len(found)}"
    )
