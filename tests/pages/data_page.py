"""Working the Data page as a visitor does, without a browser."""

from pathlib import Path

from nami_monitor.core.settings import places
from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.profiles.profile import parse_profile
from nami_monitor.store import Store
from nami_monitor.ui import app, browser
from tests.support.app_test import AppTest

ROOT = Path(__file__).parents[2]
HEADER = "Besteldatum;Locatie;Assortiment;Artikelnr;Aantal;Bedrag;Staat;Besteller\n"
GOOD = (
    "14-01-2026;Stadhuis;Papier;A4-80;10;45,50;nieuw;J. Jansen\n"
    "15-01-2026;Werf;Pennen;PEN-1;5;22,75;refurbished;P. de Vries\n"
)
BAD = "31-02-2026;Werf;Pennen;PEN-1;20;12,00;nieuw;K. Bakker\n"
FILE = HEADER + GOOD + BAD + "Totaal;;;;35;80,25;;\n"

PROFILE = """
source = "Kantoor X"
vat = "excl"
[[table]]
name = "orders"
[table.columns]
ordered_on = "Besteldatum"
location_id = "Locatie"
category = "Assortiment"
product_id = "Artikelnr"
quantity = "Aantal"
amount_eur = "Bedrag"
condition = "Staat"
[table.constants]
channel = "webshop"
[table.values.condition]
"nieuw" = "new"
[table.codes]
location_id = "create"
category = "create"
product_id = "create"
"""


def opened(part="upload", *, lang="nl", data=app.OWN, who="cm"):
    page = AppTest.from_file(str(ROOT / "pages" / "data.py"), default_timeout=60)
    page.session_state[app.LANGUAGE] = lang
    page.session_state[app.DATA] = data
    page.session_state[browser.WHO] = who
    page.query_params["part"] = part
    return checked(page.run())


def checked(page):
    assert not page.exception, page.exception
    return page


def offer(page, *files):
    uploads = [
        (name, content.encode() if isinstance(content, str) else content, "text/csv")
        for name, content in files
    ]
    page.file_uploader[0].set_value(uploads)
    return checked(page.run())


def labelled(elements, label):
    return next(element for element in elements if element.label.startswith(label))


def role(page, header):
    """The box above a column of the file."""
    return next(box for box in page.selectbox if box.label == f"Wat is de kolom {header}?")


def press(page, label):
    labelled(page.button, label).click()
    return checked(page.run())


def keep(profile, name="kantoor_x"):
    folder = places().profiles
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.toml").write_text(profile, "utf-8")


def imported(tmp_path, content=FILE):
    """A database in which a file was booked."""
    keep(PROFILE)
    file = tmp_path / "januari.csv"
    file.write_text(content, "utf-8")
    store = Store(places().own)
    import_file(store, file, parse_profile(PROFILE), answers=Answers.yes(), who="ab")
    store.close()


def rows(query):
    store = Store(places().own)
    with store.read() as db:
        found = db.rows(query)
    store.close()
    return found


def words(page):
    said = [*page.title, *page.header, *page.markdown, *page.success, *page.info, *page.error]
    said += page.caption
    return "\n".join(str(element.value) for element in said) + html(page)


def html(page):
    return " ".join(element.proto.body for element in page.get("html"))
