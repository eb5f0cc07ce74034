"""The part of the Data page that takes a backup along and puts it back."""

import pytest

from nami_monitor.backups import back_up
from nami_monitor.core.settings import places
from nami_monitor.ui import app
from nami_monitor.ui.pages.data import backup
from tests.pages.data_page import checked, imported, opened, press, rows, words

pytestmark = pytest.mark.usefixtures("own_place")


def offer_zip(page, content, name="nami.zip"):
    page.file_uploader[0].set_value([(name, content, "application/zip")])
    return checked(page.run())


@pytest.fixture
def saved(own_place, tmp_path):  # noqa: ARG001 - the place comes first
    """The content of a backup, after which the data changed."""
    imported(tmp_path)
    store = app.store_of(app.OWN)
    back_up(store, tmp_path / "b.zip")
    with store.write() as db:
        db.run("insert into kept values ('note', 'later', '{}', 'cm', now()::timestamp)")
    return (tmp_path / "b.zip").read_bytes()


def notes():
    return rows("select name from kept")


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_without_data_there_is_nothing_to_take_along(lang):
    page = opened("backup", lang=lang)
    assert ("nog niets" if lang == "nl" else "nothing to back up") in words(page)
    assert len(page.file_uploader) == 1


@pytest.mark.usefixtures("demo")
def test_the_demo_is_not_backed_up():
    page = opened("backup", data=app.DEMO)
    assert "geen reservekopie nodig" in words(page)
    assert not page.file_uploader


@pytest.mark.usefixtures("saved")
def test_what_the_button_gives_is_a_backup_of_now(tmp_path):
    session = app.Session("nl", app.store_of(app.OWN), demo=False, who="cm")
    (tmp_path / "now.zip").write_bytes(backup._zip(session))
    assert backup.look_inside(tmp_path / "now.zip").batches == 1


def test_a_backup_is_put_back_after_a_second_confirmation(saved):
    page = offer_zip(opened("backup"), saved)
    assert "1 levering." in words(page)
    assert "1 profiel." in words(page)
    assert "januari 2026" in words(page) or "jan 2026" in words(page)
    assert not [button for button in page.button if "Zet terug" in button.label]
    assert notes() == [("later",)]
    page.checkbox[0].check()
    checked(page.run())
    press(page, "Zet terug")
    assert "nagekeken en teruggezet" in words(page)
    assert str(places().own.parent / "backups") in words(page)
    assert notes() == []


def test_what_is_no_sound_backup_is_refused_with_a_sentence(saved):
    page = offer_zip(opened("backup"), b"PK nothing")
    assert "is geen reservekopie" in words(page)
    assert not page.checkbox
    bad = bytearray(saved)
    bad[len(bad) // 3] ^= 1
    page = offer_zip(opened("backup"), bytes(bad))
    page.checkbox[0].check()
    checked(page.run())
    press(page, "Zet terug")
    assert "beschadigd of veranderd" in words(page)
    assert notes() == [("later",)]
