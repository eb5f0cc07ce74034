"""Which door holds what, and where addresses lead."""

from nami_monitor.i18n import LANGS, catalogue
from nami_monitor.ui.doors import DOORS, HIDDEN, MOVED, PAGES, door_of, place


def test_every_screen_stands_behind_a_door_or_beside_one():
    held = [*HIDDEN, *(screen for door in DOORS.values() for screen in set(door.parts.values()))]
    assert sorted(held) == sorted(file.stem for file in PAGES.glob("*.py"))


def test_every_screen_has_one_address_and_its_old_one_leads_there():
    for file in PAGES.glob("*.py"):
        url, asked = place(file.stem)
        if file.stem in HIDDEN:
            assert (url, asked) == (file.stem, {})
            continue
        door = door_of(file.stem)
        assert door.parts[door.part(asked.get("part"))] == file.stem
        assert MOVED.get(file.stem, (file.stem, {})) == (url, asked)
    assert not set(MOVED) & {*HIDDEN, *(url for url, _ in MOVED.values())}


def test_a_part_is_told_by_its_name_alone():
    parts = [part for door in DOORS.values() for part in door.parts]
    assert len(set(parts)) == len(parts)
    assert place("waterbed", "plan") == ("measures", {"part": "plan"})
    assert place("waterbed", "answer") == ("measures", {})
    assert place("overview") == ("", {})


def test_seven_doors_with_a_name_in_both_languages():
    assert len(DOORS) == 7
    for lang in LANGS:
        assert len({catalogue(lang)[f"doors.{name}"] for name in DOORS}) == 7
