"""Databases of tests: new ones and copies, made quicker than people make them."""

import contextlib
import shutil

from nami_monitor.store import Store, instance, snapshots


def new_store(path, **more):
    """A store that holds the schema and nothing else; ``more`` goes to the store."""
    store = Store(path, **more)
    with store.write():
        pass
    return store


def copy_database(source, target):
    """Copy a database to another place, instead of what stands there; gives that place."""
    shutil.rmtree(target, ignore_errors=True)
    return shutil.copytree(source, target, ignore=shutil.ignore_patterns("writer.*"))


def newest_file(path):
    """The DuckDB file of the newest snapshot of a database."""
    return path / snapshots.newest(path).file


def damage(path, sql):
    """Change the newest snapshot of a database, which the product never does."""
    with contextlib.closing(instance.start()) as root:
        root.execute(f"attach '{newest_file(path)}' as damaged")
        root.execute("use damaged")
        root.execute(sql)
