"""Lakes of databases, rolled up by DuckDB or by Sail, and how two outcomes differ.

Where NAMI_REMOTE is the address of another server that speaks Spark Connect, such as Spark itself,
that takes the place of Sail.
"""

import os
import shutil
import sys
from contextlib import closing

import pytest

from nami_monitor.store import Store, integrity, lake, lake_rollups
from nami_monitor.store.rollups import OF_ORDERS

ORGANISATION = "zilverlinden"


@pytest.fixture(scope="session")
def sail():
    """The address of a server that speaks Spark Connect."""
    if remote := os.environ.get("NAMI_REMOTE"):
        yield remote
        return
    from pysail.spark import SparkConnectServer  # noqa: PLC0415 - only where it is asked for

    main = sys.modules["__main__"]
    main.__file__ = getattr(main, "__file__", None)  # else the client takes xdist for its doctests
    server = SparkConnectServer("127.0.0.1", 0)
    server.start()
    host, port = server.listening_address
    yield f"sc://{host}:{port}"
    server.stop()


def exported(path, place, organisation=ORGANISATION):
    """The lake of a database."""
    with closing(Store(path)) as store:
        lake.export_lines(store, place, organisation)
    return place


def rolled(place, out, remote=None, organisation=ORGANISATION):
    """The roll-ups of a lake, by Spark Connect where it is named, else by DuckDB."""
    with lake_rollups.engine("spark" if remote else "duckdb", remote) as by:
        lake_rollups.roll_up((place, out), organisation, by)
    return out


def opened(place, out, path, organisation=ORGANISATION):
    """The path of a database that is made of a lake and its roll-ups."""
    with closing(Store(path)) as store:
        lake.open_lake(store, (place, out), organisation, who="t")
    return path


def differences(db, out, organisation=ORGANISATION):
    """How many rows of roll-ups differ from those of a database, by table; at 1e-9."""
    folder = out / f"{lake.FOLDER}{organisation}"
    manifest = lake.read_lake(folder, lake.OF_ROLLUPS)
    found = {}
    for name in OF_ORDERS:
        files = [folder / part.name for part in manifest.rollup(name)]
        made = lake.parquet(files) if files else f"{name} limit 0"
        db.run(f"create temp table {name}_there as from {made}")
        found[name] = integrity.different(db, f"{name}_there", name)
        db.run(f"drop table temp.{name}_there")
    return {name: n for name, n in found.items() if n}


def summed(place, out, folder):
    """The sum of organisations that all have what one has in a lake, and their names."""
    several, names = folder / "several", [f"o{n}" for n in range(lake.FEWEST)]
    of = f"{lake.FOLDER}{ORGANISATION}"
    for name in names:
        target = several / f"{lake.FOLDER}{name}"
        for file in [*(place / of).rglob("*"), *(out / of).rglob("*")]:
            if file.is_file():
                copy = target / file.relative_to((out if file.is_relative_to(out) else place) / of)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, copy)
    with closing(Store(folder / "sum")) as store:
        lake.open_sum(store, (several, several), who="t")
    return folder / "sum", names
