"""nami serve where something else listens already."""

import socket

import pytest
from typer.testing import CliRunner

from nami_monitor.cli import app
from nami_monitor.i18n import LANGS


@pytest.mark.parametrize("lang", LANGS)
def test_a_port_that_is_taken_ends_in_a_sentence(lang, tmp_path, monkeypatch):
    monkeypatch.setenv("NAMI_HOME", str(tmp_path))
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = CliRunner().invoke(app, ["--lang", lang, "serve", "--port", str(port)])
    assert done.exit_code == 1
    assert f"127.0.0.1, po{'ort' if lang == 'nl' else 'rt'} {port}" in done.stderr
    assert not done.stdout
