import shutil

import pytest

from tests.cli.command_line import Nami


@pytest.fixture
def nami(tmp_path, monkeypatch):
    return Nami(tmp_path, monkeypatch)


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    """A folder with a database into which every file was imported, to be copied."""
    folder = tmp_path_factory.mktemp("template")
    with pytest.MonkeyPatch.context() as monkeypatch:
        Nami(folder, monkeypatch).load()
    return folder


@pytest.fixture
def loaded(nami, template):
    shutil.copytree(template, nami.folder, dirs_exist_ok=True)
    return nami
