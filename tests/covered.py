"""When the whole suite runs, each room must be covered as far as it says here, branches included.

Lines and branches of this process and its workers count. What runs in a process of its own alone
does not: the server of the browser tests, commands that are started, spreadsheets read in a child.
"""

import json
import tempfile
from collections import Counter
from pathlib import Path

import pytest

FLOORS = {
    "briefing": 98.0,
    "charts": 98.5,
    "cli": 96.0,
    "core": 100.0,
    "demo": 98.0,
    "i18n": 100.0,
    "ingest": 99.0,
    "kit": 100.0,
    "kpis": 99.0,
    "nami_monitor": 93.5,
    "reports": 97.0,
    "signals": 100.0,
    "store": 98.0,
    "tables": 100.0,
    "ui": 92.0,
    "waterbed": 100.0,
}
"""The least coverage of each room, in percent; modules above all rooms go by the package's name."""

OTHERS = 85.0
"""That of a room that is new."""

UNTRACED = (
    "browser",
    "faults",
    "property",
    "real",
    "kpis/test_trace.py",
    "kpis/test_trace_registers.py",
)
"""Tests that repeat at length what others run once, or run it in a process of its own."""

FOUND = pytest.StashKey[dict[str, float]]()


def by_room(report):
    """The coverage of each room, in percent, from the report of a measurement."""
    there, met = Counter(), Counter()
    for name, file in report["files"].items():
        package, *inside, _ = Path(name).parts
        room = inside[0] if inside else package
        found = file["summary"]
        there[room] += found["num_statements"] + found["num_branches"]
        met[room] += found["covered_lines"] + found["covered_branches"]
    return {room: 100 * met[room] / total for room, total in there.items() if total}


def falls_short(rooms):
    """A sentence of each room below its floor, with both figures."""
    return [
        f"{room}: {found:.2f}% is covered, {FLOORS.get(room, OTHERS):g}% is needed"
        for room, found in sorted(rooms.items())
        if found < FLOORS.get(room, OTHERS)
    ]


def whole(config):
    """Whether every test is asked for."""
    asked = config.option
    chosen = asked.keyword or asked.markexpr or asked.deselect or asked.lf or asked.collectonly
    return config.args_source is pytest.Config.ArgsSource.TESTPATHS and not chosen


def pytest_configure(config):
    """Measure nothing when some tests are asked for: it takes time and says nothing."""
    plugin = config.pluginmanager.getplugin("_cov")
    worker = getattr(config, "workerinput", None)
    if plugin and not (whole(config) if worker is None else "cov_master_host" in worker):
        plugin.options.no_cov = plugin._disabled = True
        if plugin.cov_controller:
            plugin.cov_controller.pause()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    plugin = item.config.pluginmanager.getplugin("_cov")
    tests = item.config.rootpath / "tests"
    if not plugin or plugin._disabled:
        return (yield)
    if not any(item.path.is_relative_to(tests / name) for name in UNTRACED):
        return (yield)
    plugin.cov_controller.pause()
    try:
        return (yield)
    finally:
        plugin.cov_controller.resume()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtestloop(session):
    done = yield
    plugin = session.config.pluginmanager.getplugin("_cov")
    if plugin and not plugin._disabled and not hasattr(session.config, "workerinput"):
        rooms = by_room(report_of(plugin.cov_controller.cov))
        session.config.stash[FOUND] = rooms
        session.testsfailed += len(falls_short(rooms))
    return done


def report_of(measured):
    """What coverage says of each file."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "report.json"
        measured.json_report(outfile=str(out))
        return json.loads(out.read_text("utf-8"))


def pytest_terminal_summary(terminalreporter, config):
    rooms = config.stash.get(FOUND, {})
    if rooms:
        told = (f"{room} {found:.1f}%" for room, found in sorted(rooms.items()))
        terminalreporter.write_sep("=", "coverage of lines and branches")
        terminalreporter.write_line(", ".join(told))
    for sentence in falls_short(rooms):
        terminalreporter.write_line(f"ERROR {sentence}", red=True)
