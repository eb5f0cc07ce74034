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


@pytest.mark.parametrize("address", ["a..example.org", f"{'a' * 64}.example.org"])
def test_an_address_that_no_machine_can_have_ends_in_a_sentence(address, tmp_path, monkeypatch):
    monkeypatch.setenv("NAMI_HOME", str(tmp_path))
    (tmp_path / "service.toml").write_text(
        '[sign_in]\nway = "proxy"\n[sign_in.proxy]\nheaders = { groups = "X-Groups" }\n', "utf-8"
    )
    done = CliRunner().invoke(app, ["serve", "--address", address])
    assert done.exit_code == 1
    assert address in done.stderr
