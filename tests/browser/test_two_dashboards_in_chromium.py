"""Two dashboards of one database, as behind one address: both show what either wrote."""

from contextlib import closing

import pytest

from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.profiles.profile import parse_profile
from nami_monitor.store import Store
from tests.browser.serving import LISTENED, serving, settled

pytestmark = pytest.mark.browser

PROFILE = parse_profile(
    'source = "S"\n[[table]]\nname = "locations"\n[table.columns]\n'
    'location_id = "id"\nname = "naam"\norganisation = "dienst"\n'
)


def test_both_show_the_same_and_nothing_is_lost(chromium, demo_folder, tmp_path):
    home = tmp_path / "home"
    home.mkdir()

    def deliver(number):
        file = tmp_path / f"panden{number}.csv"
        file.write_text(f"id;naam;dienst\nL{number};Pand {number};D\n", "utf-8")
        with closing(Store(home / "own.duckdb")) as store:
            import_file(store, file, PROFILE, answers=Answers.yes(), who="t")

    deliver(1)
    with serving(demo_folder, home) as first, serving(demo_folder, home) as second:
        pages = []
        for server in (first, second):
            context = chromium.new_context(viewport={"width": 1280, "height": 900})
            context.add_init_script(LISTENED)
            page = context.new_page()
            page.set_default_timeout(180_000)
            page.goto(f"{server.address}/data?lang=nl&data=own&part=batches")
            settled(page)
            page.get_by_text("panden1.csv").first.wait_for(state="attached")
            pages.append(page)
        for number in range(2, 6):
            deliver(number)
        for page in pages:
            page.get_by_text("panden5.csv").first.wait_for(state="attached")
        cells = "[data-testid^=glide-cell]"
        texts = ["\n".join(page.locator(cells).all_text_contents()) for page in pages]
    assert texts[0] == texts[1]
    assert all(f"panden{number}.csv" in texts[0] for number in range(1, 6))
