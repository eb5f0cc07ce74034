"""One briefing of the demo's October, laid out in both languages, for every test of reports."""

import pickle
from datetime import date

import pytest

from nami_monitor.briefing import decisions
from nami_monitor.briefing.month import briefing
from nami_monitor.i18n import LANGS
from nami_monitor.reports.branding import NEUTRAL
from nami_monitor.reports.document import Audience
from nami_monitor.reports.pages import document
from nami_monitor.reports.report_file import Format, ReportRequest, render
from nami_monitor.store import Store
from tests.reports.reading import READERS, workbook

OCTOBER = date(2026, 10, 1)


@pytest.fixture(scope="session")
def found(demo_folder):
    store = Store(demo_folder / "demo.duckdb")
    with store.read() as look:
        made = briefing(look, OCTOBER, ["office_supplies", "it_assets"])
    store.close()
    return made


@pytest.fixture(scope="session")
def todos(found):
    return {lang: decisions.todos(found, {}, lang) for lang in LANGS}


@pytest.fixture(scope="session")
def laid_out(found, todos):
    return {lang: document(found, lang, Audience.TEAM, todos=todos[lang]) for lang in LANGS}


@pytest.fixture(scope="session")
def files(request, made_once):
    """Every format in both languages, made once in a run."""

    def make(path):
        briefed, documents = (request.getfixturevalue(name) for name in ("found", "laid_out"))
        rendered = {
            (kind, lang): render(
                briefed, laid, kind, ReportRequest(OCTOBER, lang=lang, branding=NEUTRAL)
            )
            for kind in Format
            for lang, laid in documents.items()
        }
        path.write_bytes(pickle.dumps(rendered))

    return pickle.loads(made_once("reports.pickle", make).read_bytes())  # noqa: S301 - our own


@pytest.fixture(scope="session")
def texts(files):
    """What each format of pages says, as plain text."""
    return {key: READERS[key[0]](file) for key, file in files.items() if key[0] in READERS}


@pytest.fixture(scope="session")
def sheets(files):
    return {lang: workbook(files[Format.XLSX, lang]) for lang in LANGS}
