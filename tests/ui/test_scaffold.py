"""Tables and forms of registers, described as data."""

from datetime import UTC, date, datetime

import pyarrow as pa
from streamlit.testing.v1 import AppTest


def test_rows_are_written_by_what_they_hold():
    def page(days, moment):
        from nami_monitor.ui import app, scaffold  # noqa: PLC0415 - the script of the page

        own = scaffold.Named("Pand", "a")
        rows = [
            {"columns.starts_on": day, "columns.title": scaffold.Traced(n, f"trace?n={n}"),
             "trace.heads.imported": moment, own: 1234.5}
            for n, day in enumerate(days)
        ]  # fmt: skip
        scaffold.table(app.current(), "t", "naam", rows)
        scaffold.table(app.current(), "none", "leeg", [])

    days = (None, date(2026, 3, 1))
    moment = datetime(2026, 3, 1, 12, tzinfo=UTC).replace(tzinfo=None)
    seen = AppTest.from_function(page, args=(days, moment), default_timeout=60).run()
    assert not seen.exception
    (table,) = seen.dataframe
    assert table.proto.alt == "naam"
    shown = pa.ipc.open_stream(table.proto.arrow_data.styler.display_values).read_pandas()
    written = [[str(cell) for cell in column] for _, column in shown.items()]
    assert written[0][0] == "\N{EN DASH}"
    assert "2026" in written[0][1]
    assert all("2026" in cell and ":" in cell for cell in written[2])
    assert list(table.value.columns)[-1] == "Pand"
    (short,) = (one.proto.body for one in seen.get("html"))  # what a phone shows
    assert short.count("<tr>") == 1 + len(days)
    assert short.count("<th ") == 3 + len(days)
    assert all(said in short for said in ("\N{EN DASH}", *written[0], *written[1], "trace?"))


def test_a_phone_tells_of_a_history_when_and_what():
    def page(moment):
        from nami_monitor.store.journal import RowChange  # noqa: PLC0415 - the script of the page
        from nami_monitor.ui import app, scaffold  # noqa: PLC0415 - likewise

        change = RowChange(moment, "inkoper", 7, "doelen.csv", {}, {})
        told = {"targets.events.what": "gesteld", "targets.events.target": "Papier: 55"}
        scaffold.history(app.current(), "t", "naam", "targets.events", [(change, told)])

    moment = datetime(2026, 3, 1, 12, tzinfo=UTC).replace(tzinfo=None)
    seen = AppTest.from_function(page, args=(moment,), default_timeout=60).run()
    assert not seen.exception, seen.exception
    (short,) = (one.proto.body for one in seen.get("html"))
    assert "gesteld" in short
    assert "Papier: 55" in short
    assert "inkoper" not in short
    assert "inkoper" in seen.dataframe[0].value.iloc[0].tolist()


def test_a_form_gives_what_was_filled_in_and_nothing_for_an_empty_field():
    def page():
        import streamlit as st  # noqa: PLC0415 - the script of the page

        from nami_monitor.ui import app, scaffold  # noqa: PLC0415 - likewise

        fields = (
            scaffold.FormField("title"),
            scaffold.FormField("quantity", "whole", usual=2),
            scaffold.FormField("status", "choice", options=("", "planned")),
            scaffold.FormField("starts_on", "day"),
        )
        st.session_state["given"] = scaffold.ask_all(app.current(), fields, "f", {"title": " x "})

    seen = AppTest.from_function(page, default_timeout=60).run()
    assert not seen.exception
    given = {"title": "x", "quantity": 2, "status": None, "starts_on": None}
    assert seen.session_state["given"] == given
    seen.text_input(key="f_title").set_value("  ")
    assert seen.run().session_state["given"]["title"] is None
