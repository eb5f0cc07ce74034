"""The product as a wheel, installed in an environment of its own, far from the repository."""

import os
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Installation:
    """An environment: where its commands and its packages lie."""

    commands: Path
    packages: Path

    def run(self, *command):
        """What a command of it prints, started beside it; it must succeed."""
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        done = subprocess.run(
            [self.commands / command[0], *command[1:]],
            cwd=self.commands.parent,
            env=environment,
            capture_output=True,
            check=True,
            text=True,
        )
        return done.stdout


def build(folder):
    """Build the wheel into a folder, without asking an index for anything."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return next(folder.glob("*.whl"))


def install(wheel, folder):
    """Install a wheel into a new environment, which sees what it requires where this runs."""
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    scheme = sysconfig.get_path("scripts", "venv", {"base": str(folder)})
    commands = Path(scheme)
    packages = Path(sysconfig.get_path("purelib", "venv", {"base": str(folder)}))
    (packages / "required.pth").write_text(sysconfig.get_path("purelib"), "utf-8")
    pip = [sys.executable, "-m", "pip", "--python", str(commands / "python"), "install"]
    offline = ["--no-index", "--no-deps", "--no-compile", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *offline, str(wheel)], capture_output=True, check=True)
    return Installation(commands, packages)
