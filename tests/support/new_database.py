"""A new database, made once in a process and copied: its schema takes a fifth of a second."""

import functools
import tempfile
from pathlib import Path

from nami_monitor.store import Store


@functools.cache
def _made():
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "new.duckdb")
        with store.write():
            pass
        store.close()
        return store.path.read_bytes()


def new_store(path, **more):
    """A store of a file that holds the schema and nothing else; ``more`` goes to the store."""
    path.write_bytes(_made())
    return Store(path, **more)
