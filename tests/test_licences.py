"""The page of licences is complete and fresh, and every licence on it goes with the EUPL."""

import re

import pytest

from tests import licences


def test_the_page_is_what_the_packages_say():
    table = licences.BEGIN + licences.table() + licences.END
    assert table in licences.PAGE.read_text("utf-8"), "run: python -m tests.licences"


def test_every_package_that_ships_is_on_the_page():
    listed = re.findall(r"`([a-z0-9._-]+)`", licences.table())
    required = (licences.ROOT / "requirements.in").read_text("utf-8")
    direct = {line.split("=")[0].split("[")[0] for line in required.splitlines()
              if line and line[0] not in "#-"}  # fmt: skip
    assert direct <= set(licences.shipped()) <= set(listed)


@pytest.mark.parametrize(
    "said", ["Proprietary", "SSPL-1.0", "GPL-3.0-only", "", "MIT AND SSPL-1.0"]
)
def test_a_licence_that_nobody_looked_at_stops_the_page(monkeypatch, said):
    class Told(dict):
        def get_all(self, _):
            return []

    monkeypatch.setattr(licences, "metadata", lambda _: Told({"License-Expression": said}))
    with pytest.raises(ValueError, match="goes with the EUPL"):
        licences.licence_of("made-up")
