import json

from tests.coverage_floors import FLOORS, below_floor, coverage_by_room, main
from tests.test_architecture import PACKAGE


def file(lines, run, branches=0, taken=0):
    """What SlipCover says of a file: the first lines and branches of so many were run."""
    every, both = range(1, lines + 1), [[1, line] for line in range(branches)]
    return {
        "executed_lines": [*every[:run]],
        "missing_lines": [*every[run:]],
        "executed_branches": both[:taken],
        "missing_branches": both[taken:],
        "summary": {
            "covered_lines": run,
            "missing_lines": lines - run,
            "covered_branches": taken,
            "missing_branches": branches - taken,
        },
    }


def write(folder, name, files):
    meta = {"software": "slipcover", "branch_coverage": True}
    (folder / name).write_text(json.dumps({"meta": meta, "files": files}))


def test_lines_and_branches_of_a_room_count_together():
    files = {
        "nami_monitor/core/a.py": file(8, 8, 2, 1),
        "nami_monitor/core/deep/b.py": file(10, 6),
        "nami_monitor/databases.py": file(4, 3),
        "nami_monitor/__init__.py": file(0, 0),
        "nami_monitor/bare/__init__.py": file(0, 0),
    }
    assert coverage_by_room({"files": files}) == {"core": 75.0, "nami_monitor": 75.0}


def test_a_room_below_its_floor_fails_with_both_figures(tmp_path, capsys):
    assert below_floor(FLOORS) == []
    whole = {f"nami_monitor/{room}/a.py": file(100, 100) for room in FLOORS}
    write(tmp_path, "1.json", whole)
    assert main(tmp_path) == 0
    write(tmp_path, "1.json", whole | {"nami_monitor/core/a.py": file(400, 350)})
    assert main(tmp_path) == 1
    said = capsys.readouterr().out
    assert "core: 87.50% is covered, 100% is needed" in said
    assert "nami_monitor/core/a.py: lines [351, 352" in said


def test_what_one_process_ran_is_run(tmp_path):
    for name, run in (("1.json", 0), ("2.json", 100)):
        write(tmp_path, name, {f"nami_monitor/{room}/a.py": file(100, run) for room in FLOORS})
    assert main(tmp_path) == 0


def test_every_room_has_a_floor():
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert set(FLOORS) == {*rooms, "nami_monitor"}
