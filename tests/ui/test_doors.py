"""Which door holds what, and where addresses lead."""

from streamlit.testing.v1 import AppTest

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


def led():
    """A page with a choice in its address; a press falls into the run of a part, like a check."""
    import streamlit as st  # noqa: PLC0415 - runs by itself

    from nami_monitor.ui import doors  # noqa: PLC0415

    def press():
        doors.drop({"kpi"}, {"view": "all"})
        st.session_state["in_part"] = True

    if not st.session_state.pop("in_part", False):
        doors.follow_lead()
    st.text("&".join(f"{name}={values[0]}" for name, values in doors.choices().items()))
    st.button("all", key="all", on_click=press)


def seen_with(page, **said):
    """What the page reads when the browser sends an address with a run."""
    page.query_params.clear()
    for name, value in said.items():
        page.query_params[name] = value
    return page.run().text[0].value


def test_a_choice_holds_where_the_browser_had_not_heard_of_it_and_another_address_wins():
    page, before, after = AppTest.from_function(led), "kpi=a&lang=nl", "lang=nl&view=all"
    assert seen_with(page, kpi="a", lang="nl") == before
    page.button(key="all").click()
    assert seen_with(page, kpi="a", lang="nl") == after
    assert seen_with(page, kpi="a", lang="nl") == after  # sent before the browser heard of it
    assert seen_with(page, kpi="a", lang="nl") == before  # a step back
    page.button(key="all").click().run()
    assert seen_with(page, kpi="b") == "kpi=b"
