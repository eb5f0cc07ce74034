import contextlib
import lzma
from pathlib import Path

import pytest

from nami_monitor import databases
from nami_monitor.core.errors import UserError
from nami_monitor.store import Store, instance

KEPT = Path(__file__).parent / "store" / "kept" / "schema5.duckdb.xz"


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "demo"
    made.mkdir()
    columns = "".join(f'{n} = "{n}"\n' for n in ("location_id", "name", "organisation"))
    profile = 'source = "S"\n[[table]]\nname = "locations"\n[table.columns]\n' + columns
    (made / "l.toml").write_text(profile, "utf-8")
    manifest = ""
    for number in (1, 2):
        text = f"location_id;name;organisation\nL{number};Kantoor;Dienst\n"
        (made / f"l{number}.csv").write_text(text, "utf-8")
        manifest += f'[[delivery]]\nfile = "l{number}.csv"\nprofile = "l.toml"\n'
    (made / "manifest.toml").write_text(manifest, "utf-8")
    return made


def locations(path):
    with contextlib.closing(Store(path)) as store, store.read() as db:
        return [code for (code,) in db.rows("select location_id from locations order by 1")]


def test_the_demo_is_built_once_and_tells_how_far_it_is(folder, tmp_path):
    path = tmp_path / "cache" / "demo.duckdb"
    told = []
    assert databases.build_demo(path, lambda *how: told.append(how), folder=folder)
    assert told == [(0, 2, "l1.csv"), (1, 2, "l2.csv"), (2, 2, "")]
    assert locations(path) == ["L1", "L2"]
    assert databases.holds_demo(path)
    assert not databases.build_demo(path, folder=folder)
    assert [file.name for file in path.parent.iterdir()] == ["demo.duckdb"]


def test_other_files_give_another_demo(folder, tmp_path):
    path = tmp_path / "demo.duckdb"
    databases.build_demo(path, folder=folder)
    (folder / "l2.csv").write_text("location_id;name;organisation\nL33;Kantoor;Dienst\n", "utf-8")
    assert databases.build_demo(path, folder=folder)
    assert locations(path) == ["L1", "L33"]


def test_a_build_that_is_broken_off_leaves_nothing(folder, tmp_path):
    path = tmp_path / "cache" / "demo.duckdb"

    def stop(done, *_):
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        databases.build_demo(path, stop, folder=folder)
    assert list(path.parent.iterdir()) == []
    databases.build_demo(path, folder=folder)
    (folder / "l1.csv").write_text("location_id;name;organisation\nL11;Kantoor;Dienst\n", "utf-8")
    with pytest.raises(KeyboardInterrupt):
        databases.build_demo(path, stop, folder=folder)
    assert locations(path) == ["L1", "L2"]


def earlier_version(path, tmp_path, *, demo):
    """A database file of the last schema whose database was one file."""
    with lzma.open(KEPT) as packed:
        (tmp_path / "earlier").write_bytes(packed.read())
    with contextlib.closing(instance.start()) as root:
        root.execute(f"attach '{tmp_path / 'earlier'}' as earlier")
        root.execute(f"update earlier.meta set demo = {demo}")
        if demo:
            root.execute("comment on table earlier.meta is 'the demo of then'")
    (tmp_path / "earlier").replace(path)


@pytest.mark.slow
def test_a_demo_of_an_earlier_version_is_built_anew(folder, tmp_path):
    path = tmp_path / "demo.duckdb"
    earlier_version(path, tmp_path, demo=True)
    assert databases.build_demo(path, folder=folder)
    assert databases.holds_demo(path)
    assert locations(path) == ["L1", "L2"]


@pytest.mark.slow
def test_own_data_of_an_earlier_version_never_become_the_demo(folder, tmp_path):
    path = tmp_path / "own.duckdb"
    earlier_version(path, tmp_path, demo=False)
    with pytest.raises(UserError, match=r"opening\.own_data"):
        databases.build_demo(path, folder=folder)
    assert len(locations(path)) > 2


def test_own_data_and_demo_are_kept_apart(folder, tmp_path):
    own, demo = tmp_path / "own.duckdb", tmp_path / "demo.duckdb"
    with contextlib.closing(databases.open_own(own)) as store, store.write() as db:
        db.run("select 1")
    with pytest.raises(UserError) as refused:
        databases.build_demo(own, folder=folder)
    assert refused.value.key == "opening.own_data"
    databases.build_demo(demo, folder=folder)
    with pytest.raises(UserError) as refused:
        databases.open_own(demo)
    assert refused.value.key == "opening.demo_data"
