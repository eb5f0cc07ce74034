"""The same roll-ups by DuckDB, by Sail and by Spark: CPU per million lines, and what differs.

Run as ``python benchmarks/engines.py [LINES ...]``, in millions; 1, 3, 10 and 30 unless stated.
Where NAMI_SPARK names the Python of an environment with ``pyspark`` (and there is a Java), Spark
itself takes part, with two cores and a server of its own for each size. The last delivery of every
database replaces a month, so lines are compared. Then another month is delivered anew, and each
engine makes that month alone.
"""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import made
from many_lines import _delivery
from table import Row, show

from nami_monitor.core.periods import add_months
from nami_monitor.store import Store, integrity, lake
from nami_monitor.store.rollups import OF_ORDERS
from nami_monitor.store.transaction import Transaction

NAME = "bench"
NAMI = (sys.executable, "-W", "ignore", "-m", "nami_monitor")
LEAST = 0.006
"""Million lines by which the fixed costs of an engine are told."""
LATE = 12
"""Which month is delivered late, after a roll-up of all."""
SPARK = os.environ.get("NAMI_SPARK")
SAIL = """
import sys
from pysail.spark import SparkConnectServer
SparkConnectServer("127.0.0.1", int(sys.argv[1])).start(background=False)
"""


def main(sizes: list[float]) -> None:
    """Measure every size, print the table."""
    engines = ["duckdb", "sail", *(["spark"] if SPARK else [])]
    fixed = dict.fromkeys(engines, 0.0)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        for millions in [LEAST, *sizes]:
            rows += _of_size(Path(name) / f"{millions:g}", millions, fixed)
    show("Roll-ups by engine", rows)


def _of_size(folder: Path, millions: float, fixed: dict[str, float]) -> Iterator[Row]:
    """Measure each engine; ``fixed`` gets, and then is, the CPU that it takes for few lines."""
    lines = int(millions * 1e6)
    folder.mkdir()
    with closing(Store(folder / "own")) as store:
        made.database(folder / "own", lines, lines // made.MONTHS)
        _late(store, folder, made.MONTHS - 1, lines)
        begun = time.process_time()
        manifest = lake.export_lines(store, folder / "lake", NAME)
        took = time.process_time() - begun
    size = sum(part.size for part in manifest.parts)
    yield Row(f"{millions:g} million: export", f"{took:.1f} s CPU, {size / 1e6:.0f} MB")
    for engine, few in fixed.items():
        cpu = _cpu(engine, folder / "lake", folder / engine)
        each = f"{(cpu - few) / millions:.2f} s a million beyond that, " if few else ""
        fixed[engine] = few or cpu
        differ = _differ(folder, engine)
        yield Row(f"{millions:g} million: {engine}", f"{cpu:.1f} s CPU, {each}{differ} rows differ")
    with closing(Store(folder / "own")) as store:
        _late(store, folder, LATE, lines)
        lake.export_lines(store, folder / "lake", NAME)
    for engine in fixed:
        cpu = _cpu(engine, folder / "lake", folder / engine)
        differ = _differ(folder, engine)
        yield Row(f"{millions:g} million, a late month: {engine}",
                  f"{cpu:.1f} s CPU, {differ} rows differ")  # fmt: skip


def _late(store: Store, folder: Path, month: int, lines: int) -> None:
    """A delivery that replaces a month, by its place among them."""
    day = add_months(made.FIRST, month)
    _delivery(store, folder, day, lines // made.MONTHS, made.LARGE)


def _differ(folder: Path, engine: str) -> int:
    with closing(Store(folder / "own")) as store, store.write() as db:
        db.discard()
        return _differences(db, folder / engine)


def _differences(db: Transaction, out: Path) -> int:
    folder = out / f"{lake.FOLDER}{NAME}"
    manifest = lake.read_lake(folder, lake.OF_ROLLUPS)
    total = 0
    for name in OF_ORDERS:
        files = lake.parquet([folder / part.name for part in manifest.rollup(name)])
        with db.table_of(f"{name}_there", f"from {files}") as there:
            total += integrity.different(db, there, name)
    return total


def _cpu(engine: str, place: Path, out: Path) -> float:
    """CPU seconds of a roll-up in processes of its own, its server included."""
    before = _children()
    with _server(engine) as remote:
        given = ["--lines", place, "--out", out]
        given += ["--engine", "spark", "--remote", remote] if remote else []
        subprocess.run([*NAMI, "rollup", *given], check=True, stdout=subprocess.DEVNULL)
    return _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextmanager
def _server(engine: str) -> Iterator[str]:
    """The address of a server of an engine, empty for DuckDB; it ends with the block."""
    if engine == "duckdb":
        yield ""
        return
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command, more = [sys.executable, "-c", SAIL, str(port)], {}
    if engine == "spark":
        find = "import pyspark; print(pyspark.__path__[0])"
        home = subprocess.check_output([SPARK, "-c", find], text=True).strip()
        command = [
            f"{home}/bin/spark-submit", "--master", "local[2]", "--driver-memory", "4g",
            "--class", "org.apache.spark.sql.connect.service.SparkConnectServer",
            "--conf", f"spark.connect.grpc.binding.port={port}", "--conf", "spark.ui.enabled=false",
            "--conf", "spark.sql.shuffle.partitions=4", "spark-internal",
        ]  # fmt: skip
        more = {"SPARK_HOME": home}
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(command, env=os.environ | more, stdout=quiet, stderr=quiet)
    try:
        while True:
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.5)
        yield f"sc://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main([float(size) for size in sys.argv[1:]] or [1, 3, 10, 30])
