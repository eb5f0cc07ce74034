"""Tables of a page: a figure is the link that traces it, and sorts by its value."""

from datetime import date
from types import SimpleNamespace

import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from nami_monitor.ui import booking, grid
from nami_monitor.ui.words import NONE


def test_links_sort_as_their_figures_do_and_none_stays_none():
    figures = [1200.0, None, -3.5, 90.0, 90.0]
    addresses = [None if n == 1 else f"trace?month={n}" for n in range(5)]
    links = grid._links(figures, addresses)
    assert links[1] is None
    kept = [(figure, link) for figure, link in zip(figures, links, strict=True) if link]
    assert [f for f, _ in sorted(kept, key=lambda each: each[1])] == [-3.5, 90.0, 90.0, 1200.0]
    assert links[0] == "trace?rank=000003&month=0"


@pytest.mark.parametrize("first", ["Maand", "<b>x</b>"])
def test_a_figure_is_the_link_and_comes_behind_the_name(first):
    def page(first):
        from datetime import date  # noqa: PLC0415 - the script of the page

        from nami_monitor.ui import app  # noqa: PLC0415 - likewise
        from nami_monitor.ui.grid import Head, grid  # noqa: PLC0415 - likewise

        heads = [
            Head(first, lambda day: f"{day:%m}"),
            Head("Waarom"),
            Head("Cijfer", "{:.1f} kg".format),
        ]
        rows = [
            (date(2026, 1, 1), "a", 1.5),
            (date(2026, 2, 1), None, None),
            (date(2026, 3, 1), "b", 20.0),
        ]
        ways = ["trace?m=1", None, "trace?m=3"]
        grid(app.current(), heads, rows, key="t", name="t", file="t", traces={"Cijfer": ways})

    seen = AppTest.from_function(page, args=(first,)).run()
    assert not seen.exception
    table = seen.dataframe[0]
    assert list(table.value.columns)[1:] == ["Cijfer", "Waarom"]
    links = table.value["Cijfer"].dropna().tolist()
    assert links == ["trace?rank=000001&m=1", "trace?rank=000002&m=3"]
    shown = pa.ipc.open_stream(table.proto.arrow_data.styler.display_values).read_pandas()
    assert shown.iloc[:, 1].tolist() == ["1.5 kg", NONE, "20.0 kg"]


def test_a_text_that_the_browser_overlooks_gets_its_room_and_prose_does_not():
    named = "10 % onder wat 2023 te zien gaf"
    assert grid._overlooked("Doel", [*["55"] * 9, named]) >= 170
    assert grid._overlooked("Reden", [*[NONE] * 12, "beveiliging"])
    assert grid._overlooked("Doel", [named] * 12) is None
    assert grid._overlooked("Titel van de kolom", ["55"] * 12) is None
    assert grid._overlooked("Reden", [*["55"] * 12, "Zin na zin. " * 20]) is None
    assert grid._overlooked("Leeg", []) is None


def test_why_there_is_no_figure_can_be_followed():
    assert grid._links([None, 2.0], ["trace?month=1", "trace?month=2"]) == [
        "trace?rank=000000&month=1", "trace?rank=000001&month=2",
    ]  # fmt: skip


def test_a_day_as_a_link_sorts_as_days_do():
    links = grid._links([date(2026, 2, 1), date(2025, 12, 1)], ["t?a", "t?b"])
    assert sorted(links) == [links[1], links[0]]


def test_a_table_is_drawn_once_for_its_content_and_never_for_another():
    def page(lang, values):
        import streamlit as st  # noqa: PLC0415 - likewise

        from nami_monitor.i18n import formats  # noqa: PLC0415 - likewise
        from nami_monitor.ui import app  # noqa: PLC0415 - likewise
        from nami_monitor.ui.app import LANGUAGE  # noqa: PLC0415 - the script of the page
        from nami_monitor.ui.grid import Head, grid  # noqa: PLC0415 - likewise

        st.session_state[LANGUAGE] = lang
        heads = [Head("a"), Head("b", lambda value: formats.number(value, lang))]
        rows = [(str(at), value) for at, value in enumerate(values)]
        grid(app.current(), heads, rows, key="t", name="t", file="t", short=True)

    def seen(lang, *values):
        run = AppTest.from_function(page, args=(lang, list(values))).run()
        assert not run.exception
        arrow = run.dataframe[0].proto.arrow_data
        phone = [one.proto.body for one in run.get("html")]
        return arrow.data, arrow.styler.display_values, phone

    drawn = {}
    for _ in range(2):  # the second time nothing is drawn anew
        for lang in ("nl", "en"):
            for values in ((1, 2), (1, None), (1.5, 2), (1000, 2), (float("nan"), 2)):
                found = seen(lang, *values)
                assert drawn.setdefault((lang, repr(values)), found) == found
    texts = {key: repr(found) for key, found in drawn.items()}
    assert texts["nl", "(1000, 2)"] != texts["en", "(1000, 2)"]
    assert texts["nl", "(1.5, 2)"] != texts["en", "(1.5, 2)"]
    assert len({texts["nl", repr(one)] for one in ((1, 2), (1.5, 2), (1000, 2))}) == 3


def test_of_a_download_the_trail_has_codes_and_not_the_name_of_the_file(monkeypatch):
    # that may hold the name of a category, which goes when its delivery is undone
    taken = []
    store = SimpleNamespace(acted=lambda *act: taken.append(act))
    monkeypatch.setattr(booking, "_signed", lambda _: "cm")
    monkeypatch.setattr(booking.st, "download_button", lambda *_, data, **__: data())
    session = SimpleNamespace(store=store, t=lambda key: key)
    grid.offer(session, ["a"], [[1]], key="target", file="Uitgaven, Papier, 2026")
    assert taken == [("cm", "export", "target", "")]
