"""The seven doors of the menu, which parts each holds, and where every address leads.

A part is a file in ``pages/``. A door shows one of its parts at a time, and the address says
which (``registers?part=contracts``). Beside its parts a door may have screens with an address of
their own, which stand in no menu because what they explain leads to them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import streamlit as st
from streamlit.navigation.page import StreamlitPage
from streamlit.runtime.scriptrunner import get_script_run_ctx

from nami_monitor.core.escapes import markdown
from nami_monitor.core.settings import PRODUCT
from nami_monitor.ui.session import DATA, LANGUAGE, Session

PAGES: Final = PRODUCT / "pages"
PART: Final = "part"
CHOSEN: Final = "filter.part"
AT, LED = "doors.at", "doors.led"
SEEN: Final = 40
"""At most so many signs of a wrong address are repeated."""


FOLLOW: Final = """
<script>
if (!window.namiFollows) {
  window.namiFollows = true;
  let acted = false;
  for (const act of ['pointerdown', 'keydown', 'click'])
    addEventListener(act, () => { acted = true; }, true);
  const push = history.pushState, replace = history.replaceState;
  history.pushState = function (...step) {
    (acted ? push : replace).apply(this, step);
    acted = false;
  };
  document.addEventListener('click', event => {
    const link = event.target.closest?.('[data-testid=stHtml] a[href]');
    const other = event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    if (!link || other || event.defaultPrevented || link.target || link.hash) return;
    if (link.origin !== location.origin || link.pathname.includes('.')) return;
    event.preventDefault();
    history.pushState(null, '', link.href);
    dispatchEvent(new PopStateEvent('popstate'));
  });
}
</script>
"""
"""Lets a link within ``st.html`` lead on within the session, and the button Back lead back.

One act of a visitor is one step for the browser. Streamlit makes several of it: the address of the
page that is left with the choices of the next, then the next page, then what that adds.
"""


@dataclass(frozen=True)
class Door:
    """One item of the menu.

    Args:
        name: in the address, and in the catalogue.
        parts: the screen of each part; the first is shown at first, and left out of the address.
        beside: screens with an address of their own that belong here.
    """

    name: str
    parts: Mapping[str, str]
    beside: tuple[str, ...] = ()

    def part(self, asked: str | None) -> str:
        """The part that is shown when this one was asked for."""
        return asked if asked and asked in self.parts else next(iter(self.parts))


def _each(*screens: str) -> dict[str, str]:
    return dict(zip(screens, screens, strict=True))


HOME: Final = "month"
DOORS: Final = {
    door.name: door
    for door in (
        Door(HOME, _each("overview")),
        Door("trends", _each("trends")),
        Door("measures", dict.fromkeys(("answer", "plan", "register"), "waterbed")),
        Door("registers", _each("assets", "requests", "contracts", "targets")),
        Door("lessons", _each("kit", "case", "conclusions")),
        Door("present", _each("presentation")),
        Door(
            "data",
            {
                **dict.fromkeys(("upload", "set_aside", "batches", "completeness"), "data"),
                **dict.fromkeys(("codes", "trail", "backup"), "data"),
                **_each("measurability"),
            },
            ("handbook", "about"),
        ),
    )
}
"""In the order of the menu."""

HIDDEN: Final = ("trace", *(screen for door in DOORS.values() for screen in door.beside))
"""Screens with an address of their own that stand in no menu."""


def door_of(screen: str) -> Door | None:
    """The door that holds a screen or has it beside its parts; None for one of no door."""
    return next(
        (door for door in DOORS.values() if screen in {*door.parts.values(), *door.beside}), None
    )


def place(screen: str, part: str = "") -> tuple[str, dict[str, str]]:
    """Where a screen stands.

    Args:
        screen: file in ``pages/``.
        part: part of it, where it has several.

    Returns:
        Its address, empty for the first page, and what the address says behind the question mark.
    """
    door = door_of(screen)
    if screen in HIDDEN or door is None:
        return screen, {}
    part = part or next(name for name, held in door.parts.items() if held == screen)
    asked = {} if part == door.part(None) else {PART: part}
    return "" if door.name == HOME else door.name, asked


MOVED: Final = {
    HOME: place("overview"),
    **{
        screen: place(screen)
        for door in DOORS.values()
        for screen in door.parts.values()
        if screen not in DOORS
    },
    "bridge": ("trends", {"kpi": "impact_spend", "split": "bridge", "period": "r12"}),
}
"""Addresses of before and where each leads now; the parameters of an old address go along."""


def pages(session: Session) -> dict[str, StreamlitPage]:
    """Every page that can be shown, by its address.

    Args:
        session: for the titles.
    """
    doors = {"" if name == HOME else name: session.t(f"doors.{name}") for name in DOORS}
    hidden = {name: session.t(f"{name}.nav") for name in HIDDEN}
    return {url: _page(url, title) for url, title in {**doors, **hidden}.items()}


def _page(url: str, title: str | None = None) -> StreamlitPage:
    """The page at an address; a door runs the file of the part that the address asks for."""
    if url in HIDDEN:
        return st.Page(PAGES / f"{url}.py", title=title, url_path=url, visibility="hidden")
    door = DOORS[url or HOME]
    file = PAGES / f"{door.parts[part_shown(door.name)]}.py"
    return st.Page(file, title=title, url_path=url, default=not url)


def link(
    screen: str,
    label: str,
    *,
    part: str = "",
    under: str = "",
    query_params: Mapping[str, Any] | None = None,
    **more: Any,
) -> None:
    """A link to a screen, wherever it stands.

    Args:
        screen: file in ``pages/``.
        label: words of the link.
        part: part of the screen, where it has several.
        under: what stands below it in small letters, and belongs to the link.
        query_params: what else the address says.
        more: as ``st.page_link`` takes it.
    """
    url, asked = place(screen, part)
    words = f"{markdown(label)} :small[{markdown(under)}]" if under else markdown(label)
    st.page_link(_page(url), label=words, query_params={**(query_params or {}), **asked}, **more)


def choices() -> dict[str, list[str]]:
    """All that the address says behind the question mark."""
    return {name: st.query_params.get_all(name) for name in st.query_params}


def went_back() -> bool:
    """Whether the browser's Back or Forward led here: the address then says all that is chosen."""
    run = get_script_run_ctx()
    return bool(run and run.is_history_navigation)


