import json

from tests.coverage_floors import FLOORS, below_floor, coverage_by_room, main
from tests.test_architecture import PACKAGE


def file(statements, covered, branches=0, taken=0):
    return {
        "summary": {
            "num_statements": statements,
            "covered_lines": covered,
            "num_branches": branches,
            "covered_branches": taken,
        }
    }


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
    path = tmp_path / "coverage.json"
    whole = {f"nami_monitor/{room}/a.py": file(100, 100) for room in FLOORS}
    path.write_text(json.dumps({"files": whole}))
    assert main(path) == 0
    path.write_text(json.dumps({"files": whole | {"nami_monitor/core/a.py": file(400, 350)}}))
    assert main(path) == 1
    assert "core: 87.50% is covered, 100% is needed" in capsys.readouterr().out


def test_every_room_has_a_floor():
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert set(FLOORS) == {*rooms, "nami_monitor"}
