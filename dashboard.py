"""Entry for ``streamlit run``: the server imports this file once, and every visit runs it.

The server takes the app from it, which prepares the first page while a browser is still loading. A
visit runs the screen: page config, menu, language and the choice of data.
"""

import streamlit as st

from nami_monitor.ui import preload


def show() -> None:
    """Show what a visitor chose."""
    from nami_monitor.ui import app, doors, menu, sign_in, start, theme  # noqa: PLC0415 - loaded ahead

    st.set_page_config(page_title="NAMI monitor", page_icon=str(theme.ICON), layout="wide")
    sign_in.claims()
    doors.follow_lead()
    session = app.current()
    chosen = menu.chosen(session)
    menu.corner(session)
    if start.wait_for_demo(session):
        with app.busy(session):
            app.guarded(session, chosen.run)


if __name__ == "__main__":
    preload.wait()
    show()
else:
    from nami_monitor.ui import served

    app = st.App(
        __file__,
        lifespan=preload.while_serving,
        on_script_error=preload.say_what_broke,
        **served.parts(),
    )
