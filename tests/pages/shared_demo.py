"""The demo as all tests of pages share it."""

from contextlib import closing
from pathlib import Path

import streamlit as st

from nami_monitor.store import Store
from nami_monitor.store.snapshots import newest
from nami_monitor.ui import app
from tests.support.databases import copy_database


class SharedDemo:
    """The demo at one path: what Streamlit keeps of it is there for the next test of a page.

    Results are kept by path and data version. A test may write to the file: then it is put back,
    and when that raised the data version, what was kept of it is forgotten.
    """

    def __init__(self, built: Path, folder: Path):
        self.built, self.path = built, folder / "demo.duckdb"
        self._put_back()
        self.version = self._version()

    def _put_back(self):
        copy_database(self.built, self.path)
        self.stamp = self._stamp()

    def _stamp(self):
        return newest(self.path)

    def _version(self):
        with closing(Store(self.path)) as store:
            return store.version()

    def restore(self):
        """Close the file, and put it back when it was written to."""
        app.store_of(app.DEMO).close()  # a page's store may outlive its test, and holds the file
        app._store.clear()
        if self._stamp() == self.stamp:
            return
        if self._version() != self.version:
            st.cache_data.clear()
            st.cache_resource.clear()
        self._put_back()