def lead(asked: Mapping[str, Sequence[str] | str]) -> None:
    """Change what the address says behind the question mark; for callbacks.

    A page looks every few seconds whether data came in, and that may be the run that a callback
    falls into. What the visitor did then comes once more, with the address of before.
    """
    before = choices()
    st.query_params.from_dict(asked)
    st.session_state[LED] = before, choices()


def drop(names: Collection[str], instead: Mapping[str, str] = MappingProxyType({})) -> None:
    """Leave out what the address says under these names, and say something else; for callbacks."""
    kept = {name: said for name, said in choices().items() if name not in names}
    lead({**kept, **instead})


def follow_lead() -> None:
    """Take up what ``lead`` changed, where the browser had not heard of it; before a page runs."""
    before, after = st.session_state.pop(LED, (None, None))
    if before is not None and choices() == before:
        st.query_params.from_dict(after)


def switch(url: str, query_params: Mapping[str, Any]) -> None:
    """Show another page instead."""
    st.switch_page(_page(url), query_params=query_params)


def show_part(part: str) -> None:
    """Show another part of the door; choices that were made on another screen stay there.

    A browser may still tell of a choice at a door that was left meanwhile: that changes nothing.
    """
    door = next(each for each in DOORS.values() if part in each.parts)
    if st.session_state.get(AT) != door.name:
        return
    before = door.parts[part_shown(door.name)]
    kept = choices()
    if door.parts[part] != before:
        kept = {name: kept[name] for name in (LANGUAGE, DATA) if name in kept}
    lead({**kept, PART: [part]})


def part_shown(door: str) -> str:
    """The part of a door that the address asks for."""
    return DOORS[door].part(st.query_params.get(PART))


def row(session: Session, screen: str) -> None:
    """The parts of the door in a row, and the way to what stands beside them.

    Args:
        session: for the words.
        screen: the screen that is shown.
    """
    door = door_of(screen)
    st.session_state[AT] = door.name if door else ""
    if door is None:
        return
    asked = st.query_params.get(PART)
    if len(door.parts) + len(door.beside) > 1:
        with st.container(key="parts", horizontal=True, vertical_alignment="center"):
            if screen in door.beside:
                name = session.t(f"doors.{door.name}")
                link(next(iter(door.parts.values())), session.t("doors.back", door=name))
                return
            _choice(session, door)
            for each in door.beside:
                link(each, session.t(f"{each}.nav"))
    if asked is not None and part_shown(door.name) == door.part(None):
        del st.query_params[PART]
    if asked and asked not in door.parts:
        known = ", ".join(session.t(f"doors.part.{part}") for part in door.parts)
        st.info(session.md("doors.no_part", seen=asked[:SEEN], known=known))


def _choice(session: Session, door: Door) -> None:
    st.session_state[CHOSEN] = part_shown(door.name)
    st.segmented_control(
        session.md("doors.label", door=session.t(f"doors.{door.name}")),
        list(door.parts),
        required=True,
        format_func=lambda part: markdown(session.t(f"doors.part.{part}")),
        key=CHOSEN,
        label_visibility="collapsed",
        on_change=lambda: show_part(str(st.session_state[CHOSEN])),
    )
