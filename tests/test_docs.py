"""The documents say what the code does: generated, executed or checked here."""

import re
import tomllib
from contextlib import closing
from dataclasses import fields
from pathlib import Path

import pytest

from nami_monitor import handbook
from nami_monitor.briefing.as_of import read_as_of
from nami_monitor.i18n import LANGS, text
from nami_monitor.ingest.profiles.profile import (
    ORIGIN_KEYS,
    FileSection,
    ProfileFile,
    parse_profile,
    write_profile,
)
from nami_monitor.store import Store
from nami_monitor.ui.doors import DOORS, HIDDEN
from tests.support.databases import new_store

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
WRITTEN = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))]
PROFILES = (DOCS / "profiles.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")
WHOLE = 'source = "x"\n'
TABLE = '[[table]]\nname = "orders"\n'


def named(files):
    return [str(file.relative_to(ROOT)) for file in files]


def headings(page):
    for line in page.read_text("utf-8").splitlines():
        if line.startswith("#"):
            yield re.sub(r"[^\w\- ]", "", line.lstrip("#").strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("page", handbook.PAGES)
def test_a_generated_page_is_what_the_code_says(page):
    seen = (DOCS / page).read_text("utf-8")
    assert seen == handbook.PAGES[page]() + "\n", "run: python -m nami_monitor.handbook"


@pytest.fixture(scope="module")
def demo_data(demo_folder):
    with closing(Store(demo_folder / "demo.duckdb")) as store, read_as_of(store) as db:
        yield db


OUTDATED = "run: python -m nami_monitor.handbook"


def test_lessons_of_a_category_of_the_demo_are_what_the_code_says(demo_data):
    section = handbook.lessons_of_category(demo_data, "sanitary_supplies")
    assert section in (DOCS / handbook.LESSONS).read_text("utf-8"), OUTDATED


def test_every_page_is_written_and_without_data_that_of_lessons_has_no_section(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(handbook, "build_demo", lambda path: new_store(path).close())
    handbook.write(tmp_path)
    written = {page.name: page.read_text("utf-8") for page in tmp_path.glob("*.md")}
    assert written.keys() == {*handbook.PAGES, handbook.LESSONS}
    assert written[handbook.LESSONS].endswith(handbook.LESSONS_INTRODUCTION + "\n")


@pytest.mark.slow
def test_lessons_of_the_demo_are_what_the_code_says(demo_data):
    seen = (DOCS / handbook.LESSONS).read_text("utf-8")
    assert seen == handbook.lessons_of_demo(demo_data) + "\n", OUTDATED


@pytest.mark.parametrize("page", WRITTEN, ids=named(WRITTEN))
def test_every_link_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        if "://" in target or target.startswith("mailto:"):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), target
        if anchor:
            assert anchor in headings(file), target


@pytest.mark.parametrize("page", WRITTEN, ids=named(WRITTEN))
def test_every_path_that_is_named_exists(page):
    roots = "nami_monitor|tests|data|docs|pages|benchmarks|\\.ci"
    pattern = rf"`((?:{roots})/[\w./-]+)`"
    for path in re.findall(pattern, page.read_text("utf-8")):
        assert (ROOT / path).exists(), path


@pytest.mark.parametrize("page", WRITTEN, ids=named(WRITTEN))
def test_every_picture_says_what_it_shows(page):
    for words in re.findall(r"!\[([^\]]*)\]\(", page.read_text("utf-8")):
        assert len(words.split()) > 2, words


def examples():
    return re.findall(r"```toml\n(.*?)```", PROFILES, re.DOTALL)


def as_profile(example):
    """A whole profile of an example that shows only a part of one."""
    if example.lstrip().startswith("[table."):
        example = TABLE + example
    elif "[[table]]" not in example:
        example += TABLE
    return example if "source" in tomllib.loads(example) else WHOLE + example


@pytest.mark.parametrize("example", examples())
def test_the_examples_of_profiles_are_profiles(example):
    profile = parse_profile(as_profile(example))
    assert parse_profile(write_profile(profile)) == profile


def test_every_key_of_a_profile_is_explained():
    sections = {field.name for section in (ProfileFile, FileSection) for field in fields(section)}
    keys = sections - {"tables"} | {"table", *ORIGIN_KEYS}
    told = {key for key in keys if f"`{key}`" in PROFILES or f"[{key}]" in PROFILES}
    assert not sorted(keys - told)


def commands(page):
    return {
        line.strip()
        for block in re.findall(r"```(?:sh|powershell)\n(.*?)```", page, re.DOTALL)
        for line in block.splitlines()
    }


def test_the_pipeline_runs_the_test_command_of_the_readme():
    pipeline = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    install, test = "pip install -r requirements-dev.txt", "python -m pytest"
    assert f"{install} && {test}" in commands(README)
    assert any(line.startswith(f"{test} ") for line in pipeline)
    assert install.replace("install", "install --quiet") in pipeline


GUIDES = {"nl": "gebruikersgids.md", "en": "user-guide.md"}


@pytest.mark.parametrize("lang", LANGS)
def test_the_guides_use_the_words_of_the_screen(lang):
    guide = (DOCS / GUIDES[lang]).read_text("utf-8")
    parts = [name for door in DOORS.values() if len(door.parts) > 1 for name in door.parts]
    keys = [f"doors.{name}" for name in DOORS] + [f"doors.part.{name}" for name in parts]
    keys += [f"{name}.nav" for name in HIDDEN]
    said = [f"**{text(key, lang)}**" for key in [*keys, "app.data.own"]]
    assert not [words for words in said if words not in guide]


def test_the_changelog_knows_the_version():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_decisions_are_numbered_and_whole():
    records = sorted((DOCS / "decisions").glob("*.md"))
    numbers = [int(record.name[:4]) for record in records]
    assert numbers == list(range(1, len(records) + 1))
    for record in records:
        words = record.read_text("utf-8")
        for part in ("## Why", "## What we do", "## What it costs"):
            assert part in words, (record.name, part)
