"""Streamlit's ``AppTest``, which looks through all installed packages once instead of every run.

Before each run of a page it searches every package for components; that takes a tenth of a second,
twenty times as long as a page without figures, and gives the same each time. It has no browser
that could send cookies.
"""

import functools

from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from nami_monitor.ui import browser

__all__ = ["AppTest"]

browser.cookies = dict
manifest_scanner.scan_component_manifests = functools.cache(
    manifest_scanner.scan_component_manifests
)
